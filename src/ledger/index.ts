import { route } from '../infra/http/route.ts';
import type { Module } from '../infra/module.ts';
import * as contract from './contract.ts';
import type { LedgerBounds, LedgerDeps, OperationDeps } from './deps.ts';
import { expireHolds } from './expire-holds.ts';
import { createPort } from './ledger.ts';
import { growLogs } from './log/grow.ts';
import { clockChecks } from './clock-checks.ts';
import { logCheck } from './log/check.ts';
import { ledgerMetrics } from './metrics.ts';
import * as accounts from './operations/accounts.ts';
import * as log from './operations/log.ts';
import * as transfers from './operations/transfers.ts';
import type { LedgerPort } from './port.ts';
import { unwatched } from './writer/clock-watch.ts';
import { createWriters, type Writers } from './writer/writers.ts';

const BOUNDS: LedgerBounds = { maxBatchWeight: 2_000, paceMs: 8, maxQueueWeight: 20_000, cachedAccounts: 100_000 };

export type Ledger = Module<LedgerPort>;

/** Builds the ledger. `close` takes nothing more and answers when all that was queued is durable and answered. */
export function createLedger(deps: LedgerDeps): Ledger {
  const { db, outbox, access, clock, heads, clockWatch = unwatched } = deps;
  const metrics = ledgerMetrics(deps.metrics, { queued: () => writers.queued(), skewMs: clockWatch.skewMs });
  const writers: Writers = createWriters({ db, outbox, clock, clockWatch, metrics, ...BOUNDS, ...deps.bounds });
  const port = createPort({ db, clock, clockWatch, writers });
  return {
    name: 'ledger',
    port,
    routes: routesOf({ db, access, clock, ledger: port }),
    jobs: [
      {
        name: 'ledger.grow_log',
        everyMs: 1_000,
        run: (signal) => growLogs({ db, clock, heads }, signal),
        apart: true,
      },
      { name: 'ledger.expire_holds', everyMs: 1_000, run: (signal) => expireHolds({ db, clock, writers }, signal) },
    ],
    consumers: [],
    checks: [
      queueCheck(writers, deps.bounds?.maxQueueWeight ?? BOUNDS.maxQueueWeight),
      logCheck(deps),
      ...clockChecks({ db, clock, clockWatch }),
    ],
    close: () => writers.close(),
  };
}

function routesOf(deps: OperationDeps): Module['routes'] {
  return [
    route(contract.openAccount, (ctx, input) => accounts.openAccount(deps, ctx, input)),
    route(contract.listAccounts, (ctx, input) => accounts.listAccounts(deps, ctx, input)),
    route(contract.getAccount, (ctx, input) => accounts.getAccount(deps, ctx, input)),
    route(contract.closeAccount, (ctx, input) => accounts.closeAccount(deps, ctx, input)),
    route(contract.accountBalance, (ctx, input) => accounts.accountBalance(deps, ctx, input)),
    route(contract.accountStatement, (ctx, input) => accounts.accountStatement(deps, ctx, input)),
    route(contract.createTransfers, (ctx, input) => transfers.createTransfers(deps, ctx, input)),
    route(contract.listTransfers, (ctx, input) => transfers.listTransfers(deps, ctx, input)),
    route(contract.getTransfer, (ctx, input) => transfers.getTransfer(deps, ctx, input)),
    route(contract.transferProof, (ctx, input) => log.transferProof(deps, ctx, input)),
    route(contract.logHead, (ctx) => log.logHead(deps, ctx)),
    route(contract.logConsistency, (ctx, input) => log.logConsistency(deps, ctx, input)),
    route(contract.trialBalance, (ctx) => accounts.trialBalance(deps, ctx)),
  ];
}

/** Whether the writers keep up with what is asked of them. */
function queueCheck(writers: Writers, bound: number): Module['checks'][number] {
  return {
    name: 'ledger',
    async run() {
      const queued = writers.queued();
      return { ok: queued < bound, detail: `${queued} transfers wait to be written` };
    },
  };
}
