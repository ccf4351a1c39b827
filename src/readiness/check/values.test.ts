import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { demandsOn, holds, holdsPlain } from './compare.ts';
import { orderOfVersions } from './versions.ts';
import { readJsonPath } from './json-path.ts';
import { matches } from './pattern.ts';
import { readMetrics } from './prometheus-text.ts';
import { sqlRefusal } from './sql-text.ts';
import { searchText } from './secret-search.ts';
import { secretsIn } from './tracked-secrets.ts';

const OPS = ['<', '<=', '>', '>=', '=', '!='] as const;

describe('a demand', () => {
  test('compares numbers as numbers do', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (a, b) => {
        expect(OPS.map((op) => holds(a, op, b))).toEqual([a < b, a <= b, a > b, a >= b, a === b, a !== b]);
        expect(OPS.map((op) => holdsPlain(String(a), op, b))).toEqual(OPS.map((op) => holds(a, op, b)));
      }),
    );
  });

  test('is never held by what is not known: no number, nothing, a list, not even as being different', () => {
    for (const op of OPS) {
      expect(holds(Number.NaN, op, 1)).toBe(false);
      for (const unknown of [undefined, Number.NaN, {}, [], () => 1]) expect(holdsPlain(unknown, op, 1)).toBe(false);
    }
    expect(holdsPlain('high', '<', 5)).toBe(false);
  });

  test('compares dotted versions part by part', () => {
    expect(holdsPlain('2.9.10', '>=', '2.10')).toBe(false);
    expect(holdsPlain('16.4', '>=', 16)).toBe(true);
    expect(holdsPlain('v7.2.1', '>=', '7.2')).toBe(true);
    expect(holdsPlain('15.18 (Debian 15.18-1)', '<', '15.2.0')).toBe(false);
    expect(orderOfVersions('1.2.0', '1.2')).toBe(0);
  });

  test.each([
    ['17.9', '>=', '17.10', false],
    ['2.9', '>=', '2.10', false],
    ['15.18', '>=', '15.9', true],
    ['15.18 (Debian 15.18-0+deb12u1)', '>=', '15.9', true],
    ['15.18 (Debian 15.18-0+deb12u1)', '>=', '15.18', true],
    ['15.9 (Debian 15.9-0+deb12u1)', '>=', '15.18', false],
    ['v2.9', '>=', 'v2.10', false],
    ['2.10', '=', '2.1', false],
    ['17', '>=', '16.10', true],
    ['2.0.0-rc1', '>=', '2.0.0', false],
    ['2.0.0', '>', '2.0.0-beta.2', true],
    ['7.2.1', '>=', 7, true],
  ] as const)('of a version compares part by part where the words say that it is one: %s %s %s', (measured, op, demanded, expected) => {
    expect(holdsPlain(measured, op, demanded, 'show server_version')).toBe(expected);
    expect(holdsPlain(measured, op, demanded, '$.postgres version')).toBe(expected);
  });

  test('of two texts that may be numbers or versions holds only where it does in either way', () => {
    const held = (['<', '<=', '>', '>=', '=', '!='] as const).filter((op) => holdsPlain('17.9', op, '17.10', '$.pg'));
    expect(held).toEqual(['!=']);
    expect(holdsPlain('0.5', '<', '0.45', '$.ratio')).toBe(false);
    expect(holdsPlain('0.5', '<', 0.45, '$.ratio')).toBe(false);
    expect(holdsPlain('0.5', '>', 0.45, '$.ratio')).toBe(true);
    expect(holdsPlain('15.9', '<', '15.18', '')).toBe(false);
    expect(holdsPlain('16.4', '>=', '15.10', '')).toBe(true);
  });

  test('on a version that is written as a number with a fraction is refused, as its zeros are lost', () => {
    expect(() => demandsOn({ pg: '17.9' }, [{ at: '$.pg', op: '>=', value: 17.1, unit: 'version' }])).toThrow(/put it into quotes/);
    expect(demandsOn({ pg: '17.9' }, [{ at: '$.pg', op: '>=', value: '17.10', unit: 'version' }]).problems).toHaveLength(1);
    expect(demandsOn({ pg: '17.10' }, [{ at: '$.pg', op: '>=', value: '17.9', unit: 'version' }]).problems).toEqual([]);
    expect(demandsOn({ pg: '17.10' }, [{ at: '$.pg', op: '>=', value: 17, unit: 'version' }]).problems).toEqual([]);
  });

  test('compares text, truth and nothing only as equal or not', () => {
    expect([holdsPlain('on', '=', 'on'), holdsPlain(true, '=', true), holdsPlain(null, '=', null), holdsPlain(null, '!=', 'x')]).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect([holdsPlain('on', '!=', 'on'), holdsPlain(false, '=', true), holdsPlain('', '=', null), holdsPlain(null, '=', 'null')]).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  test('on a document holds for every value at its place, and for none when nothing is there', () => {
    const document = { nodes: [{ up: true }, { up: false }], version: '2.10.7' };
    const problems = (at: string, op: '=' | 'exists' | 'absent' | '!=' | 'contains' | 'matches' | '>=', value?: string | boolean) =>
      demandsOn(document, [{ at, op, ...(value !== undefined && { value }) }]).problems.length;
    expect(problems('$.nodes[*].up', '=', true)).toBe(1);
    expect(problems('$.nodes[0].up', '=', true)).toBe(0);
    expect(problems('$.none', '!=', true)).toBe(1);
    expect([problems('$.none', 'exists'), problems('$.none', 'absent'), problems('$.version', 'absent')]).toEqual([1, 0, 1]);
    expect([
      problems('$.version', 'contains', '10'),
      problems('$.version', 'matches', '^2\\.'),
      problems('$.version', '>=', '2.11'),
    ]).toEqual([0, 0, 1]);
  });
});

describe('a place in a document', () => {
  test('is found by names, numbers, any and the length of a list', () => {
    const document = { a: [{ 'b c': 1 }, { 'b c': 2 }] };
    expect(readJsonPath(document, '$.a[*]["b c"]')).toEqual([1, 2]);
    expect(readJsonPath(document, "$.a[1]['b c']")).toEqual([2]);
    expect(readJsonPath(document, '$.a.length')).toEqual([2]);
    expect(readJsonPath(document, '$')).toEqual([document]);
    for (const nowhere of ['$.a.b', '$.toString', '$.a[7]', '$.__proto__']) expect(readJsonPath(document, nowhere)).toEqual([]);
  });

  test.each(['a', '$a', '$.', '$[', '$["a]', '$..a', '$.a b', ''])('that cannot be read is refused: %s', (path) => {
    expect(() => readJsonPath({}, path)).toThrow(expect.objectContaining({ code: 'readiness.params_invalid' }));
  });
});

describe('a pattern', () => {
  test('that would take years is stopped', () => {
    expect(() => matches('^(a+)+$', `${'a'.repeat(60)}!`)).toThrow(expect.objectContaining({ code: 'readiness.pattern_slow' }));
  });

  test('that cannot be read is refused, and others match line by line', () => {
    expect(() => matches('(', 'x')).toThrow(expect.objectContaining({ code: 'readiness.pattern_invalid' }));
    expect([matches('^b$', 'a\nb'), matches('^c$', 'a\nb')]).toEqual([true, false]);
  });
});

describe('a statement', () => {
  test.each([
    'select 1',
    ' SELECT count(*) from "update" where note = \'delete; drop\' -- insert\n',
    'show ssl;',
    'with a as (select 1) select * from a',
    'explain select 1',
    'values (1)',
    '/* drop /* nested */ */ select $$; delete from x$$',
    "select has_table_privilege('app', 'audit', 'update')",
    "select e'a\\'; drop table x' as t",
    'select updated_at, deleted, "update" from orders',
    'select a$$ from b',
    "select current_setting('server_version_num')::int",
  ])('that reads is sent: %s', (query) => {
    expect(sqlRefusal(query)).toBeUndefined();
  });

  test.each([
    '',
    'update a set b = 1',
    'select 1; drop table a',
    'delete from a',
    'with x as (delete from a returning *) select * from x',
    'select pg_terminate_backend(1)',
    "select * from ts_stat('select to_tsvector(pg_terminate_backend(1)::text)')",
    "select ts_rewrite('a'::tsquery, 'select 1')",
    "select * from crosstab('select pg_sleep(9)') as t(a int)",
    "select pg_copy_physical_replication_slot('a', 'b')",
    'select pg_log_standby_snapshot()',
    'select pg_buffercache_evict(1)',
    "select gin_clean_pending_list('i')",
    'select lo_export(1, $$/etc/x$$)',
    "select pg_read_file('/etc/passwd')",
    'select * into b from a',
    'select 1 for update',
    'copy a to program $$id$$',
    'do $$begin end$$',
    'set role postgres',
    'commit',
    'explain analyze delete from a',
    "select dblink('a','b')",
    'select pg_advisory_lock(1)',
    'select set_config($$a$$,$$b$$,false)',
    "select 'open",
    'select "open',
    'select $a$ open',
    'select /* open',
    "select nextval('s')",
    'select $$a$$; drop table b; select $$c$$',
    'call p()',
    'select "pg_terminate_backend"(1)',
    'select "lo_unlink" /* x */ (1)',
    'select u&"!0070g_x" uescape \'!\'',
    'select 1 as a$$, pg_reload_conf() as b$$',
    "select type'a\\', pg_reload_conf(), 'b'",
    'select pg_sleep(100)',
    'select 1 as a\n;\nvacuum',
  ])('that could act is not sent: %s', (query) => {
    expect(sqlRefusal(query)).toBeTypeOf('string');
  });

  test('cannot hide an acting word behind any comment or quote', () => {
    const noise = fc.constantFrom('/* x */', '-- y\n', ' ', "'q' ", '"n" ', '$$d$$ ', '\n', "''", '/**/');
    const acting = fc.constantFrom('delete from a', 'drop table a', 'truncate a', 'pg_terminate_backend(1)');
    fc.assert(
      fc.property(fc.array(noise), acting, fc.array(noise), (before, act, after) => {
        expect(sqlRefusal(`select 1 ${before.join('')} ${act} ${after.join('')}`)).toBeTypeOf('string');
      }),
    );
  });
});

describe('a page of metrics', () => {
  test('gives families, labels and values; what cannot be read is counted', () => {
    const page = readMetrics(
      '# HELP a_total All.\n# TYPE a_total counter\na_total{x="1",y="a\\"b,}"} 3 1700000000000\nb NaN\nc +Inf # {trace="}"} 1\n<html>\nd{x=1} 2\ne 1 2 3x\nf\n',
    );
    expect(page.samples).toEqual([
      { name: 'a_total', labels: { x: '1', y: 'a"b,}' }, value: 3 },
      { name: 'b', labels: {}, value: Number.NaN },
      { name: 'c', labels: {}, value: Infinity },
    ]);
    expect([page.types.get('a_total'), page.help.has('a_total'), page.unreadable.length]).toEqual(['counter', true, 4]);
  });

  test('of hostile shape is read in bounded time', () => {
    for (const piece of ['a ', ' ', 'a{', 'a="', 'x="y",', '# TYPE ', '} ', '\\"'])
      expect(readMetrics(`a{x="1"} 1${piece.repeat(200_000)}`).samples.length).toBeLessThan(2);
  });

  test('of any text is read without end in an error', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => readMetrics(text)).not.toThrow();
      }),
    );
  });
});

describe('in tracked files', () => {
  const join = (...parts: string[]): string => parts.join('');

  test('credentials are found with their line, and not repeated', () => {
    const text = `first\nconst key = '${join('AKIA', 'ABCDEFGHIJKLMNOP')}';\nurl: ${join('postgres://app:', 'k3P9x2mQ', '@db')}\nsecret = "${join('zX81', 'kkQp0', 'Lm2')}"\nlogin failed ${join('pass', 'word=hunter2hunter2')}, user=ada\n`;
    const found = secretsIn(text);
    expect(found.map(({ line }) => line)).toEqual([2, 3, 4, 5]);
    expect(JSON.stringify(found)).not.toMatch(/k3P9x2mQ|hunter2/);
  });

  test('are looked for in time that grows as the text does, whatever it holds', () => {
    const pieces = [
      'token=',
      'token=a',
      'password="',
      "secret: '",
      'aa://b:',
      'eyJ',
      '-----BEGIN PRIVATE KEY-----',
      `${join('AKIA', 'ABCDEFGHIJKLMNOP')}\n`,
    ];
    for (const piece of pieces) {
      const from = performance.now();
      secretsIn(piece.repeat(Math.ceil(300_000 / piece.length)));
      expect(`${piece} ${performance.now() - from < 4_000}`).toBe(`${piece} true`);
    }
  });

  test('are looked for without keeping others waiting, and not longer than allowed', async () => {
    const text = 'token=x '.repeat(500_000);
    let beats = 0;
    const beat = setInterval(() => (beats += 1), 5);
    expect(await searchText(text, new AbortController().signal)).toEqual([]);
    clearInterval(beat);
    expect(beats).toBeGreaterThan(3);
    await expect(searchText(text, AbortSignal.abort(new Error('over')))).rejects.toThrow('over');
  });

  test('have the same lines in pieces as in the whole', async () => {
    const key = join('AKIA', 'ABCDEFGHIJKLMNOP');
    const text = Array.from({ length: 9_000 }, (_, line) => (line % 701 === 0 ? `key ${key}` : 'x'.repeat(line % 97))).join('\n');
    const lines = (found: readonly { line: number }[]) => found.map(({ line }) => line);
    expect(lines(await searchText(text, new AbortController().signal))).toEqual(lines(secretsIn(text)));
    expect(secretsIn(text)).toHaveLength(13);
  });

  test('private keys are found, also in one line and with headers, and not where only their beginning is written', () => {
    const begin = '-----BEGIN RSA PRIVATE KEY-----';
    const inside = 'A1b2'.repeat(16);
    for (const text of [`${begin}\n${inside}`, `"${begin}\\n${inside}"`, `${begin}\nProc-Type: 4,ENCRYPTED\n\n${inside}`])
      expect(secretsIn(text)).toHaveLength(1);
    expect(secretsIn(`${begin}\n\${key}\n${' '.repeat(9)}${inside}`)).toEqual([]);
  });

  test('samples, references and patterns are left alone', () => {
    const text = [
      "password: 'changeme-please'",
      'url: postgres://app:${DB_PASSWORD}@db',
      "const secret = process.env['SECRET_VALUE']",
      'postgres://user:password@host/db',
      'token=sha256(input), secret=${SECRET_1}, password=changeme1, apiKey=config.key2',
      '-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----',
      join('AKIAIOSFODNN7', 'EXAMPLE'),
    ].join('\n');
    expect(secretsIn(text)).toEqual([]);
  });
});
