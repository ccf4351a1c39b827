import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, type Uuid } from '../../base/id.ts';
import type { InputOf, Operation, OutputOf } from '../../base/operation.ts';
import { dayOf } from '../../base/time.ts';
import { rowOf, type Act, type Outcome, type Refusal } from '../../ledger/port.ts';
import { caseClosings, type CaseClosing, type CaseEnd } from '../compliance/close-rows.ts';
import { endOfCase } from '../compliance/end-of-case.ts';
import { needed } from '../compliance/four-eyes.ts';
import { needsTwo } from '../compliance/needs-two.ts';
import { keysOfWays, stoppedBy, wentOf } from '../compliance/passage.ts';
import type { SettlementDeps } from '../deps.ts';
import { expiryOf } from '../queue/entry.ts';
import { decisionOf, queuedInstead, routeOrder, rowsOfRouted } from '../queue/door.ts';
import { askedPriority } from '../queue/rows.ts';
import { actRows, keptPayment, recordedEvent } from './act-rows.ts';
import { requireActive } from './check-order.ts';
import { rejectPayment as rejectContract, releasePayment as releaseContract } from './contract.ts';
import { latestFindings } from '../screening/rescreening/store.ts';
import { matchKey } from '../screening/rescreening/finding.ts';
import { caseOfHeld, decisionRow, type Waits } from './hold-rows.ts';
import { reasonOf, REJECTED_BY_REVIEW, type Decision } from './payment.ts';
import { mustFindPayment } from './read-payments.ts';
import { obligationRows, type Review } from './rows.ts';
import type { StandingPayment } from './store.ts';
import { grossTransfer, obligationOf, reservation } from './take-payment.ts';
import { viewOfStanding } from './view.ts';

type Input = InputOf<typeof releaseContract>;
type Output = OutputOf<typeof releaseContract>;

/** A decision on a held payment, and how its case ends with it. */
export type PaymentReview = {
  operation: Operation;
  id: Uuid;
  comment: string;
  decision: 'release' | 'reject';
  closing: CaseEnd;
};

/**
 * Sends a held payment its way now, which is asked for anew: settled at once, into the queue, or its funds reserved for the window.
 * When they are missing it waits in the queue or is rejected, as the policy says.
 * Errors: `settlement.payment_not_held`, `settlement.payment_listed` when a list names somebody that nobody knew of,
 * `settlement.participant_suspended`, `settlement.asset_not_held`,
 * `settlement.four_eyes_needed` where two people decide, `settlement.limit_reached` when a cap would be passed,
 * `settlement.breaker_open` while a circuit breaker stops it.
 */
export function releasePayment(deps: SettlementDeps, ctx: Ctx, input: Input): Promise<Output> {
  return alone(deps, ctx, { ...input, operation: releaseContract, decision: 'release' });
}

/** Errors: `settlement.payment_not_held`, `settlement.four_eyes_needed` where two people decide. */
export function rejectPayment(deps: SettlementDeps, ctx: Ctx, input: Input): Promise<Output> {
  return alone(deps, ctx, { ...input, operation: rejectContract, decision: 'reject' });
}

/** One person decides, outside the case, which is closed with it when there is one. */
async function alone(deps: SettlementDeps, ctx: Ctx, review: Omit<PaymentReview, 'closing'>): Promise<Output> {
  const payment = await mustFindPayment(deps, ctx, review.id);
  if (await needsTwo(deps, ctx.tenantId, payment.record))
    throw needed('Two people decide here: propose the decision in the case of the payment.');
  return reviewPayment(deps, ctx, { ...review, closing: await endOfCase(deps, ctx.tenantId, caseOfHeld(payment)) });
}

/** Two people may decide at once: the review row is claimed, so one of them is told that it is no longer held. */
export async function reviewPayment(deps: SettlementDeps, ctx: Ctx, review: PaymentReview): Promise<Output> {
  const { operation, id } = review;
  // The key is looked at after the payment: the same request sent twice at once is one decision, and is told so both times.
  const mine = async () => (await keptPayment(deps, ctx, operation)) === id;
  const before = await mustFindPayment(deps, ctx, id);
  if (before.status !== 'held') {
    if (await mine()) return viewOfStanding(before);
    throw notHeld();
  }
  const outcome = review.decision === 'release' ? await release(deps, ctx, before, review) : await reject(deps, ctx, before, review);
  if (outcome.result === 'refused' && outcome.refusal.code === 'row_taken' && !(await mine())) throw notHeld();
  const after = await mustFindPayment(deps, ctx, id);
  if (outcome.result === 'enacted') {
    tellJudge(deps, before, after);
    // One that had been taken before it was held is counted where it becomes final.
    if (!before.hold && after.review?.decision === 'settled') {
      deps.metrics.paymentFinal('review', (outcome.atMs - before.record.receivedAt) / 1_000);
    }
  }
  if (after.status === 'queued' || after.status === 'settled') deps.queue.stir(ctx.tenantId);
  return viewOfStanding(after);
}

/** Tells the judge when this act has brought the payment into a window, or back to where it waited for one. */
function tellJudge({ judge }: Pick<SettlementDeps, 'judge'>, before: StandingPayment, after: StandingPayment): void {
  if (!before.hold) {
    if (after.review?.decision === 'reserved') judge.released(before.record);
  } else if (before.hold.place === 'window' && after.hold?.end?.outcome === 'released') judge.resumed(before.record);
}

function reject(deps: SettlementDeps, ctx: Ctx, held: StandingPayment, review: PaymentReview): Promise<Outcome> {
  const note = noteOf(deps, ctx, review, held, { decision: 'rejected', reason: REJECTED_BY_REVIEW });
  return deps.ledger.enact({ tenantId: ctx.tenantId, transfers: [], ...note });
}

/** Past the breakers, which may have opened since it was held. */
async function release(deps: SettlementDeps, ctx: Ctx, held: StandingPayment, review: PaymentReview): Promise<Outcome> {
  const { tenantId } = ctx;
  const act = await releaseAct(deps, ctx, held, review);
  const { record, agents } = held;
  const gate = await deps.judge.gate(tenantId);
  const passage = gate.pass(keysOfWays([{ ...agents, from: record.debtor.country, to: record.creditor.country }]));
  if (passage.refusedBy !== undefined) throw stoppedBy(passage.refusedBy, record.creditorAgentId, 'The payment stays held.');
  const outcome = await deps.ledger.enact({ tenantId, ...act }).catch((error: unknown) => {
    gate.went(passage, 'nothing');
    throw limitReached(deps.judge.refusedBy(error)?.finding.text) ?? error;
  });
  gate.went(passage, wentOf(outcome));
  // What waits in the queue instead is counted when it leaves it, and what had been taken before was counted then.
  if (outcome.result === 'enacted' && act.transfers.length > 0 && !held.hold) deps.metrics.paymentWent(held.record);
  return outcome;
}

/** A release that a cap stands against leaves the payment held. */
function limitReached(text: string | undefined): AppError | undefined {
  return text === undefined ? undefined : new AppError('unprocessable', 'settlement.limit_reached', `${text} The payment stays held.`);
}

async function releaseAct(deps: SettlementDeps, ctx: Ctx, held: StandingPayment, review: PaymentReview): Promise<Omit<Act, 'tenantId'>> {
  const payment = { ...held.record, transferId: newId() };
  const { byId } = await deps.directory.of(ctx.tenantId, { ids: [payment.debtorAgentId, payment.creditorAgentId] });
  const agents = [byId.get(payment.debtorAgentId), byId.get(payment.creditorAgentId)];
  // It enters the network only now, so what holds at the door holds here as well.
  for (const agent of agents) if (agent) requireActive(agent);
  const [account, payee] = agents.map((agent) => agent?.accounts.get(payment.asset));
  if (!account || !payee)
    throw new AppError('unprocessable', 'settlement.asset_not_held', 'One of the agents no longer has an account in this currency.');
  const screeningSet = await screenedAgain(deps, ctx, held);
  if (held.hold) return backToPlace(deps, ctx, { held, account, screeningSet }, review);
  const priority = await deps.db.read(ctx, (tx) => askedPriority(tx, ctx.tenantId, payment.id));
  const now = deps.clock.now();
  const order = { priority, asset: payment.asset, units: payment.units };
  const way = { valueDate: payment.valueDate, debtorAgent: agents[0]!, settlementAccountId: account.settlementAccountId };
  const routed = await routeOrder(deps, ctx.tenantId, order, way, dayOf(now));
  const note = (decision: Decision) => {
    const { rows, events } = noteOf(deps, ctx, review, held, { ...decision, transferId: payment.transferId });
    return { rows: [...rows, ...rowsOfRouted({ ...payment, screeningSet, ...decision }, routed, now)], events };
  };
  const { rows, events } = note(decisionOf(routed));
  if (routed.kind === 'queue') return { transfers: [], rows, events };
  const otherwise = ({ code }: Pick<Refusal, 'code'>) =>
    note(queuedInstead(routed, { code }) ?? { decision: 'rejected', reason: reasonOf(code) });
  if (routed.kind === 'window') {
    return {
      transfers: [reservation(payment, account)],
      rows: [...rows, rowOf(obligationRows, obligationOf(payment, routed))],
      events,
      otherwise,
    };
  }
  const gross = grossTransfer(payment, { ...account, creditorAgent: agents[1]! });
  return { transfers: [gross], rows, events, otherwise };
}

/**
 * The number of the lists in force, when they name nobody but whom a person knew of who releases the payment.
 * Errors: `settlement.payment_listed`.
 */
async function screenedAgain(deps: SettlementDeps, ctx: Ctx, { record, hold }: StandingPayment): Promise<number> {
  const { set, hits } = await deps.screening.screenParties(ctx.tenantId, record);
  if (hits.length === 0) return set;
  const found = await deps.db.read(ctx, (tx) => latestFindings(tx, ctx.tenantId, [record.id]));
  const known = new Set([...(record.screening?.hits ?? []), ...(hold?.hits ?? []), ...found].map(matchKey));
  const fresh = hits.filter((hit) => !known.has(matchKey(hit)));
  if (fresh.length === 0) return set;
  const listed = [...new Set(fresh.map((hit) => hit.listed))].join(', ');
  throw new AppError(
    'conflict',
    'settlement.payment_listed',
    `A list that changed meanwhile names ${listed}. The payment stays held; look at it again.`,
  );
}

type Back = { held: StandingPayment; account: Parameters<typeof reservation>[1]; screeningSet: number };

/** A payment that was held after it had been taken goes back to where it waited; into the window with its funds set aside anew. */
async function backToPlace(deps: SettlementDeps, ctx: Ctx, back: Back, review: PaymentReview): Promise<Omit<Act, 'tenantId'>> {
  const { held, account, screeningSet } = back;
  const { policy } = await deps.router.policyOf(ctx.tenantId);
  const enteredAt = deps.clock.now();
  const { valueDate } = held.record;
  const due = valueDate > dayOf(enteredAt) ? valueDate : dayOf(enteredAt);
  const waits = { expiresAt: expiryOf({ enteredAt, due }, policy.queueMinutes), screeningSet };
  const note = (decision: Decision) => noteOf(deps, ctx, review, held, decision, waits);
  if (held.hold!.place === 'queue') return { transfers: [], ...note({ decision: 'queued' }) };
  return {
    transfers: [reservation({ ...held.record, transferId: newId() }, account)],
    ...note({ decision: 'reserved' }),
    otherwise: ({ code }) => note({ decision: 'rejected', reason: reasonOf(code) }),
  };
}

function notHeld(): AppError {
  return new AppError('conflict', 'settlement.payment_not_held', 'The payment is not held, or was decided already.');
}

function noteOf(
  deps: SettlementDeps,
  ctx: Ctx,
  { operation, comment, closing }: PaymentReview,
  held: StandingPayment,
  decision: Decision & { transferId?: string },
  waits?: Waits,
) {
  const { record, agents } = held;
  const review: Review = { paymentId: record.id, comment, actorName: ctx.actor.name, ...decision };
  const { told, ...closed } = closing;
  const outcome = decision.decision === 'rejected' ? 'rejected' : 'released';
  const end: CaseClosing = { ...closed, outcome, text: comment, actorId: ctx.actor.id, actorName: ctx.actor.name };
  return {
    rows: [
      decisionRow(held, review, waits),
      rowOf(caseClosings, end),
      ...actRows(deps, ctx, operation, { paymentId: record.id, outcome: decision.decision, detail: { comment } }),
    ],
    events: () => [recordedEvent({ ...record, reason: undefined, ...decision }, agents, deps.clock.now()), ...told(outcome)],
  };
}
