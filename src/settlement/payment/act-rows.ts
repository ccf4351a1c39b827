import type { Ctx } from '../../base/context.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { EventDraft } from '../../base/event.ts';
import type { Operation } from '../../base/operation.ts';
import { rowOf, type RowOf } from '../../ledger/port.ts';
import type { SettlementDeps } from '../deps.ts';
import type { AgentRow } from './store.ts';
import { paymentEnded, paymentRecorded } from './contract.ts';
import type { Decision, PaymentRecord } from './payment.ts';

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
  return [audit, ...keptRows(deps, ctx, operation, { keySuffix: act.keySuffix, answer: { payment: act.paymentId } })];
}

/** The answer kept for the caller's key; nothing when it sent none. */
function keptRows(
  { access: { rows } }: Pick<SettlementDeps, 'access'>,
  ctx: Ctx,
  operation: Operation,
  kept: { keySuffix?: string; answer: object },
): RowOf[] {
  if (!ctx.idempotency) return [];
  const { key, bodyHash } = ctx.idempotency;
  const ref = { tenantId: ctx.tenantId, actorId: ctx.actor.id, key: `${key}${kept.keySuffix ?? ''}` };
  return [rowOf(rows.keptAnswer, { ...ref, bodyHash, operation: operation.name, answer: () => kept.answer })];
}

/**
 * Claims the caller's key for the whole of a request that is taken in parts, before any part of it. The same request may
 * claim it again, as after an answer that was lost. Errors: `request.key_reused`.
 */
export async function claimKey(deps: Pick<SettlementDeps, 'access' | 'ledger'>, ctx: Ctx, operation: Operation): Promise<void> {
  const rows = keptRows(deps, ctx, operation, { answer: {} });
  if (rows.length === 0) return;
  const outcome = await deps.ledger.enact({ tenantId: ctx.tenantId, transfers: [], rows });
  if (outcome.result === 'refused') await deps.access.keptAnswer(ctx, operation);
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
  payment: Pick<PaymentRecord, 'id' | 'tenantId' | 'debtorAgentId' | 'creditorAgentId' | 'asset' | 'units'> & Decision,
  agents: { debtorAgent: Pick<AgentRow, 'bic'>; creditorAgent: Pick<AgentRow, 'bic'> },
  at: number,
): EventDraft {
  const id = toWireId('pay', payment.id);
  const { type, version } = payment.decision === 'rejected' || payment.decision === 'settled' ? paymentEnded : paymentRecorded;
  return {
    id: newId(),
    tenantId: payment.tenantId,
    type,
    version,
    subject: id,
    at,
    // A creditor's bank learns of a payment when it is owed the money or has it, see decision 5.
    memberIds:
      payment.decision === 'reserved' || payment.decision === 'settled'
        ? [payment.debtorAgentId, payment.creditorAgentId]
        : [payment.debtorAgentId],
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
