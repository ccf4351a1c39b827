import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { type Check, formatFinding } from './finding.ts';
import { lengthsCheck } from './lengths.ts';
import { isAllowed, licencesCheck } from './licences.ts';
import { anchorsOf, linksCheck } from './links.ts';
import { lockfileCheck, withoutEngines } from './lockfile.ts';
import { choose, formatResults, runChecks } from './run.ts';

const check = async (one: Check, files: Record<string, string>) => (await one.run(temporaryFolder(files))).map(formatFinding);

test('a link to a file or heading that is not there is found, with its line', async () => {
  const files = {
    'README.md': [
      '# Hello, World!',
      '[a](docs/a.md) [b](docs/b.md) [self](#hello-world) [no](#nothing) [out](https://example.com/x) [mail](mailto:a@b.c)',
      '![picture](docs/missing.png) [heading](docs/a.md#second--part) [gone](docs/a.md#third "title")',
      '<img src="docs/none.svg"> [folder](docs) [root](/docs/a.md)',
      '[ref]: docs/nowhere.md',
    ].join('\n'),
    'docs/a.md': '# A\n## Second & part\n',
  };
  expect(await check(linksCheck, files)).toEqual([
    'README.md:2: links to docs/b.md, but there is no docs/b.md',
    'README.md:2: links to #nothing, but README.md has no heading #nothing',
    'README.md:3: links to docs/missing.png, but there is no docs/missing.png',
    'README.md:3: links to docs/a.md#third, but docs/a.md has no heading #third',
    'README.md:4: links to docs/none.svg, but there is no docs/none.svg',
    'README.md:5: links to docs/nowhere.md, but there is no docs/nowhere.md',
  ]);
});

test('what looks like a link inside code is none', async () => {
  const text = 'Write `[a](b.md)` or\n```\n[a](b.md)\n# no heading\n```\n~~~md\n[x](y.md)\n~~~\n[h](#no-heading)';
  expect(await check(linksCheck, { 'a.md': text })).toEqual([expect.stringContaining('#no-heading')]);
});

test('headings become anchors as on GitHub', () => {
  const anchors = anchorsOf('# `npm test`: the suite\n## Same\n## Same\n### A [link](x.md) here\n## Ümläut & Co.\n<a id="own"></a>\n');
  expect([...anchors]).toEqual(['npm-test-the-suite', 'same', 'same-1', 'a-link-here', 'ümläut--co', 'own']);
});

test.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0)', true],
  ['MIT or MPL-2.0', true],
  ['GPL-3.0 OR (Apache-2.0 AND ISC)', true],
  ['MIT AND GPL-3.0', false],
  ['GPL-3.0-only', false],
  ['AGPL-3.0', false],
  ['UNLICENSED', false],
  ['SEE LICENSE IN LICENSE', false],
  ['(MIT', false],
  ['MIT ISC', false],
  ['', false],
])('the licence %j is allowed: %s', (expression, allowed) => expect(isAllowed(expression)).toBe(allowed));

test('a dependency under another licence, or under none, is found, however deep', async () => {
  const packages = {
    '': { name: 'rialto' },
    console: { name: '@rialto/console' },
    'node_modules/@rialto/console': { link: true },
    'node_modules/good': { version: '1.0.0', license: 'MIT' },
    'node_modules/@a/told-by-itself': { version: '1.0.0' },
    'node_modules/good/node_modules/bad': { version: '2.0.0', license: 'AGPL-3.0' },
    'node_modules/silent': { version: '3.0.0' },
    'node_modules/caniuse-lite': { version: '1.0.0', license: 'CC-BY-4.0' },
    'node_modules/prose': { version: '1.0.0', license: 'CC-BY-4.0' },
  };
  const files = {
    'package-lock.json': JSON.stringify({ packages }),
    'node_modules/@a/told-by-itself/package.json': '{"license":{"type":"ISC"}}',
    'node_modules/silent/package.json': '{}',
  };
  expect(await check(licencesCheck, files)).toEqual([
    expect.stringContaining('bad 2.0.0 is licensed under AGPL-3.0'),
    expect.stringContaining('silent 3.0.0 names no licence'),
    expect.stringContaining('prose 1.0.0 is licensed under CC-BY-4.0'),
  ]);
});

test('a lockfile that npm ci would refuse is found: another version asked for, or a dependency left out, of another platform too', async () => {
  const packages = {
    '': { dependencies: { tool: '^1.0.0', gone: '1.0.0' } },
    console: { devDependencies: { tool: '^1.0.0' } },
    'node_modules/@rialto/console': { resolved: 'console', link: true },
    'node_modules/tool': {
      version: '1.0.0',
      dependencies: { '@a/b': '1' },
      optionalDependencies: { 'tool-linux': '1', 'tool-darwin': '1' },
    },
    'node_modules/tool/node_modules/@a/b': { version: '1.0.0', dependencies: { tool: '1' } },
    'node_modules/tool-linux': { version: '1.0.0' },
  };
  const files = {
    'package-lock.json': JSON.stringify({ packages }),
    'package.json': '{"dependencies":{"tool":"^2.0.0","gone":"1.0.0"}}',
    'console/package.json': '{"devDependencies":{"tool":"^1.0.0"}}',
  };
  expect(await check(lockfileCheck, files)).toEqual([
    expect.stringContaining('package.json: asks for tool ^2.0.0, the lockfile has it as ^1.0.0'),
    expect.stringContaining('package-lock.json: lacks gone, which package.json needs'),
    expect.stringContaining('package-lock.json: lacks tool-darwin, which node_modules/tool needs'),
  ]);
});

test('a lockfile that says which Node a package asks for is found, and can be freed of it', async () => {
  const lockfile = (engines: object) =>
    `${JSON.stringify({ name: 'x', packages: { '': { engines: { node: '>=24' } }, 'node_modules/tool': { version: '1.0.0', ...engines } } }, null, 2)}\n`;
  const [free, asking] = [lockfile({}), lockfile({ engines: { node: '>=20' } })];
  const findings = await check(lockfileCheck, { 'package.json': '{}', 'package-lock.json': asking });
  expect(findings).toEqual([expect.stringContaining('package-lock.json: node_modules/tool says which Node it asks for')]);
  expect(withoutEngines(asking)).toBe(free);
  expect(await check(lockfileCheck, { 'package.json': '{}', 'package-lock.json': free })).toEqual([]);
});

test('a file of more than 400 lines is found, a test is not', async () => {
  const lines = (count: number) => 'x();\n'.repeat(count);
  const files = {
    'src/a/long.ts': lines(401),
    'src/a/full.ts': lines(400),
    'src/a/long.test.ts': lines(900),
    'src/a/0001.sql': lines(900),
  };
  expect(await check(lengthsCheck, files)).toEqual([expect.stringMatching(/^src\/a\/long.ts: has 401 lines/)]);
});

test('every check runs, and one that breaks counts as failed', async () => {
  const good: Check = { name: 'good', about: 'x', run: async () => [] };
  const bad: Check = { name: 'bad', about: 'y', run: async () => [{ file: 'a.ts', line: 3, message: 'is wrong' }] };
  const broken: Check = { name: 'broken', about: 'z', run: async () => Promise.reject(new Error('boom')) };
  const results = await runChecks([bad, broken, good], '.', 2);
  const text = formatResults(results);
  expect(results.map(({ check: { name }, findings }) => [name, findings.length])).toEqual([
    ['bad', 1],
    ['broken', 1],
    ['good', 0],
  ]);
  expect(text).toMatch(/^bad +1 found/m);
  expect(text).toMatch(/^good +ok/m);
  expect(text).toContain('a.ts:3: is wrong');
  expect(text).toContain('could not be checked: Error: boom');
  expect(text.endsWith('2 of 3 checks failed: bad, broken')).toBe(true);
  expect(formatResults(await runChecks([good], '.', 2)).endsWith('every check passed')).toBe(true);
});

test('checks are chosen by name, and a wrong name is told with the right ones', () => {
  expect(choose([linksCheck, lengthsCheck], ['file length'])).toEqual([lengthsCheck]);
  expect(choose([linksCheck, lengthsCheck], [])).toHaveLength(2);
  expect(() => choose([linksCheck, lengthsCheck], ['lint'])).toThrow('no check lint; there are: docs links, file length');
});
