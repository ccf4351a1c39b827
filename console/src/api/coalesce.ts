/** Time as the coalescer sees it; tests move it by hand. */
export type Timers = { now(): number; set(run: () => void, ms: number): unknown };

const realTimers: Timers = { now: () => performance.now(), set: (run, ms) => setTimeout(run, ms) };

/**
 * Gathers items and hands them over together: the first at once, then never more often than every `intervalMs`, and
 * never before the last hand-over has finished. Twenty thousand items so cost as many refreshes as the screen can use.
 */
export function coalesce<T>(options: { intervalMs: number; flush: (items: readonly T[]) => Promise<unknown>; timers?: Timers }): {
  add(item: T): void;
  stop(): void;
} {
  const { intervalMs, flush, timers = realTimers } = options;
  let waiting: T[] = [];
  let planned = false;
  let stopped = false;
  let earliest = -Infinity;

  async function hand(): Promise<void> {
    const items = waiting;
    waiting = [];
    earliest = timers.now() + intervalMs;
    await flush(items).catch(() => undefined);
    planned = false;
    if (waiting.length > 0) plan();
  }

  function plan(): void {
    if (planned || stopped) return;
    planned = true;
    timers.set(() => void (stopped ? undefined : hand()), Math.max(0, earliest - timers.now()));
  }

  return {
    add(item) {
      waiting.push(item);
      plan();
    },
    stop() {
      stopped = true;
      waiting = [];
    },
  };
}
