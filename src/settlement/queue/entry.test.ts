import { describe, expect, test } from 'vitest';
import { datedLast, expiryOf, type QueueEntry } from './entry.ts';

const at = (iso: string) => Date.parse(iso);

describe('an entry that has waited long enough', () => {
  test('has waited so many minutes, or to the end of its UTC day', () => {
    const entry = { enteredAt: at('2026-11-23T22:30:00Z'), due: '2026-11-23' };
    expect(expiryOf(entry, 60)).toBe(at('2026-11-23T23:30:00Z'));
    expect(expiryOf(entry, 120)).toBe(at('2026-11-24T00:00:00Z'));
    expect(expiryOf({ ...entry, enteredAt: at('2026-11-23T00:00:00Z') }, 1_440)).toBe(at('2026-11-24T00:00:00Z'));
  });

  test('of a payment dated ahead counts from the beginning of its day', () => {
    const entry = { enteredAt: at('2026-11-23T22:30:00Z'), due: '2026-11-30' };
    expect(expiryOf(entry, 60)).toBe(at('2026-11-30T01:00:00Z'));
    expect(expiryOf(entry, 1_440)).toBe(at('2026-12-01T00:00:00Z'));
  });
});

test('what is dated ahead stands behind all that may go today, and keeps its order', () => {
  const entries = [
    { id: 'a', due: '2026-11-24' },
    { id: 'b', due: '2026-11-23' },
    { id: 'c', due: '2026-11-25' },
    { id: 'd', due: '2026-11-22' },
  ] as QueueEntry[];
  expect(datedLast(entries, '2026-11-23').map(({ id }) => id)).toEqual(['b', 'd', 'a', 'c']);
});
