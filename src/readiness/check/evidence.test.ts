import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { GOOD } from '../../../test/support/held-checks.ts';
import { builtInChecks } from './built-in.ts';
import type { CheckKind, Probe } from './check.ts';
import { defineKind, fields } from './define.ts';
import { houseChecks } from './kinds/health.ts';
import { bareProbe, closedPort, httpOnLoopback } from './loopback.ts';
import { takeNotes } from './notes.ts';
import { runCheck } from './run-check.ts';

/** What decided in each situation in which a kind must fail, as the evidence has to show it. */
const FAILS: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  http: {
    'a service that answers 500': /HTTP 500[^]*\{"status":"down"\}/,
    'a service that answers 200 and says that it is not well': /HTTP 200[^]*\{"status":"down"\}/,
    'a service that answers well once and then 500, fast': /HTTP 500[^]*times in ms: (?:[\d.]+, ){19}[\d.]+$/,
    'plain HTTP that answers instead of leading to https': /HTTP 200[^]*welcome/,
    'a redirect to another host whose name begins the same': /HTTP 301[^]*location: https:\/\/web\.example\.stranger\.invalid/,
  },
  headers: {
    'a page without any of the headers': /HTTP 200\ndate: .*\n(?!.*content-security)/,
    'a proxy that sends all of the headers with its own page, as the service is down': /HTTP 503\ncontent-security-policy: /,
    'an API that lets every origin in': /origin https:\/\/stranger\.invalid: 200, access-control-allow-origin: \*/,
  },
  tcp: {
    'a port that nobody listens on': /^127\.0\.0\.1:\d+ refused the connection \(ECONNREFUSED/,
    'an open port that must be closed': /^127\.0\.0\.1:\d+ accepted a connection/,
  },
  tls: {
    'a certificate that has ended':
      /CERT_HAS_EXPIRED[^]*from .* to .*[^]*chain as it was sent:\n0: CN=127\.0\.0\.1, by CN=127\.0\.0\.1, from .*sha256 [\dA-F:]{95}/,
    'a certificate that nobody trusts': /not trusted: DEPTH_ZERO_SELF_SIGNED_CERT[^]*chain as it was sent:\n0: /,
    'a certificate that soon ends, on a server that still speaks TLS 1.2': /from .* to .* GMT[^]*offered TLSv1\.2: TLSv1\.2 /,
  },
  dns: {
    'a name that does not exist': /A of localhost by dns:\/\/.*: ENOTFOUND/,
    'two name servers that do not agree': /127\.0\.0\.1\nA of localhost by dns:.*\n192\.0\.2\.7/,
  },
  ws: {
    'a server that knows no WebSocket': /^handshake: 404\n/,
    'a socket that opens and stays silent': /^handshake: 101\n[^]*no message within 50 ms/,
    'a server that refuses everybody':
      /^handshake: 401\n[^]*the control: origin http:[^]*handshake: 401[^]*the control: no origin\nhandshake: 401/,
    'a server that lets every origin in': /^handshake: 101\n/,
  },
  grpc_health: { 'a service that does not serve': /for payments: HTTP 200, grpc-status 0, state NOT_SERVING/ },
  port_sweep: { 'a port that must not be open': /accepted a connection: \d+\nrefused it: none\ndid not answer: none/ },
  scenario: { 'a login whose token is not accepted': /log in: 200[^]*\{"token":\[secret\]\}[^]*read the profile: 401[^]*HTTP 401/ },
  openapi_auth: {
    'an operation that answers everybody': /GET \/accounts\/[\d-]+: 200/,
    'a path that is written elsewhere': /1 paths are written elsewhere\nGET \/a: 401/,
    'a document in which nothing needs a login': /^0 readable operations need a login/,
  },
  sql: {
    'a value that is not the demanded one': /^show ssl\n.*\noff$/,
    'more rows than are looked at, each of which must hold': /^select balanced[^]*… cut: 200 of more than 1000 rows are kept$/,
    'a statement that finds no row': /^select version from schema_version\n.*$/,
  },
  redis: {
    'a server that lets everybody in': /PING of a client that did not log in: PONG/,
    'a server without a limit of memory': /CONFIG GET maxmemory: 0/,
  },
  nats: {
    'a server that is not healthy': /\/healthz\nHTTP 503[^]*"status":"unavailable"/,
    'a server that lets everybody in': /to a client without a login:\nINFO .*\s+PONG/,
  },
  promql: {
    'a rate of errors above the limit': /^error_ratio\n.*"0\.07"/,
    'a query without data': /"result":\[\]/,
    'a day of which one minute was seen': /"values":\[\[\d+,"0\.1"\]\]/,
    'an answer of which Prometheus says that a part is missing': /store unreachable: partial response/,
    'a window with one bad sample in it': /\[\d+,"0\.9"\]/,
    'a window that does not hold by its last': /\[\d+,"0\.9"\]/,
    'a window that does not hold by its min': /\[\d+,"0\.8"\]/,
    'a window that does not hold by its mean': /\[\d+,"0\.5"\]/,
    'a window whose highest sample is infinite': /\[\d+,"\+Inf"\]/,
    'a window whose samples ended long before now': /\[\d+,"0\.1"\],\[\d+,"NaN"\]/,
  },
  metric: {
    'a page without the demanded family': /1 samples, 1 families\nup gauge$/,
    'a value above the limit': /pool_in_use\{"pool":"main"\} 97/,
    'a series whose number cannot be read': /not understood: errors_total\{service="b"\} 50,000/,
    'a series that hides by its new start what another counts': /errors\{"a":"1"\} 100[^]*errors\{"a":"1"\} 0/,
    'a counter that stands still': /trades_total\{\} 5\n[^]*trades_total\{\} 5/,
  },
  log_marker: {
    'a log that nobody has written to for days': /release 7/,
    'a copied log whose lines are old': /2020-01-01T00:00:00Z/,
    'a marker that never arrives': /1 lines were looked at[^]*\{"msg":"started"\}/,
    'a log that is not JSON and holds a token': /not JSON \(1\)[^]*held a credential \(1\)(?![^]*ghp_)/,
    'an error behind more than is read of an address': /its last lines lie behind the first 8388608 bytes/,
  },
  coverage: {
    'too few lines': /"covered":150[^]*lines: 75\.00 %/,
    'a report of lcov that is cut off before the worst file': /SF:b\.ts[^]*lines: not told/,
    'a report that is missing': /coverage-summary\.json is not there/,
    'a good report of another commit': /commit named: aaaaaaa; judged: bbbbbbb/,
  },
  junit: {
    'a test that failed': /failed: 1\npays/,
    'a test that failed, with another one within it that passed': /failed: 1\npays/,
    'a test that was skipped, with another one within it that passed': /skipped: 1/,
    'failures that only the sum of all suites tells, with those of one suite asked for': /failures="1"[^]*1 failures outside of any test/,
    'a sum of failures that is no number': /failures="three"/,
    'a report that states more tests than it tells of': /tests="3000"/,
    'a report in which nothing ran': /skipped: 1\npays\npassed: 0/,
  },
  mutation: {
    'half of the mutants survived': /2 mutants\nKilled: 1\nSurvived: 1/,
    'a run that was broken off: most mutants were never tried': /Pending: 9/,
  },
  package_audit: {
    'a package with a high vulnerability': /high: 1\n/,
    'an audit whose sums leave out what it lists': /critical: 1[^]*tides: critical/,
    'an audit that does not say that it looked at any package': /"low":0[^]*low: 0\n/,
    'a scan that broke off': /"executionSuccessful":false/,
    'a scan that gives no results': /"runs":\[\{\}\]/,
  },
  load_report: {
    'a percentile above the limit': /\$\.latency\.p95: 340, demanded < 200 ms/,
    'a figure that the report does not have': /\$\.latency\.p95: not there/,
  },
  file: {
    'a file that is missing': /nothing is at deploy\/app\.yaml/,
    'a place where the system does not let anybody look, at which nothing may be': /^Nothing was seen: .*ENAMETOOLONG/,
    'a placeholder that was left in': /line 1 has "CHANGE_ME": DATABASE_PASSWORD=/,
    'a file that everybody may read': /rights 0[0-7]{3}, user \d+/,
  },
  env: {
    'a setting that is missing': /DATABASE_URL: not set/,
    'a placeholder': /API_KEY: set, 14 characters; API_KEY still holds a placeholder/,
    'a short secret': /JWT_SECRET: set, 17 characters/,
    'a wrong mode': /NODE_ENV: set, 11 characters; NODE_ENV is not production/,
  },
  document: {
    'a document that is missing': /docs\/runbook\.md is not there/,
    'a document with a placeholder, a dead link and without a heading':
      /headings of runbook\.md:\nRunbook\n\n[^]*line 3: Call TBD[^]*leads nowhere: restore\.md/,
    'a document that nobody has looked at for years': /Last reviewed: 2001-01-01[^]*days old by its own date/,
  },
  git: {
    'a file that was changed after the commit': /\$ git status[^]*\?\? b\.txt/,
    'a commit without the tag of its version': /\$ git show-ref --tags --dereference\nexit code 1/,
    'a file of settings that git does not ignore': /\$ git check-ignore .*\.env\nexit code 1/,
    'a credential in a tracked file': /config\.js line 1 has a key of AWS(?![^]*AKIA)/,
    'a credential behind a megabyte of other text, written with two bytes for each letter': /dump\.sql line 2 has a key of AWS/,
    'a tracked file that cannot be looked into': /gone\.env \(ENOENT\)/,
  },
  process: {
    'a process that is gone': /names the process 4194305\n.*: 0 of 1 processes asked for are running/,
    'a process that was started a moment ago': /\d+ \S+: started at 20\d\d-/,
  },
  command: {
    'a command that ends with 3': /it ended with exit code 3/,
    'a search that finds something where it must find nothing': /CHANGE_ME\nit ended with exit code 0/,
    'a command that prints what it must not': /1 warning/,
  },
  backup_age: {
    'a backup of the day before yesterday': /app\.dump: 20.*Z, 4 bytes/,
    'a folder of today with nothing in it': /today: .*, 0 bytes/,
    'a fresh backup with nothing in it': /app\.dump: .*, 0 bytes/,
    'a repository that is not encrypted': /1 repositories, ciphers: "none"/,
  },
  drill: {
    'a restore that took too long': /"rtoSeconds": 9000/,
    'a restore that never came back, and tells so in words': /rtoSeconds: never/,
    'a failover that was practised years ago': /"at": "2001-01-01"/,
  },
  health: {
    'a dependency that is not well': /says that it is not well/,
    'an invariant with nothing to look at': /says that it is not known to be well: There was nothing/,
  },
};

/** The same where each kind passes. */
const PASSES: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  http: { plain: /HTTP 200[^]*"ok"/, head: /HTTP 200/, samples: /times in ms: /, redirect: /HTTP 301\nlocation: https:\/\/127\.0\.0\.1\// },
  headers: { baseline: /x-content-type-options: nosniff/, demands: /referrer-policy: no-referrer/ },
  tcp: { open: /accepted a connection/, closed: /refused the connection/ },
  tls: {
    trusted: /TLSv1\.3[^]*chain as it was sent:\n0: CN=/,
    untrusted: /not trusted: /,
    clients: /refused: ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED/,
  },
  dns: { records: /A of localhost by .*\n127\.0\.0\.1/ },
  ws: { open: /^handshake: 101/, refused: /^handshake: 401/ },
  grpc_health: { state: /state NOT_SERVING/ },
  port_sweep: { ports: /accepted a connection: \d+/ },
  scenario: { journey: /read: 200/ },
  openapi_auth: { served: /GET \/a: 401/, file: /GET \/a: 401/ },
  sql: { value: /^show ssl\n.*\non\noff$/, rows: /^show ssl\n.*\non$/ },
  redis: { anonymous: /NOAUTH Authentication required/, answers: /PING: PONG/ },
  nats: { monitor: /"status":"ok"/, clients: /Authorization Violation/ },
  promql: { now: /^x\n.*"value":\[0,"1"\]/, window: /"values":\[\[0,"1"\],\[1,"1"\]\]/ },
  metric: { families: /jobs gauge/, series: /jobs\{"q":"a"\} 5/, window: /jobs\{"q":"a"\} 5[^]*jobs\{"q":"a"\} 5/ },
  log_marker: { file: /INFO fine \[secret\]/, served: /INFO fine \[secret\]/ },
  file: { file: /a\.json: a file of 7 bytes/, folder: /sub: a folder/, absent: /nothing is at b\.json/ },
  env: { set: /A: set, 1 characters; as demanded/, absent: /A: not set; as demanded/ },
  document: { lenient: /6 words; 0\.0 days old/ },
  git: { commit: /\$ git rev-parse --verify HEAD\n[\da-f]{40}/ },
  process: { file: /sleep: started at/, command: /sleep: started at/, both: /sleep: started at/ },
  command: { command: /out\nit ended with exit code 0/ },
  backup_age: { folder: /a\.dump: .*, 1 bytes/, pgbackrest: /a: .*, 9 bytes/ },
  drill: { record: /"outcome": "passed"/ },
  coverage: { lines: /lines: 75\.00 %/ },
  junit: { report: /passed: 1\na/ },
  mutation: { report: /Killed: 1/ },
  package_audit: { report: /moderate: 1/ },
  load_report: { report: /\$\.p95: 9, demanded < 10/ },
  health: { well: /database says that it is well: It answers/ },
};

const house = houseChecks([{ name: 'database', run: async () => ({ ok: true, detail: 'It answers.' }) }]);
const kinds = [...builtInChecks().kinds, ...house.kinds];
const good = { ...GOOD, health: { well: async () => ({ params: { check: 'database' } }) } } as typeof GOOD;
const failing = kinds.flatMap((kind) => kind.negative.map((fixture) => [kind.name, fixture.name, kind, fixture] as const));
const passing = kinds.flatMap((kind) =>
  Object.entries(good[kind.name] ?? {}).map(([mode, make]) => [kind.name, mode, kind, make] as const),
);

describe('the evidence of every kind', () => {
  test('is demanded in every situation in which it fails, and in every one in which it passes', () => {
    const namesIn = (table: typeof FAILS): string[] =>
      Object.entries(table).flatMap(([kind, all]) => Object.keys(all).map((name) => `${kind}: ${name}`));
    expect(namesIn(FAILS).toSorted()).toEqual(failing.map(([kind, name]) => `${kind}: ${name}`).toSorted());
    expect(namesIn(PASSES).toSorted()).toEqual(passing.map(([kind, mode]) => `${kind}: ${mode}`).toSorted());
    expect(Object.keys(PASSES).toSorted()).toEqual(kinds.map(({ name }) => name).toSorted());
  });

  test.each(failing)('%s shows what decided: %s', async (name, situation, kind, fixture) => {
    const { params, probe, end } = await fixture.arrange();
    onTestFinished(end);
    const { result, output } = await runCheck(kind, params, bareProbe(probe));
    expect(result.state).toBe(fixture.expects ?? 'fail');
    expect(output).toMatch(FAILS[name]![situation]!);
  });

  test.each(passing)('%s shows what decided where it passes: %s', async (name, mode, kind, make) => {
    const { params, probe } = await make();
    const { result, output } = await runCheck(kind, params, bareProbe(probe));
    expect(result.state).toBe('pass');
    expect(output).toMatch(PASSES[name]![mode]!);
  });

  test.each(kinds.map((kind) => [kind.name, kind] as const))(
    '%s says that nothing was seen, and why, where its parameters do not fit',
    async (_, kind) => {
      const { result, output } = await runCheck(kind, { strange: true }, bareProbe());
      expect(result.state).toBe('error');
      expect(output).toBe(`Nothing was seen: ${result.summary}`);
    },
  );
});

describe('what was seen until a check was stopped or failed', () => {
  const kindOf = (run: (probe: Probe) => Promise<never>): CheckKind =>
    defineKind({
      name: 'broken',
      summary: '',
      params: fields({}),
      describe: () => 'x',
      run: (_, probe) => run(probe),
      negative: [],
    }) as CheckKind;

  test('is kept, with how it ended', async () => {
    const throwing = kindOf(async ({ note }) => {
      note?.('the first answer was 17');
      throw new Error('then it broke');
    });
    expect((await runCheck(throwing, {}, bareProbe())).output).toBe(
      'the first answer was 17\n\nIt ended so: The check itself failed: then it broke.',
    );
    const hanging = kindOf(({ note }) => {
      note?.('it began');
      return new Promise(() => {});
    });
    expect((await runCheck(hanging, {}, bareProbe(), { timeoutMs: 20, graceMs: 1 })).output).toMatch(/^it began\n\nIt ended so: No answer/);
  });

  test('is kept of an address that does not answer, and of an answer that was no good', async () => {
    const tcp = kinds.find(({ name }) => name === 'tcp')!;
    const silent = await runCheck(tcp, { target: `tcp://127.0.0.1:${await closedPort()}` }, bareProbe());
    expect(silent.output).toContain('ECONNREFUSED');
    const { url, end } = await httpOnLoopback((_, reply) => void reply.writeHead(502).end('bad gateway'));
    onTestFinished(end);
    const openapi = kinds.find(({ name }) => name === 'openapi_auth')!;
    const { result, output } = await runCheck(openapi, { target: url }, bareProbe());
    expect(result.state).toBe('error');
    expect(output).toMatch(/HTTP 502[^]*bad gateway[^]*It ended so: There is no OpenAPI document/);
  });
});

describe('notes', () => {
  const key = ['AKIA', 'ABCDEFGHIJ', 'KLMNOP'].join('');
  let seen: readonly string[] = [];
  afterEach(() => void (seen = []));

  test('are masked, also where a credential lies across the cut, and say that they were cut', () => {
    for (let before = 16_384 - key.length - 2; before <= 16_384 + 2; before += 1) {
      const notes = takeNotes();
      notes.note(`${'x '.repeat(before / 2)} ${key} ${'y '.repeat(20_000)}`);
      seen = [...seen, notes.all()!];
    }
    for (const text of seen) {
      expect(text).not.toContain(key.slice(0, 8));
      expect(text).toMatch(/… cut: 16384 of \d+ characters are kept$/);
    }
  });

  test('are bounded together, and say how many more there were', () => {
    const notes = takeNotes((text) => text.replaceAll('hidden', '[secret]'));
    for (let count = 0; count < 100; count += 1) notes.note('hidden '.repeat(1_000));
    expect(notes.all()).toMatch(/… cut: \d+ more notes are not kept$/);
    expect(notes.all()).not.toContain('hidden');
    expect(notes.all()!.length).toBeLessThan(300_000);
  });

  test('that cannot be masked are not kept', () => {
    const notes = takeNotes(() => {
      throw new Error('no');
    });
    notes.note('anything');
    expect(notes.all()).toBe('[not shown]');
    expect(takeNotes().all()).toBeUndefined();
  });
});
