import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { arrowsCheck, type Arrows } from './arrows.ts';
import { formatFinding } from './finding.ts';
import { importsOf } from './imports.ts';

const table = readFileSync(new URL('../../arrows.mjs', import.meta.url), 'utf8');

/** What the check says of a checkout with our arrows and these files. */
async function check(files: Record<string, string>): Promise<string[]> {
  return (await arrowsCheck.run(temporaryFolder({ 'arrows.mjs': table, ...files }))).map(formatFinding);
}

const targets = {
  'src/base/a.ts': '',
  'src/infra/postgres/pool.ts': '',
  'src/access/port.ts': '',
  'src/access/index.ts': '',
  'src/access/login.ts': '',
  'src/ledger/port.ts': '',
  'src/ledger/contract.ts': '',
  'src/settlement/port.ts': '',
  'src/settlement/payment/contract.ts': '',
  'src/settlement/payment/payment.ts': '',
  'src/settlement/window/group-contract.ts': '',
  'src/infra/bus/bus.contract.ts': '',
  'test/support/x.ts': '',
};

test.each([
  ['src/ledger/a.ts', '../access/port.ts'],
  ['src/ledger/a.ts', '../infra/postgres/pool.ts'],
  ['src/settlement/a.ts', '../base/a.ts'],
  ['src/settlement/a.ts', './payment/payment.ts'],
  ['src/app/compose.ts', '../access/index.ts'],
  ['src/ledger/a.test.ts', '../access/index.ts'],
  ['src/ledger/a.test.ts', '../../test/support/x.ts'],
  ['console/src/a.tsx', '../../src/settlement/payment/contract.ts'],
  ['console/src/a.tsx', '../../src/settlement/window/group-contract.ts'],
  ['console/src/a.tsx', '../../src/base/a.ts'],
  ['tools/a.ts', '../src/access/login.ts'],
  ['src/infra/bus/bus.contract.ts', '../../../test/support/x.ts'],
  ['src/infra/bus/memory.test.ts', './bus.contract.ts'],
])('%s may import %s', async (from, to) => expect(await check({ ...targets, [from]: `import '${to}';` })).toEqual([]));

test.each([
  ['src/base/b.ts', '../infra/postgres/pool.ts', 'base may import nothing'],
  ['src/access/a.ts', '../ledger/port.ts', 'access may import infra, base'],
  ['src/ledger/a.ts', '../settlement/port.ts', 'ledger may import'],
  ['src/ledger/a.ts', '../access/login.ts', 'only contract.ts and port.ts'],
  ['src/ledger/a.ts', '../access/index.ts', 'only contract.ts and port.ts'],
  ['src/ledger/a.test.ts', '../access/login.ts', 'only contract.ts and port.ts'],
  ['src/ledger/a.ts', '../../test/support/x.ts', 'only tests may use'],
  ['src/infra/bus/memory.ts', './bus.contract.ts', 'imports the test'],
  ['src/access/a.ts', '../infra/bus/bus.contract.ts', 'imports the test'],
  ['tools/a.ts', '../src/infra/bus/bus.contract.ts', 'imports the test'],
  ['src/unheard/a.ts', '../base/a.ts', 'not in arrows.mjs'],
  ['console/src/a.tsx', '../../src/settlement/payment/payment.ts', 'contracts and base only'],
  ['console/src/a.tsx', '../../src/ledger/port.ts', 'contracts and base only'],
])('%s may not import %s', async (from, to, why) => {
  expect(await check({ ...targets, [from]: `\nimport '${to}';` })).toEqual([expect.stringMatching(new RegExp(`^${from}:2: .*${why}`))]);
});

test.each([
  ['a type import', "import type { A } from '../ledger/port.ts';"],
  ['a re-export', "export { a } from '../ledger/port.ts';"],
  ['a re-export of everything', "export * from '../ledger/port.ts';"],
  ['a dynamic import', "const a = await import('../ledger/port.ts');"],
  ['a dynamic import with a template', 'const a = await import(`../ledger/port.ts`);'],
  ['an import inside a type', "let a: import('../ledger/port.ts').A;"],
  ['an import over several lines', "import {\n  a,\n  // from '../base/a.ts'\n  b,\n} from '../ledger/port.ts';"],
])('%s is an import like any other', async (_, text) => {
  expect(await check({ ...targets, 'src/access/a.ts': text })).toHaveLength(1);
});

test('what only looks like an import is none', async () => {
  const text = "// import '../ledger/port.ts'\nconst a = \"import '../ledger/port.ts'\"; const b = `from '../ledger/port.ts'`;";
  expect(await check({ ...targets, 'src/access/a.ts': text })).toEqual([]);
});

test('an import that is computed cannot be checked and is refused outside of app', async () => {
  const text = 'export const load = (name: string) => import(name);';
  expect(await check({ 'src/infra/a.ts': text })).toEqual([expect.stringContaining('computed at run time')]);
  expect(await check({ 'src/app/a.ts': text, 'tools/a.ts': text })).toEqual([]);
});

test('base does no input or output: it may use only the packages that are listed', async () => {
  expect(await check({ 'src/base/a.ts': "import 'node:crypto'; import Type from 'typebox'; import 'typebox/value';" })).toEqual([]);
  expect(await check({ 'src/base/a.ts': "import 'node:fs';" })).toEqual([expect.stringContaining('node:fs')]);
  expect(await check({ 'src/base/a.test.ts': "import 'node:fs';", 'src/infra/a.ts': "import 'node:fs';" })).toEqual([]);
});

test('a circle of files is reported once, with its way round', async () => {
  const files = {
    'src/base/c.ts': "import './a.ts';",
    'src/base/a.ts': "import './b.ts';",
    'src/base/b.ts': "export * from './c.ts';",
    'src/base/d.ts': "import './a.ts';",
  };
  const way = 'src/base/a.ts → src/base/b.ts → src/base/c.ts → src/base/a.ts';
  expect(await check(files)).toEqual([`src/base/a.ts: imports itself in a circle: ${way}`]);
});

test('a circle of types only is none at run time', async () => {
  expect(await check({ 'src/base/a.ts': "import type { B } from './b.ts';", 'src/base/b.ts': "import './a.ts';" })).toEqual([]);
});

test('nothing that the console loads may need Node, however far down', async () => {
  const files = {
    'console/src/a.tsx': "import '../../src/ledger/contract.ts';",
    'src/ledger/contract.ts': "import '../base/hash.ts'; import type {} from '../base/other.ts';",
    'src/base/hash.ts': "import 'node:crypto';",
    'src/base/other.ts': "import 'node:crypto';",
  };
  expect(await check(files)).toEqual(['src/base/hash.ts:1: imports node:crypto, but the console loads this file in a browser']);
});

test('the table has no way up: no module can reach itself through others', async () => {
  const { arrows } = (await import(new URL('../../arrows.mjs', import.meta.url).href)) as Arrows;
  const below = (module: string, seen: readonly string[]): void => {
    expect(seen).not.toContain(module);
    for (const next of arrows[module] ?? []) below(next, [...seen, module]);
  };
  for (const module of Object.keys(arrows)) below(module, []);
});

test('a file that cannot be parsed is named', () => {
  expect(() => importsOf('src/a.ts', 'import {')).toThrow('src/a.ts');
});
