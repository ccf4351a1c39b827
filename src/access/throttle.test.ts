import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accountThrottle, begun, lockedForMs, noAttempts, undone } from './throttle.ts';

const start = 1_764_000_000_000;

test('each failure beyond the free ones locks twice as long as the one before, up to the longest', () => {
  let state = noAttempts;
  let now = start;
  const locks: number[] = [];
  for (let i = 0; i < 20; i++) {
    state = begun(state, accountThrottle, now);
    locks.push(lockedForMs(state, now));
    now = Math.max(now, state.lockedUntil);
  }
  expect(locks.slice(0, 9)).toEqual([0, 0, 0, 0, 0, 2_000, 4_000, 8_000, 16_000]);
  expect(Math.max(...locks)).toBe(900_000);
});

test('however a guesser times it, a day brings fewer than 110 guesses at one account', () => {
  const pause = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_600_000 }));
  fc.assert(
    fc.property(fc.array(pause, { minLength: 50, maxLength: 400 }), (pauses) => {
      let [state, now, guesses] = [noAttempts, start, 0];
      for (const pauseMs of pauses) {
        now = Math.max(now + pauseMs, state.lockedUntil);
        if (now - start > 86_400_000) break;
        state = begun(state, accountThrottle, now);
        guesses += 1;
      }
      expect(guesses).toBeLessThan(110);
    }),
  );
});

test("a success takes back its own attempt and nobody else's failure", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 }), (failures) => {
      const before = { failures, lastAt: start, lockedUntil: 0 };
      const after = undone(begun(before, accountThrottle, start + 1), start + 1);
      expect(after.failures).toBe(failures);
      expect(lockedForMs(after, start + 1)).toBe(0);
    }),
  );
});

test('failures of yesterday are forgotten', () => {
  const old = { failures: 50, lastAt: start, lockedUntil: start };
  expect(begun(old, accountThrottle, start + accountThrottle.forgetAfterMs + 1).failures).toBe(1);
});
