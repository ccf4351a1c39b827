import { AppError } from '../../../base/error.ts';
import { newId, toWireId } from '../../../base/id.ts';
import { rowOf, type Act, type Outcome } from '../../../ledger/port.ts';
import { recordedEvent } from '../../payment/act-rows.ts';
import { windowHoldRows, type Hold } from '../../payment/hold-rows.ts';
import { HELD } from '../../payment/payment.ts';
import type { StandingPayment } from '../../payment/store.ts';
import { queueExitRows } from '../../queue/rows.ts';
import { loadScreeningList } from '../contract.ts';
import type { Examined, Work } from './examine.ts';

/**
 * Holds payments with matches that nobody has decided on: what waits in the queue leaves it, what waits for its window leaves that
 * and its money is free again. What has gone on meanwhile is not held. Answers with how many are.
 */
export async function holdPayments(work: Work, undecided: Examined['undecided']): Promise<number> {
  let held = 0;
  for (const { payment, hits } of undecided) {
    const { deps, tenantId, run } = work;
    const hold: Hold = { id: newId(deps.clock.now()), screening: { set: run.toSet, hits } };
    const act = await actOf(work, payment, hold);
    const outcome = act && (await deps.ledger.enact(act).catch(tooLate));
    if (outcome?.result === 'enacted') {
      held++;
      if (payment.status !== 'queued') deps.judge.held(payment.record);
    } else if (outcome?.result === 'refused' && outcome.refusal.code !== 'row_taken') {
      deps.log.error('A payment that a list names could not be held', {
        tenantId,
        paymentId: payment.record.id,
        code: outcome.refusal.code,
      });
    }
  }
  return held;
}

function tooLate(error: unknown): Outcome | undefined {
  if (error instanceof AppError && error.code === 'settlement.payment_not_open') return undefined;
  throw error;
}

async function actOf({ deps, tenantId }: Work, { record, status, agents }: StandingPayment, hold: Hold): Promise<Act | undefined> {
  const ctx = deps.access.systemCtx('settlement.rescreen', tenantId);
  const { id, asset, units, debtorAgentId } = record;
  const subject = toWireId('pay', id);
  const audit = deps.access.auditEntry(ctx, loadScreeningList, { subject, outcome: 'held', detail: { set: hold.screening.set } });
  const act = {
    tenantId,
    idsAreNew: true,
    events: ({ atMs }: { atMs: number }) => [recordedEvent({ ...record, decision: 'held' as const, reason: HELD }, agents, atMs)],
  };
  const auditRow = rowOf(deps.access.rows.audit, audit);
  if (status === 'queued') {
    return {
      ...act,
      transfers: [],
      rows: [rowOf(queueExitRows, { entryId: id, outcome: 'held', hold, actorName: ctx.actor.name }), auditRow],
    };
  }
  const { byId } = await deps.directory.of(tenantId, { ids: [debtorAgentId] });
  const accounts = byId.get(debtorAgentId)?.accounts.get(asset);
  if (!accounts) return undefined;
  const { reserveAccountId: debitAccountId, settlementAccountId: creditAccountId } = accounts;
  return {
    ...act,
    transfers: [{ id: newId(), kind: 'posted', debitAccountId, creditAccountId, asset, units, reference: subject }],
    rows: [rowOf(windowHoldRows, { paymentId: id, hold }), auditRow],
  };
}
