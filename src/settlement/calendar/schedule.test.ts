import { describe, expect, test } from 'vitest';
import { BUILT_IN_CALENDARS, calendarsWith } from './built-in.ts';
import { checkSchedule, closingsOn, cutOffsBetween, nextWindow, windowsOn, type WindowSchedule } from './schedule.ts';

const euro: WindowSchedule = { group: 'euro', currencies: ['EUR'], zone: 'Europe/Berlin', cutOffs: ['09:00', '12:30', '17:00'] };
const atlantic: WindowSchedule = {
  group: 'atlantic',
  currencies: ['EUR', 'USD', 'GBP'],
  zone: 'America/New_York',
  cutOffs: ['08:00', '11:00'],
};
const next = (schedule: WindowSchedule, after: string) => {
  const { businessDay, number, last, opensAt, cutOffAt } = nextWindow(schedule, BUILT_IN_CALENDARS, Date.parse(after));
  return {
    businessDay,
    number,
    last,
    opens: new Date(opensAt).toISOString().slice(0, 16),
    cutOff: new Date(cutOffAt).toISOString().slice(0, 16),
  };
};

describe('the next window', () => {
  test('is the one whose cut-off lies ahead; at the very instant of a cut-off it is the one after', () => {
    expect(next(euro, '2026-11-24T07:00:00Z')).toEqual({
      businessDay: '2026-11-24',
      number: 1,
      last: false,
      opens: '2026-11-23T16:00',
      cutOff: '2026-11-24T08:00',
    });
    expect(next(euro, '2026-11-24T07:59:59.999Z').number).toBe(1);
    expect(next(euro, '2026-11-24T08:00:00Z')).toMatchObject({ number: 2, opens: '2026-11-24T08:00', cutOff: '2026-11-24T11:30' });
    expect(next(euro, '2026-11-24T12:00:00Z')).toMatchObject({ number: 3, last: true });
  });

  test('leaves out weekends and the holidays of every currency of the group', () => {
    expect(next(euro, '2026-11-20T17:00:00Z')).toMatchObject({ businessDay: '2026-11-23', opens: '2026-11-20T16:00' });
    expect(next(euro, '2026-04-02T16:00:00Z')).toMatchObject({ businessDay: '2026-04-07', opens: '2026-04-02T15:00' });
    expect(next(atlantic, '2026-11-25T16:00:00Z')).toMatchObject({ businessDay: '2026-11-27', opens: '2026-11-25T16:00' });
    expect(next(euro, '2026-11-25T16:30:00Z').businessDay).toBe('2026-11-26');
  });

  test('keeps its time of day when clocks are moved, on either side of the ocean', () => {
    expect(next(euro, '2026-03-27T12:00:00Z').cutOff).toBe('2026-03-27T16:00');
    expect(next(euro, '2026-03-30T12:00:00Z').cutOff).toBe('2026-03-30T15:00');
    expect(next(atlantic, '2026-03-06T14:00:00Z').cutOff).toBe('2026-03-06T16:00');
    expect(next(atlantic, '2026-03-09T14:00:00Z').cutOff).toBe('2026-03-09T15:00');
  });

  test('belongs to the day of its own zone, not to that of UTC', () => {
    const tokyo: WindowSchedule = { group: 'yen', currencies: ['JPY'], zone: 'Asia/Tokyo', cutOffs: ['08:30'] };
    expect(next(tokyo, '2026-11-23T12:00:00Z')).toMatchObject({ businessDay: '2026-11-24', cutOff: '2026-11-23T23:30' });
  });
});

test('through two years every window begins where the one before it ended', () => {
  let at = Date.parse('2026-01-01T00:00:00Z');
  let count = 0;
  for (; at < Date.parse('2027-12-20T00:00:00Z'); count++) {
    const window = nextWindow(atlantic, BUILT_IN_CALENDARS, at);
    if (count > 0) expect(window.opensAt).toBe(at);
    expect(window.cutOffAt).toBeGreaterThan(at);
    at = window.cutOffAt;
  }
  // 261 and 261 weekdays, less the holidays of three systems, twice a day.
  expect(count).toBeGreaterThan(900);
});

test('a day on which one of the currencies rests has no window, and says which', () => {
  expect(windowsOn(atlantic, BUILT_IN_CALENDARS, '2026-11-26')).toEqual([]);
  expect(closingsOn(atlantic, BUILT_IN_CALENDARS, '2026-11-26')).toEqual([
    { currency: 'USD', kind: 'holiday', name: 'Thanksgiving Day', estimated: false },
  ]);
  expect(windowsOn(atlantic, BUILT_IN_CALENDARS, '2026-11-27').map(({ number, last }) => [number, last])).toEqual([
    [1, false],
    [2, true],
  ]);
});

test('cut-offs at regular times end with the last', () => {
  expect(cutOffsBetween('08:00', '10:00', 45)).toEqual(['08:00', '08:45', '09:30', '10:00']);
  expect(cutOffsBetween('08:00', '08:00', 30)).toEqual(['08:00']);
  expect(() => cutOffsBetween('08:00', '09:00', 0)).toThrow(RangeError);
});

describe('a schedule that cannot be', () => {
  test.each<[string, Partial<WindowSchedule>, string]>([
    ['no cut-off', { cutOffs: [] }, 'settlement.schedule_malformed'],
    ['a time that is none', { cutOffs: ['24:00'] }, 'settlement.schedule_malformed'],
    ['times backwards', { cutOffs: ['12:00', '09:00'] }, 'settlement.schedule_malformed'],
    ['no currency', { currencies: [] }, 'settlement.schedule_malformed'],
    ['a currency without calendar', { currencies: ['EUR', 'XAF'] }, 'settlement.calendar_missing'],
    ['no such zone', { zone: 'Mars/Olympus' }, 'settlement.zone_unknown'],
  ])('has %s and is refused by name', (_title, change, code) => {
    expect(() => checkSchedule({ ...euro, ...change }, BUILT_IN_CALENDARS)).toThrow(expect.objectContaining({ code }));
  });

  test('whose currencies are never open together says so', () => {
    const base = { ...BUILT_IN_CALENDARS.get('EUR')!, rules: [] };
    const calendars = calendarsWith([
      { ...base, currency: 'AAA', weekend: [1, 2, 3] },
      { ...base, currency: 'BBB', weekend: [4, 5, 6] },
      { ...base, currency: 'CCC', weekend: [7] },
    ]);
    const never = { ...euro, currencies: ['AAA', 'BBB', 'CCC'] };
    expect(() => nextWindow(never, calendars, Date.parse('2026-05-01T00:00:00Z'))).toThrow(
      expect.objectContaining({ code: 'settlement.schedule_never_open' }),
    );
  });

  test('good ones pass', () => {
    for (const schedule of [euro, atlantic]) expect(() => checkSchedule(schedule, BUILT_IN_CALENDARS)).not.toThrow();
  });
});
