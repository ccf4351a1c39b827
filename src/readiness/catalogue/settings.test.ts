import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { BoundCheck, Disposition } from '../binding/binding.ts';
import { readSettings } from '../check/settings.ts';
import { sqlRefusal } from '../check/sql-text.ts';
import { RUN_KEYS } from '../run/settings.ts';
import { catalogueBindings } from '../../../test/support/seeds.ts';

const path = fileURLToPath(new URL('./readiness.yaml', import.meta.url));
const settings = readSettings(readFileSync(path, 'utf8'), '/srv/rialto', RUN_KEYS);
const files = ['production', ...[0, 1, 2, 3, 4].map((at) => `seeds/seed-${at}`)];
const checksOf = (disposition: Disposition) => ('checks' in disposition ? (disposition.checks ?? []) : []);
const checks: readonly BoundCheck[] = files.flatMap((file) =>
  catalogueBindings(file).bindings.bindings.flatMap(({ disposition }) => checksOf(disposition)),
);

const missing = (names: readonly unknown[], known: readonly string[]) =>
  [...new Set(names)].filter((name) => !known.includes(String(name)));

test('the example of settings names every target that a check of the catalogue asks', () => {
  const targets = checks.flatMap(({ params }) => [params['target'], params['control'], params['anonymousRefusedAt']]);
  const asked = targets.filter((name) => name !== undefined);
  expect(asked.length).toBeGreaterThan(500);
  expect(missing(asked, Object.keys(settings.targets))).toEqual([]);
});

test('and every command that one runs, every setting that one reads, every host that one sweeps', () => {
  const of = (kind: string, name: string) => checks.filter((check) => check.kind === kind).flatMap(({ params }) => params[name] ?? []);
  expect(missing(of('command', 'command'), Object.keys(settings.commands))).toEqual([]);
  expect(missing([...of('env', 'names'), ...of('scenario', 'settings')], settings.names)).toEqual([]);
  expect(missing(of('port_sweep', 'host'), settings.sweep)).toEqual([]);
});

test('no statement of the catalogue is one that the check of databases would not send', () => {
  const statements = checks.filter(({ kind }) => kind === 'sql').map(({ params }) => String(params['query']));
  expect(statements.length).toBeGreaterThan(50);
  expect(statements.flatMap((query) => sqlRefusal(query) ?? [])).toEqual([]);
});
