import { expect, test } from 'vitest';
import { coalesce } from './coalesce.ts';

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

/** Time that moves only by hand, in order of what is due. */
function handTimers() {
  let now = 0;
  const due: { at: number; run: () => void }[] = [];
  return {
    timers: { now: () => now, set: (run: () => void, ms: number) => due.push({ at: now + ms, run }) },
    async advance(ms: number) {
      const until = now + ms;
      for (;;) {
        await settle();
        const next = due.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0];
        if (!next) break;
        due.splice(due.indexOf(next), 1);
        now = Math.max(now, next.at);
        next.run();
      }
      now = until;
      await settle();
    },
  };
}

test('twenty thousand items in a second are handed over at most four times a second, none lost, in order', async () => {
  const { timers, advance } = handTimers();
  const handed: (readonly number[])[] = [];
  const gather = coalesce<number>({ intervalMs: 250, timers, flush: async (items) => void handed.push(items) });
  for (let tick = 0; tick < 100; tick++) {
    for (let n = 0; n < 200; n++) gather.add(tick * 200 + n);
    await advance(10);
  }
  await advance(1000);
  expect(handed.length).toBeLessThanOrEqual(6);
  expect(handed.flat()).toEqual(Array.from({ length: 20_000 }, (_, n) => n));
});

test('a single item is handed over at once', async () => {
  const { timers, advance } = handTimers();
  const handed: (readonly string[])[] = [];
  coalesce<string>({ intervalMs: 250, timers, flush: async (items) => void handed.push(items) }).add('one');
  await advance(0);
  expect(handed).toEqual([['one']]);
});

test('nothing is handed over while the last hand-over is under way, however long that takes', async () => {
  const { timers, advance } = handTimers();
  const handed: (readonly number[])[] = [];
  let finish = () => {};
  const flush = (items: readonly number[]) => {
    handed.push(items);
    return new Promise<void>((resolve) => (finish = resolve));
  };
  const gather = coalesce<number>({ intervalMs: 250, timers, flush });
  gather.add(1);
  await advance(0);
  gather.add(2);
  await advance(10_000);
  expect(handed).toEqual([[1]]);
  finish();
  await advance(250);
  expect(handed).toEqual([[1], [2]]);
});

test('a hand-over that fails does not stop the next', async () => {
  const { timers, advance } = handTimers();
  let calls = 0;
  const gather = coalesce<number>({
    intervalMs: 250,
    timers,
    flush: async () => {
      calls += 1;
      if (calls === 1) throw new Error('the server is away');
    },
  });
  gather.add(1);
  await advance(0);
  gather.add(2);
  await advance(250);
  expect(calls).toBe(2);
});

test('after stop nothing is handed over', async () => {
  const { timers, advance } = handTimers();
  const handed: (readonly number[])[] = [];
  const gather = coalesce<number>({ intervalMs: 250, timers, flush: async (items) => void handed.push(items) });
  gather.add(1);
  gather.stop();
  await advance(1000);
  expect(handed).toEqual([]);
});
