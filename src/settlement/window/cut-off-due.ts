import type { Ctx } from '../../base/context.ts';
import { BUILT_IN_CALENDARS } from '../calendar/built-in.ts';
import type { SettlementDeps } from '../deps.ts';
import { closeWindow, isEmpty } from './close-window.ts';
import { allGroups, findGroup } from './group-store.ts';
import { planIfKnown } from './group.ts';
import { lockOpenWindow } from './open-windows.ts';
import { findOpenWindow, openWindows, planWindow, type WindowRow } from './store.ts';

/** Cuts off the windows whose time has come. One in which nothing is owed stays open until the next cut-off of its schedule. */
export async function cutOffDue(deps: SettlementDeps, ctx: Ctx): Promise<void> {
  const due = await deps.db.read({ tenantId: ctx.tenantId }, (tx) => openWindows(tx, ctx.tenantId));
  const now = deps.clock.now();
  await each(
    due.filter(({ dueAt }) => dueAt !== undefined && dueAt <= now),
    async ({ groupId, id }) => {
      await closeWindow(deps, ctx, { group: groupId }).catch((error: unknown) => {
        if (!isEmpty(error)) throw error;
      });
      await planAgain(deps, ctx, groupId, id);
    },
  );
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

/** A window that is still open after its time was empty: it is planned for the next cut-off. */
async function planAgain(deps: SettlementDeps, { tenantId }: Ctx, groupId: string, windowId: WindowRow['id']): Promise<void> {
  await deps.db.write({ tenantId }, async (tx) => {
    await lockOpenWindow(tx, tenantId, groupId);
    const [open, group] = [await findOpenWindow(tx, tenantId, groupId), await findGroup(tx, tenantId, groupId)];
    const now = deps.clock.now();
    // Meanwhile somebody may have put it off, or paid and closed it.
    if (open?.id !== windowId || open.dueAt === undefined || open.dueAt > now) return;
    await planWindow(tx, tenantId, windowId, planIfKnown(group!, BUILT_IN_CALENDARS, now));
  });
}

async function each<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  for (const one of all) await work(one).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
