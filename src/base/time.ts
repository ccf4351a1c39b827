import Type from 'typebox';

/** Whole milliseconds since 1970-01-01T00:00:00Z. */
export type Millis = number;

/** A calendar day without a zone, `2026-11-22`: value dates and effective dates. */
export type LocalDate = string;

/** Where time comes from; order never comes from it, but from sequences. */
export type Clock = { now(): Millis };

export const systemClock: Clock = { now: () => Date.now() };

/** A clock that a test moves by hand. */
export function manualClock(start: Millis = Date.UTC(2026, 0, 5, 9)): Clock & { advance(ms: number): void; set(ms: Millis): void } {
  let now = start;
  return {
    now: () => now,
    advance(ms) {
      now += ms;
    },
    set(ms) {
      now = ms;
    },
  };
}

/** Whether something noted at an instant is younger than so long; not when it seems to lie ahead, since then the clock was set back. */
export function isYounger(clock: Clock, notedAt: Millis, ageMs: Millis): boolean {
  const age = clock.now() - notedAt;
  return age >= 0 && age < ageMs;
}

/** An instant: whole milliseconds in code, ISO 8601 with `Z` and three decimals in JSON. */
export const Instant = Type.Codec(
  Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,3})?Z$', examples: ['2026-11-22T09:30:00.000Z'] }),
)
  .Decode((iso): Millis => {
    const ms = Date.parse(iso);
    // A thirty-first of November would be the first of December.
    if (Number.isNaN(ms) || dayOf(ms) !== iso.slice(0, 10)) throw new Error('is not a point in time');
    return ms;
  })
  .Encode((ms: Millis) => new Date(ms).toISOString());

/** Schema of a calendar day; whether the day exists is checked by `isLocalDate`. */
export const LocalDateText = Type.String({ pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$', examples: ['2026-11-23'] });

/** Whether the text names a day that exists (`2026-02-30` does not, and there is no year 0). */
export function isLocalDate(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00Z`);
  return /^(?!0000)\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

const DAY_MS = 86_400_000;

let lastDay = { number: Number.NaN, text: '' };

/** The UTC day of an instant. */
export function dayOf(ms: Millis): LocalDate {
  // Nearly all calls ask for today, and writing a date takes a microsecond.
  const number = Math.floor(ms / DAY_MS);
  if (lastDay.number !== number) lastDay = { number, text: new Date(ms).toISOString().slice(0, 10) };
  return lastDay.text;
}

/** The first instant of a day in UTC. Throws RangeError when the day does not exist. */
export function startOf(day: LocalDate): Millis {
  if (!isLocalDate(day)) throw new RangeError(`there is no day ${day}`);
  return Date.parse(`${day}T00:00:00Z`);
}

/** The day so many calendar days later, or earlier when negative. Throws RangeError when the day does not exist. */
export function addDays(day: LocalDate, days: number): LocalDate {
  return dayOf(startOf(day) + days * DAY_MS);
}

/** Calendar days from one day to another; negative when `to` comes first. Throws RangeError when a day does not exist. */
export function daysBetween(from: LocalDate, to: LocalDate): number {
  return (startOf(to) - startOf(from)) / DAY_MS;
}

/** Day of the week as ISO 8601 counts: 1 is Monday, 7 is Sunday. Throws RangeError when the day does not exist. */
export function weekdayOf(day: LocalDate): number {
  return new Date(startOf(day)).getUTCDay() || 7;
}
