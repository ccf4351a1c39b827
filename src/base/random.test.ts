import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from './random.ts';

const draw = (seed: string | number, count: number) => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.next());
};
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

test('a seed always gives the same numbers, in later releases too', () => {
  expect(draw('day', 3)).toEqual([0.9181929118729718, 0.25680180316926726, 0.6435217900680915]);
  expect(draw(7, 100)).toEqual(draw('7', 100));
  expect(new Set(draw('a', 50_000)).size).toBe(50_000);
});

test('different seeds give different numbers', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      fc.pre(a !== b);
      expect(draw(a, 4)).not.toEqual(draw(b, 4));
    }),
  );
});

test('a fork is its own stream and leaves the other where it was', () => {
  const [one, two] = [seededRandom('s'), seededRandom('s')];
  const forked = one.fork('banks');
  const names = [forked.next(), forked.next()];
  expect(one.next()).toBe(two.next());
  expect(two.fork('banks').next()).toBe(names[0]);
  expect(two.fork('payments').next()).not.toBe(names[0]);
});

test('whole numbers stay within their bounds, reach both, and are even: χ² below the 99.99 % bound', () => {
  const random = seededRandom('dice');
  const counts = Array<number>(6).fill(0);
  for (let i = 0; i < 60_000; i++) counts[random.int(1, 6) - 1]!++;
  const chi2 = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
  expect(chi2).toBeLessThan(25.7);
  fc.assert(
    fc.property(fc.integer(), fc.nat(1000), (min, width) => {
      const value = random.int(min, min + width);
      return Number.isInteger(value) && value >= min && value <= min + width;
    }),
  );
});

test('a shuffle keeps every item, leaves its input alone, and every order comes about', () => {
  const random = seededRandom('cards');
  const items = [1, 2, 3, 4];
  const orders = new Set(Array.from({ length: 1000 }, () => random.shuffle(items).join()));
  expect(orders.size).toBe(24);
  expect(items).toEqual([1, 2, 3, 4]);
  for (const order of orders) expect(order.split(',').toSorted()).toEqual(['1', '2', '3', '4']);
});

test('weights decide how often, and weight zero is never picked', () => {
  const random = seededRandom('weights');
  const counts: Record<string, number> = { a: 0, b: 0, c: 0 };
  for (let i = 0; i < 30_000; i++) counts[random.weighted(['a', 'b', 'c'], [1, 0, 2])]!++;
  expect(counts['b']).toBe(0);
  expect(counts['c']! / counts['a']!).toBeCloseTo(2, 0);
  expect(() => random.weighted(['a'], [0])).toThrow(RangeError);
});

test('distributions have the mean that they promise', () => {
  const random = seededRandom('moments');
  const many = (one: () => number) => Array.from({ length: 100_000 }, one);
  const normal = many(random.normal);
  expect(mean(normal)).toBeCloseTo(0, 1);
  expect(mean(normal.map((value) => value * value))).toBeCloseTo(1, 1);
  expect(mean(many(() => random.exponential(4))) / 4).toBeCloseTo(1, 1);
  expect(mean(many(() => random.lognormal(1, 0.5))) / Math.exp(1 + 0.125)).toBeCloseTo(1, 1);
  expect(mean(many(() => Number(random.chance(0.3))))).toBeCloseTo(0.3, 1);
  expect(many(() => random.pick([1, 2, 3])).every((value) => value >= 1 && value <= 3)).toBe(true);
});
