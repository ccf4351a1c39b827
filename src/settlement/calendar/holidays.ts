import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { AppError } from '../../base/error.ts';
import { addDays, isLocalDate, weekdayOf, type LocalDate } from '../../base/time.ts';
import { easterOf } from './easter.ts';

const Month = Type.Integer({ minimum: 1, maximum: 12 });
const Weekday = Type.Integer({ minimum: 1, maximum: 7 });
const Name = Type.String({ minLength: 1, maxLength: 100 });
const DayText = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' });

/**
 * A day that comes every year: on a date; on the nth of a weekday in a month (the last when −1; ISO 8601, 1 is Monday); or so
 * many days after Easter Sunday. `moved`: when it falls on a Sunday, or on the weekend, the next day that is neither is free.
 */
const Rule = Type.Union([
  Type.Object(
    {
      name: Name,
      month: Month,
      day: Type.Integer({ minimum: 1, maximum: 31 }),
      moved: Type.Optional(Type.Union([Type.Literal('sunday'), Type.Literal('weekend')])),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    { name: Name, month: Month, weekday: Weekday, nth: Type.Union([1, 2, 3, 4, -1].map((n) => Type.Literal(n))) },
    { additionalProperties: false },
  ),
  Type.Object({ name: Name, easter: Type.Integer({ minimum: -100, maximum: 100 }) }, { additionalProperties: false }),
]);

const CalendarSchema = Type.Object(
  {
    currency: Type.String({ pattern: '^[A-Z]{3}$' }),
    system: Name,
    source: Type.String({ minLength: 1, maxLength: 500 }),
    zone: Type.String(),
    weekend: Type.Array(Weekday, { maxItems: 3 }),
    years: Type.Object({ from: Type.Integer(), to: Type.Integer() }, { additionalProperties: false }),
    rules: Type.Array(Rule),
    dates: Type.Record(DayText, Name),
    estimated: Type.Array(DayText),
    open: Type.Array(DayText),
  },
  { additionalProperties: false },
);

/**
 * When the settlement system of a currency is closed: weekends (ISO weekdays), days that come every year, and single `dates` by name.
 * `estimated` are those of them that an authority may still move (the sighting of the moon); `open` are weekend days on which work
 * is made up for. It says nothing of years outside of `years`.
 */
export type HolidayCalendar = Static<typeof CalendarSchema>;

/** Why a system is closed on a day. `estimated`: the day may still move. */
export type Closing = { kind: 'weekend' | 'holiday'; name: string; estimated: boolean };

/** Takes a calendar from a data file. Errors: `settlement.calendar_malformed` with what is wrong. */
export function readCalendar(value: unknown): HolidayCalendar {
  const first = Value.Errors(CalendarSchema, value)[0];
  if (first) throw malformed(`${first.instancePath || 'the file'} ${first.message}`);
  const calendar = value as HolidayCalendar;
  const { years, dates, estimated, open } = calendar;
  const days = [...Object.keys(dates), ...estimated, ...open];
  const bad = days.find((day) => !isLocalDate(day) || Number(day.slice(0, 4)) < years.from || Number(day.slice(0, 4)) > years.to);
  if (bad) throw malformed(`${bad} is not a day of the years ${years.from} to ${years.to}`);
  if (years.from > years.to) throw malformed('its years end before they begin');
  const unknown = estimated.find((day) => dates[day] === undefined);
  if (unknown) throw malformed(`${unknown} is estimated, but no holiday`);
  return calendar;
}

function malformed(what: string): AppError {
  return new AppError('invalid', 'settlement.calendar_malformed', `The holiday calendar cannot be used: ${what}.`);
}

const made = new WeakMap<HolidayCalendar, Map<number, ReadonlyMap<LocalDate, Closing>>>();

/** The holidays of a year by day, weekends left out. Errors: `settlement.calendar_year_missing`. */
export function holidaysOf(calendar: HolidayCalendar, year: number): ReadonlyMap<LocalDate, Closing> {
  const { currency, years } = calendar;
  if (year < years.from || year > years.to) {
    throw new AppError(
      'unprocessable',
      'settlement.calendar_year_missing',
      `The calendar of ${currency} reaches from ${years.from} to ${years.to} and says nothing of ${year}. Load a newer one.`,
    );
  }
  let byYear = made.get(calendar);
  if (!byYear) made.set(calendar, (byYear = new Map()));
  let holidays = byYear.get(year);
  if (!holidays) byYear.set(year, (holidays = makeHolidays(calendar, year)));
  return holidays;
}

function makeHolidays({ rules, dates, estimated }: HolidayCalendar, year: number): Map<LocalDate, Closing> {
  const holidays = new Map<LocalDate, Closing>();
  const add = (day: LocalDate, name: string, isEstimated = false) =>
    holidays.set(day, holidays.get(day) ?? { kind: 'holiday', name, estimated: isEstimated });
  for (const rule of rules) add(dayOfRule(rule, year), rule.name);
  for (const [day, name] of Object.entries(dates)) if (day.startsWith(String(year))) add(day, name, estimated.includes(day));
  // Days are moved in the order of the rules, each to the next day that no holiday has yet.
  for (const rule of rules) {
    const day = dayOfRule(rule, year);
    if (!('moved' in rule) || !isMoved(rule.moved, day)) continue;
    let next = addDays(day, 1);
    while (holidays.has(next) || (rule.moved === 'weekend' && weekdayOf(next) > 5)) next = addDays(next, 1);
    add(next, `${rule.name} (substitute)`);
  }
  return holidays;
}

const isMoved = (moved: 'sunday' | 'weekend' | undefined, day: LocalDate) =>
  moved === 'weekend' ? weekdayOf(day) > 5 : moved === 'sunday' && weekdayOf(day) === 7;

function dayOfRule(rule: Static<typeof Rule>, year: number): LocalDate {
  if ('easter' in rule) return addDays(easterOf(year), rule.easter);
  const month = `${year}-${String(rule.month).padStart(2, '0')}`;
  if ('day' in rule) return `${month}-${String(rule.day).padStart(2, '0')}`;
  if (rule.nth === -1) {
    const last = addDays(`${rule.month === 12 ? year + 1 : year}-${String((rule.month % 12) + 1).padStart(2, '0')}-01`, -1);
    return addDays(last, -((weekdayOf(last) - rule.weekday + 7) % 7));
  }
  return addDays(`${month}-01`, ((rule.weekday - weekdayOf(`${month}-01`) + 7) % 7) + 7 * (rule.nth - 1));
}
