import { AppError } from '../../base/error.ts';
import { addDays, dayOf, daysBetween, isLocalDate, type LocalDate, type Millis, weekdayOf } from '../../base/time.ts';
import { nextBusinessDay } from '../calendar/business-day.ts';
import type { Calendars, HolidayCalendar } from '../calendar/holidays.ts';
import type { Days, Parameters } from './kind.ts';

type Period = NonNullable<Parameters['period']>;

/** The longest range that one report covers. */
const MOST_DAYS = 400;
const DAY_MS = 86_400_000;

/** How far behind the clock a report of today ends, so that no act still being committed falls into it later. */
const SETTLE_BACK_MS = 1_000;

/**
 * The days that a report is about, from dates or from a period that moves with the clock.
 *
 * Errors: `settlement.report_period_invalid` when neither, both or impossible ones are given; `settlement.calendar_missing`,
 * `settlement.calendar_year_missing`.
 */
export function daysOf({ from, to, period, calendar, asset }: Parameters, now: Millis, calendars: Calendars): Days {
  const today = dayOf(now);
  if (period !== undefined) {
    if (from !== undefined || to !== undefined) throw invalid('Name either the days or a period, not both.');
    return rangeOf(named(period, today, { calendars, currency: calendar ?? asset?.slice(0, 3) }), now);
  }
  if (from === undefined) throw invalid('Name the first day (from) or a period.');
  const last = to ?? from;
  const missing = [from, last].find((day) => !isLocalDate(day));
  if (missing !== undefined) throw invalid(`There is no day ${missing}.`);
  if (last < from) throw invalid(`${last} comes before ${from}.`);
  if (from > today) throw invalid(`${from} has not begun.`);
  if (daysBetween(from, last) >= MOST_DAYS) throw invalid(`A report covers at most ${MOST_DAYS} days.`);
  return rangeOf([from, last], now);
}

function rangeOf([from, to]: readonly [LocalDate, LocalDate], now: Millis): Days {
  const fromMs = Date.parse(`${from}T00:00:00Z`);
  const toMs = Math.max(fromMs, Math.min(Date.parse(`${to}T00:00:00Z`) + DAY_MS, now - SETTLE_BACK_MS));
  return { from, to, fromMs, toMs };
}

type Systems = { calendars: Calendars; currency: string | undefined };

function named(period: Period, today: LocalDate, { calendars, currency }: Systems): readonly [LocalDate, LocalDate] {
  const yesterday = addDays(today, -1);
  switch (period) {
    case 'today':
      return [today, today];
    case 'yesterday':
      return [yesterday, yesterday];
    case 'previous_business_day': {
      const day = nextBusinessDay([calendarOf(calendars, currency)], today, -1);
      return [day, day];
    }
    case 'last_week': {
      const sunday = addDays(today, -weekdayOf(today));
      return [addDays(sunday, -6), sunday];
    }
    case 'this_month':
      return [firstOf(today), today];
    case 'last_month': {
      const end = addDays(firstOf(today), -1);
      return [firstOf(end), end];
    }
  }
}

const firstOf = (day: LocalDate): LocalDate => `${day.slice(0, 8)}01`;

/** The holidays of a currency's settlement system. Errors: `settlement.calendar_missing`. */
export function calendarOf(calendars: Calendars, currency: string | undefined): HolidayCalendar {
  const calendar = calendars.get(currency ?? '');
  if (calendar) return calendar;
  const which =
    currency === undefined ? 'Name the currency whose business days are meant (calendar).' : `There is no calendar of ${currency}.`;
  throw new AppError('unprocessable', 'settlement.calendar_missing', which);
}

function invalid(message: string): AppError {
  return new AppError('invalid', 'settlement.report_period_invalid', message);
}

/** The days of a range one by one; the first and the last as far as the range goes. */
export function eachDay({ from, to, fromMs, toMs }: Days): Days[] {
  const days: Days[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) {
    const begins = Date.parse(`${day}T00:00:00Z`);
    const ends = Math.min(Date.parse(`${addDays(day, 1)}T00:00:00Z`), toMs);
    if (ends > begins) days.push({ from: day, to: day, fromMs: Math.max(begins, fromMs), toMs: ends });
  }
  return days;
}
