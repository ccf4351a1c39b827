import { expect, test } from 'vitest';
import { manualClock } from '../../base/time.ts';
import { keptUp } from './kept-up.ts';

/** Something kept whose looks end when they are let go. */
function byHand(patienceMs?: number) {
  const clock = manualClock(0);
  const begun: PromiseWithResolvers<void>[] = [];
  const failures: unknown[] = [];
  const kept = keptUp({
    clock,
    look: () => {
      const one = Promise.withResolvers<void>();
      begun.push(one);
      return one.promise;
    },
    onFailure: (error) => failures.push(error),
    ...(patienceMs !== undefined && { patienceMs }),
  });
  const looked = async () => {
    const due = kept.due();
    begun.at(-1)!.resolve();
    await due;
  };
  return { clock, begun, failures, kept, looked };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('what was never looked at, or not for a second, is waited for, by all who come in one look', async () => {
  const { clock, begun, kept, looked } = byHand();
  await looked();
  clock.advance(1_000);
  const waiting = [kept.due(), kept.due()];
  expect(waiting.every((one) => one instanceof Promise)).toBe(true);
  expect(begun).toHaveLength(2);
  begun[1]!.resolve();
  for (const one of waiting) await one;
  expect(kept.due()).toBeUndefined();
});

test('while somebody asks again and again nobody waits: the next look begins in time, behind whoever asks', async () => {
  const { clock, begun, kept, looked } = byHand();
  await looked();
  for (let i = 1; i <= 20; i++) {
    clock.advance(250);
    expect(kept.due()).toBeUndefined();
    begun.at(-1)!.resolve();
    await turn();
  }
  expect(begun).toHaveLength(11);
});

test('nothing is used that is older than a second, however long the look takes that began in time', async () => {
  const { clock, begun, kept, looked } = byHand();
  await looked();
  clock.advance(500);
  expect(kept.due()).toBeUndefined();
  clock.advance(500);
  const waits = kept.due();
  begun[1]!.resolve();
  await waits;
  // That look began half a second ago.
  expect(kept.due()).toBeUndefined();
  expect(begun).toHaveLength(3);
});

test('with patience a look that began in time is not waited for, and one that began late is', async () => {
  const { clock, begun, kept, looked } = byHand(10_000);
  await looked();
  clock.advance(500);
  void kept.due();
  clock.advance(9_499);
  expect(kept.due()).toBeUndefined();
  clock.advance(1);
  expect(kept.due()).toBeInstanceOf(Promise);
  for (let i = 1; i < 3; i++) {
    begun[i]?.resolve();
    await turn();
  }
  clock.advance(1_000);
  const late = [kept.due(), kept.due()];
  expect(late.every((one) => one instanceof Promise)).toBe(true);
});

test('what was declared outdated is used by nobody, and a look that had begun before does not make it good', async () => {
  const { clock, begun, kept, looked } = byHand();
  await looked();
  clock.advance(500);
  void kept.due();
  kept.expire();
  const due = kept.due();
  expect(due).toBeInstanceOf(Promise);
  begun[1]!.resolve();
  await turn();
  expect(begun).toHaveLength(3);
  begun[2]!.resolve();
  await due;
  expect(kept.due()).toBeUndefined();
});

test('a look that fails behind somebody is told, and the next who needs it asks anew and hears of it', async () => {
  const { clock, begun, failures, kept, looked } = byHand();
  await looked();
  clock.advance(500);
  void kept.due();
  begun[1]!.reject(new Error('the database is away'));
  await turn();
  expect(failures).toHaveLength(1);
  clock.advance(500);
  const due = kept.due();
  begun[2]!.reject(new Error('still away'));
  await expect(due).rejects.toThrow('still away');
});
