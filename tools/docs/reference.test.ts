import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { filesBelow, isSource, isTest } from '../check/files.ts';
import { formatFinding } from '../check/finding.ts';
import { errorsIn } from './found-errors.ts';
import { referenceCheck, referenceOf } from './reference.ts';

const here = path.join(fileURLToPath(import.meta.url), '../../..');

/** `kind code | message` of each error in a source text, and the findings. */
function found(text: string, more: Record<string, string> = {}): string[] {
  const { errors, findings } = errorsIn(temporaryFolder({ 'src/a/a.ts': text, ...more }));
  return [...errors.map(({ kind, code, message }) => `${kind} ${code} | ${message}`), ...findings.map(formatFinding)];
}

describe('the errors of the code', () => {
  test.each([
    ['written out', "throw new AppError('invalid', 'a.bad', 'It is bad.');", ['invalid a.bad | It is bad.']],
    ['with holes', "throw new AppError('invalid', 'a.bad', `${x} of ${f(y) ?? 'none'} is bad.`);", ['invalid a.bad | … of … is bad.']],
    ['with a constant', "const MAX = 5; throw new AppError('limit', 'a.many', `At most ${MAX}.`);", ['limit a.many | At most 5.']],
    [
      'by condition',
      "throw new AppError('conflict', x ? 'a.one' : 'a.two', x ? 'One.' : 'Two.');",
      ['conflict a.one | One.', 'conflict a.two | Two.'],
    ],
    ['joined', "throw new AppError('invalid', 'a.bad', 'It is ' + 'bad.');", ['invalid a.bad | It is bad.']],
    [
      'through a helper',
      "throw no('b', 'B.'); throw no('c', 'C.'); function no(what: string, message: string) { return new AppError('conflict', `a.${what}`, message); }",
      ['conflict a.b | B.', 'conflict a.c | C.'],
    ],
    ['through an arrow', "const no = (code: string) => new AppError('conflict', code, 'No.'); no('a.x');", ['conflict a.x | No.']],
    [
      'through a subclass',
      "class Later extends AppError { constructor(code: string, message: string) { super('limit', code, message); } } new Later('a.wait', 'Wait.');",
      ['limit a.wait | Wait.'],
    ],
    [
      'from a table',
      "const T = { x: ['invalid', 'a.x', 'X.'], y: [414, 'a.y', 'Y.'] } as const; throw new AppError(...T[k]);",
      ['invalid a.x | X.', '414 a.y | Y.'],
    ],
    [
      'unpacked from a table',
      "const T = { x: ['invalid', 'a.x', 'X.'] }; const [kind, code, text] = T[k] ?? ['invalid', 'a.y', 'Y.']; throw new AppError(kind, code, text);",
      ['invalid a.x | X.', 'invalid a.y | Y.'],
    ],
  ])('are found when %s', (_, text, expected) => expect(found(text)).toEqual(expected));

  test('are followed through an exported helper into other files', () => {
    const helper = "export function no(code: string) { return new AppError('conflict', code, 'No.'); }";
    expect(found(helper, { 'src/b/b.ts': "import { no } from '../a/a.ts'; throw no('b.x');" })).toEqual(['conflict b.x | No.']);
  });

  test.each([
    ['computed', "export const f = (e: { code: string }) => new AppError('invalid', e.code, 'x');"],
    ['taken from a variable', "function f() { const [code] = g(); return new AppError('invalid', code, 'x'); }"],
    ['passed on from somewhere unknown', "function no(code: string) { return new AppError('invalid', code, 'x'); } no(h());"],
    ['misspelt', "throw new AppError('invalid', 'Not A Code', 'x');"],
  ])('whose code is %s are refused, with their place', (_, text) => {
    expect(found(text)).toEqual([expect.stringMatching(/^src\/a\/a\.ts:1: makes an error whose code cannot be read/)]);
  });

  test('in tests are nobody’s business', () => {
    expect(found('', { 'src/a/a.test.ts': "throw new AppError('invalid', 'a.test', 'x');" })).toEqual([]);
  });
});

const contract = `
  const none = { type: 'object', properties: {} };
  const id = { type: 'string', 'x-id': 'thg' };
  const line = { type: 'object', properties: { units: { type: 'string', examples: ['5'] } }, required: ['units'] };
  export const operations = [{
    name: 'a.get_thing', method: 'GET', path: '/v1/things/{id}', summary: 'One thing | or another', scope: 'a:read', cost: 'light',
    idempotencyKey: 'none', status: 200, consumes: 'application/json', produces: 'application/json', bodyLimit: 1,
    input: { params: { type: 'object', properties: { id }, required: ['id'] }, query: none, body: none },
    output: { type: 'object', properties: { id, state: { enum: ['new', 'old'] }, lines: { type: 'array', items: line } }, required: ['id'] },
    errors: ['a.thing_not_found'], example: { params: { id: 'thg_1' } },
  }];
  export const events = [{ type: 'a.thing_made', version: 1, summary: 'A thing was made', data: line }];
`;
const settings = `export const SETTINGS = {
  port: { name: 'C_PORT', about: 'The port; 80' }, b: { name: 'B_SWITCH', about: 'What nobody needs' },
  folder: { name: 'A_FOLDER', about: 'Where it lies, here; or there; ./a' },
};`;
const commands = `
  const json = { flags: '--json', description: 'print one JSON value', hidden: false };
  const root = { flags: '--root <hash>', description: 'that was published', hidden: false, mandatory: true, defaultValue: 'none' };
  const command = (name, about, more) =>
    ({ name: () => name, description: () => about, commands: [], options: [json], registeredArguments: [], ...more });
  const file = { name: () => 'file', required: true, variadic: true };
  export const program = command('rialto', 'All', { commands: [
    command('up', 'start it'),
    command('books', 'the books', { commands: [
      command('verify', 'look at | everything', { options: [json, root], registeredArguments: [file] }),
    ] }),
  ] });
`;
const thrown = "throw new AppError('not_found', 'a.thing_not_found', 'There is no such thing.');";

describe('the reference', () => {
  test('shows every operation with its fields, its errors and its example', async () => {
    const { pages, findings } = await referenceOf(temporaryFolder({ 'src/a/contract.ts': contract, 'src/a/get-thing.ts': thrown }));
    const operations = pages.get('docs/reference/operations.md');
    expect(findings).toEqual([]);
    for (const part of [
      '### a.get_thing',
      '`GET /v1/things/{id}` · scope `a:read` · cost light · Idempotency-Key none · answers 200',
      'One thing \\| or another',
      '| path | `id` | id `thg_…` |  |',
      '| `state` (optional) | `"new"` or `"old"` |  |',
      '| `lines[].units` | text | such as `5` |',
      '[`a.thing_not_found`](errors.md#a.thing_not_found)',
      '"id": "thg_1"',
    ]) {
      expect(operations).toContain(part);
    }
    expect(pages.get('docs/reference/errors.md')).toContain(
      '| <a id="a.thing_not_found"></a>`a.thing_not_found` | 404 not_found | There is no such thing. | [`a.get_thing`](operations.md#aget_thing) |',
    );
    expect(pages.get('docs/reference/events.md')).toContain('### a.thing_made\n\nVersion 1. A thing was made.');
  });

  test('shows every setting with what it is unless told, and every command with its arguments and options', async () => {
    const { pages } = await referenceOf(temporaryFolder({ 'src/app/config.ts': settings, 'src/app/cli.ts': commands }));
    const rows = pages.get('docs/reference/settings.md')!.split('\n').slice(-4, -1);
    expect(rows).toEqual([
      '| `A_FOLDER` | Where it lies, here; or there | ./a |',
      '| `B_SWITCH` | What nobody needs |  |',
      '| `C_PORT` | The port | 80 |',
    ]);
    const told = pages.get('docs/reference/commands.md')!;
    for (const part of [
      '| [`up`](#up) | start it |',
      '| [`books verify`](#books-verify) | look at \\| everything |',
      '## books verify\n\n`rialto books verify <file...>`\n\nLook at | everything.\n\n| Option | What it is | Unless told |',
      '| `--root <hash>` (needed) | that was published | `none` |',
    ])
      expect(told).toContain(part);
    expect(told).not.toContain('--json <');
  });

  test('refuses an error that a contract promises and nothing makes', async () => {
    const { findings } = await referenceOf(temporaryFolder({ 'src/a/contract.ts': contract }));
    expect(findings.map(formatFinding)).toEqual(['src/a/contract.ts: a.get_thing names the error a.thing_not_found, which nothing makes']);
  });

  test('refuses one code with two statuses', async () => {
    const text =
      "new AppError('invalid', 'a.x', 'x'); new AppError('conflict', 'a.x', 'x'); new HttpError(413, 'a.y', ''); new AppError('too_large', 'a.y', '');";
    const { findings } = await referenceOf(temporaryFolder({ 'src/a/a.ts': text }));
    expect(findings.map(formatFinding)).toEqual(['src/a/a.ts: the error a.x is made with different statuses: 400, 409']);
  });

  test('in the checkout is out of date as soon as the code says something else, and then only', async () => {
    const code = { 'src/a/contract.ts': contract, 'src/a/get-thing.ts': thrown };
    const pages = Object.fromEntries((await referenceOf(temporaryFolder(code))).pages);
    expect(await referenceCheck.run(temporaryFolder({ ...code, ...pages }))).toEqual([]);
    const changed = { ...code, ...pages, 'src/a/get-thing.ts': thrown.replace('such', 'other') };
    expect((await referenceCheck.run(temporaryFolder(changed))).map(formatFinding)).toEqual([
      expect.stringContaining('docs/reference/errors.md: is out of date'),
    ]);
    expect(await referenceCheck.run(temporaryFolder(code))).toHaveLength(3);
  });
});

describe('docs/reference/errors.md and the code', () => {
  const page = () => readFileSync(path.join(here, 'docs/reference/errors.md'), 'utf8');
  const documented = () => [...page().matchAll(/<a id="([a-z0-9_.]+)"><\/a>`/g)].map((match) => match[1]!);
  const sources = () =>
    filesBelow(here, 'src')
      .filter((file) => isSource(file) && !isTest(file))
      .map((file) => readFileSync(path.join(here, file), 'utf8'));

  // Both ways by other means than the generator's: a plain search in the text.
  test('every code written where an error is made is in the page', () => {
    const made = sources().flatMap((text) => [
      ...text.matchAll(/new (?:AppError|InputError|HttpError)\(\s*(?:'\w+',|\d+,)?\s*'([a-z0-9]+\.[a-z0-9_]+)'/g),
    ]);
    expect(made.length).toBeGreaterThan(20);
    expect([...new Set(made.map((match) => match[1]!))].filter((code) => !documented().includes(code))).toEqual([]);
  });

  test('every code in the page is in the code', () => {
    const text = sources().join('\n');
    const lost = documented().filter(
      (code) => !text.includes(`'${code}'`) && !text.includes(`'${code.slice(code.indexOf('.') + 1)}'`) && code !== 'internal',
    );
    expect(lost).toEqual([]);
  });
});

describe('docs/reference and what can be set and called', () => {
  const page = (name: string) => readFileSync(path.join(here, 'docs', name), 'utf8');
  const cli = () => readFileSync(path.join(here, 'src/app/cli.ts'), 'utf8');

  // By other means than the generator's: a plain search in the text.
  test('every setting is in the page, and what the docs name can be set', () => {
    const config = readFileSync(path.join(here, 'src/app/config.ts'), 'utf8');
    const names = [...config.matchAll(/name: '([A-Z][A-Z0-9_]+)'/g)].map((match) => match[1]!);
    const listed = [...page('reference/settings.md').matchAll(/^\| `([A-Z0-9_]+)` \|/gm)].map((match) => match[1]!);
    expect(names.length).toBeGreaterThan(20);
    expect(listed).toEqual(names.toSorted());
    // The command line's own, for the key that it calls with.
    const known = new Set([...names, 'RIALTO_API_KEY']);
    const named = [...page('how-to/operate.md').matchAll(/`(RIALTO_[A-Z0-9_]+)/g)].map((match) => match[1]!);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  test('every command is in the page, and what the docs call is a command', () => {
    const listed = [...page('reference/commands.md').matchAll(/^## (.+)$/gm)].map((match) => match[1]!);
    const made = [...cli().matchAll(/^ {2}'([a-z][a-z-]*)[^']*',\n {2}'/gm)].map((match) => match[1]!);
    expect(made.length).toBeGreaterThan(5);
    expect(made.filter((name) => !listed.some((path) => path.split(' ').at(-1) === name))).toEqual([]);
    const called = [...page('how-to/operate.md').matchAll(/`rialto ([a-z]+(?: [a-z-]+)?)/g)].map((match) => match[1]!);
    expect(called.length).toBeGreaterThan(2);
    expect(called.filter((path) => !listed.includes(path))).toEqual([]);
  });
});
