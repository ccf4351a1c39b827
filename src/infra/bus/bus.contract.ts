import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TestDatabase } from '../../../test/support/database.ts';
import type { Event, EventDraft } from '../../base/event.ts';
import { newId, type Uuid } from '../../base/id.ts';
import type { Consumer } from '../module.ts';
import { createOutbox } from '../outbox/index.ts';
import { eventLog, placeEvents } from '../outbox/store.ts';
import { LANES, laneOf } from './lane.ts';
import type { Bus } from './port.ts';
import type { RetryPolicy } from './retry.ts';
import { busStore } from './store.ts';

/** Three quick tries, so that dead letters come soon. */
export const QUICK: RetryPolicy = { attempts: 3, firstMs: 5, maxMs: 20 };

export type BusHarness = {
  database: TestDatabase;
  /** Opens a bus as a process would at its start. */
  open(): Promise<Bus>;
  /** The process of this bus dies, as far as others can tell: what it held is cut off. */
  crash(bus: Bus): Promise<void>;
  close(): Promise<void>;
};

const WAIT = { timeout: 20_000, interval: 5 };

/** What every `Bus` keeps to, whatever carries the events. */
export function busContract(title: string, start: () => Promise<BusHarness>): void {
  describe(title, () => {
    let harness: BusHarness;
    let bus: Bus;
    let name: string;
    let tenantId: Uuid;
    const opened = new Set<Bus>();

    beforeAll(async () => {
      harness = await start();
      bus = await open();
    });
    afterAll(async () => {
      for (const each of opened) await each.close();
      await harness.close();
    });
    beforeEach(() => {
      name = `test.${newId()}`;
      tenantId = newId();
    });

    async function open(): Promise<Bus> {
      const made = await harness.open();
      opened.add(made);
      return made;
    }
    async function close(each: Bus): Promise<void> {
      opened.delete(each);
      await each.close();
    }

    /** Writes events to the log without telling the bus, as acts do. */
    async function record(subjects: readonly string[], more: Partial<EventDraft> = {}): Promise<void> {
      const drafts = subjects.map((subject) => ({
        id: newId(),
        tenantId,
        type: 'test.wanted',
        version: 1,
        subject,
        data: { n: 1 },
        at: 0,
        ...more,
      }));
      await harness.database.db.write({ tenantId: more.tenantId ?? tenantId }, (tx) => createOutbox().append(tx, drafts));
      while ((await placeEvents(harness.database.db, 1_000)) > 0);
    }
    /** Hands the bus what it has not got, as the pump does. */
    async function publish(to: Bus): Promise<void> {
      await to.publish(await eventLog(harness.database.db).after(await to.tail(), 10_000));
    }
    function collect(into: string[], more: Partial<Consumer> = {}): Consumer {
      return { name, types: ['test.wanted'], handle: async (event) => void into.push(event.subject), ...more };
    }
    const until = (check: () => void) => vi.waitFor(check, WAIT);

    test('events come in order, and only those of the wanted types', async () => {
      const seen: Event[] = [];
      await bus.subscribe({ name, types: ['test.wanted', 'other.wanted'], handle: async (event) => void seen.push(event) });
      await record(['1', '2']);
      await record(['no'], { type: 'test.unwanted' });
      await record(['3'], { type: 'other.wanted', memberIds: [tenantId], version: 2 });
      await publish(bus);
      await until(() => expect(seen).toHaveLength(3));
      expect(seen.map(({ subject, seq }) => `${seq} ${subject}`)).toEqual(['1 1', '2 2', '4 3']);
      expect(seen[2]).toMatchObject({
        tenantId,
        type: 'other.wanted',
        version: 2,
        memberIds: [tenantId],
        data: { n: 1 },
        at: '1970-01-01T00:00:00.000Z',
      });
    });

    test('every consumer gets every event', async () => {
      const [one, two]: [string[], string[]] = [[], []];
      await bus.subscribe(collect(one, { from: 'now' }));
      await bus.subscribe(collect(two, { name: `${name}.other`, from: 'now' }));
      await record(['1', '2', '3']);
      await publish(bus);
      await until(() =>
        expect([one, two]).toEqual([
          ['1', '2', '3'],
          ['1', '2', '3'],
        ]),
      );
    });

    test('a new consumer starts with the oldest event, or from now when it says so', async () => {
      const [all, later]: [string[], string[]] = [[], []];
      await record(['1']);
      await publish(bus);
      const own = (consumer: Consumer): Consumer => ({
        ...consumer,
        handle: async (event) => (event.tenantId === tenantId ? consumer.handle(event) : undefined),
      });
      await bus.subscribe(own(collect(all)));
      await bus.subscribe(own(collect(later, { name: `${name}.later`, from: 'now' })));
      await record(['2']);
      await publish(bus);
      await until(() => expect([all, later]).toEqual([['1', '2'], ['2']]));
    });

    test('publishing again what was published delivers nothing twice', async () => {
      const seen: string[] = [];
      await bus.subscribe(collect(seen, { from: 'now' }));
      const before = await bus.tail();
      await record(['1', '2', '3']);
      const stretch = await eventLog(harness.database.db).after(before, 100);
      const events = stretch.events.slice(0, 2);
      await bus.publish({ events, reached: events[1]!.position });
      await bus.publish(stretch);
      await bus.publish(stretch);
      await record(['4']);
      await publish(bus);
      await until(() => expect(seen).toContain('4'));
      expect(seen).toEqual(['1', '2', '3', '4']);
    });

    test('an event that fails is tried again before any later one of its tenant', async () => {
      const tries: string[] = [];
      const handle = async ({ subject }: Event) => {
        tries.push(subject);
        if (subject === '2' && tries.filter((each) => each === '2').length < 3) throw new Error('not yet');
      };
      await bus.subscribe(collect([], { from: 'now', handle }));
      await record(['1', '2', '3', '4']);
      await publish(bus);
      await until(() => expect(tries).toEqual(['1', '2', '2', '2', '3', '4']));
    });

    test('an event that keeps failing is put aside with the reason, and the next one is delivered', async () => {
      const seen: string[] = [];
      const handle = async ({ subject }: Event) => {
        if (subject === 'bad') throw new TypeError('cannot read this');
        seen.push(subject);
      };
      await bus.subscribe(collect([], { from: 'now', handle }));
      await record(['bad', 'good']);
      await publish(bus);
      await until(() => expect(seen).toEqual(['good']));
      const [letter] = (await busStore(harness.database.db).deadLetters(100)).filter(({ consumer }) => consumer === name);
      expect(letter).toMatchObject({
        attempts: QUICK.attempts,
        reason: 'TypeError: cannot read this',
        event: { subject: 'bad', tenantId },
      });
    });

    test('a failing event does not hold up the tenants of other lanes', async () => {
      const other = tenantInAnotherLane(tenantId);
      const seen: string[] = [];
      const stuck = Promise.withResolvers<void>();
      const handle = async (event: Event) => {
        if (event.subject === 'stuck') return stuck.promise;
        seen.push(event.subject);
      };
      await bus.subscribe(collect([], { from: 'now', handle }));
      await record(['stuck', 'behind']);
      await record(['beside'], { tenantId: other });
      await publish(bus);
      await until(() => expect(seen).toEqual(['beside']));
      expect((await bus.backlog()).get(name)).toBeGreaterThan(0);
      stuck.resolve();
      await until(() => expect(seen).toEqual(['beside', 'behind']));
      await vi.waitFor(async () => expect((await bus.backlog()).get(name)).toBe(0), WAIT);
    });

    test('events recorded while no bus ran are delivered when it runs again, each once', async () => {
      const seen: string[] = [];
      const first = await open();
      await first.subscribe(collect(seen, { from: 'now' }));
      await record(['1']);
      await publish(first);
      await until(() => expect(seen).toEqual(['1']));
      await close(first);
      await record(['2', '3']);
      const second = await open();
      await second.subscribe(collect(seen, { from: 'now' }));
      await publish(second);
      await until(() => expect(seen).toEqual(['1', '2', '3']));
    });

    test('an event whose handler was running at a crash is delivered again, before later ones', async () => {
      const seen: string[] = [];
      const first = await open();
      const hang = Promise.withResolvers<void>();
      await first.subscribe(collect([], { from: 'now', handle: () => hang.promise }));
      await record(['1', '2', '3']);
      await publish(first);
      await harness.crash(first);
      const second = await open();
      await second.subscribe(collect(seen, { from: 'now' }));
      // At least once: what was in hand may come twice.
      await until(() => expect(firstSeen(seen)).toEqual(['1', '2', '3']));
      hang.resolve();
      await close(first);
    });

    test('two processes share a consumer without losing or reordering', async () => {
      const seen: string[] = [];
      const other = await open();
      await bus.subscribe(collect(seen, { from: 'now' }));
      await other.subscribe(collect(seen, { from: 'now' }));
      const subjects = Array.from({ length: 100 }, (_, i) => `${i}`);
      await record(subjects.slice(0, 50));
      await Promise.all([publish(bus).catch(() => undefined), publish(other).catch(() => undefined)]);
      await record(subjects.slice(50));
      for (const each of [bus, other]) await publish(each);
      await until(() => expect(new Set(seen).size).toBe(100));
      expect(firstSeen(seen)).toEqual(subjects);
      await close(other);
    });

    test('closing waits for the handler that runs', async () => {
      const own = await open();
      const [entered, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      let finished = false;
      const handle = async () => {
        entered.resolve();
        await go.promise;
        finished = true;
      };
      await own.subscribe(collect([], { from: 'now', handle }));
      await record(['1']);
      await publish(own);
      await entered.promise;
      const closing = close(own).then(() => expect(finished).toBe(true));
      go.resolve();
      await closing;
    });

    test('a watcher hears what is published from now on, until it stops', async () => {
      const heard: string[] = [];
      await record(['before']);
      await publish(bus);
      const faulty = bus.watch(() => {
        throw new Error('a watcher that fails harms nobody');
      });
      const stop = bus.watch((event) => event.tenantId === tenantId && heard.push(event.subject));
      await record(['1', '2']);
      await publish(bus);
      await until(() => expect(heard).toEqual(['1', '2']));
      stop();
      faulty();
      let all = 0;
      const stopCounting = bus.watch(() => all++);
      await record(['3']);
      await publish(bus);
      await until(() => expect(all).toBeGreaterThan(0));
      stopCounting();
      expect(heard).toEqual(['1', '2']);
    });

    test('a name is subscribed once in a process', async () => {
      await bus.subscribe(collect([]));
      await expect(bus.subscribe(collect([]))).rejects.toMatchObject({ code: 'bus.consumer_known' });
    });
  });
}

/** Each subject at its first delivery; redeliveries after a lost answer are allowed. */
export function firstSeen(subjects: readonly string[]): string[] {
  return [...new Set(subjects)];
}

function tenantInAnotherLane(tenantId: Uuid): Uuid {
  const lane = (laneOf(tenantId) + 1) % LANES;
  for (;;) {
    const id = newId();
    if (laneOf(id) === lane) return id;
  }
}
