import { describe, expect, onTestFinished, test } from 'vitest';
import type { CheckKind, Probe } from '../check.ts';
import { bareProbe, closedPort, httpOnLoopback, loopbackTarget, tcpOnLoopback, type Loopback } from '../loopback.ts';
import { runCheck } from '../run-check.ts';
import { readSettings } from '../settings.ts';
import { createProbe } from '../targets.ts';
import { openapiAuth } from './openapi-auth.ts';
import { portSweep } from './port-sweep.ts';
import { scenario } from './scenario.ts';

async function until(started: Promise<Loopback>): Promise<Loopback> {
  const loopback = await started;
  onTestFinished(() => loopback.end());
  return loopback;
}
const found = async (kind: CheckKind, params: object, probe: Partial<Probe> = {}) =>
  (await runCheck(kind, params, bareProbe(probe), { timeoutMs: 5_000 })).result;
const stateOf = async (kind: CheckKind, params: object, probe: Partial<Probe> = {}) => {
  const { state, summary } = await found(kind, params, probe);
  return `${state}: ${summary}`;
};

describe('port_sweep', () => {
  const ownHost = (host: string) => loopbackTarget(`tcp://${host}`);

  test('passes when only allowed ports are open, and fails when a needed one is closed', async () => {
    const { port } = await until(tcpOnLoopback((socket) => socket.end()));
    const closed = await closedPort();
    expect((await found(portSweep, { host: '127.0.0.1', ports: [port, closed], mayBeOpen: [port] }, { ownHost })).state).toBe('pass');
    expect(await stateOf(portSweep, { host: '127.0.0.1', ports: [port], mustBeOpen: [port, closed] }, { ownHost })).toContain(
      `must be open: ${closed}`,
    );
    expect((await found(portSweep, { host: '127.0.0.1', ports: [`${closed}-${closed}`] }, { ownHost })).state).toBe('pass');
  });

  test('tells ports that do not answer, and does not count them as closed unless the binding says so', async () => {
    const { port } = await until(tcpOnLoopback((socket) => socket.end()));
    const params = { host: 'localhost', ports: [port, 9, 10], mayBeOpen: [port] };
    // The first port answers, what goes to the others is dropped.
    const dropping = () => {
      let asked = 0;
      const lookup: Probe['lookup'] = (_, options, done) => {
        if ((asked += 1) > 1) return done(Object.assign(new Error('dropped'), { code: 'ETIMEDOUT' }), []);
        done(null, options.all ? [{ address: '127.0.0.1', family: 4 }] : '127.0.0.1', 4);
      };
      return { ownHost, lookup };
    };
    const unknown = await runCheck(portSweep, params, bareProbe(dropping()));
    expect(unknown.result).toMatchObject({ state: 'unreachable', summary: expect.stringContaining('not known to be closed (9-10)') });
    expect(unknown.result.measurements).toContainEqual({ name: 'silent', value: '9-10' });
    expect(unknown.output).toContain(`accepted a connection: ${port}`);
    expect(unknown.output).toContain('did not answer: 9-10');
    expect((await found(portSweep, { ...params, mayBeSilent: ['9-10'] }, dropping())).state).toBe('pass');
    expect((await found(portSweep, { ...params, mayBeSilent: [9] }, dropping())).state).toBe('unreachable');
    expect(await stateOf(portSweep, { ...params, mayBeOpen: [] }, dropping())).toMatch(/^fail: .*must not be.*not known to be closed/);
    expect(await stateOf(portSweep, { ...params, mustBeOpen: [9], mayBeSilent: [10] }, dropping())).toMatch(
      /^fail: .*does not answer at ports that must be open: 9/,
    );
  });

  test('tries no host that is not one’s own, and not more ports than it says', async () => {
    expect((await found(portSweep, { host: '127.0.0.1', ports: [80] })).state).toBe('error');
    expect(await stateOf(portSweep, { host: '127.0.0.1', ports: ['1-65535'] }, { ownHost })).toMatch(/^error/);
  });
});

describe('scenario', () => {
  async function shop() {
    let tries = 0;
    return until(
      httpOnLoopback((request, reply) => {
        if (request.url === '/login') return void reply.end(`{"token":"${'t0ken'.repeat(5)}","id":"a/b"}`);
        if (request.url === '/orders/a%2Fb')
          return void reply.end(JSON.stringify({ state: (tries += 1) > 1 ? 'done' : 'waiting', by: request.headers.authorization }));
        reply.writeHead(404).end();
      }),
    );
  }
  const steps = [
    { name: 'log in', method: 'POST', path: '/login', json: { name: '{{NAME}}' }, capture: { token: '$.token', id: '$.id' } },
    {
      name: 'see the order',
      path: '/orders/{{id}}',
      headers: { authorization: 'Bearer {{token}}' },
      values: [{ at: '$.state', op: '=', value: 'done' }],
      tries: 3,
    },
  ];

  test('goes through a journey, with what earlier steps answered, and keeps no token', async () => {
    const { url } = await shop();
    const checked = await runCheck(scenario, { target: url, settings: ['NAME'], steps }, bareProbe({ setting: () => 'someone' }));
    expect(checked.result.state).toBe('pass');
    expect(checked.output).not.toContain('t0kent0ken');
    expect(checked.output).toContain('see the order: 200');
  });

  test('ends at the first step that does not hold, and at a name that nobody gave', async () => {
    const { url } = await shop();
    expect(
      await stateOf(scenario, {
        target: url,
        steps: [
          { name: 'a', path: '/missing' },
          { name: 'b', path: '/never' },
        ],
      }),
    ).toContain('fail: a: it answered 404');
    expect(await stateOf(scenario, { target: url, steps: [{ name: 'a', path: '/{{nobody}}' }] })).toMatch(/^error: .*nobody/);
  });

  test('sends nothing but GET where the settings do not permit journeys', async () => {
    const asked: string[] = [];
    const { url } = await until(httpOnLoopback((request, reply) => void (asked.push(request.url ?? ''), reply.end('{}'))));
    const settings = readSettings(`version: 1\ntargets: { shop: "${url}" }\nsettings: { names: [NAME] }\n`, '/');
    const { result } = await runCheck(
      scenario,
      { target: 'shop', settings: ['NAME'], steps },
      createProbe({ settings, environment: { NAME: 'x' } }),
    );
    expect(result).toMatchObject({ state: 'error', summary: expect.stringContaining('journeys') as string });
    expect(asked).toEqual([]);
  });
});

describe('openapi_auth', () => {
  test('passes when every operation that is not public asks for a login', async () => {
    const document = {
      security: [{ bearer: [] }],
      paths: {
        '/a/{id}': { get: { parameters: [{ name: 'id', schema: { examples: ['acc_1'] } }] } },
        '/open': { get: { security: [{}] } },
        '/own': { get: {} },
        '/b': { post: {} },
      },
    };
    const asked: string[] = [];
    const { url } = await until(
      httpOnLoopback((request, reply) => {
        asked.push(`${request.method} ${request.url}`);
        if (request.url === '/openapi.json') reply.end(JSON.stringify(document));
        else reply.writeHead(request.headers.authorization ? 200 : 401).end();
      }),
    );
    const withLogin = url.replace('//', '//user:pass@');
    expect(await stateOf(openapiAuth, { target: withLogin, public: ['/own'] })).toBe(
      'pass: All 1 operations that need a login ask for it.',
    );
    expect(asked).toEqual(['GET /openapi.json', 'GET /a/acc_1']);
    expect(await stateOf(openapiAuth, { target: url, minOperations: 5 })).toMatch(/^fail: 2 operations need a login/);
    expect((await found(openapiAuth, { target: url, documentPath: '/none' })).state).toBe('error');
  });
});
