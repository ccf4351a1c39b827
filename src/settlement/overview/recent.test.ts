import { expect, test } from 'vitest';
import { manualClock } from '../../base/time.ts';
import { recent } from './recent.ts';

test('an answer serves everyone who asks within its time, and is made anew afterwards', async () => {
  const clock = manualClock();
  const ask = recent<number>(clock, 1_000);
  let made = 0;
  const make = async () => ++made;
  expect(await Promise.all([ask('a', make), ask('a', make), ask('b', make)])).toEqual([1, 1, 2]);
  clock.advance(999);
  expect(await ask('a', make)).toBe(1);
  clock.advance(1);
  expect(await ask('a', make)).toBe(3);
});

test('a failure is told to those who wait for it and to nobody after', async () => {
  const ask = recent<number>(manualClock(), 1_000);
  await expect(ask('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await ask('a', async () => 7)).toBe(7);
});

test('an answer that takes longer than its time is waited for by all, not asked for again', async () => {
  const clock = manualClock();
  const ask = recent<number>(clock, 1_000);
  const slow = Promise.withResolvers<number>();
  const first = ask('a', () => slow.promise);
  clock.advance(5_000);
  const second = ask('a', async () => 2);
  slow.resolve(1);
  expect(await Promise.all([first, second])).toEqual([1, 1]);
});

test('a clock that is set back does not keep an old answer', async () => {
  const clock = manualClock();
  const ask = recent<number>(clock, 1_000);
  expect(await ask('a', async () => 1)).toBe(1);
  clock.advance(-3_600_000);
  expect(await ask('a', async () => 2)).toBe(2);
});
