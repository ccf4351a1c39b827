import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RESULT_STATES, type ResultState } from '../run/result.ts';
import { decideWatch, observe, type Decision, type LineStates, type Missed } from './observe.ts';
import { planWatch } from './plan-watch.ts';
import { RELEASED, watchedChecklist } from './watch.fixture.ts';

const MINUTE = 60_000;
const plan = planWatch(watchedChecklist(), { releasedAt: RELEASED });
const ALL = plan.lines.map(({ lineId }) => lineId);

type Look = { minute: number; states: Readonly<Record<string, ResultState>>; missed?: readonly Missed[] };

/** What is known after one more look at some lines; what is not named passes. */
function observed(
  states: LineStates,
  minute: number,
  due: readonly string[],
  given: Readonly<Record<string, ResultState>> = {},
): LineStates {
  const samples = due.map((lineId) => ({ lineId, state: given[lineId] ?? ('pass' as const), summary: 'seen', measurements: [] }));
  return observe(plan, states, { at: RELEASED + minute * MINUTE, samples, missed: [] }, due);
}

/** What the watch says after looks at all lines; what is not named passes. */
function after(looks: readonly Look[]): Decision {
  let states: LineStates = {};
  let at = RELEASED;
  for (const { minute, states: given, missed = [] } of looks) {
    at = RELEASED + minute * MINUTE;
    const samples = ALL.map((lineId) => ({ lineId, state: given[lineId] ?? ('pass' as const), summary: 'seen', measurements: [] }));
    states = observe(plan, states, { at, samples, missed }, ALL);
  }
  return decideWatch(plan, states, at);
}

const errors = (...seen: [minute: number, state: ResultState][]): Decision =>
  after(seen.map(([minute, state]) => ({ minute, states: { errors: state } })));

describe('a trigger', () => {
  test('never rolls back on one bad look, however long it lies back', () => {
    expect(errors([0, 'fail']).advice).toBe('attention');
    expect(errors([0, 'fail'], [60, 'pass'], [65, 'fail']).advice).toBe('attention');
  });

  test('rolls back when it was bad in consecutive looks for as long as the document says, not before', () => {
    expect(errors([0, 'fail'], [5, 'fail']).advice).toBe('attention');
    expect(errors([0, 'fail'], [5, 'fail'], [9, 'fail']).advice).toBe('attention');
    const decision = errors([0, 'fail'], [5, 'fail'], [10, 'fail']);
    expect(decision.advice).toBe('rollback');
    expect(decision.because[0]!.text).toBe('line 5, errors: bad for 10 min, in 3 looks (seen)');
  });

  test('starts anew after a good look, after one that shows nothing, and after a gap in which nobody looked', () => {
    expect(errors([0, 'fail'], [5, 'pass'], [10, 'fail'], [15, 'fail']).advice).toBe('attention');
    expect(errors([0, 'fail'], [5, 'unreachable'], [10, 'fail'], [15, 'fail']).advice).toBe('attention');
    expect(errors([0, 'fail'], [180, 'fail']).advice).toBe('attention');
  });

  test('without a duration is certain after a second bad look, and only recommends where the document does', () => {
    expect(after([0, 1].map((minute) => ({ minute, states: { degraded: 'fail' as const } }))).advice).toBe('recommend_rollback');
  });

  test('is over as soon as it is seen to be good', () => {
    expect(errors([0, 'fail'], [5, 'fail'], [10, 'fail'], [15, 'pass']).advice).toBe('continue');
  });
});

describe('the advice', () => {
  test('is to carry on only when everything is known and good', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ALL), fc.constantFrom(...RESULT_STATES), (lineId, state) => {
        const { advice } = after([{ minute: 5, states: { [lineId]: state } }]);
        expect(advice === 'continue').toBe(['pass', 'waived', 'not_applicable'].includes(state));
      }),
    );
  });

  test('is attention when a line was looked for and nothing came back, and when looks were missed', () => {
    const states = observe(plan, {}, { at: RELEASED, samples: [], missed: [] }, ['errors']);
    expect(decideWatch(plan, states, RELEASED)).toMatchObject({ advice: 'attention', because: [{ key: 'unknown:errors' }] });
    const missed = { lineId: 'errors', count: 3, from: '2026-11-24T12:05:00.000Z', to: '2026-11-24T12:15:00.000Z' };
    const told = after([{ minute: 20, states: {}, missed: [missed] }]);
    expect(told.advice).toBe('attention');
    expect(told.because[0]!.text).toContain('3 looks were missed');
  });

  test.each<[ResultState, Decision['advice']]>([
    ['unreachable', 'attention'],
    ['error', 'attention'],
    ['warn', 'attention'],
    ['fail', 'attention'],
    ['pass', 'continue'],
  ])('when a window ended with %s is %s for as long as the watch lasts: nobody looks again', (state, advice) => {
    let states: LineStates = {};
    for (const minute of [0, 30, 60]) states = observed(states, minute, ALL, { services: state });
    for (const minute of [90, 600])
      states = observed(
        states,
        minute,
        ALL.filter((id) => id !== 'services'),
      );
    expect(decideWatch(plan, states, RELEASED + 600 * MINUTE).advice).toBe(advice);
  });

  test('tells an alert and a broken line for carrying on, and rolls back for neither', () => {
    const looks = [0, 5, 10, 15].map((minute) => ({ minute, states: { alert: 'fail' as const, minor: 'fail' as const } }));
    expect(after(looks)).toMatchObject({ advice: 'attention', because: [{ key: 'bad:alert' }, { key: 'bad:minor' }] });
  });

  test('is never to roll back because of what is not known', () => {
    const unknown = fc.constantFrom<ResultState>('error', 'unreachable', 'stale', 'awaiting_sign_off', 'warn');
    fc.assert(
      fc.property(fc.array(unknown, { minLength: 1, maxLength: 30 }), (seen) => {
        expect(errors(...seen.map((state, i): [number, ResultState] => [5 * i, state])).advice).toBe('attention');
      }),
    );
  });
});

describe('the order', () => {
  const looks = fc.array(
    fc.record({ gap: fc.integer({ min: 1, max: 40 }), state: fc.constantFrom(...RESULT_STATES), other: fc.constantFrom(...RESULT_STATES) }),
    {
      minLength: 1,
      maxLength: 25,
    },
  );

  test('of samples within a look changes nothing', () => {
    fc.assert(
      fc.property(looks, fc.integer(), (given, seed) => {
        let [one, two]: LineStates[] = [{}, {}];
        let at = RELEASED;
        for (const { gap, state, other } of given) {
          at += gap * MINUTE;
          const samples = ALL.map((lineId, i) => ({ lineId, state: i % 2 ? state : other, summary: '', measurements: [] }));
          const turned = samples.slice(Math.abs(seed) % samples.length).concat(samples.slice(0, Math.abs(seed) % samples.length));
          one = observe(plan, one!, { at, samples, missed: [] }, ALL);
          two = observe(plan, two!, { at, samples: turned.reverse(), missed: [] }, ALL.toReversed());
        }
        expect(decideWatch(plan, two!, at)).toEqual(decideWatch(plan, one!, at));
      }),
    );
  });

  test('of time is kept: a look from before the last changes nothing', () => {
    fc.assert(
      fc.property(looks, fc.integer({ min: 0, max: 600 }), fc.constantFrom(...RESULT_STATES), (given, back, late) => {
        let states: LineStates = {};
        let at = RELEASED;
        const look = (when: number, state: ResultState): LineStates =>
          observe(plan, states, { at: when, samples: [{ lineId: 'errors', state, summary: '', measurements: [] }], missed: [] }, [
            'errors',
          ]);
        for (const { gap, state } of given) states = look((at += gap * MINUTE), state);
        expect(look(at - back * MINUTE, late)).toEqual(states);
      }),
    );
  });
});
