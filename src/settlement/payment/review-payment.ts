import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId } from '../../base/id.ts';
import type { InputOf, Operation, OutputOf } from '../../base/operation.ts';
import { rowOf, type Act } from '../../ledger/port.ts';
import type { SettlementDeps } from '../deps.ts';
import { entryRow, queuedInstead } from '../queue/door.ts';
import { actRows, keptPayment, recordedEvent } from './act-rows.ts';
import { requireActive } from './check-order.ts';
import { rejectPayment as rejectContract, releasePayment as releaseContract } from './contract.ts';
import { reasonOf, REJECTED_BY_REVIEW, type Decision } from './payment.ts';
import { mustFindPayment } from './read-payments.ts';
import { obligationRows, reviewRows, type Review } from './rows.ts';
import type { StandingPayment } from './store.ts';
import { obligationOf, reservation } from './take-payment.ts';
import { viewOfStanding } from './view.ts';

type Input = InputOf<typeof releaseContract>;
type Output = OutputOf<typeof releaseContract>;

/**
 * Reserves the funds of a held payment now; when they are missing it waits in the queue or is rejected, as the policy says.
 * Errors: `settlement.payment_not_held`, `settlement.participant_suspended`, `settlement.asset_not_held`.
 */
export function releasePayment(deps: SettlementDeps, ctx: Ctx, input: Input): Promise<Output> {
  return decide(deps, ctx, releaseContract, input, (held) => releaseAct(deps, ctx, held, input.comment));
}

/** Errors: `settlement.payment_not_held`. */
export function rejectPayment(deps: SettlementDeps, ctx: Ctx, input: Input): Promise<Output> {
  const decision: Decision = { decision: 'rejected', reason: REJECTED_BY_REVIEW };
  return decide(deps, ctx, rejectContract, input, (held) => ({
    transfers: [],
    ...noteOf(deps, ctx, rejectContract, held, input.comment, decision),
  }));
}

type Decide = (held: StandingPayment) => Omit<Act, 'tenantId'> | Promise<Omit<Act, 'tenantId'>>;

/** Two people may decide at once: the review row is claimed, so one of them is told that it is no longer held. */
async function decide(deps: SettlementDeps, ctx: Ctx, operation: Operation, input: Input, actOn: Decide): Promise<Output> {
  // The key is looked at after the payment: the same request sent twice at once is one decision, and is told so both times.
  const mine = async () => (await keptPayment(deps, ctx, operation)) === input.id;
  const before = await mustFindPayment(deps, ctx, input.id);
  if (before.status !== 'held') {
    if (await mine()) return viewOfStanding(before);
    throw notHeld();
  }
  const outcome = await deps.ledger.enact({ tenantId: ctx.tenantId, ...(await actOn(before)) });
  if (outcome.result === 'refused' && outcome.refusal.code === 'row_taken' && !(await mine())) throw notHeld();
  return viewOfStanding(await mustFindPayment(deps, ctx, input.id));
}

async function releaseAct(deps: SettlementDeps, ctx: Ctx, held: StandingPayment, comment: string): Promise<Omit<Act, 'tenantId'>> {
  const payment = { ...held.record, transferId: newId() };
  const { byId } = await deps.directory.of(ctx.tenantId, { ids: [payment.debtorAgentId, payment.creditorAgentId] });
  const agents = [byId.get(payment.debtorAgentId), byId.get(payment.creditorAgentId)];
  // It enters the network only now, so what holds at the door holds here as well.
  for (const agent of agents) if (agent) requireActive(agent);
  const account = agents[0]?.accounts.get(payment.asset);
  if (!account)
    throw new AppError('unprocessable', 'settlement.asset_not_held', 'The debtor agent no longer has an account in this currency.');
  const inForce = await deps.router.policyOf(ctx.tenantId);
  const note = noteOf(deps, ctx, releaseContract, held, comment, { decision: 'reserved', transferId: payment.transferId });
  return {
    transfers: [reservation(payment, account)],
    events: note.events,
    rows: [...note.rows, rowOf(obligationRows, obligationOf(payment))],
    otherwise: (refusal) => {
      const decision = queuedInstead({ inForce }, refusal) ?? { decision: 'rejected', reason: reasonOf(refusal.code) };
      const { rows, events } = noteOf(deps, ctx, releaseContract, held, comment, decision);
      const wait = { priority: payment.route?.priority ?? 'normal', queueMinutes: inForce.policy.queueMinutes, enteredAt: deps.clock.now() };
      return { rows: decision.decision === 'queued' ? [...rows, entryRow(payment, wait)] : rows, events };
    },
  };
}

function notHeld(): AppError {
  return new AppError('conflict', 'settlement.payment_not_held', 'The payment is not held, or was decided already.');
}

function noteOf(
  deps: SettlementDeps,
  ctx: Ctx,
  operation: Operation,
  held: StandingPayment,
  comment: string,
  decision: Decision & { transferId?: string },
) {
  const { record, agents } = held;
  const review: Review = { paymentId: record.id, comment, actorName: ctx.actor.name, ...decision };
  return {
    rows: [
      rowOf(reviewRows, review),
      ...actRows(deps, ctx, operation, { paymentId: record.id, outcome: decision.decision, detail: { comment } }),
    ],
    events: () => [recordedEvent({ ...record, reason: undefined, ...decision }, agents, deps.clock.now())],
  };
}
