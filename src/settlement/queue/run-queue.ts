import { msOfId, newId, toWireId, type Uuid } from '../../base/id.ts';
import type { Ctx } from '../../base/context.ts';
import { dayOf, type Millis } from '../../base/time.ts';
import { rowOf, type Act, type Outcome, type RowOf } from '../../ledger/port.ts';
import { wentOf, type Gate, type Passage } from '../compliance/passage.ts';
import type { SettlementDeps } from '../deps.ts';
import { fxAccounts } from '../fx/store.ts';
import { tradedEvent } from '../fx/trade.ts';
import { resolveGridlock, type SettledTogether } from '../gridlock/resolve.ts';
import { systemAccounts } from '../participant/store.ts';
import type { Participants } from '../participant/directory.ts';
import { free } from '../participant/read-participants.ts';
import { recordedEvent } from '../payment/act-rows.ts';
import { runQueue as runContract } from './contract.ts';
import { pastBreakers, type Watched } from './breakers.ts';
import type { QueueEntry } from './entry.ts';
import { queueExitRows, queueSettlementRows } from './rows.ts';
import { planOf, type AccountOf } from './settle-set.ts';
import { findSetNumber } from '../screening/screening-set.ts';
import { versionsOfLists } from '../screening/store.ts';
import { waitingEntries } from './store.ts';

export type RunDeps = Pick<SettlementDeps, 'db' | 'ledger' | 'directory' | 'access' | 'clock' | 'metrics' | 'judge'>;

/** What a run came to. `stale`: somebody changed balances or queues meanwhile, so it is worth another look. */
export type RunReport = { looked: number; settled: { step: SettledTogether['step']; entries: number }[]; stale: boolean };

/** How much of the queues a run looks at: a beginning of each, since they are read in order. */
const MOST = 50_000;

/** How many settlements travel to the book together; they are evaluated there in their order. */
const AT_ONCE = 200;

/** How a run looks: `loop` for the largest set as well; `stopped` collects what a breaker does not let pass, and is left alone. */
type Look = { loop: boolean; stopped: Set<string> };

/**
 * Looks once at all that waits and settles what can settle: heads that have cover, heads of two that pay each other, and with
 * `loop` the largest set of all. Each set enters the book as one act, with its exits claimed in it: what another process has
 * settled, what was cancelled or what has no cover any more is refused whole, and nothing of it happens.
 */
export async function runOnce(deps: RunDeps, ctx: Ctx, { loop, stopped }: Look): Promise<RunReport> {
  const { tenantId } = ctx;
  const gate = await deps.judge.gate(tenantId);
  const network = await readNetwork(deps, tenantId, gate, stopped);
  if (network.entries.length === 0) return { looked: 0, settled: [], stale: false };
  const startedAt = performance.now();
  const { settlements } = resolveGridlock(inputOf(network), { multilateral: loop });
  deps.metrics.gridlockRun(loop ? 'multilateral' : 'bilateral', performance.now() - startedAt);
  const settled: RunReport['settled'] = [];
  let stale = false;
  for (let from = 0; from < settlements.length; from += AT_ONCE) {
    // What follows was found with what has just been refused, or under what no longer holds.
    if (stale || (from > 0 && !(await isAsFound(deps, tenantId, { network, gate })))) {
      stale = true;
      break;
    }
    const part = passing(network, settlements.slice(from, from + AT_ONCE), stopped);
    stale = part.isCut;
    const outcomes = await Promise.all(part.sets.map((one) => settlePassing(deps, ctx, { network, gate }, one)));
    outcomes.forEach((outcome, i) => {
      const { step, bundleIds } = part.sets[i]!.set;
      if (outcome?.result !== 'enacted') stale = true;
      else {
        settled.push({ step, entries: bundleIds.length });
        countPaid(deps, network, { bundleIds, atMs: outcome.atMs });
      }
    });
  }
  for (const { step, entries } of settled) deps.metrics.queueReleased(step, entries);
  return { looked: network.entries.length, settled, stale };
}

/** Payments that settled; an exchange is none. */
function countPaid({ metrics }: RunDeps, { byId }: Network, { bundleIds, atMs }: { bundleIds: readonly string[]; atMs: Millis }): void {
  for (const id of bundleIds) {
    const { kind, legs } = byId.get(id)!;
    if (kind !== 'payment') continue;
    metrics.paymentWent(legs[0]!);
    metrics.paymentFinal('queue', (atMs - msOfId(id)) / 1_000);
  }
}

type PassingSet = { set: SettledTogether; passage: Passage };

/** The sets up to the first that a breaker does not let pass; those behind it were found with it. */
function passing({ pass }: Network, sets: readonly SettledTogether[], stopped: Set<string>): { sets: PassingSet[]; isCut: boolean } {
  const passed: PassingSet[] = [];
  for (const set of sets) {
    const passage = pass(set.bundleIds);
    if (passage.refusedBy !== undefined) {
      for (const id of set.bundleIds) stopped.add(id);
      return { sets: passed, isCut: true };
    }
    passed.push({ set, passage });
  }
  return { sets: passed, isCut: false };
}

type Run = { network: Network; gate: Gate };

async function settlePassing(deps: RunDeps, ctx: Ctx, { network, gate }: Run, { set, passage }: PassingSet): Promise<Outcome | undefined> {
  const outcome = await settle(deps, ctx, network, set).catch((error: unknown) => {
    gate.went(passage, 'nothing');
    throw error;
  });
  gate.went(passage, outcome ? wentOf(outcome) : 'nothing');
  return outcome;
}

type Network = {
  /** The number of the lists in force, if they have one already. */
  set: number | undefined;
  entries: QueueEntry[];
  byId: ReadonlyMap<Uuid, QueueEntry>;
  participants: Participants;
  accountOf: AccountOf;
  clearing: ReadonlyMap<string, Uuid>;
  balances: ReadonlyMap<string, bigint>;
  pass: Watched['pass'];
};

/** What waits and may go today, and what each payer has. Whoever is suspended neither pays nor is paid until it is let in again. */
async function readNetwork(deps: RunDeps, tenantId: Uuid, gate: Gate, stopped: ReadonlySet<string>): Promise<Network> {
  const { waiting, set, clearing, own } = await deps.db.read({ tenantId }, async (tx) => ({
    waiting: await waitingEntries(tx, tenantId, { day: dayOf(deps.clock.now()), limit: MOST }),
    // Asked after what waits, so that no list comes in between that nobody knows of.
    set: await findSetNumber(tx, tenantId, await versionsOfLists(tx, tenantId)),
    clearing: await systemAccounts(tx, tenantId, 'clearing'),
    own: await fxAccounts(tx, tenantId),
  }));
  const participants = await deps.directory.of(tenantId, { ids: new Set(waiting.flatMap(({ payers }) => payers)) });
  const accountOf: AccountOf = (party, asset) =>
    participants.byId.get(party)?.accounts.get(asset)?.settlementAccountId ?? own.get(`${party} ${asset}`);
  const mayMove = (party: string) => participants.byId.get(party)?.state !== 'suspended';
  const able = judgedBy(waiting, set).filter(
    ({ id, legs }) => !stopped.has(id) && legs.every(({ debtor, creditor }) => mayMove(debtor) && mayMove(creditor)),
  );
  const { entries, pass } = await pastBreakers(deps, tenantId, gate, { entries: able, participants });
  const accounts = new Map<string, Uuid>();
  for (const { debtor, asset } of entries.flatMap(({ legs }) => legs)) {
    const account = accountOf(debtor, asset);
    if (account) accounts.set(`${debtor} ${asset}`, account);
  }
  const standing = await deps.ledger.balances(tenantId, [...accounts.values()]);
  const balances = new Map([...accounts].map(([key, account]) => [key, free(standing.get(account))]));
  return { set, entries, byId: new Map(entries.map((entry) => [entry.id, entry])), participants, accountOf, clearing, balances, pass };
}

/**
 * Whether the lists in force, the breakers and the banks that are suspended are as the run found them: many thousands may settle in
 * it, and what a person stops meanwhile is to stop.
 */
async function isAsFound(deps: RunDeps, tenantId: Uuid, { network, gate }: Run): Promise<boolean> {
  const now = await deps.judge.gate(tenantId);
  // A breaker that moves while others are watched is seen by whoever asks it to pass.
  if (now.isWatched && !gate.isWatched) return false;
  const { byId } = await deps.directory.of(tenantId, { ids: network.participants.byId.keys() });
  const isStopped = (id: Uuid) => byId.get(id)?.state === 'suspended' && network.participants.byId.get(id)?.state !== 'suspended';
  if ([...network.participants.byId.keys()].some(isStopped)) return false;
  return (await setInForce(deps, tenantId)) === network.set;
}

const setInForce = (deps: RunDeps, tenantId: Uuid) =>
  deps.db.read({ tenantId }, async (tx) => findSetNumber(tx, tenantId, await versionsOfLists(tx, tenantId)));

/**
 * Those of the entries whose parties were screened against the lists in force. The others wait until they were screened again, and
 * so does what stands behind one of them, which it must not be overtaken by.
 */
function judgedBy(waiting: readonly QueueEntry[], set: number | undefined): QueueEntry[] {
  const blocked = new Set<Uuid>();
  return waiting.filter(({ kind, screeningSet, payers }) => {
    const isJudged = kind === 'pvp' || (set !== undefined && screeningSet === set);
    const goes = isJudged && !payers.some((payer) => blocked.has(payer));
    if (!goes) for (const payer of payers) blocked.add(payer);
    return goes;
  });
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
