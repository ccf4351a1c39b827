import type { Event } from '../../base/event.ts';
import type { Consumer, Finding } from '../module.ts';

/** An event with its place among all tenants' events; positions grow and may have gaps. */
export type LoggedEvent = Event & { position: number };

/** Events of these types, or every one. */
export type Wanted = 'all' | ReadonlySet<string>;

/** A stretch of the log: the wanted events in it, in order, and the position where it ends. */
export type Stretch = { events: readonly LoggedEvent[]; reached: number };

/** Carries published events to consumers and watchers. What it carries is in `infra.event` already. */
export type Bus = {
  /** Position of the last event that the bus has; publishing goes on behind it. */
  tail(): Promise<number>;
  /** Which events somebody would hear. */
  wanted(): Wanted;
  /** What follows the tail, without an omission of what is wanted; its end becomes the tail. Events at or before the tail are ignored. */
  publish(stretch: Stretch): Promise<void>;
  /**
   * Delivers every event of the consumer's types at least once, in order for each tenant, in one process at a time, also
   * after a crash. A failing handler is tried again with growing pauses; then the event is put aside as a dead letter
   * with the reason and the next one is delivered. Other lanes (groups of tenants) are not held up meanwhile.
   * Errors: `bus.consumer_known` when the name is subscribed in this process already.
   */
  subscribe(consumer: Consumer): Promise<void>;
  /**
   * Hears every event from now on, in this process, as it comes; may miss some (sockets then ask `history`). While
   * `isListening` says no, events need not be brought. Answers with how to stop.
   */
  watch(heard: (event: LoggedEvent) => void, isListening?: () => boolean): () => void;
  /** About how many events each consumer subscribed here has still to look at: a metric. */
  backlog(): Promise<ReadonlyMap<string, number>>;
  /** Whether events can be carried now, for health. */
  check(): Promise<Finding>;
  close(): Promise<void>;
};

/** An event that a consumer could not take. */
export type DeadLetter = { consumer: string; event: Event; attempts: number; reason: string };

/** What the bus keeps in PostgreSQL. */
export type BusStore = {
  /** The stored position of a consumer's lane, undefined when it has none; marks it as alive. */
  loadPosition(consumer: string, lane: number): Promise<number | undefined>;
  savePosition(consumer: string, lane: number, position: number): Promise<void>;
  putDeadLetter(letter: DeadLetter): Promise<void>;
  /** The newest dead letters, of all tenants. */
  deadLetters(limit: number): Promise<DeadLetter[]>;
};

/** The published events as the bus reads them. */
export type EventLog = {
  /** The next stretch behind the position, of at most so many events, unwanted ones included. */
  after(position: number, limit: number, wanted?: Wanted): Promise<Stretch>;
  /** Position of the last event, 0 when there is none. */
  head(): Promise<number>;
  /** Position before the first event that was published since then. */
  before(sinceMs: number): Promise<number>;
};
