import { addDays, weekdayOf, type LocalDate } from '../../base/time.ts';
import { holidaysOf, type Closing, type HolidayCalendar } from './holidays.ts';

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** Why the system of a currency is closed on a day; undefined when it is open. Errors: `settlement.calendar_year_missing`. */
export function closingOn(calendar: HolidayCalendar, day: LocalDate): Closing | undefined {
  const holiday = holidaysOf(calendar, Number(day.slice(0, 4))).get(day);
  if (holiday) return holiday;
  const weekday = weekdayOf(day);
  if (!calendar.weekend.includes(weekday) || calendar.open.includes(day)) return undefined;
  return { kind: 'weekend', name: WEEKDAYS[weekday - 1]!, estimated: false };
}

/** Whether all systems are open. Errors: `settlement.calendar_year_missing`. */
export function isBusinessDay(calendars: readonly HolidayCalendar[], day: LocalDate): boolean {
  return calendars.every((calendar) => closingOn(calendar, day) === undefined);
}

/** The first day after this one, or before it when `step` is −1, on which all systems are open. Errors: `settlement.calendar_year_missing`. */
export function nextBusinessDay(calendars: readonly HolidayCalendar[], day: LocalDate, step: 1 | -1 = 1): LocalDate {
  let next = addDays(day, step);
  while (!isBusinessDay(calendars, next)) next = addDays(next, step);
  return next;
}

/** So many business days later, or earlier when negative; with 0 the day itself when it is one, else the next that is. Errors: `settlement.calendar_year_missing`. */
export function addBusinessDays(calendars: readonly HolidayCalendar[], day: LocalDate, days: number): LocalDate {
  if (days === 0) return isBusinessDay(calendars, day) ? day : nextBusinessDay(calendars, day);
  let at = day;
  for (let left = Math.abs(days); left > 0; left--) at = nextBusinessDay(calendars, at, days < 0 ? -1 : 1);
  return at;
}
