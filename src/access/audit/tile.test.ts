import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HASH_BYTES, leafHash, rootOfLeaves } from '../../base/merkle.ts';
import type { Tile } from '../store/audit-chain.ts';
import { edgeTiles, grownTiles, TILE } from './tile.ts';

const leaves = Buffer.concat(Array.from({ length: 70_000 }, (_, i) => leafHash(Buffer.from([i & 255, (i >> 8) & 255, i >> 16]))));
const hashesOf = (from: number, to: number) => leaves.subarray(from * HASH_BYTES, to * HASH_BYTES);

test('tiles grown in any steps hold the leaves, and above them the roots of whole tiles', () => {
  const steps = fc.array(fc.oneof(fc.integer({ min: 1, max: 600 }), fc.constantFrom(1, 255, 256, 257, 20_000)), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(steps, (counts) => {
      const table = new Map<string, Tile>();
      let size = 0;
      for (const count of counts) {
        const to = Math.min(70_000, size + count);
        const edge = edgeTiles(BigInt(size)).map(({ level, index }) => table.get(`${level}/${index}`)!);
        for (const tile of grownTiles(BigInt(size), hashesOf(size, to), edge)) table.set(`${tile.level}/${tile.index}`, tile);
        size = to;
      }
      let [level, expected] = [0, hashesOf(0, size) as Uint8Array];
      while (expected.length > 0) {
        const tiles = [...table.values()].filter((tile) => tile.level === level).toSorted((a, b) => Number(a.index - b.index));
        expect(tiles.map((tile) => Number(tile.index))).toEqual(tiles.map((_, i) => i));
        expect(Buffer.compare(Buffer.concat(tiles.map((tile) => tile.hashes)), expected)).toBe(0);
        const whole = Math.floor(expected.length / HASH_BYTES / TILE);
        const below = expected;
        expected = Buffer.concat(
          Array.from({ length: whole }, (_, i) => rootOfLeaves(below.subarray(i * TILE * HASH_BYTES, (i + 1) * TILE * HASH_BYTES))),
        );
        level += 1;
      }
    }),
    { numRuns: 20 },
  );
});

test('growing with an edge that does not belong to the size is refused', () => {
  expect(() => grownTiles(5n, hashesOf(5, 6), [])).toThrow(/holds 0 hashes at 5/);
});
