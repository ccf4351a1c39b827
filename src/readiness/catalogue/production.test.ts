import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { linesOf } from '../binding/claims.ts';
import { lintBindings } from '../binding/lint-bindings.ts';
import { readChecklist } from '../checklist/read-checklist.ts';
import { catalogueBindings } from '../../../test/support/seeds.ts';
import { THEMES } from './themes.ts';

const source = readFileSync(fileURLToPath(new URL('./production.md', import.meta.url)));
const checklist = readChecklist(source, 'production.md');
const { bindings } = catalogueBindings('production');

test("each line of the product's own checklist is decided exactly once, by checks that exist, and confirmed", () => {
  expect(lintBindings(checklist, bindings, Date.now())).toEqual([]);
  expect(bindings.bindings).toHaveLength(linesOf(checklist).length);
});

test('it covers every theme', () => {
  const covered = new Set(bindings.bindings.map(({ theme }) => theme));
  expect(THEMES.filter(({ id }) => !covered.has(id)).map(({ id }) => id)).toEqual([]);
});

test('it is read without anything that is not understood, with tiers, triggers and roles', () => {
  expect(checklist.notUnderstood).toEqual([]);
  const tiers = new Set(checklist.items.map(({ tier }) => tier));
  expect([...tiers]).toEqual(expect.arrayContaining(['critical', 'high', 'medium']));
  expect(checklist.criteria.filter(({ polarity }) => polarity === 'bad_when_true').length).toBeGreaterThanOrEqual(8);
  expect(checklist.signOffs.map(({ role }) => role)).toEqual(expect.arrayContaining(['Technical Lead', 'Compliance Officer']));
});

test('nothing in it is ruled out or waived', () => {
  const kinds = new Set(bindings.bindings.map(({ disposition }) => disposition.kind));
  expect([...kinds].sort()).toEqual(['attested', 'checked', 'outside']);
});
