import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { sampleServer, SAMPLE_ACTOR, type SampleServer } from '../../../test/support/sample-http.ts';
import { AppError } from '../../base/error.ts';
import type { Event } from '../../base/event.ts';
import { manualClock } from '../../base/time.ts';
import { createLog } from '../log/log.ts';
import { createMetrics, type MetricsRegistry } from '../metrics/metrics.ts';
import { chargeVisit, identifyToken, type Visitor } from './door.ts';
import { createLimiter, memoryLimits, usualLimits } from './limits.ts';
import { createSocketGateway, type SocketGateway, type SocketOptions } from './socket.ts';
import { frameOf } from './socket-protocol.ts';

const TENANT = SAMPLE_ACTOR.tenantId;
const [BANK_A, BANK_B] = ['018f0000-0000-7000-8000-00000000000a', '018f0000-0000-7000-8000-00000000000b'];
const clock = manualClock();
const channels = [
  { name: 'payments', scope: 'sample:read', eventTypes: ['pay.made'] },
  { name: 'windows', scope: 'sample:read', eventTypes: (type: string) => type.startsWith('win.') },
  { name: 'secret', scope: 'secret:read', eventTypes: ['pay.made'] },
  {
    name: 'all',
    scope: 'sample:read',
    eventTypes: () => true,
    narrower: [{ scope: 'secret:read', eventTypes: (type: string) => type === 'pay.made' }],
  },
];

const eventOf = (seq: number, more: Partial<Event> = {}): Event => ({
  id: `e${seq}`,
  tenantId: TENANT,
  seq,
  type: 'pay.made',
  version: 1,
  subject: 's',
  data: { seq },
  at: '2026-01-01T00:00:00.000Z',
  ...more,
});

type Message = { type: string; channel?: string; events?: Event[]; code?: string; afterSeq?: number };

let server: SampleServer;
let gateway: SocketGateway;
let address: string;
let kept: Event[] | 'gap';
let denied: unknown[];
let onHistory: (afterSeq: number) => Promise<void> | void;
const open: Client[] = [];

async function authenticate(token: string) {
  const [name, memberId] = token.split(':');
  if (name !== 'good' && name !== 'other' && name !== 'short' && name !== 'trusted' && name !== 'endless')
    throw new AppError('unauthenticated', 'access.token_invalid', 'No.');
  const expiresAtMs = name === 'endless' ? Infinity : clock.now() + (name === 'short' ? 1 : 3_600_000);
  return {
    ...SAMPLE_ACTOR,
    ...(name === 'other' && { tenantId: 'another', id: 'x' }),
    ...(memberId && { memberId }),
    ...(name === 'trusted' && { scopes: new Set([...SAMPLE_ACTOR.scopes, 'secret:read']) }),
    expiresAtMs,
  };
}

async function start(options: Partial<SocketOptions> = {}): Promise<void> {
  kept = [];
  denied = [];
  onHistory = () => undefined;
  gateway = createSocketGateway({
    channels,
    authenticate,
    async history(tenantId, afterSeq, limit) {
      await onHistory(afterSeq);
      return kept === 'gap' ? 'gap' : kept.filter((event) => event.tenantId === tenantId && event.seq > afterSeq).slice(0, limit);
    },
    onDenied: (who, channel, error) => denied.push([who.actor?.id, channel, error.code]),
    log: createLog({ level: 'silent' }),
    metrics: createMetrics({ processMetrics: false }),
    clock,
    ...options,
  });
  server = await sampleServer({ sockets: gateway });
  address = await server.listen({ host: '127.0.0.1', port: 0 });
}

afterEach(async () => {
  for (const client of open.splice(0)) client.ws.terminate();
  await server.close();
});

/** A client that keeps what it gets and lets a test wait for it. */
class Client {
  readonly ws: WebSocket;
  readonly got: Message[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  #wake: () => void = () => undefined;

  constructor(headers: Record<string, string> = {}) {
    this.ws = new WebSocket(`${address.replace('http', 'ws')}/v1/stream`, { headers });
    this.closed = new Promise((resolve) => this.ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() })));
    this.ws.on('error', () => undefined);
    this.ws.on('message', (data: Buffer) => {
      this.got.push(JSON.parse(data.toString()) as Message);
      this.#wake();
    });
    open.push(this);
  }

  async until(fits: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const found = this.got.find(fits);
      if (found) return found;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  send(message: unknown): void {
    this.ws.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  /** Sequence numbers received on a channel, in order. */
  seqs(channel = 'payments'): number[] {
    return this.got.filter((message) => message.channel === channel).flatMap(({ events = [] }) => events.map(({ seq }) => seq));
  }

  async untilSeq(seq: number, channel = 'payments'): Promise<void> {
    await this.until(({ channel: name, events }) => name === channel && (events ?? []).some((event) => event.seq === seq));
  }
}

async function follow(token = 'good', subscribe: object = { channel: 'payments' }): Promise<Client> {
  const client = new Client();
  await once(client.ws, 'open');
  client.send({ type: 'auth', token });
  client.send({ type: 'subscribe', ...subscribe });
  await client.until(({ type }) => type === 'subscribed' || type === 'error');
  return client;
}

test('events reach those who follow their channel, once and in order, of their own tenant only', async () => {
  await start();
  const [mine, windows, foreign] = [await follow(), await follow('good', { channel: 'windows' }), await follow('other')];
  for (const seq of [1, 2, 2, 1, 3]) gateway.publish(eventOf(seq));
  gateway.publish(eventOf(4, { type: 'win.closed' }));
  gateway.publish(eventOf(1, { tenantId: 'another' }));
  gateway.publish(eventOf(5));
  await mine.untilSeq(5);
  await windows.untilSeq(4, 'windows');
  await foreign.untilSeq(1);
  expect(mine.seqs()).toEqual([1, 2, 3, 5]);
  expect(windows.seqs('windows')).toEqual([4]);
  expect(foreign.seqs()).toEqual([1]);
});

test('the end of the credential is told when it has one', async () => {
  await start();
  const [good, endless] = [await follow('good'), await follow('endless')];
  expect(good.got[0]).toEqual({ type: 'ready', expiresAt: new Date(clock.now() + 3_600_000).toISOString() });
  expect(endless.got[0]).toEqual({ type: 'ready' });
});

test('a member sees only what concerns it, and never whom else it concerns', async () => {
  await start();
  const [a, whole] = [await follow(`good:${BANK_A}`), await follow()];
  gateway.publish(eventOf(1, { memberIds: [BANK_A!, BANK_B!] }));
  gateway.publish(eventOf(2, { memberIds: [BANK_B!] }));
  gateway.publish(eventOf(3));
  gateway.publish(eventOf(4, { memberIds: [BANK_A!] }));
  await Promise.all([a.untilSeq(4), whole.untilSeq(4)]);
  expect(a.seqs()).toEqual([1, 4]);
  expect(whole.seqs()).toEqual([1, 2, 3, 4]);
  expect(JSON.stringify(a.got)).not.toContain(BANK_B);
});

test('who comes back gets what it missed, then what is live, without hole or repetition', async () => {
  await start({ bounds: { historyPage: 2 } });
  kept = [1, 2, 3, 4, 5].map((seq) => eventOf(seq));
  const resident = await follow();
  gateway.publish(eventOf(5));
  await resident.untilSeq(5);
  // While history is being read, two more are committed and published.
  onHistory = (afterSeq) => {
    if (afterSeq !== 4) return;
    (kept as Event[]).push(eventOf(6), eventOf(7));
    gateway.publish(eventOf(6));
    gateway.publish(eventOf(7));
  };
  const back = await follow('good', { channel: 'payments', afterSeq: 2 });
  await back.untilSeq(7);
  gateway.publish(eventOf(8));
  await back.untilSeq(8);
  expect(back.seqs()).toEqual([3, 4, 5, 6, 7, 8]);
  expect(resident.seqs()).toEqual([5, 6, 7, 8]);
});

test('more live events than may wait are read from history instead', async () => {
  await start({ bounds: { pendingEvents: 3, historyPage: 100 } });
  kept = [eventOf(1)];
  const resident = await follow();
  onHistory = async (afterSeq) => {
    if (afterSeq !== 0) return;
    onHistory = () => undefined;
    for (let seq = 2; seq <= 20; seq++) {
      (kept as Event[]).push(eventOf(seq));
      gateway.publish(eventOf(seq));
    }
    await resident.untilSeq(20);
  };
  const back = await follow('good', { channel: 'payments', afterSeq: 0 });
  await back.untilSeq(20);
  expect(back.seqs()).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
});

test('a hole that the bus left is filled from history for everyone', async () => {
  await start();
  const [one, two] = [await follow(), await follow()];
  kept = [1, 2, 3, 4, 5, 6].map((seq) => eventOf(seq));
  for (const seq of [1, 2, 6]) gateway.publish(eventOf(seq));
  await Promise.all([one.untilSeq(6), two.untilSeq(6)]);
  expect(one.seqs()).toEqual([1, 2, 3, 4, 5, 6]);
  expect(two.seqs()).toEqual([1, 2, 3, 4, 5, 6]);
});

test('when history does not reach back, the client is told so and goes on live', async () => {
  await start();
  kept = 'gap';
  const client = await follow('good', { channel: 'payments', afterSeq: 7 });
  expect(await client.until(({ type }) => type === 'gap')).toEqual({ type: 'gap', channel: 'payments', afterSeq: 7 });
  gateway.publish(eventOf(50));
  await client.untilSeq(50);
  gateway.publish(eventOf(60));
  await client.untilSeq(60);
  expect(client.got.filter(({ type }) => type === 'gap')).toHaveLength(2);
});

test('events that need a further scope reach only who holds it, live and from history, on a channel that both follow', async () => {
  await start();
  kept = [eventOf(1), eventOf(2, { type: 'win.closed' })];
  const [plain, trusted] = [
    await follow('good', { channel: 'all', afterSeq: 0 }),
    await follow('trusted', { channel: 'all', afterSeq: 0 }),
  ];
  for (const seq of [3, 4]) gateway.publish(eventOf(seq));
  gateway.publish(eventOf(5, { type: 'win.closed' }));
  await Promise.all([plain.untilSeq(5, 'all'), trusted.untilSeq(5, 'all')]);
  expect(plain.seqs('all')).toEqual([2, 5]);
  expect(trusted.seqs('all')).toEqual([1, 2, 3, 4, 5]);
});

test('a channel without the scope, or that does not exist, is refused by name and audited; the connection stays', async () => {
  await start();
  const client = await follow('good', { channel: 'secret' });
  expect(client.got.at(-1)).toMatchObject({ type: 'error', channel: 'secret', code: 'request.scope_missing' });
  client.send({ type: 'subscribe', channel: 'none' });
  await client.until(({ code }) => code === 'socket.no_such_channel');
  client.send({ type: 'subscribe', channel: 'payments' });
  await client.until(({ type }) => type === 'subscribed');
  gateway.publish(eventOf(1));
  await client.untilSeq(1);
  expect(client.seqs('secret')).toEqual([]);
  expect(denied).toEqual([[SAMPLE_ACTOR.id, 'secret', 'request.scope_missing']]);
});

test('after unsubscribing nothing more comes', async () => {
  await start();
  const client = await follow();
  client.send({ type: 'subscribe', channel: 'windows' });
  client.send({ type: 'unsubscribe', channel: 'payments' });
  await client.until(({ type }) => type === 'unsubscribed');
  gateway.publish(eventOf(1));
  gateway.publish(eventOf(2, { type: 'win.opened' }));
  await client.untilSeq(2, 'windows');
  expect(client.seqs()).toEqual([]);
});

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
  const client = new Client();
  await once(client.ws, 'open');
  client.send(message);
  expect(await client.closed).toEqual({ code, reason });
  if (reason === 'socket.auth_refused' && (message as { type: string }).type === 'auth')
    expect(denied).toEqual([[undefined, undefined, 'access.token_invalid']]);
});

test('who says nothing is let go', async () => {
  await start({ bounds: { authMs: 10 } });
  expect(await new Client().closed).toEqual({ code: 4401, reason: 'socket.auth_timeout' });
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
  expect(gateway.revoke(({ id }) => id === SAMPLE_ACTOR.id)).toBe(1);
  expect(await gone.closed).toEqual({ code: 4401, reason: 'socket.revoked' });
  gateway.publish(eventOf(1, { tenantId: 'another' }));
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
    gateway.publish(eventOf(seq, { data }));
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
  const client = new Client();
  // A raw connection that never answers a ping.
  const socket = connect(Number(new URL(address).port), '127.0.0.1', () => {
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
  const client = new Client(headers);
  const [, response] = (await once(client.ws, 'unexpected-response')) as [
    unknown,
    NodeJS.ReadableStream & { statusCode: number; headers: Record<string, string> },
  ];
  expect(response.statusCode).toBe(status);
  expect(response.headers['content-type']).toBe('application/problem+json');
  let body = '';
  for await (const chunk of response) body += String(chunk);
  expect(JSON.parse(body)).toMatchObject({ code });
  expect(denied).toEqual([[undefined, undefined, code]]);
});

test('pages of the own address and of allowed origins may', async () => {
  await start({ origins: ['https://desk.example'] });
  for (const origin of [address, 'https://desk.example']) {
    const client = new Client({ origin });
    await once(client.ws, 'open');
    expect(client.ws.readyState).toBe(WebSocket.OPEN);
  }
});

test('an address cannot hold more than its share of connections that say nothing', async () => {
  await start({ bounds: { strangers: 2 } });
  const first = [new Client(), new Client()];
  await Promise.all(first.map(({ ws }) => once(ws, 'open')));
  const [, response] = (await once(new Client().ws, 'unexpected-response')) as [unknown, { statusCode: number }];
  expect(response.statusCode).toBe(429);
  first[0]!.send({ type: 'auth', token: 'good' });
  await first[0]!.until(({ type }) => type === 'ready');
  await once(new Client().ws, 'open');
});

test('behind a proxy that is named each caller has a share of its own', async () => {
  await start({ bounds: { strangers: 1 }, trustProxy: ['127.0.0.1', '::1'] });
  await once(new Client({ 'x-forwarded-for': '203.0.113.66' }).ws, 'open');
  const [, response] = (await once(new Client({ 'x-forwarded-for': '203.0.113.66' }).ws, 'unexpected-response')) as [
    unknown,
    { statusCode: number },
  ];
  expect(response.statusCode).toBe(429);
  await once(new Client({ 'x-forwarded-for': '198.51.100.7' }).ws, 'open');
});

test('a network of many addresses, and all strangers together, leave places for those who are known', async () => {
  const connect = (from: string) => new Client({ 'x-forwarded-for': from }).ws;
  const trustProxy = ['127.0.0.1', '::1'];
  await start({ bounds: { strangers: 1 }, trustProxy });
  for (let i = 0; i < 4; i++) await once(connect(`2001:db8:0:${i}::1`), 'open');
  const refused = async (from: string) =>
    ((await once(connect(from), 'unexpected-response')) as [unknown, { statusCode: number }])[1].statusCode;
  expect(await refused('2001:db8:0:5::1')).toBe(429);
  await once(connect('2001:db8:1::1'), 'open');
  await server.close();
  await start({ bounds: { strangers: 1, connections: 8 }, trustProxy });
  const first = new Client({ 'x-forwarded-for': '203.0.113.1' });
  await Promise.all([once(first.ws, 'open'), once(connect('203.0.113.2'), 'open')]);
  expect(await refused('198.51.100.1')).toBe(429);
  first.send({ type: 'auth', token: 'good' });
  await first.until(({ type }) => type === 'ready');
  await once(connect('198.51.100.1'), 'open');
});

test('strangers of any number of networks leave places for those at an address where somebody known has called', async () => {
  const connect = (from: string) => new Client({ 'x-forwarded-for': from }).ws;
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
    const client = new Client();
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
  const client = new Client();
  await once(client.ws, 'open');
  client.send({ type: 'auth', token: 'good' });
  await looked.promise;
  client.ws.terminate();
  await untilOpen(metrics, 0);
  gate.resolve();
  await setImmediate();
  expect(gateway.isListening()).toBe(false);
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
    const client = new Client();
    await once(client.ws, 'open');
    client.send({ type: 'auth', token });
    expect((await client.closed).reason).toBe('socket.auth_refused');
  }
  // What has to wait was not looked at, so there is nothing to audit.
  expect(denied).toHaveLength(2);
  await follow('good');
  const [, response] = (await once(new Client().ws, 'unexpected-response')) as [unknown, { statusCode: number }];
  expect(response.statusCode).toBe(429);
});

test('closing tells everyone to go elsewhere and lets nobody in', async () => {
  await start();
  const client = await follow();
  await server.close();
  expect(await client.closed).toEqual({ code: 1001, reason: 'server.stopping' });
});

test('plain HTTP at the address is told to upgrade', async () => {
  await start();
  const reply = await server.app.inject({ url: '/v1/stream' });
  expect(reply.json()).toMatchObject({ status: 426, code: 'request.upgrade_required' });
});

test('a thousand clients all get every event in order', async () => {
  await start({ bounds: { strangers: 2_000 } });
  const clients = await Promise.all(Array.from({ length: 1_000 }, () => follow()));
  for (let seq = 1; seq <= 20; seq++) gateway.publish(eventOf(seq));
  await Promise.all(clients.map((client) => client.untilSeq(20)));
  const expected = Array.from({ length: 20 }, (_, i) => i + 1);
  for (const client of clients) expect(client.seqs()).toEqual(expected);
});

test.each([0, 125 - 37, 200, 70_000])('a frame with %i more bytes is a well-formed text frame', async (extra) => {
  await start();
  const client = await follow();
  gateway.publish(eventOf(1, { data: { text: 'é'.repeat(extra) } }));
  await client.untilSeq(1);
  expect(client.got.at(-1)!.events![0]!.data).toEqual({ text: 'é'.repeat(extra) });
  expect(frameOf({ type: 'subscribed', channel: 'a' })[0]).toBe(0x81);
});
