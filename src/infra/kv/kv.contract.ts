import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { newId } from '../../base/id.ts';
import type { Kv } from './port.ts';

const HOUR_MS = 3_600_000;

/** What every `Kv` keeps to, whatever is behind it. */
export function kvContract(title: string, open: () => Promise<Kv>): void {
  describe(title, () => {
    let kv: Kv;
    beforeAll(async () => {
      kv = await open();
    });
    afterAll(() => kv.close());

    test('a value is there until it is deleted', async () => {
      const key = newId();
      expect(await kv.get(key)).toBeUndefined();
      await kv.set(key, 'é\n', HOUR_MS);
      await kv.set(key, 'second', HOUR_MS);
      expect(await kv.get(key)).toBe('second');
      await kv.delete(key);
      expect(await kv.get(key)).toBeUndefined();
    });

    test('an empty value is a value', async () => {
      const key = newId();
      await kv.set(key, '', HOUR_MS);
      expect(await kv.get(key)).toBe('');
    });

    test('a value is gone after its life', async () => {
      const key = newId();
      await kv.set(key, 'short', 1);
      await vi.waitFor(async () => expect(await kv.get(key)).toBeUndefined(), { interval: 2, timeout: 10_000 });
    });

    test('a counter counts every call once, however many at a time', async () => {
      const key = newId();
      const counts = await Promise.all(Array.from({ length: 50 }, () => kv.incr(key, HOUR_MS)));
      expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
      expect(await kv.get(key)).toBe('50');
    });

    test('a counter starts again after its life', async () => {
      const key = newId();
      await kv.incr(key, HOUR_MS);
      expect(await kv.incr(key, HOUR_MS)).toBe(2);
      const brief = newId();
      await kv.incr(brief, 1);
      await vi.waitFor(async () => expect(await kv.get(brief)).toBeUndefined(), { interval: 2, timeout: 10_000 });
      expect(await kv.incr(brief, HOUR_MS)).toBe(1);
    });

    test('no more than the limit is taken, however many ask at a time', async () => {
      const key = newId();
      const all = await Promise.all(Array.from({ length: 40 }, () => kv.take(key, 1, 10, HOUR_MS)));
      expect(all.filter((taken) => taken.allowed)).toHaveLength(10);
      const refused = await kv.take(key, 1, 10, HOUR_MS);
      expect(refused).toMatchObject({ allowed: false, remaining: 0 });
      expect(refused.retryAfterMs).toBeGreaterThan(HOUR_MS / 10 - 60_000);
      expect(refused.retryAfterMs).toBeLessThanOrEqual(HOUR_MS / 10);
      expect(refused.resetMs).toBeLessThanOrEqual(HOUR_MS);
    });

    test('a refused call takes nothing and a dearer call takes its cost', async () => {
      const key = newId();
      expect(await kv.take(key, 7, 10, HOUR_MS)).toMatchObject({ allowed: true, remaining: 3, retryAfterMs: 0 });
      expect(await kv.take(key, 4, 10, HOUR_MS)).toMatchObject({ allowed: false, remaining: 3 });
      expect(await kv.take(key, 3, 10, HOUR_MS)).toMatchObject({ allowed: true, remaining: 0 });
    });

    test('a cost above the limit is refused even when the bucket is full', async () => {
      expect(await kv.take(newId(), 11, 10, HOUR_MS)).toMatchObject({ allowed: false, remaining: 10 });
    });

    test('what was taken comes back with time', async () => {
      const key = newId();
      expect((await kv.take(key, 1, 1, 5)).allowed).toBe(true);
      await vi.waitFor(async () => expect((await kv.take(key, 1, 1, 5)).allowed).toBe(true), { interval: 2, timeout: 10_000 });
    });

    test('buckets, counters and values of one name do not mix', async () => {
      const key = newId();
      await kv.take(key, 1, 10, HOUR_MS);
      expect(await kv.get(key)).toBeUndefined();
      expect(await kv.incr(key, HOUR_MS)).toBe(1);
      expect((await kv.take(key, 1, 10, HOUR_MS)).remaining).toBe(8);
    });
  });
}
