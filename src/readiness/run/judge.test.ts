import { describe, expect, test } from 'vitest';
import { bindingOf, bindingsOf, checked, checklistOf, isoAt, itemOf, NOW, resultOf } from '../../../test/support/readiness.ts';
import type { Binding } from '../binding/binding.ts';
import type { Claim, Criterion, Item } from '../checklist/checklist.ts';
import { readChecklist } from '../checklist/read-checklist.ts';
import { DEFAULT_VALID_FOR, type ValidFor } from '../record/valid-for.ts';
import { judgeLines, NO_RECORDS } from './judge.ts';
import { signOffId, subjectsOf } from './lines.ts';
import type { CheckResult } from './result.ts';

function judge(items: readonly Item[], bindings: readonly Binding[], checks: Readonly<Record<string, readonly CheckResult[]>> = {}) {
  const checklist = checklistOf(items);
  const results = judgeLines({
    checklist,
    bindings: bindingsOf(...bindings),
    checks: new Map(Object.entries(checks)),
    records: NO_RECORDS,
    at: NOW,
  });
  return Object.fromEntries(results.map((result) => [result.lineId, result]));
}
const criterionOf = (id: string, fields: Partial<Criterion> = {}): Criterion => {
  const { checked: _, box: __, children: ___, hints: ____, ...line } = itemOf(id);
  return { ...line, kind: 'target', ...fields };
};

describe('lines that have to be judged', () => {
  test('are boxes, criteria and roles that sign, in the order of the document', () => {
    const place = { section: ['End'], filled: false };
    const signOffs = [
      { ...place, role: 'DevOps Lead', line: 9 },
      { ...place, role: 'DevOps Engineer', line: 10 },
      { ...place, role: 'QA Lead', line: 3 },
    ];
    const checklist = checklistOf([itemOf('a5'), itemOf('b2')], { criteria: [criterionOf('c4')], signOffs });
    // The place of QA is the box in its line.
    expect(subjectsOf(checklist).map(({ id, kind }) => `${kind} ${id}`)).toEqual([
      'item b2',
      'criterion c4',
      'item a5',
      'sign_off sign-off:devops',
    ]);
  });

  test('have criteria below them that name them as parent', () => {
    const checklist = checklistOf([itemOf('a0', { children: ['b1'] }), itemOf('b1', { parent: 'a0' })], {
      criteria: [criterionOf('c2', { parent: 'a0' })],
    });
    expect(subjectsOf(checklist)[0]!.children).toEqual(['b1', 'c2']);
  });

  test('tell roles apart in any script', () => {
    expect(signOffId('Engineering Manager')).toBe('sign-off:engineering-manager');
    expect(signOffId('Лид QA')).not.toBe(signOffId('Лид БД'));
    expect(signOffId('Лид QA')).toMatch(/^[A-Za-z0-9:._-]+$/);
  });
});

describe('a line', () => {
  test('passes by its confirmed binding only, and says what is missing', () => {
    const pass = { a0: [resultOf('pass')] };
    const { confirmed: _, ...suggested } = bindingOf('a0', checked());
    expect(judge([itemOf('a0')], [bindingOf('a0', checked())], pass)['a0']).toMatchObject({ state: 'pass' });
    for (const [bindings, why] of [
      [[], 'Nothing decides it: it has no binding.'],
      [[suggested], 'Nobody has confirmed what decides it.'],
      [[bindingOf('a0', checked()), bindingOf('a0', checked())], '2 bindings claim it.'],
      [
        [bindingOf('a0', checked(), { confirmed: { by: '____', at: isoAt(NOW) } })],
        'Nobody has confirmed with their name what decides it.',
      ],
    ] as const)
      expect(judge([itemOf('a0')], bindings, pass)['a0']).toMatchObject({ state: 'fail', summary: why });
  });

  test('holds what a check found no longer than the settings let a signature hold, whatever its binding says', () => {
    const DAY_MS = 86_400_000;
    const disposition = { kind: 'checked', checks: [{ kind: 'http', params: {}, ttlMs: 366 * DAY_MS }] } as const;
    const ended = (tier: 'critical' | 'low', validFor?: Partial<ValidFor>, defaultTtlMs?: number) =>
      judgeLines({
        checklist: checklistOf([itemOf('a0', { tier })]),
        bindings: bindingsOf(bindingOf('a0', disposition)),
        checks: new Map([['a0', [resultOf('pass')]]]),
        records: NO_RECORDS,
        at: NOW,
        ...(validFor && { validFor: { ...DEFAULT_VALID_FOR, ...validFor } }),
        ...(defaultTtlMs !== undefined && { defaultTtlMs }),
      })[0]!.validUntil;
    const at = (days: number): string => isoAt(Date.parse(resultOf('pass').startedAt) + days * DAY_MS);
    expect(ended('low')).toBe(at(90));
    expect(ended('low', { signed: 365 * DAY_MS })).toBe(at(365));
    expect(ended('low', { signed: 5 * DAY_MS })).toBe(at(5));
    expect([ended('critical', { tiers: { critical: 7 * DAY_MS } }), ended('low', { tiers: { critical: 7 * DAY_MS } })]).toEqual([
      at(7),
      at(90),
    ]);
    // What the settings say themselves of results holds.
    expect(ended('low', { signed: DAY_MS / 2 }, 2 * DAY_MS)).toBe(at(2));
  });

  test('is known by the identity that it had when it was bound', () => {
    const bindings = [bindingOf('newer', checked(), { aliases: ['a0'] })];
    expect(judge([itemOf('a0')], bindings, { a0: [resultOf('pass')] })['a0']).toMatchObject({ state: 'pass' });
  });

  test('follows from the lines below it, over all depths', () => {
    const items = Array.from({ length: 60 }, (_, at) => itemOf(`a${at}`, { children: at < 59 ? [`a${at + 1}`] : [] }));
    const bindings = items.map(({ id }, at) => bindingOf(id, at < 59 ? { kind: 'derived' } : checked()));
    expect(judge(items, bindings, { a59: [resultOf('pass')] })['a0']).toMatchObject({ state: 'pass' });
    expect(judge(items, bindings, { a59: [resultOf('unreachable')] })['a0']).toMatchObject({ state: 'unreachable' });
  });

  test('that the document contradicts is an error, and no other', () => {
    const checklist = readChecklist(Buffer.from('- [ ] Memory below 512 MB\n- [ ] Memory at least 2 GB\n- [ ] Answers\n'), 'test.md');
    const ids = checklist.items.map(({ id }) => id);
    const bindings = bindingsOf(...ids.map((id) => bindingOf(id, checked())));
    const checks = new Map(ids.map((id) => [id, [resultOf('pass')]]));
    const results = judgeLines({ checklist, bindings, checks, records: NO_RECORDS, at: NOW });
    expect(results.map(({ state }) => state)).toEqual(['error', 'error', 'pass']);
    expect(results[0]!.summary).toContain('in line 2; both cannot be met');
  });

  test('that is below itself, or below which a line is missing, never passes', () => {
    const derived = { kind: 'derived' } as const;
    const circle = [itemOf('a0', { children: ['b1'] }), itemOf('b1', { children: ['a0'] })];
    expect(judge(circle, [bindingOf('a0', derived), bindingOf('b1', derived)])['a0']).toMatchObject({ state: 'error' });
    const gap = [itemOf('a0', { children: ['gone'] })];
    expect(judge(gap, [bindingOf('a0', derived)])['a0']).toMatchObject({ state: 'error' });
  });
});

describe('what the author claims', () => {
  const claimOf = (item: Partial<Item>, check: Partial<CheckResult> & { state: CheckResult['state'] }) =>
    judge([itemOf('a0', item)], [bindingOf('a0', checked())], { a0: [resultOf(check.state, check)] })['a0']!.claim;
  const claim = (value: number, unit: string): Claim => ({ value, unit, text: `current: ${value}${unit}` });
  const measured = (value: number, unit: string) => ({ state: 'pass' as const, measurements: [{ name: 'coverage', value, unit }] });

  test('by a tick agrees only when the line passes; on a line that tells of something bad, when it has happened', () => {
    expect(claimOf({ checked: true }, { state: 'pass' })).toMatchObject({ agrees: true });
    expect(claimOf({ checked: true }, { state: 'error' })).toMatchObject({ agrees: false, found: 'error' });
    expect(claimOf({ checked: true, polarity: 'bad_when_true' }, { state: 'pass' })).toMatchObject({ agrees: false });
    expect(claimOf({ checked: true, polarity: 'bad_when_true' }, { state: 'fail' })).toMatchObject({ agrees: true });
    expect(claimOf({}, { state: 'fail' })).toBeUndefined();
  });

  test.each<[number, string, number, string, boolean]>([
    [90.4, '%', 90.41, '%', true],
    [90.4, '%', 90.2, '%', false],
    [90, '%', 90.4, '%', true],
    [2, 's', 1_950, 'ms', true],
    [2, 's', 1_400, 'ms', false],
  ])('by %d %s against %d %s measured agrees: %s', (value, unit, found, foundUnit, agrees) => {
    expect(claimOf({ claims: [claim(value, unit)] }, measured(found, foundUnit))).toMatchObject({ agrees });
  });

  test('by a number that nothing measured is not confirmed', () => {
    expect(claimOf({ claims: [claim(90.4, '%')] }, measured(90.4, 'ms'))).toMatchObject({ agrees: false });
    expect(claimOf({ claims: [claim(90.4, '%')] }, { state: 'pass' })).toMatchObject({ agrees: false });
  });

  test('never makes a line pass', () => {
    const ticked = itemOf('a0', { checked: true, claims: [claim(100, '%')] });
    expect(judge([ticked], [])['a0']).toMatchObject({ state: 'fail' });
  });
});
