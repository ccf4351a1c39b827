import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '../../base/error.ts';
import { Secret } from '../../base/secret.ts';
import { createLog, type Log, type LogLevel } from './log.ts';
import { prettyLine } from './pretty.ts';

const HIDDEN = 'hunter2-hunter2';

function capture(level: LogLevel = 'info', pretty = false): { log: Log; text: () => string; lines: () => Record<string, unknown>[] } {
  const written: string[] = [];
  const log = createLog({ level, pretty, stream: { write: (line: string) => void written.push(line) } });
  return { log, text: () => written.join(''), lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

class Holder {
  secret = new Secret(HIDDEN);
  toJSON(): object {
    return { leaked: HIDDEN };
  }
}

const circular: Record<string, unknown> = { password: HIDDEN };
circular['self'] = circular;

const withGetter = Object.defineProperty({}, 'value', { enumerable: true, get: () => HIDDEN });

const ways: readonly (readonly [string, object])[] = [
  ['a Secret as a field', { value: new Secret(HIDDEN) }],
  ['a Secret deep inside', { a: [{ b: new Map([['c', new Secret(HIDDEN)]]) }] }],
  ['a Secret in a Set', { a: new Set([new Secret(HIDDEN)]) }],
  ['a Secret holding an object', { value: new Secret({ inner: HIDDEN }) }],
  ['an object whose toJSON gives it out', { holder: new Holder() }],
  ['a getter that gives it out', withGetter],
  ['a field password', { password: HIDDEN }],
  ['a field in another spelling', { 'X-API-Key': HIDDEN, API_KEY: HIDDEN, apiKey: HIDDEN, refreshToken: HIDDEN, Set_Cookie: HIDDEN }],
  ['headers of a request', { headers: { authorization: `Bearer ${HIDDEN}`, cookie: `session=${HIDDEN}` } }],
  ['a Headers object', { headers: new Headers({ authorization: `Bearer ${HIDDEN}` }) }],
  ['a list under a secret name', { passwords: [HIDDEN] }],
  ['an object under a secret name', { credentials: { user: 'a', word: HIDDEN } }],
  ['a database address', { url: `postgres://rialto:${HIDDEN}@db/rialto` }],
  ['a URL object', { url: new URL(`redis://:${HIDDEN}@cache/0`) }],
  ['an error whose message quotes a header', { error: new Error(`bad header authorization: Bearer ${HIDDEN}`) }],
  ['an error with a secret inside', { error: new AppError('invalid', 'a.b', 'no', { note: HIDDEN }) }],
  ['an error with foreign fields', { error: Object.assign(new Error('no'), { config: { word: HIDDEN } }) }],
  ['a cause', { error: new Error('no', { cause: new Error(`postgres://u:${HIDDEN}@h failed`) }) }],
  ['an aggregate of errors', { error: new AggregateError([new Error(`password=${HIDDEN}`)]) }],
  ['a cycle', circular],
  ['a bare error in place of fields', new Error(`token=${HIDDEN}`)],
  ['bytes', { body: Buffer.from(HIDDEN) }],
  ['glued JSON', { body: JSON.stringify({ user: 'a', password: HIDDEN }) }],
  ['a query string', { url: `/login?user=a&access_token=${HIDDEN}` }],
  ['a JSON web token', { note: `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.${HIDDEN.repeat(2)}` }],
  ['an API key in text', { error: new Error(`could not use rlt_0123456789AB_${HIDDEN.replaceAll('-', '').repeat(4).slice(0, 43)}`) }],
  ['what continues a session', { note: `got ${'a'.repeat(43)}.${'0'.repeat(32)}.${HIDDEN}${'b'.repeat(43 - HIDDEN.length)}` }],
  ['a private key', { pem: `-----BEGIN PRIVATE KEY-----\n${HIDDEN}\n-----END PRIVATE KEY-----` }],
  ['a field whose name holds it', { [`password=${HIDDEN}`]: 1 }],
];

test.each(ways)('no secret is printed by %s', (_, fields) => {
  const { log, text } = capture();
  log.info('happened', fields);
  log.child(fields).error('again');
  expect(text()).toContain('happened');
  expect(text()).toContain('again');
  expect(text()).not.toContain(HIDDEN);
  expect(text()).not.toContain(HIDDEN.replaceAll('-', ''));
  expect(text()).not.toContain(Buffer.from(HIDDEN).toString('base64'));
});

test.each(ways)('no secret is printed for people either by %s', (_, fields) => {
  const { log, text } = capture('info', true);
  log.info('happened', fields);
  expect(text()).not.toContain(HIDDEN);
});

test('a secret in the message itself is masked', () => {
  const { log, text } = capture();
  log.info(`started with postgres://rialto:${HIDDEN}@db/rialto and ${String(new Secret(HIDDEN))}`);
  expect(text()).not.toContain(HIDDEN);
  expect(text()).toContain('postgres://rialto:[secret]@db');
});

test('wherever a Secret lies in any value, it is not printed', () => {
  const leaf = fc.oneof(fc.constant(new Secret(HIDDEN)), fc.string(), fc.integer(), fc.constant(null));
  const tree = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie('any'), { maxLength: 4 }), fc.dictionary(fc.string(), tie('any'), { maxKeys: 4 })),
  })).any;
  fc.assert(
    fc.property(tree, (value) => {
      const { log, text } = capture('debug');
      log.debug('value', { value });
      expect(text()).not.toContain(HIDDEN);
      expect(() => JSON.parse(text())).not.toThrow();
    }),
  );
});

test('the inside of an error is printed at debug only', () => {
  const error = new AppError('upstream', 'rail.refused', 'The rail refused.', { reply: 'AC04' });
  const [quiet, loud] = [capture('info'), capture('debug')];
  quiet.log.error('failed', { error });
  loud.log.error('failed', { error });
  expect(quiet.text()).not.toContain('AC04');
  expect(loud.text()).toContain('AC04');
});

test('numbers under a secret-looking name and names of secrets are printed', () => {
  const { log, lines } = capture();
  log.info('used', { inputTokens: 1500, apiKeyId: 'key_1', tokenCount: 3, passwordSet: true });
  expect(lines()[0]).toMatchObject({ inputTokens: 1500, apiKeyId: 'key_1', tokenCount: 3, passwordSet: true });
});

test('amounts as bigint, dates, holes and functions are printed, not thrown over', () => {
  const { log, lines } = capture();
  log.info('odd', {
    units: 12n,
    at: new Date(0),
    none: undefined,
    f: () => 1,
    s: Symbol('x'),
    bad: new Date(NaN),
    m: new Map([['k', 1n]]),
  });
  expect(lines()[0]).toMatchObject({ units: '12', at: '1970-01-01T00:00:00.000Z', f: '[function]', bad: '[no date]', m: { k: '1' } });
});

test('a value that cannot be looked at does not stop the line', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const { log, lines } = capture();
  log.info('odd', { proxy });
  expect(lines()[0]).toMatchObject({ msg: 'odd', unprintable: true });
});

test('long text, long lists and deep values are cut', () => {
  const { log, text } = capture();
  let deep: object = {};
  for (let i = 0; i < 10_000; i++) deep = { deep };
  log.info('big', { text: 'x'.repeat(1e6), list: Array.from({ length: 1e5 }, (_, i) => i), deep });
  expect(text().length).toBeLessThan(20_000);
});

test('the level, time and message of a line cannot be forged by fields', () => {
  const { log, lines } = capture();
  log.info('true', { level: 'error', msg: 'false', time: 'never' });
  expect(lines()[0]).toMatchObject({ level: 'info', msg: 'true' });
  expect(lines()).toHaveLength(1);
});

test('a line break in a value does not begin a new line', () => {
  const { log, text } = capture('info', true);
  log.info('one\ntwo\x1b[2J', { field: 'a\nb' });
  expect(text().trimEnd().split('\n')).toHaveLength(1);
  expect(text()).not.toContain('\x1b[2J');
});

test('lines below the level are not written, and are told to be off', () => {
  const { log, text } = capture('warn');
  log.info('quiet');
  log.debug('quiet');
  expect(text()).toBe('');
  expect(log.enabled('info')).toBe(false);
  expect(log.enabled('error')).toBe(true);
});

test('a child puts its fields on each line', () => {
  const { log, lines } = capture();
  log.child({ module: 'ledger' }).child({ shard: 3 }).info('wrote', { rows: 5 });
  expect(lines()[0]).toMatchObject({ module: 'ledger', shard: 3, rows: 5, level: 'info', msg: 'wrote' });
});

test('for a person an error shows its stack and its cause', () => {
  const { log, text } = capture('info', true);
  log.error('failed', { error: new Error('outer', { cause: new Error('inner') }), id: 7 });
  expect(text()).toContain('outer');
  expect(text()).toContain('caused by:');
  expect(text()).toContain('inner');
  expect(text()).toContain('id=7');
  expect(prettyLine('not json\n')).toBe('not json\n');
});
