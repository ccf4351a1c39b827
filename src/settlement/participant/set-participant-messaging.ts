import type { Ctx } from '../../base/context.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { SettlementDeps } from '../deps.ts';
import { changeParticipant } from './change-participant.ts';
import { setParticipantMessaging as contract } from './contract.ts';
import { normalBic } from './directory.ts';
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
  const { id, usage, agents } = input;
  const messaging = { usage, agents: [...new Set(agents.map(normalBic))].sort() };
  return await changeParticipant(deps, ctx, {
    contract,
    id,
    change: (before) => ({
      write: (tx) => updateMessaging(tx, ctx.tenantId, id, messaging),
      after: { ...before, messaging },
      detail: { from: before.messaging, to: messaging },
    }),
  });
}
