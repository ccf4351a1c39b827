import { expect, test } from 'vitest';
import { boundedMap } from './bounded-map.ts';

test('a full map forgets what was longest unused, and never grows beyond its capacity', () => {
  const map = boundedMap<number>(2);
  map.set('a', 1);
  map.set('b', 2);
  expect(map.get('a')).toBe(1);
  map.set('c', 3);
  expect([map.get('a'), map.get('b'), map.get('c'), map.size()]).toEqual([1, undefined, 3, 2]);
  map.set('a', 4);
  map.delete('c');
  expect([map.get('a'), map.size()]).toEqual([4, 1]);
});
