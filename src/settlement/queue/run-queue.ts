import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { Ctx } from '../../base/context.ts';
import { rowOf, type Act, type Outcome, type RowOf } from '../../ledger/port.ts';
import type { SettlementDeps } from '../deps.ts';
import { fxAccounts } from '../fx/store.ts';
import { tradedEvent } from '../fx/trade.ts';
import { resolveGridlock, type SettledTogether } from '../gridlock/resolve.ts';
import { systemAccounts } from '../participant/store.ts';
import type { Participants } from '../participant/directory.ts';
import { free } from '../participant/read-participants.ts';
import { recordedEvent } from '../payment/act-rows.ts';
import { runQueue as runContract } from './contract.ts';
import type { QueueEntry } from './entry.ts';
import { queueExitRows, queueSettlementRows } from './rows.ts';
import { planOf, type AccountOf } from './settle-set.ts';
import { waitingEntries } from './store.ts';

export type RunDeps = Pick<SettlementDeps, 'db' | 'ledger' | 'directory' | 'access' | 'clock' | 'metrics'>;

/** What a run came to. `stale`: somebody changed balances or queues meanwhile, so it is worth another look. */
export type RunReport = { looked: number; settled: { step: SettledTogether['step']; entries: number }[]; stale: boolean };

/** How much of the queues a run looks at: a beginning of each, since they are read in order. */
const MOST = 50_000;

/** How many settlements travel to the book together; they are evaluated there in their order. */
const AT_ONCE = 200;

/**
 * Looks once at all that waits and settles what can settle: heads that have cover, heads of two that pay each other, and with
 * `loop` the largest set of all. Each set enters the book as one act, with its exits claimed in it: what another process has
 * settled, what was cancelled or what has no cover any more is refused whole, and nothing of it happens.
 */
export async function runOnce(deps: RunDeps, ctx: Ctx, { loop }: { loop: boolean }): Promise<RunReport> {
  const { tenantId } = ctx;
  const network = await readNetwork(deps, tenantId);
  if (network.entries.length === 0) return { looked: 0, settled: [], stale: false };
  const startedAt = performance.now();
  const { settlements } = resolveGridlock(inputOf(network), { multilateral: loop });
  deps.metrics.gridlockRun(loop ? 'multilateral' : 'bilateral', performance.now() - startedAt);
  const settled: RunReport['settled'] = [];
  let stale = false;
  for (let from = 0; from < settlements.length; from += AT_ONCE) {
    // What follows was found with what has just been refused.
    if (stale) break;
    const part = settlements.slice(from, from + AT_ONCE);
    const outcomes = await Promise.all(part.map((set) => settle(deps, ctx, network, set)));
    outcomes.forEach((outcome, i) => {
      if (outcome?.result !== 'enacted') stale = true;
      else settled.push({ step: part[i]!.step, entries: part[i]!.bundleIds.length });
    });
  }
  for (const { step, entries } of settled) deps.metrics.queueReleased(step, entries);
  return { looked: network.entries.length, settled, stale };
}

type Network = {
  entries: QueueEntry[];
  byId: ReadonlyMap<Uuid, QueueEntry>;
  participants: Participants;
  accountOf: AccountOf;
  clearing: ReadonlyMap<string, Uuid>;
  balances: ReadonlyMap<string, bigint>;
};

/** What waits, and what each payer has. Whoever is suspended neither pays nor is paid until it is let in again. */
async function readNetwork(deps: RunDeps, tenantId: Uuid): Promise<Network> {
  const { waiting, clearing, own } = await deps.db.read({ tenantId }, async (tx) => ({
    waiting: await waitingEntries(tx, tenantId, MOST),
    clearing: await systemAccounts(tx, tenantId, 'clearing'),
    own: await fxAccounts(tx, tenantId),
  }));
  const participants = await deps.directory.of(tenantId, { ids: new Set(waiting.flatMap(({ payers }) => payers)) });
  const accountOf: AccountOf = (party, asset) =>
    participants.byId.get(party)?.accounts.get(asset)?.settlementAccountId ?? own.get(`${party} ${asset}`);
  const mayMove = (party: string) => participants.byId.get(party)?.state !== 'suspended';
  const entries = waiting.filter(({ legs }) => legs.every(({ debtor, creditor }) => mayMove(debtor) && mayMove(creditor)));
  const accounts = new Map<string, Uuid>();
  for (const { debtor, asset } of entries.flatMap(({ legs }) => legs)) {
    const account = accountOf(debtor, asset);
    if (account) accounts.set(`${debtor} ${asset}`, account);
  }
  const standing = await deps.ledger.balances(tenantId, [...accounts.values()]);
  const balances = new Map([...accounts].map(([key, account]) => [key, free(standing.get(account))]));
  return { entries, byId: new Map(entries.map((entry) => [entry.id, entry])), participants, accountOf, clearing, balances };
}

function inputOf({ entries, balances }: Pick<Network, 'entries' | 'balances'>) {
  return {
    bundles: entries.map(({ id, legs, priority }) => ({ id, legs, priority })),
    accounts: [...balances].map(([key, balance]) => {
      const [participantId = '', asset = ''] = key.split(' ');
      return { participantId, asset, balance };
    }),
  };
}

/** One set in one act. Undefined when a party has no account to be paid on, which no run can change. */
async function settle(deps: RunDeps, ctx: Ctx, network: Network, set: SettledTogether): Promise<Outcome | undefined> {
  const id = newId(deps.clock.now());
  const entries = set.bundleIds.map((bundle) => network.byId.get(bundle)!);
  const reference = toWireId('qst', id);
  const plan = planOf(entries, network.accountOf, network.clearing, reference);
  if (!plan) return undefined;
  const [only] = plan.transfers;
  const transferId = entries.length === 1 && plan.transfers.length === 1 ? { transferId: only!.id } : {};
  const audit = deps.access.auditEntry(ctx, runContract, { subject: reference, outcome: set.step, detail: { entries: entries.length } });
  const rows: RowOf[] = [
    ...entries.map((entry) =>
      rowOf(queueExitRows, { entryId: entry.id, outcome: 'settled', settlementId: id, actorName: ctx.actor.name, ...transferId }),
    ),
    rowOf(queueSettlementRows, { id, step: set.step, entries: entries.length, totals: plan.totals }),
    rowOf(deps.access.rows.audit, audit),
  ];
  const act: Act = {
    tenantId: ctx.tenantId,
    transfers: plan.transfers,
    idsAreNew: true,
    rows,
    events: ({ atMs }) => entries.map((entry) => exitEvent(ctx.tenantId, network.participants, entry, { decision: 'settled' }, atMs)),
  };
  return deps.ledger.enact(act);
}

/** Tells the world that a payment or an exchange has left the queue. */
export function exitEvent(
  tenantId: Uuid,
  participants: Participants,
  { id, kind, legs }: Pick<QueueEntry, 'id' | 'kind' | 'legs'>,
  decision: { decision: 'settled' | 'rejected'; reason?: { code: string; text: string } },
  atMs: number,
) {
  if (kind === 'pvp') return tradedEvent(tenantId, participants, { id, legs }, decision.decision, atMs);
  const { debtor, creditor, asset, units } = legs[0]!;
  const payment = { id, tenantId, debtorAgentId: debtor, creditorAgentId: creditor, asset, units, ...decision };
  const bicOf = (party: string) => ({ bic: participants.byId.get(party)?.bic ?? '' });
  return recordedEvent(payment, { debtorAgent: bicOf(debtor), creditorAgent: bicOf(creditor) }, atMs);
}
