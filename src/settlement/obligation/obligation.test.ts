import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ACTS, broughtIn, capacityOf, standingAfter, type Act, type Capacity, type ObligationState } from './obligation.ts';

const ACT_NAMES = Object.keys(ACTS) as Act[];
const CAPACITIES: readonly Capacity[] = ['debtor', 'creditor', 'operator'];
type Standing = ReturnType<typeof broughtIn>;

/** How it stands after an act, or the code of the refusal. */
const tried = (before: Standing, act: Act, as: Capacity): Standing | string => {
  try {
    return standingAfter(before, act, as);
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const stateAfter = (before: Standing, act: Act, as: Capacity): string => {
  const after = tried(before, act, as);
  return typeof after === 'string' ? after : after.state;
};
const after = (submittedAs: Capacity, ...acts: [Act, Capacity][]): Standing =>
  acts.reduce((standing, [act, as]) => standingAfter(standing, act, as), broughtIn(submittedAs));

/** Every way to a state that can be gone from, and what each act of each leads to from there, written down apart; the rest is refused. */
const FOREIGN = 'settlement.obligation_foreign';
const STATE = 'settlement.obligation_state';
const TABLE: readonly [string, Standing, Record<`${Act} ${Capacity}`, ObligationState | typeof FOREIGN | typeof STATE>][] = [
  [
    'brought in by its debtor',
    after('debtor'),
    {
      'confirm debtor': FOREIGN,
      'confirm creditor': 'confirmed',
      'confirm operator': FOREIGN,
      'dispute debtor': FOREIGN,
      'dispute creditor': 'disputed',
      'dispute operator': FOREIGN,
      'withdraw debtor': 'withdrawn',
      'withdraw creditor': FOREIGN,
      'withdraw operator': 'withdrawn',
    },
  ],
  [
    'brought in by its creditor and disputed',
    after('creditor', ['dispute', 'debtor']),
    {
      'confirm debtor': 'confirmed',
      'confirm creditor': FOREIGN,
      'confirm operator': FOREIGN,
      'dispute debtor': STATE,
      'dispute creditor': FOREIGN,
      'dispute operator': FOREIGN,
      'withdraw debtor': FOREIGN,
      'withdraw creditor': 'withdrawn',
      'withdraw operator': 'withdrawn',
    },
  ],
  [
    'brought in by the operator and confirmed by one',
    after('operator', ['confirm', 'creditor']),
    {
      'confirm debtor': 'confirmed',
      'confirm creditor': STATE,
      'confirm operator': FOREIGN,
      'dispute debtor': 'disputed',
      'dispute creditor': 'disputed',
      'dispute operator': FOREIGN,
      'withdraw debtor': FOREIGN,
      'withdraw creditor': FOREIGN,
      'withdraw operator': 'withdrawn',
    },
  ],
  [
    'confirmed by both',
    after('operator', ['confirm', 'creditor'], ['confirm', 'debtor']),
    {
      'confirm debtor': STATE,
      'confirm creditor': STATE,
      'confirm operator': STATE,
      'dispute debtor': STATE,
      'dispute creditor': STATE,
      'dispute operator': STATE,
      'withdraw debtor': FOREIGN,
      'withdraw creditor': 'withdrawn',
      'withdraw operator': 'withdrawn',
    },
  ],
];

describe('an obligation', () => {
  test.each(TABLE)('%s moves by the table, and every other move is refused by name', (_how, standing, moves) => {
    const got = ACT_NAMES.flatMap((act) => CAPACITIES.map((as) => [`${act} ${as}`, stateAfter(standing, act, as)]));
    expect(Object.fromEntries(got)).toEqual(moves);
  });

  test('stays as it is once it is withdrawn or discharged', () => {
    for (const state of ['withdrawn', 'discharged'] as const)
      for (const act of ACT_NAMES) for (const as of CAPACITIES) expect(tried({ ...broughtIn('operator'), state }, act, as)).toBe(STATE);
  });

  test('is confirmed by nothing but a yes of each bank, whoever acts in whatever order', () => {
    const step = fc.tuple(fc.constantFrom(...ACT_NAMES), fc.constantFrom(...CAPACITIES));
    fc.assert(
      fc.property(fc.constantFrom(...CAPACITIES), fc.array(step, { maxLength: 12 }), (submittedAs, steps) => {
        let standing = broughtIn(submittedAs);
        const last = new Map<Capacity, Act | 'submit'>([[submittedAs, 'submit']]);
        for (const [act, as] of steps) {
          const next = tried(standing, act, as);
          if (typeof next === 'string') continue;
          standing = next;
          last.set(as, act);
        }
        const yes = (side: Capacity) => last.get(side) === 'confirm' || (last.get(side) === 'submit' && submittedAs === side);
        if (standing.state === 'confirmed') expect([yes('debtor'), yes('creditor')]).toEqual([true, true]);
        if (standing.state === 'proposed') expect(yes('debtor') && yes('creditor')).toBe(false);
        expect(standing.state === 'disputed').toBe(
          standing.state !== 'withdrawn' && (last.get('debtor') === 'dispute' || last.get('creditor') === 'dispute'),
        );
        expect(standing).toMatchObject({ submittedAs, withdrawnAs: standing.state === 'withdrawn' ? expect.any(String) : null });
      }),
    );
  });

  test('that was brought in before anybody wrote down by whom waits for both, and its creditor takes it back', () => {
    const old: Standing = { ...broughtIn('operator'), submittedAs: null };
    expect(stateAfter(old, 'confirm', 'debtor')).toBe('proposed');
    expect(stateAfter(standingAfter(old, 'confirm', 'debtor'), 'confirm', 'creditor')).toBe('confirmed');
    expect([stateAfter(old, 'withdraw', 'creditor'), stateAfter(old, 'withdraw', 'debtor')]).toEqual(['withdrawn', FOREIGN]);
  });

  test('knows in which capacity a participant acts', () => {
    const row = { debtorId: 'a' };
    expect([capacityOf(row, 'a'), capacityOf(row, 'b'), capacityOf(row, undefined)]).toEqual(['debtor', 'creditor', 'operator']);
  });
});
