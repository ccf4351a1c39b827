import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { SettlementDeps } from '../deps.ts';
import { setParticipantState as contract } from './contract.ts';
import { getParticipant } from './read-participants.ts';
import { updateParticipantState } from './store.ts';

/** Suspends a participant or lets it in again; what is already reserved still settles. Errors: `settlement.participant_not_found`. */
export async function setParticipantState(
  deps: SettlementDeps,
  ctx: Ctx,
  input: InputOf<typeof contract>,
): Promise<OutputOf<typeof contract>> {
  const before = await getParticipant(deps, ctx, input);
  const answer = await deps.access.command(ctx, contract, async (tx) => {
    if (!(await updateParticipantState(tx, ctx.tenantId, input.id, input.state))) {
      throw new AppError('not_found', 'settlement.participant_not_found', 'There is no such participant.');
    }
    return { answer: { ...before, state: input.state }, subject: before.bic, detail: { from: before.state, to: input.state } };
  });
  deps.directory.forget(ctx.tenantId);
  return answer;
}
