import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts';
import { builtInChecks } from '../built-in.ts';
import type { Probe } from '../check.ts';
import { createKinds } from '../kinds.ts';
import { bareProbe, httpOnLoopback } from '../loopback.ts';
import { postgresOnLoopback } from '../loopback-postgres.ts';
import { runCheck } from '../run-check.ts';

const kinds = createKinds([builtInChecks()]);
const ask = async (kind: string, params: object, probe: Partial<Probe> = {}) => {
  const { state, summary } = (await runCheck(kinds.find(kind)!, params, bareProbe(probe))).result;
  return `${state}: ${summary}`;
};
const serving = async (...pages: string[]) => {
  let asked = 0;
  const { url, end } = await httpOnLoopback((_, reply) => void reply.end(pages[Math.min(asked++, pages.length - 1)]));
  onTestFinished(end);
  return url;
};
const KEY = ['AKIA', 'ABCDEFGHIJ', 'KLMNOP'].join('');
const of = { maxAgeHours: 1 };

describe('git without credentials', () => {
  const commit = (root: string) => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: root, stdio: 'ignore' });
    git('init', '-q');
    git('add', '-A');
    git('commit', '-q', '--allow-empty', '--no-gpg-sign', '-m', 'x');
    return git;
  };
  const searched = (root: string, more: object = {}) => ask('git', { noSecrets: true, ...more }, { root });

  test('reads files of any size, also where a credential lies across two pieces of them', async () => {
    const long = 'x'.repeat(300);
    for (const before of [0, 255_000, 262_130, 262_144, 600_000, 1 << 20]) {
      const lines = `${`${long}\n`.repeat(Math.floor(before / 301))}${'-'.repeat(before % 301)}`;
      const root = temporaryFolder({ 'dump.sql': `${lines} '${KEY}'\n${`${long}\n`.repeat(2_000)}` });
      commit(root);
      expect(await searched(root)).toContain(`1 places look as if they held credentials (dump.sql line ${lines.split('\n').length} has`);
    }
  });

  test('reads UTF-16 in both orders, with and without a mark, and what lies between other bytes', async () => {
    const little = Buffer.from(`$key = "${KEY}"\r\n`, 'utf16le');
    const mark = Buffer.from([0xff, 0xfe]);
    const big = Buffer.from(Buffer.concat([mark, little])).swap16();
    for (const bytes of [little, Buffer.concat([mark, little]), big, Buffer.from(`\0\x01\xff${KEY}\0\0`, 'latin1')]) {
      const root = temporaryFolder({ 'a.ps1': '' });
      writeFileSync(join(root, 'a.ps1'), bytes);
      commit(root);
      expect(await searched(root)).toContain('fail: 1 places');
    }
  });

  test('tells what it could not look into, unless it is excepted', async () => {
    const root = temporaryFolder({ 'a.txt': 'a', 'sub/b.txt': 'b', 'gone.env': 'c' });
    const git = commit(join(root, 'sub'));
    git('status');
    symlinkSync('/etc/hostname', join(root, 'link'));
    commit(root);
    rmSync(join(root, 'gone.env'));
    expect(await searched(root)).toMatch(/^fail: 2 tracked files were not looked into: gone\.env \(ENOENT\), sub \(/);
    expect(await searched(root, { exceptIn: ['^gone', '^sub$'] })).toMatch(/^pass/);
  });
});

describe('a file that must not be there', () => {
  const absent = (root: string, path: string) => ask('file', { path, is: 'absent' }, { root });

  test('is not known to be absent where the system does not let anybody look', async () => {
    const root = temporaryFolder({ 'closed/debug.enabled': '', file: '' });
    expect(await absent(root, 'n'.repeat(300))).toMatch(/^error: n+ cannot be read: ENAMETOOLONG/);
    for (const path of ['missing', 'missing/below', 'file/below']) expect(await absent(root, path)).toMatch(/^pass/);
    chmodSync(join(root, 'closed'), 0);
    onTestFinished(() => chmodSync(join(root, 'closed'), 0o700));
    // The superuser sees what is there; anybody else cannot.
    expect(await absent(root, 'closed/debug.enabled')).toMatch(
      process.getuid!() === 0 ? /^fail/ : /^error: closed\/debug.enabled .* EACCES/,
    );
  });
});

describe('http with samples', () => {
  const demand = { samples: 20, percentile: 95, maxMs: 5_000 };

  test('holds every answer against what is demanded, and shows the first that does not fit', async () => {
    const answering = async (bad: (reply: ServerResponse) => unknown, from = 1) => {
      let asked = 0;
      const { url, end } = await httpOnLoopback(
        (_, reply) => void (asked++ < from ? reply.setHeader('x-v', '1').end('{"a":1}') : bad(reply)),
      );
      onTestFinished(end);
      return url;
    };
    const down = await answering((reply) => reply.writeHead(500).end('{"a":1}'));
    expect(await ask('http', { target: down, ...demand })).toMatch(/^fail: .* answered 500, demanded 200 to 299; 19 of 20 answers are not/);
    const late = await answering((reply) => reply.writeHead(503).end(), 19);
    expect(await ask('http', { target: late, ...demand })).toContain('1 of 20 answers are not as demanded');
    for (const held of [{ contains: ['"a"'] }, { json: [{ at: '$.a', op: '=', value: 1 }] }, { answerHeaders: [{ name: 'x-v' }] }])
      expect(await ask('http', { target: await answering((reply) => reply.end('{}')), ...demand, ...held })).toMatch(/^fail.*19 of 20/);
    expect(await ask('http', { target: await answering((reply) => reply.end()), ...demand })).toMatch(/^pass/);
  });
});

describe('metric', () => {
  const demand = { name: 'errors_total', op: '<', value: 5 };

  test('is no sum where a line of the series cannot be read', async () => {
    for (const line of ['errors_total{service="b"} 50,000', '{"errors_total", service="b"} 7', 'errors_total{service="b" 9'])
      expect(await ask('metric', { target: await serving(`errors_total{service="a"} 0\n${line}\n`), ...demand })).toMatch(
        /^fail: 1 lines of/,
      );
    expect(await ask('metric', { target: await serving('errors_total {service="a"} 0\nother_total{ 1\n'), ...demand })).toMatch(/^pass/);
  });

  test('counts the increase of every series by itself', async () => {
    const over = { ...demand, overS: 0.02 };
    const first = 'errors_total{a="1"} 100\nerrors_total{a="2"} 0\n';
    expect(await ask('metric', { target: await serving(first, 'errors_total{a="1"} 0\nerrors_total{a="2"} 100\n'), ...over })).toMatch(
      /^fail: errors_total is 100/,
    );
    expect(await ask('metric', { target: await serving(first, 'errors_total{a="1"} 101\n'), ...over })).toMatch(
      /^fail: a series .* went away/,
    );
    expect(await ask('metric', { target: await serving(first, `${first}errors_total{a="3"} 4\n`), ...over })).toMatch(/^pass/);
  });
});

describe('promql', () => {
  const answering = (values: number, more: object = {}) => {
    const samples = Array.from({ length: values }, (_, at) => [Date.now() / 1_000 - values + at, '0.1']);
    const data = { resultType: 'matrix', result: [{ metric: {}, values: samples }] };
    return serving(JSON.stringify({ status: 'success', data, ...more }));
  };
  const day = { query: 'x', op: '<', value: 1, overS: 86_400 };

  test('holds over a window of which at least half was seen, unless fewer samples are enough', async () => {
    expect(await ask('promql', { target: await answering(30), ...day })).toMatch(/^fail: x has 30 samples, at least 31/);
    expect(await ask('promql', { target: await answering(31), ...day })).toMatch(/^pass/);
    expect(await ask('promql', { target: await answering(1), ...day, minSamples: 1 })).toMatch(/^pass/);
  });

  test('warns of what Prometheus warns of', async () => {
    const warned = await ask('promql', { target: await answering(61, { warnings: ['store unreachable'] }), ...day });
    expect(warned).toBe('warn: Prometheus says: store unreachable.');
  });
});

describe('log_marker', () => {
  const log = `${'INFO fine\n'.repeat(900_000)}FATAL out of balance\n`;

  test('asks an address for the end of the log, and holds nothing of one that was cut before it', async () => {
    expect(await ask('log_marker', { target: await serving(log), absent: ['WARN'] })).toMatch(/^fail: its last lines lie behind/);
    const { url, end } = await httpOnLoopback((request, reply) => {
      const bytes = Number(/^bytes=-(\d+)$/.exec(request.headers.range ?? '')?.[1]);
      const range = `bytes ${log.length - bytes}-${log.length - 1}/${log.length}`;
      reply.writeHead(206, { 'content-range': range }).end(log.slice(-bytes));
    });
    onTestFinished(end);
    expect(await ask('log_marker', { target: url, absent: ['FATAL'] })).toMatch(/^fail: a line contains "FATAL"/);
    expect(await ask('log_marker', { target: url, absent: ['WARN'] })).toMatch(/^pass/);
  });

  test('holds nothing of a log that nobody writes to any more, by its lines or its last change', async () => {
    const day = 86_400_000;
    const now = Date.parse('2026-11-23T12:00:00Z');
    const at = (line: string, more: object = {}) =>
      ask(
        'log_marker',
        { file: 'app.log', marker: 'release 7', ...more },
        { root: temporaryFolder({ 'app.log': `${line}\n` }), clock: { now: () => now } },
      );
    for (const old of [
      '2020-01-01T00:00:00Z release 7',
      '[2020-01-01 00:00:00,123 +0100] release 7',
      '{"level":30,"time":1577836800000,"msg":"release 7"}',
      '{"ts":1577836800.25,"msg":"release 7"}',
    ])
      expect(await at(old)).toMatch(/^fail: its newest line is \d+\.\d h old, at most 24 h are allowed/);
    expect(await at('2026-11-23T11:00:00Z release 7')).toMatch(/^pass/);
    expect(await at('2026-11-23T11:00:00Z release 7', { maxAgeHours: 0.5 })).toMatch(/^fail/);
    expect(await at('2026-11-20T11:00:00Z release 7', { maxAgeHours: 100 })).toMatch(/^pass/);
    expect(await at('2026-11-25T11:00:00Z release 7')).toMatch(/^fail: its newest line is dated in the future/);
    const served = async (headers: Record<string, string>, more: object = {}) => {
      const { url, end } = await httpOnLoopback((_, reply) => void reply.writeHead(200, headers).end('release 7\n'));
      onTestFinished(end);
      return ask('log_marker', { target: url, ...more });
    };
    expect(await served({ 'last-modified': new Date(Date.now() - 3 * day).toUTCString() })).toMatch(/^fail/);
    expect(await served({ 'last-modified': new Date().toUTCString() })).toMatch(/^pass/);
    expect(await served({})).toMatch(/^pass/);
    expect(await served({}, { maxAgeHours: 24 })).toMatch(/^fail: how old it is cannot be told/);
  });

  test('reads as many lines as are asked for, or says so, and reads UTF-16', async () => {
    const root = temporaryFolder({ 'app.log': `${'x'.repeat(200)}\n`.repeat(50_000), 'u.log': '' });
    expect(await ask('log_marker', { file: 'app.log', lines: 100_000 }, { root })).toMatch(/^fail: of the last 100000 lines only/);
    expect(await ask('log_marker', { file: 'app.log', lines: 1_000 }, { root })).toMatch(/^pass/);
    writeFileSync(join(root, 'u.log'), Buffer.from('\uFEFFfine\nFATAL\n', 'utf16le'));
    expect(await ask('log_marker', { file: 'u.log', absent: ['FATAL'] }, { root })).toMatch(/^fail: a line contains/);
    expect(await ask('file', { path: 'u.log', notContains: ['FATAL'] }, { root })).toMatch(/^fail/);
  });
});

test('a log of one long line is searched in its time', async () => {
  const root = temporaryFolder({ 'app.log': `${'token='.repeat(200_000)}\n` });
  const from = performance.now();
  expect(await ask('log_marker', { file: 'app.log', noSecrets: true, atMost: { matching: 'never', lines: 0 } }, { root })).toMatch(/^pass/);
  expect(performance.now() - from).toBeLessThan(8_000);
});

describe('reports', () => {
  const reported = (kind: string, text: string, more: object = {}) =>
    ask(kind, { report: 'report', of, ...more }, { root: temporaryFolder({ report: text }) });

  test('of junit hold no failure that stands outside of a test, also of all suites, and no sum that is no number', async () => {
    const suite = (attributes: string, inside = '') => `<testsuite ${attributes}>${inside}<testcase classname="pay" name="a"/></testsuite>`;
    expect(await reported('junit', `<testsuites failures="3">${suite('name="u"')}</testsuites>`)).toMatch(
      /^fail: 1 tests failed: report: 3/,
    );
    expect(await reported('junit', suite('failures="three"'))).toMatch(/^error: report states "three" failures/);
    expect(await reported('junit', suite('failures=""'))).toMatch(/^error/);
    expect(await reported('junit', suite('errors="1"', '<error message="cannot load"/>'), { only: 'pay' })).toMatch(/^fail/);
    expect(await reported('junit', suite('name="u"', '<error message="cannot load"/>'))).toMatch(/^fail/);
    expect(await reported('junit', suite('failures="0"'), { only: 'pay' })).toMatch(/^pass/);
  });

  test('of junit tell of as many tests as they state, in every suite', async () => {
    const one = '<testcase name="a"/>';
    expect(await reported('junit', `<testsuite name="unit" tests="3000">${one}</testsuite>`)).toMatch(
      /^fail: unit states 3000 tests and tells of 1/,
    );
    expect(await reported('junit', `<testsuites tests="5"><testsuite tests="1">${one}</testsuite></testsuites>`)).toMatch(/^fail/);
    expect(await reported('junit', `<testsuite tests="1" skipped="4">${one}</testsuite>`)).toMatch(/^fail: .* 4 skipped tests/);
    const nested = `<testsuites tests="2"><testsuite tests="2">${one}<testsuite tests="1">${one}</testsuite></testsuite></testsuites>`;
    expect(await reported('junit', nested)).toMatch(/^pass: 2 tests passed/);
    expect(await reported('junit', `<testsuite tests="3000">${one}</testsuite>`, { only: 'a' })).toMatch(/^fail/);
  });

  test('of npm count what they list, and at least one package', async () => {
    const audit = (more: object, listed: object = {}) =>
      reported(
        'package_audit',
        JSON.stringify({ ...listed, metadata: { vulnerabilities: { low: 0, moderate: 0, high: 0, critical: 0 }, ...more } }),
      );
    expect(await audit({ dependencies: { total: 12 } })).toMatch(/^pass/);
    expect(await audit({}, { vulnerabilities: { a: { severity: 'critical' } } })).toMatch(/^fail: 1 critical/);
    expect(await audit({}, { advisories: { 7: { severity: 'high' } } })).toMatch(/^fail: 1 high/);
    expect(await audit({ dependencies: { total: 0 } })).toMatch(/^error: .*looked at no package/);
    for (const more of [{}, { dependencies: {} }, { dependencies: { total: 'many' } }, { totalDependencies: null }])
      expect(await audit(more)).toMatch(/^error: .*does not say how many packages were looked at/);
    expect(await audit({ totalDependencies: 3 })).toMatch(/^pass/);
  });

  test('of junit count what a case itself says', async () => {
    const saying = (...attributes: string[]) => `<testsuite>${attributes.map((one) => `<testcase name="a" ${one}/>`).join('')}</testsuite>`;
    expect(
      await reported('junit', saying('status="run" result="completed"', 'status="notrun" result="suppressed"'), { maxSkipped: 0 }),
    ).toMatch(/^fail: 1 tests were skipped/);
    expect(await reported('junit', saying('status="run"', 'status="fail"'))).toMatch(/^fail: 1 tests failed/);
  });

  test('of SARIF are errors without results or after a scan that broke off', async () => {
    const sarif = (run: object) => reported('package_audit', JSON.stringify({ version: '2.1.0', runs: [{ results: [] }, run] }));
    expect(await sarif({})).toMatch(/^error: report has a run without results/);
    expect(await sarif({ results: [], invocations: [{ executionSuccessful: false }] })).toMatch(/^error: report is of a scan/);
    const told = [{ level: 'error', message: { text: 'cannot parse a.ts' } }];
    expect(await sarif({ results: [], invocations: [{ executionSuccessful: true, toolExecutionNotifications: told }] })).toMatch(/^warn/);
    expect(await sarif({ results: [], invocations: [{ executionSuccessful: true }] })).toMatch(/^pass/);
  });

  test('of SARIF find the rule of a result by its id in an extension, or by its place', async () => {
    const rules = [{ id: 'r', properties: { 'security-severity': '9.8' } }];
    for (const run of [
      { tool: { driver: {}, extensions: [{ rules }] }, results: [{ ruleId: 'r' }] },
      { tool: { driver: { rules } }, results: [{ ruleIndex: 0 }] },
    ])
      expect(await reported('package_audit', JSON.stringify({ runs: [run] }))).toMatch(/^fail: 1 critical/);
  });

  test('of mutants hold only when every mutant has a result, and are never rounded up', async () => {
    const score = (...states: (string | undefined)[]) =>
      reported('mutation', JSON.stringify({ files: { a: { mutants: states.map((status) => ({ status })) } } }), { minScore: 75 });
    expect(await score('Killed', 'Pending', undefined)).toBe('fail: 2 mutants have no result (Pending, none).');
    expect(await score('Killed', 'RuntimeError')).toMatch(/^fail: 50 %/);
    expect(await score('Killed', 'Ignored', 'CompileError')).toMatch(/^pass/);
    const killed = Array.from({ length: 74_997 }, () => 'Killed');
    expect(await score(...killed, ...Array.from({ length: 25_003 }, () => 'Survived'))).toMatch(/^fail/);
    expect(await reported('mutation', '{"files":{"a":{},"b":{"mutants":[{"status":"Killed"}]}}}', { minScore: 75 })).toMatch(/^error/);
  });

  test('of lcov hold only when every file of them is told whole', async () => {
    const whole = 'SF:a\nLF:9\nLH:9\nend_of_record\n';
    const min = { min: { lines: 90 } };
    expect(await reported('coverage', whole, min)).toMatch(/^pass/);
    for (const cut of ['SF:b\n', 'SF:b\nDA:1,0\nend_of_record\n', 'SF:b\nLF:x\nLH:0\nend_of_record\n'])
      expect(await reported('coverage', whole + cut, min)).toMatch(/^fail/);
  });
});

describe('backups and drills', () => {
  test('a folder is as large as the files in it', async () => {
    const root = temporaryFolder({ 'full/today/base/1.dat': 'x'.repeat(2_000) });
    mkdirSync(join(root, 'empty/today/base'), { recursive: true });
    const params = { maxAgeHours: 1, minBytes: 1_000 };
    expect(await ask('backup_age', { ...params, folder: 'empty' }, { root })).toMatch(/^fail: the newest backup has 0 bytes/);
    expect(await ask('backup_age', { ...params, folder: 'full' }, { root })).toMatch(/^pass/);
  });

  test('a backup that does not say when it ended is told', async () => {
    const stop = Date.now() / 1_000;
    const backup = [
      { label: 'a', timestamp: { stop }, info: { size: 9 } },
      { label: 'b', timestamp: { stop: 'later' } },
    ];
    const root = temporaryFolder({ 'info.json': JSON.stringify([{ name: 'main', status: { code: 0 }, repo: [], backup }]) });
    expect(await ask('backup_age', { pgbackrest: 'info.json', maxAgeHours: 1 }, { root })).toMatch(/^fail: 1 backups of info\.json/);
  });

  test('a drill that cannot be read, or cannot be told from others, does not let an older one count', async () => {
    const passed = { drill: 'restore', at: '2026-11-01', outcome: 'passed', rtoSeconds: 600 };
    const clock = { now: () => Date.parse('2026-11-23') };
    const drilled = (...drills: object[]) =>
      ask(
        'drill',
        { record: 'd.json', drill: 'restore', maxAgeDays: 90 },
        { root: temporaryFolder({ 'd.json': JSON.stringify(drills) }), clock },
      );
    expect(await drilled(passed, { ...passed, drill: 'failover', at: 'x' })).toMatch(/^pass/);
    for (const odd of [{ rtoSeconds: 'never came back' }, { at: '2026-11-20 at night' }, { outcome: undefined }, { drill: undefined }])
      expect(await drilled(passed, { ...passed, ...odd })).toMatch(/^fail: 1 entries of d\.json/);
    expect(await drilled({ ...passed, outcome: 'failed' }, passed)).toMatch(/^fail: the newest restore ended with failed/);
  });
});

test('sql holds nothing of every row where there are more rows than are looked at', async () => {
  const { url, end } = await postgresOnLoopback(Array.from({ length: 1_001 }, () => ['t'] as const));
  onTestFinished(end);
  const params = { target: url, query: 'select balanced from accounts', op: '=', value: true };
  expect(await ask('sql', { ...params, every: true })).toMatch(/^fail: there are more than 1000 rows/);
  expect(await ask('sql', params)).toMatch(/^pass/);
});
