import { expect, test } from 'vitest';
import { manualClock } from '../../base/time.ts';
import { kvContract } from './kv.contract.ts';
import { memoryKv } from './memory.ts';

kvContract('kv in memory', async () => memoryKv());

test('the least recently used value makes room for a new one', async () => {
  const kv = memoryKv({ maxEntries: 2 });
  await kv.set('a', '1', 1_000);
  await kv.set('b', '2', 1_000);
  await kv.get('a');
  await kv.set('c', '3', 1_000);
  expect([await kv.get('a'), await kv.get('b'), await kv.get('c')]).toEqual(['1', undefined, '3']);
});

test('a value lives exactly as long as was said', async () => {
  const clock = manualClock();
  const kv = memoryKv({ clock });
  await kv.set('a', '1', 100);
  await kv.incr('n', 100);
  clock.advance(99);
  expect(await kv.get('a')).toBe('1');
  expect(await kv.incr('n', 100)).toBe(2);
  clock.advance(1);
  expect(await kv.get('a')).toBeUndefined();
  expect(await kv.incr('n', 100)).toBe(1);
});
