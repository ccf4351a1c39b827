import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts';
import type { CheckKind, Probe } from '../check.ts';
import { bareProbe } from '../loopback.ts';
import { runCheck } from '../run-check.ts';
import { backupAge } from './backup-age.ts';
import { command } from './command.ts';
import { coverage } from './coverage.ts';
import { document } from './document.ts';
import { drill } from './drill.ts';
import { env } from './env.ts';
import { file } from './file.ts';
import { git } from './git.ts';
import { junit } from './junit.ts';
import { loadReport } from './load-report.ts';
import { logMarker } from './log-marker.ts';
import { mutation } from './mutation.ts';
import { packageAudit } from './package-audit.ts';
import { processes } from './process.ts';

const HOUR = 3_600_000;
const stateOf = async (kind: CheckKind, params: object, probe: Partial<Probe> = {}) => {
  const { state, summary } = (await runCheck(kind, params, bareProbe(probe))).result;
  return `${state}: ${summary}`;
};

describe('file', () => {
  test('passes on rights, owner, size, age, text and values', async () => {
    const root = temporaryFolder({ 'app.yaml': 'log: { level: info }\nports: [80, 443]\n' });
    chmodSync(join(root, 'app.yaml'), 0o640);
    const params = {
      path: 'app.yaml',
      mode: '0640',
      owner: String(process.getuid!()),
      minBytes: 5,
      maxBytes: 100,
      maxAgeHours: 1,
      contains: ['level'],
      notContains: ['debug'],
      matches: ['^ports'],
      notMatches: ['secret'],
    };
    expect(
      await stateOf(
        file,
        {
          ...params,
          values: [
            { at: '$.log.level', op: '=', value: 'info' },
            { at: '$.ports.length', op: '=', value: 2 },
          ],
        },
        { root },
      ),
    ).toMatch(/^pass/);
    expect(await stateOf(file, { ...params, mode: '0600' }, { root })).toContain('has the rights 0640');
    expect(await stateOf(file, { ...params, owner: 'nobody-such' }, { root })).toContain('belongs to the user');
    expect(await stateOf(file, { ...params, values: [{ at: '$.log.level', op: '!=', value: 'info' }] }, { root })).toMatch(/^fail/);
    expect(await stateOf(file, { path: 'gone', is: 'absent' }, { root })).toMatch(/^pass/);
    expect(await stateOf(file, { path: '.', is: 'folder' }, { root })).toMatch(/^pass/);
    expect(await stateOf(file, { path: '../x', is: 'absent' }, { root })).toMatch(/^error/);
  });

  test('does not take a file from the future for a fresh one', async () => {
    const root = temporaryFolder({ a: 'x' });
    expect(await stateOf(file, { path: 'a', maxAgeHours: 1 }, { root, clock: { now: () => Date.now() - 48 * HOUR } })).toMatch(/^fail/);
  });
});

describe('env', () => {
  const settings = {
    NODE_ENV: 'production',
    JWT: 'rT8xw2QpLk90vBnMzXc5',
    TWO: 'rT8xw2QpLk90vBnMzXc5',
    HEX: 'a1b2c3d4'.repeat(8),
    MAX: '100',
    WEAK: 'Password123',
    BLANK: '  ',
  };
  const ask = (params: object) => stateOf(env, params, { setting: (name) => settings[name as keyof typeof settings] });

  test('passes on what is set as demanded', async () => {
    for (const params of [
      { names: ['NODE_ENV'], oneOf: ['staging', 'production'] },
      { names: ['JWT'], minLength: 16, minEntropyBits: 60 },
      { names: ['HEX'], minBytes: 32 },
      { names: ['MAX'], min: 1, max: 100 },
      { names: ['NOPE', 'BLANK'], absent: true },
      { names: ['NODE_ENV'], matches: '^prod' },
    ])
      expect(await ask(params)).toMatch(/^pass/);
  });

  test('fails on what is not, and shows no value', async () => {
    const failing = [
      { names: ['JWT'], absent: true },
      { names: ['BLANK'] },
      { names: ['WEAK'], minLength: 4 },
      { names: ['JWT', 'TWO'], different: true },
      { names: ['JWT'], notOneOf: ['RT8XW2QpLk90vBnMzXc5'] },
      { names: ['JWT'], min: 1 },
      { names: ['JWT'], equals: 'x' },
    ];
    for (const params of failing) {
      const told = await ask(params);
      expect(told).toMatch(/^fail/);
      expect(told).not.toMatch(/rT8x|Password123/i);
    }
  });

  test('does not tell which secret is demanded', async () => {
    const setting = () => 'k3y-of-another';
    const told = await stateOf(env, { names: ['DB_PASSWORD'], equals: 'Demanded7', oneOf: ['Demanded8'] }, { setting });
    expect(told).toMatch(/^fail: DB_PASSWORD is not/);
    expect(told).not.toContain('Demanded');
  });

  test.each(['CHANGE_ME', 'changeme', '<generated-password>', '*** (from vault)', 'your-api-key-here', 'TBD', '____', 'xxxx', '[secret]'])(
    'takes %s for a placeholder',
    async (value) => {
      expect(await stateOf(env, { names: ['A'] }, { setting: () => value })).toContain('placeholder');
    },
  );
});

describe('document', () => {
  const text =
    '# Runbook\n\nLast reviewed: 2026-11-01\n\n## Restore a backup\n\nSee [below](#restore-a-backup), [other](docs/other.md#two-words) and [web](https://example.com).\n';
  const files = { 'runbook.md': text, 'docs/other.md': '# Two words\n' };
  const clock = { now: () => Date.parse('2026-11-20T00:00:00Z') };

  test('passes on headings, age, words and links', async () => {
    const root = temporaryFolder(files);
    expect(
      await stateOf(
        document,
        { path: 'runbook.md', headings: ['restore'], maxAgeDays: 30, minWords: 5, contains: ['Restore'] },
        { root, clock },
      ),
    ).toMatch(/^pass: .*19 days old by its own date/);
    expect(await stateOf(document, { path: 'runbook.md', maxAgeDays: 10 }, { root, clock })).toContain('19 days old');
    expect(await stateOf(document, { path: 'runbook.md', maxAgeDays: 10 }, { root, clock: { now: () => 0 } })).toContain('future');
  });

  test.each([
    ['Reviewed: 2026-11-10\n\nLast reviewed: 2026-11-15\n\nReviewed: 2026-10-01', 5],
    ['---\nlast_reviewed: 2026-11-15\n---', 5],
    ['| Owner | Ada |\n| **Last updated** | 2026-11-15 |', 5],
    ['Owner: Ada · Last verified on 2026-11-15', 5],
    ['Date: 2026-11-15\n\nDate: 2026-11-18', 5],
    ['Date: 2026-01-01\n\n_Last reviewed: 2026-11-15_', 5],
    ['Last reviewed: 2026-02-30\n\nDate: 2026-11-15', 5],
  ])('takes the day on which somebody looked at it from %j', async (text, days) => {
    const root = temporaryFolder({ 'a.md': `# Runbook\n\n${text}\n` });
    expect(await stateOf(document, { path: 'a.md', maxAgeDays: 30 }, { root, clock })).toContain(`${days} days old by its own date`);
  });

  test.each(['The release date 2026-11-15 is passed by.', 'It says when the list was updated: 2026-11-15.', 'Next review: 2027-01-01'])(
    'takes no date of something else for its own: %s',
    async (text) => {
      const root = temporaryFolder({ 'a.md': `# Runbook\n\n${text}\n` });
      expect(await stateOf(document, { path: 'a.md', maxAgeDays: 30 }, { root, clock })).not.toContain('its own date');
    },
  );

  test('fails on links to what is not there, or out of the tree', async () => {
    const root = temporaryFolder({ ...files, 'a.md': '[a](docs/other.md#none) [b](#none) [c](../../etc/passwd) [d](missing.png)\n' });
    expect(await stateOf(document, { path: 'a.md' }, { root })).toContain('docs/other.md#none, #none, ../../etc/passwd, missing.png');
    expect(await stateOf(document, { path: 'a.md', links: false }, { root })).toMatch(/^pass/);
  });

  test('does not take code for placeholders', async () => {
    const root = temporaryFolder({ 'a.md': 'Run it:\n\n```\necho TODO ____\n```\n', 'b.md': 'Contact: ____\n' });
    expect(await stateOf(document, { path: 'a.md' }, { root })).toMatch(/^pass/);
    expect(await stateOf(document, { path: 'b.md' }, { root })).toMatch(/^fail/);
  });
});

describe('git', () => {
  function repository(): { root: string; call(...args: string[]): string } {
    const root = temporaryFolder({ 'package.json': '{"version":"1.2.3"}', '.gitignore': '.env\n', 'sub/a.txt': 'a' });
    const call = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], {
        cwd: root,
        encoding: 'utf8',
        stdio: 'pipe',
      }).trim();
    call('init', '-q');
    call('add', '-A');
    call('commit', '-q', '--no-gpg-sign', '-m', 'first');
    return { root, call };
  }
  const all = { clean: true, tagIsVersionOf: 'package.json', ignores: ['.env', 'sub/.env'], tracks: ['package.json'], noSecrets: true };

  test('passes on a clean, tagged tree, also by an annotated tag, and of the judged commit', async () => {
    const { root, call } = repository();
    call('tag', '-a', '-m', 'x', 'v1.2.3');
    expect(await stateOf(git, all, { root, commit: call('rev-parse', 'HEAD') })).toMatch(/^pass/);
    expect(await stateOf(git, {}, { root, commit: 'f'.repeat(40) })).toContain('judged is ffffffffffff');
    appendFileSync(join(root, 'sub/a.txt'), 'b');
    writeFileSync(join(root, 'package.json'), '{"version":"1.3.0"}');
    expect(await stateOf(git, all, { root })).toMatch(
      /2 files are changed.*sub\/a\.txt; the commit has the tags v1\.2\.3, the version is 1\.3\.0/,
    );
  });

  test('does not run programs that the repository names, and leaves the repository as it was', async () => {
    const { root, call } = repository();
    call('config', 'filter.evil.clean', 'touch /tmp/never; cat');
    expect(await stateOf(git, { clean: true }, { root })).toMatch(/^error: .*filter\.evil\.clean/);
    expect(await stateOf(git, {}, { root: temporaryFolder({}) })).toMatch(/^fail: There is no commit/);
  });
});

describe('process', () => {
  test('passes on one that runs, by number or by command line, also over a window', async () => {
    const root = temporaryFolder({ 'app.pid': `${process.pid}\n`, 'bad.pid': 'x' });
    expect(await stateOf(processes, { pidFile: 'app.pid', maxMemoryMB: 1e5, overS: 0.05, maxGrowthMBPerHour: 1e9 }, { root })).toMatch(
      /^pass/,
    );
    expect(await stateOf(processes, { pidFile: 'app.pid', maxMemoryMB: 1 }, { root })).toMatch(/^fail/);
    expect(await stateOf(processes, { pidFile: 'bad.pid' }, { root })).toMatch(/^fail: 0 such/);
    expect(await stateOf(processes, { commandContains: 'no program is called so' })).toMatch(/^fail/);
    expect(await stateOf(processes, {})).toMatch(/^error/);
  });
});

describe('command', () => {
  const running = (script: string, more: object = {}): Partial<Probe> => ({
    command: () => ({ argv: [process.execPath, '-e', script], ...more }),
  });

  test('passes on its exit code and output, and gets only the settings that are its own', async () => {
    expect(await stateOf(command, { command: 'x', contains: ['one'], matches: ['^on'] }, running('console.log("one")'))).toMatch(/^pass/);
    expect(await stateOf(command, { command: 'x', exits: [1], silent: true }, running('process.exitCode = 1'))).toMatch(/^pass/);
    const seen = await runCheck(
      command,
      { command: 'x' },
      bareProbe(running('console.log(Object.keys(process.env).sort().join())', { env: { OWN: '1' } })),
    );
    expect(seen.output).toBe('$ x\nLC_ALL,OWN,PATH\nit ended with exit code 0');
    expect(await stateOf(command, { command: 'x', silent: true }, running('console.log(1)'))).toMatch(/^fail/);
  });

  test('is ended with all that it started when its time is over, and is never a pass', async () => {
    const script =
      'require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { stdio: "inherit" }); setInterval(() => {}, 1e6)';
    const { result } = await runCheck(command, { command: 'x', timeoutS: 0.3 }, bareProbe(running(script)), {
      graceMs: 20_000,
    });
    // Its group holds the output open: that it ended shows that all of them did.
    expect(result).toMatchObject({ state: 'unreachable', summary: 'No answer within 0.3 s.' });
  });

  test('is an error when it is not reviewed or not installed', async () => {
    expect(await stateOf(command, { command: 'x' })).toContain('nothing was run');
    expect(await stateOf(command, { command: 'x' }, { command: () => ({ argv: ['/nowhere/program'] }) })).toMatch(
      /^error: .*not installed/,
    );
  });
});

describe('log_marker', () => {
  test('passes on a marker that arrives later, on JSON lines without credentials', async () => {
    const root = temporaryFolder({ 'app.log': '{"a":1}\n{"b":2}\n' });
    const path = join(root, 'app.log');
    setImmediate(() => appendFileSync(path, '{"msg":"release 7"}\n'));
    expect(
      await stateOf(
        logMarker,
        {
          file: 'app.log',
          marker: 'release 7',
          withinS: 20,
          jsonShare: 1,
          noSecrets: true,
          absent: ['panic'],
          atMost: { matching: 'error', lines: 0 },
        },
        { root },
      ),
    ).toMatch(/^pass/);
    expect(await stateOf(logMarker, { file: 'app.log', atMost: { matching: '"[ab]"', lines: 1 } }, { root })).toContain('2 lines match');
    expect(await stateOf(logMarker, { file: 'none.log' }, { root })).toMatch(/^fail/);
    writeFileSync(path, '');
    expect(await stateOf(logMarker, { file: 'app.log', absent: ['x'] }, { root })).toContain('there are 0 lines');
  });
});

describe('backup_age', () => {
  test('passes on fresh backups that are kept for long enough, in a folder or by pgBackRest', async () => {
    const root = temporaryFolder({ 'b/1.dump': 'data', 'b/2.dump': 'data', 'b/notes': '' });
    const days = (count: number) => new Date(Date.now() - count * 24 * HOUR);
    utimesSync(join(root, 'b/1.dump'), days(31), days(31));
    expect(
      await stateOf(backupAge, { folder: 'b', match: '\\.dump$', maxAgeHours: 24, keepsDays: 30, minCount: 2, minBytes: 4 }, { root }),
    ).toMatch(/^pass/);
    rmSync(join(root, 'b/1.dump'));
    expect(await stateOf(backupAge, { folder: 'b', match: '\\.dump$', maxAgeHours: 24, keepsDays: 30 }, { root })).toContain(
      '30 days are to be kept',
    );
    expect(await stateOf(backupAge, { folder: 'none', maxAgeHours: 24 }, { root })).toMatch(/^fail/);
    const stop = Math.floor(Date.now() / 1_000);
    const info = (cipher: string, code = 0) =>
      JSON.stringify([
        {
          name: 'main',
          status: { code, message: 'says' },
          repo: [{ cipher }, { cipher }],
          backup: [{ label: 'L', timestamp: { stop }, info: { size: 9 } }],
        },
      ]);
    writeFileSync(join(root, 'info.json'), info('aes-256-cbc'));
    const params = { pgbackrest: 'info.json', stanza: 'main', maxAgeHours: 1, encrypted: true, minRepositories: 2 };
    expect(await stateOf(backupAge, params, { root })).toMatch(/^pass/);
    writeFileSync(join(root, 'info.json'), info('aes-256-cbc', 2));
    expect(await stateOf(backupAge, params, { root })).toContain('pgBackRest says: says');
    expect(await stateOf(backupAge, { ...params, stanza: 'other' }, { root })).toContain('no stanza called other');
  });
});

describe('drill', () => {
  const record =
    'drills:\n  - { drill: restore, at: 2026-11-10, outcome: passed, version: 2.4.0, rtoSeconds: 60, rpoSeconds: 5, by: Ada }\n  - { drill: restore, at: 2026-01-10, outcome: failed }\n';
  const clock = { now: () => Date.parse('2026-11-20T00:00:00Z') };
  const params = { record: 'd.yaml', drill: 'restore', maxAgeDays: 30, sameMajorAs: 'package.json', maxRtoSeconds: 100, maxRpoSeconds: 10 };

  test('passes on the newest of its kind: fresh, of the same major version and within its figures', async () => {
    const root = temporaryFolder({ 'd.yaml': record, 'package.json': '{"version":"2.9.1"}', 'three.json': '{"version":"3.0.0"}' });
    expect(await stateOf(drill, params, { root, clock })).toMatch(/^pass: restore passed on 2026-11-10, by Ada/);
    expect(await stateOf(drill, { ...params, sameMajorAs: 'three.json' }, { root, clock })).toContain('on version 2.4.0, now it is 3.0.0');
    expect(await stateOf(drill, { ...params, maxAgeDays: 5 }, { root, clock })).toContain('10 days old');
    expect(await stateOf(drill, { ...params, drill: 'failover' }, { root, clock })).toContain('no drill called failover');
    expect(await stateOf(drill, { ...params, drill: 'Restore ' }, { root, clock })).toMatch(/^pass/);
    expect(await stateOf(drill, params, { root, clock: { now: () => 0 } })).toMatch(/^fail/);
  });

  test('fails on a figure that was demanded and not measured', async () => {
    const root = temporaryFolder({ 'd.json': '{"drill":"restore","at":"2026-11-10T10:00:00Z","outcome":"passed"}' });
    expect(await stateOf(drill, { record: 'd.json', drill: 'restore', maxAgeDays: 30, maxRtoSeconds: 1 }, { root, clock })).toContain(
      'RTO was not measured',
    );
  });
});

describe('reports of the same commit', () => {
  const commit = 'abcdef1234567890abcdef1234567890abcdef12';
  const of = { commitFile: 'COMMIT' };
  const files = {
    COMMIT: `${commit.slice(0, 12)}\n`,
    'coverage.json': JSON.stringify({ total: { lines: { total: 100, covered: 95 }, branches: { total: 0, covered: 0, pct: 100 } } }),
    'lcov.info': 'SF:a.ts\nLF:10\nLH:9\nBRF:4\nBRH:3\nend_of_record\n',
    'junit/a.xml':
      '<testsuites><testsuite failures="0"><testcase classname="a" name="one"/><testcase classname="a" name="two"><skipped/></testcase></testsuite></testsuites>',
    'junit/b.xml': '<testsuite><testcase classname="b" name="three"/></testsuite>',
    'broken.xml': '<testsuite errors="1"><testcase name="one"/></testsuite>',
    'mutation.json': JSON.stringify({
      files: { a: { mutants: ['Killed', 'Timeout', 'Killed', 'Survived', 'Ignored', 'CompileError'].map((status) => ({ status })) } },
    }),
    'audit.json': JSON.stringify({
      metadata: { vulnerabilities: { critical: 0, high: 0, moderate: 3, low: 1 }, dependencies: { total: 9 } },
    }),
    'sarif.json': JSON.stringify({
      runs: [
        {
          tool: { driver: { rules: [{ id: 'r', properties: { 'security-severity': '9.1' } }] } },
          results: [{ ruleId: 'r' }, { level: 'warning' }],
        },
      ],
    }),
    'load.yaml': `commit: ${commit}\nlatency: { p95: 88 }\nerrors: 0\n`,
  };
  const cases: readonly [string, CheckKind, object, RegExp][] = [
    ['coverage', coverage, { report: 'coverage.json', of, min: { lines: 95 } }, /^pass: lines 95\.00 %/],
    ['coverage below', coverage, { report: 'coverage.json', of, min: { lines: 95.1 } }, /^fail/],
    ['coverage of nothing', coverage, { report: 'coverage.json', of, min: { branches: 1 } }, /^fail: branches are covered by nothing/],
    ['lcov', coverage, { report: 'lcov.info', of, min: { lines: 90, branches: 75 } }, /^pass/],
    ['junit of a folder', junit, { report: 'junit', of, minTests: 2, maxSkipped: 1 }, /^pass: 2 tests passed, 1 were skipped/],
    ['junit with too many skipped', junit, { report: 'junit', of, maxSkipped: 0 }, /^fail/],
    ['junit of a suite', junit, { report: 'junit', of, only: '^b ', minTests: 2 }, /^fail: 1 tests passed/],
    ['junit with an error outside of tests', junit, { report: 'broken.xml', of }, /^fail: 1 tests failed/],
    ['junit that is no XML', junit, { report: 'load.yaml', of }, /^error/],
    ['mutation', mutation, { report: 'mutation.json', of, minScore: 75 }, /^pass: 75 % of 4 mutants/],
    ['audit', packageAudit, { report: 'audit.json', of, max: { moderate: 3 } }, /^pass/],
    ['audit with more', packageAudit, { report: 'audit.json', of, max: { moderate: 2 } }, /^fail: 3 moderate/],
    ['sarif', packageAudit, { report: 'sarif.json', of }, /^fail: 1 critical/],
    ['audit that is none', packageAudit, { report: 'coverage.json', of }, /^error/],
    [
      'load',
      loadReport,
      {
        report: 'load.yaml',
        of: { commitAt: '$.commit' },
        demands: [
          { at: '$.latency.p95', op: '<', value: 100 },
          { at: '$.errors', op: '=', value: 0 },
        ],
      },
      /^pass/,
    ],
    [
      'load that names no commit',
      loadReport,
      { report: 'coverage.json', of: { commitAt: '$.commit' }, demands: [{ at: '$.total', op: 'exists' }] },
      /^stale/,
    ],
    ['fresh', loadReport, { report: 'load.yaml', of: { maxAgeHours: 1 }, demands: [{ at: '$.errors', op: '=', value: 0 }] }, /^pass/],
  ];

  test.each(cases)('%s', async (_, kind, params, expected) => {
    expect(await stateOf(kind, params, { root: temporaryFolder(files), commit })).toMatch(expected);
  });

  test('are stale for any other commit, without one, or when they are old', async () => {
    const root = temporaryFolder(files);
    const params = { report: 'coverage.json', of, min: { lines: 1 } };
    expect(await stateOf(coverage, params, { root, commit: 'f'.repeat(40) })).toMatch(/^stale/);
    expect(await stateOf(coverage, params, { root })).toMatch(/^stale/);
    expect(await stateOf(coverage, { ...params, of: { maxAgeHours: 1 } }, { root, clock: { now: () => Date.now() + 2 * HOUR } })).toMatch(
      /^stale/,
    );
  });
});
