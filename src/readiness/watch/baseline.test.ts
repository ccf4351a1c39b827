import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compare, gatherBaseline, hourOfWeek, LEAST_VALUES, medianOf, type EarlierValues } from './baseline.ts';
import type { RelativeDemand } from './plan.ts';

const HOUR = 3_600_000;
const WEEK = 168 * HOUR;
const AT = Date.UTC(2026, 10, 24, 12, 30);
const DROP: RelativeDemand = {
  metric: 'sign-ups',
  direction: 'decrease',
  op: '>',
  percent: 50,
  badWhenTrue: true,
  text: 'sign-ups dropped > 50 %',
};

const values = (name: string, given: readonly number[], hoursAway = 0): EarlierValues[] =>
  given.map((value, i) => ({ lineId: 'a', at: AT - (i + 1) * WEEK + hoursAway * HOUR, measurements: [{ name, value }] }));
const now = (value: number, name = 'sign-ups'): EarlierValues => ({ lineId: 'a', at: AT, measurements: [{ name, value }] });

test('the hour of the week is counted from Sunday in UTC', () => {
  expect(hourOfWeek(Date.UTC(2026, 10, 22))).toBe(0);
  expect(hourOfWeek(AT)).toBe(2 * 24 + 12);
  expect(hourOfWeek(AT + WEEK)).toBe(hourOfWeek(AT));
});

test('the median lies in the middle, whatever the order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), (given) => {
      const median = medianOf(given)!;
      expect(given.filter((value) => value < median).length).toBeLessThanOrEqual(given.length / 2);
      expect(given.filter((value) => value > median).length).toBeLessThanOrEqual(given.length / 2);
    }),
  );
});

describe('a comparison with the same hours', () => {
  const baseline = gatherBaseline([...values('sign-ups', [100, 90, 110, 500, 100]), ...values('sign-ups', [1, 1, 1, 1, 1], 3)]);

  test('takes the median of this hour of the week, so that one odd week and other hours say nothing', () => {
    expect(compare(DROP, now(49), baseline).sight).toBe('bad');
    expect(compare(DROP, now(51), baseline).sight).toBe('good');
    expect(compare(DROP, now(49), baseline).text).toContain('-51.0 % from 100, the median of 5');
  });

  test('knows the direction, and what is demanded instead of forbidden', () => {
    const rise: RelativeDemand = { ...DROP, direction: 'increase', percent: 20, badWhenTrue: false, op: '<' };
    expect(compare(rise, now(119), baseline).sight).toBe('good');
    expect(compare(rise, now(121), baseline).sight).toBe('bad');
    expect(compare({ ...DROP, direction: 'change', percent: 30 }, now(140), baseline).sight).toBe('bad');
  });

  test('tells a share of what it was from a change of it', () => {
    const share: RelativeDemand = { ...DROP, direction: 'share', op: '<', percent: 80, text: 'below 80 % of last week' };
    expect(compare(share, now(100), baseline).sight).toBe('good');
    expect(compare(share, now(79), baseline).sight).toBe('bad');
    expect(compare(share, now(10), baseline).sight).toBe('bad');
    expect(compare({ ...share, op: '>', percent: 200 }, now(201), baseline).sight).toBe('bad');
    const below = gatherBaseline(values('sign-ups', [-1, -1, -1, -1, -1]));
    expect(compare(share, now(-1), below).sight).toBe('unknown');
  });

  test('takes getting worse as more of some things and less of others, so that getting better is never bad', () => {
    const worse: RelativeDemand = {
      metric: 'performance degradation',
      direction: 'change',
      op: '>',
      percent: 50,
      badWhenTrue: true,
      text: 'degradation > 50 %',
    };
    const found = (name: string, value: number) =>
      compare(worse, now(value, name), gatherBaseline(values(name, [100, 100, 100, 100, 100]))).sight;
    expect([found('latency p95', 160), found('latency p95', 30)]).toEqual(['bad', 'good']);
    expect([found('throughput', 160), found('throughput', 30)]).toEqual(['good', 'bad']);
    expect([found('score', 160), found('score', 30)]).toEqual(['bad', 'bad']);
  });

  test('is unknown where nothing was measured of it, whatever else was', () => {
    const throughput = { ...DROP, metric: 'throughput', text: 'throughput dropped > 50 %' };
    const look = (at: number): EarlierValues => ({
      lineId: 'a',
      at,
      measurements: [
        { name: 'status', value: 200 },
        { name: 'time', value: 3, unit: 'ms' },
      ],
    });
    const before = gatherBaseline(Array.from({ length: LEAST_VALUES }, (_, i) => look(AT - WEEK - i)));
    expect(compare(throughput, look(AT), before).sight).toBe('unknown');
    const degraded = { ...DROP, metric: 'performance', direction: 'change' as const, text: 'performance degraded by 50 %' };
    expect(compare(degraded, look(AT), before)).toMatchObject({ sight: 'good', text: expect.stringContaining('time 3') });
  });

  test('is unknown with too few values, with none now, and against zero; never good', () => {
    const few = gatherBaseline(
      values(
        'sign-ups',
        Array.from({ length: LEAST_VALUES - 1 }, () => 100),
      ),
    );
    expect(compare(DROP, now(100), few).sight).toBe('unknown');
    expect(compare(DROP, { ...now(1), measurements: [] }, baseline).sight).toBe('unknown');
    expect(compare(DROP, now(100), gatherBaseline(values('sign-ups', [0, 0, 0, 0, 0]))).sight).toBe('unknown');
    expect(compare(DROP, { ...now(1), measurements: [{ name: 'sign-ups', value: Number.NaN }] }, baseline).sight).toBe('unknown');
  });
});
