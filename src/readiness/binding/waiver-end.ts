import type { Millis } from '../../base/time.ts';

/** How long a waiver lasts at most, in days, where the settings do not say. */
export const MAX_WAIVER_DAYS = 90;

const DAY_MS = 86_400_000;

/** When something that ends on a day or at an ISO time is over, in milliseconds: a day counts to its end. */
export function endOf(until: string): Millis {
  return Date.parse(until.length === 10 ? `${until}T23:59:59.999Z` : until);
}

/**
 * When a waiver ends, in milliseconds: on its day, and never later than `maxWaiverDays` after it was granted, or confirmed in the
 * file of bindings. NaN when it has no day.
 */
export function waiverEnd(until: string, grantedAt: string, { maxWaiverDays }: { maxWaiverDays: number }): Millis {
  return Math.min(endOf(until), endOf(grantedAt) + maxWaiverDays * DAY_MS);
}
