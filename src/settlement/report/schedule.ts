import { CronExpressionParser } from 'cron-parser';
import { AppError } from '../../base/error.ts';
import type { Millis } from '../../base/time.ts';
import { isBusinessDay } from '../calendar/business-day.ts';
import type { Calendars } from '../calendar/holidays.ts';
import { wallClock } from '../calendar/zone.ts';
import { calendarOf } from './period.ts';

/** When a report is written again: five cron fields on a zone's clock, on the business days of a currency if one is named. */
export type Timing = { cron: string; zone: string; businessDays?: string | undefined };

/** Longer than any row of holidays, in runs of a schedule that runs every minute. */
const MOST_TRIES = 100_000;
/** A schedule without a time within so long has none. */
const SEARCH_MS = 2 * 366 * 86_400_000;

/**
 * The first time of a schedule after an instant.
 *
 * Errors: `settlement.cron_invalid`, also when no business day comes of it; `settlement.zone_unknown`,
 * `settlement.calendar_missing`, `settlement.calendar_year_missing`.
 */
export function nextTime({ cron, zone, businessDays }: Timing, after: Millis, calendars: Calendars): Millis {
  wallClock(zone, after);
  const systems = businessDays === undefined ? [] : [calendarOf(calendars, businessDays)];
  const times = timesOf(cron, zone, after);
  for (let i = 0; i < MOST_TRIES; i++) {
    const at = times();
    if (at === undefined || at > after + SEARCH_MS) break;
    if (isBusinessDay(systems, wallClock(zone, at).day)) return at;
  }
  throw invalid(`${cron} names no time${businessDays === undefined ? '' : ` on a business day of ${businessDays}`} within two years.`);
}

function timesOf(cron: string, zone: string, after: Millis): () => Millis | undefined {
  if (cron.trim().split(/\s+/).length !== 5) throw invalid('Write five fields: minute, hour, day of the month, month, weekday.');
  try {
    const expression = CronExpressionParser.parse(cron, { currentDate: new Date(after), tz: zone });
    return () => (expression.hasNext() ? expression.next().getTime() : undefined);
  } catch {
    throw invalid(
      `${JSON.stringify(cron)} is no time that comes again. Write five fields: minute, hour, day of the month, month, weekday.`,
    );
  }
}

function invalid(message: string): AppError {
  return new AppError('invalid', 'settlement.cron_invalid', message);
}
