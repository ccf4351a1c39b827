import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { OutputOf } from '../../base/operation.ts';
import type { Millis } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { SettlementDeps } from '../deps.ts';
import { closeWindow as contract } from './contract.ts';
import { netWindow } from './net-window.ts';
import { settleWindow } from './settle-window.ts';
import {
  cutOffWindow,
  findOpenWindow,
  findWindow,
  hasObligations,
  lockIfOpen,
  unfinishedWindows,
  windowNumbered,
  type WindowRow,
} from './store.ts';
import { viewOfWindow } from './view.ts';

/**
 * Cuts off the open window at the book's sequence of this moment, opens the next one behind it, nets and settles. Requests
 * that come at once are about one window: whoever finds it cut off since it asked, and nothing owed after it, is answered
 * with it.
 *
 * Errors: `settlement.window_empty` when nothing was owed since the last cut-off, which is settled.
 */
export async function closeWindow(deps: SettlementDeps, ctx: Ctx): Promise<OutputOf<typeof contract>> {
  const askedAt = deps.clock.now();
  const cut = await deps.access.command(ctx, contract, async (tx) => {
    const { window, step } = await cutOff(deps, ctx, tx, askedAt);
    return { answer: viewOfWindow(window), subject: toWireId('win', window.id), detail: { step, toSeq: window.toSeq!.toString() } };
  });
  return viewOfWindow(await finishWindow(deps, ctx, cut.id));
}

type Cut = { window: WindowRow; step: 'cut_off' | 'joined' };

/** Cuts off the open window, or finds the one that another request cut off meanwhile. */
async function cutOff(deps: SettlementDeps, { tenantId }: Ctx, tx: Tx, askedAt: Millis): Promise<Cut> {
  const open = await findOpenWindow(tx, tenantId);
  if (!open) throw empty();
  if (!(await lockIfOpen(tx, tenantId, open.id))) return { window: (await findWindow(tx, tenantId, open.id))!, step: 'joined' };
  const ledger = await deps.ledger.inTx(tx, tenantId);
  const toSeq = await ledger.seq();
  if (!(await hasObligations(tx, tenantId, open.fromSeq, toSeq))) {
    const last = await windowNumbered(tx, tenantId, open.number - 1);
    if (last && (last.state !== 'settled' || last.cutOffAt! >= askedAt)) return { window: last, step: 'joined' };
    throw empty(last);
  }
  await cutOffWindow(tx, tenantId, { ...open, toSeq, at: deps.clock.now(), nextId: newId() });
  return { window: (await findWindow(tx, tenantId, open.id))!, step: 'cut_off' };
}

function empty(last?: WindowRow): AppError {
  const since = last ? `since window ${last.number} was cut off at ${new Date(last.cutOffAt!).toISOString()}; it is settled` : 'yet';
  return new AppError('conflict', 'settlement.window_empty', `No payment has come in ${since}.`);
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
