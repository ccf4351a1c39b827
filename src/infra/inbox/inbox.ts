import type { Event } from '../../base/event.ts';
import type { Consumer, Job } from '../module.ts';
import type { Db, Tx } from '../postgres/db.ts';
import { deleteTaken, insertTaken } from './store.ts';

/** Makes consumers idempotent: whether an event was taken is written with what the consumer did about it. */
export type Inbox = {
  /** True exactly once for each consumer and event, in the consumer's own transaction; a rollback makes it true again. */
  once(tx: Tx, consumerName: string, event: Pick<Event, 'id' | 'tenantId'>): Promise<boolean>;
};

export const inbox: Inbox = { once: insertTaken };

export type OnceConsumer = {
  name: string;
  types: readonly string[];
  from?: 'start' | 'now';
  /** Runs in a transaction of the event's tenant that also marks the event as taken. */
  handle(tx: Tx, event: Event): Promise<void>;
};

/** A consumer whose work on an event commits exactly once, however often the event is delivered. */
export function onceConsumer(db: Db, { handle, ...consumer }: OnceConsumer): Consumer {
  return {
    ...consumer,
    handle: (event) =>
      db.write({ tenantId: event.tenantId }, async (tx) => {
        if (await inbox.once(tx, consumer.name, event)) await handle(tx, event);
      }),
  };
}

const KEEP_MS = 45 * 86_400_000;
const TRIM_LIMIT = 10_000;

/** Forgets what was taken 45 days ago: longer than events are kept, so none of them can be delivered again. */
export function inboxJobs(db: Db): readonly Job[] {
  const run = async (signal: AbortSignal) => {
    while (!signal.aborted && (await deleteTaken(db, KEEP_MS, TRIM_LIMIT)) === TRIM_LIMIT);
  };
  return [{ name: 'infra.trim_inbox', cron: '23 * * * *', run }];
}
