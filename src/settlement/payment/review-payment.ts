import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { EventDraft } from '../../base/event.ts';
import { newId, type Uuid } from '../../base/id.ts';
import type { InputOf, Operation, OutputOf } from '../../base/operation.ts';
import { dayOf } from '../../base/time.ts';
import { rowOf, type Act, type Refusal } from '../../ledger/port.ts';
import type { CaseOutcome } from '../compliance/case.ts';
import { caseClosings, type CaseClosing } from '../compliance/close-rows.ts';
import { needed } from '../compliance/four-eyes.ts';
import { needsTwo } from '../compliance/needs-two.ts';
import type { SettlementDeps } from '../deps.ts';
import { decisionOf, queuedInstead, routeOrder, rowsOfRouted } from '../queue/door.ts';
import { askedPriority } from '../queue/rows.ts';
import { actRows, keptPayment, recordedEvent } from './act-rows.ts';
import { requireActive } from './check-order.ts';
import { rejectPayment as rejectContract, releasePayment as releaseContract } from './contract.ts';
import { reasonOf, REJECTED_BY_REVIEW, type Decision } from './payment.ts';
import { mustFindPayment } from './read-payments.ts';
import { obligationRows, reviewRows, type Review } from './rows.ts';
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
  closing: Pick<CaseClosing, 'caseId' | 'proposalId' | 'strict'> & { told?: (outcome: CaseOutcome) => EventDraft };
};

/**
 * Sends a held payment its way now, which is asked for anew: settled at once, into the queue, or its funds reserved for the window.
 * When they are missing it waits in the queue or is rejected, as the policy says.
 * Errors: `settlement.payment_not_held`, `settlement.participant_suspended`, `settlement.asset_not_held`,
 * `settlement.four_eyes_needed` where two people decide, `settlement.limit_reached` when a cap would be passed.
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
  const { record } = await mustFindPayment(deps, ctx, review.id);
  if (await needsTwo(deps, ctx.tenantId, record)) throw needed('Two people decide here: propose the decision in the case of the payment.');
  return reviewPayment(deps, ctx, { ...review, closing: { caseId: review.id, strict: false } });
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
  const act = review.decision === 'release' ? await releaseAct(deps, ctx, before, review) : rejectAct(deps, ctx, before, review);
  const outcome = await deps.ledger.enact({ tenantId: ctx.tenantId, ...act }).catch((error: unknown) => {
    throw limitReached(deps.judge.refusedBy(error)?.finding.text) ?? error;
  });
  if (outcome.result === 'refused' && outcome.refusal.code === 'row_taken' && !(await mine())) throw notHeld();
  const after = await mustFindPayment(deps, ctx, id);
  if (after.status === 'queued' || after.status === 'settled') deps.queue.stir(ctx.tenantId);
  return viewOfStanding(after);
}

/** A release that a cap stands against leaves the payment held. */
function limitReached(text: string | undefined): AppError | undefined {
  return text === undefined ? undefined : new AppError('unprocessable', 'settlement.limit_reached', `${text} The payment stays held.`);
}

function rejectAct(deps: SettlementDeps, ctx: Ctx, held: StandingPayment, review: PaymentReview): Omit<Act, 'tenantId'> {
  return { transfers: [], ...noteOf(deps, ctx, review, held, { decision: 'rejected', reason: REJECTED_BY_REVIEW }) };
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
  const priority = await deps.db.read(ctx, (tx) => askedPriority(tx, ctx.tenantId, payment.id));
  const now = deps.clock.now();
  const order = { priority, asset: payment.asset, units: payment.units };
  const way = { valueDate: payment.valueDate, debtorAgent: agents[0]!, settlementAccountId: account.settlementAccountId };
  const routed = await routeOrder(deps, ctx.tenantId, order, way, dayOf(now));
  const note = (decision: Decision) => {
    const { rows, events } = noteOf(deps, ctx, review, held, { ...decision, transferId: payment.transferId });
    return { rows: [...rows, ...rowsOfRouted({ ...payment, ...decision }, routed, now)], events };
  };
  const { rows, events } = note(decisionOf(routed));
  if (routed.kind === 'queue') return { transfers: [], rows, events };
  const otherwise = ({ code }: Pick<Refusal, 'code'>) =>
    note(queuedInstead(routed, { code }) ?? { decision: 'rejected', reason: reasonOf(code) });
  if (routed.kind === 'window') {
    return { transfers: [reservation(payment, account)], rows: [...rows, rowOf(obligationRows, obligationOf(payment))], events, otherwise };
  }
  const gross = grossTransfer(payment, { ...account, creditorAgent: agents[1]! });
  return { transfers: [gross], rows, events, otherwise };
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
) {
  const { record, agents } = held;
  const review: Review = { paymentId: record.id, comment, actorName: ctx.actor.name, ...decision };
  const { told, ...closed } = closing;
  const outcome = decision.decision === 'rejected' ? 'rejected' : 'released';
  const end: CaseClosing = { ...closed, outcome, text: comment, actorId: ctx.actor.id, actorName: ctx.actor.name };
  return {
    rows: [
      rowOf(reviewRows, review),
      rowOf(caseClosings, end),
      ...actRows(deps, ctx, operation, { paymentId: record.id, outcome: decision.decision, detail: { comment } }),
    ],
    events: () => [
      recordedEvent({ ...record, reason: undefined, ...decision }, agents, deps.clock.now()),
      ...(told ? [told(outcome)] : []),
    ],
  };
}
