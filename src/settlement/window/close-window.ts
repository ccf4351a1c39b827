import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { OutputOf } from '../../base/operation.ts';
import type { SettlementDeps } from '../deps.ts';
import { closeWindow as contract } from './contract.ts';
import { netWindow } from './net-window.ts';
import { settleWindow } from './settle-window.ts';
import { cutOffWindow, findWindow, hasObligations, lockOpenWindow, unfinishedWindows, type WindowRow } from './store.ts';
import { viewOfWindow } from './view.ts';

/**
 * Cuts off the open window at the book's sequence of this moment, opens the next one behind it, nets and settles.
 *
 * Errors: `settlement.window_empty` when nothing was owed since the last cut-off.
 */
export async function closeWindow(deps: SettlementDeps, ctx: Ctx): Promise<OutputOf<typeof contract>> {
  const cut = await deps.access.command(ctx, contract, async (tx) => {
    const open = await lockOpenWindow(tx, ctx.tenantId);
    if (!open) throw empty();
    const ledger = await deps.ledger.inTx(tx, ctx.tenantId);
    const toSeq = await ledger.seq();
    if (!(await hasObligations(tx, ctx.tenantId, open.fromSeq, toSeq))) throw empty();
    await cutOffWindow(tx, ctx.tenantId, { ...open, toSeq, at: deps.clock.now(), nextId: newId() });
    const row = (await findWindow(tx, ctx.tenantId, open.id))!;
    return { answer: viewOfWindow(row), subject: toWireId('win', open.id), detail: { step: 'cut_off', toSeq: toSeq.toString() } };
  });
  return viewOfWindow(await finishWindow(deps, ctx, cut.id));
}

function empty(): AppError {
  return new AppError('conflict', 'settlement.window_empty', 'No payment has come in since the last cut-off.');
}

/** Carries a window that was cut off to its end, from whichever state it is in; safe to repeat and to run twice at once. */
async function finishWindow(deps: SettlementDeps, ctx: Ctx, id: Uuid): Promise<WindowRow> {
  let window = (await deps.db.read({ tenantId: ctx.tenantId }, (tx) => findWindow(tx, ctx.tenantId, id)))!;
  if (window.state === 'cut_off') window = await netWindow(deps, ctx, window);
  if (window.state === 'netted') window = await settleWindow(deps, ctx, window);
  return window;
}

/** What a crash left behind is carried to its end, oldest window first; one that cannot be does not hold up the others. */
export async function finishWindows(deps: SettlementDeps, ctx: Ctx): Promise<void> {
  const ids = await deps.db.read({ tenantId: ctx.tenantId }, (tx) => unfinishedWindows(tx, ctx.tenantId));
  const failures: unknown[] = [];
  for (const id of ids) await finishWindow(deps, ctx, id).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
