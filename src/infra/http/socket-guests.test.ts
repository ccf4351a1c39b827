import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { SAMPLE_ACTOR } from '../../../test/support/sample-http.ts';
import { createMetrics, type MetricsRegistry } from '../metrics/metrics.ts';
import { chargeVisit, identifyToken, type Visitor } from './door.ts';
import { createLimiter, memoryLimits, usualLimits } from './limits.ts';
import { authenticate, eventOf, useSockets } from '../../../test/support/sample-sockets.ts';

const { scene, start, open, follow } = useSockets();

test.each<[string, unknown, number, string]>([
  ['a refused token', { type: 'auth', token: 'forged' }, 4401, 'socket.auth_refused'],
  ['a subscription before the token', { type: 'subscribe', channel: 'payments' }, 4401, 'socket.auth_refused'],
  ['what is not JSON', 'hello', 4400, 'socket.malformed_message'],
  ['an unknown message', { type: 'publish' }, 4400, 'socket.malformed_message'],
  ['an unknown field', { type: 'auth', token: 'good', admin: true }, 4400, 'socket.malformed_message'],
  ['a negative position', { type: 'subscribe', channel: 'payments', afterSeq: -1 }, 4400, 'socket.malformed_message'],
  ['bytes', Buffer.from([1, 2, 3]), 4400, 'socket.malformed_message'],
  ['a message over the limit', 'x'.repeat(20_000), 1009, ''],
])('%s ends the connection with a named reason', async (_, message, code, reason) => {
  await start();
  const client = open();
  await once(client.ws, 'open');
  client.send(message);
  expect(await client.closed).toEqual({ code, reason });
  if (reason === 'socket.auth_refused' && (message as { type: string }).type === 'auth')
    expect(scene.denied).toEqual([[undefined, undefined, 'access.token_invalid']]);
});

test('who says nothing is let go', async () => {
  await start({ bounds: { authMs: 10 } });
  expect(await open().closed).toEqual({ code: 4401, reason: 'socket.auth_timeout' });
});

test('a connection ends with its token, and a new token of the same actor extends it', async () => {
  await start();
  const short = await follow('short');
  expect(await short.closed).toEqual({ code: 4401, reason: 'socket.token_expired' });
  const long = await follow();
  long.send({ type: 'auth', token: 'good' });
  await long.until(() => long.got.filter(({ type }) => type === 'ready').length === 2);
  long.send({ type: 'auth', token: 'other' });
  expect(await long.closed).toEqual({ code: 4401, reason: 'socket.auth_refused' });
});

test('revoked actors are let go at once, others stay', async () => {
  await start();
  const [gone, stays] = [await follow(), await follow('other')];
  expect(scene.gateway.revoke(({ id }) => id === SAMPLE_ACTOR.id)).toBe(1);
  expect(await gone.closed).toEqual({ code: 4401, reason: 'socket.revoked' });
  scene.gateway.publish(eventOf(1, { tenantId: 'another' }));
  await stays.untilSeq(1);
});

test('who does not read is let go with a named reason, before its buffer fills the memory', async () => {
  const metrics = createMetrics({ processMetrics: false });
  await start({ metrics, bounds: { bufferBytes: 10_000 } });
  const [slow, quick] = [await follow(), await follow()];
  slow.ws.pause();
  const data = { text: 'x'.repeat(100_000) };
  // More than the kernel's own buffers take.
  const sent = 600;
  for (let seq = 1; seq <= sent; seq++) {
    scene.gateway.publish(eventOf(seq, { data }));
    await quick.untilSeq(seq);
  }
  const closed = 'rialto_socket_closed_total{reason="socket.slow_consumer"} 1';
  await expect.poll(() => metrics.text(), { timeout: 30_000 }).toContain(closed);
  expect(quick.seqs()).toHaveLength(sent);
});

test('who sends without end is let go', async () => {
  await start({ bounds: { messagesPerMinute: 5 } });
  const client = await follow();
  for (let i = 0; i < 10; i++) client.send({ type: 'unsubscribe', channel: 'x' });
  expect(await client.closed).toEqual({ code: 4429, reason: 'socket.too_many_messages' });
});

test('who does not answer the heartbeat is cut off', async () => {
  await start({ bounds: { heartbeatMs: 20 } });
  const client = open();
  // A raw connection that never answers a ping.
  const socket = connect(Number(new URL(scene.address).port), '127.0.0.1', () => {
    socket.write(
      `GET /v1/stream HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\n\r\n`,
    );
  });
  socket.resume();
  await once(socket, 'close');
  await once(client.ws, 'ping');
  expect(client.ws.readyState).toBe(WebSocket.OPEN);
});

test.each([
  ['a page of another origin', { origin: 'https://evil.example' }, 403, 'socket.origin_refused'],
  ['a page without an origin of its own', { origin: 'null' }, 403, 'socket.origin_refused'],
])('%s may not open a socket', async (_, headers, status, code) => {
  await start({ origins: ['https://desk.example'] });
  const client = open(headers);
  const [, response] = (await once(client.ws, 'unexpected-response')) as [
    unknown,
    NodeJS.ReadableStream & { statusCode: number; headers: Record<string, string> },
  ];
  expect(response.statusCode).toBe(status);
  expect(response.headers['content-type']).toBe('application/problem+json');
  let body = '';
  for await (const chunk of response) body += String(chunk);
  expect(JSON.parse(body)).toMatchObject({ code });
  expect(scene.denied).toEqual([[undefined, undefined, code]]);
});

test('pages of the own address and of allowed origins may', async () => {
  await start({ origins: ['https://desk.example'] });
  for (const origin of [scene.address, 'https://desk.example']) {
    const client = open({ origin });
    await once(client.ws, 'open');
    expect(client.ws.readyState).toBe(WebSocket.OPEN);
  }
});

test('an address cannot hold more than its share of connections that say nothing', async () => {
  await start({ bounds: { strangers: 2 } });
  const first = [open(), open()];
  await Promise.all(first.map(({ ws }) => once(ws, 'open')));
  const [, response] = (await once(open().ws, 'unexpected-response')) as [unknown, { statusCode: number }];
  expect(response.statusCode).toBe(429);
  first[0]!.send({ type: 'auth', token: 'good' });
  await first[0]!.until(({ type }) => type === 'ready');
  await once(open().ws, 'open');
});

test('behind a proxy that is named each caller has a share of its own', async () => {
  await start({ bounds: { strangers: 1 }, trustProxy: ['127.0.0.1', '::1'] });
  await once(open({ 'x-forwarded-for': '203.0.113.66' }).ws, 'open');
  const [, response] = (await once(open({ 'x-forwarded-for': '203.0.113.66' }).ws, 'unexpected-response')) as [
    unknown,
    { statusCode: number },
  ];
  expect(response.statusCode).toBe(429);
  await once(open({ 'x-forwarded-for': '198.51.100.7' }).ws, 'open');
});

test('a network of many addresses, and all strangers together, leave places for those who are known', async () => {
  const connect = (from: string) => open({ 'x-forwarded-for': from }).ws;
  const trustProxy = ['127.0.0.1', '::1'];
  await start({ bounds: { strangers: 1 }, trustProxy });
  for (let i = 0; i < 4; i++) await once(connect(`2001:db8:0:${i}::1`), 'open');
  const refused = async (from: string) =>
    ((await once(connect(from), 'unexpected-response')) as [unknown, { statusCode: number }])[1].statusCode;
  expect(await refused('2001:db8:0:5::1')).toBe(429);
  await once(connect('2001:db8:1::1'), 'open');
  await scene.server.close();
  await start({ bounds: { strangers: 1, connections: 8 }, trustProxy });
  const first = open({ 'x-forwarded-for': '203.0.113.1' });
  await Promise.all([once(first.ws, 'open'), once(connect('203.0.113.2'), 'open')]);
  expect(await refused('198.51.100.1')).toBe(429);
  first.send({ type: 'auth', token: 'good' });
  await first.until(({ type }) => type === 'ready');
  await once(connect('198.51.100.1'), 'open');
});

test('strangers of any number of networks leave places for those at an address where somebody known has called', async () => {
  const connect = (from: string) => open({ 'x-forwarded-for': from }).ws;
  await start({
    bounds: { strangers: 1, connections: 8 },
    trustProxy: ['127.0.0.1', '::1'],
    isFamiliar: (address) => address.startsWith('192.0.2.'),
  });
  for (const from of ['203.0.113.1', '198.51.100.1']) await once(connect(from), 'open');
  const [, response] = (await once(connect('203.0.114.1'), 'unexpected-response')) as [unknown, { statusCode: number }];
  expect(response.statusCode).toBe(429);
  await once(connect('192.0.2.1'), 'open');
});

const untilOpen = (metrics: MetricsRegistry, count: number): Promise<void> =>
  vi.waitFor(async () => expect(await metrics.text()).toContain(`\nrialto_socket_connections ${count}\n`), {
    timeout: 60_000,
    interval: 5,
  });

test('one actor takes no more than a quarter of all connections, and gets back what it gives up', async () => {
  const metrics = createMetrics({ processMetrics: false });
  await start({ metrics, bounds: { connections: 8 } });
  const known = async (token: string) => {
    const client = open();
    await once(client.ws, 'open');
    client.send({ type: 'auth', token });
    return client;
  };
  const first = await known('good');
  await first.until(({ type }) => type === 'ready');
  await (await known('good')).until(({ type }) => type === 'ready');
  const third = await known('good');
  expect(await once(third.ws, 'close')).toEqual([4429, Buffer.from('socket.too_many_connections')]);
  await (await known('other')).until(({ type }) => type === 'ready');
  first.ws.close();
  await untilOpen(metrics, 2);
  await (await known('good')).until(({ type }) => type === 'ready');
});

test('whoever leaves while its credential is looked up is not kept', async () => {
  const [looked, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const metrics = createMetrics({ processMetrics: false });
  const slowly = async (token: string) => {
    looked.resolve();
    await gate.promise;
    return await authenticate(token);
  };
  await start({ metrics, authenticate: slowly });
  const client = open();
  await once(client.ws, 'open');
  client.send({ type: 'auth', token: 'good' });
  await looked.promise;
  client.ws.terminate();
  await untilOpen(metrics, 0);
  gate.resolve();
  await setImmediate();
  expect(scene.gateway.isListening()).toBe(false);
});

test('made-up credentials wait as at any other door, upgrades are counted, and what is known passes', async () => {
  const limits = { ...usualLimits, failures: { units: 2, windowMs: 60_000 }, visits: { units: 7, windowMs: 60_000_000 } };
  const limiter = createLimiter({ store: memoryLimits(), limits });
  const keeper = { authenticate, limiter, recognises: async (token: string) => token === 'good' };
  const quiet = (visitor: Visitor) => ({ visitor, tell: () => undefined });
  await start({
    authenticate: (token, visitor) => identifyToken(keeper, quiet(visitor), token),
    visit: (visitor) => chargeVisit(limiter, quiet(visitor)),
  });
  for (const token of ['made-up', 'made-up', 'other']) {
    const client = open();
    await once(client.ws, 'open');
    client.send({ type: 'auth', token });
    expect((await client.closed).reason).toBe('socket.auth_refused');
  }
  // What has to wait was not looked at, so there is nothing to audit.
  expect(scene.denied).toHaveLength(2);
  await follow('good');
  const [, response] = (await once(open().ws, 'unexpected-response')) as [unknown, { statusCode: number }];
  expect(response.statusCode).toBe(429);
});

test('closing tells everyone to go elsewhere and lets nobody in', async () => {
  await start();
  const client = await follow();
  await scene.server.close();
  expect(await client.closed).toEqual({ code: 1001, reason: 'server.stopping' });
});

test('plain HTTP at the address is told to upgrade', async () => {
  await start();
  const reply = await scene.server.app.inject({ url: '/v1/stream' });
  expect(reply.json()).toMatchObject({ status: 426, code: 'request.upgrade_required' });
});
