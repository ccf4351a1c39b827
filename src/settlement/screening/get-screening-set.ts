import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { SettlementDeps } from '../deps.ts';
import type { getScreeningSet as contract } from './contract.ts';
import { findSet } from './screening-set.ts';
import { versionsNamed } from './store.ts';

/** Errors: `settlement.screening_set_not_found`. */
export async function getScreeningSet(
  deps: Pick<SettlementDeps, 'db'>,
  ctx: Ctx,
  { id }: InputOf<typeof contract>,
): Promise<OutputOf<typeof contract>> {
  return await deps.db.read(ctx, async (tx) => {
    const set = await findSet(tx, ctx.tenantId, id);
    if (!set) throw new AppError('not_found', 'settlement.screening_set_not_found', 'There is no such set of lists.');
    const loads = await versionsNamed(tx, ctx.tenantId, { lists: set.lists, until: set.claimedAt });
    return { ...set, lists: set.lists.map((list) => ({ ...list, ...loads.get(list.id) })) };
  });
}
