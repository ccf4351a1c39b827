import { describe, expect, test } from 'vitest';
import { addUpRound } from './set-off-check.ts';

const ROOT = 'a'.repeat(64);
const bank = (name: string, potential: number) => ({ record: 'participant', participantId: name, potential });
const owed = (id: string, [debtor, creditor]: [string, string], [units, cleared]: [string, string], weight = 1) => ({
  record: 'obligation',
  id,
  debtor,
  creditor,
  units,
  weight,
  cleared,
});

/** A owes B ten and B owes A seven: seven of each is cleared, and the prices 0 and 1 prove that it is all. */
const LINES = [
  { record: 'round', root: ROOT },
  bank('A', 0),
  bank('B', 1),
  owed('1', ['A', 'B'], ['10', '7']),
  owed('2', ['B', 'A'], ['7', '7']),
  { record: 'end' },
];
const fileOf = (lines: readonly object[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('');
const said = { root: ROOT, cleared: '14' };

describe('adding up a round of set-off', () => {
  test('comes to the bound when nothing else could clear more', () => {
    expect(addUpRound(fileOf(LINES), said)).toEqual({ obligations: 2, worth: 14n, bound: 14n });
  });

  test.each<[string, (lines: typeof LINES) => object[], RegExp]>([
    ['is of another round', (lines) => [{ record: 'round', root: 'b'.repeat(64) }, ...lines.slice(1)], /another round/],
    ['clears beyond an amount', (lines) => lines.with(4, owed('2', ['B', 'A'], ['6', '7'])), /2 is cleared beyond/],
    ['moves a position', (lines) => lines.with(3, owed('1', ['A', 'B'], ['10', '6'])), /comes to 13|position/],
    ['names a bank without a price', (lines) => lines.toSpliced(2, 1), /without a price/],
    ['has prices that prove less', (lines) => lines.with(2, bank('B', 0)), /worth 14, and the prices allow up to 17/],
  ])('tells when the file %s', (_what, change, problem) => {
    expect(addUpRound(fileOf(change(LINES)), said).problem).toMatch(problem);
  });
});
