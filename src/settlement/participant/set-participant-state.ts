import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { EventDraft } from '../../base/event.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { SettlementDeps } from '../deps.ts';
import { participantStateSet, setParticipantState as contract } from './contract.ts';
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
    const events = before.state === input.state ? [] : [stateSet(ctx, before, { state: input.state, at: deps.clock.now() })];
    return { answer: { ...before, state: input.state }, subject: before.bic, events, detail: { from: before.state, to: input.state } };
  });
  deps.directory.forget(ctx.tenantId);
  return answer;
}

type Set = { state: 'active' | 'suspended'; at: number };

/** The bank itself is told too. */
function stateSet({ tenantId }: Ctx, { id, bic }: { id: Uuid; bic: string }, { state, at }: Set): EventDraft {
  const participantId = toWireId('mem', id);
  const { type, version } = participantStateSet;
  return { id: newId(at), tenantId, type, version, subject: participantId, at, memberIds: [id], data: { participantId, bic, state } };
}
