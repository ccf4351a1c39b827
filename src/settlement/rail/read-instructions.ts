import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { toWireId } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { DEFAULT_PAGE, idCursor, toPage } from '../../base/page.ts';
import type { SettlementDeps } from '../deps.ts';
import type * as contract from './contract.ts';
import { cancelInstruction as cancelContract } from './contract.ts';
import { isActive } from './hold-instructions.ts';
import { findInstruction, lockInstruction, movesOf, pageOfInstructions } from './instruction-store.ts';
import { moveInstruction } from './move-instruction.ts';
import { detailFor, viewFor, viewOfInstruction } from './view.ts';

export async function listInstructions(
  deps: Pick<SettlementDeps, 'db'>,
  ctx: Ctx,
  { limit = DEFAULT_PAGE, after, state, participantId }: InputOf<typeof contract.listInstructions>,
): Promise<OutputOf<typeof contract.listInstructions>> {
  const page = { limit: limit + 1, after: idCursor(after), state, participantId };
  const rows = await deps.db.read(ctx, (tx) => pageOfInstructions(tx, ctx.tenantId, page));
  return toPage(rows, limit, (row) => viewFor(ctx, row));
}

/** Errors: `settlement.instruction_not_found`. */
export async function getInstruction(
  deps: Pick<SettlementDeps, 'db'>,
  ctx: Ctx,
  { id }: InputOf<typeof contract.getInstruction>,
): Promise<OutputOf<typeof contract.getInstruction>> {
  return deps.db.read(ctx, async (tx) => {
    const row = await findInstruction(tx, ctx.tenantId, id);
    if (!row) throw instructionNotFound();
    return detailFor(ctx, row, await movesOf(tx, ctx.tenantId, id));
  });
}

export function instructionNotFound(): AppError {
  return new AppError('not_found', 'settlement.instruction_not_found', 'There is no such instruction.');
}

/**
 * Gives the money back for an instruction that never left; not for one on which two people decide, or have decided while its
 * participant is suspended.
 * Errors: `settlement.instruction_not_found`, `settlement.instruction_sent`, `settlement.instruction_held`.
 */
export function cancelInstruction(
  deps: Pick<SettlementDeps, 'access' | 'ledger' | 'clock'>,
  ctx: Ctx,
  { id }: InputOf<typeof cancelContract>,
): Promise<OutputOf<typeof cancelContract>> {
  // Not in a transaction of the bank, which sees no moves: the number of the next one follows from all of them.
  const { memberId, ...house } = ctx;
  return deps.access.command(house, cancelContract, async (tx) => {
    const row = await lockInstruction(tx, ctx.tenantId, id);
    if (!row || (memberId !== undefined && row.participantId !== memberId)) throw instructionNotFound();
    if (row.state === 'held')
      throw new AppError('conflict', 'settlement.instruction_held', 'It is held. Two people of the operator decide on it.');
    if (row.cleared && !(await isActive(tx, ctx.tenantId, row)))
      throw new AppError(
        'conflict',
        'settlement.instruction_held',
        'Its participant is suspended. Two people of the operator decide on it.',
      );
    const note = { at: deps.clock.now(), detail: `cancelled by ${ctx.actor.name}` };
    const made = await moveInstruction(deps, tx, ctx.tenantId, { row, move: 'cancel', note });
    if (!made)
      throw new AppError(
        'conflict',
        'settlement.instruction_sent',
        'It was handed to its rail, or is decided already. It cannot be cancelled.',
      );
    return { answer: viewOfInstruction(made.row), subject: toWireId('ins', id), events: made.events };
  });
}
