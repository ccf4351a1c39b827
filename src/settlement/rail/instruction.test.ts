import { describe, expect, test } from 'vitest';
import { backoffMs, moved, MOVES, STATES, type InstructionState, type Move } from './instruction.ts';

/** Every move that is allowed once it was handed over; all others are not. */
const ALLOWED: readonly [InstructionState, Move, InstructionState][] = [
  ['waiting', 'send', 'sending'],
  ['waiting', 'accept', 'accepted'],
  ['waiting', 'hold', 'held'],
  ['held', 'release', 'waiting'],
  ['held', 'accept', 'accepted'],
  ['sending', 'lose', 'unknown'],
  ['sending', 'accept', 'accepted'],
  ['sending', 'refuse', 'refused'],
  ['unknown', 'lose', 'unknown'],
  ['unknown', 'absent', 'waiting'],
  ['unknown', 'accept', 'accepted'],
  ['unknown', 'refuse', 'refused'],
  ['accepted', 'confirm', 'confirmed'],
];

describe('an instruction', () => {
  test.each(STATES.flatMap((state) => (Object.keys(MOVES) as Move[]).map((move) => [state, move] as const)))(
    'that is %s and was handed over goes by "%s" where the table says, or nowhere',
    (state, move) => {
      expect(moved({ state, attempts: 1 }, move)).toBe(ALLOWED.find(([from, by]) => from === state && by === move)?.[2]);
    },
  );

  test('is cancelled only before it was ever handed over', () => {
    expect(moved({ state: 'waiting', attempts: 0 }, 'cancel')).toBe('cancelled');
    expect(moved({ state: 'waiting', attempts: 1 }, 'cancel')).toBeUndefined();
    expect(moved({ state: 'held', attempts: 0 }, 'cancel')).toBe('cancelled');
    expect(moved({ state: 'held', attempts: 1 }, 'cancel')).toBeUndefined();
  });

  test('is not paid before it was ever handed over', () => {
    expect(moved({ state: 'waiting', attempts: 0 }, 'accept')).toBeUndefined();
    expect(moved({ state: 'held', attempts: 0 }, 'accept')).toBeUndefined();
  });

  test('leaves a last state by no move', () => {
    for (const state of ['refused', 'confirmed', 'cancelled'] as const)
      for (const move of Object.keys(MOVES) as Move[]) expect(moved({ state, attempts: 1 }, move)).toBeUndefined();
  });
});

test('tries come further and further apart, never more than an hour', () => {
  const waits = Array.from({ length: 30 }, (_, tries) => backoffMs(tries, 5_000));
  expect(waits.every((wait, i) => i === 0 || wait >= waits[i - 1]!)).toBe(true);
  expect([waits[0], waits[3], waits.at(-1)]).toEqual([5_000, 40_000, 3_600_000]);
});
