import type { Millis } from '../base/time.ts';

/**
 * When an entry was made, by the log: `at` is not before anything that stands before it, whatever the entry says of itself;
 * `place` counts the entries of the whole log before it, where that is known. `claimedAt` is what was signed.
 */
export type Made = { at: Millis; place?: number; claimedAt?: Millis };

/**
 * When what a key signs counts. `until`: it was replaced or taken away. `compromisedSince`: somebody else may have had it, so nothing
 * made from then on counts, though the key was the valid one. `entries`: how many entries the log had when its end was put down.
 */
export type KeyTimes = { from?: Millis; until?: Millis; compromisedSince?: Millis; entries?: number };

/**
 * Whether a key counted for what was made then. Both the log's time and what was signed have to lie within its times: neither is
 * enough alone, since whoever holds a former key may write any time. Behind `entries` nothing of the key counts, whatever time it tells.
 */
export function keyCounted({ from, until, compromisedSince, entries }: KeyTimes, { at, place, claimedAt }: Made): boolean {
  if (entries !== undefined && !(place !== undefined && place < entries)) return false;
  const ends = Math.min(until ?? Number.POSITIVE_INFINITY, compromisedSince ?? Number.POSITIVE_INFINITY);
  return [at, claimedAt ?? at].every((time) => !Number.isNaN(time) && time >= (from ?? Number.NEGATIVE_INFINITY) && time < ends);
}

/** When each of the entries of a log was made, in their order. `before` is the latest time of those that stand before them. */
export function madeInOrder<E extends { at: string; body: object }>(entries: readonly E[], before = Number.NEGATIVE_INFINITY): Made[] {
  let latest = before;
  return entries.map(({ at, body }) => {
    latest = Math.max(latest, Date.parse(at));
    return { at: latest, ...claimOf(body) };
  });
}

function claimOf(body: object): { claimedAt?: Millis } {
  return 'signedAt' in body && typeof body.signedAt === 'string' ? { claimedAt: Date.parse(body.signedAt) } : {};
}
