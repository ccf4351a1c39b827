import type { Uuid } from '../../base/id.ts';
import { addDays, dayOf, startOf, type LocalDate, type Millis } from '../../base/time.ts';
import type { Leg } from '../gridlock/bundle.ts';
import type { PaymentOrder } from '../payment/payment.ts';

/**
 * A bundle that waits. `id` of a payment is the payment's own. `position`: where it stands in its class, the lowest first: what
 * came first goes first. Legs name participants by id, or one of the operator's
 * accounts by its role (`fx_rounding`, `fx_fees`), which only ever receive.
 */
export type QueueEntry = {
  id: Uuid;
  kind: 'payment' | 'pvp';
  priority: number;
  position: bigint;
  payers: readonly Uuid[];
  legs: readonly Leg[];
  enteredAt: Millis;
  /** Before this day (UTC) nothing lets it go: of a payment dated ahead its value date, else the day on which it began to wait. */
  due: LocalDate;
  expiresAt: Millis;
  /** The number of the lists that its parties were screened against last; an exchange has none, its parties are banks. */
  screeningSet?: number | undefined;
};

/** What a class is called outside. */
export const CLASSES = ['urgent', 'normal'] as const;
type ClassName = (typeof CLASSES)[number];

/** The class in which a payment waits: who asked for more than normal stands before who did not. */
export function classOf(priority: PaymentOrder['priority']): number {
  return priority === 'urgent' || priority === 'instant' ? 0 : 1;
}

export function classNameOf(priority: number): ClassName {
  return CLASSES[priority] ?? 'normal';
}

/** Entries in order: what is dated ahead stands behind all that may go today, since it holds nobody up. */
export function datedLast(entries: readonly QueueEntry[], today: LocalDate): QueueEntry[] {
  return [...entries.filter(({ due }) => due <= today), ...entries.filter(({ due }) => due > today)];
}

/** When an entry has waited long enough: after so many minutes in which it could have gone, or at the end of its day (UTC). */
export function expiryOf({ enteredAt, due }: Pick<QueueEntry, 'enteredAt' | 'due'>, queueMinutes: number): Millis {
  const from = Math.max(enteredAt, startOf(due));
  return Math.min(from + queueMinutes * 60_000, startOf(addDays(dayOf(from), 1)));
}
