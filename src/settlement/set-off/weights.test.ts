import { expect, test } from 'vitest';
import { weightByDueDay } from './weights.ts';

test('an obligation weighs one until it is overdue, and more with every month from then on', () => {
  const today = '2026-11-22';
  const days: [string | undefined, number][] = [
    [undefined, 1],
    ['2027-01-01', 1],
    ['2026-11-22', 1],
    ['2026-11-21', 2],
    ['2026-10-23', 2],
    ['2026-10-22', 3],
    ['2020-01-01', 8],
  ];
  expect(days.map(([day]) => weightByDueDay(day, today))).toEqual(days.map(([, weight]) => weight));
});

test('steps and limit are those of the rule', () => {
  const rule = { stepDays: 1, heaviest: 4 };
  expect(['2026-11-22', '2026-11-21', '2026-11-20', '2026-11-10'].map((day) => weightByDueDay(day, '2026-11-22', rule))).toEqual([
    1, 2, 3, 4,
  ]);
});
