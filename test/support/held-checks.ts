import { execFileSync, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer as createTls, type TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { temporaryFolder } from './temporary-folder.ts';
import type { Probe } from '../../src/readiness/check/check.ts';
import { closedPort, httpOnLoopback, listen, loopbackTarget, tcpOnLoopback, type Loopback } from '../../src/readiness/check/loopback.ts';
import { dnsOnLoopback } from '../../src/readiness/check/loopback-dns.ts';
import { postgresOnLoopback } from '../../src/readiness/check/loopback-postgres.ts';
import { selfSigned } from '../../src/readiness/check/self-signed.ts';
import { grpcHealth } from '../../src/readiness/check/kinds/grpc-health.ts';

/** A situation in which a kind of check passes. */
export type Good = { params: Record<string, unknown>; probe?: Partial<Probe> };

const DAY = 86_400_000;
const urlOf = async (made: Promise<Loopback>): Promise<string> => {
  const { url, end } = await made;
  onTestFinished(end);
  return url;
};
const served = (handle: RequestListener) => urlOf(httpOnLoopback(handle));
/** Pages by their path; every other one is not there. */
const pages = (at: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) =>
  served((request, reply) => {
    const body = at[(request.url ?? '').split('?')[0]!];
    reply.writeHead(body === undefined ? 404 : 200, headers).end(body);
  });
const saying = (answer: (heard: string) => string, greeting = '', scheme = 'tcp') =>
  urlOf(
    tcpOnLoopback((socket) => {
      if (greeting !== '') socket.write(greeting);
      socket.on('data', (chunk) => socket.write(answer(chunk.toString('latin1'))));
    }, scheme),
  );
const inFolder = (params: Record<string, unknown>, files: Readonly<Record<string, string>>): Good => ({
  params,
  probe: { root: temporaryFolder(files) },
});
const report = (text: string, more: Record<string, unknown> = {}): Good =>
  inFolder({ report: 'report', of: { maxAgeHours: 1 }, ...more }, { report: text });

const tlsServer = async (options: TlsOptions = {}) => {
  const signed = selfSigned({ names: ['127.0.0.1'], fromMs: Date.now() - DAY, toMs: Date.now() + 90 * DAY });
  const server = createTls({ ...signed, minVersion: 'TLSv1.2', ...options }, (socket) => void socket.on('error', () => {}));
  server.on('tlsClientError', () => {});
  return { target: await urlOf(listen(server, 'tls')), probe: { root: temporaryFolder({ 'ca.pem': signed.cert }) } };
};

/** Lets everybody in but strangers. */
const sockets = async (): Promise<string> => {
  const server = createServer();
  const own = new WebSocketServer({
    server,
    path: '/ws',
    verifyClient: ({ origin }: { origin?: string }, done: (fits: boolean, code?: number) => void) =>
      done(origin !== 'https://stranger.invalid', 401),
  });
  own.on('connection', (socket) => setTimeout(() => socket.send('welcome'), 500));
  return urlOf(listen(server, 'http'));
};

/** A repository with a credential in it, and a file that is not tracked. */
const repository = (): Good => {
  const key = ['AKIA', 'ABCDEFGHIJ', 'KLMNOP'].join('');
  const good = inFolder({}, { 'a.txt': key, 'package.json': '{"version":"1.2.3"}' });
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: good.probe!.root!, stdio: 'ignore' });
  git('init', '-q');
  git('add', 'a.txt');
  git('commit', '-q', '--no-gpg-sign', '-m', 'x');
  return good;
};

const running = (): number => {
  const child = spawn('sleep', ['4242'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill());
  return child.pid!;
};

const SECURE = {
  'content-security-policy': "default-src 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};
const OPENAPI = JSON.stringify({ openapi: '3.1.0', security: [{ bearer: [] }], paths: { '/a': { get: {} } } });
const openapi = () =>
  served((request, reply) => (request.url === '/openapi.json' ? void reply.end(OPENAPI) : void reply.writeHead(401).end()));
const series = (...values: readonly (readonly [number, string])[]) =>
  pages({ '/api/v1/query_range': promql('matrix', { values }), '/api/v1/query': promql('vector', { value: values[0] }) });
const promql = (resultType: string, one: object) =>
  JSON.stringify({ status: 'success', data: { resultType, result: [{ metric: {}, ...one }] } });
const METRICS = '# HELP jobs Jobs.\n# TYPE jobs gauge\njobs{q="a"} 5\n';
const LOG = `INFO fine ${['ghp', 'abcdefghijklmnopqrstuvwxyz0123456789'].join('_')}\n`;
const redis = (heard: string): string =>
  /PING/.test(heard) ? '+PONG\r\n' : /INFO/.test(heard) ? '$12\r\nrole:master\n\r\n' : /CONFIG/.test(heard) ? '*0\r\n' : '-ERR no\r\n';
const BACKREST = JSON.stringify([
  {
    name: 'main',
    status: { code: 0 },
    repo: [{ cipher: 'none' }],
    backup: [{ label: 'a', timestamp: { stop: Math.floor(Date.now() / 1_000) }, info: { size: 9 } }],
  },
]);
const DRILL = JSON.stringify({ drill: 'restore', at: new Date().toISOString(), outcome: 'passed', rtoSeconds: 9, rpoSeconds: 9 });

/** Every way in which a kind looks at something, each where it passes. */
export const GOOD: Readonly<Record<string, Readonly<Record<string, () => Good | Promise<Good>>>>> = {
  http: {
    plain: async () => ({ params: { target: await pages({ '/': '{"status":"ok"}' }), path: '/' } }),
    head: async () => ({ params: { target: await pages({ '/': '{"status":"ok"}' }), path: '/', method: 'HEAD' } }),
    samples: async () => ({ params: { target: await pages({ '/': '{"status":"ok"}' }), path: '/', samples: 3 } }),
    redirect: async () => ({
      params: {
        target: await served(
          ({ url }, reply) => void reply.writeHead(url === '/' ? 301 : 404, { location: 'https://127.0.0.1/' }).end('{"status":"ok"}'),
        ),
        redirectsTo: 'https://',
      },
    }),
  },
  headers: {
    baseline: async () => ({ params: { target: await pages({ '/': 'page' }, SECURE) } }),
    demands: async () => ({
      params: { target: await pages({ '/': 'page' }, SECURE), baseline: false, demands: [{ name: 'referrer-policy' }] },
    }),
  },
  tcp: {
    open: async () => ({ params: { target: await saying(() => '') } }),
    closed: async () => ({ params: { target: `tcp://127.0.0.1:${await closedPort()}`, state: 'closed' } }),
  },
  tls: {
    trusted: async () => {
      const { target, probe } = await tlsServer();
      return { params: { target, ca: 'ca.pem' }, probe };
    },
    untrusted: async () => {
      const { target, probe } = await tlsServer();
      return { params: { target, trusted: false }, probe };
    },
    clients: async () => {
      const { target, probe } = await tlsServer({ requestCert: true, rejectUnauthorized: true });
      return { params: { target, clientCertificate: true }, probe };
    },
  },
  dns: {
    records: async () => ({
      params: {
        target: 'dns://localhost',
        type: 'A',
        resolvers: [await urlOf(dnsOnLoopback({ localhost: { a: ['127.0.0.1'] } }) as Promise<Loopback>)],
      },
    }),
  },
  ws: {
    open: async () => ({ params: { target: await sockets(), path: '/ws' } }),
    refused: async () => ({ params: { target: await sockets(), path: '/ws', origin: 'https://stranger.invalid', refusedWith: [401] } }),
  },
  grpc_health: {
    state: async () => {
      const { params, end } = await grpcHealth.negative[0]!.arrange();
      onTestFinished(end);
      return { params: { ...(params as object), state: 'NOT_SERVING' } };
    },
  },
  port_sweep: {
    ports: async () => {
      const port = Number(new URL(await saying(() => '')).port);
      return {
        params: { host: '127.0.0.1', ports: [port], mayBeOpen: [port] },
        probe: { ownHost: (host) => loopbackTarget(`tcp://${host}`) },
      };
    },
  },
  scenario: {
    journey: async () => ({ params: { target: await pages({ '/me': '{}' }), steps: [{ name: 'read', path: '/me' }] } }),
  },
  openapi_auth: {
    served: async () => ({ params: { target: await openapi() } }),
    file: async () => ({
      params: { target: await openapi(), documentFile: 'api.json' },
      probe: { root: temporaryFolder({ 'api.json': OPENAPI }) },
    }),
  },
  sql: {
    value: async () => ({
      params: { target: await urlOf(postgresOnLoopback([['on'], ['off']])), query: 'show ssl', op: '=', value: 'on' },
    }),
    rows: async () => ({ params: { target: await urlOf(postgresOnLoopback([['on']])), query: 'show ssl', rows: { op: '=', value: 1 } } }),
  },
  redis: {
    anonymous: async () => ({
      params: { target: await saying(() => '-NOAUTH Authentication required.\r\n', '', 'redis'), anonymousRefused: true },
    }),
    answers: async () => ({ params: { target: await saying(redis, '', 'redis') } }),
  },
  nats: {
    monitor: async () => ({ params: { target: await pages({ '/healthz': '{"status":"ok"}' }) } }),
    clients: async () => ({
      params: { anonymousRefusedAt: await saying(() => "-ERR 'Authorization Violation'\r\n", 'INFO {"auth_required":true}\r\n', 'nats') },
    }),
  },
  promql: {
    now: async () => ({ params: { target: await series([0, '1']), query: 'x', op: '=', value: 1 } }),
    window: async () => ({
      params: { target: await series([0, '1'], [1, '1']), query: 'x', op: '=', value: 1, overS: 2, stepS: 1 },
      probe: { clock: { now: () => 1_500 } },
    }),
  },
  metric: {
    families: async () => ({ params: { target: await pages({ '/metrics': METRICS }), families: ['jobs'] } }),
    series: async () => ({ params: { target: await pages({ '/metrics': METRICS }), name: 'jobs', op: '=', value: 5 } }),
    window: async () => ({ params: { target: await pages({ '/metrics': METRICS }), name: 'jobs', op: '=', value: 0, overS: 0.01 } }),
  },
  log_marker: {
    file: () => inFolder({ file: 'app.log' }, { 'app.log': LOG }),
    served: async () => ({ params: { target: await pages({ '/log': LOG }), path: '/log' } }),
  },
  file: {
    file: () => inFolder({ path: 'a.json' }, { 'a.json': '{"a":1}' }),
    folder: () => inFolder({ path: 'sub', is: 'folder' }, { 'sub/a.json': '{"a":1}' }),
    absent: () => inFolder({ path: 'b.json', is: 'absent' }, { 'a.json': '{"a":1}' }),
  },
  env: {
    set: () => ({ params: { names: ['A', 'B'] }, probe: { setting: () => '7' } }),
    absent: () => ({ params: { names: ['A', 'B'], absent: true }, probe: { setting: () => undefined } }),
  },
  document: {
    lenient: () => inFolder({ path: 'a.md', links: false, placeholders: true }, { 'a.md': '# A\n\nCall TBD, see [b](b.md).\n' }),
  },
  git: { commit: repository },
  process: {
    file: () => inFolder({ pidFile: 'a.pid' }, { 'a.pid': String(running()) }),
    command: () => {
      running();
      return { params: { commandContains: 'sleep 4242' } };
    },
    both: () => inFolder({ pidFile: 'a.pid', commandContains: 'sleep 4242' }, { 'a.pid': String(running()) }),
  },
  command: {
    command: () => ({ params: { command: 'x' }, probe: { command: () => ({ argv: ['sh', '-c', 'sleep 0.05; echo out'] }) } }),
  },
  backup_age: {
    folder: () => inFolder({ folder: 'b', maxAgeHours: 1 }, { 'b/a.dump': 'x' }),
    pgbackrest: () => inFolder({ pgbackrest: 'info.json', maxAgeHours: 1 }, { 'info.json': BACKREST }),
  },
  drill: { record: () => inFolder({ record: 'd.json', drill: 'restore', maxAgeDays: 1 }, { 'd.json': DRILL }) },
  coverage: { lines: () => report('{"total":{"lines":{"total":4,"covered":3}}}', { min: { lines: 70 } }) },
  junit: { report: () => report('<testsuite><testcase name="a"/><testcase name="b"><skipped/></testcase></testsuite>') },
  mutation: { report: () => report('{"files":{"a":{"mutants":[{"status":"Killed"}]}}}', { minScore: 50 }) },
  package_audit: { report: () => report('{"metadata":{"vulnerabilities":{"critical":0,"high":0,"moderate":1,"low":0}}}') },
  load_report: { report: () => report('{"p95":9}', { demands: [{ at: '$.p95', op: '<', value: 10 }] }) },
};
