import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { newId, type Uuid } from '../../base/id.ts';
import { memoryBus } from '../bus/memory.ts';
import type { Bus } from '../bus/port.ts';
import { busStore } from '../bus/store.ts';
import { createDirect } from '../lease/direct.ts';
import { silentLog } from '../log/log.ts';
import { createHistory, createOutbox, startRelay } from './index.ts';
import { eventLog } from './store.ts';

const WAIT = { timeout: 60_000, interval: 5 };

let database: TestDatabase;
let tenantId: Uuid;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await createTestDatabase({ modules: [] });
});
beforeEach(() => {
  tenantId = newId();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(() => database.drop());

/** A process: its session, its bus and its relay. */
async function startProcess(): Promise<{ bus: Bus; stop(): Promise<void> }> {
  const { db } = database;
  const direct = await createDirect({ url: database.urls.admin, log: silentLog, tryEveryMs: 20 });
  const bus = await memoryBus({ events: eventLog(db), store: busStore(db), direct, log: silentLog });
  const relay = startRelay({ db, direct, bus, log: silentLog, sharedBus: false });
  let stopped: Promise<void> | undefined;
  const stop = () =>
    (stopped ??= relay
      .close()
      .then(() => bus.close())
      .then(() => direct.close()));
  closing.push(stop);
  return { bus, stop };
}

const act = (subject: string) =>
  database.db.write({ tenantId }, (tx) =>
    createOutbox().append(tx, [{ id: newId(), tenantId, type: 'test.happened', version: 1, subject, data: {}, at: 0 }]),
  );

function collect(seen: string[]) {
  return {
    name: `test.${newId()}`,
    types: ['test.happened'],
    from: 'now' as const,
    handle: async ({ subject }: { subject: string }) => void seen.push(subject),
  };
}

test('an event reaches its consumer and every process that watches', async () => {
  const [one, two] = [await startProcess(), await startProcess()];
  const [seen, watched, elsewhere]: [string[], string[], string[]] = [[], [], []];
  await one.bus.subscribe(collect(seen));
  one.bus.watch(({ subject }) => watched.push(subject));
  two.bus.watch(({ subject }) => elsewhere.push(subject));
  for (let n = 0; n < 20; n++) await act(`${n}`);
  const all = Array.from({ length: 20 }, (_, n) => `${n}`);
  await vi.waitFor(() => expect([seen, watched, elsewhere]).toEqual([all, all, all]), WAIT);
});

test('another process publishes when the one that did ends', async () => {
  const [one, two] = [await startProcess(), await startProcess()];
  const seen: string[] = [];
  await two.bus.subscribe(collect(seen));
  await act('1');
  await vi.waitFor(() => expect(seen).toEqual(['1']), WAIT);
  await one.stop();
  await act('2');
  await vi.waitFor(() => expect(seen).toEqual(['1', '2']), WAIT);
});

test('what was committed while nobody published is published by the next start', async () => {
  await act('1');
  await act('2');
  await startProcess();
  await vi.waitFor(async () => expect(await createHistory(database.db).lastSeq(tenantId)).toBe(2), WAIT);
});

test('publishing goes on after the database ended every session', async () => {
  const { bus } = await startProcess();
  const seen: string[] = [];
  await bus.subscribe(collect(seen));
  await act('1');
  await vi.waitFor(() => expect(seen).toEqual(['1']), WAIT);
  await database.admin(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
  );
  await act('2');
  await vi.waitFor(() => expect(seen).toEqual(['1', '2']), WAIT);
});

test('the check fails when events wait too long', async () => {
  const { db } = database;
  const direct = {
    isOpen: () => true,
    listen: () => undefined,
    lead: () => ({ held: () => false, end: async () => undefined }),
    close: async () => undefined,
  };
  const bus: Bus = {
    tail: async () => 0,
    wanted: () => new Set(),
    publish: async () => undefined,
    subscribe: async () => undefined,
    watch: () => () => undefined,
    backlog: async () => new Map(),
    check: async () => ({ ok: true, detail: '' }),
    close: async () => undefined,
  };
  const stuck = startRelay({ db, direct, bus, log: silentLog, sharedBus: true });
  const [check] = stuck.checks;
  expect(await check!.run()).toEqual({ ok: true, detail: '0 events wait to be published, the oldest for 0 ms' });
  await act('old, since its time is 1970');
  expect((await check!.run()).ok).toBe(false);
  await stuck.close();
});

test('what nobody listens to is not brought, and whoever begins to listen hears what comes from then on', async () => {
  const { bus } = await startProcess();
  const heard: string[] = [];
  let listening = false;
  bus.watch(
    (event) => event.tenantId === tenantId && heard.push(event.subject),
    () => listening,
  );
  await act('unheard');
  await vi.waitFor(async () => expect(await createHistory(database.db).lastSeq(tenantId)).toBe(1), WAIT);
  const head = await eventLog(database.db).head();
  await vi.waitFor(async () => expect(await bus.tail()).toBeGreaterThanOrEqual(head), WAIT);
  listening = true;
  for (const subject of ['1', '2', '3']) await act(subject);
  await vi.waitFor(() => expect(heard).toEqual(['1', '2', '3']), WAIT);
  // A consumer that comes later reads what was skipped from the log.
  const seen: string[] = [];
  const handle = async (event: { tenantId: Uuid; subject: string }) => void (event.tenantId === tenantId && seen.push(event.subject));
  await bus.subscribe({ ...collect(seen), from: 'start', handle });
  await vi.waitFor(() => expect(seen).toEqual(['unheard', '1', '2', '3']), WAIT);
});

test('a consumer does not bring what it does not take, and one that comes later finds that in the log', async () => {
  const { bus } = await startProcess();
  const publish = vi.spyOn(bus, 'publish');
  const drafts = (type: string, ...subjects: string[]) =>
    subjects.map((subject) => ({ id: newId(), tenantId, type, version: 1, subject, data: {}, at: 0 }));
  const seen: string[] = [];
  await bus.subscribe(collect(seen));
  await database.db.write({ tenantId }, (tx) =>
    createOutbox().append(tx, [...drafts('test.other', '1', '2'), ...drafts('test.happened', '3'), ...drafts('test.other', '4')]),
  );
  await vi.waitFor(() => expect(seen).toEqual(['3']), WAIT);
  const brought = publish.mock.calls.flatMap(([{ events }]) => events).filter((event) => event.tenantId === tenantId);
  expect(brought.map(({ subject }) => subject)).toEqual(['3']);
  const others: string[] = [];
  await bus.subscribe({
    ...collect(others),
    types: ['test.other'],
    from: 'start',
    handle: async (event: { tenantId: Uuid; subject: string }) => void (event.tenantId === tenantId && others.push(event.subject)),
  });
  await vi.waitFor(() => expect(others).toEqual(['1', '2', '4']), WAIT);
  await database.db.write({ tenantId }, (tx) => createOutbox().append(tx, drafts('test.other', '5')));
  await vi.waitFor(() => expect(others).toEqual(['1', '2', '4', '5']), WAIT);
});
