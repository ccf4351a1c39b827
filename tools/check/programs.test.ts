import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import type { Check } from './finding.ts';
import { formatCheck, lintCheck, typesCheck, unusedCheck } from './programs.ts';

const ours = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

/** A checkout with our settings and these files. Node's types are not there, and not needed. */
async function findings(check: Check, files: Record<string, string>): Promise<string> {
  const settings = {
    '.oxlintrc.json': ours('.oxlintrc.json'),
    '.oxfmtrc.json': ours('.oxfmtrc.json'),
    'tsconfig.json': ours('tsconfig.json').replace('"types": ["node"]', '"types": []'),
    'knip.json': ours('knip.json'),
    'package.json': '{\n  "name": "x",\n  "type": "module"\n}\n',
  };
  return (await check.run(temporaryFolder({ ...settings, ...files }))).map(({ message }) => message).join('\n');
}

const fine = {
  'src/app/main.ts': "import { one } from '../base/one.ts';\n\none();\n",
  'src/base/one.ts': 'export function one(): number {\n  return 1;\n}\n',
};

test.each([typesCheck, lintCheck, formatCheck, unusedCheck])('$name finds nothing in a clean checkout', async (check) => {
  expect(await findings(check, fine)).toBe('');
});

test('types: a wrong type, an unused variable and an enum are found', async () => {
  const found = await findings(typesCheck, {
    ...fine,
    'src/base/a.ts': 'export const a: string = 1;\nfunction f() {}\nexport enum E { A }\n',
  });
  expect(found).toMatch(/src\/base\/a\.ts\(1,14\): error TS2322/);
  expect(found).toContain('TS6133');
  expect(found).toContain('TS1294');
});

test('types: the console is checked with its own settings', async () => {
  const tsconfig = '{ "compilerOptions": { "noEmit": true, "strict": true, "types": [] }, "include": ["src"] }';
  const found = await findings(typesCheck, {
    ...fine,
    'console/tsconfig.json': tsconfig,
    'console/src/a.ts': 'export const a: string = 1;\n',
  });
  expect(found).toContain('console/src/a.ts');
});

test.each([
  ['any', 'export const a = (b: any): unknown => b;', 'no-explicit-any'],
  ['a loose comparison', 'export const a = (b: string): boolean => b == null;', 'eqeqeq'],
  [
    'a promise that nobody waits for',
    'async function f(): Promise<void> {}\nexport function a(): void {\n  f();\n}',
    'no-floating-promises',
  ],
  ['a default export', 'const a = 1;\nexport default a;', 'no-default-export'],
  ['console in a module', "console.log('x');\nexport const a = 1;", 'no-console'],
  ['an unused import', "import { one } from './one.ts';\nexport const a = 1;", 'no-unused-vars'],
  [
    'a case left out',
    "export function a(b: 'x' | 'y'): number {\n  switch (b) {\n    case 'x':\n      return 1;\n  }\n  return 0;\n}",
    'switch-exhaustiveness',
  ],
])('lint: %s is found', async (_, text, rule) => {
  expect(await findings(lintCheck, { ...fine, 'src/base/a.ts': `${text}\n` })).toContain(rule);
});

test('lint: the command line may print', async () => {
  expect(await findings(lintCheck, { ...fine, 'src/app/main.ts': "console.log('x');\n" })).toBe('');
});

test('format: a file in another format is found', async () => {
  expect(await findings(formatCheck, { ...fine, 'src/base/a.ts': 'export const a = "x"\n' })).toContain('src/base/a.ts');
});

test('unused: a file, an export and a dependency that nothing uses are found', async () => {
  const found = await findings(unusedCheck, {
    ...fine,
    'src/base/alone.ts': 'export const a = 1;\n',
    'src/base/one.ts': 'export function one(): number {\n  return 1;\n}\nexport function two(): number {\n  return 2;\n}\n',
    'package.json': JSON.stringify({ name: 'x', type: 'module', dependencies: { leftover: '1.0.0' } }),
  });
  expect(found).toContain('src/base/alone.ts');
  expect(found).toMatch(/two\s+function\s+src\/base\/one\.ts/);
  expect(found).toContain('leftover');
});
