import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Checklist, Criterion } from '../checklist/checklist.ts';
import { readChecklist } from '../checklist/read-checklist.ts';
import type { Binding, Bindings, Disposition } from './binding.ts';
import { boxed, checklistOf } from './binding.fixture.ts';
import { fingerprintOf, likeness } from './fingerprint.ts';
import { bindingsInForce, lintBindings } from './lint-bindings.ts';
import { endOf } from './waiver-end.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const confirmed = { by: 'Mary', at: '2026-11-22' };
const attested: Disposition = { kind: 'attested', role: 'Harbour Master' };
const bound = (line: string, more: Partial<Binding> = {}): Binding => ({ line, disposition: attested, confirmed, ...more });
const fileOf = (...bindings: Binding[]): Bindings => ({ version: 1, checklist: 'harbour', bindings });
const kindsOf = (checklist: Parameters<typeof lintBindings>[0], bindings: Bindings) =>
  lintBindings(checklist, bindings, NOW).map(({ kind, lineId }) => [kind, lineId]);

const two = checklistOf([boxed('a', 'Lamps are lit'), boxed('b', 'Ropes are dry')]);

test('a checklist whose every line is bound once and confirmed has no findings', () => {
  expect(lintBindings(two, fileOf(bound('a'), bound('b')), NOW)).toEqual([]);
});

test('a line that nothing decides, and one that two bindings decide, are named, and neither is in force', () => {
  const bindings = fileOf(bound('b'), bound('b'));
  expect(kindsOf(two, bindings)).toEqual([
    ['unbound', 'a'],
    ['bound_twice', 'b'],
  ]);
  expect(bindingsInForce(two, bindings).size).toBe(0);
});

test('criteria without a box are lines like any other', () => {
  const { checked: _, box: __, children: ___, hints: ____, ...line } = boxed('c', 'Waves below a metre');
  const criterion: Criterion = { ...line, kind: 'target' };
  expect(kindsOf(checklistOf([], [criterion]), fileOf())).toEqual([['unbound', 'c']]);
});

test('what nobody confirmed is named and decides nothing', () => {
  const { confirmed: _, ...suggested } = bound('a');
  const bindings = fileOf(suggested, bound('b'));
  expect(kindsOf(two, bindings)).toEqual([['unconfirmed', 'a']]);
  expect([...bindingsInForce(two, bindings).keys()]).toEqual(['b']);
});

test('lines that contradict in the document are named', () => {
  const findings = [
    { line: 1, kind: 'contradiction', text: '“> 100%” cannot be met by anything.' },
    { line: 1, kind: 'duplicate', text: 'It stands there already.' },
  ];
  expect(kindsOf({ ...two, findings }, fileOf(bound('a'), bound('b')))).toEqual([['contradiction', 'a']]);
});

test('a number that no check of its line holds is named, unless somebody says how it is held', () => {
  const [line] = readChecklist(Buffer.from('- [ ] Coverage ≥ 80%\n'), 'harbour.md').items;
  const coverage = (lines: number): Disposition => ({ kind: 'checked', checks: [{ kind: 'coverage', params: { min: { lines } } }] });
  const kinds = (disposition: Disposition, more: Partial<Binding> = {}) =>
    kindsOf(checklistOf([line!]), fileOf(bound(line!.id, { disposition, ...more }))).map(([kind]) => kind);
  expect(kinds(coverage(80))).toEqual([]);
  expect(kinds(coverage(50))).toEqual(['demand_not_checked']);
  expect(kinds(coverage(50), { holdsDemand: 'TBD' })).toEqual(['demand_not_checked']);
  expect(kinds(coverage(50), { holdsDemand: 'The tool ends with an error below 80 %.' })).toEqual([]);
  expect(kinds(attested)).toEqual([]);
});

test('derived needs lines below', () => {
  const derived = bound('a', { disposition: { kind: 'derived' } });
  expect(kindsOf(two, fileOf(derived, bound('b')))).toEqual([['derived_without_children', 'a']]);
  const nested = checklistOf([boxed('a', 'Lamps', { children: ['b'] }), boxed('b', 'Port lamp', { parent: 'a' })]);
  expect(kindsOf(nested, fileOf(derived, bound('b')))).toEqual([]);
});

test('a waiver ends with its day', () => {
  const waived = (until: string) => bound('a', { disposition: { kind: 'waived', reason: 'late', by: 'John', until } });
  expect(kindsOf(two, fileOf(waived('2026-11-21'), bound('b')))).toEqual([['waiver_expired', 'a']]);
  expect(kindsOf(two, fileOf(waived('2026-11-22'), bound('b')))).toEqual([]);
  expect(kindsOf(two, fileOf(waived('2026-11-22T11:59:59Z'), bound('b')))).toEqual([['waiver_expired', 'a']]);
  expect(kindsOf(two, fileOf(waived('2027-02-20'), bound('b')))).toEqual([]);
  expect(kindsOf(two, fileOf(waived('2027-02-21'), bound('b')))).toEqual([['waiver_too_long', 'a']]);
  expect(kindsOf(two, fileOf(waived('2099-12-31'), bound('b')))).toEqual([['waiver_too_long', 'a']]);
  expect(endOf('2026-11-22')).toBe(Date.parse('2026-11-23T00:00:00Z') - 1);
});

test('the binding of an edited line is named with the line that it became', () => {
  const before = 'All lamps of the north pier are lit before dusk';
  const edited = checklistOf([
    boxed('new', 'All lamps of the north pier must be lit an hour before dusk'),
    boxed('other', 'Ropes are dry'),
  ]);
  const bindings = fileOf(bound('old', { print: fingerprintOf(before) }));
  const absent = lintBindings(edited, bindings, NOW).find(({ kind }) => kind === 'absent');
  expect(absent?.proposal).toMatchObject({ lineId: 'new', title: 'All lamps of the north pier must be lit an hour before dusk' });
});

test('a binding whose line is gone for good proposes nothing', () => {
  const bindings = fileOf(bound('a'), bound('b'), bound('gone', { print: fingerprintOf('Nothing of the kind stands here') }));
  const [finding] = lintBindings(two, bindings, NOW);
  expect(finding).toMatchObject({ kind: 'absent', lineId: 'gone' });
  expect(finding!.proposal).toBeUndefined();
});

test('an earlier identity still finds its binding, as long as the document is that old', () => {
  const bindings = fileOf(bound('newer', { aliases: ['a'] }), bound('b'));
  expect(kindsOf(two, bindings)).toEqual([]);
  expect(bindingsInForce(two, bindings).get('a')?.line).toBe('newer');
});

test('bindings none of which is of this checklist are told as those of another', () => {
  expect(kindsOf(checklistOf([boxed('x', 'Nets are mended')]), fileOf(bound('a'))).map(([kind]) => kind)).toEqual([
    'other_checklist',
    'unbound',
    'absent',
  ]);
});

test('a line that may be lost is found, a sentence that speaks of boxes is not', () => {
  const notUnderstood = [
    { line: 7, kind: 'box', text: 'A box was not read.' },
    { line: 9, kind: 'mention', text: 'A legend.' },
  ];
  const [only, ...more] = lintBindings({ ...two, notUnderstood }, fileOf(bound('a'), bound('b')), NOW);
  expect([only, more]).toEqual([{ kind: 'not_understood', line: 7, text: 'A box was not read.' }, []]);
});

test('fingerprints of the same words are the same in any order, and of other words are far apart', () => {
  expect(fingerprintOf('lamps, lit!')).toBe(fingerprintOf('LIT lamps'));
  expect(likeness(fingerprintOf('Backups are encrypted'), fingerprintOf('Ropes stay dry in the shed'))).toBeLessThan(0.35);
  expect(likeness(fingerprintOf(''), fingerprintOf(''))).toBe(0);
});

test('whatever stands in the file, a line is in force only by one confirmed binding, and lint is silent only when all lines are', () => {
  const id = fc.constantFrom<string>('a', 'b', 'c', 'd');
  const binding = fc.record(
    {
      line: id,
      aliases: fc.array(id, { minLength: 1, maxLength: 2 }),
      confirmed: fc.constant(confirmed),
      disposition: fc.constant(attested),
    },
    { requiredKeys: ['line', 'disposition'] },
  );
  fc.assert(
    fc.property(fc.array(binding, { maxLength: 5 }), (bindings) => {
      const file = fileOf(...bindings);
      const inForce = bindingsInForce(two, file);
      for (const [lineId, decided] of inForce) {
        expect(decided.confirmed).toBeDefined();
        const named = bindings.filter(
          ({ line, aliases = [] }) => line === lineId || (!['a', 'b'].includes(line) && aliases.includes(lineId)),
        );
        expect(named).toContain(decided);
      }
      const findings = lintBindings(two, file, NOW);
      const open = ['a', 'b'].filter((lineId) => !inForce.has(lineId));
      expect(open.every((lineId) => findings.some((finding) => finding.lineId === lineId))).toBe(true);
      if (findings.length === 0) expect(inForce.size).toBe(2);
    }),
  );
});

describe('a line that was written anew behind its bold beginning', () => {
  const read = (...lines: string[]) => readChecklist(Buffer.from(`# R\n${lines.map((line) => `- [ ] ${line}\n`).join('')}`), 'r.md');
  const boundTo = (checklist: Checklist): Bindings => ({
    version: 1,
    checklist: 'r',
    bindings: checklist.items.map(({ id, text }) => ({
      line: id,
      print: fingerprintOf(text),
      disposition: { kind: 'attested', role: text },
      confirmed: { by: 'Mary', at: '2026-11-22' },
    })),
  });

  test('is decided by nothing until it is confirmed anew, and that is told', () => {
    const bindings = boundTo(read('**Backups**: a dump lies in the folder'));
    const now = read('**Backups**: restored by the auditor last week, encrypted, in another region');
    expect(lintBindings(now, bindings, NOW).map(({ kind }) => kind)).toEqual(['rewritten']);
    expect(bindingsInForce(now, bindings).size).toBe(0);
    const touched = read('**Backups**: one dump lies in the folder');
    expect(lintBindings(touched, bindings, NOW)).toEqual([]);
    expect(bindingsInForce(touched, bindings).size).toBe(1);
  });

  test('or was put above others of the same beginning takes no check of theirs; what they were bound to is suggested', () => {
    const [disk, ledger] = ['**Alert**: disk is nearly full', '**Alert**: ledger does not balance'];
    const bindings = boundTo(read(disk!, ledger!));
    const now = read('**Alert**: certificate ends soon', disk!, ledger!);
    expect(bindingsInForce(now, bindings).size).toBe(0);
    expect(lintBindings(now, bindings, NOW).map(({ kind, proposal }) => [kind, proposal?.line])).toEqual([
      ['rewritten', 3],
      ['rewritten', 4],
      ['unbound', undefined],
    ]);
  });
});
