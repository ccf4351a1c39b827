import type { AccessPort } from '../access/port.ts';
import type { Uuid } from '../base/id.ts';
import type { OutputOf } from '../base/operation.ts';
import type { Clock } from '../base/time.ts';
import { route, type Route } from '../infra/http/route.ts';
import type { Log } from '../infra/log/log.ts';
import type { Metrics } from '../infra/metrics/metrics.ts';
import type { Job, Module } from '../infra/module.ts';
import type { Outbox } from '../infra/outbox/port.ts';
import type { Db } from '../infra/postgres/db.ts';
import type { LedgerPort } from '../ledger/port.ts';
import type { SettlementDeps } from './deps.ts';
import { AppError } from '../base/error.ts';
import type { Schemas } from './iso20022/schema/schemas.ts';
import { settlementMetrics } from './metrics.ts';
import { getOverview as overviewContract } from './overview/contract.ts';
import { getOverview } from './overview/get-overview.ts';
import { recent } from './overview/recent.ts';
import * as participant from './participant/contract.ts';
import { createParticipant } from './participant/create-participant.ts';
import { createDirectory } from './participant/directory.ts';
import { getStatement } from './participant/get-statement.ts';
import { defundParticipant, fundParticipant } from './participant/move-funds.ts';
import { getParticipant, listParticipants } from './participant/read-participants.ts';
import { setParticipantState } from './participant/set-participant-state.ts';
import * as payment from './payment/contract.ts';
import { getPayment, listPayments } from './payment/read-payments.ts';
import { rejectPayment, releasePayment } from './payment/review-payment.ts';
import { sendPayment, sendPayments } from './payment/send-payment.ts';
import { submitIso20022 } from './payment/submit-iso20022.ts';
import * as screening from './screening/contract.ts';
import { grantScreeningException, listScreeningExceptions, revokeScreeningException } from './screening/manage-exceptions.ts';
import { checkName, listScreeningLists, loadScreeningList } from './screening/manage-lists.ts';
import { createScreening } from './screening/screening.ts';
import { closeWindow, finishWindows } from './window/close-window.ts';
import * as window from './window/contract.ts';
import { getWindow, listWindows } from './window/read-windows.ts';

/** The module, and what its operations work with, for the demonstration day. */
export type Settlement = Module<undefined> & { deps: SettlementDeps };

type Deps = {
  db: Db;
  clock: Clock;
  log: Log;
  access: AccessPort;
  ledger: LedgerPort;
  outbox: Outbox;
  windowSeconds: number;
  /** Closed with the module. */
  schemas?: Schemas | undefined;
  metrics: Metrics;
};

/** A console that hears thousands of events a second asks for the overview again and again. */
const OVERVIEW_AGE_MS = 1_000;
/** How soon a window that a crash left half-way is taken up again. */
const FINISH_EVERY_MS = 5_000;

/** The settlement network: participants, payments, screening, netting windows. */
export function createSettlement({ windowSeconds, metrics, ...given }: Deps): Settlement {
  const deps: SettlementDeps = {
    ...given,
    directory: createDirectory(given.db, given.clock),
    screening: createScreening(given.db, given.clock),
    metrics: settlementMetrics(metrics),
  };
  return {
    name: 'settlement',
    port: undefined,
    deps,
    routes: routesOf(deps),
    jobs: jobsOf(deps, windowSeconds),
    consumers: [],
    checks: [],
    close: async () => deps.schemas?.close(),
  };
}

function routesOf(deps: SettlementDeps): Route[] {
  const overview = recent<OutputOf<typeof overviewContract>>(deps.clock, OVERVIEW_AGE_MS);
  return [
    route(participant.createParticipant, (ctx, input) => createParticipant(deps, ctx, input)),
    route(participant.listParticipants, (ctx, input) => listParticipants(deps, ctx, input)),
    route(participant.getParticipant, (ctx, input) => getParticipant(deps, ctx, input)),
    route(participant.setParticipantState, (ctx, input) => setParticipantState(deps, ctx, input)),
    route(participant.fundParticipant, (ctx, input) => fundParticipant(deps, ctx, input)),
    route(participant.defundParticipant, (ctx, input) => defundParticipant(deps, ctx, input)),
    route(participant.getStatement, (ctx, input) => getStatement(deps, ctx, input)),
    route(payment.sendPayment, (ctx, input) => sendPayment(deps, ctx, input)),
    route(payment.sendPayments, (ctx, input) => sendPayments(deps, ctx, input)),
    route(payment.listPayments, (ctx, input) => listPayments(deps, ctx, input)),
    route(payment.getPayment, (ctx, input) => getPayment(deps, ctx, input)),
    route(payment.releasePayment, (ctx, input) => releasePayment(deps, ctx, input)),
    route(payment.rejectPayment, (ctx, input) => rejectPayment(deps, ctx, input)),
    route(payment.submitIso20022, (ctx, input, request) => submitIso20022(deps, ctx, input, request)),
    route(window.listWindows, (ctx, input) => listWindows(deps, ctx, input)),
    route(window.getWindow, (ctx, input) => getWindow(deps, ctx, input)),
    route(window.closeWindow, (ctx) => closeWindow(deps, ctx)),
    route(screening.listScreeningLists, (ctx) => listScreeningLists(deps, ctx)),
    route(screening.loadScreeningList, (ctx, input, request) => loadScreeningList(deps, ctx, input, request)),
    route(screening.checkName, (ctx, input) => checkName(deps, ctx, input)),
    route(screening.listScreeningExceptions, (ctx) => listScreeningExceptions(deps, ctx)),
    route(screening.grantScreeningException, (ctx, input) => grantScreeningException(deps, ctx, input)),
    route(screening.revokeScreeningException, (ctx, input) => revokeScreeningException(deps, ctx, input)),
    route(overviewContract, (ctx, input) => overview(`${ctx.tenantId}/${ctx.memberId}/${input.day}`, () => getOverview(deps, ctx, input))),
  ];
}

function jobsOf(deps: SettlementDeps, windowSeconds: number): Job[] {
  const forEachTenant = (name: string, work: (tenantId: Uuid) => Promise<unknown>) => async (signal: AbortSignal) => {
    for (const tenantId of await deps.access.tenantIds()) {
      if (signal.aborted) return;
      // One tenant's trouble must not hold up the others.
      await work(tenantId).catch((error: unknown) => deps.log.error('A window could not be carried on', { job: name, tenantId, error }));
    }
  };
  const finish: Job = {
    name: 'settlement.finish_windows',
    everyMs: FINISH_EVERY_MS,
    run: forEachTenant('finish_windows', (tenantId) => finishWindows(deps, deps.access.systemCtx('settlement.finish_windows', tenantId))),
  };
  if (windowSeconds === 0) return [finish];
  const close: Job = {
    name: 'settlement.close_windows',
    everyMs: windowSeconds * 1_000,
    run: forEachTenant('close_windows', (tenantId) => closeUnlessEmpty(deps, tenantId)),
  };
  return [finish, close];
}

async function closeUnlessEmpty(deps: SettlementDeps, tenantId: Uuid): Promise<void> {
  try {
    await closeWindow(deps, deps.access.systemCtx('settlement.close_windows', tenantId));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'settlement.window_empty') throw error;
  }
}
