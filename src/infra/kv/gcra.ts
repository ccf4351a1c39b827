import type { Taken } from './port.ts';

/** A bucket as GCRA keeps it: `fullAt` is when it will be full again (the "theoretical arrival time" of ITU-T I.371). */
export type Bucket = { fullAt: number };

/** Times near 2^41 ms are exact to 0.0003 ms only; what differs by less than this counts as equal. */
const EQUAL_MS = 0.01;

/** `windowMs / limit` should be at least a millisecond or so: a limit per second up to 1,000. */
export type Draw = { cost: number; limit: number; windowMs: number };

/**
 * One draw from a bucket at `now` (ms). Pure; the Lua in redis.ts says the same.
 *
 * Source: Generic Cell Rate Algorithm, ITU-T I.371 annex A, in its virtual scheduling form.
 */
export function draw(bucket: Bucket | undefined, now: number, { cost, limit, windowMs }: Draw): { bucket: Bucket; taken: Taken } {
  const perUnitMs = windowMs / limit;
  const before = Math.max(bucket?.fullAt ?? now, now);
  const after = before + cost * perUnitMs;
  const allowed = after - now <= windowMs + EQUAL_MS;
  const fullAt = allowed ? after : before;
  return {
    bucket: { fullAt },
    taken: toTaken({ allowed, waitMs: fullAt - now, overMs: after - now - windowMs, perUnitMs, windowMs }),
  };
}

type Parts = { allowed: boolean; waitMs: number; overMs: number; perUnitMs: number; windowMs: number };

/** The figures that a caller sees: waits are rounded up, so that a caller who waits as told succeeds. */
export function toTaken({ allowed, waitMs, overMs, perUnitMs, windowMs }: Parts): Taken {
  return {
    allowed,
    remaining: Math.max(0, Math.floor((windowMs - waitMs + EQUAL_MS) / perUnitMs)),
    retryAfterMs: allowed ? 0 : Math.ceil(overMs),
    resetMs: Math.max(0, Math.ceil(waitMs - EQUAL_MS)),
  };
}
