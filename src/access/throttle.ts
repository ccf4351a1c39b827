import type { Millis } from '../base/time.ts';

/** Failed sign-ins of one account or one address, as far as they still count. */
export type Attempts = { failures: number; lastAt: Millis; lockedUntil: Millis };

/** `free` failures cost nothing; each one more locks for twice as long as the one before, up to `maxLockMs`. */
export type Throttle = { free: number; firstLockMs: number; maxLockMs: number; forgetAfterMs: number };

const MINUTE = 60_000;

export const accountThrottle: Throttle = { free: 5, firstLockMs: 2_000, maxLockMs: 15 * MINUTE, forgetAfterMs: 24 * 60 * MINUTE };
/**
 * An account, wherever attempts come from: as many as NIST SP 800-63B §5.2.2 lets fail. One address is locked by
 * `accountThrottle` long before; it takes many, or a day, to reach this.
 */
export const everywhereThrottle: Throttle = { ...accountThrottle, free: 100 };
/** An address may be an office with many people behind it, so it has more room. */
export const addressThrottle: Throttle = { free: 50, firstLockMs: 2_000, maxLockMs: 15 * MINUTE, forgetAfterMs: 60 * MINUTE };

export const noAttempts: Attempts = { failures: 0, lastAt: 0, lockedUntil: 0 };

/** Milliseconds until the next attempt may be made, 0 when it may now. */
export function lockedForMs(attempts: Attempts, now: Millis): number {
  return Math.max(0, attempts.lockedUntil - now);
}

/**
 * The state when an attempt begins: it counts as failed until it has succeeded, so that a hundred guesses at once
 * count as a hundred. Call it only when `lockedForMs` is 0.
 */
export function begun(attempts: Attempts, throttle: Throttle, now: Millis): Attempts {
  const forgotten = now - attempts.lastAt > throttle.forgetAfterMs;
  const failures = (forgotten ? 0 : attempts.failures) + 1;
  const over = failures - throttle.free;
  const lockMs = over <= 0 ? 0 : Math.min(throttle.maxLockMs, throttle.firstLockMs * 2 ** Math.min(over - 1, 30));
  return { failures, lastAt: now, lockedUntil: now + lockMs };
}

/** The state after an attempt has succeeded: as if it had not been made. Failures of others at this address still count. */
export function undone(attempts: Attempts, now: Millis): Attempts {
  return { failures: Math.max(0, attempts.failures - 1), lastAt: attempts.lastAt, lockedUntil: Math.min(attempts.lockedUntil, now) };
}
