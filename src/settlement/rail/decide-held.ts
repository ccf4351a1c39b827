import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { fromWireId, toWireId } from '../../base/id.ts';
import { codeOf, toDecimalText } from '../../base/money.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { Millis } from '../../base/time.ts';
import type { Executor } from '../custody/decide-proposal.ts';
import { propose } from '../custody/propose.ts';
import type { SettlementDeps } from '../deps.ts';
import { proposeHeldInstruction as contract } from './contract.ts';
import type { InstructionRow } from './instruction.ts';
import { findInstruction, lockInstruction } from './instruction-store.ts';
import { moveInstruction } from './move-instruction.ts';
import { instructionNotFound } from './read-instructions.ts';

/**
 * Says whether an instruction that is held is to go out after all, or its money back to the participant's account; another person
 * decides. Not while a list names whom it is paid to: that is for its case.
 * Errors: `settlement.instruction_not_found`, `settlement.instruction_not_held`, `settlement.instruction_in_case`,
 * `settlement.instruction_sent`.
 */
export async function proposeHeldInstruction(
  deps: SettlementDeps,
  ctx: Ctx,
  { id, decision, reason }: InputOf<typeof contract>,
): Promise<OutputOf<typeof contract>> {
  const row = await deps.db.read(ctx, (tx) => findInstruction(tx, ctx.tenantId, id));
  if (!row) throw instructionNotFound();
  requireDecidable(row, decision);
  const { asset, units, reference } = row;
  const what = `payout ${reference} of ${toDecimalText({ asset, units })} ${codeOf(asset)}`;
  const subject = decision === 'release' ? `Let held ${what} go` : `Refuse held ${what}`;
  return propose(deps, ctx, contract, {
    kind: 'held_instruction',
    subject,
    data: { instructionId: toWireId('ins', id), decision },
    reason,
  });
}

/** Errors: `settlement.instruction_not_held`, `settlement.instruction_in_case`, `settlement.instruction_sent`. */
function requireDecidable(row: InstructionRow, decision: string): void {
  const { state, holdCaseId } = row;
  if (state !== 'held') throw new AppError('conflict', 'settlement.instruction_not_held', `The instruction is ${state}; nothing holds it.`);
  if (holdCaseId !== null)
    throw new AppError(
      'conflict',
      'settlement.instruction_in_case',
      'A list names whom it is paid to. Two people decide on that in its case first.',
    );
  if (decision === 'refuse') requireNotSent(row);
}

/** The money of what was handed over once is given back to nobody. Errors: `settlement.instruction_sent`. */
export function requireNotSent({ attempts }: Pick<InstructionRow, 'attempts'>): void {
  if (attempts > 0)
    throw new AppError(
      'conflict',
      'settlement.instruction_sent',
      'It was handed to its rail before, which says that it never came; it may still arrive. Let it go, or leave it held.',
    );
}

/** Nobody lets go, or refuses, by what was known before it was held for something else. Errors: `settlement.instruction_changed`. */
export function requireUnchanged({ changedAt }: Pick<InstructionRow, 'changedAt'>, proposedAt: Millis): void {
  if (proposedAt >= changedAt) return;
  throw new AppError(
    'conflict',
    'settlement.instruction_changed',
    'It was held anew since that was proposed: its participant was suspended, or a list names somebody. Look at why, and propose it again.',
  );
}

/** Errors: as for `proposeHeldInstruction`, and `settlement.instruction_changed`. */
export const approveHeldInstruction: Executor = async (deps, { tx, ctx, proposal, at }) => {
  const { instructionId, decision } = proposal.data as Record<'instructionId' | 'decision', string>;
  const row = await lockInstruction(tx, ctx.tenantId, fromWireId(instructionId));
  if (!row) throw instructionNotFound();
  requireDecidable(row, decision);
  requireUnchanged(row, proposal.proposedAt);
  const by = `by ${proposal.proposedBy} and ${ctx.actor.name}`;
  const note =
    decision === 'release'
      ? { at, detail: `let go ${by}: ${proposal.reason}`.slice(0, 500), cleared: true }
      : { at, detail: `refused ${by}: ${proposal.reason}`.slice(0, 500), reason: 'Refused while the participant was suspended.' };
  const move = decision === 'release' ? 'release' : 'cancel';
  return (await moveInstruction(deps, tx, ctx.tenantId, { row, move, note }))?.events;
};
