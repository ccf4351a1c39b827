import { connectNodeAdapter } from '@connectrpc/connect-node';
import { createServer as createHttp2 } from 'node:http2';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { hasServer, startNats, startRedis, type TestServer } from '../../../../test/support/servers.ts';
import { HEALTH_CHECK, SERVING } from '../../../infra/grpc/standard.ts';
import type { CheckKind, Probe } from '../check.ts';
import { bareProbe, closedPort, httpOnLoopback, listen, tcpOnLoopback, type Loopback } from '../loopback.ts';
import { runCheck } from '../run-check.ts';
import { grpcHealth } from './grpc-health.ts';
import { houseChecks } from './health.ts';
import { metric } from './metric.ts';
import { nats } from './nats.ts';
import { promql } from './promql.ts';
import { redis } from './redis.ts';

async function until(started: Promise<Loopback>): Promise<Loopback> {
  const loopback = await started;
  onTestFinished(() => loopback.end());
  return loopback;
}
const found = async (kind: CheckKind, params: object, probe: Partial<Probe> = {}) =>
  (await runCheck(kind, params, bareProbe(probe))).result;
const stateOf = async (kind: CheckKind, params: object) => {
  const { state, summary } = await found(kind, params);
  return `${state}: ${summary}`;
};

describe.skipIf(!hasServer('redis-server'))('redis, asked on a real server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.close());

  test('passes on its settings and figures, by number, text and version', async () => {
    const params = {
      target: server.url,
      config: [
        { name: 'appendonly', op: '=', value: 'no' },
        { name: 'maxmemory', op: '>=', value: 0 },
      ],
      info: [
        { name: 'redis_version', op: '>=', value: '6.0.0' },
        { name: 'role', op: '=', value: 'master' },
      ],
    };
    expect((await found(redis, params)).state).toBe('pass');
    expect(await stateOf(redis, { target: server.url, config: [{ name: 'appendonly', op: '=', value: 'yes' }] })).toContain(
      'fail: appendonly is no',
    );
    expect(await stateOf(redis, { target: server.url, info: [{ name: 'redis_version', op: '<', value: '6.0.0' }] })).toMatch(/^fail/);
    expect(await stateOf(redis, { target: server.url, config: [{ name: 'no_such', op: '!=', value: 'x' }] })).toContain(
      'no_such is not given',
    );
  });

  test('fails when it lets everybody in, and is an error when the login is wrong', async () => {
    expect(await stateOf(redis, { target: server.url, anonymousRefused: true })).toContain('answers clients that do not log in');
    expect(await stateOf(redis, { target: server.url.replace('//', '//me:wrong-password@') })).toMatch(
      /^error: .*does not accept the login/,
    );
    const admin = new Redis(server.url);
    await admin.config('SET', 'requirepass', 'a-long-password');
    onTestFinished(() => admin.config('SET', 'requirepass', '').then(() => admin.disconnect()));
    const withLogin = server.url.replace('//', '//:a-long-password@');
    expect(await stateOf(redis, { target: withLogin, anonymousRefused: true, info: [{ name: 'role', op: '=', value: 'master' }] })).toMatch(
      /^pass/,
    );
    expect(await stateOf(redis, { target: server.url })).toContain('NOAUTH');
    expect(await stateOf(redis, { target: withLogin, quorumOf: 'main' })).toMatch(/^fail: there is no quorum/);
  });
});

describe('redis', () => {
  test('passes only on the refusal that asks for a login', async () => {
    const answering = async (reply: string) =>
      (await until(tcpOnLoopback((socket) => socket.on('data', () => socket.write(reply)), 'redis'))).url;
    expect((await found(redis, { target: await answering('-NOAUTH Authentication required.\r\n'), anonymousRefused: true })).state).toBe(
      'pass',
    );
    expect((await found(redis, { target: await answering('-LOADING soon\r\n'), anonymousRefused: true })).state).toBe('fail');
    expect((await found(redis, { target: await answering('HTTP/1.1 400\r\n'), anonymousRefused: true })).state).toBe('error');
    expect((await found(redis, { target: `redis://127.0.0.1:${await closedPort()}`, anonymousRefused: true })).state).toBe('unreachable');
  });
});

describe.skipIf(!hasServer('nats-server'))('nats, asked on a real server', () => {
  test('fails when it lets everybody in', async () => {
    const server = await startNats();
    onTestFinished(() => server.close());
    expect(await stateOf(nats, { anonymousRefusedAt: server.url })).toContain('lets clients in without a login');
  });
});

describe('nats', () => {
  test('passes on a healthy monitor with the demanded settings, and a refusal for want of a login', async () => {
    const monitor = await until(
      httpOnLoopback(
        (request, reply) =>
          void reply.end(
            request.url === '/healthz'
              ? '{"status":"ok"}'
              : '{"server_id":"NA","max_payload":8388608,"version":"2.10.7","auth_required":true}',
          ),
      ),
    );
    const server = await until(
      tcpOnLoopback((socket) => {
        socket.write('INFO {"auth_required":true}\r\n');
        socket.on('data', () => socket.end("-ERR 'Authorization Violation'\r\n"));
      }, 'nats'),
    );
    expect((await found(nats, { target: monitor.url, anonymousRefusedAt: server.url })).state).toBe('pass');
    const values = [
      { at: '$.max_payload', op: '>=', value: 8_388_608 },
      { at: '$.version', op: '>=', value: '2.9' },
      { at: '$.auth_required', op: '=', value: true },
    ];
    expect((await found(nats, { target: monitor.url, read: 'varz', values })).state).toBe('pass');
    expect(await stateOf(nats, { target: monitor.url, read: 'varz', values: [{ at: '$.tls_required', op: '=', value: true }] })).toContain(
      '$.tls_required is not there',
    );
    expect((await found(nats, {})).state).toBe('error');
  });
});

describe('grpc_health', () => {
  async function server(states: Readonly<Record<string, number>>) {
    const handler = connectNodeAdapter({
      routes: (router) => {
        router.service(HEALTH_CHECK.service, {
          check: (request: unknown) => ({ status: states[(request as { service: string }).service] ?? SERVING.serviceUnknown }),
        } as never);
      },
    });
    return until(listen(createHttp2(handler) as never, 'grpc'));
  }

  test('passes on a service that serves by the standard protocol', async () => {
    const { url } = await server({ '': SERVING.serving, payments: SERVING.notServing });
    expect((await found(grpcHealth, { target: url })).state).toBe('pass');
    expect(await stateOf(grpcHealth, { target: url, service: 'payments' })).toContain('payments is NOT_SERVING, demanded SERVING');
    expect(await stateOf(grpcHealth, { target: url, service: 'other', state: 'SERVICE_UNKNOWN' })).toMatch(/^pass/);
  });

  test('is unreachable where nobody listens, and never passes on what is no gRPC', async () => {
    expect((await found(grpcHealth, { target: `grpc://127.0.0.1:${await closedPort()}` })).state).toBe('unreachable');
    const { url } = await until(httpOnLoopback((_, reply) => void reply.end('{"status":"SERVING"}')));
    expect(['fail', 'error', 'unreachable']).toContain((await found(grpcHealth, { target: url })).state);
  });
});

describe('promql', () => {
  const answering = async (result: unknown, resultType = 'vector') =>
    (await until(httpOnLoopback((_, reply) => void reply.end(JSON.stringify({ status: 'success', data: { resultType, result } }))))).url;
  const query = { query: 'x', op: '<', value: 5 };

  test('passes when every series holds, and asks with the query, the time and the window', async () => {
    const asked: URLSearchParams[] = [];
    const { url } = await until(
      httpOnLoopback((request, reply) => {
        asked.push(new URL(request.url ?? '', 'http://x').searchParams);
        reply.end(
          JSON.stringify({
            status: 'success',
            data: {
              resultType: 'matrix',
              result: [
                {
                  metric: {},
                  values: [
                    [990, '1'],
                    [1_000, '4'],
                  ],
                },
              ],
            },
          }),
        );
      }),
    );
    const clock = { now: () => 1_000_000 };
    expect((await found(promql, { target: url, ...query, overS: 600, minSamples: 2 }, { clock })).state).toBe('pass');
    expect(Object.fromEntries(asked[0]!)).toEqual({ query: 'x', start: '400', end: '1000', step: '10' });
    expect((await found(promql, { target: await answering([0, '3'], 'scalar'), ...query })).state).toBe('pass');
  });

  test('reduces a window as told', async () => {
    const url = await answering(
      [
        {
          metric: {},
          values: [
            [0, '1'],
            [1, '9'],
            [2, '2'],
          ],
        },
      ],
      'matrix',
    );
    const states = await Promise.all(
      ['every', 'last', 'max', 'min', 'mean'].map(
        async (reduce) =>
          (await found(promql, { target: url, ...query, overS: 2, stepS: 1, reduce }, { clock: { now: () => 2_000 } })).state,
      ),
    );
    expect(states).toEqual(['fail', 'pass', 'fail', 'pass', 'pass']);
  });

  test('never passes without data: none, no numbers, too few samples or series', async () => {
    for (const [result, more] of [
      [[], {}],
      [[{ metric: {}, value: [0, 'NaN'] }], {}],
      [[{ metric: {}, value: [0, '1'] }], { minSamples: 2 }],
      [[{ metric: {}, value: [0, '1'] }], { minSeries: 2 }],
    ] as const)
      expect((await found(promql, { target: await answering(result), query: 'x', op: '!=', value: 5, ...more })).state).toBe('fail');
    expect((await found(promql, { target: await answering([]), ...query, noData: 'stale' })).state).toBe('stale');
  });

  test.each(['every', 'last', 'max', 'mean'])('never passes over a window with infinite samples (%s)', async (reduce) => {
    const clock = { now: () => 3_600_000 };
    for (const [sample, op] of [
      ['+Inf', '<'],
      ['-Inf', '<'],
      ['+Inf', '>'],
    ] as const) {
      const values = Array.from({ length: 61 }, (_, at) => [at * 60, at % 2 === 0 ? sample : op === '<' ? '0.001' : '9']);
      const target = await answering([{ metric: {}, values }], 'matrix');
      const params = { target, query: 'x', op, value: 0.01, overS: 3_600, reduce };
      expect(`${sample} ${op} ${(await found(promql, params, { clock })).state}`).toBe(
        // The highest of some below is known, as the others are.
        sample === '-Inf' && reduce === 'max' ? '-Inf < pass' : `${sample} ${op} fail`,
      );
    }
  });

  test('passes over a window only with a sample of its end', async () => {
    const clock = { now: () => 3_600_000 };
    const ask = async (until: number, more: object = {}) => {
      const values = Array.from({ length: 61 }, (_, at) => [at * 60, at * 60 <= until ? '0.001' : 'NaN']);
      const target = await answering([{ metric: {}, values }], 'matrix');
      return (await found(promql, { target, query: 'x', op: '<', value: 0.01, overS: 3_600, ...more }, { clock })).state;
    };
    expect([await ask(3_600), await ask(3_480), await ask(3_420), await ask(1_860)]).toEqual(['pass', 'pass', 'fail', 'fail']);
    expect([await ask(3_420, { maxAgeS: 300 }), await ask(3_240, { maxAgeS: 300 })]).toEqual(['pass', 'fail']);
    expect(await ask(1_860, { noData: 'stale' })).toBe('stale');
  });

  test('is an error when Prometheus refuses the query', async () => {
    const { url } = await until(
      httpOnLoopback((_, reply) => void reply.writeHead(400).end('{"status":"error","error":"parse error at char 3"}')),
    );
    expect(await stateOf(promql, { target: url, ...query })).toContain('error: The query was refused: parse error');
  });
});

describe('metric', () => {
  test('passes on families, a ratio of two series, and a rate over a window', async () => {
    let [errors, all] = [0, 100];
    const { url } = await until(
      httpOnLoopback((_, reply) => {
        errors += 1;
        all += 1_000;
        reply.end(
          `# HELP http_total All.\n# TYPE http_total counter\nhttp_total{status="500"} ${errors}\nhttp_total{status="200"} ${all}\n# HELP lat Took.\n# TYPE lat histogram\nlat_bucket{le="1"} 3\nlat_sum 2\nlat_count 3\n`,
        );
      }),
    );
    expect((await found(metric, { target: url, families: ['http_total', 'lat', 'http_*'] })).state).toBe('pass');
    const share = { target: url, name: 'http_total', labels: { status: '500' }, per: { name: 'http_total' }, op: '<', value: 0.01 };
    expect((await found(metric, share)).state).toBe('pass');
    expect((await found(metric, { ...share, overS: 0.01 })).state).toBe('pass');
    expect(
      (await found(metric, { target: url, name: 'http_total', labels: { status: '200' }, op: '>', value: 100, overS: 0.01, as: 'rate' }))
        .state,
    ).toBe('pass');
    expect(await stateOf(metric, { target: url, name: 'http_total', labels: { status: '418' }, op: '!=', value: 1 })).toContain(
      'fail: there is no http_total',
    );
    expect((await found(metric, { target: url, name: 'http_total' })).state).toBe('error');
  });

  test('fails on a page that is none, and on a page that nobody may read', async () => {
    const page = async (status: number, text: string) =>
      (await until(httpOnLoopback((_, reply) => void reply.writeHead(status).end(text)))).url;
    expect(await stateOf(metric, { target: await page(200, '<html>\n<body>login</body>'), families: ['up'] })).toContain(
      'is no page of metrics',
    );
    expect(await stateOf(metric, { target: await page(403, ''), families: ['up'] })).toContain('answered 403');
  });
});

describe('health', () => {
  const [health] = houseChecks([
    { name: 'database', run: async () => ({ ok: true, detail: '3 ms' }) },
    { name: 'bus', run: async () => ({ ok: false, detail: 'no connection' }) },
    { name: 'broken', run: () => Promise.reject(new Error('bug')) },
  ]).kinds;

  test('says what the house says, and is an error when the house does not know', async () => {
    const states = await Promise.all(['database', 'bus', 'broken', 'nobody'].map((check) => stateOf(health!, { check })));
    expect(states.map((text) => text.split(':')[0])).toEqual(['pass', 'fail', 'error', 'error']);
  });
});
