import { daysBetween, type LocalDate } from '../../base/time.ts';

/** How much sooner what is overdue is cleared. */
export type OverdueRule = {
  /** Days after which an overdue obligation weighs one more. */
  stepDays: number;
  /** No obligation weighs more than this. */
  heaviest: number;
};

const USUAL: OverdueRule = { stepDays: 30, heaviest: 8 };

/**
 * Weight of an obligation by its due day: 1 while it is not overdue (or has no due day), 2 from the first day on, and one
 * more for every further step. A unit of weight 3 is cleared in place of up to two units of weight 1 that cannot be cleared beside it.
 */
export function weightByDueDay(dueDay: LocalDate | undefined, today: LocalDate, rule: OverdueRule = USUAL): number {
  const overdue = dueDay === undefined ? 0 : daysBetween(dueDay, today);
  return overdue <= 0 ? 1 : Math.min(rule.heaviest, 2 + Math.floor((overdue - 1) / rule.stepDays));
}
