import { AppError } from '../../base/error.ts';
import { addDays, type LocalDate, type Millis } from '../../base/time.ts';
import { closingOn, isBusinessDay } from './business-day.ts';
import type { Calendars, HolidayCalendar } from './holidays.ts';
import { instantOf, wallClock, type WallTime } from './zone.ts';

/**
 * When the windows of a group of currencies are cut off: at these times of day in a time zone, on days on which the systems of
 * all its currencies are open. A window begins where the one before it ended, so that nothing falls between them.
 */
export type WindowSchedule = { group: string; currencies: readonly string[]; zone: string; cutOffs: readonly WallTime[] };

/** A window to come. `number` counts within its day from 1. */
export type PlannedWindow = { group: string; businessDay: LocalDate; number: number; last: boolean; opensAt: Millis; cutOffAt: Millis };

/** Times of day from the first to the last, so many minutes apart; the last is one of them. Throws RangeError for steps below one. */
export function cutOffsBetween(first: WallTime, last: WallTime, stepMinutes: number): WallTime[] {
  const minutes = (time: WallTime) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  if (!Number.isInteger(stepMinutes) || stepMinutes < 1) throw new RangeError(`steps of ${stepMinutes} minutes`);
  const times: WallTime[] = [];
  for (let at = minutes(first); at < minutes(last); at += stepMinutes) times.push(wall(at));
  return [...times, last];
}

const wall = (minutes: number) => [Math.floor(minutes / 60), minutes % 60].map((n) => String(n).padStart(2, '0')).join(':');

const WALL_TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

/** Checks a schedule. Errors: `settlement.schedule_malformed`, `settlement.calendar_missing`, `settlement.zone_unknown`. */
export function checkSchedule(schedule: WindowSchedule, calendars: Calendars): void {
  const { group, cutOffs, currencies, zone } = schedule;
  const wrong = [
    cutOffs.length === 0 && 'it has no cut-off',
    cutOffs.some((time) => !WALL_TIME.test(time)) && 'a cut-off is not a time like 16:30',
    cutOffs.some((time, i) => i > 0 && time <= cutOffs[i - 1]!) && 'its cut-offs do not come one after the other',
    currencies.length === 0 && 'it has no currency',
  ].find((problem) => problem !== false);
  if (wrong) throw new AppError('invalid', 'settlement.schedule_malformed', `The schedule ${group} cannot be used: ${wrong}.`);
  wallClock(zone, 0);
  calendarsOf(schedule, calendars);
}

function calendarsOf({ currencies }: WindowSchedule, calendars: Calendars): HolidayCalendar[] {
  return currencies.map((currency) => {
    const calendar = calendars.get(currency);
    if (!calendar) {
      throw new AppError(
        'unprocessable',
        'settlement.calendar_missing',
        `There is no holiday calendar for ${currency}. Load one (RIALTO_CALENDAR_FOLDER).`,
      );
    }
    return calendar;
  });
}

/** Longer than any row of holidays. */
const SEARCH_DAYS = 40;

/**
 * The first window that is cut off after an instant. Errors: `settlement.calendar_missing`, `settlement.calendar_year_missing`,
 * `settlement.schedule_never_open` when no day of the next weeks is a business day of all its currencies.
 */
export function nextWindow(schedule: WindowSchedule, calendars: Calendars, after: Millis): PlannedWindow {
  let { day } = wallClock(schedule.zone, after);
  for (let i = 0; i < SEARCH_DAYS; i++, day = addDays(day, 1)) {
    const found = windowsOn(schedule, calendars, day).find(({ cutOffAt }) => cutOffAt > after);
    if (found) return found;
  }
  throw neverOpen(schedule);
}

/** The windows of a day; none when it is no business day of all its currencies. Errors: as `nextWindow`. */
export function windowsOn(schedule: WindowSchedule, calendars: Calendars, day: LocalDate): PlannedWindow[] {
  const { group, zone, cutOffs } = schedule;
  const systems = calendarsOf(schedule, calendars);
  if (!isBusinessDay(systems, day)) return [];
  let opensAt = instantOf(zone, dayBefore(schedule, systems, day), cutOffs.at(-1)!);
  return cutOffs.map((time, i) => {
    const cutOffAt = instantOf(zone, day, time);
    const window = { group, businessDay: day, number: i + 1, last: i === cutOffs.length - 1, opensAt, cutOffAt };
    opensAt = cutOffAt;
    return window;
  });
}

function dayBefore(schedule: WindowSchedule, systems: readonly HolidayCalendar[], day: LocalDate): LocalDate {
  for (let i = 1; i <= SEARCH_DAYS; i++) {
    const earlier = addDays(day, -i);
    // Before the first year of a calendar nothing is known; the window then begins with its own day.
    if (systems.some(({ years }) => Number(earlier.slice(0, 4)) < years.from)) return earlier;
    if (isBusinessDay(systems, earlier)) return earlier;
  }
  throw neverOpen(schedule);
}

function neverOpen({ group }: WindowSchedule): AppError {
  return new AppError(
    'unprocessable',
    'settlement.schedule_never_open',
    `The schedule ${group} has no business day within ${SEARCH_DAYS} days: its currencies are never open together.`,
  );
}

/** Why a schedule has no window on a day, by currency; empty when it has. Errors: as `nextWindow`. */
export function closingsOn(schedule: WindowSchedule, calendars: Calendars, day: LocalDate) {
  return calendarsOf(schedule, calendars).flatMap((calendar) => {
    const closing = closingOn(calendar, day);
    return closing ? [{ currency: calendar.currency, ...closing }] : [];
  });
}
