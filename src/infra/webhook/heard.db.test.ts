import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { newId, type Uuid } from '../../base/id.ts';
import { createOutbox } from '../outbox/index.ts';
import { placeEvents, trimEvents } from '../outbox/store.ts';
import { heardEvents, type HeardEvent } from './heard-store.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ modules: [] });
});
afterAll(() => database.drop());

const outbox = createOutbox();
const AT = 1_764_000_000_000;

/** Publishes events of these types, one append for each list. */
async function publish(tenantId: Uuid, types: readonly string[], memberIds: readonly Uuid[] = []): Promise<void> {
  const events = types.map((type, i) => ({
    id: newId(),
    tenantId,
    type,
    version: 1,
    subject: `${i}`,
    data: {},
    at: AT,
    memberIds: [...memberIds],
  }));
  await database.db.write({ tenantId }, (tx) => outbox.append(tx, events));
  while ((await placeEvents(database.db, 5_000)) > 0);
}

const endpointOf = (tenantId: Uuid, types: string[], memberId: Uuid | null = null) => ({ tenantId, types, memberId });
type Range = { fromSeq: number; toSeq: number };
type Most = { heard: number; lookedAt: number };

/** Every stretch of a range, going on where the one before ended. */
async function walk(
  endpoint: ReturnType<typeof endpointOf>,
  range: Range,
  most: Most,
): Promise<{ events: HeardEvent[]; stretches: number[] }> {
  const events: HeardEvent[] = [];
  const stretches: number[] = [];
  for (let fromSeq = range.fromSeq; ;) {
    const stretch = await heardEvents(database.db, endpoint, { ...range, fromSeq }, most);
    events.push(...stretch.events);
    stretches.push(stretch.reached - fromSeq + 1);
    if (!stretch.more) return { events, stretches };
    fromSeq = stretch.reached + 1;
  }
}

const seqsOf = (events: readonly HeardEvent[]) => events.map(({ seq }) => seq);

test('a stretch looks at no more events than it may, however few of them are heard, and says how far it came', async () => {
  const tenantId = newId();
  await publish(tenantId, [...Array.from({ length: 149 }, () => 'test.noise'), 'test.rare']);
  const rare = endpointOf(tenantId, ['test.rare']);
  const first = await heardEvents(database.db, rare, { fromSeq: 1, toSeq: 1_000_000 }, { heard: 10, lookedAt: 100 });
  expect(first).toEqual({ events: [], reached: 100, last: 150, more: true });
  const second = await heardEvents(database.db, rare, { fromSeq: 101, toSeq: 1_000_000 }, { heard: 10, lookedAt: 100 });
  expect(second).toMatchObject({ events: [{ seq: 150, type: 'test.rare' }], reached: 150, last: 150, more: false });
});

test('stretches of a range together are every event that is heard, each once and in order, wherever they are cut', async () => {
  const tenantId = newId();
  const member = newId();
  for (let i = 0; i < 12; i++)
    await publish(
      tenantId,
      Array.from({ length: 1 + i * 7 }, (_, n) => `test.type${n % 3}`),
      i % 2 ? [member] : [],
    );
  const range = { fromSeq: 3, toSeq: 400 };
  for (const endpoint of [endpointOf(tenantId, ['test.type1']), endpointOf(tenantId, ['*'], member), endpointOf(tenantId, ['*'])]) {
    const whole = await heardEvents(database.db, endpoint, range, { heard: 10_000, lookedAt: 10_000 });
    expect(whole).toMatchObject({ reached: 400, more: false });
    expect(seqsOf(whole.events)).toEqual([...new Set(seqsOf(whole.events))].sort((a, b) => a - b));
    expect(whole.events.length).toBeGreaterThan(90);
    for (const most of [
      { heard: 1, lookedAt: 10_000 },
      { heard: 7, lookedAt: 11 },
      { heard: 64, lookedAt: 64 },
      { heard: 10_000, lookedAt: 3 },
    ]) {
      const { events, stretches } = await walk(endpoint, range, most);
      expect(events).toEqual(whole.events);
      expect(Math.max(...stretches)).toBeLessThanOrEqual(most.lookedAt);
    }
  }
});

test('a range that goes beyond what has happened ends with it, and says where', async () => {
  const tenantId = newId();
  await publish(tenantId, ['test.a', 'test.a']);
  const endpoint = endpointOf(tenantId, ['*']);
  const most = { heard: 10, lookedAt: 10 };
  const range = { fromSeq: 2, toSeq: Number.MAX_SAFE_INTEGER };
  expect(await heardEvents(database.db, endpoint, range, most)).toMatchObject({ reached: 2, last: 2, more: false });
  expect(await heardEvents(database.db, endpoint, { ...range, fromSeq: 50 }, most)).toMatchObject({ events: [], last: 2, more: false });
  const nobody = endpointOf(newId(), ['*']);
  expect(await heardEvents(database.db, nobody, range, most)).toMatchObject({ events: [], more: false });
});

test('what is no longer kept is passed over at once', async () => {
  const tenantId = newId();
  await publish(
    tenantId,
    Array.from({ length: 128 }, () => 'test.a'),
  );
  await trimEvents(database.db, Date.now() + 1_000, 10_000);
  await publish(tenantId, ['test.a']);
  const stretch = await heardEvents(database.db, endpointOf(tenantId, ['*']), { fromSeq: 1, toSeq: 1_000 }, { heard: 10, lookedAt: 1 });
  expect(stretch).toMatchObject({ events: [{ seq: 129 }], reached: 129, more: false });
});
