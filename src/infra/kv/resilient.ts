import type { Log } from '../log/log.ts';
import { systemClock, type Clock } from '../../base/time.ts';
import type { Kv, SharedKv } from './port.ts';

export type ResilientDeps = {
  shared: SharedKv;
  local: Kv;
  log: Pick<Log, 'warn' | 'info'>;
  /** Counts every call that the local memory answered (a metric). */
  onFallback?(): void;
  clock?: Clock;
};

/** After a failure the shared server is left alone for so long: a hanging server must not slow every request down. */
const PAUSE_MS = 1_000;

/**
 * Uses the shared values while they answer and this process's memory while they do not, so that a lost Redis costs
 * shared limits their exactness and nothing else. Logged once when it is lost and once when it is back, also while nobody
 * asks for a value.
 */
export function resilientKv({ shared, local, log, onFallback, clock = systemClock }: ResilientDeps): Kv {
  let pausedUntil = 0;
  let lost = false;

  function isBack(): void {
    pausedUntil = 0;
    if (lost) log.info('shared kv is back');
    lost = false;
  }

  function isLost(error?: unknown): void {
    if (!lost) log.warn('shared kv does not answer: limits and caches are kept in this process until it does', { error });
    lost = true;
  }

  shared.watch((isConnected) => (isConnected ? isBack() : isLost()));

  async function ask<T>(call: (kv: Kv) => Promise<T>): Promise<T> {
    if (clock.now() >= pausedUntil) {
      try {
        const answer = await call(shared);
        if (lost) isBack();
        return answer;
      } catch (error) {
        pausedUntil = clock.now() + PAUSE_MS;
        isLost(error);
      }
    }
    onFallback?.();
    return call(local);
  }

  return {
    get: (key) => ask((kv) => kv.get(key)),
    set: (key, value, ttlMs) => ask((kv) => kv.set(key, value, ttlMs)),
    incr: (key, ttlMs) => ask((kv) => kv.incr(key, ttlMs)),
    delete: (key) => ask((kv) => kv.delete(key)),
    take: (key, cost, limit, windowMs) => ask((kv) => kv.take(key, cost, limit, windowMs)),
    async check() {
      const { ok, detail } = await shared.check();
      if (ok === lost) (ok ? isBack : isLost)();
      return { ok, detail: ok ? detail : `${detail}; limits and caches are kept in this process meanwhile` };
    },
    async close() {
      await Promise.all([shared.close(), local.close()]);
    },
  };
}
