import { expect, test } from 'vitest';
import { atOnce, eachInSteps, inTurns } from './steps.ts';

const COUNT = 400;
/** Takes about a tenth of a millisecond. */
function busy(n: number): number {
  const until = performance.now() + 0.1;
  while (performance.now() < until);
  return n * 2;
}

test('work in turns comes to the same as at once, and lets others have theirs meanwhile', async () => {
  const numbers = Array.from({ length: COUNT }, (_, n) => n);
  let turns = 0;
  const others = setInterval(() => void (turns += 1), 0);
  const made = await inTurns(eachInSteps(numbers, busy));
  clearInterval(others);
  expect(made).toEqual(atOnce(eachInSteps(numbers, (n) => n * 2)));
  expect(turns).toBeGreaterThan(0);
});
