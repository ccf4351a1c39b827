import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearMasks } from './near-masks.ts';

const ALPHABET = 2 ** 27 - 1;

const ones = (mask: number): number => [...(mask >>> 0).toString(2)].filter((bit) => bit === '1').length;

test('all masks that lack at most so many letters and add at most so many are near, each once, and no others', () => {
  const straying = fc.constantFrom([0, 0], [0, 1], [1, 0], [1, 1], [0, 2], [2, 0]);
  const letters = fc
    .uniqueArray(fc.integer({ min: 0, max: 26 }), { maxLength: 26 })
    .map((places) => places.reduce((mask, at) => mask | (1 << at), 0));
  fc.assert(
    fc.property(letters, letters, straying, (mask, changes, [lack, add]) => {
      const { masks, count } = nearMasks(mask, { lack: lack!, add: add!, alphabet: ALPHABET });
      const near = [...masks.subarray(0, count)];
      expect(new Set(near).size).toBe(count);
      for (const other of near) expect([ones(mask & ~other) <= lack!, ones(other & ~mask) <= add!]).toEqual([true, true]);
      const other = mask ^ changes;
      expect(near.includes(other)).toBe(ones(mask & ~other) <= lack! && ones(other & ~mask) <= add!);
      const [d, free] = [ones(mask), 27 - ones(mask)];
      const ways = (of: number, most: number) => 1 + (most > 0 ? of : 0) + (most > 1 ? (of * (of - 1)) / 2 : 0);
      expect(count).toBe(ways(d, lack!) * ways(free, add!));
    }),
  );
});
