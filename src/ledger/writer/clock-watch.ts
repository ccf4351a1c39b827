import { AppError } from '../../base/error.ts';
import type { Clock, Millis } from '../../base/time.ts';

/** So far our clock and that of the database server may be apart; clocks that are kept right differ by milliseconds. */
const MOST_MS = 5_000;

/**
 * Holds our clock against that of the database server, before anything is dated by it: one transfer under a wrong clock would
 * date the book for good. `begin` is called before the server is asked, and what it answers with after: it throws when the
 * clocks are apart, and otherwise tells the latest time that may be written down.
 * Errors: `ledger.clock_skewed`.
 */
export type ClockWatch = {
  begin(): (serverAt: Millis) => Millis;
  /** So far ahead of the server's time something may be dated. */
  readonly leewayMs: Millis;
  /** Whether the clocks were apart when they were last compared. */
  isApart(): boolean;
  /** How far ours was ahead of the server's when they were last compared; negative when it was behind. */
  skewMs(): Millis;
};

/** For clocks that are not meant to agree: those that a test moves by hand. */
export const unwatched: ClockWatch = { begin: () => () => Infinity, leewayMs: Infinity, isApart: () => false, skewMs: () => 0 };

export function createClockWatch(clock: Clock): ClockWatch {
  let skew = 0;
  return {
    begin() {
      const wall = clock.now();
      const from = performance.now();
      return (serverAt) => {
        // The server told its time at some point of this span; a lock may have been waited for.
        const until = wall + (performance.now() - from);
        const stepped = clock.now() - until;
        skew = Math.abs(stepped) > MOST_MS ? stepped : wall > serverAt ? wall - serverAt : Math.min(0, until - serverAt);
        if (Math.abs(skew) > MOST_MS) throw clockSkewed(skew);
        return until + MOST_MS;
      };
    },
    leewayMs: MOST_MS,
    isApart: () => Math.abs(skew) > MOST_MS,
    skewMs: () => skew,
  };
}

/** That nothing can be dated for now. */
export function clockSkewed(skew: Millis): AppError {
  const apart = `${Math.round(Math.abs(skew) / 100) / 10} s ${skew > 0 ? 'ahead of' : 'behind'}`;
  return new AppError(
    'unavailable',
    'ledger.clock_skewed',
    `This machine's clock is ${apart} that of the database server. Nothing was changed; set the clocks right (NTP) and try again.`,
  );
}
