import type { Ctx } from '../../base/context.ts';
import { isKnownAsset } from '../../base/currency.ts';
import { AppError } from '../../base/error.ts';
import { newId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { Millis } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Calendars } from '../calendar/holidays.ts';
import { checkSchedule, closingsOn } from '../calendar/schedule.ts';
import { wallClock } from '../calendar/zone.ts';
import type { SettlementDeps } from '../deps.ts';
import { extendCutOff as extendContract, setWindowGroup as setContract, type listWindowGroups as listContract } from './group-contract.ts';
import {
  allGroups,
  extensionsOf,
  findGroup,
  nameAssets,
  namedAssets,
  putGroup,
  recordExtension,
  type ExtensionRow,
} from './group-store.ts';
import { MAIN_GROUP, planOf, scheduleOf, type WindowGroup } from './group.ts';
import { moveSpans, openSpans } from './membership-store.ts';
import { lockOpenWindow } from './open-windows.ts';
import { requireOperator } from './operator.ts';
import { findOpenWindow, openWindow, openWindows, planWindow, type WindowRow } from './store.ts';

/** What the operations on groups need: beside the rest, how often windows are cut off by interval; 0 for by hand only. */
export type GroupDeps = Pick<SettlementDeps, 'db' | 'clock' | 'access' | 'ledger' | 'calendars'> & { windowSeconds: number };

type GroupView = OutputOf<typeof setContract>;
type ViewDeps = Pick<GroupDeps, 'clock' | 'calendars' | 'windowSeconds'>;

const MINUTE_MS = 60_000;
/** How far all extensions together may put a cut-off off. */
const MOST_EXTENDED_MS = 24 * 60 * MINUTE_MS;

export async function listWindowGroups(deps: ViewDeps & Pick<GroupDeps, 'db'>, ctx: Ctx): Promise<OutputOf<typeof listContract>> {
  return { items: await deps.db.read(ctx, (tx) => readGroups(deps, tx, ctx.tenantId)) };
}

async function readGroups(deps: ViewDeps, tx: Tx, tenantId: Uuid): Promise<GroupView[]> {
  const windows = new Map((await openWindows(tx, tenantId)).map((window) => [window.groupId, window]));
  const spans = await openSpans(tx, tenantId);
  const extensions = await extensionsOf(
    tx,
    tenantId,
    [...windows.values()].map(({ id }) => id),
  );
  return (await allGroups(tx, tenantId)).flatMap((group): GroupView[] => {
    const window = windows.get(group.id);
    if (!window) return [];
    const assets = spans.filter(({ windowId }) => windowId === window.id).map(({ asset }) => asset);
    return [viewOf(deps, group, window, { assets, extensions: extensions.filter(({ windowId }) => windowId === window.id) })];
  });
}

function viewOf(
  { clock, calendars: known, windowSeconds }: ViewDeps,
  group: WindowGroup,
  window: WindowRow,
  { assets, extensions }: { assets: string[]; extensions: readonly ExtensionRow[] },
): GroupView {
  const { zone, cutOffs, calendars } = group;
  return {
    id: group.id,
    name: group.name,
    mode: group.mode,
    settles: group.settles,
    ...(group.mode === 'schedule' && { schedule: { zone: zone!, cutOffs: [...cutOffs!], calendars: [...calendars!] } }),
    ...(group.mode === 'interval' && { everySeconds: windowSeconds }),
    assets,
    window: {
      id: window.id,
      number: window.number,
      openedAt: window.openedAt,
      ...(window.dueAt !== undefined && { cutOffAt: window.dueAt }),
      ...(window.planned && { plannedAt: window.planned.at, businessDay: window.planned.day }),
      endsDay: window.planned?.last ?? false,
      extensions: extensions.map(({ extendedTo, reason, actorName, at }) => ({ to: extendedTo, reason, by: actorName, at })),
    },
    closings: closingsToday(group, known, clock.now()),
    changedAt: group.changedAt,
    changedBy: group.changedBy,
  };
}

function closingsToday(group: WindowGroup, calendars: Calendars, now: Millis): GroupView['closings'] {
  const schedule = scheduleOf(group);
  if (!schedule) return [];
  try {
    return closingsOn(schedule, calendars, wallClock(schedule.zone, now).day).map(({ currency, name, estimated }) => ({
      currency,
      name,
      estimated,
    }));
  } catch (error) {
    // A year that no calendar covers: there is no cut-off to tell of either.
    if (error instanceof AppError) return [];
    throw error;
  }
}

/**
 * Makes a group or changes it. Its currencies change at once: what is owed in them and not cut off yet goes with them, and nothing
 * that was cut off is touched. The next cut-off is planned anew.
 * Errors: `settlement.schedule_missing`, `settlement.schedule_unused`, `settlement.asset_unknown`, `settlement.main_group_assets`,
 * `settlement.no_participants`, and those of `checkSchedule` and `nextWindow`.
 */
export async function setWindowGroup(deps: GroupDeps, ctx: Ctx, input: InputOf<typeof setContract>): Promise<GroupView> {
  requireOperator(ctx);
  const group = groupOf(deps, ctx, input);
  const schedule = scheduleOf(group);
  if (schedule) checkSchedule(schedule, deps.calendars);
  const planned = planOf(group, deps.calendars, group.changedAt);
  return deps.access.command(ctx, setContract, async (tx) => {
    const before = await findGroup(tx, ctx.tenantId, group.id);
    const open = await openWindows(tx, ctx.tenantId);
    if (open.length === 0) throw noParticipants();
    // In one order for all, and before the book, as a cut-off locks them.
    for (const { groupId } of open) await lockOpenWindow(tx, ctx.tenantId, groupId);
    await putGroup(tx, ctx.tenantId, { ...group, createdAt: before?.createdAt ?? group.createdAt });
    const ledger = await deps.ledger.inTx(tx, ctx.tenantId);
    const opening = { id: newId(), groupId: group.id, fromSeq: await ledger.seq(), at: group.changedAt, planned };
    if (!before) await openWindow(tx, ctx.tenantId, opening);
    if (input.assets) await giveAssets(tx, ctx.tenantId, group.id, input.assets);
    const window = (await findOpenWindow(tx, ctx.tenantId, group.id))!;
    await planWindow(tx, ctx.tenantId, window.id, planned);
    const answer = (await readGroups(deps, tx, ctx.tenantId)).find(({ id }) => id === group.id)!;
    return { answer, subject: group.id, detail: { before: before ? { ...before } : null, assets: input.assets ?? null } };
  });
}

function groupOf({ clock }: GroupDeps, ctx: Ctx, { id, name, mode, settles, schedule, assets }: InputOf<typeof setContract>): WindowGroup {
  if (mode === 'schedule' && !schedule) {
    throw new AppError(
      'invalid',
      'settlement.schedule_missing',
      'A group that is cut off by schedule needs one: zone, cutOffs, calendars.',
    );
  }
  if (mode !== 'schedule' && schedule) {
    throw new AppError('invalid', 'settlement.schedule_unused', `A schedule belongs to the mode schedule, not to ${mode}.`);
  }
  if (id === MAIN_GROUP && assets) {
    throw new AppError(
      'invalid',
      'settlement.main_group_assets',
      'The group main has all currencies that no other group names. Name them there.',
    );
  }
  const unknown = assets?.find((asset) => !isKnownAsset(asset));
  if (unknown)
    throw new AppError('invalid', 'settlement.asset_unknown', `${unknown} is not a currency with its ISO 4217 number of decimals.`);
  const now = clock.now();
  return {
    id,
    name,
    mode,
    settles: settles ?? 'at_once',
    createdAt: now,
    changedAt: now,
    changedBy: ctx.actor.name,
    ...schedule,
  };
}

function noParticipants(): AppError {
  return new AppError('conflict', 'settlement.no_participants', 'The first window opens with the first participant. Admit one before.');
}

/** Names the currencies of a group, and gives every open range to the window in which it now belongs. */
async function giveAssets(tx: Tx, tenantId: Uuid, groupId: string, assets: readonly string[]): Promise<void> {
  await nameAssets(tx, tenantId, groupId, assets);
  const named = await namedAssets(tx, tenantId);
  const windows = new Map((await openWindows(tx, tenantId)).map((window) => [window.groupId, window.id]));
  const moving = (await openSpans(tx, tenantId)).filter(({ asset, windowId }) => windows.get(named.get(asset) ?? MAIN_GROUP) !== windowId);
  for (const [target, own] of Map.groupBy(moving, ({ asset }) => named.get(asset) ?? MAIN_GROUP)) {
    await moveSpans(
      tx,
      tenantId,
      windows.get(target)!,
      own.map(({ asset }) => asset),
    );
  }
}

/** Puts the next cut-off of a group off. Errors: `settlement.window_group_not_found`, `settlement.extension_too_long`. */
export async function extendCutOff(deps: GroupDeps, ctx: Ctx, { id, minutes, reason }: InputOf<typeof extendContract>): Promise<GroupView> {
  requireOperator(ctx);
  return deps.access.command(ctx, extendContract, async (tx) => {
    await lockOpenWindow(tx, ctx.tenantId, id);
    const window = await findOpenWindow(tx, ctx.tenantId, id);
    if (!window) throw groupNotFound();
    const now = deps.clock.now();
    const from = window.dueAt ?? now;
    const extendedTo = Math.max(from, now) + minutes * MINUTE_MS;
    if (extendedTo - (window.planned?.at ?? now) > MOST_EXTENDED_MS) {
      throw new AppError(
        'unprocessable',
        'settlement.extension_too_long',
        'A cut-off can be put off by a day at most, all extensions together.',
      );
    }
    const { dueAt } = window;
    await recordExtension(tx, ctx.tenantId, {
      id: newId(),
      windowId: window.id,
      dueAt,
      extendedTo,
      reason,
      actorName: ctx.actor.name,
      at: now,
    });
    const answer = (await readGroups(deps, tx, ctx.tenantId)).find((group) => group.id === id)!;
    return { answer, subject: id, detail: { windowNumber: window.number, dueAt, extendedTo, reason } };
  });
}

/** The answer to a group that is not there. */
export function groupNotFound(): AppError {
  return new AppError('not_found', 'settlement.window_group_not_found', 'There is no such group of currencies.');
}
