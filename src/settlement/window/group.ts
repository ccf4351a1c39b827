import { AppError } from '../../base/error.ts';
import { dayOf, type LocalDate, type Millis } from '../../base/time.ts';
import type { Calendars } from '../calendar/holidays.ts';
import { nextWindow, type WindowSchedule } from '../calendar/schedule.ts';
import { wallClock } from '../calendar/zone.ts';
import type { Plan } from './store.ts';

/** The group that holds every currency which no other names; a network begins with it. */
export const MAIN_GROUP = 'main';

/** When the windows of a group are cut off, beside by hand. */
export type GroupMode = 'interval' | 'schedule' | 'by_hand';

/** Currencies that are cut off together, and how. The last three belong to the mode `schedule`. */
export type WindowGroup = {
  id: string;
  name: string;
  mode: GroupMode;
  settles: 'at_once' | 'by_hand';
  createdAt: Millis;
  changedAt: Millis;
  changedBy: string;
  zone?: string;
  cutOffs?: readonly string[];
  /** Currencies whose systems must be open. */
  calendars?: readonly string[];
};

/** The schedule of a group; undefined when it has none. */
export function scheduleOf({ id, mode, zone, cutOffs, calendars }: WindowGroup): WindowSchedule | undefined {
  if (mode !== 'schedule') return undefined;
  return { group: id, zone: zone!, cutOffs: cutOffs!, currencies: calendars! };
}

/**
 * To which days a window belongs that is cut off at an instant: its business day, that of its schedule, else the UTC day; and its
 * value day, the last value date that it takes. People may close a window before its business day has begun, as in the evening
 * before: what is dated on that business day must not be final then, so the value day is never later than the day on the group's
 * own calendar.
 */
export function daysAt({ zone }: Pick<WindowGroup, 'zone'>, planned: Pick<Plan, 'day'> | undefined, at: Millis): WindowDays {
  const today = zone === undefined ? dayOf(at) : wallClock(zone, at).day;
  const businessDay = planned?.day ?? dayOf(at);
  return { businessDay, valueDay: businessDay < today ? businessDay : today };
}

type WindowDays = { businessDay: LocalDate; valueDay: LocalDate };

/** The next cut-off after an instant; undefined when the group has no schedule. Errors: those of `nextWindow`. */
export function planOf(group: WindowGroup, calendars: Calendars, after: Millis): Plan | undefined {
  const schedule = scheduleOf(group);
  if (!schedule) return undefined;
  const { cutOffAt, businessDay, last } = nextWindow(schedule, calendars, after);
  return { at: cutOffAt, day: businessDay, last };
}

/**
 * The same where nobody can be told: a calendar that says nothing of next year must not hold up the cut-off of this one. The window
 * behind it then waits for people, or for a newer calendar.
 */
export function planIfKnown(group: WindowGroup, calendars: Calendars, after: Millis): Plan | undefined {
  try {
    return planOf(group, calendars, after);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
