import { AppError } from '../../base/error.ts';
import type { EventDraft } from '../../base/event.ts';
import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { REJECTED_BY_REVIEW } from '../payment/payment.ts';
import type { SettlementDeps } from '../deps.ts';
import { requireNotSent, requireUnchanged } from './decide-held.ts';
import { TOLD } from './hold-instructions.ts';
import type { InstructionRow } from './instruction.ts';
import { lockInstruction, writeMove } from './instruction-store.ts';
import { moveInstruction } from './move-instruction.ts';

/** What two people have decided in the case of an instruction. */
export type ListedDecision = {
  instructionId: Uuid;
  caseId: Uuid;
  decision: 'release' | 'reject';
  proposedAt: Millis;
  at: Millis;
  detail: string;
};

/**
 * Lets an instruction go that a list held, or gives its money back. One that its participant's suspension holds as well stays held for
 * that; it leaves only as far as the lists in force were asked whom it is paid to, as every other.
 * Errors: `settlement.instruction_not_held`, `settlement.instruction_changed`, `settlement.instruction_sent`.
 */
export async function decideListed(
  deps: Pick<SettlementDeps, 'ledger'>,
  tx: Tx,
  tenantId: Uuid,
  { instructionId, caseId, decision, proposedAt, at, detail }: ListedDecision,
): Promise<EventDraft[]> {
  const row = await lockInstruction(tx, tenantId, instructionId);
  if (row?.holdCaseId !== caseId)
    throw new AppError('conflict', 'settlement.instruction_not_held', 'The case does not hold the instruction any more.');
  requireUnchanged(row, proposedAt);
  if (decision === 'reject') requireNotSent(row);
  if (decision === 'release' && row.suspended) return await leaveSuspended(tx, tenantId, row, { at, detail });
  const note = decision === 'release' ? { at, detail } : { at, detail, reason: REJECTED_BY_REVIEW.text };
  const move = decision === 'release' ? 'release' : 'cancel';
  return (await moveInstruction(deps, tx, tenantId, { row, move, note }))?.events ?? [];
}

/** The list stands in its way no longer; the suspension does. */
async function leaveSuspended(
  tx: Tx,
  tenantId: Uuid,
  row: InstructionRow,
  { at, detail }: Pick<ListedDecision, 'at' | 'detail'>,
): Promise<EventDraft[]> {
  const after = { ...row, holdCaseId: null, reason: TOLD };
  await writeMove(tx, tenantId, {
    before: row,
    after,
    detail: `${detail} It stays held since its participant was suspended.`.slice(0, 600),
    at,
  });
  return [];
}
