import { dirname, join } from 'node:path';
import { createAccess, type Access } from '../access/index.ts';
import { readMasterKey } from '../access/master-key.ts';
import { systemClock } from '../base/time.ts';
import { createBus } from '../infra/bus/index.ts';
import type { Bus } from '../infra/bus/port.ts';
import { busStore } from '../infra/bus/store.ts';
import { headsIn } from '../infra/heads/folder.ts';
import { inboxJobs } from '../infra/inbox/inbox.ts';
import { jobsHealth } from '../infra/jobs/check.ts';
import { createJobs } from '../infra/jobs/index.ts';
import type { RunOutcome } from '../infra/jobs/port.ts';
import { createKv } from '../infra/kv/index.ts';
import type { Kv } from '../infra/kv/port.ts';
import { createDirect } from '../infra/lease/direct.ts';
import type { Direct } from '../infra/lease/port.ts';
import type { Log } from '../infra/log/log.ts';
import { SECONDS_BUCKETS, type MetricsRegistry } from '../infra/metrics/metrics.ts';
import type { Check, Module } from '../infra/module.ts';
import { createHistory, createOutbox, startRelay, type Relay } from '../infra/outbox/index.ts';
import type { History } from '../infra/outbox/port.ts';
import { eventLog } from '../infra/outbox/store.ts';
import type { Pool } from '../infra/postgres/pool.ts';
import { createLedger } from '../ledger/index.ts';
import type { LedgerPort } from '../ledger/port.ts';
import { createClockWatch } from '../ledger/writer/clock-watch.ts';
import { houseChecks } from '../readiness/check/kinds/health.ts';
import { createReadiness, type Readiness } from '../readiness/index.ts';
import { calendarsWith } from '../settlement/calendar/built-in.ts';
import type { Calendars } from '../settlement/calendar/holidays.ts';
import { readCalendarFolder } from '../settlement/calendar/own.ts';
import { createSettlement, type Settlement } from '../settlement/index.ts';
import { openSchemas } from '../settlement/iso20022/schema/schemas.ts';
import type { BackgroundData } from './background.ts';
import { createClosers, type Closers } from './closers.ts';
import type { Config } from './config.ts';
import type { Addresses } from './database.ts';
import { houseReadiness, suppliedChecklists } from './readiness.ts';

/** What the house stands on; made by whoever starts it. */
export type Ground = { config: Config; keyFile: string; addresses: Addresses; db: Pool; log: Log; metrics: MetricsRegistry };

/** Every part of a running house, and how to let it stop. */
export type House = {
  access: Access;
  ledger: Module<LedgerPort>;
  settlement: Settlement;
  readiness: Readiness;
  modules: readonly Module[];
  checks: readonly Check[];
  bus: Bus;
  kv: Kv;
  history: History;
  /** Starts consumers and jobs; apart from the rest, since tools want the house without its background work. */
  begin(): Promise<void>;
  /** Background work first, then the modules from the top down. Idempotent. */
  close(): Promise<void>;
};

/** The one composition root: each module gets the ports of those below it. */
export async function compose(ground: Ground): Promise<House> {
  const closers = createClosers();
  try {
    return await build(ground, closers);
  } catch (error) {
    // What is open already would keep the process alive for ever.
    await closers.close().catch(() => undefined);
    throw error;
  }
}

/** Modules that an installation can do without. */
const OPTIONAL = ['settlement', 'readiness'] as const;

async function build(ground: Ground, closers: Closers): Promise<House> {
  const { config, db, log, metrics, addresses } = ground;
  const calendars = config.calendarFolder === undefined ? undefined : await ownCalendars(config.calendarFolder, log);
  const outbox = createOutbox();
  const shared = await createShared(ground, closers);
  const masterKey = await readMasterKey(ground.keyFile);
  const dataFolder = dirname(ground.keyFile);
  const heads = await headsIn(dataFolder, masterKey);
  const access = createAccess({
    db,
    outbox,
    masterKey,
    heads,
    issuer: config.publicUrl ?? 'http://rialto.local',
    modules: ['ledger', ...OPTIONAL.filter((name) => config.modules.includes(name))],
    log: log.child({ module: 'access' }),
  });
  const ledger = createLedger({
    db,
    outbox,
    access: access.port,
    clock: systemClock,
    clockWatch: createClockWatch(systemClock),
    heads,
    log: log.child({ module: 'ledger' }),
    metrics,
  });
  const settlement = createSettlement({
    db,
    outbox,
    clock: systemClock,
    access: access.port,
    ledger: ledger.port,
    log: log.child({ module: 'settlement' }),
    windowSeconds: config.windowSeconds,
    filesFolder: join(dataFolder, 'files'),
    screening: { lists: config.lists, settledDays: config.rescreenDays },
    notification: {
      masterKey,
      webhookHosts: config.webhookHosts,
      mail: config.smtpUrl && { url: config.smtpUrl, from: config.mailFrom },
      baseUrl: config.publicUrl,
    },
    calendars,
    networkBics: config.networkBics,
    rail: { folder: config.railFolder ?? join(config.dataFolder, 'rails'), allowedHosts: config.railHosts },
    ...(config.schemaFolder !== undefined && { schemas: await openSchemas(config.schemaFolder) }),
    metrics,
  });
  const below: Module[] = [access, ledger, ...(config.modules.includes('settlement') ? [settlement] : [])];
  const background = jobsHealth(shared.direct);
  const checks = [
    databaseCheck(db),
    ...shared.relay.checks,
    ...carrierChecks(shared),
    background.check,
    ...below.flatMap((module) => module.checks),
  ];
  const readiness = createReadiness({
    db,
    clock: systemClock,
    log: log.child({ module: 'readiness' }),
    access: access.port,
    outbox,
    masterKey,
    supplied: await suppliedChecklists(),
    providers: [houseChecks(checks)],
    ...(await houseReadiness(config, addresses, masterKey)),
    environment: process.env,
  });
  const modules: Module[] = [...below, ...(config.modules.includes('readiness') ? [readiness] : [])];
  for (const module of modules) closers.add(() => module.close());
  return {
    access,
    ledger,
    settlement,
    readiness,
    modules,
    ...shared,
    checks,
    async begin() {
      for (const consumer of modules.flatMap((module) => module.consumers)) await shared.bus.subscribe(consumer);
      const jobs = await createJobs({
        adminUrl: addresses.adminUrl,
        thread: {
          file: new URL('background.ts', import.meta.url),
          url: addresses.appUrl,
          data: { dataFolder, keyFile: ground.keyFile } satisfies BackgroundData,
        },
        direct: shared.direct,
        log: log.child({ module: 'jobs' }),
        jobs: [...shared.relay.jobs, ...inboxJobs(db), ...modules.flatMap((module) => module.jobs)],
        onRun: told(jobMetrics(metrics), background.onRun),
      });
      closers.add(() => jobs.close());
    },
    close: () => closers.close(),
  };
}

/** The built-in holiday calendars with those of a folder; says which those are, since all cut-offs go by them. */
async function ownCalendars(folder: string, log: Log): Promise<Calendars> {
  const own = await readCalendarFolder(folder);
  log.info('Holiday calendars were read', { folder, currencies: own.map(({ currency }) => currency) });
  return calendarsWith(own);
}

type Shared = { direct: Direct; bus: Bus; kv: Kv; history: History; relay: Relay };

/** What the modules share beside the database: leases, bus, relay and short-lived values. */
async function createShared({ config, db, log, metrics, addresses }: Ground, closers: Closers): Promise<Shared> {
  const infraLog = log.child({ module: 'infra' });
  const fallbacks = metrics.counter({ name: 'rialto_kv_fallbacks_total', help: 'Calls answered by this process because Redis did not' });
  const kv = await createKv({ redisUrl: config.redisUrl?.reveal(), log: infraLog, onFallback: () => fallbacks.inc() });
  closers.add(() => kv.close());
  const direct = await createDirect({ url: addresses.adminUrl, log: infraLog });
  closers.add(() => direct.close());
  const bus = await createBus({ natsUrl: config.natsUrl?.reveal(), events: eventLog(db), store: busStore(db), direct, log: infraLog });
  closers.add(() => bus.close());
  const relay = startRelay({ db, direct, bus, log: infraLog, sharedBus: config.natsUrl !== undefined });
  closers.add(() => relay.close());
  showCarriers({ db, bus, metrics });
  metrics.gauge({
    name: 'rialto_outbox_events',
    help: 'Events that wait to be published',
    read: async () => (await relay.backlog()).events,
  });
  return { direct, bus, kv, relay, history: createHistory(db) };
}

/** What Prometheus sees of the connections to the database and of consumers that fall behind. */
function showCarriers({ db, bus, metrics }: Pick<Ground, 'db' | 'metrics'> & { bus: Bus }): void {
  const connections = (name: string, help: string, which: keyof ReturnType<Pool['numbers']>) =>
    metrics.gauge({ name: `rialto_database_connections${name}`, help, read: () => db.numbers()[which] });
  connections('', 'Open connections to the database', 'total');
  connections('_idle', 'Connections that nobody uses', 'idle');
  connections('_waiting', 'Callers that wait for a connection', 'waiting');
  metrics.gauge({
    name: 'rialto_bus_lag_events',
    help: 'Events that the slowest consumer of this process has still to look at',
    read: async () => Math.max(0, ...(await bus.backlog()).values()),
  });
}

function databaseCheck(db: Pool): Check {
  return {
    name: 'database',
    async run() {
      await db.ping();
      const { total, idle, waiting } = db.numbers();
      return { ok: true, detail: `${total} connections, ${idle} idle, ${waiting} waiting` };
    },
  };
}

/**
 * Without the bus nothing goes on behind what was acknowledged: no webhook, no live event, no consumer. So the process is not
 * ready, though it would take payments. Without the shared values limits are counted per process; that keeps nobody away.
 */
function carrierChecks({ bus, kv }: Pick<Shared, 'bus' | 'kv'>): Check[] {
  return [
    { name: 'bus', run: () => bus.check() },
    { name: 'kv', advisory: true, run: () => kv.check() },
  ];
}

function told(...hearers: readonly ((outcome: RunOutcome) => void)[]): (outcome: RunOutcome) => void {
  return (outcome) => hearers.forEach((hear) => hear(outcome));
}

function jobMetrics(metrics: MetricsRegistry): (outcome: RunOutcome) => void {
  const runs = metrics.counter({ name: 'rialto_job_runs_total', help: 'Runs of background jobs', labels: ['job', 'outcome'] });
  const seconds = metrics.histogram({ name: 'rialto_job_seconds', help: 'How long runs took', labels: ['job'], buckets: SECONDS_BUCKETS });
  return ({ job, ok, durationMs }) => {
    runs.inc({ job, outcome: ok ? 'ok' : 'failed' });
    seconds.observe(durationMs / 1_000, { job });
  };
}
