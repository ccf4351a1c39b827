import fc from 'fast-check';
import Value from 'typebox/value';
import { expect, test } from 'vitest';
import { addDays, dayOf, daysBetween, Instant, isLocalDate, LocalDateText, manualClock, systemClock, weekdayOf } from './time.ts';

const day = fc.date({ min: new Date('0001-01-01'), max: new Date('9990-12-31'), noInvalidDate: true }).map((date) => dayOf(date.getTime()));

test('an instant is written with Z and three decimals and read back to the millisecond', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
      expect(Value.Decode(Instant, Value.Encode(Instant, date.getTime()))).toBe(date.getTime());
    }),
  );
  expect(Value.Encode(Instant, Date.UTC(2026, 10, 22, 9, 30))).toBe('2026-11-22T09:30:00.000Z');
  expect(Value.Decode(Instant, '2026-11-22T09:30:00Z')).toBe(Date.UTC(2026, 10, 22, 9, 30));
});

test.each([
  '2026-11-22',
  '2026-11-22T09:30:00',
  '2026-11-22T09:30:00+01:00',
  '2026-11-22 09:30:00Z',
  '2026-11-22T09:30:00.1234Z',
  'now',
  '',
])('an instant without Z, or in another form, is refused: %s', (wire) => expect(Value.Check(Instant, wire)).toBe(false));

test('an instant that does not exist is refused', () => {
  for (const wire of ['2026-13-01T00:00:00Z', '2026-01-01T25:00:00Z', '2026-11-31T00:00:00Z', '2026-02-29T12:00:00.5Z'])
    expect(() => Value.Decode(Instant, wire)).toThrow();
});

test('days that do not exist are known', () => {
  for (const exists of ['2026-11-22', '2024-02-29', '2000-02-29', '0001-01-01'])
    expect([exists, isLocalDate(exists)]).toEqual([exists, true]);
  for (const not of ['2026-02-29', '1900-02-29', '2026-04-31', '2026-00-10', '2026-1-1', '20261122', '2026-11-22T00:00', '']) {
    expect([not, isLocalDate(not)]).toEqual([not, false]);
  }
});

test('the schema of a day refuses other forms', () => {
  expect(Value.Check(LocalDateText, '2026-11-23')).toBe(true);
  for (const wire of ['2026-13-01', '2026-11-32', '26-11-23']) expect(Value.Check(LocalDateText, wire)).toBe(false);
});

test('adding days and counting them are each other’s reverse', () => {
  fc.assert(
    fc.property(day, fc.integer({ min: -3000, max: 3000 }), (from, days) => {
      fc.pre(from > '0020-01-01');
      expect(daysBetween(from, addDays(from, days))).toBe(days);
    }),
  );
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
  expect(addDays('2024-03-01', -1)).toBe('2024-02-29');
});

test('the week runs from Monday 1 to Sunday 7', () => {
  expect(['2026-11-16', '2026-11-20', '2026-11-21', '2026-11-22', '1970-01-01', '2000-02-29'].map(weekdayOf)).toEqual([1, 5, 6, 7, 4, 2]);
  fc.assert(
    fc.property(
      day,
      (from) => weekdayOf(addDays(from, 7)) === weekdayOf(from) && weekdayOf(addDays(from, 1)) === (weekdayOf(from) % 7) + 1,
    ),
  );
});

test('arithmetic on a day that does not exist throws', () => {
  for (const work of [() => addDays('2026-02-30', 1), () => daysBetween('2026-01-01', 'x'), () => weekdayOf('')])
    expect(work).toThrow(RangeError);
});

test('the day of an instant is its day in UTC', () => {
  expect(dayOf(Date.UTC(2026, 0, 5, 23, 59, 59, 999))).toBe('2026-01-05');
  expect(dayOf(Date.UTC(2026, 0, 6))).toBe('2026-01-06');
});

test('a clock moved by hand stands still otherwise', () => {
  const clock = manualClock(1000);
  clock.advance(5);
  expect([clock.now(), clock.now()]).toEqual([1005, 1005]);
  clock.set(10);
  expect(clock.now()).toBe(10);
  expect(Number.isInteger(systemClock.now())).toBe(true);
});
