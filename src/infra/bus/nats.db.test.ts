import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { hasServer, startNats, type TestServer } from '../../../test/support/servers.ts';
import { newId } from '../../base/id.ts';
import { silentLog } from '../log/log.ts';
import { createOutbox } from '../outbox/index.ts';
import { pump } from '../outbox/relay.ts';
import { eventLog, placeEvents } from '../outbox/store.ts';
import { busContract, firstSeen, QUICK, type BusHarness } from './bus.contract.ts';
import { laneOf } from './lane.ts';
import { latch } from './latch.ts';
import { natsBus } from './nats.ts';
import type { Bus } from './port.ts';
import { reachNats } from './reach-nats.ts';
import { busStore } from './store.ts';

const WAIT = { timeout: 60_000, interval: 10 };

describe.skipIf(!hasServer('nats-server'))('with a NATS server', () => {
  const openOn = (server: Pick<TestServer, 'url'>, database: TestDatabase, stream = 'rialto') =>
    natsBus({
      url: server.url,
      stream,
      events: eventLog(database.db),
      store: busStore(database.db),
      log: silentLog,
      retry: QUICK,
      ackWaitMs: 1_000,
    });

  busContract('bus over NATS JetStream', async (): Promise<BusHarness> => {
    const database = await createTestDatabase({ modules: [] });
    const server = await startNats();
    const wires = new Map<Bus, Wire>();
    return {
      database,
      async open() {
        const wire = await wireTo(server.url);
        const bus = await openOn(wire, database);
        wires.set(bus, wire);
        return bus;
      },
      // Its connection is cut for good, so that it never acknowledges again.
      crash: (bus) => wires.get(bus)!.cut(),
      async close() {
        await Promise.all([...wires.values()].map((wire) => wire.cut()));
        await server.close();
        await database.drop();
      },
    };
  });

  describe('through outages', () => {
    let database: TestDatabase;
    let server: TestServer;
    const tenantId = newId();
    beforeAll(async () => {
      database = await createTestDatabase({ modules: [] });
      server = await startNats();
    });
    afterAll(async () => {
      await server.close();
      await database.drop();
    });

    async function record(count: number, from = 0): Promise<string[]> {
      const subjects = Array.from({ length: count }, (_, i) => `${from + i}`);
      const drafts = subjects.map((subject) => ({ id: newId(), tenantId, type: 'test.wanted', version: 1, subject, data: {}, at: 0 }));
      await database.db.write({ tenantId }, (tx) => createOutbox().append(tx, drafts));
      while ((await placeEvents(database.db, 1_000)) > 0);
      return subjects;
    }

    test('a server killed and started in the middle loses nothing and changes no order', async () => {
      const bus = await openOn(server, database, 'killed');
      const stop = new AbortController();
      const woken = latch();
      const pumping = pump({ events: eventLog(database.db), bus, log: silentLog }, woken, stop.signal);
      const seen: string[] = [];
      await bus.subscribe({ name: 'killed.consumer', types: ['test.wanted'], handle: async ({ subject }) => void seen.push(subject) });
      const all = await record(300);
      woken.wake();
      await vi.waitFor(() => expect(seen.length).toBeGreaterThan(50), WAIT);
      await server.kill();
      all.push(...(await record(300, 300)));
      woken.wake();
      await server.start();
      await vi.waitFor(() => expect(new Set(seen).size).toBe(600), WAIT);
      expect(firstSeen(seen)).toEqual(all);
      stop.abort();
      await pumping;
      await bus.close();
    });

    test('health and log tell that the server is gone, that it is back, and that a stream is missing', async () => {
      const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
      const own = await startNats();
      const bus = await natsBus({ url: own.url, events: eventLog(database.db), store: busStore(database.db), log });
      expect(await bus.check()).toEqual({ ok: true, detail: 'NATS answers; 0 events in the stream rialto' });
      await own.kill();
      await vi.waitFor(() => expect(log.warn).toHaveBeenCalledWith(expect.stringContaining('NATS is lost')), WAIT);
      expect((await bus.check()).ok).toBe(false);
      await own.start();
      await vi.waitFor(() => expect(log.info).toHaveBeenCalledWith('the connection to NATS is back'), WAIT);
      await vi.waitFor(async () => expect((await bus.check()).ok).toBe(true), WAIT);
      const { connect } = await import('@nats-io/transport-node');
      const { jetstreamManager } = await import('@nats-io/jetstream');
      const nats = await connect({ servers: own.url });
      await (await jetstreamManager(nats)).streams.delete('rialto');
      expect(await bus.check()).toEqual({ ok: false, detail: 'NATS has no stream rialto' });
      await Promise.all([nats.close(), bus.close()]);
      await own.close();
    });

    test('a lost stream is filled again from the database', async () => {
      const bus = await openOn(server, database, 'lost');
      await bus.publish(await eventLog(database.db).after(await bus.tail(), 10_000));
      const { connect } = await import('@nats-io/transport-node');
      const { jetstreamManager } = await import('@nats-io/jetstream');
      const nats = await connect({ servers: server.url });
      await (await jetstreamManager(nats)).streams.delete('lost');
      await nats.close();
      const seen: string[] = [];
      await bus.subscribe({ name: 'lost.consumer', types: ['test.wanted'], handle: async ({ subject }) => void seen.push(subject) });
      const stretch = await eventLog(database.db).after(await bus.tail(), 10_000);
      const { events } = stretch;
      await bus.publish(stretch);
      await vi.waitFor(() => expect(seen).toHaveLength(events.length), WAIT);
      expect(events.length).toBeGreaterThan(0);
      await bus.close();
    });

    test('a stream of another history than the database is emptied instead of swallowing events', async () => {
      const bus = await openOn(server, database, 'other');
      const foreign = {
        id: newId(),
        tenantId,
        type: 'test.wanted',
        version: 1,
        subject: 'foreign',
        data: {},
        at: '2026-01-01T00:00:00.000Z',
        seq: 1,
      };
      await bus.publish({ events: [{ ...foreign, position: 1_000_000 }], reached: 1_000_000 });
      const [fresh] = (await record(1, 9_000)) as [string];
      const seen: string[] = [];
      await bus.publish(await eventLog(database.db).after(await bus.tail(), 10_000));
      await bus.subscribe({ name: 'other.consumer', types: ['test.wanted'], handle: async ({ subject }) => void seen.push(subject) });
      await vi.waitFor(() => expect(seen).toContain(fresh), WAIT);
      expect(seen).not.toContain('foreign');
      await bus.close();
    });

    test('what strangers write into the stream stops neither publishing, consumers nor watchers', async () => {
      const bus = await openOn(server, database, 'strangers');
      const [watched, taken]: [string[], string[]] = [[], []];
      bus.watch(({ subject }) => void watched.push(subject));
      await bus.subscribe({ name: 'strangers.consumer', types: ['test.wanted'], handle: async ({ subject }) => void taken.push(subject) });
      await bus.publish(await eventLog(database.db).after(await bus.tail(), 10_000));
      const { connect, headers } = await import('@nats-io/transport-node');
      const nats = await connect({ servers: server.url });
      const subject = `strangers.event.${laneOf(tenantId)}.${tenantId}.test.wanted`;
      const position = headers();
      position.set('Rialto-Position', '7');
      for (const text of ['{garbage', 'null', '7', '{"type":"test.wanted"}', '']) {
        nats.publish(subject, text);
        nats.publish(subject, text, { headers: position });
      }
      await nats.flush();
      await nats.close();
      const [fresh] = (await record(1, 30_000)) as [string];
      const stretch = eventLog(database.db);
      // The tail that it knows is not the stream's any more: it is read again, and nothing is published twice.
      await bus.publish(await stretch.after(await bus.tail(), 10_000));
      await vi.waitFor(() => expect([watched.at(-1), taken.at(-1)]).toEqual([fresh, fresh]), WAIT);
      expect(taken.filter((one) => one === fresh)).toEqual([fresh]);
      expect((await bus.check()).ok).toBe(true);
      await bus.close();
    });

    test('a consumer whose types change goes on where it was', async () => {
      const first = await openOn(server, database, 'types');
      const seen: string[] = [];
      const consumer = {
        name: 'types.consumer',
        from: 'now' as const,
        handle: async ({ subject }: { subject: string }) => void seen.push(subject),
      };
      await first.publish(await eventLog(database.db).after(await first.tail(), 10_000));
      await first.subscribe({ ...consumer, types: ['test.wanted'] });
      await first.close();
      const [subject] = (await record(1, 20_000)) as [string];
      const second = await openOn(server, database, 'types');
      await second.subscribe({ ...consumer, types: ['test.wanted', 'other.wanted'] });
      await second.publish(await eventLog(database.db).after(await second.tail(), 10_000));
      await vi.waitFor(() => expect(seen).toEqual([subject]), WAIT);
      await second.close();
    });
  });
});

type Wire = { url: string; cut(): Promise<void> };

/** A connection to the server that can be cut. */
async function wireTo(url: string): Promise<Wire> {
  const sockets = new Set<Socket>();
  const listener = createServer((near) => {
    const far = connectSocket(Number(new URL(url).port), '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => (near.destroy(), far.destroy()));
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    url: `nats://127.0.0.1:${(listener.address() as { port: number }).port}`,
    async cut() {
      listener.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

test.skipIf(!hasServer('nats-server'))('name and password, or a token, stand in the address; a wrong one is told without it', async () => {
  const events = { before: async () => 0, head: async () => 0, after: async () => ({ events: [], reached: 0 }) };
  const store = { putDeadLetter: async () => undefined };
  for (const [login, rights] of [
    ['desk:pa%24s', ['--user', 'desk', '--pass', 'pa$s']],
    ['to%24ken', ['--auth', 'to$ken']],
  ] as const) {
    const server = await startNats(rights);
    const at = (who: string) => server.url.replace('//', `//${who}@`);
    const bus = await natsBus({ url: `nats://127.0.0.1:1,${at(login)}`, events, store, log: silentLog });
    expect((await bus.check()).ok).toBe(true);
    await bus.close();
    expect(await reachNats(at(login))).toMatchObject({ ok: true });
    const refused = await natsBus({ url: at('desk:wrong-one'), events, store, log: silentLog }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'bus.nats_unreachable' });
    expect((refused as Error).message).not.toContain('wrong-one');
    await server.close();
  }
});

test.skipIf(!hasServer('nats-server'))('tls:// is never spoken in clear', async () => {
  const events = { before: async () => 0, head: async () => 0, after: async () => ({ events: [], reached: 0 }) };
  const store = { putDeadLetter: async () => undefined };
  const server = await startNats();
  const url = server.url.replace('nats://', 'tls://');
  await expect(natsBus({ url, events, store, log: silentLog })).rejects.toMatchObject({ code: 'bus.nats_unreachable' });
  await server.close();
});

test('a NATS server that does not answer is named at the start', async () => {
  const events = { before: async () => 0, head: async () => 0, after: async () => ({ events: [], reached: 0 }) };
  const store = { putDeadLetter: async () => undefined };
  await expect(natsBus({ url: 'nats://127.0.0.1:1', events, store, log: silentLog })).rejects.toMatchObject({
    code: 'bus.nats_unreachable',
  });
});
