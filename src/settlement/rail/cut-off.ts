import { codeOf } from '../../base/money.ts';
import type { Millis } from '../../base/time.ts';
import { nextBusinessDay, isBusinessDay } from '../calendar/business-day.ts';
import type { Calendars } from '../calendar/holidays.ts';
import { instantOf, wallClock } from '../calendar/zone.ts';

/** When a rail takes instructions: around the clock, or on business days of the currency up to a time of day. */
export type Hours = { cutOff: string | null; zone: string };

/**
 * When an instruction may be sent at the earliest: now, or at the start of the next business day when today is none or its
 * cut-off has passed. A currency without a calendar is sent on any day up to the cut-off. Errors: `settlement.calendar_year_missing`.
 */
export function sendableFrom({ cutOff, zone }: Hours, asset: string, now: Millis, calendars: Calendars): Millis {
  if (cutOff === null) return now;
  const calendar = calendars.get(codeOf(asset));
  const systems = calendar ? [calendar] : [];
  const { day, time } = wallClock(zone, now);
  if (isBusinessDay(systems, day) && time < cutOff) return now;
  return instantOf(zone, nextBusinessDay(systems, day), '00:00');
}
