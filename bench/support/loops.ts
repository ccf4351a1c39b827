import { percentile } from './bench.ts';
import type { Load } from './keep.ts';

/** What was answered in a second, and the delays of the answers in milliseconds. */
export type Delays = { perSecond: number; p50: number; p95: number; p99: number };

/** The same as checks of readiness read it. */
export const loadOf = ({ perSecond, p50, p95, p99 }: Delays): Pick<Load, 'ratePerS' | 'latencyMs'> => ({
  ratePerS: perSecond,
  latencyMs: { p50, p95, p99 },
});

/** So many callers, each asking again as soon as it has its answer. Answers with what was accepted in a second. */
export async function closedLoop(ms: number, callers: number, ask: () => Promise<number>): Promise<number> {
  const begin = performance.now();
  let accepted = 0;
  const one = async () => {
    while (performance.now() - begin < ms) {
      const count = await ask();
      accepted += count;
    }
  };
  await Promise.all(Array.from({ length: callers }, one));
  return accepted / ((performance.now() - begin) / 1_000);
}

/** Questions at fixed times, whatever the answers do; each delay counts from when its question was due. */
export async function openLoop(ms: number, perSecond: number, ask: () => Promise<unknown>): Promise<Delays> {
  const delays: number[] = [];
  const asked: Promise<void>[] = [];
  const begin = performance.now();
  const total = Math.floor((ms / 1_000) * perSecond);
  for (let n = 0; n < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - begin) / 1_000) * perSecond) + 1);
    for (; n < due; n++) {
      const dueAt = begin + (n / perSecond) * 1_000;
      asked.push(ask().then(() => void delays.push(performance.now() - dueAt)));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(asked);
  const perSecondDone = delays.length / ((performance.now() - begin) / 1_000);
  return { perSecond: perSecondDone, p50: percentile(delays, 0.5), p95: percentile(delays, 0.95), p99: percentile(delays, 0.99) };
}
