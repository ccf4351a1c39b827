import type { Consumer as PullConsumer, ConsumerMessages, JetStreamClient, JetStreamManager, JsMsg, StreamState } from '@nats-io/jetstream';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import type { Log } from '../log/log.ts';
import { AppError } from '../../base/error.ts';
import type { Consumer, Finding } from '../module.ts';
import { LANES } from './lane.ts';
import { pause } from './latch.ts';
import { eventIn, ID, placeIn, POSITION } from './nats-event.ts';
import { natsLogin } from './nats-login.ts';
import { durableName, filterSubject, subjectOf } from './nats-names.ts';
import type { Bus, BusStore, EventLog, LoggedEvent, Stretch, Wanted } from './port.ts';
import { pauseMs, reasonOf, RETRY, type RetryPolicy } from './retry.ts';

export type NatsBusDeps = {
  /** See `natsLogin`. */
  url: string;
  events: Pick<EventLog, 'before' | 'head' | 'after'>;
  store: Pick<BusStore, 'putDeadLetter'>;
  log: Pick<Log, 'info' | 'warn' | 'error'>;
  /** Name of the stream and first token of its subjects: one for each installation on a NATS server. */
  stream?: string;
  retry?: RetryPolicy;
  /** An event that a crashed process held is delivered again after so long. */
  ackWaitMs?: number;
};

const NANOS_PER_MS = 1_000_000;
const DAY_MS = 86_400_000;
/** The stream is for distribution; the record is `infra.event`. */
const KEEP_MS = 7 * DAY_MS;
/** A stream that is new or was lost is filled with the events of so long. */
const REFILL_MS = DAY_MS;
const PUBLISH_TIMEOUT_MS = 5_000;
const AGAIN_MS = 500;
/** Messages of others at the end of the stream that are looked past for the last one of ours. */
const MOST_FOREIGN = 10_000;

type Tail = { sequence: number; position: number };
type Place = NonNullable<ReturnType<typeof placeIn>>;
type Connected = { nats: NatsConnection; stream: JetStreamClient; manager: JetStreamManager };

/**
 * The bus over NATS JetStream. Every publication names the sequence that it must follow, so the stream holds the events
 * in log order and each once, even when answers are lost or two processes publish. Each lane of a consumer is a durable
 * pull consumer that has one event out at a time, so order holds across processes, retries and crashes.
 */
class NatsBus implements Bus {
  readonly #deps: NatsBusDeps;
  readonly #connected: Connected;
  readonly #name: string;
  readonly #closing = new AbortController();
  readonly #subscribed = new Set<string>();
  readonly #lanes: Promise<void>[] = [];
  readonly #pulls = new Set<ConsumerMessages>();
  readonly #watchers = new Set<(event: LoggedEvent) => void>();
  #watching = false;
  #isConnected = true;
  #tail: Tail | undefined;

  constructor(deps: NatsBusDeps, connected: Connected) {
    this.#deps = deps;
    this.#connected = connected;
    this.#name = deps.stream ?? 'rialto';
    void this.#followConnection();
  }

  /** The client reconnects by itself for ever; people are told once of each loss, and once when it is over. */
  async #followConnection(): Promise<void> {
    const { log } = this.#deps;
    for await (const { type } of this.#connected.nats.status()) {
      if (this.#closing.signal.aborted) return;
      if (type === 'disconnect' && this.#isConnected) {
        this.#isConnected = false;
        log.warn('the connection to NATS is lost: events wait until it is back');
      } else if (type === 'reconnect' && !this.#isConnected) {
        this.#isConnected = true;
        log.info('the connection to NATS is back');
      }
    }
  }

  async check(): Promise<Finding> {
    if (!this.#isConnected) return { ok: false, detail: 'there is no connection to NATS; events wait until it is back' };
    const { JetStreamApiError } = await import('@nats-io/jetstream');
    return await this.#connected.manager.streams.info(this.#name).then(
      ({ state }) => ({ ok: true, detail: `NATS answers; ${state.messages} events in the stream ${this.#name}` }),
      (error: unknown) => ({
        ok: false,
        detail:
          error instanceof JetStreamApiError && error.status === 404
            ? `NATS has no stream ${this.#name}`
            : 'the stream of NATS does not answer',
      }),
    );
  }

  /** Other processes may be subscribed, so always. */
  wanted(): Wanted {
    return 'all';
  }

  async tail(): Promise<number> {
    this.#tail = await this.#readTail();
    return this.#tail.position;
  }

  async publish({ events }: Stretch): Promise<void> {
    const tail = (this.#tail ??= await this.#readTail());
    const fresh = events.filter((event) => event.position > tail.position);
    if (fresh.length === 0) return;
    const { headers } = await import('@nats-io/transport-node');
    const sent = fresh.map((event, index) => {
      const head = headers();
      head.set(POSITION, String(event.position));
      head.set(ID, event.id);
      return this.#connected.stream.publish(subjectOf(this.#name, event), JSON.stringify(event), {
        msgID: `${event.position}:${event.id}`,
        headers: head,
        timeout: PUBLISH_TIMEOUT_MS,
        expect: { streamName: this.#name, lastSequence: tail.sequence + index },
      });
    });
    const results = await Promise.allSettled(sent);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) {
      this.#tail = undefined;
      throw failed.reason;
    }
    this.#tail = { sequence: tail.sequence + fresh.length, position: fresh.at(-1)!.position };
  }

  async subscribe(consumer: Consumer): Promise<void> {
    const { name } = consumer;
    if (this.#subscribed.has(name)) throw new AppError('conflict', 'bus.consumer_known', `The consumer ${name} is subscribed already.`);
    this.#subscribed.add(name);
    for (let lane = 0; lane < LANES; lane++) {
      await this.#ensureConsumer(consumer, lane);
      this.#lanes.push(this.#runLane(consumer, lane));
    }
  }

  watch(heard: (event: LoggedEvent) => void): () => void {
    this.#watchers.add(heard);
    if (!this.#watching) {
      this.#watching = true;
      // Plain NATS, not JetStream: live only, at no cost to the server.
      this.#connected.nats.subscribe(`${this.#name}.event.>`, { callback: (_error, message) => this.#hear(message) });
    }
    return () => void this.#watchers.delete(heard);
  }

  async backlog(): Promise<ReadonlyMap<string, number>> {
    const counts = Array.from(this.#subscribed, async (name): Promise<[string, number]> => {
      const lanes = Array.from({ length: LANES }, (_, lane) => this.#connected.manager.consumers.info(this.#name, durableName(name, lane)));
      const infos = await Promise.all(lanes);
      return [name, infos.reduce((sum, info) => sum + info.num_pending + info.num_ack_pending, 0)];
    });
    return new Map(await Promise.all(counts));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#watchers.clear();
    for (const pull of this.#pulls) pull.stop();
    await Promise.all(this.#lanes);
    const { nats } = this.#connected;
    // Flushes the last acknowledgements when there is a connection; without one there is nothing to flush to.
    if (!nats.isClosed()) await Promise.race([nats.drain(), pause(1_000, new AbortController().signal)]).catch(() => undefined);
    await nats.close();
  }

  /** Must not throw: that would end all reading from the server for good. */
  #hear(message: Msg | undefined): void {
    const event = message && eventIn(message);
    if (event) this.#tell(event);
  }

  #tell(event: LoggedEvent): void {
    for (const heard of this.#watchers) {
      try {
        heard(event);
      } catch (error) {
        this.#deps.log.warn('a watcher of events failed', { error, type: event.type });
      }
    }
  }

  async #readTail(): Promise<Tail> {
    const { manager } = this.#connected;
    await ensureStream(manager, this.#name);
    const { state } = await manager.streams.info(this.#name);
    if (state.messages === 0) return { sequence: state.last_seq, position: await this.#deps.events.before(Date.now() - REFILL_MS) };
    const last = await this.#lastPlace(state);
    if (last && (await this.#isOurs(last))) return { sequence: state.last_seq, position: last.position };
    // The database was restored to an earlier time, or is another one: what the stream holds did not happen.
    this.#deps.log.warn('the stream does not match the database; it is emptied and filled again', { stream: this.#name, ...last });
    await manager.streams.purge(this.#name);
    return { sequence: state.last_seq, position: await this.#deps.events.before(Date.now() - REFILL_MS) };
  }

  /** The last event of ours in the stream; whoever may write to the server may have written behind it. */
  async #lastPlace({ first_seq, last_seq }: StreamState): Promise<Place | undefined> {
    for (let seq = last_seq; seq >= Math.max(first_seq, last_seq - MOST_FOREIGN); seq--) {
      const place = placeIn((await this.#connected.manager.streams.getMessage(this.#name, { seq }))?.header);
      if (place) return place;
    }
    return undefined;
  }

  /** Whether the log has that event at that position, or has had it (it may be trimmed by now). */
  async #isOurs({ position, id }: Place): Promise<boolean> {
    const [event] = (await this.#deps.events.after(position - 1, 1)).events;
    if (event?.position === position) return event.id === id;
    return (await this.#deps.events.head()) >= position;
  }

  async #ensureConsumer(consumer: Consumer, lane: number): Promise<PullConsumer> {
    const { manager, stream } = this.#connected;
    const { AckPolicy, DeliverPolicy, JetStreamApiError } = await import('@nats-io/jetstream');
    await ensureStream(manager, this.#name);
    const durable = durableName(consumer.name, lane);
    const filter = filterSubject(this.#name, lane, consumer.types);
    const known = await manager.consumers.info(this.#name, durable).catch((error: unknown) => {
      if (error instanceof JetStreamApiError && error.status === 404) return undefined;
      throw error;
    });
    if (!known) {
      await manager.consumers.add(this.#name, {
        durable_name: durable,
        filter_subject: filter,
        deliver_policy: consumer.from === 'now' ? DeliverPolicy.New : DeliverPolicy.All,
        ack_policy: AckPolicy.Explicit,
        ack_wait: (this.#deps.ackWaitMs ?? 30_000) * NANOS_PER_MS,
        max_ack_pending: 1,
        max_deliver: -1,
      });
    } else if (known.config.filter_subject !== filter) {
      await manager.consumers.update(this.#name, durable, { filter_subject: filter });
    }
    return stream.consumers.get(this.#name, durable);
  }

  async #runLane(consumer: Consumer, lane: number): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        const pull = await (await this.#ensureConsumer(consumer, lane)).consume({ max_messages: 8, abort_on_missing_resource: true });
        this.#pulls.add(pull);
        if (this.#closing.signal.aborted) pull.stop();
        for await (const message of pull) {
          if (this.#closing.signal.aborted) message.nak();
          else await this.#take(consumer, message);
        }
        this.#pulls.delete(pull);
      } catch (error) {
        this.#deps.log.warn('a consumer lost its stream and takes it up again', { error, consumer: consumer.name });
      }
      await pause(AGAIN_MS, this.#closing.signal);
    }
  }

  async #take(consumer: Consumer, message: JsMsg): Promise<void> {
    const { log, retry = RETRY, ackWaitMs = 30_000 } = this.#deps;
    const event = this.#parse(message);
    if (!event) return;
    if (!consumer.types.includes(event.type)) return message.ack();
    // A slow handler is not a dead one.
    const alive = setInterval(() => message.working(), ackWaitMs / 3);
    try {
      await consumer.handle(event);
      message.ack();
    } catch (error) {
      const attempts = message.info.deliveryCount;
      log.warn('a consumer failed on an event', { error, consumer: consumer.name, eventId: event.id, type: event.type, attempts });
      if (attempts >= retry.attempts) await this.#putAside(consumer, message, { event, attempts, reason: reasonOf(error) });
      else message.nak(pauseMs(retry, attempts));
    } finally {
      clearInterval(alive);
    }
  }

  async #putAside(consumer: Consumer, message: JsMsg, letter: { event: LoggedEvent; attempts: number; reason: string }): Promise<void> {
    const { store, retry = RETRY } = this.#deps;
    await store.putDeadLetter({ consumer: consumer.name, ...letter }).then(
      () => message.ack(),
      // The database is away; then nothing is lost by going on trying.
      () => message.nak(retry.maxMs),
    );
  }

  #parse(message: JsMsg): LoggedEvent | undefined {
    const event = eventIn(message);
    if (event) return event;
    this.#deps.log.error('a message on the stream is not an event of ours and is passed over', { subject: message.subject });
    // Without a reason, which servers before 2.10.4 take for no answer at all: they would deliver it again and again.
    message.term();
    return undefined;
  }
}

async function ensureStream(manager: JetStreamManager, name: string): Promise<void> {
  const { JetStreamApiError, RetentionPolicy, StorageType } = await import('@nats-io/jetstream');
  const known = await manager.streams.info(name).catch((error: unknown) => {
    if (error instanceof JetStreamApiError && error.status === 404) return undefined;
    throw error;
  });
  if (known) return;
  await manager.streams.add({
    name,
    subjects: [`${name}.event.>`],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    max_age: KEEP_MS * NANOS_PER_MS,
    duplicate_window: 120_000 * NANOS_PER_MS,
  });
}

/**
 * Connects to NATS and makes the stream when it is not there. Errors: `bus.nats_unreachable` when the server does not
 * answer at the start or has no JetStream; later losses are mended by themselves.
 */
export async function natsBus(deps: NatsBusDeps): Promise<Bus> {
  // Loaded only when used: most installations have no NATS.
  const { connect } = await import('@nats-io/transport-node');
  const { jetstream, jetstreamManager } = await import('@nats-io/jetstream');
  let nats: NatsConnection | undefined;
  try {
    nats = await connect({
      ...natsLogin(deps.url),
      name: 'rialto',
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      timeout: 5_000,
      pingInterval: 20_000,
    });
    const manager = await jetstreamManager(nats);
    await ensureStream(manager, deps.stream ?? 'rialto');
    return new NatsBus(deps, { nats, manager, stream: jetstream(nats) });
  } catch (error) {
    await nats?.close();
    throw new AppError(
      'unavailable',
      'bus.nats_unreachable',
      'The NATS server of NATS_URL does not answer, does not let us in, or has no JetStream (-js).',
      error,
    );
  }
}
