import { addDays, type Millis } from '../../base/time.ts';
import { instantOf, wallClock } from '../calendar/zone.ts';
import { NOTICES, type NoticeKindName } from './notices.ts';

/** How a user wants to be told. Times are on the wall of `zone`; quiet hours may go over midnight. */
export type Preference = {
  kinds: readonly NoticeKindName[];
  delivery: 'at_once' | 'daily';
  dailyAt: string;
  zone: string;
  quiet: { from: string; to: string } | undefined;
};

/** Of whoever has said nothing. */
export const USUAL: Preference = {
  kinds: NOTICES.filter(({ usual }) => usual).map(({ kind }) => kind),
  delivery: 'at_once',
  dailyAt: '08:00',
  zone: 'UTC',
  quiet: undefined,
};

/**
 * When a notice of now may be mailed: at once or at the next daily hour, and never in the quiet hours but at their end.
 * Errors: `settlement.zone_unknown`.
 */
export function dueAt(preference: Preference, now: Millis): Millis {
  const { delivery, dailyAt, zone, quiet } = preference;
  const at = delivery === 'daily' ? nextAt(zone, dailyAt, now) : now;
  return quiet && isQuiet(quiet, wallClock(zone, at).time) ? nextAt(zone, quiet.to, at) : at;
}

/** Whether the wall shows a time within the quiet hours; `from` belongs to them, `to` does not. */
function isQuiet({ from, to }: { from: string; to: string }, time: string): boolean {
  if (from === to) return false;
  return from < to ? from <= time && time < to : time >= from || time < to;
}

/** The next instant behind `now` at which the wall shows the time. */
function nextAt(zone: string, time: string, now: Millis): Millis {
  const { day } = wallClock(zone, now);
  const today = instantOf(zone, day, time);
  return today > now ? today : instantOf(zone, addDays(day, 1), time);
}
