import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wallClock } from '../calendar/zone.ts';
import { NOTICES } from './notices.ts';
import { dueAt, USUAL, type Preference } from './preference.ts';
import { LISTED, writeMail } from './write-mail.ts';

const at = (iso: string) => Date.parse(iso);
const preference = (change: Partial<Preference>): Preference => ({ ...USUAL, ...change });
const iso = (ms: number) => new Date(ms).toISOString();

test('who wants to be told at once is, outside the quiet hours', () => {
  const now = at('2026-11-22T12:00:00.000Z');
  expect(dueAt(USUAL, now)).toBe(now);
  expect(dueAt(preference({ quiet: { from: '13:00', to: '14:00' } }), now)).toBe(now);
});

test.each([
  ['22:00', '07:00', '2026-11-22T23:30:00.000Z', '2026-11-23T07:00:00.000Z'],
  ['22:00', '07:00', '2026-11-22T03:00:00.000Z', '2026-11-22T07:00:00.000Z'],
  ['12:00', '13:30', '2026-11-22T12:00:00.000Z', '2026-11-22T13:30:00.000Z'],
])('in quiet hours from %s to %s what happens at %s waits until %s', (from, to, now, due) => {
  expect(iso(dueAt(preference({ quiet: { from, to } }), at(now)))).toBe(due);
});

test('the daily mail comes at the hour on the wall of the zone, also across a change of clocks', () => {
  const daily = preference({ delivery: 'daily', dailyAt: '08:00', zone: 'Europe/Helsinki' });
  expect(iso(dueAt(daily, at('2026-10-24T05:00:00.001Z')))).toBe('2026-10-25T06:00:00.000Z');
  expect(iso(dueAt(daily, at('2026-10-25T05:59:59.000Z')))).toBe('2026-10-25T06:00:00.000Z');
});

const minute = fc
  .integer({ min: 0, max: 1_439 })
  .map((m) => `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`);

test('nothing is due in the past, in quiet hours, or later than two days', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<Preference['delivery']>('at_once', 'daily'),
      minute,
      minute,
      minute,
      fc.constantFrom('UTC', 'Europe/Helsinki', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland'),
      fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') }),
      (delivery, dailyAt, from, to, zone, now) => {
        const due = dueAt(preference({ delivery, dailyAt, zone, quiet: { from, to } }), now);
        expect(due).toBeGreaterThanOrEqual(now);
        expect(due - now).toBeLessThanOrEqual(50 * 3_600_000);
        const { time } = wallClock(zone, due);
        const quiet = from < to ? from <= time && time < to : from > to && (time >= from || time < to);
        // Where clocks are put forward over the end of the quiet hours, their end is that moment.
        const skipped = wallClock(zone, due - 60_000).time !== to && !time.startsWith(to.slice(0, 2));
        expect(quiet && !skipped).toBe(false);
      },
    ),
  );
});

const notice = (title: string) => ({ title, detail: 'What to know <b>of it</b>', path: '/payments/pay_1' });

test('a mail of one notice says it in its subject, one of many their number, and links lead to the console', () => {
  const one = writeMail([notice('A payment is held')], 'https://rialto.example');
  expect(one.subject).toBe('Rialto: A payment is held');
  expect(one.plain).toContain('https://rialto.example/payments/pay_1');
  expect(one.html).toContain('https://rialto.example/notifications');
  expect(writeMail([notice('a'), notice('b')], undefined).subject).toBe('Rialto: 2 notices');
  expect(writeMail([notice('a')], undefined).html).not.toContain('href');
});

test('what came from outside can neither be markup in a mail nor a second header', () => {
  const { html, subject } = writeMail([notice('The webhook to <script>x</script>\r\nBcc: all@example.com is off')], undefined);
  expect(html).not.toContain('<script>');
  expect(html).not.toContain('<b>of it');
  expect(subject).not.toMatch(/[\r\n]/);
});

test('a flood is one mail that lists a part and counts the rest', () => {
  const { plain } = writeMail(
    Array.from({ length: LISTED + 7 }, (_, i) => notice(`Notice number ${i}.`)),
    undefined,
  );
  expect(plain).toContain('And 7 more');
  expect(plain.match(/Notice number/g)).toHaveLength(LISTED);
});

test('no notice tells a name of a party, whatever its event carries', () => {
  const name = 'Viktor Baranovski';
  const known = {
    state: 'suspended',
    number: 7,
    currencies: [],
    windowId: 'win_1',
    positions: [],
    asset: 'EUR/2',
    cleared: '1',
    gross: '1',
    owes: '1',
    owed: '1',
    kind: 'payment_held',
    priority: 'high',
    dueAt: '2026-11-23T09:30:00.000Z',
  };
  const strange = { detail: name, listed: name, party: name, debtor: { name }, creditor: { name }, comment: name };
  for (const { type, text } of NOTICES) {
    for (const state of ['suspended', 'done', 'open']) {
      const data = { ...strange, ...known, state };
      const said = text({ id: '', tenantId: '', seq: 1, type, version: 1, subject: 'x_1', at: '2026-11-23T09:30:00.000Z', data });
      expect(JSON.stringify(said ?? {})).not.toContain(name);
    }
  }
});
