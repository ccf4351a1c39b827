import { addDays, dayOf, type LocalDate, type Millis } from '../../base/time.ts';

/** A calendar month in UTC, `2026-11`. */
export type Month = string;

export const monthOf = (day: LocalDate): Month => day.slice(0, 7);
export const firstDayOf = (month: Month): LocalDate => `${month}-01`;

/** The month after. */
export function nextMonth(month: Month): Month {
  return monthOf(addDays(firstDayOf(month), 31));
}

/** The month before the one of an instant. */
export function monthBefore(now: Millis): Month {
  return monthOf(addDays(firstDayOf(monthOf(dayOf(now))), -1));
}

/** The instants of a month, half-open. */
export function rangeOf(month: Month): { fromMs: Millis; toMs: Millis } {
  return { fromMs: Date.parse(`${firstDayOf(month)}T00:00:00Z`), toMs: Date.parse(`${firstDayOf(nextMonth(month))}T00:00:00Z`) };
}
