import type { Ctx } from '../../base/context.ts';
import type { EventDraft } from '../../base/event.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { SettlementDeps } from '../deps.ts';
import { holdInstructions } from '../rail/hold-instructions.ts';
import { listed, noteOfBank, screenBank } from '../screening/rescreening/screen-participant.ts';
import { changeParticipant } from './change-participant.ts';
import { participantStateSet, setParticipantState as contract } from './contract.ts';
import { getParticipant } from './read-participants.ts';
import { updateParticipantState } from './store.ts';

/**
 * Suspends a participant or lets it in again. What is already reserved still settles; payouts that no rail has been handed are held
 * until two people decide on them, whether or not it is let in again. Whoever a list names is let in by nobody before its case is
 * dismissed. Errors: `settlement.participant_not_found`, `settlement.participant_listed`.
 */
export async function setParticipantState(
  deps: SettlementDeps,
  ctx: Ctx,
  input: InputOf<typeof contract>,
): Promise<OutputOf<typeof contract>> {
  const { id, state, reason } = input;
  const at = deps.clock.now();
  const why = `suspended by ${ctx.actor.name}${reason === undefined ? '' : `: ${reason}`}`;
  if (state === 'active') await requireUnlisted(deps, ctx, id);
  return await changeParticipant(deps, ctx, {
    contract,
    id,
    change: (before) => ({
      write: (tx) => updateParticipantState(tx, ctx.tenantId, id, state),
      after: { ...before, state },
      detail: { from: before.state, to: state, ...(reason !== undefined && { reason }) },
      ...(state === 'suspended' && { follow: (tx) => holdInstructions(deps, tx, ctx.tenantId, { participantId: id, at, why }) }),
      events: before.state === state ? [] : [stateSet(ctx, before, { state, at })],
    }),
  });
}

/** A bank that is to be let in again is screened as one that is admitted. Errors: `settlement.participant_listed`. */
async function requireUnlisted(deps: SettlementDeps, ctx: Ctx, id: Uuid): Promise<void> {
  const before = await getParticipant(deps, ctx, { id });
  if (before.state === 'active') return;
  const screened = await screenBank(deps, ctx.tenantId, before);
  if (screened.findings.length > 0) {
    await deps.db.write(ctx, async (tx) => {
      await deps.outbox.append(tx, await noteOfBank(tx, ctx.tenantId, screened));
    });
  }
  if (screened.isListed) throw listed(before.bic);
}

type Set = { state: 'active' | 'suspended'; at: number };

/** The bank itself is told too. */
function stateSet({ tenantId }: Ctx, { id, bic }: { id: Uuid; bic: string }, { state, at }: Set): EventDraft {
  const participantId = toWireId('mem', id);
  const { type, version } = participantStateSet;
  return { id: newId(at), tenantId, type, version, subject: participantId, at, memberIds: [id], data: { participantId, bic, state } };
}
