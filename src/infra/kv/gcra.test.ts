import fc from 'fast-check';
import { expect, test } from 'vitest';
import { draw, type Bucket } from './gcra.ts';

const draws = fc.record({
  limit: fc.integer({ min: 1, max: 1_000 }),
  windowMs: fc.integer({ min: 1_000, max: 3_600_000 }),
  steps: fc.array(fc.record({ waitMs: fc.integer({ min: 0, max: 100_000 }), cost: fc.integer({ min: 1, max: 50 }) }), { maxLength: 60 }),
});

test('in any span of time no more is given out than the limit and what that span refills', () => {
  fc.assert(
    fc.property(draws, ({ limit, windowMs, steps }) => {
      let bucket: Bucket | undefined;
      let now = 1_700_000_000_000;
      const given: { at: number; cost: number }[] = [];
      for (const { waitMs, cost } of steps) {
        now += waitMs;
        const drawn = draw(bucket, now, { cost, limit, windowMs });
        bucket = drawn.bucket;
        if (drawn.taken.allowed) given.push({ at: now, cost });
      }
      for (let first = 0; first < given.length; first++) {
        let sum = 0;
        for (const { at, cost } of given.slice(first)) {
          sum += cost;
          expect(sum).toBeLessThanOrEqual(limit + ((at - given[first]!.at) * limit) / windowMs + 0.05);
        }
      }
    }),
  );
});

test('who waits as told is served', () => {
  fc.assert(
    fc.property(draws, fc.integer({ min: 1, max: 50 }), ({ limit, windowMs, steps }, cost) => {
      fc.pre(cost <= limit);
      let bucket: Bucket | undefined;
      let now = 1_700_000_000_000;
      for (const step of steps) {
        now += step.waitMs;
        bucket = draw(bucket, now, { cost: step.cost, limit, windowMs }).bucket;
      }
      const { taken } = draw(bucket, now, { cost, limit, windowMs });
      expect(draw(bucket, now + taken.retryAfterMs, { cost, limit, windowMs }).taken.allowed).toBe(true);
      expect(draw(bucket, now + taken.resetMs, { cost: limit, limit, windowMs }).taken.allowed).toBe(true);
    }),
  );
});

test('what is said to remain can be taken at once, and no more', () => {
  fc.assert(
    fc.property(draws, ({ limit, windowMs, steps }) => {
      let bucket: Bucket | undefined;
      let now = 1_700_000_000_000;
      for (const step of steps) {
        now += step.waitMs;
        const drawn = draw(bucket, now, { cost: step.cost, limit, windowMs });
        bucket = drawn.bucket;
        expect(draw(bucket, now, { cost: drawn.taken.remaining + 1, limit, windowMs }).taken.allowed).toBe(false);
      }
    }),
  );
});
