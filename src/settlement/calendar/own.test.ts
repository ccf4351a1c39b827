import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { AppError } from '../../base/error.ts';
import { BUILT_IN_CALENDARS, calendarsWith } from './built-in.ts';
import { closingOn } from './business-day.ts';
import { holidaysOf, readCalendar, type HolidayCalendar } from './holidays.ts';
import { ownCalendars, readCalendarFolder, type CalendarFile } from './own.ts';

const lira: HolidayCalendar = {
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
const euro = { ...BUILT_IN_CALENDARS.get('EUR')!, dates: { '2026-11-24': "Founders' Day" } };
const file = (name: string, value: unknown): CalendarFile => ({ name, content: Buffer.from(JSON.stringify(value)) });
const refusal = async (attempt: Promise<unknown>): Promise<AppError> => {
  const error = await attempt.catch((reason: unknown) => reason);
  if (!(error instanceof AppError)) throw error;
  return error;
};

describe('the calendars of a folder', () => {
  test('take the place of the built-in ones of their currencies or add currencies, whatever the files are called', async () => {
    const folder = temporaryFolder({ 'target.json': JSON.stringify(euro), 'TRY.json': JSON.stringify(lira) });
    const all = calendarsWith(await readCalendarFolder(folder));
    expect(all.size).toBe(BUILT_IN_CALENDARS.size + 1);
    expect(closingOn(all.get('EUR')!, '2026-11-24')?.name).toBe("Founders' Day");
    expect(closingOn(all.get('TRY')!, '2027-10-29')?.name).toBe('Republic Day');
    expect(all.get('USD')).toBe(BUILT_IN_CALENDARS.get('USD'));
    expect(closingOn(BUILT_IN_CALENDARS.get('EUR')!, '2026-11-24')).toBeUndefined();
  });

  test('are its *.json files alone: nothing hidden, nothing below, nothing else', async () => {
    const folder = temporaryFolder({ 'README.md': 'x', '.EUR.json': 'x', 'EUR.json.bak': 'x', 'old/EUR.json': 'x' });
    expect(await readCalendarFolder(folder)).toEqual([]);
  });

  test('are as good as the built-in ones, which such a folder may hold', async () => {
    const own = await readCalendarFolder(path.join(import.meta.dirname, 'holidays'));
    expect(calendarsWith(own)).toEqual(BUILT_IN_CALENDARS);
  });

  test('may begin with the mark that some editors write', () => {
    const content = Buffer.from(`\uFEFF${JSON.stringify(lira)}`);
    expect(ownCalendars([{ name: 'TRY.json', content }])).toEqual([lira]);
  });

  test('are refused with all problems of all files, by name', async () => {
    const folder = temporaryFolder({
      'a.json': '{ "currency": ',
      'b.json': JSON.stringify({ ...lira, weekend: [8], extra: 1, rules: [{ name: 'Feast', month: 3 }] }),
      'c.json': JSON.stringify({ ...euro, zone: 'Europe/Atlantis', estimated: ['2026-03-21'] }),
      'd.json/not-a-file': '',
      'good.json': JSON.stringify({ ...lira, currency: 'PLN' }),
    });
    symlinkSync(path.join(folder, 'gone'), path.join(folder, 'e.json'));
    const { code, kind, message } = await refusal(readCalendarFolder(folder));
    expect([code, kind]).toEqual(['settlement.calendar_malformed', 'invalid']);
    const [head, ...lines] = message.split('\n  ');
    expect(head).toBe('The holiday calendars have 8 problem(s):');
    expect(lines.map((line) => line.slice(0, 33))).toEqual([
      'a.json: it is no JSON: Unexpected',
      'b.json: the file must not have ex',
      'b.json: /weekend/0 must be <= 7',
      'b.json: /rules/0 is no rule: it h',
      'c.json: there is no time zone Eur',
      'c.json: 2026-03-21 is estimated, ',
      'd.json: it cannot be read (EISDIR',
      'e.json: it cannot be read (ENOENT',
    ]);
  });

  test.each<[string, unknown]>([
    ['nothing', null],
    ['a list', [lira]],
    ['a text', 'TRY'],
    ['an empty object', {}],
  ])('that are %s are refused', (_title, value) => {
    expect(() => ownCalendars([file('x.json', value)])).toThrow(/^The holiday calendars have 1 problem\(s\):\n {2}x\.json: the file must /);
  });

  test('are refused when they are no text', () => {
    expect(() => ownCalendars([{ name: 'x.json', content: Uint8Array.of(0xff, 0xfe) }])).toThrow(/x\.json: it is no JSON/);
  });

  test('are refused when two are of one currency, also when one of them is wrong', () => {
    const files = [file('a.json', lira), file('b.json', { ...lira, weekend: [8] }), file('c.json', lira)];
    expect(() => ownCalendars(files)).toThrow(
      expect.objectContaining({
        code: 'settlement.calendar_malformed',
        message: expect.stringMatching(
          /3 problem[^]*b\.json: \/weekend[^]*b\.json: TRY [^]* a\.json already[^]*c\.json: TRY [^]* a\.json already/,
        ) as string,
      }),
    );
  });

  test.each<[string, string]>([
    ['that is not there', 'missing'],
    ['that is a file', 'file.json'],
  ])('in a folder %s are refused with its name', async (_title, name) => {
    const folder = path.join(temporaryFolder({ 'file.json': '{}' }), name);
    const { code, message } = await refusal(readCalendarFolder(folder));
    expect(code).toBe('settlement.calendars_unreadable');
    expect(message).toContain(folder);
  });
});

test('a holiday on the 29th of February is one in leap years, and moves in them only', () => {
  const leap = { ...lira, years: { from: 2028, to: 2029 }, dates: {}, estimated: [] };
  const calendar = readCalendar({ ...leap, rules: [{ name: 'Leap Day', month: 2, day: 29, moved: 'weekend' }] });
  expect([...holidaysOf(calendar, 2028).keys()]).toEqual(['2028-02-29']);
  expect([...holidaysOf(calendar, 2029).keys()]).toEqual([]);
});
