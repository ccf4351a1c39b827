import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, Operation, OutputOf } from '../../base/operation.ts';
import type { Millis } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { SettlementDeps } from '../deps.ts';
import { closeAllWindows as closeAllContract, closeWindow as contract } from './contract.ts';
import { allGroups, findGroup } from './group-store.ts';
import { daysAt, MAIN_GROUP, planIfKnown } from './group.ts';
import { groupNotFound } from './manage-groups.ts';
import { cutSpans, hasMembers, joinWithoutRange, lastObligation } from './membership-store.ts';
import { netWindow } from './net-window.ts';
import { requireOperator } from './operator.ts';
import { settleWindow } from './settle-window.ts';
import {
  cutOffWindow,
  findOpenWindow,
  findWindow,
  lockIfOpen,
  openWindow,
  unfinishedWindows,
  windowBefore,
  type WindowRow,
} from './store.ts';
import { viewOfWindow } from './view.ts';

type WindowView = OutputOf<typeof contract>;

/**
 * Cuts off the open window of a group at the book's sequence of this moment, opens the next one behind it, nets and settles.
 * Requests that come at once are about one window: whoever finds it cut off since it asked, and nothing owed after it, is answered
 * with it.
 *
 * Errors: `settlement.window_empty` when nothing was owed since the last cut-off, which is settled;
 * `settlement.window_group_not_found`; `settlement.window_blocked` when it is cut off and netted but cannot be settled.
 */
export async function closeWindow(
  deps: SettlementDeps,
  ctx: Ctx,
  { group = MAIN_GROUP }: InputOf<typeof contract> = {},
): Promise<WindowView> {
  requireOperator(ctx);
  return closeGroup(deps, ctx, group, contract);
}

/** Cuts off every group in which something is owed. Errors: `settlement.window_blocked`, once all others are cut off. */
export async function closeAllWindows(deps: SettlementDeps, ctx: Ctx): Promise<OutputOf<typeof closeAllContract>> {
  requireOperator(ctx);
  const groups = await deps.db.read({ tenantId: ctx.tenantId }, (tx) => allGroups(tx, ctx.tenantId));
  const items: WindowView[] = [];
  const failures: unknown[] = [];
  for (const { id } of groups) {
    // The key of the request is one for all; each cut-off is an act of its own, which a repetition finds empty.
    const closed = closeGroup(deps, { ...ctx, idempotency: undefined }, id, closeAllContract);
    await closed.then((window) => items.push(window)).catch((error: unknown) => isEmpty(error) || failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
  return { items };
}

/** Whether a refusal only says that there was nothing to cut off. */
export function isEmpty(error: unknown): boolean {
  return error instanceof AppError && error.code === 'settlement.window_empty';
}

async function closeGroup(deps: SettlementDeps, ctx: Ctx, groupId: string, operation: Operation): Promise<WindowView> {
  const askedAt = deps.clock.now();
  const knownEmptyTo = await emptyUpTo(deps, ctx.tenantId, groupId);
  const cut = await deps.access.command(ctx, { ...operation, output: contract.output }, async (tx) => {
    const { window, step } = await cutOff(deps, ctx, tx, { groupId, askedAt, knownEmptyTo });
    const detail = { step, group: groupId, toSeq: window.toSeq!.toString() };
    return { answer: viewOfWindow(window), subject: toWireId('win', window.id), detail };
  });
  return viewOfWindow(await finishWindow(deps, ctx, cut.id));
}

/** Up to which sequence nothing of a group is due, found before the book is locked: a rare currency among much traffic takes a while. */
async function emptyUpTo(deps: SettlementDeps, tenantId: Uuid, groupId: string): Promise<bigint> {
  return deps.db.read({ tenantId }, async (tx) => {
    const [open, group] = [await findOpenWindow(tx, tenantId, groupId), await findGroup(tx, tenantId, groupId)];
    if (!open) throw groupNotFound();
    const day = daysAt(group!, open.planned, deps.clock.now()).valueDay;
    const toSeq = await lastObligation(tx, tenantId);
    return (await hasMembers(tx, tenantId, open.id, { afterSeq: open.fromSeq, toSeq, day })) ? open.fromSeq : toSeq;
  });
}

type Cut = { window: WindowRow; step: 'cut_off' | 'joined' };
type Asked = { groupId: string; askedAt: Millis; knownEmptyTo: bigint };

/** Cuts off the open window, or finds the one that another request cut off meanwhile. */
async function cutOff(deps: SettlementDeps, { tenantId }: Ctx, tx: Tx, { groupId, askedAt, knownEmptyTo }: Asked): Promise<Cut> {
  const open = await findOpenWindow(tx, tenantId, groupId);
  if (!open) throw groupNotFound();
  if (!(await lockIfOpen(tx, tenantId, open.id))) return { window: (await findWindow(tx, tenantId, open.id))!, step: 'joined' };
  const group = (await findGroup(tx, tenantId, groupId))!;
  const ledger = await deps.ledger.inTx(tx, tenantId);
  const toSeq = await ledger.seq();
  const at = deps.clock.now();
  const days = daysAt(group, open.planned, at);
  const afterSeq = knownEmptyTo > open.fromSeq ? knownEmptyTo : open.fromSeq;
  if (!(await hasMembers(tx, tenantId, open.id, { afterSeq, toSeq, day: days.valueDay }))) {
    const last = await windowBefore(tx, tenantId, open);
    if (last && (last.state !== 'settled' || last.cutOffAt! >= askedAt)) return { window: last, step: 'joined' };
    throw empty(last);
  }
  const { planned } = open;
  const isDue = planned !== undefined && at >= planned.at;
  const nextPlan = planned && !isDue ? planned : planIfKnown(group, deps.calendars, at);
  const nextId = newId();
  await cutOffWindow(tx, tenantId, { id: open.id, toSeq, at, ...days, last: isDue && planned.last });
  await openWindow(tx, tenantId, { id: nextId, groupId, fromSeq: toSeq, at, planned: nextPlan });
  await joinWithoutRange(tx, tenantId, { id: open.id, toSeq, valueDay: days.valueDay });
  await cutSpans(tx, tenantId, { windowId: open.id, nextId, toSeq });
  return { window: (await findWindow(tx, tenantId, open.id))!, step: 'cut_off' };
}

function empty(last?: WindowRow): AppError {
  const since = last ? `since window ${last.number} was cut off at ${new Date(last.cutOffAt!).toISOString()}; it is settled` : 'yet';
  return new AppError('conflict', 'settlement.window_empty', `No payment has come in ${since}.`);
}

/**
 * Carries a window that was cut off towards its end, from whichever state it is in; safe to repeat and to run twice at once. A
 * netted window of a group that settles by hand waits there.
 */
export async function finishWindow(deps: SettlementDeps, ctx: Ctx, id: Uuid): Promise<WindowRow> {
  const { tenantId } = ctx;
  let window = (await deps.db.read({ tenantId }, (tx) => findWindow(tx, tenantId, id)))!;
  if (window.state === 'cut_off') window = await netWindow(deps, ctx, window);
  if (window.state !== 'netted') return window;
  const group = await deps.db.read({ tenantId }, (tx) => findGroup(tx, tenantId, window.groupId));
  return group!.settles === 'at_once' ? settleWindow(deps, ctx, window) : window;
}

/** What a crash left behind is carried to its end, oldest window first; one that cannot be does not hold up the others. */
export async function finishWindows(deps: SettlementDeps, ctx: Ctx): Promise<void> {
  const ids = await deps.db.read({ tenantId: ctx.tenantId }, (tx) => unfinishedWindows(tx, ctx.tenantId));
  const failures: unknown[] = [];
  for (const id of ids) await finishWindow(deps, ctx, id).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
