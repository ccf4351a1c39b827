import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { AppError } from '../../base/error.ts';
import { addDays, isLocalDate, weekdayOf, type LocalDate } from '../../base/time.ts';
import { easterOf } from './easter.ts';
import { wallClock } from './zone.ts';

const Month = Type.Integer({ minimum: 1, maximum: 12 });
const Weekday = Type.Integer({ minimum: 1, maximum: 7 });
const Name = Type.String({ minLength: 1, maxLength: 100 });
const DayText = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' });

/**
 * A day that comes every year: on a date; on the nth of a weekday in a month (the last when −1; ISO 8601, 1 is Monday); on the
 * first of a weekday from a date on; or so many days after Easter Sunday. `moved`: when it falls on a Sunday, or on the weekend, the next day that is neither is free.
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
  Type.Object(
    { name: Name, month: Month, weekday: Weekday, from: Type.Integer({ minimum: 1, maximum: 31 }) },
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

/** Calendars by currency. */
export type Calendars = ReadonlyMap<string, HolidayCalendar>;

/** Takes a calendar from a data file. Errors: `settlement.calendar_malformed` with all that is wrong. */
export function readCalendar(value: unknown): HolidayCalendar {
  const problems = problemsOf(value);
  if (problems.length === 0) return value as HolidayCalendar;
  throw new AppError('invalid', 'settlement.calendar_malformed', `The holiday calendar cannot be used: ${problems.join('; ')}.`);
}

/** All that keeps a value from being a calendar; nothing when it is one. */
export function problemsOf(value: unknown): string[] {
  const misshapen = shapeProblems(value);
  return misshapen.length > 0 ? misshapen : contradictions(value as HolidayCalendar);
}

const RULE_FORMS = 'month and day (and moved: sunday or weekend), month, weekday and nth or from, or easter';

function shapeProblems(value: unknown): string[] {
  const told = Value.Errors(CalendarSchema, value).map(({ keyword, instancePath, params, message }) => {
    // Of a rule each of its forms complains, which helps nobody.
    const rule = /^\/rules\/\d+(?=\/|$)/.exec(instancePath)?.[0];
    if (rule !== undefined) return `${rule} is no rule: it has a name, and ${RULE_FORMS}`;
    if (keyword === 'additionalProperties') {
      const { additionalProperties } = params as { additionalProperties: string[] };
      return `${instancePath || 'the file'} must not have ${additionalProperties.join(', ')}`;
    }
    return keyword === 'boolean' ? undefined : `${instancePath || 'the file'} ${message}`;
  });
  return [...new Set(told.filter((one) => one !== undefined))];
}

function contradictions({ zone, weekend, years, rules, dates, estimated, open }: HolidayCalendar): string[] {
  if (years.from > years.to) return ['its years end before they begin'];
  const isIn = (day: string) => isLocalDate(day) && Number(day.slice(0, 4)) >= years.from && Number(day.slice(0, 4)) <= years.to;
  const strange = [...new Set([...Object.keys(dates), ...estimated, ...open])].filter((day) => !isIn(day));
  return [
    ...(isZone(zone) ? [] : [`there is no time zone ${zone}`]),
    ...strange.map((day) => `${day} is not a day of the years ${years.from} to ${years.to}`),
    ...rules.flatMap((rule) => (isDayOfYear(rule) ? [] : [`no year has the day of ${rule.name}`])),
    ...estimated.filter((day) => dates[day] === undefined).map((day) => `${day} is estimated, but no holiday`),
    ...open.filter((day) => isIn(day) && !weekend.includes(weekdayOf(day))).map((day) => `${day} is no weekend day that could be open`),
  ];
}

function isZone(zone: string): boolean {
  try {
    wallClock(zone, 0);
    return true;
  } catch {
    return false;
  }
}

/** In a leap year every day of a year exists. */
function isDayOfYear(rule: Static<typeof Rule>): boolean {
  const day = 'day' in rule ? rule.day : 'from' in rule ? rule.from : undefined;
  return day === undefined || !('month' in rule) || isLocalDate(`2024-${twoDigits(rule.month)}-${twoDigits(day)}`);
}

const twoDigits = (n: number) => String(n).padStart(2, '0');

const made = new WeakMap<HolidayCalendar, Map<number, ReadonlyMap<LocalDate, Closing>>>();

/** The holidays of a year by day, weekends left out. Errors: `settlement.calendar_year_missing`. */
export function holidaysOf(calendar: HolidayCalendar, year: number): ReadonlyMap<LocalDate, Closing> {
  const { currency, years } = calendar;
  if (year < years.from || year > years.to) {
    throw new AppError(
      'unprocessable',
      'settlement.calendar_year_missing',
      `The calendar of ${currency} reaches from ${years.from} to ${years.to} and says nothing of ${year}. Load a newer one (RIALTO_CALENDAR_FOLDER).`,
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
  // The 29th of February is not there every year.
  const yearly = rules.map((rule) => ({ rule, day: dayOfRule(rule, year) })).filter(({ day }) => isLocalDate(day));
  for (const { rule, day } of yearly) add(day, rule.name);
  for (const [day, name] of Object.entries(dates)) if (day.startsWith(String(year))) add(day, name, estimated.includes(day));
  // Days are moved in the order of the rules, each to the next day that no holiday has yet.
  for (const { rule, day } of yearly) {
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
  const month = `${year}-${twoDigits(rule.month)}`;
  if ('day' in rule) return `${month}-${twoDigits(rule.day)}`;
  if ('from' in rule) {
    const first = `${month}-${twoDigits(rule.from)}`;
    return isLocalDate(first) ? addDays(first, (rule.weekday - weekdayOf(first) + 7) % 7) : first;
  }
  if (rule.nth === -1) {
    const last = addDays(`${rule.month === 12 ? year + 1 : year}-${twoDigits((rule.month % 12) + 1)}-01`, -1);
    return addDays(last, -((weekdayOf(last) - rule.weekday + 7) % 7));
  }
  return addDays(`${month}-01`, ((rule.weekday - weekdayOf(`${month}-01`) + 7) % 7) + 7 * (rule.nth - 1));
}
