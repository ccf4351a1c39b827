import { describe, expect, test } from 'vitest';
import { MOVES, sideOf, stateAfter, type Act, type ObligationState, type Side } from './obligation.ts';

const STATES: readonly ObligationState[] = ['proposed', 'confirmed', 'disputed', 'withdrawn', 'discharged'];
const ACTS = Object.keys(MOVES) as Act[];
const SIDES: readonly Side[] = ['debtor', 'creditor'];
const codeOf = (work: () => unknown): string => {
  try {
    return String(work());
  } catch (error) {
    return (error as { code: string }).code;
  }
};

/** What each side may do, written down apart: act, state, who brought it in, whose act → where it leads. */
const ALLOWED = new Map<string, ObligationState>(
  SIDES.flatMap((submitter): [string, ObligationState][] => {
    const other = submitter === 'debtor' ? 'creditor' : 'debtor';
    return [
      [`confirm proposed ${submitter} ${other}`, 'confirmed'],
      [`confirm disputed ${submitter} ${other}`, 'confirmed'],
      [`dispute proposed ${submitter} ${other}`, 'disputed'],
      [`withdraw proposed ${submitter} ${submitter}`, 'withdrawn'],
      [`withdraw disputed ${submitter} ${submitter}`, 'withdrawn'],
      [`withdraw confirmed ${submitter} creditor`, 'withdrawn'],
    ];
  }),
);

describe('an obligation', () => {
  test('moves by the table, and every other move is refused by name', () => {
    let refused = 0;
    for (const state of STATES)
      for (const act of ACTS)
        for (const submittedBy of SIDES)
          for (const side of SIDES) {
            const wanted = ALLOWED.get(`${act} ${state} ${submittedBy} ${side}`);
            const got = codeOf(() => stateAfter({ state, submittedBy }, act, side));
            if (wanted) expect(got).toBe(wanted);
            else expect(got).toBe(MOVES[act][state] ? 'settlement.obligation_foreign' : 'settlement.obligation_state');
            if (!wanted) refused++;
          }
    expect(refused).toBe(STATES.length * ACTS.length * 4 - ALLOWED.size);
  });

  test('is moved by the operator for either side, where a side could', () => {
    for (const state of STATES)
      for (const act of ACTS)
        expect(codeOf(() => stateAfter({ state, submittedBy: 'debtor' }, act))).toBe(
          MOVES[act][state]?.to ?? 'settlement.obligation_state',
        );
  });

  test('nothing but a round discharges it, and nothing brings it back', () => {
    for (const act of ACTS) expect(Object.values(MOVES[act]).map(({ to }) => to)).not.toContain('discharged');
    for (const act of ACTS) expect([MOVES[act].withdrawn, MOVES[act].discharged]).toEqual([undefined, undefined]);
  });

  test('knows on which side a participant is', () => {
    const row = { debtorId: 'a' };
    expect([sideOf(row, 'a'), sideOf(row, 'b'), sideOf(row, undefined)]).toEqual(['debtor', 'creditor', undefined]);
  });
});
