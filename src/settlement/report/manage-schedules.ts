import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Calendars } from '../calendar/holidays.ts';
import type { SettlementDeps } from '../deps.ts';
import { mustFind } from '../participant/read-participants.ts';
import { checkParameters } from './check-parameters.ts';
import { createReportSchedule as createContract, deleteReportSchedule as deleteContract, type listReportSchedules } from './contract.ts';
import { changedEvent } from './events.ts';
import { KINDS } from './kinds/kinds.ts';
import { nextTime } from './schedule.ts';
import {
  allSchedules,
  deleteSchedule,
  insertSchedule,
  lockBusinessDaySchedules,
  lockDueSchedules,
  setNextTime,
  type ScheduleRow,
} from './schedule-store.ts';
import { KEEP_DAYS } from './start-report.ts';
import { insertRun } from './store.ts';
import { toWire, viewOfSchedule, type ScheduleView } from './view.ts';

type CreateInput = InputOf<typeof createContract>;

/** A tenant needs no more, and each is looked at again and again. */
const MOST_SCHEDULES = 200;

/**
 * Has a report written again and again. For a participant it is made of what that one may see, and it sees the files.
 * Errors: those of `checkParameters` and `nextTime`, `settlement.participant_not_found`, `settlement.too_many_reports`.
 */
export async function createReportSchedule(deps: SettlementDeps, ctx: Ctx, input: CreateInput): Promise<ScheduleView> {
  const memberId = ctx.memberId ?? input.forParticipantId;
  if (memberId !== undefined) await mustFind(deps, ctx, memberId);
  const seenBy: Ctx = memberId === undefined ? ctx : { ...ctx, memberId, actor: { ...ctx.actor, memberId } };
  const parameters = await checkParameters(deps, seenBy, { kind: KINDS[input.kind], parameters: input.parameters });
  const now = deps.clock.now();
  const row: ScheduleRow = {
    id: newId(now),
    name: input.name,
    kind: input.kind,
    format: input.format,
    parameters: toWire(parameters),
    cron: input.cron,
    zone: input.zone ?? 'UTC',
    businessDays: input.businessDays ?? null,
    keepDays: input.keepDays ?? KEEP_DAYS,
    memberId: memberId ?? null,
    createdBy: ctx.actor.name,
    createdAt: now,
    nextAt: nextTime({ cron: input.cron, zone: input.zone ?? 'UTC', businessDays: input.businessDays }, now, deps.calendars),
    problem: null,
  };
  return deps.access.command(ctx, createContract, async (tx) => {
    if ((await allSchedules(tx, ctx.tenantId)).length >= MOST_SCHEDULES) {
      throw new AppError('conflict', 'settlement.too_many_reports', `There are ${MOST_SCHEDULES} schedules already. End some first.`);
    }
    await insertSchedule(tx, ctx.tenantId, row);
    const { name, kind, cron, zone } = row;
    return { answer: viewOfSchedule(row), subject: toWireId('rsc', row.id), detail: { name, kind, cron, zone } };
  });
}

/** A bank sees its own. */
export async function listSchedules(deps: SettlementDeps, ctx: Ctx): Promise<OutputOf<typeof listReportSchedules>> {
  const rows = await deps.db.read(ctx, (tx) => allSchedules(tx, ctx.tenantId));
  return { items: rows.map(viewOfSchedule) };
}

/** Errors: `settlement.report_schedule_not_found`. */
export async function deleteReportSchedule(deps: SettlementDeps, ctx: Ctx, { id }: { id: Uuid }): Promise<ScheduleView> {
  return deps.access.command(ctx, deleteContract, async (tx) => {
    const row = await deleteSchedule(tx, ctx.tenantId, id);
    if (!row) throw new AppError('not_found', 'settlement.report_schedule_not_found', 'There is no such schedule.');
    return { answer: viewOfSchedule(row), subject: toWireId('rsc', id), detail: { name: row.name } };
  });
}

/** Puts the reports whose time has come into the queue, each time once; after a pause the latest only. */
export async function queueScheduled(deps: SettlementDeps, tenantId: Uuid): Promise<void> {
  await deps.db.write({ tenantId }, async (tx) => {
    for (const schedule of await lockDueSchedules(tx, tenantId, deps.clock.now())) await queueOne(deps, tx, tenantId, schedule);
  });
}

/**
 * Plans what goes by business days by the calendars as they are now, which an installation may have begun with anew: also what stood
 * still because its calendar had ended. Where nothing is different nothing changes.
 */
export async function planByCalendars({ db, clock, calendars }: SettlementDeps, tenantId: Uuid): Promise<void> {
  await db.write({ tenantId }, async (tx) => {
    const now = clock.now();
    for (const schedule of await lockBusinessDaySchedules(tx, tenantId, now))
      await setNextTime(tx, tenantId, schedule.id, nextOf(schedule, now, calendars));
  });
}

async function queueOne({ clock, outbox, calendars }: SettlementDeps, tx: Tx, tenantId: Uuid, schedule: ScheduleRow): Promise<void> {
  const now = clock.now();
  const { kind, format, parameters, keepDays, memberId } = schedule;
  const run = await insertRun(tx, tenantId, {
    id: newId(now),
    kind,
    format,
    parameters,
    keepDays,
    memberId,
    requestedBy: schedule.name,
    requestedAt: now,
    schedule: { id: schedule.id, dueAt: schedule.nextAt! },
  });
  if (run) await outbox.append(tx, [changedEvent(tenantId, run, now)]);
  await setNextTime(tx, tenantId, schedule.id, nextOf(schedule, now, calendars));
}

/** Its calendar may end: then the schedule stands still and says why, and is never taken for open. */
function nextOf({ cron, zone, businessDays }: ScheduleRow, now: number, calendars: Calendars): { at: number } | { problem: string } {
  try {
    return { at: nextTime({ cron, zone, businessDays: businessDays ?? undefined }, now, calendars) };
  } catch (error) {
    if (error instanceof AppError) return { problem: error.message };
    throw error;
  }
}
