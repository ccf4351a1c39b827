import type { Millis } from '../base/time.ts';

/** A book whose last record lies so far ahead of the clock was written to by a clock that was wrong. */
export const DATED_AHEAD_MS = 60_000;

/** When a batch is recorded, and the time that pending transfers run out by. */
export type BookTime = { atMs: Millis; heldMs: Millis };

/**
 * The time of a book never goes back, so one that was dated ahead stands still until the clock has caught up. What is pending
 * meanwhile goes by the clock: it would hang as long, and what was pending before would have run out at once.
 */
export function bookTime(recordedAt: Millis, nowMs: Millis): BookTime {
  const atMs = Math.max(recordedAt, nowMs);
  return { atMs, heldMs: atMs - nowMs > DATED_AHEAD_MS ? nowMs : atMs };
}
