import { addDays, daysBetween, weekdayOf, type LocalDate } from '../../base/time.ts';
import { addBusinessDays } from '../calendar/business-day.ts';
import type { HolidayCalendar } from '../calendar/holidays.ts';

/**
 * Rules about money that goes back, after those of the European credit transfer schemes (EPC125-05, sections 4.3 and 4.4):
 * a bank's own error is recalled within ten business days, fraud and a customer's request within thirteen months, and the
 * other bank answers within fifteen business days.
 */

/** Codes of ExternalReturnReason1Code that fit a credit transfer. */
export const RETURN_REASONS: ReadonlySet<string> = new Set(
  (
    'AC01 AC02 AC03 AC04 AC06 AC07 AC14 AC15 AC16 AC17 AG01 AG02 AM01 AM02 AM03 AM04 AM05 AM06 AM07 AM09 AM10 BE01 BE04 BE05 BE06 BE07 ' +
    'BE08 BE10 BE11 BE16 BE17 CNOR CNPC CURR CUST DNOR DT01 ED01 ED03 ED05 ERIN FF05 FF06 FF07 FOCR FR01 FRAD FRTR G004 MD07 MS02 MS03 ' +
    'NARR NOAS NOCM RC01 RC03 RC04 RC07 RC08 RC11 RF01 RR01 RR02 RR03 RR04 RR05 RR06 RR07 RR08 RR09 RR11 RR12 RUTA SL01 SL02 SP01 SP02 ' +
    'SVNR TECH TM01 TRAC UPAY DUPL AGNT ARDT'
  ).split(' '),
);

/** Codes of ExternalCancellationReason1Code, each with how long after settlement it may be used. */
type Within = { businessDays: number } | { months: number };
const RECALL_REASONS: ReadonlyMap<string, Within> = new Map<string, Within>([
  // The sending bank's own errors.
  ...['DUPL', 'TECH'].map((code) => [code, { businessDays: 10 }] as const),
  ...['FRAD', 'CUST', 'AC03', 'AM09', 'AGNT', 'CURR', 'CUTA', 'UPAY', 'COVR', 'AMNT', 'INDM', 'NARR', 'CUSA', 'CSUS', 'UETR', 'SVNR'].map(
    (code) => [code, { months: 13 }] as const,
  ),
]);

/** The other bank's time for an answer. */
const ANSWER_BUSINESS_DAYS = 15;

/** Whether a recall may give this reason. */
export function isRecallReason(code: string): boolean {
  return RECALL_REASONS.has(code);
}

/** The day by which a recall has to be answered, by the calendar of its currency if there is one. */
export function dueOn(asked: LocalDate, calendar: HolidayCalendar | undefined): LocalDate {
  return businessDaysAfter(asked, ANSWER_BUSINESS_DAYS, calendar);
}

/** The last day on which a payment may still be recalled for a reason, by the calendar of its currency if there is one. */
export function lastRecallDay(settled: LocalDate, code: string, calendar: HolidayCalendar | undefined): LocalDate {
  const rule = RECALL_REASONS.get(code) ?? { months: 13 };
  if ('businessDays' in rule) return businessDaysAfter(settled, rule.businessDays, calendar);
  const [year, month, day] = settled.split('-').map(Number) as [number, number, number];
  const first = new Date(Date.UTC(year, month - 1 + rule.months, 1)).toISOString().slice(0, 10);
  const length = daysBetween(first, new Date(Date.UTC(year, month + rule.months, 1)).toISOString().slice(0, 10));
  return addDays(first, Math.min(day, length) - 1);
}

/** Counts in a calendar; where there is none, or not for the year, Mondays to Fridays. */
function businessDaysAfter(day: LocalDate, days: number, calendar: HolidayCalendar | undefined): LocalDate {
  const covers = (at: LocalDate) =>
    calendar && Number(at.slice(0, 4)) >= calendar.years.from && Number(at.slice(0, 4)) <= calendar.years.to;
  // Twice as many calendar days are more than enough.
  if (calendar && covers(day) && covers(addDays(day, 2 * days + 14))) return addBusinessDays([calendar], day, days);
  let at = day;
  for (let left = days; left > 0;) if (weekdayOf((at = addDays(at, 1))) <= 5) left--;
  return at;
}
