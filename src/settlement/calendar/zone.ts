import { AppError } from '../../base/error.ts';
import { addDays, type LocalDate, type Millis } from '../../base/time.ts';

/** A time of day on a clock on the wall, `HH:MM` from `00:00` to `23:59`. */
export type WallTime = string;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    try {
      format = new Intl.DateTimeFormat('en-GB', {
        timeZone: zone,
        hourCycle: 'h23',
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
      });
    } catch {
      throw new AppError('invalid', 'settlement.zone_unknown', `There is no time zone ${zone}. Write it like Europe/Berlin.`);
    }
    formats.set(zone, format);
  }
  return format;
}

/** What calendar and clock show in a time zone at an instant. Errors: `settlement.zone_unknown`. */
export function wallClock(zone: string, instant: Millis): { day: LocalDate; time: WallTime } {
  const part = Object.fromEntries(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  return { day: `${part['year']}-${part['month']}-${part['day']}`, time: `${part['hour']}:${part['minute']}` };
}

/** Minutes since 1970 that the wall shows, as though there were no zones. */
function wallMinutes(zone: string, instant: Millis): number {
  const { day, time } = wallClock(zone, instant);
  return Date.parse(`${day}T${time}:00Z`) / 60_000;
}

/**
 * The instant at which a wall clock shows a time. When clocks are put back and it shows it twice, the first one; when they are
 * put forward and never do, the instant at which they are. Errors: `settlement.zone_unknown`.
 */
export function instantOf(zone: string, day: LocalDate, time: WallTime): Millis {
  const wanted = Date.parse(`${day}T${time}:00Z`) / 60_000;
  // No zone is more than a day away from UTC, and clocks are moved by less.
  let [before, after] = [Date.parse(`${addDays(day, -2)}T00:00:00Z`) / 60_000, Date.parse(`${addDays(day, 2)}T00:00:00Z`) / 60_000];
  const offsets = [...new Set([before, wanted, after].map((minute) => wallMinutes(zone, minute * 60_000) - minute))];
  const exact = offsets.map((offset) => wanted - offset).filter((minute) => wallMinutes(zone, minute * 60_000) === wanted);
  if (exact.length > 0) return Math.min(...exact) * 60_000;
  [before, after] = [wanted - Math.max(...offsets), wanted - Math.min(...offsets)];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (wallMinutes(zone, middle * 60_000) < wanted) before = middle;
    else after = middle;
  }
  return after * 60_000;
}
