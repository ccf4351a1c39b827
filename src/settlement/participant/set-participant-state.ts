import type { Ctx } from '../../base/context.ts';
import type { EventDraft } from '../../base/event.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { SettlementDeps } from '../deps.ts';
import { holdInstructions } from '../rail/hold-instructions.ts';
import {
  keepFindings,
  listed,
  overtaken,
  requireInForce,
  screenBank,
  untilNotOvertaken,
  type ScreenedBank,
} from '../screening/rescreening/screen-participant.ts';
import { changeParticipant } from './change-participant.ts';
import { participantStateSet, setParticipantState as contract } from './contract.ts';
import { getParticipant } from './read-participants.ts';
import { updateParticipantState } from './store.ts';

type Input = InputOf<typeof contract>;
type Participant = OutputOf<typeof contract>;

/**
 * Suspends a participant or lets it in again. What is already reserved still settles; payouts that no rail has been handed are held
 * until two people decide on them, whether or not it is let in again. Whoever a list names is let in by nobody before its case is
 * dismissed. Errors: `settlement.participant_not_found`, `settlement.participant_listed`.
 */
export async function setParticipantState(deps: SettlementDeps, ctx: Ctx, input: Input): Promise<Participant> {
  if (input.state === 'suspended') return await set(deps, ctx, input, async () => {});
  return await untilNotOvertaken(async () => {
    const before = await getParticipant(deps, ctx, input);
    const screened = before.state === 'active' ? undefined : await requireUnlisted(deps, ctx, before);
    return await set(deps, ctx, input, async (tx, state) => {
      if (state !== before.state) throw overtaken();
      if (screened) await requireInForce(tx, ctx.tenantId, screened);
    });
  });
}

async function set(
  deps: SettlementDeps,
  ctx: Ctx,
  input: Input,
  require: (tx: Tx, state: Participant['state']) => Promise<void>,
): Promise<Participant> {
  const { id, state, reason } = input;
  const at = deps.clock.now();
  const why = `suspended by ${ctx.actor.name}${reason === undefined ? '' : `: ${reason}`}`;
  return await changeParticipant(deps, ctx, {
    contract,
    id,
    change: (before) => ({
      require,
      write: (tx) => updateParticipantState(tx, ctx.tenantId, id, state),
      after: { ...before, state },
      detail: { from: before.state, to: state, ...(reason !== undefined && { reason }) },
      ...(state === 'suspended' && { follow: (tx) => holdInstructions(deps, tx, ctx.tenantId, { participantId: id, at, why }) }),
      events: before.state === state ? [] : [stateSet(ctx, before, { state, at })],
    }),
  });
}

/** A bank that is to be let in again is screened as one that is admitted. Errors: `settlement.participant_listed`. */
async function requireUnlisted(deps: SettlementDeps, ctx: Ctx, before: Participant): Promise<ScreenedBank> {
  const screened = await screenBank(deps, ctx.tenantId, { ...before, agents: before.messaging.agents });
  await keepFindings(deps, ctx, screened);
  if (screened.listed.length > 0) throw listed(before.bic, screened.listed);
  return screened;
}

type Set = { state: 'active' | 'suspended'; at: number };

/** The bank itself is told too. */
function stateSet({ tenantId }: Ctx, { id, bic }: { id: Uuid; bic: string }, { state, at }: Set): EventDraft {
  const participantId = toWireId('mem', id);
  const { type, version } = participantStateSet;
  return { id: newId(at), tenantId, type, version, subject: participantId, at, memberIds: [id], data: { participantId, bic, state } };
}
