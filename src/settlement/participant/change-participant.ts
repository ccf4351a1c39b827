import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { EventDraft } from '../../base/event.ts';
import type { Uuid } from '../../base/id.ts';
import type { OutputOf } from '../../base/operation.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { SettlementDeps } from '../deps.ts';
import type { setParticipantMessaging, setParticipantState } from './contract.ts';
import { getParticipant } from './read-participants.ts';
import { lockState } from './store.ts';

type Contract = typeof setParticipantMessaging | typeof setParticipantState;
type Participant = OutputOf<Contract>;

/** What is set of a participant: `write` does it. */
type Change = {
  /** What must hold in the transaction, or it fails; the participant is locked, in this state. */
  require?(tx: Tx, state: Participant['state']): Promise<void>;
  write(tx: Tx): Promise<void>;
  /** What else follows of it, in the same transaction. */
  follow?(tx: Tx): Promise<readonly EventDraft[]>;
  after: Participant;
  detail: { from: unknown; to: unknown; reason?: string };
  events?: readonly EventDraft[];
};

/**
 * Sets something of a participant, which holds from then on in this process. The participant is locked first, then the lists, as where
 * a rail is handed an instruction: a list that is loaded waits for those who have them, and lets nobody by who waits behind it.
 * Errors: `settlement.participant_not_found`.
 */
export async function changeParticipant(
  deps: SettlementDeps,
  ctx: Ctx,
  { contract, id, change }: { contract: Contract; id: Uuid; change(before: Participant): Change },
): Promise<Participant> {
  const before = await getParticipant(deps, ctx, { id });
  const { require, write, follow, after, detail, events = [] } = change(before);
  const answer = await deps.access.command(ctx, contract, async (tx) => {
    const state = await lockState(tx, ctx.tenantId, id);
    if (state === undefined) throw new AppError('not_found', 'settlement.participant_not_found', 'There is no such participant.');
    await require?.(tx, state);
    await write(tx);
    const followed = (await follow?.(tx)) ?? [];
    return { answer: after, subject: before.bic, events: [...events, ...followed], detail };
  });
  deps.directory.forget(ctx.tenantId);
  return answer;
}
