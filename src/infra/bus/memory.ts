import type { Log } from '../log/log.ts';
import { AppError } from '../../base/error.ts';
import type { Direct, Lead } from '../lease/port.ts';
import type { Consumer, Finding } from '../module.ts';
import { LANES, laneOf } from './lane.ts';
import { latch, pause, type Latch } from './latch.ts';
import type { Bus, BusStore, EventLog, LoggedEvent, Stretch, Wanted } from './port.ts';
import { pauseMs, reasonOf, RETRY, type RetryPolicy } from './retry.ts';

export type MemoryBusDeps = {
  events: EventLog;
  store: BusStore;
  direct: Pick<Direct, 'lead'>;
  log: Pick<Log, 'warn' | 'error'>;
  retry?: RetryPolicy;
};

/** Wanted events kept at hand so that consumers which keep up need not read the database. */
const RECENT = 4_096;
const BATCH = 500;
/** A consumer that finds nothing for itself still stores its position so often, in events passed over. */
const SAVE_EVERY = 2_000;
const POLL_MS = 1_000;

/**
 * The bus without a server. Consumers read `infra.event` behind their own stored position, so a crash loses nothing;
 * what was published lately they find in memory. Each consumer runs in the process that holds its lease.
 */
class MemoryBus implements Bus {
  readonly #deps: MemoryBusDeps;
  readonly #leads = new Map<string, Lead>();
  readonly #latches = new Set<Latch>();
  readonly #watchers = new Map<(event: LoggedEvent) => void, () => boolean>();
  /** How far each consumer has come whose lease is held here: the position of its slowest lane. */
  readonly #reached = new Map<string, number[]>();
  /** Types that some consumer here takes. */
  #types: ReadonlySet<string> = new Set();
  #recent: LoggedEvent[] = [];
  /** Every event of these types behind this position, up to the tail, is in `#recent`. */
  #recentFrom: number;
  #tail: number;

  constructor(deps: MemoryBusDeps, head: number) {
    this.#deps = deps;
    this.#recentFrom = head;
    this.#tail = head;
  }

  async tail(): Promise<number> {
    return this.#tail;
  }

  wanted(): Wanted {
    return [...this.#watchers.values()].some((isListening) => isListening()) ? 'all' : this.#types;
  }

  async publish({ events, reached }: Stretch): Promise<void> {
    if (reached <= this.#tail) return;
    const fresh = events.filter((event) => event.position > this.#tail);
    this.#recent.push(...fresh);
    this.#tail = reached;
    if (this.#recent.length > 2 * RECENT) {
      const dropped = this.#recent.splice(0, this.#recent.length - RECENT);
      this.#recentFrom = dropped.at(-1)!.position;
    }
    for (const waiting of this.#latches) waiting.wake();
    for (const heard of this.#watchers.keys()) {
      for (const event of fresh) this.#tell(heard, event);
    }
  }

  async subscribe(consumer: Consumer): Promise<void> {
    const { name } = consumer;
    if (this.#leads.has(name)) throw new AppError('conflict', 'bus.consumer_known', `The consumer ${name} is subscribed already.`);
    this.#want(consumer.types);
    const lanes = Array.from({ length: LANES }, (_, lane) => lane);
    // The position is fixed now, not when the lease is first held: a consumer that starts from now misses nothing later.
    const start = consumer.from === 'now' ? await this.#deps.events.head() : 0;
    for (const lane of lanes) {
      if ((await this.#deps.store.loadPosition(name, lane)) === undefined) await this.#deps.store.savePosition(name, lane, start);
    }
    const work = async (signal: AbortSignal) => {
      // One lane that fails (a lost database) ends them all; the lease then starts them again.
      const stop = new AbortController();
      this.#reached.set(
        name,
        lanes.map(() => this.#tail),
      );
      const both = AbortSignal.any([signal, stop.signal]);
      const ended = await Promise.allSettled(
        lanes.map((lane) => this.#runLane(consumer, lane, both).catch((error) => (stop.abort(), Promise.reject(error)))),
      );
      this.#reached.delete(name);
      for (const result of ended) if (result.status === 'rejected') throw result.reason;
    };
    this.#leads.set(name, this.#deps.direct.lead(`consumer:${name}`, work));
  }

  watch(heard: (event: LoggedEvent) => void, isListening = () => true): () => void {
    this.#watchers.set(heard, isListening);
    return () => void this.#watchers.delete(heard);
  }

  async check(): Promise<Finding> {
    return { ok: true, detail: 'in the memory of this process' };
  }

  async backlog(): Promise<ReadonlyMap<string, number>> {
    return new Map(Array.from(this.#reached, ([name, lanes]) => [name, Math.max(0, this.#tail - Math.min(...lanes))]));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#leads.values()].map((lead) => lead.end()));
    this.#leads.clear();
    this.#watchers.clear();
  }

  /** What was published so far may lack events of types that nobody wanted: for those, the database is asked. */
  #want(types: readonly string[]): void {
    if (types.every((type) => this.#types.has(type))) return;
    this.#types = new Set([...this.#types, ...types]);
    this.#recent = [];
    this.#recentFrom = this.#tail;
  }

  #tell(heard: (event: LoggedEvent) => void, event: LoggedEvent): void {
    try {
      heard(event);
    } catch (error) {
      this.#deps.log.warn('a watcher of events failed', { error, type: event.type });
    }
  }

  async #runLane(consumer: Consumer, lane: number, signal: AbortSignal): Promise<void> {
    const { store } = this.#deps;
    const types = new Set(consumer.types);
    const waiting = latch();
    this.#latches.add(waiting);
    let position = (await store.loadPosition(consumer.name, lane)) ?? 0;
    let saved = position;
    const save = async () => {
      await store.savePosition(consumer.name, lane, position);
      saved = position;
    };
    try {
      while (!signal.aborted) {
        this.#reached.get(consumer.name)![lane] = position;
        const { events, reached } = await this.#after(position, types);
        if (reached === position) {
          const woken = await waiting.wait(POLL_MS, signal);
          if (!woken && position > saved) await save();
          continue;
        }
        const due = events.filter((event) => types.has(event.type) && laneOf(event.tenantId) === lane);
        for (const event of due) {
          if (!(await this.#deliver(consumer, event, signal))) return;
          position = event.position;
        }
        position = reached;
        if (due.length > 0 || position - saved >= SAVE_EVERY) await save();
      }
    } finally {
      this.#latches.delete(waiting);
      if (position > saved) await save().catch(() => undefined);
    }
  }

  /** The next events: from memory when it reaches back so far, else from the database. */
  async #after(position: number, types: ReadonlySet<string>): Promise<Stretch> {
    if (position < this.#recentFrom) return this.#deps.events.after(position, BATCH, types);
    let low = 0;
    let high = this.#recent.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#recent[middle]!.position <= position) low = middle + 1;
      else high = middle;
    }
    const events = this.#recent.slice(low, low + BATCH);
    return { events, reached: events.length < BATCH ? Math.max(position, this.#tail) : events.at(-1)!.position };
  }

  /** True when the event is done with: taken, or put aside. False when the signal aborted before that. */
  async #deliver(consumer: Consumer, event: LoggedEvent, signal: AbortSignal): Promise<boolean> {
    const { store, log, retry = RETRY } = this.#deps;
    for (let attempts = 1; !signal.aborted; attempts++) {
      try {
        await consumer.handle(event);
        return true;
      } catch (error) {
        log.warn('a consumer failed on an event', { error, consumer: consumer.name, eventId: event.id, type: event.type, attempts });
        if (attempts >= retry.attempts) {
          // When even this fails the database is away; then nothing is lost by going on trying.
          const put = store.putDeadLetter({ consumer: consumer.name, event, attempts, reason: reasonOf(error) }).then(
            () => true,
            () => false,
          );
          if (await put) return true;
        }
        await pause(pauseMs(retry, attempts), signal);
      }
    }
    return false;
  }
}

/** Opens the bus of an installation without NATS. */
export async function memoryBus(deps: MemoryBusDeps): Promise<Bus> {
  return new MemoryBus(deps, await deps.events.head());
}
