import type { AccessPort } from '../access/port.ts';
import type { Uuid } from '../base/id.ts';
import type { Secret } from '../base/secret.ts';
import type { Clock } from '../base/time.ts';
import type { Log } from '../infra/log/log.ts';
import type { Module } from '../infra/module.ts';
import type { Outbox } from '../infra/outbox/port.ts';
import type { Db } from '../infra/postgres/db.ts';
import { checksApart } from './apart/checks-apart.ts';
import { builtInChecks } from './check/built-in.ts';
import type { CheckProvider, Probe } from './check/check.ts';
import { createKinds } from './check/kinds.ts';
import type { CheckSettings } from './check/settings.ts';
import type { ReadinessDeps, Release } from './deps.ts';
import { createGround } from './ground.ts';
import { createLedgers, type Ledgers } from './ledger.ts';
import { createLibrary, type Supplied } from './library.ts';
import { routesOf } from './routes.ts';
import { CHECKS_AT_ONCE, createRunner } from './runner.ts';
import { DEFAULT_POLICY, type GatePolicy } from './record/fold.ts';
import type { RunLimits } from './run/settings.ts';
import { housePeople, type HousePeople } from './signing.ts';
import type { RollbackPolicy } from './watch/call-rollback.ts';
import { EMPTY_LOG, readOn, type WatchLog } from './watch/watch-log.ts';
import { createWatcher } from './watcher.ts';

/** How soon a run that was asked for begins. */
const RUN_EVERY_MS = 1_000;
const SCHEDULE_EVERY_MS = 20_000;
/** Nothing is due more often than every minute. */
const WATCH_EVERY_MS = 15_000;

/** What the module is built from. `masterKey` seals the key that signs (32 bytes). */
export type CreateReadiness = {
  db: Db;
  clock: Clock;
  log: Log;
  access: AccessPort;
  outbox: Outbox;
  masterKey: Secret<Uint8Array>;
  /** Checklists that come with the product, the one that is shown first at the head. */
  supplied: readonly Supplied[];
  /** Kinds of checks that other modules bring along, beside those that are built in. */
  providers?: readonly CheckProvider[];
  /** What checks may ask, read and run, once the process can be reached at `address`. */
  settingsAt(address: string): CheckSettings;
  /** Settings that checks may be allowed to read. */
  environment: Readonly<Record<string, string | undefined>>;
  /** When the rollback script of the settings may be called after a release; never unless told. */
  rollback?(probe: Probe): RollbackPolicy;
  /** Who may approve and for how long waivers last, and the limits of runs; the usual ones unless told. */
  policy?: GatePolicy;
  limits?: RunLimits;
  /** What runs here now; asked whenever a checklist is judged. */
  release(): Promise<Release>;
  /** Before so long has passed since the start, in ms, nothing is run by schedule; a minute unless told. */
  calmMs?: number;
};

/** The module, and how it is told where the process can be reached: before that, no check is run. */
export type Readiness = Module<undefined> & { reachedAt(address: string): void };

/** Production checklists that are checked against what runs, signed by people, and decided. */
export function createReadiness(given: CreateReadiness): Readiness {
  const { db, clock, log, access, outbox, masterKey, supplied, providers = [], policy = DEFAULT_POLICY } = given;
  const limits = { concurrency: CHECKS_AT_ONCE, ...given.limits };
  const { release } = given;
  const ground = createGround(given);
  const apart = checksApart(builtInChecks(), { ground: ground.now, processes: limits.concurrency });
  const kinds = createKinds([apart.provider, ...providers]);
  const people = peopleOf((tenantId) => housePeople({ db, clock, masterKey }, tenantId));
  const ledgers = createLedgers({ db, clock, access, release, people, policy, limits });
  const deps: ReadinessDeps = {
    db,
    clock,
    log,
    access,
    outbox,
    kinds,
    people,
    policy,
    limits,
    release,
    targets: ground.targets,
    library: createLibrary({ db, clock, access, supplied }),
    ledgers,
    watches: watchesOf(ledgers),
    async rollback() {
      const probe = await ground.probe(new AbortController().signal);
      return probe && given.rollback ? given.rollback(probe) : { mode: 'off' };
    },
  };
  const calm = given.calmMs === undefined ? {} : { calmMs: given.calmMs };
  const work = { ...deps, probe: ground.probe, warm: apart.warm, ...calm };
  const runner = createRunner(work);
  const watch = createWatcher(work);
  return {
    name: 'readiness',
    port: undefined,
    routes: routesOf(deps),
    jobs: [
      { name: 'readiness.run', everyMs: RUN_EVERY_MS, run: (signal) => runner.runOpen(signal) },
      { name: 'readiness.schedule', everyMs: SCHEDULE_EVERY_MS, run: (signal) => runner.queueDue(signal) },
      { name: 'readiness.watch', everyMs: WATCH_EVERY_MS, run: watch },
    ],
    consumers: [],
    checks: [],
    reachedAt: ground.reachedAt,
    close: apart.close,
  };
}

/** One for each tenant, so that keys are read once. */
function peopleOf(make: (tenantId: Uuid) => HousePeople): (tenantId: Uuid) => HousePeople {
  const known = new Map<Uuid, HousePeople>();
  return (tenantId) => {
    if (!known.has(tenantId)) known.set(tenantId, make(tenantId));
    return known.get(tenantId)!;
  };
}

/** Each reading of a log goes on where the last one ended; one after the other. */
function watchesOf({ storeOf }: Ledgers): ReadinessDeps['watches'] {
  const known = new Map<string, Promise<WatchLog>>();
  return (tenantId, checklist) => {
    const key = `${tenantId} ${checklist}`;
    const next = (known.get(key) ?? Promise.resolve(EMPTY_LOG)).then((log) => readOn(storeOf(tenantId), checklist, log));
    known.set(key, next);
    next.catch(() => known.delete(key));
    return next;
  };
}
