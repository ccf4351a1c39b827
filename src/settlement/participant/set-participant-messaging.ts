import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { SettlementDeps } from '../deps.ts';
import { setParticipantMessaging as contract } from './contract.ts';
import { normalBic } from './directory.ts';
import { getParticipant } from './read-participants.ts';
import { updateMessaging } from './store.ts';

/**
 * Says what the messages of a participant are held to from now on, and who may send them for it by an application header; a key
 * that may act for it is needed all the same. Errors: `settlement.participant_not_found`.
 */
export async function setParticipantMessaging(
  deps: SettlementDeps,
  ctx: Ctx,
  input: InputOf<typeof contract>,
): Promise<OutputOf<typeof contract>> {
  const before = await getParticipant(deps, ctx, input);
  const messaging = { usage: input.usage, agents: [...new Set(input.agents.map(normalBic))].sort() };
  const answer = await deps.access.command(ctx, contract, async (tx) => {
    if (!(await updateMessaging(tx, ctx.tenantId, input.id, messaging))) {
      throw new AppError('not_found', 'settlement.participant_not_found', 'There is no such participant.');
    }
    return { answer: { ...before, messaging }, subject: before.bic, detail: { from: before.messaging, to: messaging } };
  });
  deps.directory.forget(ctx.tenantId);
  return answer;
}
