import fc from 'fast-check';
import { expect, test } from 'vitest';
import { radixHeap } from './radix-heap.ts';

test('keys come out in order, whatever is added in between, up to 2^53', () => {
  const step = fc.oneof(fc.nat({ max: 9 }), fc.constantFrom(2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 45));
  fc.assert(
    fc.property(fc.array(fc.oneof(step, fc.constant('take' as const)), { maxLength: 60 }), (acts) => {
      const heap = radixHeap();
      let held: number[] = [];
      for (const act of acts) {
        if (act === 'take') {
          expect(heap.take()).toBe(held.length > 0);
          if (held.length === 0) continue;
          expect(heap.key).toBe(Math.min(...held));
          expect(heap.node).toBe(heap.key % 1000);
          held = held.toSpliced(held.indexOf(heap.key), 1);
        } else {
          const key = heap.key + act;
          heap.add(key, key % 1000);
          held.push(key);
        }
      }
    }),
  );
});
