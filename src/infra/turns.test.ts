import { expect, test } from 'vitest';
import { mapInTurns, turn } from './turns.ts';

test('others have their turn between every few items, and results keep their order', async () => {
  let turns = 0;
  const stop = new AbortController();
  const others = (async () => {
    for (; !stop.signal.aborted; turns++) await turn();
  })();
  const begun: number[] = [];
  const results = await mapInTurns([...'abcdefg'], 2, async (item, index) => {
    begun.push(turns);
    return `${item}${index}`;
  });
  stop.abort();
  await others;
  expect(results).toEqual(['a0', 'b1', 'c2', 'd3', 'e4', 'f5', 'g6']);
  expect(new Set(begun).size).toBe(4);
});

test('an early failure is told at the end, and is no unhandled rejection before', async () => {
  const begun: number[] = [];
  const failing = mapInTurns([0, 1, 2, 3], 1, async (item) => {
    begun.push(item);
    if (item === 0) throw new Error('the first');
  });
  await expect(failing).rejects.toThrow('the first');
  expect(begun).toEqual([0, 1, 2, 3]);
});

test('of nothing comes nothing', async () => {
  expect(await mapInTurns([], 3, async () => 1)).toEqual([]);
});
