import { describe, expect, test } from 'vitest';
import { Departure } from './departure.ts';

const BOUNDS = { paceMs: 8, enough: 256, most: 2_000 };

describe('with nothing being written', () => {
  test('who calls alone never waits', () => {
    const departure = new Departure(BOUNDS);
    expect(departure.waitMs(100, 1)).toBeLessThanOrEqual(0);
    departure.left(100, false);
    expect(departure.waitMs(100, 1)).toBeLessThanOrEqual(0);
  });

  test('among several a batch keeps the pace, unless enough waits', () => {
    const departure = new Departure(BOUNDS);
    departure.left(100, true);
    expect(departure.waitMs(103, 10)).toBe(5);
    expect(departure.waitMs(108, 10)).toBeLessThanOrEqual(0);
    expect(departure.waitMs(103, 256)).toBeLessThanOrEqual(0);
  });
});

describe('behind a batch that is being written', () => {
  /** One that wrote 1,000 in 21 ms and got 1,000 ready in 10 ms. */
  const practised = () => {
    const departure = new Departure(BOUNDS);
    departure.left(0, true);
    departure.prepared(1_000, 10);
    departure.begun(0, 1_000);
    departure.free({ weight: 1_000, ms: 21 });
    return departure;
  };

  test('the next leaves when it can just be ready before the database is', () => {
    const departure = practised();
    departure.begun(1_000, 1_000);
    // 0.85 × 21 ms after it began, less 4 ms for getting 400 ready.
    expect(departure.waitMs(1_000, 400)).toBeCloseTo(13.85, 9);
    expect(departure.waitMs(1_010, 400)).toBeCloseTo(3.85, 9);
    expect(departure.waitMs(1_014, 400)).toBeLessThanOrEqual(0);
  });

  test('the more waits, the sooner it leaves, and at once when it is full', () => {
    const departure = practised();
    departure.begun(1_000, 1_000);
    const waits = [10, 300, 900, 1_500].map((queued) => departure.waitMs(1_000, queued));
    expect(waits).toEqual(waits.toSorted((a, b) => b - a));
    expect(departure.waitMs(1_000, 2_000)).toBe(0);
  });

  test('it waits for nothing once that one is back, whether it committed or not', () => {
    for (const written of [{ weight: 1_000, ms: 5 }, undefined]) {
      const departure = practised();
      departure.begun(1_000, 1_000);
      departure.free(written);
      expect(departure.waitMs(1_001, 400)).toBeLessThanOrEqual(0);
    }
  });

  test('nothing is waited for before the first was measured', () => {
    const departure = new Departure(BOUNDS);
    departure.begun(0, 1_000);
    expect(departure.waitMs(1, 10)).toBeLessThanOrEqual(0);
  });

  test('what is expected follows what is measured', () => {
    const departure = practised();
    for (let i = 0; i < 30; i++) departure.free({ weight: 1_000, ms: 101 });
    departure.begun(0, 1_000);
    expect(departure.waitMs(0, 1)).toBeCloseTo(0.85 * 101, 0);
  });
});
