import type { Uuid } from '../../base/id.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { addDays } from '../../base/time.ts';
import { linesOf, type Line, type Usage } from './fee.ts';
import { firstDayOf, nextMonth, type Month } from './month.ts';
import { scheduleOn, type Schedule } from './schedule.ts';
import { allSchedules, billableOf, messagesOf, usageOf, type MonthUsage } from './store.ts';

/** What a participant has to pay in a currency for a month. */
export type Bill = { participantId: Uuid; bic: string; asset: string; settlementAccountId: Uuid; billed: boolean; lines: Line[] };

/** The bills of a month as they come to now: of one participant, or of all. */
export async function billsOf(tx: Tx, tenantId: Uuid, month: Month, participantId?: Uuid): Promise<Bill[]> {
  const schedules = await allSchedules(tx, tenantId);
  const used = await usageOf(tx, tenantId, month, participantId);
  const messages = await messagesOf(tx, tenantId, month, participantId);
  const lastDay = addDays(firstDayOf(nextMonth(month)), -1);
  return (await billableOf(tx, tenantId, month, participantId)).map((of) => {
    const last = scheduleOn(schedules, { ...of, day: lastDay });
    const mine = used.filter((row) => row.participantId === of.participantId && row.asset === of.asset);
    const usage = bySchedule(mine, schedules);
    if (last) addMessages(usage, last, messages.get(of.participantId) ?? 0n);
    const parts = [...usage].map(([{ content }, counted]) => ({ content, usage: counted }));
    return { ...of, lines: linesOf(parts, last?.content) };
  });
}

function bySchedule(rows: readonly MonthUsage[], schedules: readonly Schedule[]): Map<Schedule, Map<string, Usage>> {
  const found = new Map<Schedule, Map<string, Usage>>();
  for (const { scheduleId, item, count, value, units } of rows) {
    const schedule = schedules.find(({ id }) => id === scheduleId)!;
    const usage = found.get(schedule) ?? new Map<string, Usage>();
    found.set(schedule, usage.set(item, { count, value, units }));
  }
  return found;
}

/** Messages have no currency: they are charged by the schedule of the month's last day that has such an item. */
function addMessages(usage: Map<Schedule, Map<string, Usage>>, last: Schedule, count: bigint): void {
  const items = last.content.items.filter(({ kind }) => kind === 'per_message');
  if (count === 0n || items.length === 0) return;
  const counted = usage.get(last) ?? new Map<string, Usage>();
  for (const { item } of items) counted.set(item, { count, value: 0n, units: 0n });
  usage.set(last, counted);
}
