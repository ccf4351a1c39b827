import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
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
  expiresAt: Millis;
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

const DAY_MS = 86_400_000;

/** When an entry has waited long enough: after so many minutes, or at the end of its day (UTC). */
export function expiryOf(enteredAt: Millis, queueMinutes: number): Millis {
  const endOfDay = (Math.floor(enteredAt / DAY_MS) + 1) * DAY_MS;
  return Math.min(enteredAt + queueMinutes * 60_000, endOfDay);
}
