import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { SettlementDeps } from '../deps.ts';
import {
  keepFindings,
  requireInForce,
  screenBank,
  untilNotOvertaken,
  type ScreenedBank,
} from '../screening/rescreening/screen-participant.ts';
import { changeParticipant } from './change-participant.ts';
import { setParticipantMessaging as contract } from './contract.ts';
import { normalBic } from './directory.ts';
import { getParticipant } from './read-participants.ts';
import { updateMessaging } from './store.ts';

/**
 * Says what the messages of a participant are held to from now on, and who may send them for it by an application header; a key
 * that may act for it is needed all the same. Who sends is screened by its BIC: one whom a list names is named by nobody before the case
 * is dismissed. Errors: `settlement.participant_not_found`, `settlement.agent_listed`.
 */
export async function setParticipantMessaging(
  deps: SettlementDeps,
  ctx: Ctx,
  input: InputOf<typeof contract>,
): Promise<OutputOf<typeof contract>> {
  const { id, usage } = input;
  const messaging = { usage, agents: [...new Set(input.agents.map(normalBic))].sort() };
  return await untilNotOvertaken(async () => {
    const screened = messaging.agents.length === 0 ? undefined : await requireUnlisted(deps, ctx, id, messaging.agents);
    return await changeParticipant(deps, ctx, {
      contract,
      id,
      change: (before) => ({
        require: async (tx) => {
          if (screened) await requireInForce(tx, ctx.tenantId, screened);
        },
        write: (tx) => updateMessaging(tx, ctx.tenantId, id, messaging),
        after: { ...before, messaging },
        detail: { from: before.messaging, to: messaging },
      }),
    });
  });
}

async function requireUnlisted(deps: SettlementDeps, ctx: Ctx, id: Uuid, agents: readonly string[]): Promise<ScreenedBank> {
  const bank = await getParticipant(deps, ctx, { id });
  const screened = await screenBank(deps, ctx.tenantId, { ...bank, agents });
  await keepFindings(deps, ctx, screened);
  const named = agents.filter((agent) => screened.listed.includes(agent));
  if (named.length === 0) return screened;
  throw new AppError(
    'conflict',
    'settlement.agent_listed',
    `A list names ${named.join(', ')}. It sends for ${bank.bic} when the case is dismissed, or an exception sets the match aside.`,
  );
}
