import type { Finding } from '../module.ts';

/** Outcome of `take`. Times are whole milliseconds from now. */
export type Taken = {
  allowed: boolean;
  /** Whole units that may be taken at once right after this call. */
  remaining: number;
  /** How long until the same call would be allowed; 0 when it was. */
  retryAfterMs: number;
  /** How long until the full limit is there again. */
  resetMs: number;
};

/**
 * Shared short-lived values: caches, rate limits, counters. Never a record of anything: an entry may be gone at any time
 * (full memory, a restart, a lost server), and two processes may for a while see different values.
 */
export type Kv = {
  get(key: string): Promise<string | undefined>;
  /** Gone after `ttlMs` (at least 1), or earlier. */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** Counts up by one and answers with the count; the first call starts a life of `ttlMs`, later ones do not extend it. */
  incr(key: string, ttlMs: number): Promise<number>;
  delete(key: string): Promise<void>;
  /**
   * Takes `cost` units from a bucket that holds `limit` units and refills evenly in `windowMs` (GCRA). What is refused
   * takes nothing. A cost above the limit is always refused.
   */
  take(key: string, cost: number, limit: number, windowMs: number): Promise<Taken>;
  /** Whether the shared values answer, for health. */
  check(): Promise<Finding>;
  close(): Promise<void>;
};

/** Values of a server that may be lost; `watch` hears of its connection, first as it is now. */
export type SharedKv = Kv & { watch(heard: (isConnected: boolean) => void): void };
