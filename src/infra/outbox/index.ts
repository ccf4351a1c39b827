import type { Log } from '../log/log.ts';
import { systemClock, type Clock, type Millis } from '../../base/time.ts';
import { latch } from '../bus/latch.ts';
import type { Bus } from '../bus/port.ts';
import type { Direct } from '../lease/port.ts';
import type { Check, Job } from '../module.ts';
import type { Db } from '../postgres/db.ts';
import { toRows } from './append.ts';
import type { History, Outbox } from './port.ts';
import { pump, relay } from './relay.ts';
import { APPENDED, eventLog, insertSegments, outboxBacklog, placeEvents, PUBLISHED, readHistory, trimEvents } from './store.ts';

const DAY_MS = 86_400_000;

/** At most one notification in so long from one process; the relay looks by itself for longer than that after each. */
const NOTIFY_EVERY_MS = 100;
/** Segments. */
const TRIM_LIMIT = 1_000;
/** Events that wait longer mean that the relay is stuck. */
const LATE_MS = 60_000;

/** The outbox: needs the database only, so that commands and tests can write events without a relay. */
export function createOutbox({ clock = systemClock }: { clock?: Clock } = {}): Outbox {
  let notifiedAt: Millis = 0;
  return {
    async append(tx, events) {
      if (events.length === 0) return;
      const wake = clock.now() - notifiedAt >= NOTIFY_EVERY_MS;
      if (wake) notifiedAt = clock.now();
      await insertSegments(tx, toRows(events), wake);
    },
  };
}

/** Published events of one tenant, see `History`. */
export function createHistory(db: Db): History {
  return {
    async history(scope, afterSeq, limit) {
      const { head, trimmed, events } = await readHistory(db, scope, afterSeq, limit);
      if (afterSeq < trimmed || afterSeq > head) return 'gap';
      // Events and head are of one snapshot.
      return { events, reached: events.length < limit ? head : (events.at(-1)?.seq ?? afterSeq) };
    },
    async lastSeq(tenantId) {
      return (await readHistory(db, { tenantId }, Number.MAX_SAFE_INTEGER, 0)).head;
    },
  };
}

export type RelayDeps = {
  db: Db;
  direct: Direct;
  bus: Bus;
  log: Pick<Log, 'warn'>;
  clock?: Clock;
  /** Whether the bus is shared by all processes (NATS): then one process feeds it, else each feeds its own. */
  sharedBus: boolean;
  /** How long published events are kept, in days. */
  keepDays?: number;
};

export type Relay = {
  jobs: readonly Job[];
  checks: readonly Check[];
  /** Events that wait to be published, and how long the oldest has waited: for metrics. */
  backlog(): Promise<{ events: number; oldestMs: number }>;
  close(): Promise<void>;
};

/** Starts publishing: gives events their places in the one process that holds the lease, and feeds the bus. */
export function startRelay({ db, direct, bus, log, sharedBus, clock = systemClock, keepDays = 30 }: RelayDeps): Relay {
  const appended = latch();
  const published = latch();
  direct.listen(APPENDED, appended.wake);
  direct.listen(PUBLISHED, published.wake);
  const lead = direct.lead('relay', (signal) =>
    relay({ place: (limit) => placeEvents(db, limit), placed: published.wake, log }, appended, signal),
  );
  const feed = (signal: AbortSignal) => pump({ events: eventLog(db), bus, log }, published, signal);
  const own = new AbortController();
  const feeding = sharedBus ? direct.lead('bus', feed) : undefined;
  const ownFeed = sharedBus ? Promise.resolve() : feed(own.signal);

  return {
    jobs: [{ name: 'infra.trim_events', everyMs: 60_000, run: (signal) => trim(db, clock.now() - keepDays * DAY_MS, signal) }],
    checks: [{ name: 'outbox', run: async () => backlogCheck(await outboxBacklog(db)) }],
    backlog: () => outboxBacklog(db),
    async close() {
      own.abort();
      await Promise.all([lead.end(), feeding?.end(), ownFeed]);
    },
  };
}

async function trim(db: Db, cutoffMs: Millis, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await trimEvents(db, cutoffMs, TRIM_LIMIT)) === TRIM_LIMIT);
}

function backlogCheck({ events, oldestMs }: { events: number; oldestMs: number }): { ok: boolean; detail: string } {
  return { ok: oldestMs < LATE_MS, detail: `${events} events wait to be published, the oldest for ${oldestMs} ms` };
}
