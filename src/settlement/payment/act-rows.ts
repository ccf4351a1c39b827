import type { Ctx } from '../../base/context.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { EventDraft } from '../../base/event.ts';
import type { Operation } from '../../base/operation.ts';
import { rowOf, type RowOf } from '../../ledger/port.ts';
import type { SettlementDeps } from '../deps.ts';
import type { AgentRow } from './store.ts';
import { paymentRecorded } from './contract.ts';
import type { PaymentRecord } from './payment.ts';

/** What rides with every act on a payment: its audit row and, when the caller sent a key, the answer kept for it. */
export function actRows(
  deps: Pick<SettlementDeps, 'access'>,
  ctx: Ctx,
  operation: Operation,
  act: { paymentId: Uuid; outcome: string; keySuffix?: string; detail?: object },
): RowOf[] {
  const { rows, auditEntry } = deps.access;
  const audit = rowOf(
    rows.audit,
    auditEntry(ctx, operation, { subject: toWireId('pay', act.paymentId), outcome: act.outcome, detail: act.detail }),
  );
  if (!ctx.idempotency) return [audit];
  const key = `${ctx.idempotency.key}${act.keySuffix ?? ''}`;
  const kept = { tenantId: ctx.tenantId, actorId: ctx.actor.id, key, bodyHash: ctx.idempotency.bodyHash, operation: operation.name };
  return [audit, rowOf(rows.keptAnswer, { ...kept, answer: () => ({ payment: act.paymentId }) })];
}

/** The payment that an idempotency key was used for, undefined when the key is new or absent. Errors: `request.key_reused`. */
export async function keptPayment(
  deps: Pick<SettlementDeps, 'access'>,
  ctx: Ctx,
  operation: Operation,
  keySuffix?: string,
): Promise<Uuid | undefined> {
  if (!ctx.idempotency) return undefined;
  const kept = (await deps.access.keptAnswer(ctx, operation, keySuffix)) as { payment: Uuid } | undefined;
  return kept?.payment;
}

/** Tells the world what was decided on a payment. */
export function recordedEvent(
  payment: PaymentRecord,
  agents: { debtorAgent: Pick<AgentRow, 'bic'>; creditorAgent: Pick<AgentRow, 'bic'> },
  at: number,
): EventDraft {
  const id = toWireId('pay', payment.id);
  return {
    id: newId(),
    tenantId: payment.tenantId,
    type: paymentRecorded.type,
    version: paymentRecorded.version,
    subject: id,
    at,
    memberIds: [payment.debtorAgentId, payment.creditorAgentId],
    data: {
      paymentId: id,
      status: payment.decision,
      ...(payment.reason && { reason: payment.reason.code }),
      asset: payment.asset,
      units: payment.units.toString(),
      debtorAgent: agents.debtorAgent.bic,
      creditorAgent: agents.creditorAgent.bic,
    },
  };
}
