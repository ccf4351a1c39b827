import type { Event } from '../base/event.ts';
import type { Clock } from '../base/time.ts';
import type { Route } from './http/route.ts';
import type { Db } from './postgres/db.ts';

/**
 * Background work. Runs in one process at a time, by pg-boss; `everyMs` below a minute uses the runner's own timer. Work that
 * keeps a processor busy and needs nothing but the database is `apart`: where there is a thread for it, it is done there
 * (the same work under the job's name) and takes no time from callers.
 */
export type Job = { name: string; everyMs?: number; cron?: string; run(signal: AbortSignal): Promise<void>; apart?: boolean };

/** Work in a thread of its own, with what it has there. */
export type ApartWork = (ground: { db: Db; clock: Clock }, signal: AbortSignal) => Promise<void>;

/**
 * Reacts to events, at least once, in order per tenant; the inbox makes it idempotent by (name, event id). A name that is
 * new to the installation starts with the oldest event still kept, or with the next one when `from` is `now`.
 */
export type Consumer = { name: string; types: readonly string[]; from?: 'start' | 'now'; handle(event: Event): Promise<void> };

/**
 * A dependency or an invariant that health and readiness may ask about. An `advisory` one is for people to look at: traffic
 * need not be kept away while it fails.
 */
export type Check = { name: string; advisory?: boolean; run(): Promise<Finding> };

/**
 * What a check found; `detail` is for people and holds nothing secret. `unseen` says that nothing is wrong and that nothing of what
 * the check is about has been there to look at: no reason to keep traffic away, and no evidence that all is well.
 */
export type Finding = { ok: boolean; detail: string; unseen?: true };

/** What every module's `create<Module>(deps)` answers with. `port` is what other modules may use. */
export type Module<Port = unknown> = {
  name: string;
  port: Port;
  routes: readonly Route[];
  jobs: readonly Job[];
  consumers: readonly Consumer[];
  checks: readonly Check[];
  close(): Promise<void>;
};
