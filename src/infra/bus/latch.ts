/** Lets loops sleep until there is something to do. A wake-up during work is remembered for the next wait. */
export type Latch = {
  wake(): void;
  /** Resolves on the next wake-up (true), after `ms`, or when the signal aborts. */
  wait(ms: number, signal?: AbortSignal): Promise<boolean>;
};

/** A latch for one loop. */
export function latch(): Latch {
  let woken = false;
  let resume: (() => void) | undefined;
  return {
    wake() {
      woken = true;
      resume?.();
    },
    async wait(ms, signal) {
      if (!woken && !signal?.aborted) {
        await new Promise<void>((resolve) => {
          // Whatever ends it, nothing is left on the signal, which may live as long as the process.
          const done = () => (clearTimeout(timer), signal?.removeEventListener('abort', done), resolve());
          const timer = setTimeout(done, ms);
          resume = done;
          signal?.addEventListener('abort', done, { once: true });
        });
      }
      const was = woken;
      resume = undefined;
      woken = false;
      return was;
    },
  };
}

/** Sleeps, or less when the signal aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await latch().wait(ms, signal);
}
