import { AppError } from '../../base/error.ts';
import type { Ctx } from '../../base/context.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { deleteChecklist as contract } from '../contract.ts';
import type { ReadinessDeps } from '../deps.ts';
import { changedEvent } from '../events.ts';
import { dropChecklist } from '../store/checklist-store.ts';
import { selectOpenRun } from '../store/run-store.ts';
import { openWatch } from '../watch/watch-log.ts';

/**
 * Takes an uploaded checklist away. Its log and evidence stay, and go on when one of that name is uploaded again.
 * Errors: `readiness.checklist_not_found`, `readiness.checklist_reserved` for the product's own, `readiness.checklist_in_use` while it is
 * run or a release is watched by it.
 */
export async function deleteChecklist(
  deps: ReadinessDeps,
  ctx: Ctx,
  { name }: InputOf<typeof contract>,
): Promise<OutputOf<typeof contract>> {
  const kept = await deps.access.keptAnswer(ctx, contract);
  const names = ctx.memberId === undefined ? await deps.library.names(ctx.tenantId) : [];
  if (!kept && !names.includes(name)) throw new AppError('not_found', 'readiness.checklist_not_found', `There is no checklist ${name}.`);
  if (deps.library.isSupplied(name))
    throw new AppError('conflict', 'readiness.checklist_reserved', `${name} is the product's own checklist and stays.`);
  if (!kept && openWatch(await deps.watches(ctx.tenantId, name))) throw inUse(name, 'A release is watched by it');
  return await deps.access.command(ctx, contract, async (tx) => {
    if (await selectOpenRun(tx, name)) throw inUse(name, 'A run of it goes on');
    await dropChecklist(tx, name);
    return { answer: { name }, subject: name, detail: {}, events: [changedEvent(ctx.tenantId, deps.clock.now(), name)] };
  });
}

function inUse(name: string, why: string): AppError {
  return new AppError('conflict', 'readiness.checklist_in_use', `${why}: ${name} can be taken away when that has ended.`);
}
