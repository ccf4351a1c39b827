import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { ReadinessDeps } from '../deps.ts';
import { changedEvent } from '../events.ts';
import { endSigningKey as endContract, type listSigningKeys as listContract } from '../signing-contract.ts';
import { insertKeyEnd, lockKeys, selectKeys, type KeyRow } from '../store/key-store.ts';
import { requireStepUp } from './signed-act.ts';

type KeyView = OutputOf<typeof endContract>;

/** The keys that sign for users here, the newest first. Bound to a member, one sees none. */
export async function listSigningKeys(deps: ReadinessDeps, ctx: Ctx): Promise<OutputOf<typeof listContract>> {
  const rows = ctx.memberId === undefined ? await deps.db.read(ctx, selectKeys) : [];
  return { items: rows.map(viewOf) };
}

/**
 * Ends the key that signs now, or the one that is named; the next signature makes a new one. What was signed before stands, unless
 * somebody else may have had the key since some time: nothing that was made from then on counts any more.
 * Errors: `readiness.step_up_required`, `readiness.signing_key_not_found`.
 */
export async function endSigningKey(
  deps: ReadinessDeps,
  ctx: Ctx,
  { key, compromisedSince, reason }: InputOf<typeof endContract>,
): Promise<KeyView> {
  if (!(await deps.access.keptAnswer(ctx, endContract))) await requireStepUp(deps, ctx);
  return await deps.access.command(ctx, endContract, async (tx) => {
    await lockKeys(tx, ctx.tenantId);
    const find = async () => (await selectKeys(tx)).find(({ id, endedAt }) => (key === undefined ? endedAt === null : id === key));
    const found = ctx.memberId === undefined ? await find() : undefined;
    if (!found) throw new AppError('not_found', 'readiness.signing_key_not_found', 'There is no such key that signs here.');
    const at = deps.clock.now();
    const since = compromisedSince !== undefined && { compromisedSince };
    await insertKeyEnd(tx, ctx.tenantId, { keyId: found.id, at, ...since, by: ctx.actor.name, reason });
    const ended = (await selectKeys(tx)).find(({ id }) => id === found.id)!;
    return { answer: viewOf(ended), subject: found.id, detail: { reason, ...since }, events: [changedEvent(ctx.tenantId, at)] };
  });
}

function viewOf({ id, createdAt, endedAt, compromisedSince }: KeyRow): KeyView {
  return { key: id, createdAt, ...(endedAt !== null && { endedAt }), ...(compromisedSince !== null && { compromisedSince }) };
}
