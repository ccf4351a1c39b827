import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, daysBetween, weekdayOf } from '../../base/time.ts';
import { BUILT_IN_CALENDARS } from '../calendar/built-in.ts';
import { daysOf } from './period.ts';
import { nextTime } from './schedule.ts';

const at = (iso: string) => Date.parse(iso);
const NOW = at('2026-11-23T09:30:00Z');
const of = (period: NonNullable<Parameters<typeof daysOf>[0]['period']>, now = NOW, calendar = 'EUR') => {
  const { from, to } = daysOf({ period, calendar }, now, BUILT_IN_CALENDARS);
  return [from, to];
};

describe('periods', () => {
  test('are days of the calendar as people mean them', () => {
    expect(of('today')).toEqual(['2026-11-23', '2026-11-23']);
    expect(of('yesterday')).toEqual(['2026-11-22', '2026-11-22']);
    expect(of('previous_business_day')).toEqual(['2026-11-20', '2026-11-20']);
    expect(of('last_week')).toEqual(['2026-11-16', '2026-11-22']);
    expect(of('this_month')).toEqual(['2026-11-01', '2026-11-23']);
    expect(of('last_month')).toEqual(['2026-10-01', '2026-10-31']);
    expect(of('last_month', at('2026-03-01T00:00:00Z'))).toEqual(['2026-02-01', '2026-02-28']);
  });

  test('know the holidays of the currency: TARGET is closed at Easter', () => {
    expect(of('previous_business_day', at('2026-04-07T08:00:00Z'))).toEqual(['2026-04-02', '2026-04-02']);
  });

  test('of last week are always seven days from a Monday, before today', () => {
    fc.assert(
      fc.property(fc.integer({ min: at('2000-01-01T00:00:00Z'), max: at('2090-01-01T00:00:00Z') }), (now) => {
        const [from, to] = of('last_week', now) as [string, string];
        expect(weekdayOf(from)).toBe(1);
        expect(daysBetween(from, to)).toBe(6);
        expect(daysBetween(to, addDays(new Date(now).toISOString().slice(0, 10), 0))).toBeGreaterThan(0);
      }),
    );
  });

  test('end before what may still be committed', () => {
    expect(daysOf({ period: 'today' }, NOW, BUILT_IN_CALENDARS).toMs).toBeLessThan(NOW);
    expect(daysOf({ period: 'yesterday' }, NOW, BUILT_IN_CALENDARS).toMs).toBe(at('2026-11-23T00:00:00Z'));
  });
});

describe('a schedule', () => {
  test('goes by the clock of its zone, through the change to winter time', () => {
    const timing = { cron: '0 6 * * *', zone: 'Europe/Oslo' };
    expect(new Date(nextTime(timing, at('2026-10-24T12:00:00Z'), BUILT_IN_CALENDARS)).toISOString()).toBe('2026-10-25T05:00:00.000Z');
    expect(new Date(nextTime(timing, at('2026-10-23T12:00:00Z'), BUILT_IN_CALENDARS)).toISOString()).toBe('2026-10-24T04:00:00.000Z');
  });

  test('leaves out what is no business day', () => {
    const timing = { cron: '0 6 * * *', zone: 'UTC', businessDays: 'EUR' };
    expect(new Date(nextTime(timing, at('2026-12-24T07:00:00Z'), BUILT_IN_CALENDARS)).toISOString()).toBe('2026-12-28T06:00:00.000Z');
  });

  test('is always later than now', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 59 }),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: NOW, max: NOW + 3e10 }),
        (minute, hour, now) => {
          expect(nextTime({ cron: `${minute} ${hour} * * 1-5`, zone: 'UTC' }, now, BUILT_IN_CALENDARS)).toBeGreaterThan(now);
        },
      ),
    );
  });
});
