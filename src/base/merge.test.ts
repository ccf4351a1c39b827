import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeInOrder } from './merge.ts';

type Item = { key: number; from: number; nth: number };

async function* streamOf(keys: readonly number[], from: number, onEnd: () => void): AsyncGenerator<Item> {
  try {
    yield* keys.map((key, nth) => ({ key, from, nth }));
  } finally {
    onEnd();
  }
}

const isBefore = (one: Item, other: Item) => one.key < other.key;

test('streams in order come out as one in order, nothing lost, equal ones by their stream', async () => {
  const ordered = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 20 }).map((keys) => keys.toSorted((a, b) => a - b));
  await fc.assert(
    fc.asyncProperty(fc.array(ordered, { maxLength: 4 }), async (lists) => {
      const merged = await Array.fromAsync(
        mergeInOrder(
          lists.map((keys, from) => streamOf(keys, from, () => undefined)),
          isBefore,
        ),
      );
      const all = lists.flatMap((keys, from) => keys.map((key, nth) => ({ key, from, nth })));
      expect(merged).toEqual(all.toSorted((a, b) => a.key - b.key || a.from - b.from || a.nth - b.nth));
    }),
  );
});

test('who stops reading ends all of the streams', async () => {
  let ended = 0;
  const streams = [
    [1, 4],
    [2, 3],
  ].map((keys, from) => streamOf(keys, from, () => ended++));
  for await (const { key } of mergeInOrder(streams, isBefore)) if (key === 2) break;
  expect(ended).toBe(2);
});
