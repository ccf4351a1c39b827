import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { Operation, OutputOf } from '../../base/operation.ts';
import { dayOf, type Millis } from '../../base/time.ts';
import { rowOf, type Act, type Outcome, type TransferDraft } from '../../ledger/port.ts';
import { keysOfLegs, stoppedBy, wentOf } from '../compliance/passage.ts';
import type { SettlementDeps } from '../deps.ts';
import type { Leg } from '../gridlock/bundle.ts';
import { requireActive } from '../payment/check-order.ts';
import type { Member, Participants } from '../participant/directory.ts';
import { expiryOf } from '../queue/entry.ts';
import { queueEntryRows } from '../queue/rows.ts';
import { acceptFxQuote, answerFxTrade, fxTraded, type listFxTrades } from './contract.ts';
import { bankOf } from './party.ts';
import { fxAccounts, fxTradeRows, tradesById, type TradeAct, type TradeDecision, type TradeRow } from './store.ts';

export type TradeView = OutputOf<typeof listFxTrades>['items'][number];

/** A quote or a proposal that may be decided. */
export type Open = { id: Uuid; kind: 'quote' | 'bilateral'; legs: readonly Leg[]; reference?: string; madeAt: Millis; expiresAt: Millis };

type Answer = { answer: 'confirm' | 'decline'; whenShort: 'refuse' | 'queue' };

/** Exchanges wait among the urgent: both sides have agreed, and each hour moves the price. */
const PVP_CLASS = 0;

/** Where a quote or proposal stands. Every leg of it stands there. */
export function stateOf(trade: TradeRow | undefined, { expiresAt }: Pick<Open, 'expiresAt'>, now: Millis): TradeView['state'] {
  if (trade) return trade.exit?.outcome ?? trade.decision;
  return now >= expiresAt ? 'expired' : 'open';
}

/**
 * Decides a quote or proposal, once. Confirmed, all of its legs are one linked chain of transfers in one act of the book: there
 * is no moment, and no crash, after which one leg is final and another is not. Without cover it is refused and may be tried again,
 * or waits in the queue as one bundle.
 *
 * Errors: `settlement.fx_expired`, `settlement.fx_decided`, `settlement.fx_no_cover`, `settlement.breaker_open`,
 * `settlement.participant_suspended`, `settlement.asset_not_held`.
 */
export async function decideTrade(deps: SettlementDeps, ctx: Ctx, open: Open, answer: Answer): Promise<TradeView> {
  const operation = open.kind === 'quote' ? acceptFxQuote : answerFxTrade;
  const repeated = await deps.access.keptAnswer(ctx, operation);
  const participants = await deps.directory.of(ctx.tenantId, { ids: partiesOf(open.legs) });
  if (repeated === undefined) {
    await mustBeOpen(deps, ctx, open);
    const act = await actOf(deps, ctx, open, { operation, answer, participants });
    const outcome = answer.answer === 'confirm' ? await confirm(deps, act, open.legs, participants) : await deps.ledger.enact(act);
    if (outcome.result === 'refused') await explain(deps, ctx, operation, outcome.refusal.code, answer);
    else if (answer.answer === 'confirm') deps.queue.stir(ctx.tenantId);
  }
  const trade = (await deps.db.read({ tenantId: ctx.tenantId }, (tx) => tradesById(tx, ctx.tenantId, [open.id]))).get(open.id);
  return viewOf(open, trade, participants, deps.clock.now());
}

/** Everybody who pays, each once. */
function payersOf(legs: readonly Leg[]): Uuid[] {
  return [...new Set(legs.map(({ debtor }) => debtor))].sort();
}

const isRole = (party: string) => party.startsWith('fx_');
const partiesOf = (legs: readonly Leg[]) => [
  ...new Set(legs.flatMap(({ debtor, creditor }) => [debtor, creditor]).filter((party) => !isRole(party))),
];

/** Exchanges unless a circuit breaker stops payments of or between the banks; the quote or proposal then stays as it is. */
async function confirm(deps: SettlementDeps, act: Act, legs: readonly Leg[], { byId }: Participants): Promise<Outcome> {
  const gate = await deps.judge.gate(act.tenantId);
  const passage = gate.pass(keysOfLegs(legs, byId));
  // Of an exchange both sides pay, so nobody is told of a bank that is only paid.
  if (passage.refusedBy !== undefined) throw stoppedBy(passage.refusedBy, '', 'Nothing was moved.');
  const outcome = await deps.ledger.enact(act).catch((error: unknown) => {
    gate.went(passage, 'nothing');
    throw error;
  });
  gate.went(passage, wentOf(outcome));
  return outcome;
}

async function mustBeOpen(deps: Pick<SettlementDeps, 'db' | 'clock'>, ctx: Ctx, open: Open): Promise<void> {
  const trade = (await deps.db.read({ tenantId: ctx.tenantId }, (tx) => tradesById(tx, ctx.tenantId, [open.id]))).get(open.id);
  if (trade) throw decided();
  if (deps.clock.now() >= open.expiresAt) {
    throw new AppError('conflict', 'settlement.fx_expired', `It held until ${new Date(open.expiresAt).toISOString()}. Ask for another.`);
  }
}

const decided = () => new AppError('conflict', 'settlement.fx_decided', 'It was decided before; each is used once.');

type Decide = { operation: Operation; answer: Answer; participants: Participants };

async function actOf(deps: SettlementDeps, ctx: Ctx, open: Open, { operation, answer, participants }: Decide): Promise<Act> {
  const note = (decision: TradeDecision) => noteOf(deps, ctx, operation, open, decision, participants);
  if (answer.answer === 'decline') return { tenantId: ctx.tenantId, transfers: [], ...note('declined') };
  for (const id of partiesOf(open.legs)) requireActive(participants.byId.get(id)!);
  const own = await deps.db.read({ tenantId: ctx.tenantId }, (tx) => fxAccounts(tx, ctx.tenantId));
  const { policy } = await deps.router.policyOf(ctx.tenantId);
  const enteredAt = deps.clock.now();
  const due = dayOf(enteredAt);
  const entry = rowOf(queueEntryRows, {
    id: open.id,
    kind: 'pvp',
    priority: PVP_CLASS,
    payers: payersOf(open.legs),
    legs: open.legs,
    enteredAt,
    due,
    expiresAt: expiryOf({ enteredAt, due }, policy.queueMinutes),
  });
  const queued = note('queued');
  return {
    tenantId: ctx.tenantId,
    transfers: open.legs.map((leg) => transferOf(leg, open.id, participants, own)),
    idsAreNew: true,
    ...note('settled'),
    otherwise: ({ code }) =>
      code === 'exceeds_credits' && answer.whenShort === 'queue' ? { ...queued, rows: [...queued.rows, entry] } : {},
  };
}

function transferOf(
  { debtor, creditor, asset, units }: Leg,
  id: Uuid,
  { byId }: Participants,
  own: ReadonlyMap<string, Uuid>,
): TransferDraft {
  const accountOf = (party: string): Uuid => {
    const account = isRole(party) ? own.get(`${party} ${asset}`) : byId.get(party)?.accounts.get(asset)?.settlementAccountId;
    if (!account)
      throw new AppError('unprocessable', 'settlement.asset_not_held', `${byId.get(party)?.bic ?? party} has no account in ${asset}.`);
    return account;
  };
  return {
    id: newId(),
    kind: 'posted',
    debitAccountId: accountOf(debtor),
    creditAccountId: accountOf(creditor),
    asset,
    units,
    reference: toWireId('fxt', id),
  };
}

function noteOf(deps: SettlementDeps, ctx: Ctx, operation: Operation, open: Open, decision: TradeDecision, participants: Participants) {
  const { rows, auditEntry } = deps.access;
  const { id, kind, legs, reference } = open;
  const actorName = ctx.actor.name;
  const act: TradeAct = { id, kind, decision, payers: payersOf(legs), legs, actorName, ...(reference !== undefined && { reference }) };
  const kept = ctx.idempotency && {
    tenantId: ctx.tenantId,
    actorId: ctx.actor.id,
    key: ctx.idempotency.key,
    bodyHash: ctx.idempotency.bodyHash,
    operation: operation.name,
    answer: () => ({ trade: open.id }),
  };
  return {
    rows: [
      rowOf(fxTradeRows, act),
      rowOf(rows.audit, auditEntry(ctx, operation, { subject: toWireId('fxt', open.id), outcome: decision })),
      ...(kept ? [rowOf(rows.keptAnswer, kept)] : []),
    ],
    events: ({ atMs }: { atMs: Millis }) => [tradedEvent(ctx.tenantId, participants, { id: open.id, legs: open.legs }, decision, atMs)],
  };
}

/** What a refusal of the book means for who asked. Returns when the act was recorded all the same. */
async function explain(deps: SettlementDeps, ctx: Ctx, operation: Operation, code: string, { whenShort }: Answer): Promise<void> {
  if (code === 'row_taken') {
    if ((await deps.access.keptAnswer(ctx, operation)) !== undefined) return;
    throw decided();
  }
  if (code === 'exceeds_credits' && whenShort === 'queue') return deps.queue.stir(ctx.tenantId);
  throw new AppError(
    'unprocessable',
    'settlement.fx_no_cover',
    code === 'exceeds_credits'
      ? 'Somebody who pays in this exchange has not enough at the moment; nothing was moved.'
      : `The ledger refused the exchange (${code}); nothing was moved.`,
  );
}

/** Tells the world what became of an exchange: one state for all of its legs. */
export function tradedEvent(
  tenantId: Uuid,
  { byId }: Participants,
  { id, legs }: Pick<Open, 'id' | 'legs'>,
  state: TradeDecision | 'rejected',
  at: Millis,
) {
  const nameOf = (party: string) => byId.get(party)?.bic ?? party;
  const tradeId = toWireId('fxt', id);
  return {
    id: newId(),
    tenantId,
    type: fxTraded.type,
    version: fxTraded.version,
    subject: tradeId,
    at,
    memberIds: payersOf(legs),
    data: {
      tradeId,
      state,
      legs: legs.map(({ debtor, creditor, asset, units }) => ({
        debtor: nameOf(debtor),
        creditor: nameOf(creditor),
        asset,
        units: units.toString(),
      })),
    },
  };
}

/** A quote or proposal with what became of it. */
export function viewOf(open: Open, trade: TradeRow | undefined, { byId }: Participants, now: Millis): TradeView {
  const state = stateOf(trade, open, now);
  const reference = trade?.reference ?? open.reference;
  const bank = (party: string) => {
    const member: Member | undefined = byId.get(party);
    return member && bankOf(member);
  };
  const settledAt = state === 'settled' ? (trade?.exit?.decidedAt ?? trade?.decidedAt) : undefined;
  return {
    id: open.id,
    kind: open.kind,
    state,
    legs: open.legs.map(({ debtor, creditor, asset, units }) => {
      const payee = bank(creditor);
      return { debtor: bank(debtor)!, ...(payee && { creditor: payee }), asset, units };
    }),
    ...(reference !== undefined && { reference }),
    madeAt: open.madeAt,
    ...(state === 'open' && { expiresAt: open.expiresAt }),
    ...(settledAt !== undefined && { settledAt }),
    ...(typeof trade?.exit?.reason === 'string' && { reason: trade.exit.reason }),
  };
}
