import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bindingOf, checked, isoAt, NOW, resultOf } from '../../../test/support/readiness.ts';
import type { BoundCheck, Disposition } from '../binding/binding.ts';
import { combine, combineChecks, DEFAULT_TTL_MS, harmOf, type Sources, type Word } from './combine.ts';
import { RESULT_STATES, type CheckResult, type CheckState, type LineResult, type ResultState } from './result.ts';

const CHECK_STATES: readonly CheckState[] = ['pass', 'warn', 'fail', 'error', 'unreachable', 'stale'];
const word: Word = { name: 'Ada', at: isoAt(NOW), text: 'Seen and tried' };
const from = (disposition: Disposition, sources: Partial<Sources> = {}): Sources => ({
  binding: bindingOf('a', disposition),
  checks: [],
  children: [],
  at: NOW,
  ...sources,
});
const child = (state: ResultState): LineResult => ({ lineId: 'c', state, summary: '', checks: [] });
const bound = (count: number): BoundCheck[] => Array.from({ length: count }, () => ({ kind: 'http', params: {} }));

describe('a line decided by checks', () => {
  test.each<[string, CheckState[], ResultState]>([
    ['passes when all pass', ['pass', 'pass'], 'pass'],
    ['warns when one only warns', ['pass', 'warn'], 'warn'],
    ['is stale when one is', ['pass', 'stale', 'warn'], 'stale'],
    ['is unreachable rather than stale', ['stale', 'unreachable', 'pass'], 'unreachable'],
    ['is an error when nobody knows', ['pass', 'error', 'unreachable'], 'error'],
    ['fails when one is known to fail, whatever else is unknown', ['error', 'fail', 'pass'], 'fail'],
  ])('%s', (_, states, expected) => {
    expect(combineChecks(bound(states.length), { checks: states.map((state) => resultOf(state)), at: NOW }, false).state).toBe(expected);
  });

  test.each<[string, CheckState[], ResultState]>([
    ['one that passes is enough', ['fail', 'pass'], 'pass'],
    ['the mildest counts when none passes', ['fail', 'unreachable'], 'unreachable'],
    ['an unknown one is not one that passes', ['error', 'error'], 'error'],
  ])('of which one must pass: %s', (_, states, expected) => {
    expect(combineChecks(bound(states.length), { checks: states.map((state) => resultOf(state)), at: NOW }, true).state).toBe(expected);
  });

  test('never passes for want of checks, of results, of the right results, or of known states', () => {
    const of = (checks: readonly CheckResult[], count = 1) => combineChecks(bound(count), { checks, at: NOW }, false).state;
    expect(of([], 0)).toBe('fail');
    expect(combineChecks([], { checks: [], at: NOW }, true).state).toBe('fail');
    expect(of([])).toBe('error');
    expect(of([resultOf('pass')], 2)).toBe('error');
    expect(of([resultOf('pass'), resultOf('pass')])).toBe('error');
    expect(of([resultOf('pass', { kind: 'tls' })])).toBe('error');
    expect(of([resultOf('splendid' as CheckState)])).toBe('error');
  });

  test('is stale once its time has passed, when its time lies ahead or cannot be read; a fail stays one', () => {
    const at = (checks: CheckResult[], now: number, ttlMs?: number) =>
      combineChecks([{ kind: 'http', params: {}, ...(ttlMs !== undefined && { ttlMs }) }], { checks, at: now }, false);
    const pass = [resultOf('pass')];
    expect(at(pass, NOW + DEFAULT_TTL_MS - 1)).toMatchObject({ state: 'pass', validUntil: isoAt(NOW + DEFAULT_TTL_MS) });
    expect(at(pass, NOW + DEFAULT_TTL_MS).state).toBe('stale');
    expect(at(pass, NOW + 60_000, 60_000).state).toBe('stale');
    expect(at(pass, NOW, Number.NaN).state).toBe('stale');
    expect(at(pass, NOW - 10 * 60_000).state).toBe('stale');
    expect(at([resultOf('pass', { startedAt: 'yesterday' })], NOW).state).toBe('stale');
    expect(at([resultOf('fail')], NOW + 10 * DEFAULT_TTL_MS).state).toBe('fail');
  });

  test('holds as long as the first of its results that ends', () => {
    const checks = [{ ...bound(1)[0]!, ttlMs: 60_000 }, ...bound(1)];
    const found = combineChecks(checks, { checks: [resultOf('pass'), resultOf('pass')], at: NOW }, false);
    expect(found.validUntil).toBe(isoAt(NOW + 60_000));
  });
});

describe('a line decided by people', () => {
  test('waits for the signature and passes with it', () => {
    expect(combine(from({ kind: 'attested', role: 'QA Lead' }))).toMatchObject({ state: 'awaiting_sign_off' });
    expect(combine(from({ kind: 'attested', role: 'QA Lead' }, { signOff: word }))).toMatchObject({ state: 'pass' });
    expect(combine(from({ kind: 'attested', role: '____' }, { signOff: word }))).toMatchObject({ state: 'fail' });
  });

  test.each<[CheckState, boolean, ResultState]>([
    ['pass', true, 'pass'],
    ['pass', false, 'awaiting_sign_off'],
    ['unreachable', true, 'warn'],
    ['unreachable', false, 'unreachable'],
    ['fail', true, 'fail'],
    ['error', true, 'error'],
    ['stale', true, 'stale'],
  ])('outside our reach, with a probe that is %s and signed: %s, it is %s', (probe, signed, expected) => {
    const disposition: Disposition = { kind: 'outside', role: 'DevOps', checks: bound(1) };
    expect(combine(from(disposition, { checks: [resultOf(probe)], signOff: signed ? word : undefined })).state).toBe(expected);
  });

  test('a signature does not outweigh a check', () => {
    expect(combine(from(checked(), { checks: [resultOf('fail')], signOff: word })).state).toBe('fail');
  });

  test('a waiver stands beside what was found, hides no pass, and is never one', () => {
    const waiver = { ...word, until: isoAt(NOW + 1) };
    const failing = combine(from(checked(), { checks: [resultOf('fail')], waiver }));
    expect(failing).toMatchObject({ state: 'waived', summary: expect.stringContaining('fail: It is fail.') as string });
    expect(combine(from(checked(), { checks: [resultOf('pass')], waiver })).state).toBe('pass');
  });

  test('a waiver of the file ends on its day; without a name, a reason or a day it is none', () => {
    const waived = { kind: 'waived', reason: 'Arrives with the next release', by: 'Ada', until: '2026-01-05' } as const;
    expect(combine(from(waived)).state).toBe('waived');
    expect(combine(from(waived, { at: Date.UTC(2026, 0, 6) })).state).toBe('fail');
    expect(combine(from({ ...waived, until: 'some day' })).state).toBe('fail');
    expect(combine(from({ ...waived, by: 'TBD' })).state).toBe('fail');
    const confirmedAt = (at: string) => from(waived, { binding: bindingOf('a', waived, { confirmed: { by: 'Grace', at } }) });
    expect(combine(confirmedAt('2025-11-01'))).toMatchObject({ state: 'waived', validUntil: '2026-01-05T23:59:59.999Z' });
    expect(combine(confirmedAt('2025-10-01')), 'it was confirmed more than 90 days ago').toMatchObject({ state: 'fail' });
    expect(combine({ ...confirmedAt('2025-10-01'), maxWaiverDays: 120 }).state).toBe('waived');
    expect(combine(confirmedAt('2026-01-06')).state).toBe('waived');
    expect(combine(confirmedAt('2026-01-08')).state, 'its confirmation lies ahead').toBe('fail');
    expect(combine(confirmedAt('one day')).state).toBe('fail');
    expect(combine(from({ kind: 'not_applicable', reason: '', by: 'Ada' })).state).toBe('fail');
    expect(combine(from({ kind: 'not_applicable', reason: 'No such broker here', by: 'Ada' })).state).toBe('not_applicable');
  });
});

describe('a line derived from others', () => {
  test.each<[string, ResultState[], ResultState]>([
    ['fails without any', [], 'fail'],
    ['passes when all do', ['pass', 'pass'], 'pass'],
    ['leaves out what does not apply', ['pass', 'not_applicable'], 'pass'],
    ['does not apply when none does', ['not_applicable'], 'not_applicable'],
    ['is waived when the worst is', ['pass', 'waived'], 'waived'],
    ['waits when one waits', ['waived', 'awaiting_sign_off', 'warn'], 'awaiting_sign_off'],
    ['fails when one does', ['pass', 'fail', 'error'], 'fail'],
    ['is an error when a state is unknown', ['pass', 'fine' as ResultState], 'error'],
  ])('%s', (_, states, expected) => {
    expect(combine(from({ kind: 'derived' }, { children: states.map(child) })).state).toBe(expected);
  });
});

describe('a line that asks for what cannot be met', () => {
  const objections = [{ state: 'error', summary: '“> 100%” cannot be met by anything.' }] as const;

  test('is an error whatever decides it, unless it fails or somebody puts it aside', () => {
    const pass = { checks: [resultOf('pass')], signOff: word, children: [child('pass')], objections };
    const dispositions: Disposition[] = [
      checked(),
      { kind: 'attested', role: 'QA' },
      { kind: 'derived' },
      { kind: 'outside', role: 'QA', checks: bound(1) },
    ];
    for (const disposition of dispositions)
      expect(combine(from(disposition, pass))).toMatchObject({ state: 'error', summary: expect.stringContaining('100%') as string });
    expect(combine(from(checked(), { ...pass, checks: [resultOf('fail')] })).state).toBe('fail');
    expect(combine(from(checked(), { ...pass, waiver: word })).state).toBe('waived');
    expect(combine(from({ kind: 'not_applicable', reason: 'No such broker here', by: 'Ada' }, pass)).state).toBe('not_applicable');
  });
});

test('a line without a confirmed binding fails and says why', () => {
  expect(
    combine({ ...from(checked(), { checks: [resultOf('pass')], signOff: word }), binding: { missing: 'Nobody has confirmed it.' } }),
  ).toEqual({
    state: 'fail',
    summary: 'Nobody has confirmed it.',
  });
});

const anyCheck = fc.record({
  state: fc.constantFrom(...CHECK_STATES, 'fine' as CheckState),
  age: fc.constantFrom(-3_600_000, 0, 1_000, DEFAULT_TTL_MS, 10 * DEFAULT_TTL_MS),
  missing: fc.boolean(),
});
type AnyCheck = { state: CheckState; age: number; missing: boolean };
const isGood = ({ state, age, missing }: AnyCheck) => state === 'pass' && age >= 0 && age < DEFAULT_TTL_MS && !missing;
const resultsOf = (all: readonly AnyCheck[]): CheckResult[] => {
  const end = all.findIndex(({ missing }) => missing);
  return all.slice(0, end < 0 ? all.length : end).map(({ state, age }) => resultOf(state, { startedAt: isoAt(NOW - age) }));
};
const anyWord = fc.option(fc.constant(word), { nil: undefined });

describe('for every combination', () => {
  test('nothing that is not a pass, unknown, missing or too old ever gives a pass', () => {
    fc.assert(
      fc.property(fc.array(anyCheck, { maxLength: 5 }), anyWord, anyWord, (all, signOff, waiver) => {
        const { state } = combine(from({ kind: 'checked', checks: bound(all.length) }, { checks: resultsOf(all), signOff, waiver }));
        expect(state === 'pass').toBe(all.length > 0 && all.every(isGood));
      }),
    );
  });

  test('where one check is enough, what is unknown counts for no more than a fail', () => {
    fc.assert(
      fc.property(fc.array(anyCheck, { minLength: 1, maxLength: 5 }), (all) => {
        const anyOf = (some: readonly AnyCheck[]) => combineChecks(bound(some.length), { checks: resultsOf(some), at: NOW }, true).state;
        const worst = all.map((one) => (isGood(one) ? one : { state: 'fail' as const, age: 0, missing: one.missing }));
        expect(anyOf(all) === 'pass').toBe(anyOf(worst) === 'pass');
      }),
    );
  });

  test('adding a check, a signature or a waiver never turns a required check that fails into a pass', () => {
    fc.assert(
      fc.property(
        fc.array(anyCheck, { maxLength: 4 }),
        fc.array(anyCheck, { maxLength: 4 }),
        anyWord,
        anyWord,
        (before, after, signOff, waiver) => {
          const all = [...before, { state: 'fail' as const, age: 0, missing: false }, ...after];
          for (const kind of ['checked', 'outside'] as const) {
            const disposition: Disposition = { kind, checks: bound(all.length), role: 'QA' };
            const { state } = combine(from(disposition, { checks: resultsOf(all), signOff, waiver }));
            expect(state).not.toBe('pass');
          }
        },
      ),
    );
  });

  test('of every disposition, a pass has a pass or a signature under it', () => {
    const anyChild = fc.constantFrom(...RESULT_STATES, 'fine' as ResultState).map(child);
    fc.assert(
      fc.property(
        fc.constantFrom<Disposition['kind']>('checked', 'attested', 'derived', 'outside', 'not_applicable', 'waived'),
        fc.array(anyCheck, { maxLength: 3 }),
        fc.array(anyChild, { maxLength: 3 }),
        fc.tuple(anyWord, anyWord, anyWord),
        (kind, all, children, [signOff, waiver, notApplicable]) => {
          const fields = { checks: bound(all.length), role: 'QA', reason: 'For a reason', by: 'Ada', until: '2027-01-01' };
          const sources = from({ kind, ...fields } as Disposition, { checks: resultsOf(all), children, signOff, waiver, notApplicable });
          if (combine(sources).state !== 'pass') return;
          const checksPass = all.length > 0 && all.every(isGood);
          const childrenPass = children.some(({ state }) => state === 'pass') && children.every(({ state }) => harmOf(state) <= 1);
          expect({ checked: checksPass, attested: Boolean(signOff), derived: childrenPass, outside: Boolean(signOff) }).toMatchObject({
            [kind]: true,
          });
          if (kind === 'outside') expect(all.every(isGood)).toBe(true);
          expect(notApplicable).toBeUndefined();
        },
      ),
    );
  });
});
