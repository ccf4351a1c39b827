import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { fromWireId, toWireId } from '../../base/id.ts';
import { codeOf, toDecimalText } from '../../base/money.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { Executor } from '../custody/decide-proposal.ts';
import type { ProposalRow } from '../custody/proposal.ts';
import { propose } from '../custody/propose.ts';
import type { SettlementDeps } from '../deps.ts';
import { proposeHeldInstruction as contract } from './contract.ts';
import type { InstructionRow } from './instruction.ts';
import { findInstruction, lockInstruction } from './instruction-store.ts';
import { moveInstruction } from './move-instruction.ts';
import { instructionNotFound } from './read-instructions.ts';

/**
 * Says whether an instruction that is held is to go out after all, or its money back to the participant's account; another person
 * decides. Errors: `settlement.instruction_not_found`, `settlement.instruction_not_held`, `settlement.instruction_sent`.
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

/** Errors: `settlement.instruction_not_held`, `settlement.instruction_sent`. */
function requireDecidable({ state, attempts }: InstructionRow, decision: string): void {
  if (state !== 'held') throw new AppError('conflict', 'settlement.instruction_not_held', `The instruction is ${state}; nothing holds it.`);
  if (decision === 'refuse' && attempts > 0)
    throw new AppError(
      'conflict',
      'settlement.instruction_sent',
      'It was handed to its rail before, which says that it never came; it may still arrive. Let it go, or leave it held.',
    );
}

/** Nobody lets go, or refuses, for a reason that was there before the last suspension. Errors: `settlement.instruction_changed`. */
function requireUnchanged({ changedAt }: InstructionRow, { proposedAt }: ProposalRow): void {
  if (proposedAt >= changedAt) return;
  throw new AppError(
    'conflict',
    'settlement.instruction_changed',
    'Its participant was suspended anew since that was proposed. Look at why, and propose it again.',
  );
}

/** Errors: as for `proposeHeldInstruction`, and `settlement.instruction_changed`. */
export const approveHeldInstruction: Executor = async (deps, { tx, ctx, proposal, at }) => {
  const { instructionId, decision } = proposal.data as Record<'instructionId' | 'decision', string>;
  const row = await lockInstruction(tx, ctx.tenantId, fromWireId(instructionId));
  if (!row) throw instructionNotFound();
  requireDecidable(row, decision);
  requireUnchanged(row, proposal);
  const by = `by ${proposal.proposedBy} and ${ctx.actor.name}`;
  const note =
    decision === 'release'
      ? { at, detail: `let go ${by}: ${proposal.reason}`.slice(0, 500), cleared: true }
      : { at, detail: `refused ${by}: ${proposal.reason}`.slice(0, 500), reason: 'Refused while the participant was suspended.' };
  const move = decision === 'release' ? 'release' : 'cancel';
  return (await moveInstruction(deps, tx, ctx.tenantId, { row, move, note }))?.events;
};
