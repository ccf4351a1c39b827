import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { callerOf } from '../../../test/support/access.ts';
import { expectTenantsApart } from '../../../test/support/catalogue.ts';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import type { Ctx } from '../../base/context.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import { placeEvents } from '../../infra/outbox/store.ts';
import { signatureOf } from '../../infra/webhook/sign.ts';
import { sendPayment } from '../payment/send-payment.ts';
import * as webhook from './webhook-contract.ts';

const WAIT = { timeout: 60_000, interval: 10 };
const TYPES = ['settlement.payment_recorded'];

let house: TestHouse;
let banks: [Bank, Bank, Bank];
const stopping = new AbortController();
let running: Promise<void>[];
const call = () => callerOf(house.settlement.routes).output;

beforeAll(async () => {
  house = await createTestHouse();
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK', 'CCCCDEFF'], { 'EUR/2': 1_000_000n })) as typeof banks;
  const { jobs } = house.settlement;
  running = jobs.filter(({ name }) => name === 'infra.send_webhooks').map((job) => job.run(stopping.signal));
});
afterAll(async () => {
  stopping.abort();
  await Promise.all(running);
  await house.close();
});

type Got = { headers: IncomingHttpHeaders; body: string };
let got: Got[];
let status: number;
let url: string;
let closeServer: () => Promise<void>;
beforeEach(async () => {
  got = [];
  status = 200;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      got.push({ headers: request.headers, body });
      response.writeHead(status, { location: url }).end('thanks');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/a-secret-path`;
  closeServer = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
});
afterEach(async () => {
  await house.database.admin(`update infra.webhook_endpoint set state = 'deleted'`);
  await closeServer();
});

const make = (ctx: Ctx = house.ctx, types: string[] = TYPES) => call()(webhook.createWebhook, ctx, { url, types });

/** Publishes what happened and queues it. */
async function publish(): Promise<void> {
  await placeEvents(house.database.db, 10_000);
  await house.settlement.jobs.find(({ name }) => name === 'infra.queue_webhooks')!.run(stopping.signal);
}

const pay = (from: Bank, to: Bank) => sendPayment(house.settlement.deps, house.ctx, orderOf(from, to, { units: 100n }));
const message = (id: Uuid, messageId: Uuid) => call()(webhook.getWebhookMessage, house.ctx, { id, messageId });

test('the tables of webhooks keep tenants apart', async () => {
  await expectTenantsApart(house.database);
});

test('an event arrives signed with the secret that was shown once, and the attempt is there to look at', async () => {
  const { webhook: made, secret } = await make();
  const { id } = await pay(banks[0], banks[1]);
  await publish();
  await vi.waitFor(() => expect(got).toHaveLength(1), WAIT);
  const [{ headers, body }] = got as [Got];
  const signed = { id: String(headers['webhook-id']), time: String(headers['webhook-timestamp']), body };
  expect(headers['webhook-signature']).toBe(signatureOf(secret, signed));
  expect(JSON.parse(body)).toMatchObject({ type: TYPES[0], data: { paymentId: toWireId('pay', id), units: '100' } });
  const { items } = await vi.waitFor(async () => {
    const page = await call()(webhook.listWebhookMessages, house.ctx, { id: made.id, state: 'delivered' });
    expect(page.items).toHaveLength(1);
    return page;
  }, WAIT);
  const seen = await message(made.id, items[0]!.id);
  expect(seen.attempts).toMatchObject([{ number: 1, status: 200, reply: 'thanks' }]);
  const list = await call()(webhook.listWebhooks, house.ctx, {});
  expect(JSON.stringify(list)).not.toContain(secret);
});

test('neither the audit log nor the event of a disabled webhook holds the secret or the path of its address', async () => {
  const { webhook: made, secret } = await make();
  await call()(webhook.rotateWebhookSecret, house.ctx, { id: made.id, overlapSeconds: 60 });
  const rows = await house.database.admin(`select detail from access.audit`);
  const text = JSON.stringify(rows);
  expect(text).not.toContain('a-secret-path');
  expect(text).not.toContain(secret.slice(6));
});

test('a rotated secret signs beside the new one for as long as was asked', async () => {
  const { webhook: made, secret: old } = await make();
  const { secret: fresh, webhook: after } = await call()(webhook.rotateWebhookSecret, house.ctx, { id: made.id, overlapSeconds: 3_600 });
  expect(after.previousSecretUntil).toBeGreaterThan(Date.now());
  await call()(webhook.pingWebhook, house.ctx, { id: made.id });
  await vi.waitFor(() => expect(got).toHaveLength(1), WAIT);
  const [{ headers, body }] = got as [Got];
  const signed = { id: String(headers['webhook-id']), time: String(headers['webhook-timestamp']), body };
  expect(headers['webhook-signature']).toBe(`${signatureOf(fresh, signed)} ${signatureOf(old, signed)}`);
  expect(JSON.parse(body)).toMatchObject({ type: 'webhook.ping', data: {} });
  await call()(webhook.rotateWebhookSecret, house.ctx, { id: made.id, overlapSeconds: 0 });
  await call()(webhook.pingWebhook, house.ctx, { id: made.id });
  await vi.waitFor(() => expect(got).toHaveLength(2), WAIT);
  expect(String(got[1]!.headers['webhook-signature']).split(' ')).toHaveLength(1);
});

test('a replay sends the same messages under the same ids: one, those given up, or a range', async () => {
  const { webhook: made } = await make();
  await pay(banks[0], banks[1]);
  await pay(banks[1], banks[2]);
  await publish();
  await vi.waitFor(() => expect(got).toHaveLength(2), WAIT);
  const ids = new Set(got.map(({ headers }) => headers['webhook-id']));
  const seqs = got.map(({ body }) => (JSON.parse(body) as { seq: number }).seq);
  const replay = (body: object) => call()(webhook.replayWebhook, house.ctx, { id: made.id, ...body });
  await vi.waitFor(async () => {
    const { items } = await call()(webhook.listWebhookMessages, house.ctx, { id: made.id, state: 'delivered' });
    expect(items).toHaveLength(2);
  }, WAIT);
  expect(await replay({ fromSeq: 1, toSeq: Math.max(...seqs) })).toMatchObject({ more: false });
  // The range brings what came before this webhook as well.
  const timesOf = (id: unknown) => got.filter(({ headers }) => headers['webhook-id'] === id).length;
  await vi.waitFor(() => expect(Math.min(...[...ids].map(timesOf))).toBe(2), WAIT);
  expect(await replay({ state: 'dead' })).toEqual({ queued: 0, more: false });
  await expect(replay({ fromSeq: 5, toSeq: 4 })).rejects.toMatchObject({ code: 'settlement.replay_unclear' });
  await expect(replay({ state: 'dead', fromSeq: 4 })).rejects.toMatchObject({ code: 'settlement.replay_unclear' });
});

test('a redirect is not followed', async () => {
  status = 307;
  const { webhook: made } = await make();
  const ping = await call()(webhook.pingWebhook, house.ctx, { id: made.id });
  const seen = await vi.waitFor(async () => {
    const found = await message(made.id, ping.id);
    expect(found.attempts).toHaveLength(1);
    return found;
  }, WAIT);
  expect(seen.message).toMatchObject({ state: 'pending', attempts: 1, status: 307 });
  expect(got).toHaveLength(1);
});

describe('a bank', () => {
  test('sees and changes its own webhooks only, and hears of its own payments only', async () => {
    const bank = house.memberCtx(banks[2].id);
    const { webhook: theirs } = await make();
    const { webhook: own } = await make(bank);
    const listed = await call()(webhook.listWebhooks, bank, {});
    expect(listed.items.map(({ id }) => id)).toEqual([own.id]);
    for (const operation of [webhook.deleteWebhook, webhook.pingWebhook] as const) {
      await expect(call()(operation, bank, { id: theirs.id })).rejects.toMatchObject({ code: 'settlement.webhook_not_found' });
    }
    await call()(webhook.deleteWebhook, house.ctx, { id: theirs.id });
    await pay(banks[0], banks[1]);
    await pay(banks[0], banks[2]);
    await publish();
    await vi.waitFor(() => expect(got).toHaveLength(1), WAIT);
    expect(JSON.parse(got[0]!.body)).toMatchObject({ data: { creditorAgent: 'CCCCDEFF' } });
  });

  test('cannot replay into its webhook what concerns others', async () => {
    const bank = house.memberCtx(banks[2].id);
    const { webhook: own } = await make(bank);
    await pay(banks[0], banks[1]);
    await publish();
    const replayed = await call()(webhook.replayWebhook, bank, { id: own.id, fromSeq: 1, toSeq: 1_000_000 });
    const { items } = await call()(webhook.listWebhookMessages, bank, { id: own.id });
    expect(items).toHaveLength(replayed.queued);
    const own2 = await house.database.admin<{ n: number }>(
      `select count(*)::integer as n from infra.event where type = $1 and $2::uuid = any (member_ids)`,
      [TYPES[0], banks[2].id],
    );
    expect(replayed.queued).toBe(own2[0]!.n);
  });
});

test('what cannot be is refused by name', async () => {
  const create = (body: { url: string; types: string[] }, ctx: Ctx = house.ctx) => call()(webhook.createWebhook, ctx, body);
  await expect(create({ url, types: ['settlement.nothing'] })).rejects.toMatchObject({ code: 'settlement.event_type_unknown' });
  await expect(create({ url: 'http://bank.example/', types: TYPES })).rejects.toMatchObject({ code: 'webhook.url_not_https' });
  await expect(create({ url: 'https://10.0.0.1/', types: TYPES })).rejects.toMatchObject({ code: 'webhook.target_private' });
  const poor: Ctx = { ...house.ctx, actor: { ...house.ctx.actor, scopes: new Set(['notifications:write', 'settlement:read']) } };
  for (const types of [TYPES, ['*']])
    await expect(create({ url, types }, poor)).rejects.toMatchObject({ code: 'settlement.event_type_forbidden' });
  const clerk: Ctx = { ...house.ctx, actor: { ...house.ctx.actor, scopes: new Set(['settlement:read', 'payments:read']) } };
  for (const types of [['settlement.case_opened'], ['settlement.list_refused'], ['*']])
    await expect(create({ url, types }, clerk)).rejects.toMatchObject({ code: 'settlement.event_type_forbidden' });
  const { webhook: made } = await make();
  await call()(webhook.updateWebhook, house.ctx, { id: made.id, state: 'paused' });
  await expect(call()(webhook.pingWebhook, house.ctx, { id: made.id })).rejects.toMatchObject({ code: 'settlement.webhook_not_active' });
  const few = house.memberCtx(banks[0].id);
  for (let i = 0; i < 20; i++) await make(few);
  await expect(make(few)).rejects.toMatchObject({ code: 'settlement.webhook_too_many' });
  await expect(message(made.id, newId())).rejects.toMatchObject({ code: 'settlement.webhook_message_not_found' });
});

// The last: its events lie in the way of every replay of all.
test('a replay over more than one call looks at says where to go on, and brings each event once, though others happen meanwhile', async () => {
  await pay(banks[0], banks[1]);
  await publish();
  // As many events that nobody hears as one call looks at.
  await house.database.admin(
    `insert into infra.event_segment (tenant_id, events, ids, types, versions, subjects, members, ats, data)
     select $1, count(*), array_agg(gen_random_uuid()), array_agg('test.noise'::text), array_agg(1), array_agg(''::text), array_agg('{}'::text), array_agg(now()),
       array_agg('{}'::json) from generate_series(0, 99999) n group by n / 64`,
    [house.tenantId],
  );
  while ((await placeEvents(house.database.db, 10_000)) > 0);
  await pay(banks[1], banks[2]);
  await publish();
  const { webhook: made } = await make();
  const replay = (body: object) => call()(webhook.replayWebhook, house.ctx, { id: made.id, ...body });
  const first = await replay({ fromSeq: 1, toSeq: Number.MAX_SAFE_INTEGER });
  expect(first).toMatchObject({ more: true, nextSeq: 100_001 });
  await pay(banks[0], banks[2]);
  await publish();
  const second = await replay({ fromSeq: first.nextSeq, toSeq: first.toSeq });
  expect(second).toEqual({ queued: 1, more: false });
  const recorded = await house.database.admin<{ id: string }>(`select id::text from infra.event where type = $1 order by seq`, [TYPES[0]]);
  expect(first.queued + second.queued).toBe(recorded.length - 1);
  await vi.waitFor(() => expect(got).toHaveLength(recorded.length), WAIT);
  expect(new Set(got.map(({ headers }) => headers['webhook-id']))).toEqual(new Set(recorded.map(({ id }) => toWireId('msg', id))));
});
