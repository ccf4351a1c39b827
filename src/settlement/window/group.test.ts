import { describe, expect, test } from 'vitest';
import { daysAt } from './group.ts';

const at = (iso: string) => Date.parse(iso);

describe('a window that is cut off', () => {
  test('without a schedule belongs to the UTC day, and takes value dates up to it', () => {
    expect(daysAt({}, undefined, at('2026-11-23T23:59:59.999Z'))).toEqual({ businessDay: '2026-11-23', valueDay: '2026-11-23' });
    expect(daysAt({}, undefined, at('2026-11-24T00:00:00Z'))).toEqual({ businessDay: '2026-11-24', valueDay: '2026-11-24' });
  });

  test('by schedule takes value dates up to its business day, however late it is cut off', () => {
    const group = { zone: 'Europe/Berlin' };
    expect(daysAt(group, { day: '2026-11-23' }, at('2026-11-24T04:00:00Z'))).toEqual({ businessDay: '2026-11-23', valueDay: '2026-11-23' });
  });

  test('by schedule and before its business day has begun takes value dates up to the day in its zone', () => {
    const monday = { day: '2026-11-30' };
    const friday = at('2026-11-27T18:00:00Z');
    expect(daysAt({ zone: 'Europe/Berlin' }, monday, friday)).toEqual({ businessDay: '2026-11-30', valueDay: '2026-11-27' });
    // In Tokyo it is Monday eight hours before it is in Greenwich, and in New York five hours after.
    const night = at('2026-11-29T16:00:00Z');
    expect(daysAt({ zone: 'Asia/Tokyo' }, monday, night).valueDay).toBe('2026-11-30');
    expect(daysAt({ zone: 'America/New_York' }, monday, at('2026-11-30T04:00:00Z')).valueDay).toBe('2026-11-29');
  });
});
