import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { SettlementDeps } from '../deps.ts';
import { requireActive } from '../payment/check-order.ts';
import { insertActs } from './act-store.ts';
import { answerObligation as answerContract, withdrawObligation as withdrawContract } from './contract.ts';
import { capacityOf, standingAfter, type Act, type BilateralObligation } from './obligation.ts';
import { lockObligation, updateObligation } from './store.ts';
import { changedEvent, viewOf } from './view.ts';

/**
 * A bank that is asked confirms or disputes, by its own act: the operator can do neither.
 * Errors: `settlement.obligation_not_found`, `settlement.obligation_state`, `settlement.obligation_foreign`,
 * `settlement.participant_suspended` for a confirmation, `settlement.reason_missing` for a dispute without one.
 */
export async function answerObligation(
  deps: SettlementDeps,
  ctx: Ctx,
  { id, answer, reason }: InputOf<typeof answerContract>,
): Promise<OutputOf<typeof answerContract>> {
  if (answer === 'dispute' && reason === undefined)
    throw new AppError('invalid', 'settlement.reason_missing', 'Say why it is disputed: reason.');
  return move(deps, ctx, answerContract, { id, act: answer, reason });
}

/**
 * Takes back what was brought in or, once it is confirmed, what is owed.
 * Errors: `settlement.obligation_not_found`, `settlement.obligation_state`, `settlement.obligation_foreign`.
 */
export async function withdrawObligation(
  deps: SettlementDeps,
  ctx: Ctx,
  { id, reason }: InputOf<typeof withdrawContract>,
): Promise<OutputOf<typeof withdrawContract>> {
  return move(deps, ctx, withdrawContract, { id, act: 'withdraw', reason });
}

type Wish = { id: Uuid; act: Act; reason: string | undefined };

/** Does an act under the obligation's own lock, so that a round of set-off comes before it or after it. */
function move(deps: SettlementDeps, ctx: Ctx, contract: typeof answerContract | typeof withdrawContract, { id, act, reason }: Wish) {
  const { tenantId } = ctx;
  return deps.access.command(ctx, contract, async (tx) => {
    const before = await lockObligation(tx, tenantId, id);
    if (!before) throw new AppError('not_found', 'settlement.obligation_not_found', 'There is no such obligation.');
    const as = capacityOf(before, ctx.memberId);
    const standing = standingAfter(before, act, as);
    const participants = await deps.directory.of(tenantId, { ids: [before.debtorId, before.creditorId] });
    if (act === 'confirm') for (const party of [before.debtorId, before.creditorId]) requireActive(participants.byId.get(party)!);
    const at = deps.clock.now();
    const after: BilateralObligation = { ...before, ...standing, reason: reason ?? null, changedAt: at };
    await updateObligation(tx, tenantId, after);
    const done = { act, as, actorName: ctx.actor.name, reason: reason ?? null, at };
    await insertActs(tx, tenantId, [{ ...done, obligationId: id }]);
    const subject = toWireId('obl', id);
    return {
      answer: viewOf(after, participants),
      subject,
      detail: { act, as, ...(reason !== undefined && { reason }) },
      events: [changedEvent(tenantId, after, { participants, done })],
    };
  });
}
