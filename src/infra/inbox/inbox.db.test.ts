import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import type { Event } from '../../base/event.ts';
import { newId } from '../../base/id.ts';
import { inboxJobs, inbox, onceConsumer } from './inbox.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ modules: [] });
  await database.admin(`create table public.effect (event_id uuid); grant insert on public.effect to rialto_app`);
});
afterAll(() => database.drop());

const eventOf = (tenantId = newId()): Event => ({
  id: newId(),
  tenantId,
  type: 'test.happened',
  version: 1,
  subject: 's',
  data: {},
  at: '',
  seq: 1,
});

const effects = async (event: Event) => (await database.admin(`select 1 from public.effect where event_id = $1`, [event.id])).length;

const consumer = (fails = false) =>
  onceConsumer(database.db, {
    name: 'test.effect',
    types: ['test.happened'],
    async handle(tx, event) {
      await tx.query(`insert into public.effect values ($1)`, [event.id]);
      if (fails) throw new Error('after the effect');
    },
  });

test('an event delivered again has no second effect, also when both deliveries run at once', async () => {
  const event = eventOf();
  await Promise.all([1, 2, 3, 4].map(() => consumer().handle(event)));
  await consumer().handle(event);
  expect(await effects(event)).toBe(1);
});

test('an event whose consumer failed is taken when it comes again', async () => {
  const event = eventOf();
  await expect(consumer(true).handle(event)).rejects.toThrow('after the effect');
  expect(await effects(event)).toBe(0);
  await consumer().handle(event);
  expect(await effects(event)).toBe(1);
});

test('consumers take the same event independently of each other', async () => {
  const event = eventOf();
  const taken = (name: string) => database.db.write({ tenantId: event.tenantId }, (tx) => inbox.once(tx, name, event));
  expect([await taken('a'), await taken('b'), await taken('a')]).toEqual([true, true, false]);
});

test('only marks that are old enough are forgotten', async () => {
  const [old, fresh] = [eventOf(), eventOf()];
  for (const event of [old, fresh]) await consumer().handle(event);
  await database.admin(`update infra.inbox set at = now() - interval '46 days' where event_id = $1`, [old.id]);
  for (const job of inboxJobs(database.db)) await job.run(new AbortController().signal);
  const left = await database.admin<{ event_id: string }>(`select event_id from infra.inbox where event_id = any ($1)`, [
    [old.id, fresh.id],
  ]);
  expect(left).toEqual([{ event_id: fresh.id }]);
});
