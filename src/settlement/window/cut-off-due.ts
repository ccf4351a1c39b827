import type { Ctx } from '../../base/context.ts';
import type { Millis } from '../../base/time.ts';
import type { SettlementDeps } from '../deps.ts';
import { closeWindow, isEmpty } from './close-window.ts';
import { allGroups, findGroup } from './group-store.ts';
import { planIfKnown, type WindowGroup } from './group.ts';
import { lockOpenWindow } from './open-windows.ts';
import { findOpenWindow, openWindows, planWindow, type Plan, type WindowRow } from './store.ts';

/** Cuts off the windows whose time has come. One in which nothing is owed stays open until the next cut-off of its schedule. */
export async function cutOffDue(deps: SettlementDeps, ctx: Ctx): Promise<void> {
  const due = await deps.db.read({ tenantId: ctx.tenantId }, (tx) => openWindows(tx, ctx.tenantId));
  const now = deps.clock.now();
  await each(
    due.filter((window) => isOver(window, now)),
    async ({ groupId, id }) => {
      await closeWindow(deps, ctx, { group: groupId }).catch((error: unknown) => {
        if (!isEmpty(error)) throw error;
      });
      await planAgain(deps, ctx, { groupId, id });
    },
  );
}

/**
 * Plans the cut-offs to come by the calendars as they are now, which an installation may have begun with anew. Where nothing is
 * different nothing changes; what is due is cut off, and what somebody put off stays put off.
 */
export async function planByCalendars(deps: SettlementDeps, ctx: Ctx): Promise<void> {
  const { tenantId } = ctx;
  const now = deps.clock.now();
  const [groups, windows] = await deps.db.read({ tenantId }, async (tx) => [
    await allGroups(tx, tenantId),
    await openWindows(tx, tenantId),
  ]);
  const byId = new Map(groups.map((group) => [group.id, group]));
  const stale = windows.filter((window) => isToCome(window, now) && isPlannedOtherwise(deps, byId.get(window.groupId)!, window, now));
  await each(stale, async ({ groupId, id, dueAt: before }) => {
    const planned = await planAgain(deps, ctx, { groupId, id, isStale: isToCome });
    const fields = { tenantId, group: groupId, before, planned: planned?.at };
    if (planned) deps.log.info('A cut-off is planned anew by the calendars', fields);
    else deps.log.warn('A window waits for people: the calendars do not tell its cut-off', fields);
  });
}

/** Whether the cut-off lies ahead, or is not known, and nobody put it off. */
function isToCome({ planned, dueAt }: WindowRow, now: Millis): boolean {
  return dueAt === planned?.at && (dueAt === undefined || dueAt > now);
}

function isPlannedOtherwise({ calendars }: SettlementDeps, group: WindowGroup, { planned }: WindowRow, now: Millis): boolean {
  const plan = planIfKnown(group, calendars, now);
  return plan?.at !== planned?.at || plan?.day !== planned?.day || plan?.last !== planned?.last;
}

/** Cuts off the groups that are cut off by interval, unless somebody put their cut-off off. */
export async function cutOffByInterval(deps: SettlementDeps, ctx: Ctx): Promise<void> {
  const { tenantId } = ctx;
  const now = deps.clock.now();
  const groups = await deps.db.read({ tenantId }, async (tx) => {
    const extended = new Set(
      (await openWindows(tx, tenantId)).flatMap(({ groupId, dueAt }) => (dueAt !== undefined && dueAt > now ? [groupId] : [])),
    );
    return (await allGroups(tx, tenantId)).filter(({ id, mode }) => mode === 'interval' && !extended.has(id));
  });
  await each(groups, async ({ id }) => {
    await closeWindow(deps, ctx, { group: id }).catch((error: unknown) => {
      if (!isEmpty(error)) throw error;
    });
  });
}

type Planning = { groupId: string; id: WindowRow['id']; isStale?: (open: WindowRow, now: Millis) => boolean };

/** Plans an open window for the next cut-off of its schedule; unless told, one whose time is over: it was empty. */
async function planAgain(deps: SettlementDeps, { tenantId }: Ctx, { groupId, id, isStale = isOver }: Planning): Promise<Plan | undefined> {
  return deps.db.write({ tenantId }, async (tx) => {
    await lockOpenWindow(tx, tenantId, groupId);
    const [open, group] = [await findOpenWindow(tx, tenantId, groupId), await findGroup(tx, tenantId, groupId)];
    const now = deps.clock.now();
    // Meanwhile somebody may have put it off, or paid and closed it.
    if (open?.id !== id || !isStale(open, now)) return open?.planned;
    const planned = planIfKnown(group!, deps.calendars, now);
    await planWindow(tx, tenantId, id, planned);
    return planned;
  });
}

function isOver({ dueAt }: WindowRow, now: Millis): boolean {
  return dueAt !== undefined && dueAt <= now;
}

async function each<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  for (const one of all) await work(one).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
