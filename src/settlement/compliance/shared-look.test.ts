import { expect, test } from 'vitest';
import { sharedLook } from './shared-look.ts';
import { manualClock } from '../../base/time.ts';

/** A look whose answers are given by hand. */
function byHand(freshMs: number) {
  const clock = manualClock(0);
  const begun: PromiseWithResolvers<string>[] = [];
  const look = sharedLook(clock, freshMs, () => {
    const one = Promise.withResolvers<string>();
    begun.push(one);
    return one.promise;
  });
  return { clock, begun, look };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('those who ask soon share the look that is under way', async () => {
  const { clock, begun, look } = byHand(1_000);
  const first = look.ask();
  clock.advance(999);
  const second = look.ask();
  begun[0]!.resolve('then');
  expect([await first, await second]).toEqual(['then', 'then']);
  expect(begun).toHaveLength(1);
});

test('those who ask late get what is there after they asked, all from one look that waits for the one before', async () => {
  const { clock, begun, look } = byHand(1_000);
  const first = look.ask();
  clock.advance(1_000);
  const late = [look.ask(), look.ask()];
  await turn();
  expect(begun).toHaveLength(1);
  begun[0]!.resolve('before');
  await turn();
  expect(begun).toHaveLength(2);
  begun[1]!.resolve('after');
  expect([await first, ...(await Promise.all(late))]).toEqual(['before', 'after', 'after']);
});

test('a look that failed is told to those who shared it, and the next asks anew', async () => {
  const { clock, begun, look } = byHand(1_000);
  const [first, second] = [look.ask(), look.ask()];
  clock.advance(1_000);
  const late = look.ask();
  begun[0]!.reject(new Error('the database is away'));
  await expect(first).rejects.toThrow('away');
  await expect(second).rejects.toThrow('away');
  await turn();
  begun[1]!.resolve('back');
  expect(await late).toBe('back');
  const next = look.ask();
  begun[2]!.resolve('again');
  expect(await next).toBe('again');
});

test('the end is that of everything under way, however it goes', async () => {
  const { begun, look } = byHand(1_000);
  await look.ended();
  look.ask().catch(() => undefined);
  let isOver = false;
  const over = look.ended().then(() => (isOver = true));
  await turn();
  expect(isOver).toBe(false);
  begun[0]!.reject(new Error('away'));
  await over;
  expect(isOver).toBe(true);
});

test('looks that take long do not pile up behind each other, however many ask', async () => {
  const { clock, begun, look } = byHand(1_000);
  look.ask().catch(() => undefined);
  const asked: Promise<string>[] = [];
  for (let i = 0; i < 5; i++) {
    clock.advance(1_000);
    asked.push(look.ask());
  }
  begun[0]!.resolve('before');
  await turn();
  begun[1]!.resolve('after');
  expect(new Set(await Promise.all(asked))).toEqual(new Set(['after']));
  expect([begun.length, look.isUnderWay]).toEqual([2, false]);
});

test('a look that expired is joined by nobody', async () => {
  const { begun, look } = byHand(1_000);
  const before = look.ask();
  look.expire();
  const after = look.ask();
  begun[0]!.resolve('before');
  await turn();
  begun[1]!.resolve('after');
  expect([await before, await after]).toEqual(['before', 'after']);
});
