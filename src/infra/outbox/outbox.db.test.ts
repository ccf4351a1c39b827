import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import type { EventDraft } from '../../base/event.ts';
import { newId, type Uuid } from '../../base/id.ts';
import type { Tx } from '../postgres/db.ts';
import { createHistory, createOutbox } from './index.ts';
import type { Page } from './port.ts';
import { SEGMENT } from './places.ts';
import { eventLog, placeEvents, outboxBacklog, trimEvents } from './store.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ modules: [] });
});
afterAll(() => database.drop());

const outbox = createOutbox();

function draft(tenantId: Uuid, subject: string, more: Partial<EventDraft> = {}): EventDraft {
  return { id: newId(), tenantId, type: 'test.happened', version: 1, subject, data: { subject }, at: 1_764_000_000_123, ...more };
}

const append = (tenantId: Uuid, ...events: EventDraft[]) => database.db.write({ tenantId }, (tx) => outbox.append(tx, events));
const move = async (limit = 5_000) => {
  while ((await placeEvents(database.db, limit)) > 0);
};
const subjects = async (tenantId: Uuid, afterSeq = 0) => {
  const page = await createHistory(database.db).history({ tenantId }, afterSeq, 1_000);
  return page === 'gap' ? page : page.events.map(({ seq, subject }) => `${seq} ${subject}`);
};

test('an event is published as it was handed over', async () => {
  const tenantId = newId();
  const member = newId();
  const data = { text: 'quote " brace { comma , slash \\ NUL \0 ü 𝄞', list: [1, null], none: null };
  const event = draft(tenantId, 'a "subject" with \\ , { } and NULL', { data, memberIds: [member], version: 3 });
  await append(tenantId, event);
  await move();
  const { events } = (await createHistory(database.db).history({ tenantId }, 0, 10)) as Page;
  expect(events[0]).toEqual({ ...event, at: '2025-11-24T16:00:00.123Z', seq: 1 });
});

test('what rolls back is never published', async () => {
  const tenantId = newId();
  await expect(
    database.db.write({ tenantId }, async (tx) => {
      await outbox.append(tx, [draft(tenantId, 'lost')]);
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  await append(tenantId, draft(tenantId, 'kept'));
  await move();
  expect(await subjects(tenantId)).toEqual(['1 kept']);
});

test('numbers follow the commits, not the appends', async () => {
  const tenantId = newId();
  const first = await begin(tenantId);
  await outbox.append(first.tx, [draft(tenantId, 'appended first')]);
  await append(tenantId, draft(tenantId, 'committed first'));
  await first.commit();
  await append(tenantId, draft(tenantId, 'third'));
  await move();
  expect(await subjects(tenantId)).toEqual(['1 committed first', '2 appended first', '3 third']);
});

test('an act that commits after others were published comes behind them, without a gap', async () => {
  const tenantId = newId();
  const late = await begin(tenantId);
  await outbox.append(late.tx, [draft(tenantId, 'late 1'), draft(tenantId, 'late 2')]);
  await append(tenantId, draft(tenantId, 'early'));
  await move();
  expect(await subjects(tenantId)).toEqual(['1 early']);
  await late.commit();
  await move();
  expect(await subjects(tenantId)).toEqual(['1 early', '2 late 1', '3 late 2']);
});

test('who waited for a lock is numbered behind the one it waited for, though it appended before', async () => {
  const tenantId = newId();
  const holder = await begin(tenantId);
  const waiter = await begin(tenantId);
  const lock = (tx: Tx) => tx.query(`select pg_advisory_xact_lock(4711)`);
  await lock(holder.tx);
  await outbox.append(waiter.tx, [draft(tenantId, 'waiter')]);
  const waiting = lock(waiter.tx);
  await outbox.append(holder.tx, [draft(tenantId, 'holder')]);
  await holder.commit();
  await waiting;
  await waiter.commit();
  await move();
  expect(await subjects(tenantId)).toEqual(['1 holder', '2 waiter']);
});

test('events of several appends and tenants are numbered for each tenant, in small steps as in one', async () => {
  const tenants = [newId(), newId()] as const;
  for (let act = 0; act < 20; act++) {
    for (const tenantId of tenants) await append(tenantId, draft(tenantId, `${act} a`), draft(tenantId, `${act} b`));
  }
  await move(3);
  const expected = Array.from({ length: 40 }, (_, i) => `${i + 1} ${i >> 1} ${i % 2 ? 'b' : 'a'}`);
  for (const tenantId of tenants) expect(await subjects(tenantId)).toEqual(expected);
});

test('two relays at once and writers beside them leave no gap, no double and no change of order', async () => {
  const tenantId = newId();
  const writers = Array.from({ length: 4 }, async (_, writer) => {
    for (let act = 0; act < 25; act++) await append(tenantId, draft(tenantId, `${writer}:${act}`), draft(tenantId, `${writer}:${act}`));
  });
  const writing = new AbortController();
  const relays = [1, 2].map(async () => {
    while (!writing.signal.aborted) await placeEvents(database.db, 7);
  });
  await Promise.all(writers);
  writing.abort();
  await Promise.all(relays);
  await move();
  const { events } = (await createHistory(database.db).history({ tenantId }, 0, 1_000)) as Page;
  expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
  for (let writer = 0; writer < 4; writer++) {
    const own = events.filter(({ subject }) => subject.startsWith(`${writer}:`)).map(({ subject }) => subject);
    expect(own).toEqual(Array.from({ length: 50 }, (_, i) => `${writer}:${i >> 1}`));
  }
  const log = await database.admin<{ ok: boolean }>(
    `select bool_and(seq = row) as ok from (select seq, row_number() over (partition by tenant_id order by position) as row from infra.event) as e`,
  );
  expect(log[0]!.ok).toBe(true);
});

test('the log is read in order from any position', async () => {
  const tenantId = newId();
  const log = eventLog(database.db);
  const start = await log.head();
  await append(tenantId, ...Array.from({ length: 5 }, (_, i) => draft(tenantId, `${i}`)));
  await move();
  const { events, reached } = await log.after(start, 3);
  expect(events.map(({ subject }) => subject)).toEqual(['0', '1', '2']);
  expect(reached).toBe(events[2]!.position);
  expect((await log.after(reached, 10)).events.map(({ subject }) => subject)).toEqual(['3', '4']);
  expect(await log.before(0)).toBeLessThan(events[0]!.position);
  expect(await log.before(Date.now() + 60_000)).toBe(await log.head());
});

test('of the log only what is wanted is read, and how far was looked is told', async () => {
  const tenantId = newId();
  const log = eventLog(database.db);
  const start = await log.head();
  const types = ['test.a', 'test.b', 'test.a', 'test.b'];
  await append(tenantId, ...types.map((type, i) => ({ ...draft(tenantId, `${i}`), type })));
  await move();
  const head = await log.head();
  const ofB = await log.after(start, 3, new Set(['test.b']));
  expect(ofB.events.map(({ subject }) => subject)).toEqual(['1']);
  expect(ofB.reached).toBeLessThan(head);
  expect(await log.after(ofB.reached, 3, new Set(['test.c']))).toEqual({ events: [], reached: head });
  expect(await log.after(start, 10, new Set())).toEqual({ events: [], reached: head });
  expect(await log.after(head, 10, new Set(['test.a']))).toEqual({ events: [], reached: head });
});

test('an append of many events is read in order from every place in it', async () => {
  const tenantId = newId();
  const log = eventLog(database.db);
  const start = await log.head();
  const count = 3 * SEGMENT + 5;
  const all = Array.from({ length: count }, (_, i) => `${i}`);
  await append(tenantId, ...all.map((subject, i) => ({ ...draft(tenantId, subject), type: `test.${i % 2}` })));
  await move();
  for (const most of [9, SEGMENT - 1, SEGMENT, SEGMENT + 1, count]) {
    const read: string[] = [];
    const odd: string[] = [];
    for (let position = start, reached; ; position = reached) {
      const stretch = await log.after(position, most);
      ({ reached } = await log.after(position, most, new Set(['test.1'])));
      expect(reached).toBe(stretch.reached);
      odd.push(...(await log.after(position, most, new Set(['test.1']))).events.map(({ subject }) => subject));
      if (stretch.events.length === 0) break;
      expect(stretch.events.length).toBeLessThanOrEqual(most);
      read.push(...stretch.events.map(({ subject }) => subject));
    }
    expect(read).toEqual(all);
    expect(odd).toEqual(all.filter((_, i) => i % 2 === 1));
  }
  for (const after of [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, count]) {
    expect(await subjects(tenantId, after)).toEqual(all.slice(after).map((subject, i) => `${after + i + 1} ${subject}`));
  }
});

test('in a transaction of a member no segment can be read, since others stand in it', async () => {
  const tenantId = newId();
  const memberId = newId();
  await append(tenantId, draft(tenantId, 'own', { memberIds: [memberId] }));
  await move();
  const seen = (scope: { tenantId: Uuid; memberId?: Uuid }) =>
    database.db.read(scope, (tx) => tx.query(`select subject from infra.event`).then((rows) => rows.length));
  expect(await seen({ tenantId })).toBe(1);
  expect(await seen({ tenantId, memberId })).toBe(0);
  expect(await seen({ tenantId: newId() })).toBe(0);
});

test('a member sees the events that concern it, a tenant all of its own, nobody those of another', async () => {
  const tenantId = newId();
  const [payer, payee] = [newId(), newId()];
  await append(
    tenantId,
    draft(tenantId, 'both', { memberIds: [payer, payee] }),
    draft(tenantId, 'payer', { memberIds: [payer] }),
    draft(tenantId, 'house'),
  );
  await move();
  const { history } = createHistory(database.db);
  const seen = async (scope: { tenantId: Uuid; memberId?: Uuid }) => ((await history(scope, 0, 10)) as Page).events.map((e) => e.subject);
  expect(await seen({ tenantId })).toEqual(['both', 'payer', 'house']);
  expect(await seen({ tenantId, memberId: payer })).toEqual(['both', 'payer']);
  expect(await seen({ tenantId, memberId: payee })).toEqual(['both']);
  expect(await seen({ tenantId: newId() })).toEqual([]);
  // Behind what concerns others as well, unless there may be more of its own.
  expect(await history({ tenantId, memberId: payee }, 1, 10)).toEqual({ events: [], reached: 3 });
  expect(await history({ tenantId, memberId: payer }, 0, 3)).toMatchObject({ reached: 3 });
  expect(await history({ tenantId, memberId: payer }, 0, 2)).toMatchObject({ reached: 2 });
});

test('a reader whose place is trimmed or was never reached is told that there is a gap', async () => {
  const tenantId = newId();
  await move();
  await database.admin(`truncate infra.event_place, infra.event_segment`);
  await append(tenantId, draft(tenantId, 'one'));
  await append(tenantId, draft(tenantId, 'two'));
  await move();
  await database.admin(`update infra.event_place set published_at = now() - interval '31 days'`);
  await append(tenantId, draft(tenantId, 'three'));
  await move();
  expect(await trimEvents(database.db, Date.now() - 30 * 86_400_000, 1)).toBe(1);
  expect(await trimEvents(database.db, Date.now() - 30 * 86_400_000, 100)).toBe(1);
  expect(await subjects(tenantId, 0)).toBe('gap');
  expect(await subjects(tenantId, 1)).toBe('gap');
  expect(await subjects(tenantId, 2)).toEqual(['3 three']);
  expect(await subjects(tenantId, 3)).toEqual([]);
  expect(await subjects(tenantId, 4)).toBe('gap');
  expect(await createHistory(database.db).lastSeq(tenantId)).toBe(3);
});

test('what a living consumer has not taken is not trimmed', async () => {
  const tenantId = newId();
  const before = await eventLog(database.db).head();
  await append(tenantId, draft(tenantId, 'old'));
  await move();
  await database.admin(`update infra.event_place set published_at = now() - interval '31 days'`);
  const cutoff = Date.now() - 30 * 86_400_000;
  await database.admin(`insert into infra.consumer_position (consumer, lane, position) values ('slow', 0, $1)`, [before]);
  while ((await trimEvents(database.db, cutoff, 100)) > 0);
  expect(await subjects(tenantId)).toEqual(['1 old']);
  await database.admin(`update infra.consumer_position set seen_at = now() - interval '31 days'`);
  expect(await trimEvents(database.db, cutoff, 100)).toBe(1);
});

test.each(['rialto_writer', 'rialto_relay'] as const)('%s appends for several tenants in one transaction', async (role) => {
  const [one, two] = [newId(), newId()];
  await database.db.write({ role }, (tx) => outbox.append(tx, [draft(one, 'a'), draft(two, 'b'), draft(one, 'c')]));
  await move();
  expect([await subjects(one), await subjects(two)]).toEqual([['1 a', '2 c'], ['1 b']]);
});

test('an event that is too large is refused by name', async () => {
  const tenantId = newId();
  await expect(append(tenantId, draft(tenantId, 'big', { data: { text: 'x'.repeat(300_000) } }))).rejects.toMatchObject({
    code: 'outbox.event_too_large',
  });
});

test('nobody writes events for another tenant, and nobody but the relay publishes', async () => {
  const [own, other] = [newId(), newId()];
  await expect(database.db.write({ tenantId: own }, (tx) => outbox.append(tx, [draft(other, 'forged')]))).rejects.toThrow(
    /row-level security/,
  );
  await expect(
    database.db.write({ tenantId: own }, (tx) =>
      tx.query(`insert into infra.event_place (tenant_id, seq, events, position, segment_id) values ('${own}', 1, 1, 1, '${own}')`),
    ),
  ).rejects.toThrow(/permission denied/);
});

test('the backlog tells how many events wait', async () => {
  await move();
  expect(await outboxBacklog(database.db)).toEqual({ events: 0, oldestMs: 0 });
  const tenantId = newId();
  await append(tenantId, draft(tenantId, 'a', { at: Date.now() - 5_000 }), draft(tenantId, 'b'));
  const { events, oldestMs } = await outboxBacklog(database.db);
  expect(events).toBe(2);
  expect(oldestMs).toBeGreaterThanOrEqual(5_000);
});

/** A transaction that stays open until it is told to commit. */
async function begin(tenantId: Uuid): Promise<{ tx: Tx; commit(): Promise<void> }> {
  const opened = Promise.withResolvers<Tx>();
  const go = Promise.withResolvers<void>();
  const done = database.db.write({ tenantId }, async (tx) => {
    opened.resolve(tx);
    await go.promise;
  });
  return { tx: await opened.promise, commit: () => (go.resolve(), done) };
}
