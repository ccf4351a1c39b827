import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Event } from '../../base/event.ts';
import type { SocketClient } from './socket-client.ts';

/** Clients that are written to before the event loop gets a turn: about 4 ms of system calls. */
const SLICE = 500;
/** Events that go out in one message. */
const BATCH = 100;
const MAX_QUEUE = 5_000;
const HISTORY_PAGE = 500;

export type FeedDeps = {
  history(tenantId: string, afterSeq: number, limit: number): Promise<readonly Event[] | 'gap'>;
  failed(error: unknown): void;
};

/**
 * The events of one tenant on their way to its clients, in order of `seq`, each once. What queues up goes out together,
 * many events a message. A hole in the sequence (a lost connection to the bus, a full queue) is filled from history.
 */
export class SocketFeed {
  readonly clients = new Set<SocketClient>();
  readonly #tenantId: string;
  readonly #deps: FeedDeps;
  #queue: Event[] = [];
  #lastSeq: number | undefined;
  #running = false;

  constructor(tenantId: string, deps: FeedDeps) {
    this.#tenantId = tenantId;
    this.#deps = deps;
  }

  publish(event: Event): void {
    // Dropping is safe: the next event finds the hole and history fills it.
    if (this.#queue.length >= MAX_QUEUE) this.#queue = [];
    this.#queue.push(event);
    if (this.#running) return;
    this.#running = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    try {
      while (this.#queue.length > 0) await this.#step();
    } catch (error) {
      this.#deps.failed(error);
      this.#queue = [];
    } finally {
      this.#running = false;
    }
  }

  async #step(): Promise<void> {
    for (const run of runsOf(this.#queue.splice(0, BATCH))) {
      const last = this.#lastSeq;
      if (last !== undefined && run[0]!.seq > last + 1) await this.#fill(last, run[0]!.seq);
      await this.#broadcast(run.filter(({ seq }) => seq > (this.#lastSeq ?? -1)));
    }
  }

  /** Sends what lies between two sequence numbers from history, or says that it is lost. */
  async #fill(afterSeq: number, untilSeq: number): Promise<void> {
    for (let seq = afterSeq; seq < untilSeq - 1;) {
      const page = await this.#deps.history(this.#tenantId, seq, HISTORY_PAGE);
      if (page === 'gap') {
        for (const client of this.clients) client.tellGap(seq);
        return;
      }
      const missing = page.filter((event) => event.seq < untilSeq);
      if (missing.length === 0) return;
      await this.#broadcast(missing);
      seq = missing.at(-1)!.seq;
    }
  }

  async #broadcast(events: readonly Event[]): Promise<void> {
    if (events.length === 0) return;
    this.#lastSeq = events.at(-1)!.seq;
    const frames = new Map<string, Buffer>();
    let written = 0;
    for (const client of this.clients) {
      client.deliver(events, frames);
      if (++written % SLICE === 0) await nextTurn();
    }
  }
}

/** Sorted, each event once, split where the sequence has a hole. */
function runsOf(events: readonly Event[]): Event[][] {
  const runs: Event[][] = [];
  let previous: Event | undefined;
  for (const event of events.toSorted((a, b) => a.seq - b.seq)) {
    if (event.seq === previous?.seq) continue;
    if (previous && event.seq === previous.seq + 1) runs.at(-1)!.push(event);
    else runs.push([event]);
    previous = event;
  }
  return runs;
}
