import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { SAMPLE_ACTOR, sampleServer } from '../../../test/support/sample-http.ts';
import { AppError } from '../../base/error.ts';
import { createHealth } from '../health/health.ts';
import { KnownRefused } from './door.ts';
import { usualLimits } from './limits.ts';
import { auth, note, useServer, write } from '../../../test/support/sample-server.ts';

const { server, start, post } = useServer();

test('limits are told on every answer and refuse with 429 and Retry-After', async () => {
  const limits = {
    actor: { units: 3, windowMs: 60_000 },
    member: { units: 100, windowMs: 60_000 },
    tenant: { units: 100, windowMs: 60_000 },
    global: { units: 100, windowMs: 60_000 },
    address: { units: 2, windowMs: 60_000 },
    visits: { units: 100, windowMs: 60_000 },
    failures: { units: 2, windowMs: 60_000 },
    session: usualLimits.session,
    cost: { light: 1, normal: 2, heavy: 10 },
  };
  await start({ limits });
  const ok = await post(note);
  expect(ok.headers['ratelimit-policy']).toBe('"actor";q=3;w=60, "tenant";q=100;w=60');
  expect(ok.headers['ratelimit']).toMatch(/^"actor";r=1;t=40, "tenant";r=98;t=\d+$/);
  const refused = await post(note);
  expect(refused.json()).toMatchObject({ status: 429, code: 'request.too_many' });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(server.acts.count).toBe(1);
  const forged = { ...write, authorization: 'Bearer forged' };
  const answers = [await post(note, forged), await post(note, forged), await post(note, forged)].map(({ statusCode }) => statusCode);
  expect(answers).toEqual([401, 401, 429]);
});

test('behind a proxy that is named callers have their own addresses and limits, and nobody else is believed', async () => {
  const limits = { ...usualLimits, failures: { units: 2, windowMs: 60_000 } };
  await start({ limits, trustProxy: ['10.0.0.0/8'] });
  const ask = async (token: string, caller: string, proxy = '10.1.1.1') => {
    const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': caller };
    return (await server.app.inject({ url: '/v1/sample/notes?limit=1', headers, remoteAddress: proxy })).statusCode;
  };
  expect([await ask('forged', '203.0.113.66'), await ask('forged', '203.0.113.66'), await ask('good', '203.0.113.66')]).toEqual([
    401, 401, 429,
  ]);
  expect(await ask('good', '198.51.100.7')).toBe(200);
  expect([await ask('forged', '1.1.1.1', '192.0.2.5'), await ask('forged', '2.2.2.2', '192.0.2.5')]).toEqual([401, 401]);
  expect(await ask('good', '3.3.3.3', '192.0.2.5')).toBe(429);
});

test('a credential that is known passes whatever its address has failed, and one of somebody known is no guess', async () => {
  const limits = { ...usualLimits, failures: { units: 2, windowMs: 60_000 } };
  const denied: unknown[] = [];
  await start({
    limits,
    recognises: async (token) => token === 'good',
    authenticate: async (token) => {
      if (token === 'good') return SAMPLE_ACTOR;
      if (token === 'expired') throw new KnownRefused('access.token_expired', 'Old.', SAMPLE_ACTOR);
      throw new AppError('unauthenticated', 'access.token_invalid', 'No.');
    },
    onDenied: (_who, { name }, error) => denied.push([name, error instanceof KnownRefused ? error.about.id : undefined]),
  });
  const ask = async (token: string) =>
    (await server.app.inject({ url: '/v1/sample/notes?limit=1', headers: { authorization: `Bearer ${token}` } })).statusCode;
  for (let i = 0; i < 5; i++) expect(await ask('expired')).toBe(401);
  expect([await ask('forged'), await ask('forged'), await ask('forged'), await ask('expired')]).toEqual([401, 401, 429, 429]);
  expect(await ask('good')).toBe(200);
  expect(denied.slice(0, 1)).toEqual([['sample.list_notes', SAMPLE_ACTOR.id]]);
});

test.each([
  ['an operation without a credential', '/v1/sample/notes', 401],
  ['an operation with a malformed one', '/v1/sample/notes', 401, { authorization: 'Basic x' }],
  ['an address where nothing is', '/nothing', 404],
  ['metrics', '/metrics', 401],
  ['the address of live events', '/v1/stream', 404],
  ['a broken address', '/%zz', 400],
] as [string, string, number, Record<string, string>?][])(
  '%s is paid by the address that asks, and told in the headers',
  async (_, url, status, headers = {}) => {
    await start({ limits: { ...usualLimits, visits: { units: 2, windowMs: 60_000 } } });
    const ask = (remoteAddress: string) => server.app.inject({ url, headers: { host: 'rialto.example', ...headers }, remoteAddress });
    const first = await ask('203.0.113.66');
    expect(first.headers['ratelimit-policy']).toBe('"visits";q=2;w=60');
    const codes = [first.statusCode, (await ask('203.0.113.66')).statusCode, (await ask('203.0.113.66')).statusCode];
    expect(codes).toEqual([status, status, 429]);
    expect((await ask('198.51.100.7')).statusCode).toBe(status);
  },
);

test('who shows to be of a session gets in though its address has used up what strangers may', async () => {
  const limits = { ...usualLimits, address: { units: 2, windowMs: 60_000 } };
  await start({ limits, sessionOf: (cookies) => (cookies === 'sid=ours' ? 'a session' : undefined) });
  const ask = async (cookie?: string) => {
    const headers = { 'content-type': 'application/json', ...(cookie && { cookie }) };
    return server.app.inject({ method: 'POST', url: '/v1/sample/login', headers, payload: '{"password":"right"}' });
  };
  const codes = [(await ask()).statusCode, (await ask()).statusCode, (await ask('sid=made-up')).statusCode];
  expect(codes.at(-1)).toBe(429);
  const ours = await ask('sid=ours');
  expect(ours.statusCode).toBe(codes[0]);
  expect(ours.headers['ratelimit-policy']).toBe('"session";q=600;w=60');
});

test('documents are dear, all strangers together have a limit, and health answers whatever came before', async () => {
  await start({ limits: { ...usualLimits, visits: { units: 20, windowMs: 60_000 }, global: { units: 240, windowMs: 60_000 } } });
  const ask = async (url: string, remoteAddress = '203.0.113.66') => (await server.app.inject({ url, remoteAddress })).statusCode;
  expect([await ask('/docs'), await ask('/openapi.json'), await ask('/docs')]).toEqual([200, 200, 429]);
  expect([await ask('/docs', '198.51.100.7'), await ask('/nothing', '198.51.100.8')]).toEqual([200, 429]);
  expect([await ask('/health'), await ask('/health/ready')]).toEqual([200, 200]);
});

test('who is not ready names what keeps traffic away, and tells what is for people beside it', async () => {
  const failing = (name: string, advisory = false) => ({ name, advisory, run: async () => ({ ok: false, detail: 'no' }) });
  await start({ health: createHealth({ checks: [failing('lists', true), failing('bus')] }) });
  const reply = await server.app.inject({ url: '/health/ready' });
  expect([reply.statusCode, reply.json().detail]).toEqual([503, 'Not ready: bus.']);
  expect(reply.json().checks).toMatchObject([{ name: 'lists' }, { name: 'bus' }]);
  await start({ health: createHealth({ checks: [failing('lists', true)] }) });
  const ready = await server.app.inject({ url: '/health/ready' });
  expect([ready.statusCode, Object.keys(ready.json())]).toEqual([200, ['status', 'checks']]);
});

test('metrics are for this machine and for the scope metrics:read', async () => {
  const ask = async (headers: Record<string, string>, remoteAddress = '127.0.0.1') =>
    (await server.app.inject({ url: '/metrics', headers: { host: 'localhost:8080', ...headers }, remoteAddress })).statusCode;
  expect(await ask({})).toBe(200);
  expect(await ask({ 'x-forwarded-for': '203.0.113.9' })).toBe(401);
  expect(await ask({ host: 'evil.example' })).toBe(401);
  expect(await ask({}, '203.0.113.9')).toBe(401);
  expect(await ask({ authorization: 'Bearer good' }, '203.0.113.9')).toBe(403);
  expect(await ask({ authorization: 'Bearer scraper' }, '203.0.113.9')).toBe(200);
});

test('refusals at metrics are audited, and made-up credentials wait there as anywhere', async () => {
  const denied: unknown[] = [];
  const limits = { ...usualLimits, failures: { units: 2, windowMs: 60_000 } };
  await start({ limits, onDenied: (who, { name }, error) => denied.push([who.actor?.id, name, error.code]) });
  const ask = async (token: string) =>
    (await server.app.inject({ url: '/metrics', headers: { authorization: `Bearer ${token}` }, remoteAddress: '203.0.113.9' })).statusCode;
  expect([await ask('good'), await ask('forged'), await ask('forged'), await ask('forged')]).toEqual([403, 401, 401, 429]);
  expect(denied).toEqual([
    [SAMPLE_ACTOR.id, 'http.metrics', 'request.scope_missing'],
    [undefined, 'http.metrics', 'access.token_invalid'],
    [undefined, 'http.metrics', 'access.token_invalid'],
  ]);
});

test('health answers at all its addresses, and readiness tells each dependency', async () => {
  const checks = [{ name: 'database', run: () => Promise.resolve({ ok: false, detail: 'no answer' }) }];
  await start({ health: createHealth({ checks }) });
  for (const prefix of ['/health', '/api/health', '/api/v1/health']) {
    expect((await server.app.inject({ url: prefix })).json()).toMatchObject({ status: 'ok', version: '1.2.3' });
    const ready = await server.app.inject({ url: `${prefix}/ready` });
    expect(ready.headers['content-type']).toContain('application/problem+json');
    expect(ready.json()).toMatchObject({
      status: 503,
      code: 'health.not_ready',
      checks: [{ name: 'database', ok: false, detail: 'no answer' }],
    });
  }
});

test('a port in use is told with what to do', async () => {
  const address = new URL(await server.listen({ host: '127.0.0.1', port: 0 }));
  const second = await sampleServer();
  const failure = await second.listen({ host: '127.0.0.1', port: Number(address.port) }).catch((error: unknown) => error);
  await second.close();
  expect(failure).toBeInstanceOf(AppError);
  expect(failure).toMatchObject({ code: 'start.port_in_use' });
  expect((failure as AppError).message).toContain('set PORT');
});

/** Sends bytes and answers with all that comes back until the other side ends. */
async function raw(address: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    socket.on('error', reject);
  });
}

test.each([
  ['what is not HTTP', 'GARBAGE\r\n\r\n', 400, 'request.malformed_http'],
  ['a bad Content-Length', 'POST /v1/sample/notes HTTP/1.1\r\nHost: a\r\nContent-Length: 1x\r\n\r\n', 400, 'request.malformed_http'],
  [
    'two lengths (smuggling)',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
    'request.malformed_http',
  ],
  ['headers over 16 kB', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'request.headers_too_large'],
  ['no Host', 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'request.host_missing'],
  ['two Hosts', 'GET /health HTTP/1.1\r\nHost: a\r\nhOST: b\r\nConnection: close\r\n\r\n', 400, 'request.host_twice'],
  ['a strange expectation', 'GET /health HTTP/1.1\r\nHost: a\r\nExpect: cake\r\n\r\n', 417, 'request.expectation'],
  ['a method that nobody knows', 'BREW /health HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'request.malformed_http'],
])('%s gets a problem document before the connection ends', async (_, bytes, status, code) => {
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  const answer = await raw(address, bytes);
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(answer).toContain('application/problem+json');
  expect(answer).toContain(`"code":"${code}"`);
});

test('a request that comes too slowly is ended with 408', async () => {
  await start({ timing: { headersMs: 50, requestMs: 50 } });
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  expect(await raw(address, 'GET /health HTTP/1.1\r\nHost: a\r\nX-Slow: ')).toContain('"code":"request.too_slow"');
});

test('an upgrade to something unknown is served as plain HTTP', async () => {
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  const answer = await raw(address, 'GET /health HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n');
  expect(answer).toContain('"status":"ok"');
});

test('closing turns readiness off, finishes what is under way, then lets nobody in', async () => {
  const entered = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  await start({
    authenticate: async () => {
      entered.resolve();
      await gate.promise;
      return SAMPLE_ACTOR;
    },
  });
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  const asked = fetch(`${address}/v1/sample/notes?limit=2`, { headers: auth });
  await entered.promise;
  const { port } = server.app.server.address() as { port: number };
  const closing = server.close();
  gate.resolve();
  const reply = await asked;
  expect(reply.status).toBe(200);
  expect(((await reply.json()) as { items: unknown[] }).items).toHaveLength(2);
  await closing;
  await expect(
    new Promise((resolve, reject) => httpRequest({ port, host: '127.0.0.1' }, resolve).on('error', reject).end()),
  ).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a handler that takes too long is answered for, and what it says later does no harm', async () => {
  let release: () => void = () => undefined;
  const gate = new Promise<void>((open) => (release = open));
  await start({
    timing: { handlerMs: 10 },
    authenticate: async () => {
      await gate;
      return SAMPLE_ACTOR;
    },
  });
  const reply = await post(note);
  expect(reply.json()).toMatchObject({ status: 504, code: 'request.timed_out' });
  release();
  expect((await server.app.inject({ url: '/health' })).statusCode).toBe(200);
});

test('closing does not wait for a request that never ends', async () => {
  let entered: () => void = () => undefined;
  const inside = new Promise<void>((resolve) => (entered = resolve));
  await start({
    timing: { closeMs: 20 },
    authenticate: () => {
      entered();
      return new Promise(() => undefined);
    },
  });
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  const asked = fetch(`${address}/v1/sample/notes`, { headers: auth }).catch((error: unknown) => error);
  await inside;
  await server.close();
  expect(await asked).toBeInstanceOf(Error);
});

test('an address holds no more than its share of connections, and gets a place back for each that it gives up', async () => {
  await start({ connections: { each: 1, all: 100 } });
  const { hostname, port } = new URL(await server.listen({ host: '127.0.0.1', port: 0 }));
  const closed = (socket: Socket) => once(socket.resume(), 'close');
  const ask = (socket: Socket) => (socket.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n'), once(socket, 'data'));
  const first = connect(Number(port), hostname);
  expect(String(await ask(first))).toContain('200 OK');
  await closed(connect(Number(port), hostname));
  first.end();
  await closed(first);
  const next = connect(Number(port), hostname);
  expect(String(await ask(next))).toContain('200 OK');
  next.destroy();
});
