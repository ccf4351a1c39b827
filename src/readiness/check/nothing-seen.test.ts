import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { builtInChecks } from './built-in.ts';
import type { Probe } from './check.ts';
import { createKinds } from './kinds.ts';
import { bareProbe, httpOnLoopback, listen, loopbackTarget, tcpOnLoopback, type Loopback } from './loopback.ts';
import { dnsOnLoopback } from './loopback-dns.ts';
import { postgresOnLoopback } from './loopback-postgres.ts';
import { runCheck } from './run-check.ts';

const kinds = createKinds([builtInChecks()]);
type Asked = { params: object; probe?: Partial<Probe> };

async function stateOf(kind: string, { params, probe }: Asked): Promise<string> {
  const { result } = await runCheck(kinds.find(kind)!, params, bareProbe(probe));
  return result.state;
}

async function urlOf(made: Promise<Loopback>): Promise<string> {
  const { url, end } = await made;
  onTestFinished(end);
  return url;
}

const web = (status: number, body: string, headers: Record<string, string> = {}) =>
  urlOf(httpOnLoopback((_, reply) => void reply.writeHead(status, headers).end(body)));
const below = (files: Readonly<Record<string, string>>): Partial<Probe> => ({ root: temporaryFolder(files) });
const of = { maxAgeHours: 1 };
const year = 365 * 86_400_000;
const ahead = { now: () => Date.now() - year };
const emptyRepository = (): Partial<Probe> => {
  const root = temporaryFolder({ 'a.txt': 'x' });
  execFileSync('git', ['init', '-q'], { cwd: root, stdio: 'ignore' });
  return { root };
};
/** Every demand of a web address that an answer with nothing in it may seem to hold. */
const DEMANDS = [
  {},
  { notContains: ['error'] },
  { json: [{ at: '$.errors', op: 'absent' }] },
  { answerHeaders: [{ name: 'server', absent: true }] },
];

/** Situations in which nothing is seen of what a kind looks for: each must be found, and none may pass. */
const NOTHING: Readonly<Record<string, Readonly<Record<string, () => Asked | Promise<Asked>>>>> = {
  http: {
    'a redirect that nobody followed': async () => ({ params: { target: await web(302, '', { location: '/login' }) } }),
    'an empty body that must not contain something': async () => ({ params: { target: await web(200, ''), notContains: ['error'] } }),
    'an empty body in place of a document': async () => ({
      params: { target: await web(200, ''), json: [{ at: '$.errors', op: 'absent' }] },
    }),
    'a body that breaks off': async () => ({
      params: {
        target: await urlOf(
          tcpOnLoopback((socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nfine')), 'http'),
        ),
        notContains: ['error'],
      },
    }),
    'a page that does not exist': async () => ({
      params: { target: await web(404, ''), answerHeaders: [{ name: 'server', absent: true }] },
    }),
  },
  headers: {
    'a redirect in place of the page': async () => ({
      params: { target: await web(302, '', { location: '/login' }), baseline: false, demands: [{ name: 'server', absent: true }] },
    }),
    'a page that does not exist': async () => ({ params: { target: await web(404, ''), baseline: false, cors: { allowed: [] } } }),
  },
  tcp: { 'a name of nobody': () => ({ params: { target: 'tcp://localhost:1', state: 'closed', control: 'tcp://localhost:1' } }) },
  tls: {
    'a port that says nothing': async () => ({
      params: { target: await urlOf(tcpOnLoopback((socket) => socket.end(), 'tls')), clientCertificate: true },
    }),
    'refusals of a port that speaks no TLS': async () => ({
      params: { target: (await web(200, '')).replace('http', 'tls'), trusted: false, refuses: ['TLSv1', 'TLSv1.1'] },
    }),
  },
  dns: {
    'a name without such a record': async () => ({
      params: {
        target: 'dns://localhost',
        type: 'A',
        resolvers: [await urlOf(dnsOnLoopback({ localhost: { a: [] } }) as Promise<Loopback>)],
      },
    }),
  },
  ws: {
    'a server that refuses everybody': async () => ({
      params: { target: await web(403, ''), origin: 'https://stranger.invalid', refusedWith: [403] },
    }),
  },
  grpc_health: { 'an address of plain pages': async () => ({ params: { target: await web(200, '') } }) },
  port_sweep: {
    'no port at all': () => ({
      params: { host: '127.0.0.1', ports: [], mayBeOpen: [] },
      probe: { ownHost: (host) => loopbackTarget(`tcp://${host}`) },
    }),
  },
  scenario: {
    'no step': async () => ({ params: { target: await web(200, '{}'), steps: [] } }),
    'a step that is redirected': async () => ({
      params: { target: await web(302, '', { location: '/' }), steps: [{ name: 'a', path: '/' }] },
    }),
  },
  openapi_auth: {
    'a document without operations': async () => ({ params: { target: await web(200, '{"openapi":"3.1.0","paths":{}}') } }),
    'an empty document': async () => ({ params: { target: await web(200, '{}') } }),
  },
  sql: {
    'no row': async () => ({ params: { target: await urlOf(postgresOnLoopback([])), query: 'select 1', op: '!=', value: 5 } }),
    'no row of every one': async () => ({
      params: { target: await urlOf(postgresOnLoopback([])), query: 'select 1', op: '!=', value: 5, every: true },
    }),
  },
  redis: {
    'a server that says OK to everything': async () => ({
      params: {
        target: await urlOf(tcpOnLoopback((socket) => socket.on('data', () => socket.write('+OK\r\n')), 'redis')),
        info: [{ name: 'role', op: '!=', value: 'x' }],
      },
    }),
    'an empty answer': async () => ({
      params: {
        target: await urlOf(
          tcpOnLoopback(
            (socket) => socket.on('data', (heard) => socket.write(/PING/.test(String(heard)) ? '+PONG\r\n' : '*0\r\n')),
            'redis',
          ),
        ),
        config: [{ name: 'maxmemory', op: '!=', value: 'x' }],
      },
    }),
    'a server that refuses everybody': async () => ({
      params: {
        target: await urlOf(tcpOnLoopback((socket) => socket.on('data', () => socket.write('-ERR max number of clients\r\n')), 'redis')),
        anonymousRefused: true,
      },
    }),
  },
  nats: {
    'an empty object': async () => ({ params: { target: await web(200, '{}'), read: 'varz' } }),
    'an empty list of streams': async () => ({
      params: { target: await web(200, '{}'), read: 'jsz', values: [{ at: '$.streams[*].bad', op: 'absent' }] },
    }),
    'a server that says nothing': async () => ({
      params: { anonymousRefusedAt: await urlOf(tcpOnLoopback((socket) => socket.end(), 'nats')) },
    }),
  },
  promql: {
    'no series': async () => ({
      params: { target: await web(200, '{"status":"success","data":{"resultType":"vector","result":[]}}'), query: 'x', op: '<', value: 1 },
    }),
    'a series without samples': async () => ({
      params: {
        target: await web(200, '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[]}]}}'),
        query: 'x',
        op: '<',
        value: 1,
        overS: 60,
        minSamples: 0,
      },
    }),
    'an infinite sample': async () => ({
      params: {
        target: await web(200, '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[0,"+Inf"]}]}}'),
        query: 'x',
        op: '>',
        value: 1,
      },
    }),
    'a success without data': async () => ({ params: { target: await web(200, '{"status":"success"}'), query: 'x', op: '<', value: 1 } }),
  },
  metric: {
    'a page without the series': async () => ({ params: { target: await web(200, 'up 1\n'), name: 'errors_total', op: '=', value: 0 } }),
    'an empty page': async () => ({ params: { target: await web(200, ''), families: ['up'] } }),
    'a family without a sample': async () => ({
      params: { target: await web(200, '# HELP a A.\n# TYPE a gauge\nup 1\n'), families: ['a'] },
    }),
    'an infinite value': async () => ({ params: { target: await web(200, 'room +Inf\n'), name: 'room', op: '>', value: 5 } }),
    'a value of minus infinity': async () => ({ params: { target: await web(200, 'load -Inf\n'), name: 'load', op: '<', value: 5 } }),
    'a share of an infinite whole': async () => ({
      params: { target: await web(200, 'bad 5\nall +Inf\n'), name: 'bad', per: { name: 'all' }, op: '<', value: 0.01 },
    }),
  },
  log_marker: {
    'an empty log': () => ({ params: { file: 'a.log', absent: ['FATAL'] }, probe: below({ 'a.log': '' }) }),
    'a log of blank lines': () => ({ params: { file: 'a.log', minLines: 0, noSecrets: true }, probe: below({ 'a.log': '\n \n' }) }),
    'an empty answer': async () => ({ params: { target: await web(200, ''), atMost: { matching: 'x', lines: 0 } } }),
    'a page in place of the log': async () => ({ params: { target: await web(302, 'moved', { location: '/' }), absent: ['FATAL'] } }),
  },
  file: {
    'an empty file that must not contain something': () => ({ params: { path: 'a', notContains: ['CHANGE_ME'] }, probe: below({ a: '' }) }),
    'an empty file that must not match': () => ({ params: { path: 'a', notMatches: ['x'] }, probe: below({ a: '\n' }) }),
    'an empty document': () => ({ params: { path: 'a.json', values: [{ at: '$.debug', op: 'absent' }] }, probe: below({ 'a.json': '' }) }),
    'an empty document in YAML': () => ({
      params: { path: 'a.yaml', values: [{ at: '$.debug', op: 'absent' }] },
      probe: below({ 'a.yaml': '# nothing\n' }),
    }),
    'a date of the future': () => ({ params: { path: 'a', maxAgeHours: 1 }, probe: { ...below({ a: 'x' }), clock: ahead } }),
  },
  env: {
    'no name': () => ({ params: { names: [] } }),
    'settings that are not set': () => ({ params: { names: ['A'], notOneOf: ['x'] } }),
    'settings that are empty': () => ({ params: { names: ['A', 'B'], notOneOf: ['x'] }, probe: { setting: () => '' } }),
    'settings of blanks': () => ({ params: { names: ['A', 'B'] }, probe: { setting: () => '  ' } }),
  },
  document: {
    'an empty document': () => ({ params: { path: 'a.md' }, probe: below({ 'a.md': '' }) }),
    'a document of blanks and a comment': () => ({ params: { path: 'a.md' }, probe: below({ 'a.md': '\n<!-- later -->\n\n' }) }),
    'a date of the future': () => ({
      params: { path: 'a.md', maxAgeDays: 1 },
      probe: { ...below({ 'a.md': '# A\n\nText.\n' }), clock: ahead },
    }),
  },
  git: {
    'a repository without a commit': () => ({ params: { noSecrets: true }, probe: emptyRepository() }),
    'a clean repository without a commit': () => ({ params: { clean: true }, probe: emptyRepository() }),
    'no demand': () => ({ params: {}, probe: emptyRepository() }),
    'no repository': () => ({ params: { noSecrets: true }, probe: below({ a: 'x' }) }),
  },
  process: {
    'no such process': () => ({ params: { commandContains: 'no program is called so: 7f3a', minCount: 0 } }),
    'an empty number of a process': () => ({ params: { pidFile: 'a.pid', minCount: 0 }, probe: below({ 'a.pid': '\n' }) }),
  },
  command: {
    'a program that is not there': () => ({
      params: { command: 'x', exits: [1, 127], notContains: ['warning'] },
      probe: { command: () => ({ argv: ['no-such-program-7f3a'] }) },
    }),
    'a shell that does not find its program': () => ({
      params: { command: 'x', exits: [127] },
      probe: { command: () => ({ argv: ['sh', '-c', 'no-such-program-7f3a'] }) },
    }),
    'no demanded end': () => ({ params: { command: 'x', exits: [] }, probe: { command: () => ({ argv: ['true'] }) } }),
  },
  backup_age: {
    'an empty folder': () => ({ params: { folder: 'b', maxAgeHours: 1, minCount: 0, minBytes: 0 }, probe: below({ 'b/.keep/x': '' }) }),
    'an empty backup': () => ({ params: { folder: 'b', maxAgeHours: 1, minCount: 0, minBytes: 0 }, probe: below({ 'b/a.dump': '' }) }),
    'an empty report': () => ({ params: { pgbackrest: 'i.json', maxAgeHours: 1, minCount: 0 }, probe: below({ 'i.json': '[]' }) }),
    'a date of the future': () => ({ params: { folder: 'b', maxAgeHours: 1 }, probe: { ...below({ 'b/a.dump': 'x' }), clock: ahead } }),
  },
  drill: {
    'an empty list': () => ({ params: { record: 'd.json', drill: 'restore', maxAgeDays: 9 }, probe: below({ 'd.json': '[]' }) }),
    'an empty record': () => ({ params: { record: 'd.yaml', drill: 'restore', maxAgeDays: 9 }, probe: below({ 'd.yaml': '' }) }),
    'a date of the future': () => ({
      params: { record: 'd.json', drill: 'restore', maxAgeDays: 9 },
      probe: below({ 'd.json': JSON.stringify({ drill: 'restore', at: new Date(Date.now() + year).toISOString(), outcome: 'passed' }) }),
    }),
  },
  coverage: {
    'nothing to cover': () => ({
      params: { report: 'r', of, min: { lines: 0 } },
      probe: below({ r: '{"total":{"lines":{"total":0,"covered":0,"pct":100}}}' }),
    }),
    'an empty object': () => ({ params: { report: 'r', of, min: { lines: 0 } }, probe: below({ r: '{}' }) }),
  },
  junit: {
    'no test': () => ({ params: { report: 'r', of, minTests: 0 }, probe: below({ r: '<testsuites tests="0"/>' }) }),
    'an empty folder': () => ({ params: { report: 'r', of, minTests: 0 }, probe: below({ 'r/.keep': '' }) }),
    'a report that breaks off': () => ({ params: { report: 'r', of }, probe: below({ r: '<testsuite><testcase name="a"/>' }) }),
  },
  mutation: {
    'no mutant': () => ({ params: { report: 'r', of, minScore: 0, minMutants: 0 }, probe: below({ r: '{"files":{}}' }) }),
  },
  package_audit: {
    'an empty object': () => ({ params: { report: 'r', of }, probe: below({ r: '{}' }) }),
    'a scan without a run': () => ({ params: { report: 'r', of }, probe: below({ r: '{"version":"2.1.0","runs":[]}' }) }),
    'no package': () => ({
      params: { report: 'r', of },
      probe: below({ r: '{"metadata":{"vulnerabilities":{"critical":0,"high":0,"moderate":0,"low":0},"dependencies":{"total":0}}}' }),
    }),
  },
  load_report: {
    'no demand': () => ({ params: { report: 'r', of, demands: [] }, probe: below({ r: '{}' }) }),
    'an empty list': () => ({
      params: { report: 'r', of, demands: [{ at: '$.runs[*].errors', op: '=', value: 0 }] },
      probe: below({ r: '{"runs":[]}' }),
    }),
    'a null': () => ({ params: { report: 'r', of, demands: [{ at: '$.p95', op: '<', value: 5 }] }, probe: below({ r: '{"p95":null}' }) }),
  },
};

describe('where nothing is seen', () => {
  test('every kind is tried', () => {
    expect(Object.keys(NOTHING).toSorted()).toEqual(
      kinds
        .all()
        .map(({ name }) => name)
        .toSorted(),
    );
  });

  const situations = Object.entries(NOTHING).flatMap(([kind, all]) =>
    Object.entries(all).map(([name, arrange]) => [kind, name, arrange] as const),
  );
  test.each(situations)('%s does not pass: %s', async (kind, _, arrange) => {
    expect(await stateOf(kind, await arrange())).not.toMatch(/^(?:pass|warn)$/);
  });

  test.each(DEMANDS)('no web address passes with %j where nobody answers whole', async (demand) => {
    const silent = await urlOf(
      listen(
        createServer((socket) => void socket.on('error', () => {}).destroy()),
        'http',
      ),
    );
    expect(await stateOf('http', { params: { target: silent, ...demand } })).not.toMatch(/^(?:pass|warn)$/);
  });
});
