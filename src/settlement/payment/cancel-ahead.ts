import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { Operation } from '../../base/operation.ts';
import { dayOf, type Millis } from '../../base/time.ts';
import { rowOf, type Outcome } from '../../ledger/port.ts';
import type { SettlementDeps } from '../deps.ts';
import { actRows, recordedEvent } from './act-rows.ts';
import { cancellationRows } from './cancel-rows.ts';
import { CANCELLED_AHEAD } from './payment.ts';
import { findPayment, type StandingPayment } from './store.ts';

/** Whether a payment waits for its value date with its money set aside, in no window that was cut off: until then its bank may cancel it. */
export function waitsAhead({ record, status }: Pick<StandingPayment, 'record' | 'status'>, now: Millis): boolean {
  return status === 'reserved' && record.valueDate > dayOf(now);
}

/**
 * Cancels a payment that waits for its value date, for the bank that sent it or the operator: it is rejected and its money free. Both
 * banks are told, since both knew of it. False when there is no such payment, or it waits no longer.
 */
export async function cancelAhead(deps: SettlementDeps, ctx: Ctx, operation: Operation, id: Uuid): Promise<boolean> {
  const payment = await deps.db.read(ctx, (tx) => findPayment(tx, ctx.tenantId, id));
  if (!payment || !waitsAhead(payment, deps.clock.now())) return false;
  const { record, agents } = payment;
  // To the bank that would be paid, nothing of it is its own to cancel.
  if (ctx.memberId !== undefined && ctx.memberId !== record.debtorAgentId) return false;
  const { byId } = await deps.directory.of(ctx.tenantId, { ids: [record.debtorAgentId] });
  const { asset, units } = record;
  const { reserveAccountId: debitAccountId, settlementAccountId: creditAccountId } = byId.get(record.debtorAgentId)!.accounts.get(asset)!;
  const decision = { decision: 'rejected' as const, reason: CANCELLED_AHEAD };
  const act = deps.ledger.enact({
    tenantId: ctx.tenantId,
    transfers: [{ id: newId(), kind: 'posted', debitAccountId, creditAccountId, asset, units, reference: toWireId('pay', id) }],
    rows: [
      rowOf(cancellationRows, { paymentId: id, actorName: ctx.actor.name }),
      ...actRows(deps, ctx, operation, { paymentId: id, outcome: 'cancelled' }),
    ],
    events: ({ atMs }) => [
      { ...recordedEvent({ ...record, ...decision }, agents, atMs), memberIds: [record.debtorAgentId, record.creditorAgentId] },
    ],
  });
  const outcome = await act.catch(tooLate);
  if (outcome === undefined || (outcome.result === 'refused' && outcome.refusal.code === 'row_taken')) return false;
  if (outcome.result === 'refused') throw new Error(`what is set aside for payment ${id} cannot be freed: ${outcome.refusal.code}`);
  deps.judge.held(record);
  return true;
}

function tooLate(error: unknown): Outcome | undefined {
  if (error instanceof AppError && error.code === 'settlement.payment_not_open') return undefined;
  throw error;
}
