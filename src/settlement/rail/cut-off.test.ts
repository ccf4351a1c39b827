import { describe, expect, test } from 'vitest';
import { BUILT_IN_CALENDARS } from '../calendar/built-in.ts';
import { sendableFrom } from './cut-off.ts';

const berlin = { cutOff: '16:30', zone: 'Europe/Berlin' };
const from = (now: string, hours = berlin, asset = 'EUR/2') =>
  new Date(sendableFrom(hours, asset, Date.parse(now), BUILT_IN_CALENDARS)).toISOString();

describe('an instruction is sent', () => {
  test.each([
    ['at once before the cut-off', '2026-11-20T15:29:59.000Z', '2026-11-20T15:29:59.000Z'],
    ['on the next business day from the cut-off on', '2026-11-20T15:30:00.000Z', '2026-11-22T23:00:00.000Z'],
    ['not at a weekend', '2026-11-21T08:00:00.000Z', '2026-11-22T23:00:00.000Z'],
    ['not on a holiday of the currency', '2026-12-25T08:00:00.000Z', '2026-12-27T23:00:00.000Z'],
  ])('%s', (_, now, then) => expect(from(now)).toBe(then));

  test('around the clock where the rail has no cut-off', () => {
    expect(sendableFrom({ cutOff: null, zone: 'UTC' }, 'EUR/2', 7, BUILT_IN_CALENDARS)).toBe(7);
  });

  test('on any day in a currency whose calendar is not known', () => {
    expect(from('2026-11-21T08:00:00.000Z', berlin, 'TRY/2')).toBe('2026-11-21T08:00:00.000Z');
  });
});
