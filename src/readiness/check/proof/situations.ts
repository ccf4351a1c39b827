import { randomInt } from 'node:crypto';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createServer as createTls, type TlsOptions } from 'node:tls';
import { WebSocketServer } from 'ws';
import type { Probe } from '../check.ts';
import { grpcHealth } from '../kinds/grpc-health.ts';
import { closedPort, httpOnLoopback, listen, loopbackTarget, tcpOnLoopback, type Loopback } from '../loopback.ts';
import { dnsOnLoopback } from '../loopback-dns.ts';
import { postgresOnLoopback } from '../loopback-postgres.ts';
import { selfSigned } from '../self-signed.ts';

/** A situation in which a kind of check passes. */
export type Good = { params: Record<string, unknown>; probe?: Partial<Probe> };

/** What has to be taken away afterwards. */
export type Ends = (() => Promise<void>)[];

const DAY = 86_400_000;

/** A temporary folder with these files. */
function folder(ends: Ends, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'rialto-readiness-'));
  ends.push(async () => rmSync(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const urlOf = async (ends: Ends, made: Promise<Loopback>): Promise<string> => {
  const { url, end } = await made;
  ends.push(end);
  return url;
};
const served = (ends: Ends, handle: RequestListener) => urlOf(ends, httpOnLoopback(handle));
/** Pages by their path; every other one is not there. */
const pages = (ends: Ends, at: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) =>
  served(ends, (request, reply) => {
    const body = at[(request.url ?? '').split('?')[0]!];
    reply.writeHead(body === undefined ? 404 : 200, headers).end(body);
  });
const saying = (ends: Ends, answer: (heard: string) => string, greeting = '', scheme = 'tcp') =>
  urlOf(
    ends,
    tcpOnLoopback((socket) => {
      if (greeting !== '') socket.write(greeting);
      socket.on('data', (chunk) => socket.write(answer(chunk.toString('latin1'))));
    }, scheme),
  );
const inFolder = (ends: Ends, params: Record<string, unknown>, files: Readonly<Record<string, string>>): Good => ({
  params,
  probe: { root: folder(ends, files) },
});
const report = (ends: Ends, text: string, more: Record<string, unknown> = {}): Good =>
  inFolder(ends, { report: 'report', of: { maxAgeHours: 1 }, ...more }, { report: text });

const tlsServer = async (ends: Ends, options: TlsOptions = {}) => {
  const signed = selfSigned({ names: ['127.0.0.1'], fromMs: Date.now() - DAY, toMs: Date.now() + 90 * DAY });
  const server = createTls({ ...signed, minVersion: 'TLSv1.2', ...options }, (socket) => void socket.on('error', () => {}));
  server.on('tlsClientError', () => {});
  return { target: await urlOf(ends, listen(server, 'tls')), probe: { root: folder(ends, { 'ca.pem': signed.cert }) } };
};

/** Lets everybody in but strangers. */
const sockets = async (ends: Ends): Promise<string> => {
  const server = createServer();
  const own = new WebSocketServer({
    server,
    path: '/ws',
    verifyClient: ({ origin }: { origin?: string }, done: (fits: boolean, code?: number) => void) =>
      done(origin !== 'https://stranger.invalid', 401),
  });
  own.on('connection', (socket) => setTimeout(() => socket.send('welcome'), 500));
  return urlOf(ends, listen(server, 'http'));
};

/** A repository with a credential in it, and a file that is not tracked. */
const repository = (ends: Ends): Good => {
  const key = ['AKIA', 'ABCDEFGHIJ', 'KLMNOP'].join('');
  const good = inFolder(ends, {}, { 'a.txt': key, 'package.json': '{"version":"1.2.3"}' });
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: good.probe!.root!, stdio: 'ignore' });
  git('init', '-q');
  git('add', 'a.txt');
  git('commit', '-q', '--no-gpg-sign', '-m', 'x');
  return good;
};

/** So many seconds, that no other program sleeps. */
const NAP = String(randomInt(1_000_000, 1_000_000_000));
const running = (ends: Ends): number => {
  const child = spawn('sleep', [NAP], { stdio: 'ignore' });
  ends.push(async () => void child.kill());
  return child.pid!;
};

const SECURE = {
  'content-security-policy': "default-src 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};
const OPENAPI = JSON.stringify({ openapi: '3.1.0', security: [{ bearer: [] }], paths: { '/a': { get: {} } } });
const openapi = (ends: Ends) =>
  served(ends, (request, reply) => (request.url === '/openapi.json' ? void reply.end(OPENAPI) : void reply.writeHead(401).end()));
const series = (ends: Ends, ...values: readonly (readonly [number, string])[]) =>
  pages(ends, { '/api/v1/query_range': promql('matrix', { values }), '/api/v1/query': promql('vector', { value: values[0] }) });
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
export const SITUATIONS: Readonly<Record<string, Readonly<Record<string, (ends: Ends) => Good | Promise<Good>>>>> = {
  http: {
    plain: async (ends) => ({ params: { target: await pages(ends, { '/': '{"status":"ok"}' }), path: '/' } }),
    head: async (ends) => ({ params: { target: await pages(ends, { '/': '{"status":"ok"}' }), path: '/', method: 'HEAD' } }),
    samples: async (ends) => ({ params: { target: await pages(ends, { '/': '{"status":"ok"}' }), path: '/', samples: 3 } }),
    redirect: async (ends) => ({
      params: {
        target: await served(
          ends,
          ({ url }, reply) => void reply.writeHead(url === '/' ? 301 : 404, { location: 'https://127.0.0.1/' }).end('{"status":"ok"}'),
        ),
        redirectsTo: 'https://',
      },
    }),
  },
  headers: {
    baseline: async (ends) => ({ params: { target: await pages(ends, { '/': 'page' }, SECURE) } }),
    demands: async (ends) => ({
      params: { target: await pages(ends, { '/': 'page' }, SECURE), baseline: false, demands: [{ name: 'referrer-policy' }] },
    }),
  },
  tcp: {
    open: async (ends) => ({ params: { target: await saying(ends, () => '') } }),
    closed: async () => ({ params: { target: `tcp://127.0.0.1:${await closedPort()}`, state: 'closed' } }),
  },
  tls: {
    trusted: async (ends) => {
      const { target, probe } = await tlsServer(ends);
      return { params: { target, ca: 'ca.pem' }, probe };
    },
    untrusted: async (ends) => {
      const { target, probe } = await tlsServer(ends);
      return { params: { target, trusted: false }, probe };
    },
    clients: async (ends) => {
      const { target, probe } = await tlsServer(ends, { requestCert: true, rejectUnauthorized: true });
      return { params: { target, clientCertificate: true }, probe };
    },
  },
  dns: {
    records: async (ends) => ({
      params: {
        target: 'dns://localhost',
        type: 'A',
        resolvers: [await urlOf(ends, dnsOnLoopback({ localhost: { a: ['127.0.0.1'] } }) as Promise<Loopback>)],
      },
    }),
  },
  ws: {
    open: async (ends) => ({ params: { target: await sockets(ends), path: '/ws' } }),
    refused: async (ends) => ({
      params: { target: await sockets(ends), path: '/ws', origin: 'https://stranger.invalid', refusedWith: [401] },
    }),
  },
  grpc_health: {
    state: async (ends) => {
      const { params, end } = await grpcHealth.negative[0]!.arrange();
      ends.push(end);
      return { params: { ...(params as object), state: 'NOT_SERVING' } };
    },
  },
  port_sweep: {
    ports: async (ends) => {
      const port = Number(new URL(await saying(ends, () => '')).port);
      return {
        params: { host: '127.0.0.1', ports: [port], mayBeOpen: [port] },
        probe: { ownHost: (host) => loopbackTarget(`tcp://${host}`) },
      };
    },
  },
  scenario: {
    journey: async (ends) => ({ params: { target: await pages(ends, { '/me': '{}' }), steps: [{ name: 'read', path: '/me' }] } }),
  },
  openapi_auth: {
    served: async (ends) => ({ params: { target: await openapi(ends) } }),
    file: async (ends) => ({
      params: { target: await openapi(ends), documentFile: 'api.json' },
      probe: { root: folder(ends, { 'api.json': OPENAPI }) },
    }),
  },
  sql: {
    value: async (ends) => ({
      params: { target: await urlOf(ends, postgresOnLoopback([['on'], ['off']])), query: 'show ssl', op: '=', value: 'on' },
    }),
    rows: async (ends) => ({
      params: { target: await urlOf(ends, postgresOnLoopback([['on']])), query: 'show ssl', rows: { op: '=', value: 1 } },
    }),
  },
  redis: {
    anonymous: async (ends) => ({
      params: { target: await saying(ends, () => '-NOAUTH Authentication required.\r\n', '', 'redis'), anonymousRefused: true },
    }),
    answers: async (ends) => ({ params: { target: await saying(ends, redis, '', 'redis') } }),
  },
  nats: {
    monitor: async (ends) => ({ params: { target: await pages(ends, { '/healthz': '{"status":"ok"}' }) } }),
    clients: async (ends) => ({
      params: {
        anonymousRefusedAt: await saying(ends, () => "-ERR 'Authorization Violation'\r\n", 'INFO {"auth_required":true}\r\n', 'nats'),
      },
    }),
  },
  promql: {
    now: async (ends) => ({ params: { target: await series(ends, [0, '1']), query: 'x', op: '=', value: 1 } }),
    window: async (ends) => ({
      params: { target: await series(ends, [0, '1'], [1, '1']), query: 'x', op: '=', value: 1, overS: 2, stepS: 1 },
      probe: { clock: { now: () => 1_500 } },
    }),
  },
  metric: {
    families: async (ends) => ({ params: { target: await pages(ends, { '/metrics': METRICS }), families: ['jobs'] } }),
    series: async (ends) => ({ params: { target: await pages(ends, { '/metrics': METRICS }), name: 'jobs', op: '=', value: 5 } }),
    window: async (ends) => ({
      params: { target: await pages(ends, { '/metrics': METRICS }), name: 'jobs', op: '=', value: 0, overS: 0.01 },
    }),
  },
  log_marker: {
    file: (ends) => inFolder(ends, { file: 'app.log' }, { 'app.log': LOG }),
    served: async (ends) => ({ params: { target: await pages(ends, { '/log': LOG }), path: '/log' } }),
  },
  file: {
    file: (ends) => inFolder(ends, { path: 'a.json' }, { 'a.json': '{"a":1}' }),
    folder: (ends) => inFolder(ends, { path: 'sub', is: 'folder' }, { 'sub/a.json': '{"a":1}' }),
    absent: (ends) => inFolder(ends, { path: 'b.json', is: 'absent' }, { 'a.json': '{"a":1}' }),
  },
  env: {
    set: () => ({ params: { names: ['A', 'B'] }, probe: { setting: () => '7' } }),
    absent: () => ({ params: { names: ['A', 'B'], absent: true }, probe: { setting: () => undefined } }),
  },
  document: {
    lenient: (ends) => inFolder(ends, { path: 'a.md', links: false, placeholders: true }, { 'a.md': '# A\n\nCall TBD, see [b](b.md).\n' }),
  },
  git: { commit: repository },
  process: {
    file: (ends) => inFolder(ends, { pidFile: 'a.pid' }, { 'a.pid': String(running(ends)) }),
    command: (ends) => {
      running(ends);
      return { params: { commandContains: `sleep ${NAP}` } };
    },
    both: (ends) => inFolder(ends, { pidFile: 'a.pid', commandContains: `sleep ${NAP}` }, { 'a.pid': String(running(ends)) }),
  },
  command: {
    command: () => ({ params: { command: 'x' }, probe: { command: () => ({ argv: ['sh', '-c', 'sleep 0.05; echo out'] }) } }),
  },
  backup_age: {
    folder: (ends) => inFolder(ends, { folder: 'b', maxAgeHours: 1 }, { 'b/a.dump': 'x' }),
    pgbackrest: (ends) => inFolder(ends, { pgbackrest: 'info.json', maxAgeHours: 1 }, { 'info.json': BACKREST }),
  },
  drill: { record: (ends) => inFolder(ends, { record: 'd.json', drill: 'restore', maxAgeDays: 1 }, { 'd.json': DRILL }) },
  coverage: { lines: (ends) => report(ends, '{"total":{"lines":{"total":4,"covered":3}}}', { min: { lines: 70 } }) },
  junit: { report: (ends) => report(ends, '<testsuite><testcase name="a"/><testcase name="b"><skipped/></testcase></testsuite>') },
  mutation: { report: (ends) => report(ends, '{"files":{"a":{"mutants":[{"status":"Killed"}]}}}', { minScore: 50 }) },
  package_audit: {
    report: (ends) =>
      report(ends, '{"metadata":{"vulnerabilities":{"critical":0,"high":0,"moderate":1,"low":0},"dependencies":{"total":9}}}'),
  },
  load_report: { report: (ends) => report(ends, '{"p95":9}', { demands: [{ at: '$.p95', op: '<', value: 10 }] }) },
};
