import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, dayOf, weekdayOf } from '../../base/time.ts';
import { CURRENCY_USE } from '../demo/network.ts';
import { BUILT_IN_CALENDARS, calendarsWith } from './built-in.ts';
import { addBusinessDays, closingOn, isBusinessDay, nextBusinessDay } from './business-day.ts';
import { easterOf } from './easter.ts';
import { holidaysOf, readCalendar } from './holidays.ts';
import { instantOf, wallClock } from './zone.ts';

const calendar = (currency: string) => BUILT_IN_CALENDARS.get(currency)!;
/** The days of a year on which a system is closed beside its weekends, without the year. */
const closed = (currency: string, year: number) =>
  [...holidaysOf(calendar(currency), year).keys()]
    .filter((day) => !calendar(currency).weekend.includes(weekdayOf(day)))
    .map((day) => day.slice(5))
    .sort()
    .join(' ');

describe('Easter', () => {
  test.each([
    [1818, '03-22'],
    [1943, '04-25'],
    [2000, '04-23'],
    [2008, '03-23'],
    [2024, '03-31'],
    [2025, '04-20'],
    [2026, '04-05'],
    [2027, '03-28'],
    [2038, '04-25'],
    [2285, '03-22'],
  ])('of %i is on %s', (year, day) => {
    expect(easterOf(year)).toBe(`${year}-${day}`);
  });
});

describe('the calendars of the product', () => {
  test.each([
    ['EUR', 2024, '01-01 03-29 04-01 05-01 12-25 12-26'],
    ['EUR', 2026, '01-01 04-03 04-06 05-01 12-25'],
    ['EUR', 2027, '01-01 03-26 03-29'],
    ['USD', 2026, '01-01 01-19 02-16 05-25 06-19 09-07 10-12 11-11 11-26 12-25'],
    ['USD', 2027, '01-01 01-18 02-15 05-31 07-05 09-06 10-11 11-11 11-25'],
    ['GBP', 2026, '01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28'],
    ['GBP', 2027, '01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28'],
    ['GBP', 2028, '01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26'],
    ['CHF', 2026, '01-01 01-02 04-03 04-06 05-01 05-14 05-25 12-25'],
    ['JPY', 2026, '01-01 01-02 01-12 02-11 02-23 03-20 04-29 05-04 05-05 05-06 07-20 08-11 09-21 09-22 09-23 10-12 11-03 11-23 12-31'],
    ['JPY', 2027, '01-01 01-11 02-11 02-23 03-22 04-29 05-03 05-04 05-05 07-19 08-11 09-20 09-23 10-11 11-03 11-23 12-31'],
    ['SGD', 2026, '01-01 02-17 02-18 04-03 05-01 05-27 06-01 08-10 11-09 12-25'],
    ['KRW', 2026, '01-01 02-16 02-17 02-18 03-02 05-01 05-05 05-25 06-03 07-17 08-17 09-24 09-25 10-05 10-09 12-25'],
    ['NOK', 2026, '01-01 04-02 04-03 04-06 05-01 05-14 05-25 12-24 12-25'],
    ['NOK', 2027, '01-01 03-25 03-26 03-29 05-06 05-17 12-24'],
    ['SEK', 2026, '01-01 01-06 04-03 04-06 05-01 05-14 06-19 12-24 12-25 12-31'],
    ['SEK', 2027, '01-01 01-06 03-26 03-29 05-06 06-25 12-24 12-31'],
    ['SEK', 2028, '01-06 04-14 04-17 05-01 05-25 06-06 06-23 12-25 12-26'],
    ['DKK', 2026, '01-01 04-02 04-03 04-06 05-14 05-15 05-25 06-05 12-24 12-25 12-31'],
    ['DKK', 2027, '01-01 03-25 03-26 03-29 05-06 05-07 05-17 12-24 12-31'],
    ['PLN', 2026, '01-01 01-06 04-06 05-01 06-04 11-11 12-24 12-25'],
    ['PLN', 2027, '01-01 01-06 03-29 05-03 05-27 11-01 11-11 12-24'],
    ['CAD', 2026, '01-01 02-16 04-03 05-18 07-01 08-03 09-07 09-30 10-12 11-11 12-25 12-28'],
    ['CAD', 2027, '01-01 02-15 03-26 05-24 07-01 08-02 09-06 09-30 10-11 11-11 12-27 12-28'],
    ['CAD', 2028, '01-03 02-21 04-14 05-22 07-03 08-07 09-04 10-02 10-09 11-13 12-25 12-26'],
    ['AUD', 2026, '01-01 01-26 04-03 04-06 06-08 12-25 12-28'],
    ['AUD', 2027, '01-01 01-26 03-26 03-29 06-14 12-27 12-28'],
    ['AUD', 2028, '01-03 01-26 04-14 04-17 04-25 06-12 12-25 12-26'],
    ['HKD', 2026, '01-01 02-17 02-18 02-19 04-03 04-06 04-07 05-01 05-25 06-19 07-01 10-01 10-19 12-25'],
    ['HKD', 2027, '01-01 02-08 02-09 03-26 03-29 04-05 05-13 06-09 07-01 09-16 10-01 10-08 12-27'],
  ])('%s is closed in %i, beside weekends, on %s', (currency, year, days) => {
    expect(closed(currency, year)).toBe(days);
  });

  test('are there for each currency of the demonstration, for this year and the next', () => {
    for (const { asset } of CURRENCY_USE) {
      const own = calendar(asset.slice(0, 3));
      expect(own.currency).toBe(asset.slice(0, 3));
      for (const year of [2026, 2027]) expect(holidaysOf(own, year).size).toBeGreaterThan(4);
      expect(wallClock(own.zone, 0).day).toMatch(/^19(69-12-31|70-01-01)$/);
    }
  });

  test('place the days of the moon where the Chinese calendar has them', () => {
    const format = new Intl.DateTimeFormat('en-u-ca-chinese', { month: 'numeric', day: 'numeric', timeZone: 'Asia/Hong_Kong' });
    const moonOf = (day: string) => format.format(Date.parse(`${day}T04:00:00Z`));
    // A day on a Sunday is made up for on the next one. At the new year of 2027 the moon is new four minutes before midnight, which this
    // reckoning puts a day later than the authorities do.
    const days = { '2026-02-17': '1/1', '2026-05-25': '4/9', '2026-06-19': '5/5', '2026-09-26': '8/16', '2026-10-19': '9/10' };
    const later = { '2027-05-13': '4/8', '2027-06-09': '5/5', '2027-09-16': '8/16', '2027-10-08': '9/9' };
    for (const [day, moon] of Object.entries({ ...days, ...later })) {
      expect(moonOf(day)).toBe(moon);
      expect(closingOn(calendar('HKD'), day)?.kind).toBe('holiday');
    }
  });

  test('know weekends on Friday and Saturday, and weekends on which work is made up for', () => {
    expect(['2026-11-19', '2026-11-20', '2026-11-21', '2026-11-22'].map((day) => isBusinessDay([calendar('KWD')], day))).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect(closingOn(calendar('CNY'), '2026-02-14')).toBeUndefined();
    expect(closingOn(calendar('CNY'), '2026-02-21')).toEqual({ kind: 'holiday', name: 'Spring Festival', estimated: false });
    expect(closingOn(calendar('CNY'), '2026-03-07')).toEqual({ kind: 'weekend', name: 'Saturday', estimated: false });
  });

  test('say which days may still move', () => {
    expect(closingOn(calendar('AED'), '2026-05-27')).toEqual({ kind: 'holiday', name: 'Eid al-Adha', estimated: true });
    expect(closingOn(calendar('AED'), '2026-12-02')).toEqual({ kind: 'holiday', name: 'National Day', estimated: false });
  });

  test('say nothing of a year that they do not cover, instead of calling it open', () => {
    expect(() => isBusinessDay([calendar('HKD')], '2028-01-04')).toThrow(
      expect.objectContaining({ code: 'settlement.calendar_year_missing', message: expect.stringContaining('HKD') as string }),
    );
    expect(() => isBusinessDay([calendar('CNY')], '2028-01-04')).toThrow(
      expect.objectContaining({ code: 'settlement.calendar_year_missing', message: expect.stringContaining('2026 to 2027') as string }),
    );
  });
});

describe('business days', () => {
  const both = [calendar('EUR'), calendar('USD')];

  test('of several currencies are those on which all are open', () => {
    expect(nextBusinessDay(both, '2026-11-25')).toBe('2026-11-27');
    expect(nextBusinessDay(both, '2026-04-02')).toBe('2026-04-07');
    expect(nextBusinessDay(both, '2026-04-07', -1)).toBe('2026-04-02');
    expect(addBusinessDays(both, '2026-11-25', 2)).toBe('2026-11-30');
    expect(addBusinessDays(both, '2026-11-28', 0)).toBe('2026-11-30');
  });

  test('counted there and back end where they began', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 1, max: 60 }), (offset, count) => {
        const start = addBusinessDays(both, addDays('2024-03-01', offset), 0);
        expect(addBusinessDays(both, addBusinessDays(both, start, count), -count)).toBe(start);
      }),
    );
  });
});

describe('calendar files', () => {
  const good = {
    currency: 'TRY',
    system: 'EFT',
    source: 'made up',
    zone: 'Europe/Istanbul',
    weekend: [6, 7],
    years: { from: 2026, to: 2027 },
    rules: [{ name: 'Republic Day', month: 10, day: 29 }],
    dates: { '2026-03-20': 'Feast' },
    estimated: ['2026-03-20'],
    open: [],
  };

  test('of one’s own stand beside those of the product, or in their place', () => {
    const all = calendarsWith([good, { ...good, currency: 'EUR' }].map(readCalendar));
    expect(closingOn(all.get('TRY')!, '2027-10-29')?.name).toBe('Republic Day');
    expect(closingOn(all.get('EUR')!, '2026-05-01')).toBeUndefined();
    expect(all.size).toBe(BUILT_IN_CALENDARS.size + 1);
  });

  test.each<[string, object]>([
    ['an unknown field', { holidays: [] }],
    ['a currency that is none', { currency: 'euro' }],
    ['a weekday that is none', { weekend: [8] }],
    ['a day that does not exist', { dates: { '2026-02-30': 'Feast' }, estimated: [] }],
    ['a day of another year', { dates: { '2028-03-20': 'Feast' }, estimated: [] }],
    ['an estimate of no holiday', { estimated: ['2026-03-21'] }],
    ['a rule whose day no year has', { rules: [{ name: 'Feast', month: 2, day: 30 }] }],
    ['a weekday from a day that no year has', { rules: [{ name: 'Feast', month: 4, weekday: 1, from: 31 }] }],
    ['a zone that is none', { zone: 'Europe/Atlantis' }],
    ['a day of work on no weekend', { open: ['2026-03-19'] }],
    ['a rule without a day', { rules: [{ name: 'Feast', month: 3 }] }],
    ['years backwards', { years: { from: 2027, to: 2026 }, dates: {}, estimated: [] }],
  ])('with %s are refused', (_title, change) => {
    expect(() => readCalendar({ ...good, ...change })).toThrow(expect.objectContaining({ code: 'settlement.calendar_malformed' }));
  });
});

describe('time zones', () => {
  test('a time of day is an hour earlier by UTC in summer', () => {
    expect(new Date(instantOf('Europe/Berlin', '2026-01-15', '16:00')).toISOString()).toBe('2026-01-15T15:00:00.000Z');
    expect(new Date(instantOf('Europe/Berlin', '2026-07-15', '16:00')).toISOString()).toBe('2026-07-15T14:00:00.000Z');
    expect(new Date(instantOf('Asia/Kolkata', '2026-07-15', '00:15')).toISOString()).toBe('2026-07-14T18:45:00.000Z');
    expect(new Date(instantOf('Pacific/Kiritimati', '2026-07-15', '00:15')).toISOString()).toBe('2026-07-14T10:15:00.000Z');
  });

  test('a time that the clocks skip is the instant at which they are put forward, one shown twice is the first', () => {
    expect(new Date(instantOf('Europe/Berlin', '2026-03-29', '02:30')).toISOString()).toBe('2026-03-29T01:00:00.000Z');
    expect(new Date(instantOf('Europe/Berlin', '2026-10-25', '02:30')).toISOString()).toBe('2026-10-25T00:30:00.000Z');
    expect(new Date(instantOf('America/New_York', '2026-03-08', '02:00')).toISOString()).toBe('2026-03-08T07:00:00.000Z');
    expect(new Date(instantOf('Australia/Lord_Howe', '2026-10-04', '02:15')).toISOString()).toBe('2026-10-03T15:30:00.000Z');
  });

  test('the wall shows the time that was asked for, in every zone and season', () => {
    const zones = [...BUILT_IN_CALENDARS.values()].map(({ zone }) => zone);
    const day = fc.integer({ min: 0, max: 1_400 }).map((days) => dayOf(Date.UTC(2024, 0, 1) + days * 86_400_000));
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        day,
        fc.integer({ min: 4, max: 23 }),
        fc.integer({ min: 0, max: 59 }),
        (zone, on, hour, minute) => {
          const time = [hour, minute].map((n) => String(n).padStart(2, '0')).join(':');
          expect(wallClock(zone, instantOf(zone, on, time))).toEqual({ day: on, time });
        },
      ),
    );
  });

  test('a zone that does not exist is refused', () => {
    expect(() => instantOf('Europe/Atlantis', '2026-01-01', '10:00')).toThrow(expect.objectContaining({ code: 'settlement.zone_unknown' }));
  });
});
