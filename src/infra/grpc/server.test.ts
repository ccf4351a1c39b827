import { getEventListeners, once } from 'node:events';
import http2 from 'node:http2';
import { connect } from 'node:net';
import { Code } from '@connectrpc/connect';
import { expect, onTestFinished, test } from 'vitest';
import { wireTo } from '../../../test/support/grpc-wire.ts';
import { listNotes, SAMPLE_ACTOR } from '../../../test/support/sample-http.ts';
import { AppError } from '../../base/error.ts';
import { createHealth } from '../health/health.ts';
import { createLimiter, memoryLimits, usualLimits, type Limits } from '../http/limits.ts';
import { route } from '../http/route.ts';
import { silentLog } from '../log/log.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { healthOf } from './health.ts';
import { placesOf } from '../http/places.ts';
import { createGrpc, type GrpcOptions } from './server.ts';
import { shapesOf, type ApiPlan } from './shapes.ts';

const LIST = '/sample.v1.NoteService/ListNotes';
const [CHECK, WATCH] = ['/grpc.health.v1.Health/Check', '/grpc.health.v1.Health/Watch'];
const REFLECT = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
/** `list_services: ""` of the reflection protocol. */
const LIST_SERVICES = Buffer.from([0x3a, 0x00]);
const OK = 0;
const REFUSED: number = Code.ResourceExhausted;

const plan: ApiPlan = {
  package: 'sample.v1',
  file: 'sample.proto',
  shapes: {},
  services: [{ name: 'NoteService', about: 'Notes', methods: [{ name: 'ListNotes', operation: listNotes }] }],
};

/** A server of one operation on a port of its own, and a caller; `visits` is how much a stranger may ask in a minute. */
async function serve({ visits = 3_000, ...more }: Partial<GrpcOptions> & { visits?: number } = {}) {
  const limits: Limits = { ...usualLimits, visits: { units: visits, windowMs: 60_000 } };
  const metrics = createMetrics({ processMetrics: false });
  const server = createGrpc({
    plan,
    numbers: shapesOf(plan, {}, { grow: true }).numbers,
    routes: [route(listNotes, async () => ({ items: [] }))],
    streams: {},
    keeper: {
      limiter: createLimiter({ store: memoryLimits({ now: () => 0 }), limits }),
      authenticate: async (token) => {
        if (token === 'good') return SAMPLE_ACTOR;
        throw new AppError('unauthenticated', 'access.token_invalid', 'No.');
      },
    },
    health: createHealth({ checks: [] }),
    log: silentLog,
    metrics,
    ...more,
  });
  const port = await server.listen({ host: '127.0.0.1', port: 0 });
  const caller = wireTo(port);
  onTestFinished(async () => {
    caller.close();
    await server.close();
  });
  return { ...caller, server, metrics, port };
}

const good = { authorization: 'Bearer good' };
const times = <T>(count: number, ask: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: count }, ask));

test('an operation is for who says who it is, whatever stands behind its name in the address', async () => {
  const { ask } = await serve();
  expect(await ask(LIST, Buffer.alloc(0), good)).toBe(OK);
  for (const path of [LIST, `${LIST}?x`]) expect(await ask(path)).toBe(Code.Unauthenticated);
  expect(await ask(`${LIST}?x`, Buffer.alloc(0), good)).toBe(OK);
});

test.each([
  ['a method that does not exist', '/sample.v1.NoteService/Nothing', 404],
  ['a service that does not exist', '/nowhere.v1.Nothing/Nothing', 404],
  ['a page', '/', 404],
])('%s is paid by the address that asks', async (_, path, status) => {
  const { ask } = await serve({ visits: 3 });
  const told = await times(5, () => ask(path));
  expect(told.filter((one) => one === status)).toHaveLength(3);
  expect(told.filter((one) => one === REFUSED)).toHaveLength(2);
  expect(await ask(LIST, Buffer.alloc(0), good)).toBe(OK);
});

test('reflection is paid by each stream and by each question of one', async () => {
  const { ask, open } = await serve({ visits: 30 });
  // A stream is one unit, a question two: of 30, this takes 3, and 13 questions of the next stream the rest.
  expect(await ask(REFLECT, LIST_SERVICES)).toBe(OK);
  const stream = open(REFLECT);
  for (let i = 0; i < 100; i++) stream.send(LIST_SERVICES);
  expect(await stream.messages(13)).toHaveLength(13);
  expect(await stream.status).toBe(Code.ResourceExhausted);
  expect(await ask(REFLECT, LIST_SERVICES)).toBe(Code.ResourceExhausted);
});

test('health answers whatever was asked before', async () => {
  const { ask, open } = await serve({ visits: 1 });
  await times(3, () => ask('/'));
  expect(await times(20, () => ask(CHECK))).toEqual(Array.from({ length: 20 }, () => OK));
  const watch = open(WATCH);
  watch.send(Buffer.alloc(0));
  watch.end();
  expect(await watch.messages(1)).toHaveLength(1);
});

test.each([
  ['health', WATCH, Buffer.alloc(0), true],
  ['reflection', REFLECT, LIST_SERVICES, false],
])('an address holds so many streams of %s open and no more, and one that ended makes room', async (_, path, question, isWhole) => {
  const { open, ask } = await serve({ strangers: { each: 2, all: 10 } });
  const begin = () => {
    const stream = open(path);
    stream.send(question);
    if (isWhole) stream.end();
    return stream;
  };
  const [first, second] = [begin(), begin()];
  for (const stream of [first, second]) await stream.messages(1);
  expect(await ask(path, question)).toBe(Code.ResourceExhausted);
  expect(await ask(CHECK)).toBe(OK);
  await first.hangUp();
  // The server hears of it a moment later than we do.
  const isLetIn = () =>
    begin()
      .messages(1)
      .then(
        () => true,
        () => false,
      );
  while (!(await isLetIn()));
});

test('a place is given back once, and neither an address nor all together take more than there are', () => {
  const places = placesOf({ each: 2, all: 3 });
  const [first] = [places.take('2001:db8::1'), places.take('2001:db8::2')];
  expect(places.take('2001:db8::3')).toBeUndefined();
  const other = places.take('192.0.2.1');
  expect(places.take('192.0.2.2')).toBeUndefined();
  first!();
  first!();
  expect(places.take('2001:db8::3')).toBeTypeOf('function');
  expect(places.take('192.0.2.2')).toBeUndefined();
  other!();
  expect(places.take('192.0.2.2')).toBeTypeOf('function');
});

test('a network of many addresses takes no more places than four of them', () => {
  const places = placesOf({ each: 2, all: 100 });
  const taken = Array.from({ length: 50 }, (_, i) => places.take(`2001:db8:1:${i.toString(16)}::1`)).filter((place) => place !== undefined);
  expect(taken).toHaveLength(8);
  expect(places.take('2001:db8:2::1')).toBeTypeOf('function');
  taken[0]!();
  expect(places.take('2001:db8:1:ffff::1')).toBeTypeOf('function');
});

test('strangers of any number of networks take no place of familiar addresses and of trusted proxies, nor these of each other', () => {
  const places = placesOf({ each: 2, all: 8 });
  for (let i = 0; i < 50; i++) places.take(`203.0.${i}.1`);
  expect(places.take('198.51.100.1')).toBeUndefined();
  const familiar = Array.from({ length: 10 }, (_, i) => places.take(`198.51.${i}.1`, 'familiar'));
  expect(familiar.filter((place) => place !== undefined)).toHaveLength(4);
  const proxies = Array.from({ length: 10 }, () => places.take('10.0.0.1', 'proxies'));
  expect(proxies.filter((place) => place !== undefined)).toHaveLength(4);
  familiar[0]!();
  expect(places.take('198.51.100.1')).toBeUndefined();
  expect(places.take('198.51.100.1', 'familiar')).toBeTypeOf('function');
});

/** Whether a watch of health is let in from an address, as a proxy at ours tells it; without one, from ours. */
async function watches({ open }: Awaited<ReturnType<typeof serve>>, from?: string): Promise<boolean> {
  const stream = open(WATCH, from === undefined ? {} : { 'x-forwarded-for': from });
  stream.send(Buffer.alloc(0));
  stream.end();
  return await stream.messages(1).then(
    () => true,
    () => false,
  );
}

test('a balancer that is named, and an address where somebody known has called, watch while strangers hold every place of theirs', async () => {
  const server = await serve({ trustProxy: ['127.0.0.1'], strangers: { each: 1, all: 2 } });
  expect(await server.ask(LIST, Buffer.alloc(0), { ...good, 'x-forwarded-for': '192.0.2.7' })).toBe(OK);
  const letIn: boolean[] = [];
  for (const from of ['203.0.113.1', '198.51.100.1', '192.0.3.1', '192.0.2.7', undefined]) letIn.push(await watches(server, from));
  expect(letIn).toEqual([true, true, false, true, true]);
});

test('a stream of health that looks a thousand times leaves nothing on the signal of the process', async () => {
  const [stop, hungUp] = [new AbortController(), new AbortController()];
  let looks = 0;
  const ready = async () => ({ status: looks++ % 2 === 0 ? ('ready' as const) : ('not_ready' as const), checks: [], because: [] });
  const { watch } = healthOf({ ...createHealth({ checks: [] }), ready }, stop.signal, 0);
  const told = watch({} as never, { signal: hungUp.signal });
  for (let i = 0; i < 1_000; i++) expect((await told.next()).done).toBe(false);
  expect(getEventListeners(stop.signal, 'abort').length).toBeLessThan(3);
  expect(getEventListeners(hungUp.signal, 'abort').length).toBeLessThan(3);
  stop.abort();
  expect((await told.next()).done).toBe(true);
});

/** The end of a connection that is opened here and says nothing. */
const hungUp = (port: number): Promise<unknown> => {
  const socket = connect(port, '127.0.0.1').resume();
  onTestFinished(() => void socket.destroy());
  return once(socket, 'close');
};

/** A connection with one call on it, until the server ends it. */
async function calledAndEnded(port: number): Promise<void> {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  const ended = once(session, 'close');
  const call = session.request({ ':method': 'POST', ':path': CHECK, 'content-type': 'application/grpc+proto', te: 'trailers' });
  call.end(Buffer.alloc(5));
  await Promise.all([once(call.resume(), 'close'), ended]);
}

test('a connection on which nothing is called is ended, before its first call and after its last', async () => {
  const { port } = await serve({ times: { firstMs: 10 } });
  await hungUp(port);
  const session = http2.connect(`http://127.0.0.1:${port}`);
  await once(session, 'close');
  expect(session.destroyed).toBe(true);
  const later = await serve({ times: { idleMs: 10 } });
  await calledAndEnded(later.port);
});

test('a connection with a stream on it is none on which nothing is called', async () => {
  const { open, ask, port } = await serve({ times: { idleMs: 10 } });
  const watch = open(WATCH);
  watch.send(Buffer.alloc(0));
  watch.end();
  await watch.messages(1);
  // Of two others each is ended; the stream and its connection go on.
  for (let i = 0; i < 2; i++) await calledAndEnded(port);
  expect(await ask(CHECK)).toBe(OK);
  await watch.hangUp();
});

test('a call whose question does not arrive is ended', async () => {
  const { open } = await serve({ times: { messageMs: 10 } });
  expect(await open(LIST, good).status).not.toBe(OK);
});

test('an address holds no more than its share of connections, and a trusted proxy speaks for many', async () => {
  const { port, ask } = await serve({ connections: { each: 2, all: 100 } });
  expect(await ask(CHECK)).toBe(OK);
  const second = connect(port, '127.0.0.1');
  await once(second, 'data');
  await hungUp(port);
  second.destroy();
  const proxied = await serve({ connections: { each: 1, all: 100 }, trustProxy: ['127.0.0.1'] });
  expect(await proxied.ask(CHECK)).toBe(OK);
  const other = wireTo(proxied.port);
  expect(await other.ask(CHECK)).toBe(OK);
  other.close();
});
