import { expect, test } from 'vitest';
import { CASE_MOVES, CASE_STATES, DECISIONS, DECISIONS_OF, dueAt, moved, MOVES, priorityOf, PRIORITIES } from './case.ts';

const allowed = [
  'open assign in_review',
  'open wait waiting',
  'open propose proposed',
  'open decide closed',
  'in_review assign in_review',
  'in_review unassign open',
  'in_review wait waiting',
  'in_review propose proposed',
  'in_review decide closed',
  'waiting assign waiting',
  'waiting unassign waiting',
  'waiting resume in_review',
  'waiting propose proposed',
  'waiting decide closed',
  'proposed assign proposed',
  'proposed approve closed',
  'proposed decline in_review',
];

test('a case moves as the table says, and every other move is refused', () => {
  const found = CASE_STATES.flatMap((state) =>
    CASE_MOVES.flatMap((move) => {
      const to = moved(state, move);
      return to === undefined ? [] : [`${state} ${move} ${to}`];
    }),
  );
  expect(found).toEqual(allowed);
});

test('what a second person has to look at is closed by nobody alone, and what is closed stays so', () => {
  expect(moved('proposed', 'decide')).toBeUndefined();
  expect(moved('proposed', 'propose')).toBeUndefined();
  expect(MOVES.closed).toEqual({});
});

test('a payment is released or rejected, anything else dismissed or reported', () => {
  for (const decision of DECISIONS) {
    const isOfPayments = decision === 'release' || decision === 'reject';
    expect([DECISIONS_OF.payment[decision] !== undefined, DECISIONS_OF.alert[decision] !== undefined]).toEqual([
      isOfPayments,
      !isOfPayments,
    ]);
    expect(DECISIONS_OF.rescreening[decision]).toBe(DECISIONS_OF.alert[decision]);
  }
});

test('the more urgent a case is, the sooner it is due, and a better match is never less urgent', () => {
  const due = PRIORITIES.map((priority) => dueAt(0, priority));
  expect(due).toEqual(due.toSorted((a, b) => b - a));
  expect(dueAt(0, 'low', { low: 5 })).toBe(300_000);
  const ranks = [0, 0.5, 0.91, 0.99].map((match) => PRIORITIES.indexOf(priorityOf({ match, risk: 0 })));
  expect(ranks).toEqual([0, 1, 2, 3]);
});
