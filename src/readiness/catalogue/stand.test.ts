import { expect, test } from 'vitest';
import { boxed, checklistOf } from '../binding/binding.fixture.ts';
import type { Bindings } from '../binding/binding.ts';
import { fingerprintOf } from '../binding/fingerprint.ts';
import { examineBindings } from '../binding/read-bindings.ts';
import { changeBindings, emptyBindings } from '../binding/write-bindings.ts';
import { kinds } from '../../../test/support/seeds.ts';
import { confirm, standOf } from './stand.ts';
import { suggestThemes } from './suggest.ts';
import { THEMES, themeOf } from './themes.ts';
import { checksFor } from './propose.ts';

const none: Bindings = { version: 1, checklist: 'harbour', bindings: [] };
const NOW = Date.parse('2026-11-22T12:00:00Z');
const by = { by: 'Mary', at: '2026-11-22' };
const SYSTEM = { targets: { gate: 'https://gate.harbour.example', crane: undefined }, services: [] };
const harbour = checklistOf([
  boxed('a1', 'The gate answers at /health/ready'),
  boxed('a2', 'Nightly backups are encrypted and kept elsewhere'),
  boxed('b1', 'The office has a new coffee machine'),
  boxed('c1', 'Cranes', { children: ['c2'] }),
  boxed('c2', 'Certificate of the crane server is valid for 30 days', { parent: 'c1' }),
]);

test('an unbound line is proposed a theme, checks with what it says, and the reason', () => {
  const [gate, backups, coffee, cranes] = standOf(harbour, none, NOW).lines;
  expect(gate!.proposal!.binding).toMatchObject({ theme: 'S1', disposition: { kind: 'checked' } });
  expect(JSON.stringify(gate!.proposal!.binding.disposition)).toContain('/health/ready');
  expect(gate!.proposal!.themes[0]).toMatchObject({ reason: expect.stringContaining('health') });
  expect(backups!.proposal!.binding.theme).toBe('B2');
  expect(coffee!.proposal!.binding.disposition.kind).toBe('attested');
  expect(cranes!.proposal!.binding.disposition).toEqual({ kind: 'derived' });
});

test('a proposal decides nothing until somebody confirms it', () => {
  const stand = standOf(harbour, none, NOW);
  expect(stand.lines.every(({ state }) => state === 'unbound')).toBe(true);
  expect(stand.findings.filter(({ kind }) => kind === 'unbound')).toHaveLength(5);
});

test('what is confirmed is bound, by whom and when, and the file that it makes is sound', () => {
  const text = changeBindings(emptyBindings('harbour'), confirm(standOf(harbour, none, NOW, SYSTEM), { ids: ['a1', 'c1'], ...by }));
  const { bindings, problems } = examineBindings(text, kinds);
  expect(problems).toEqual([]);
  const after = standOf(harbour, bindings!, NOW);
  expect(after.lines.filter(({ state }) => state === 'bound').map(({ line }) => line.id)).toEqual(['a1', 'c1']);
  expect(bindings!.bindings[0]!.confirmed).toEqual(by);
});

test('all lines of a theme are confirmed at once', () => {
  const changes = confirm(standOf(harbour, none, NOW, SYSTEM), { theme: 'T1', ...by });
  expect(changes.map((change) => change.kind === 'put' && change.binding.line)).toEqual(['c2']);
});

test('a beginning that two lines share, an unknown line and a line that is bound are refused by name', () => {
  const stand = standOf(harbour, none, NOW);
  expect(() => confirm(stand, { ids: ['a'], ...by })).toThrow(/2 lines have/);
  expect(() => confirm(stand, { ids: ['zz'], ...by })).toThrow(/No line has/);
  expect(() => confirm(stand, { theme: 'G1', ...by })).toThrow(/None of these lines/);
});

test('confirming a line that an absent binding became carries the binding over', () => {
  const before: Bindings = {
    ...none,
    bindings: [
      { line: 'old', print: fingerprintOf('Nightly backups are encrypted and stored elsewhere'), disposition: { kind: 'derived' } },
    ],
  };
  const [change] = confirm(standOf(harbour, before, NOW), { ids: ['a2'], ...by });
  expect(change).toMatchObject({ kind: 'alias', from: 'old', to: 'a2' });
});

test('there are 123 themes, each with phrases and its own id', () => {
  expect(THEMES).toHaveLength(123);
  expect(new Set(THEMES.map(({ id }) => id)).size).toBe(123);
  expect(themeOf('P1')?.class).toBe('B');
  expect(themeOf('nothing')).toBeUndefined();
});

test('each theme is found by its own first phrase, among the first three', () => {
  const lost = THEMES.filter((theme) => {
    const line = boxed('x', theme.phrases.slice(0, 3).join(', '));
    return !suggestThemes({ line }).some(({ theme: found }) => found.id === theme.id);
  });
  expect(lost.map(({ id }) => id)).toEqual([]);
});

test('the checks that a theme means are of known kinds with parameters that fit, for any of its phrases', () => {
  for (const theme of THEMES)
    for (const phrase of theme.phrases)
      for (const { kind, params } of checksFor(theme, { line: boxed('x', phrase) })) {
        const text = `version: 1\nchecklist: x\nbindings:\n  - { line: a, disposition: { kind: checked, checks: [{ kind: ${kind}, params: ${JSON.stringify(params)} }] } }\n`;
        expect(examineBindings(text, kinds).problems, `${theme.id}: ${phrase}`).toEqual([]);
      }
});
