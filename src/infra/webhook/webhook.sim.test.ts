import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import type { Event } from '../../base/event.ts';
import { newId, type Uuid } from '../../base/id.ts';
import { seededRandom, type Random } from '../../base/random.ts';
import { Secret } from '../../base/secret.ts';
import { manualClock } from '../../base/time.ts';
import { silentLog } from '../log/log.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { createOutbox } from '../outbox/index.ts';
import { placeEvents } from '../outbox/store.ts';
import { ENDPOINT_LANES } from './dispatch.ts';
import { createWebhooks, type Webhooks } from './index.ts';
import { WEBHOOK_RETRY } from './retry.ts';
import { newWebhookSecret, sealSecret, signatureOf } from './sign.ts';
import { insertEndpoint, requeue, updateEndpoint } from './store.ts';

const WAIT = { timeout: 60_000, interval: 5 };
const HOUR = 3_600_000;
const masterKey = new Secret(crypto.getRandomValues(new Uint8Array(32)));
const outbox = createOutbox();

let database: TestDatabase;
let tenantId: Uuid;
let clock: ReturnType<typeof manualClock>;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await createTestDatabase({ modules: [] });
});
beforeEach(() => {
  tenantId = newId();
  clock = manualClock(Date.now());
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  // A later server may get the port of an earlier one.
  await database.admin(`update infra.webhook_endpoint set state = 'deleted'`);
});
afterAll(() => database.drop());

type Heard = { id: string; body: string; verified: boolean; seq: number | undefined };
type Target = { url: string; heard: Heard[]; taken: Heard[]; open(): number };
type Behaviour = (request: IncomingMessage, response: ServerResponse, count: number) => boolean | Promise<boolean>;

/** A server somewhere outside that checks signatures; `behave` answers and says whether the message was taken. */
async function startTarget(secret: string, behave: Behaviour): Promise<Target> {
  const heard: Heard[] = [];
  const taken: Heard[] = [];
  let under = 0;
  const server: Server = createServer((request, response) => {
    under++;
    response.once('close', () => under--);
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    const settle = async () => {
      const id = String(request.headers['webhook-id']);
      const time = String(request.headers['webhook-timestamp']);
      const verified = String(request.headers['webhook-signature']).split(' ').includes(signatureOf(secret, { id, time, body }));
      const one = { id, body, verified, seq: (JSON.parse(body) as { seq?: number }).seq };
      heard.push(one);
      if (await behave(request, response, heard.length)) taken.push(one);
    };
    request.on('end', () => void settle());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, heard, taken, open: () => under };
}

const answer = (response: ServerResponse, status: number, headers: Record<string, string> = {}): boolean => {
  response.writeHead(status, headers).end('ok');
  return status < 300;
};

/** One process with its delivery; `stop` is an orderly end, and a new one begins where it ended. */
function startDelivery(options: { timeoutMs?: number; retry?: typeof WEBHOOK_RETRY } = {}): { webhooks: Webhooks; stop(): Promise<void> } {
  const webhooks = createWebhooks({
    db: database.db,
    clock,
    log: silentLog,
    outbox,
    metrics: createMetrics({ processMetrics: false }),
    masterKey,
    allowed: ['127.0.0.1'],
    random: () => 0.5,
    disabledEvent: (endpoint) => ({
      id: newId(),
      tenantId: endpoint.tenantId,
      type: 'test.disabled',
      version: 1,
      subject: endpoint.id,
      at: clock.now(),
      data: { reason: endpoint.reason },
    }),
    ...options,
  });
  const stop = new AbortController();
  const run = webhooks.jobs.find(({ name }) => name === 'infra.send_webhooks')!.run(stop.signal);
  let ended: Promise<void> | undefined;
  const end = () =>
    (ended ??= (async () => {
      stop.abort();
      await run;
      await webhooks.close();
    })());
  closing.push(end);
  return { webhooks, stop: end };
}

async function endpoint(url: string, secret: string, change: { memberId?: Uuid; types?: string[] } = {}): Promise<Uuid> {
  const id = newId();
  await database.db.write({ tenantId }, (tx) =>
    insertEndpoint(tx, {
      tenantId,
      id,
      memberId: change.memberId ?? null,
      url,
      types: change.types ?? ['*'],
      description: '',
      state: 'active',
      reason: null,
      disabledAt: null,
      previousUntil: null,
      failures: 0,
      failingSince: null,
      createdBy: 'test',
      createdAt: clock.now(),
      sealedSecret: sealSecret(secret, id, masterKey),
      previousSecret: null,
    }),
  );
  return id;
}

/** Appends and publishes events, queues them, and wakes the delivery. */
async function publish(
  delivery: Webhooks | undefined,
  count: number,
  change: { memberIds?: readonly Uuid[]; type?: string } = {},
): Promise<void> {
  const drafts = Array.from({ length: count }, (_, i) => ({
    id: newId(),
    tenantId,
    type: change.type ?? 'test.happened',
    version: 1,
    subject: `thing-${i}`,
    at: clock.now(),
    data: { i },
    ...(change.memberIds && { memberIds: change.memberIds }),
  }));
  await database.db.write({ tenantId }, (tx) => outbox.append(tx, drafts));
  await placeEvents(database.db, 10_000);
  await queue(delivery);
}

async function queue(delivery: Webhooks | undefined): Promise<void> {
  if (!delivery) return;
  await delivery.jobs.find(({ name }) => name === 'infra.queue_webhooks')!.run(new AbortController().signal);
  delivery.wake();
}

type Counted = { pending: number; delivered: number; dead: number };
async function counts(endpointId: Uuid): Promise<Counted> {
  const rows = await database.admin<{ state: keyof Counted; n: number }>(
    `select state, count(*)::integer as n from infra.webhook_message where endpoint_id = $1 group by state`,
    [endpointId],
  );
  return { pending: 0, delivered: 0, dead: 0, ...Object.fromEntries(rows.map(({ state, n }) => [state, n])) };
}

/** Moves time on and wakes the delivery until nothing waits any more. */
async function untilNothingWaits(delivery: () => Webhooks, endpointId: Uuid): Promise<Counted> {
  return await vi.waitFor(async () => {
    clock.advance(HOUR / 60);
    delivery().wake();
    const now = await counts(endpointId);
    expect(now.pending).toBe(0);
    return now;
  }, WAIT);
}

const published = () =>
  database.admin<Event>(`select id, seq::float8 as seq, type from infra.event where tenant_id = $1 order by seq`, [tenantId]);

/** Any way in which a target can fail, and sometimes not. */
function moody(random: Random): Behaviour {
  return (request, response) => {
    const mood = random.int(0, 9);
    if (mood < 4) return answer(response, 200);
    if (mood === 4) return answer(response, 500);
    if (mood === 5) return answer(response, 302, { location: 'http://127.0.0.1:1/elsewhere' });
    if (mood === 6) return answer(response, 429, { 'retry-after': '7' });
    if (mood === 7) {
      // It has the message but cannot say so any more: this one will come twice.
      request.socket.destroy();
      return true;
    }
    response.writeHead(200);
    response.write('half an answer');
    request.socket.destroy();
    return true;
  };
}

test.each([1, 2, 3])('seed %i: with a moody target and a process that ends again and again nothing is lost, and ids stay', async (seed) => {
  const random = seededRandom(seed);
  const secret = newWebhookSecret();
  const target = await startTarget(secret, moody(random));
  const id = await endpoint(target.url, secret);
  const retry = { ...WEBHOOK_RETRY, attempts: 1_000, maxMs: 60_000, disableAfterMs: 1_000_000 * HOUR };
  let delivery = startDelivery({ retry });
  for (let round = 0; round < 6; round++) {
    await publish(delivery.webhooks, random.int(1, 40));
    if (random.chance(0.5)) continue;
    await delivery.stop();
    delivery = startDelivery({ retry });
  }
  const done = await untilNothingWaits(() => delivery.webhooks, id);
  const events = await published();
  expect(done).toEqual({ pending: 0, delivered: events.length, dead: 0 });
  expect(new Set(target.taken.map(({ id: one }) => one))).toEqual(new Set(events.map((event) => `msg_${event.id.replaceAll('-', '')}`)));
  expect(target.heard.every(({ verified }) => verified)).toBe(true);
  for (const again of Map.groupBy(target.heard, (one) => one.id).values()) expect(new Set(again.map(({ body }) => body)).size).toBe(1);
  expect(
    target.heard
      .map(({ seq }) => seq)
      .toSorted((a, b) => a! - b!)
      .at(-1),
  ).toBe(events.at(-1)!.seq);
  const [attempts] = await database.admin<{ n: number }>(
    `select count(*)::integer as n from infra.webhook_attempt where endpoint_id = $1`,
    [id],
  );
  expect(attempts!.n).toBeLessThanOrEqual(target.heard.length);
  expect(attempts!.n).toBeGreaterThanOrEqual(events.length);
});

test('a target that does not answer holds up nobody else, and has no more than its lanes', async () => {
  const secret = newWebhookSecret();
  const silent = await startTarget(secret, () => new Promise<boolean>(() => undefined));
  const quick = await startTarget(secret, (_, response) => answer(response, 204));
  const slow = await endpoint(silent.url, secret);
  const good = await endpoint(quick.url, secret);
  const delivery = startDelivery();
  await publish(delivery.webhooks, 50);
  await vi.waitFor(async () => expect((await counts(good)).delivered).toBe(50), WAIT);
  expect(silent.open()).toBeGreaterThan(0);
  expect(silent.heard.length).toBeLessThanOrEqual(ENDPOINT_LANES);
  expect(await counts(slow)).toEqual({ pending: 50, delivered: 0, dead: 0 });
});

test('an endpoint that answers gets all of a burst, though others fail beside it', async () => {
  const secret = newWebhookSecret();
  const quick = await startTarget(secret, (_, response) => answer(response, 200));
  const broken = await startTarget(secret, (_, response) => answer(response, 500));
  const good = await endpoint(quick.url, secret);
  for (let i = 0; i < 5; i++) await endpoint(broken.url, secret);
  const delivery = startDelivery();
  await publish(delivery.webhooks, 1_500);
  await vi.waitFor(async () => expect((await counts(good)).delivered).toBe(1_500), WAIT);
  expect(new Set(quick.heard.map(({ id }) => id)).size).toBe(1_500);
  expect(quick.heard).toHaveLength(1_500);
});

test('a target that fails for three days is disabled with notice, what waited is dead, and a replay brings all of it', async () => {
  const secret = newWebhookSecret();
  let well = false;
  const target = await startTarget(secret, (_, response) => answer(response, well ? 200 : 503));
  const id = await endpoint(target.url, secret);
  const delivery = startDelivery();
  await publish(delivery.webhooks, 3);
  const state = () =>
    database
      .admin<{ state: string; reason: string }>(`select state, reason from infra.webhook_endpoint where id = $1`, [id])
      .then(([row]) => row!);
  let waitedMs = 0;
  await vi.waitFor(async () => {
    clock.advance(HOUR);
    waitedMs += HOUR;
    delivery.webhooks.wake();
    expect((await state()).state).toBe('disabled');
  }, WAIT);
  expect(waitedMs).toBeGreaterThanOrEqual(WEBHOOK_RETRY.disableAfterMs - 12 * HOUR);
  expect(await counts(id)).toEqual({ pending: 0, delivered: 0, dead: 3 });
  await placeEvents(database.db, 100);
  expect((await published()).at(-1)).toMatchObject({ type: 'test.disabled' });

  well = true;
  await database.db.write({ tenantId }, async (tx) => {
    await updateEndpoint(tx, { id, url: target.url, types: ['*'], description: '', state: 'active' });
    expect(await requeue(tx, id, { state: 'dead' }, { now: clock.now(), limit: 100 })).toBe(3);
  });
  delivery.webhooks.wake();
  await vi.waitFor(async () => expect((await counts(id)).delivered).toBeGreaterThanOrEqual(3), WAIT);
  expect(new Set(target.taken.map(({ id: one }) => one)).size).toBeGreaterThanOrEqual(3);
});

test('a target that says it is gone is disabled at once', async () => {
  const secret = newWebhookSecret();
  const target = await startTarget(secret, (_, response) => answer(response, 410));
  const id = await endpoint(target.url, secret);
  const delivery = startDelivery();
  await publish(delivery.webhooks, 1);
  await vi.waitFor(async () => {
    const [row] = await database.admin<{ state: string }>(`select state from infra.webhook_endpoint where id = $1`, [id]);
    expect(row!.state).toBe('disabled');
  }, WAIT);
  expect(target.heard).toHaveLength(1);
});

test("a member's endpoint hears the events that concern it and no others, of its types only", async () => {
  const secret = newWebhookSecret();
  const [own, other] = [newId(), newId()];
  const target = await startTarget(secret, (_, response) => answer(response, 200));
  const id = await endpoint(target.url, secret, { memberId: own, types: ['test.happened'] });
  const delivery = startDelivery();
  await publish(delivery.webhooks, 2, { memberIds: [own, other] });
  await publish(delivery.webhooks, 3, { memberIds: [other] });
  await publish(delivery.webhooks, 4);
  await publish(delivery.webhooks, 5, { memberIds: [own], type: 'test.other' });
  await vi.waitFor(async () => expect(await counts(id)).toEqual({ pending: 0, delivered: 2, dead: 0 }), WAIT);
  expect(new Set(target.taken.map(({ seq }) => seq))).toEqual(new Set([1, 2]));
});

test('an endpoint hears nothing from before it was made, and what it missed while paused is not sent by itself', async () => {
  const secret = newWebhookSecret();
  const target = await startTarget(secret, (_, response) => answer(response, 200));
  const delivery = startDelivery();
  await publish(undefined, 5);
  const id = await endpoint(target.url, secret);
  await publish(delivery.webhooks, 1);
  await vi.waitFor(async () => expect((await counts(id)).delivered).toBe(1), WAIT);
  expect(target.taken.map(({ seq }) => seq)).toEqual([6]);
});

test('an answer is kept in its beginning only', async () => {
  const secret = newWebhookSecret();
  const target = await startTarget(secret, (_, response) => {
    response.writeHead(200).end('x'.repeat(5_000_000));
    return true;
  });
  const id = await endpoint(target.url, secret);
  const delivery = startDelivery();
  await publish(delivery.webhooks, 1);
  await vi.waitFor(async () => expect((await counts(id)).delivered).toBe(1), WAIT);
  const [row] = await database.admin<{ reply: string }>(`select reply from infra.webhook_attempt where endpoint_id = $1`, [id]);
  expect(row!.reply).toBe('x'.repeat(1_024));
});

test('a target without an answer in time is tried again, and the attempt says why', async () => {
  const secret = newWebhookSecret();
  const target = await startTarget(secret, (_, response, count) =>
    count === 1 ? new Promise<boolean>(() => undefined) : answer(response, 200),
  );
  const id = await endpoint(target.url, secret);
  const delivery = startDelivery({ timeoutMs: 100 });
  await publish(delivery.webhooks, 1);
  expect(await untilNothingWaits(() => delivery.webhooks, id)).toMatchObject({ delivered: 1 });
  const rows = await database.admin<{ number: number; status: number | null; error: string | null }>(
    `select number, status, error from infra.webhook_attempt where endpoint_id = $1 order by number`,
    [id],
  );
  expect(rows).toEqual([
    { number: 1, status: null, error: 'no answer in time' },
    { number: 2, status: 200, error: null },
  ]);
});
