import Type from 'typebox';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { actorWith, createTestAccess, ctxFor } from '../../test/support/access.ts';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import type { Actor, Ctx } from '../base/context.ts';
import { newId } from '../base/id.ts';
import { Units } from '../base/money.ts';
import { operation } from '../base/operation.ts';
import { Instant } from '../base/time.ts';
import type { Tx } from '../infra/postgres/db.ts';
import type { AuditEntry, KeptAnswer } from './port.ts';
import { trim } from './jobs.ts';

const pay = operation({
  name: 'test.pay',
  method: 'POST',
  path: '/v1/test',
  summary: 'Pays',
  scope: 'payments:write',
  cost: 'light',
  output: Type.Object({ units: Units, at: Instant }),
  errors: [],
});
const other = { ...pay, name: 'test.other' };

let database: TestDatabase;
let setup: Awaited<ReturnType<typeof createTestAccess>>;
let actor: Actor;
beforeAll(async () => {
  database = await createTestDatabase({ modules: ['access'] });
  setup = await createTestAccess(database.db);
  actor = actorWith(setup.operator.tenantId, []);
  await database.admin('create table public.paid (id uuid primary key)');
  await database.admin('grant select, insert on public.paid to rialto_app');
});
afterAll(async () => {
  await setup.access.close();
  await database.drop();
});

const hash = (digit: string) => digit.repeat(64);
const ctxWith = (key: string, bodyHash = hash('a'), by = actor): Ctx => ctxFor(by, { key, bodyHash });
const event = (subject: string) => ({
  id: newId(),
  tenantId: actor.tenantId,
  type: 'test.paid',
  version: 1,
  subject,
  data: {},
  at: setup.clock.now(),
});
const command = (ctx: Ctx, subject: string, after: () => void = () => {}, of = pay) =>
  setup.access.port.command(ctx, of, async (tx: Tx) => {
    await tx.query('insert into public.paid (id) values ($1)', [newId()]);
    after();
    return { answer: { units: 12_345_678_901_234_567_890n, at: setup.clock.now() }, subject, events: [event(subject)] };
  });
const counts = async (subject: string) => {
  const [row] = await database.admin<{ audited: bigint; published: bigint }>(
    `select (select count(*) from access.audit where subject = $1) as audited,
            (select count(*) from infra.event_segment where subjects @> array[$1]) as published`,
    [subject],
  );
  return row!;
};
const paid = async () => (await database.admin<{ n: bigint }>('select count(*) as n from public.paid'))[0]!.n;

test('the same key and content act once and answer as the first time, values included', async () => {
  const before = await paid();
  const first = await command(ctxWith('once'), 'pay_once');
  setup.clock.advance(5_000);
  expect(await command(ctxWith('once'), 'pay_once')).toEqual(first);
  expect(first.units).toBe(12_345_678_901_234_567_890n);
  expect(await paid()).toBe(before + 1n);
  expect(await counts('pay_once')).toEqual({ audited: 1n, published: 1n });
});

test('twenty calls at once with one key act once, and all get the answer', async () => {
  const before = await paid();
  const answers = await Promise.all(Array.from({ length: 20 }, () => command(ctxWith('race'), 'pay_race')));
  expect(new Set(answers.map((answer) => answer.at)).size).toBe(1);
  expect(await paid()).toBe(before + 1n);
  expect(await counts('pay_race')).toEqual({ audited: 1n, published: 1n });
});

test('a key with other content, or for another operation, is refused by name', async () => {
  await command(ctxWith('taken'), 'pay_taken');
  const refused = expect.objectContaining({ code: 'request.key_reused', kind: 'conflict' });
  await expect(command(ctxWith('taken', hash('b')), 'pay_taken')).rejects.toEqual(refused);
  await expect(command(ctxWith('taken'), 'pay_taken', () => {}, other)).rejects.toEqual(refused);
  await expect(setup.access.port.keptAnswer(ctxWith('taken', hash('b')), pay)).rejects.toEqual(refused);
});

test('a key belongs to its actor and its tenant', async () => {
  const before = await paid();
  await command(ctxWith('mine'), 'pay_mine');
  await command(ctxWith('mine', hash('b'), actorWith(actor.tenantId, [])), 'pay_mine');
  expect(await paid()).toBe(before + 2n);
});

test('work that fails leaves nothing: no row, no audit, no event, and the key is free again', async () => {
  const before = await paid();
  const fail = () => {
    throw new Error('on the way');
  };
  await expect(command(ctxWith('retry'), 'pay_retry', fail)).rejects.toThrow('on the way');
  expect(await paid()).toBe(before);
  expect(await counts('pay_retry')).toEqual({ audited: 0n, published: 0n });
  await command(ctxWith('retry', hash('c')), 'pay_retry');
  expect(await counts('pay_retry')).toEqual({ audited: 1n, published: 1n });
});

test('a server that dies between the work and the commit leaves nothing, and the repetition acts once', async () => {
  const before = await paid();
  const ctx = ctxWith('crash');
  const dying = setup.access.port.command(ctx, pay, async (tx) => {
    await tx.query('insert into public.paid (id) values ($1)', [newId()]);
    const [backend] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
    await database.admin('select pg_terminate_backend($1)', [backend!.pid]);
    return { answer: { units: 1n, at: 0 }, subject: 'pay_crash', events: [event('pay_crash')] };
  });
  await expect(dying).rejects.toMatchObject({ kind: 'unavailable' });
  expect(await paid()).toBe(before);
  expect(await counts('pay_crash')).toEqual({ audited: 0n, published: 0n });
  await command(ctx, 'pay_crash');
  expect(await paid()).toBe(before + 1n);
  expect(await counts('pay_crash')).toEqual({ audited: 1n, published: 1n });
});

test('without a key each call acts', async () => {
  const before = await paid();
  await command(ctxFor(actor), 'pay_free');
  await command(ctxFor(actor), 'pay_free');
  expect(await paid()).toBe(before + 2n);
});

const keptFor = (key: string): KeptAnswer => ({
  tenantId: actor.tenantId,
  actorId: actor.id,
  key,
  bodyHash: hash('a'),
  operation: pay.name,
  answer: (seq, atMs) => ({ units: seq.toString(), at: new Date(atMs).toISOString() }),
});

test('rows of a batch of many acts: audit and kept answers are written together, and taken keys are found', async () => {
  const { rows, auditEntry, keptAnswer } = setup.access.port;
  const names = Array.from({ length: 1_000 }, (_, i) => `batch "${i}" \\ {,} /é`);
  const entry = (subject: string): AuditEntry =>
    auditEntry(ctxFor(actor), pay, { subject, outcome: 'reserved', detail: { quote: '"\\', deep: [1, null, { a: 'ü' }] } });
  await database.db.write({ role: 'rialto_writer' }, async (tx) => {
    await rows.audit.write(
      tx,
      names.map((name, i) => ({ seq: BigInt(i), atMs: 1_764_000_000_123, value: entry(name) })),
    );
    await rows.keptAnswer.write(
      tx,
      names.map((name, i) => ({ seq: BigInt(i), atMs: 1_764_000_000_123, value: keptFor(name) })),
    );
  });
  expect(await keptAnswer(ctxWith('batch "7" \\ {,}'), pay, ' /é')).toEqual({ units: '7', at: '2025-11-24T16:00:00.123Z' });
  expect(await keptAnswer(ctxWith('batch "7"'), pay)).toBeUndefined();
  const keys = [keptFor(names[3]!), keptFor('never sent')].flatMap((value) => rows.keptAnswer.keys!(value));
  const taken = await database.db.write({ role: 'rialto_writer' }, (tx) => rows.keptAnswer.taken!(tx, keys));
  expect(taken).toEqual(new Set([keys[0]]));
  const [row] = await database.admin(`select at, actor_name, action, outcome, detail from access.audit where subject = $1`, [names[999]]);
  expect(row).toEqual({
    at: 1_764_000_000_123,
    actor_name: actor.name,
    action: 'test.pay',
    outcome: 'reserved',
    detail: { quote: '"\\', deep: [1, null, { a: 'ü' }] },
  });
});

test('an answer is kept for 30 days and then forgotten', async () => {
  await command(ctxWith('old'), 'pay_old');
  setup.clock.advance(30 * 86_400_000);
  await trim({ db: database.db, clock: setup.clock }, new AbortController().signal);
  expect(await setup.access.port.keptAnswer(ctxWith('old'), pay)).toBeDefined();
  setup.clock.advance(2 * 86_400_000);
  await trim({ db: database.db, clock: setup.clock }, new AbortController().signal);
  expect(await setup.access.port.keptAnswer(ctxWith('old'), pay)).toBeUndefined();
});

test('background work acts under its name, the same id each time', async () => {
  const ctx = setup.access.port.systemCtx('settlement.close_windows', actor.tenantId);
  expect(ctx.actor).toMatchObject({ kind: 'system', name: 'settlement.close_windows', tenantId: actor.tenantId });
  expect(setup.access.port.systemCtx('settlement.close_windows', actor.tenantId).actor.id).toBe(ctx.actor.id);
  await command(ctx, 'pay_system');
  expect(await setup.access.port.tenantIds()).toEqual([setup.operator.tenantId]);
});
