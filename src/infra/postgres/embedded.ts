import { existsSync, lstatSync, mkdirSync, mkdtempSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { AppError } from '../../base/error.ts';
import { Secret } from '../../base/secret.ts';
import { isLocked, takeLock, type FileLock } from '../file-lock.ts';
import { findBinaries, type Binaries } from './binaries.ts';
import { initCluster, keepPasswords, newPasswords, readPasswords, resetPasswords, writeSettings, type Passwords } from './cluster.ts';
import { connectionConfig } from './connection.ts';
import { giveTo, place, type Placement } from './placement.ts';
import { clearOrphan, pidIn, startPostmaster, stopPid, type Postmaster } from './postmaster.ts';

/** The built-in server, running. */
export type EmbeddedPostgres = {
  /** URL of the application's login role `rialto_app`; `database` is `rialto` unless told. */
  appUrl(database?: string): Secret;
  /** URL of the superuser `postgres`, for migrations, leases, LISTEN and jobs. */
  adminUrl(database?: string): Secret;
  /** Folder with the cluster, its log and its socket. */
  home: string;
  version: string;
  /** Pid of the server at this moment; undefined while it is being restarted. */
  pid(): number | undefined;
  /** Stops the server cleanly. Idempotent. */
  stop(): Promise<void>;
};

export type EmbeddedOptions = {
  /** The data folder, opened by `openDataFolder`. */
  dataFolder: string;
  /** False only in tests: no fsync. */
  durable?: boolean;
  /** Also listen on this port of 127.0.0.1. */
  loopbackPort?: number;
  /** Hears of slow steps and of incidents, as sentences for a person. */
  report?: (text: string) => void;
  /** Ends the start, be it in the middle of a recovery; whoever has been given the server stops it by `stop()`. */
  stop?: AbortSignal;
};

type Setup = {
  placement: Placement;
  binaries: Binaries;
  passwords: Passwords;
  socketFolder: string;
  port: number;
  report: (text: string) => void;
  /** Ends a launch. */
  stop: AbortSignal;
};

const LOCK_PATIENCE_MS = 5_000;
const SLOWEST_RESTART_MS = 10_000;

/**
 * Starts PostgreSQL on a private folder and unix socket and keeps it running: a server that dies is started again, and
 * one that a killed process left behind is stopped first. It ends with this process, however that ends.
 * Errors: `database.in_use` when another process runs this cluster, `database.embedded_missing`,
 * `database.setup_failed`, `database.start_failed` with the end of the server's log, the reason of `stop`.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { dataFolder, durable = true, loopbackPort, report = () => {}, stop = new AbortController().signal } = options;
  const placement = place(dataFolder);
  const lock = holdHome(placement.home);
  try {
    const binaries = findBinaries(placement, report);
    const cluster = join(placement.home, 'cluster');
    const socketFolder = makeSocketFolder(placement);
    await clearOrphan(cluster, socketFolder, report);
    stop.throwIfAborted();
    const passwords = await prepareCluster({ placement, binaries, durable, report, file: join(dataFolder, 'postgres.passwords') });
    writeSettings(placement, { durable, loopbackPort, socketFolder });
    const setup = { placement, binaries, passwords, socketFolder, port: loopbackPort ?? 5432, report, stop };
    const server = await launch(setup);
    try {
      await prepareDatabase(setup);
      stop.throwIfAborted();
    } catch (error) {
      await stopPid(server.pid);
      throw error;
    }
    return supervise(setup, server, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The cluster has a lock of its own, because copies of a data folder may point to one cluster. */
function holdHome(home: string): FileLock {
  const lock = takeLock(join(home, 'lock'));
  if (isLocked(lock)) return lock;
  throw new AppError('conflict', 'database.in_use', `The database in ${home} is in use by process ${lock.pid ?? 'unknown'}.`);
}

type Preparation = { placement: Placement; binaries: Binaries; durable: boolean; report: (text: string) => void; file: string };

async function prepareCluster({ placement, binaries, durable, report, file }: Preparation): Promise<Passwords> {
  const kept = readPasswords(file);
  if (!existsSync(join(placement.home, 'cluster'))) {
    report(`Creating the database (PostgreSQL ${binaries.version})`);
    const passwords = kept ?? newPasswords();
    keepPasswords(file, passwords);
    await initCluster(binaries, placement, passwords, durable);
    return passwords;
  }
  if (kept) return kept;
  report('The file with the database passwords is missing; setting new ones');
  writeSettings(placement, { durable, loopbackPort: undefined, socketFolder: '' });
  const passwords = newPasswords();
  await resetPasswords(binaries, placement, passwords);
  keepPasswords(file, passwords);
  return passwords;
}

/** A socket's path may have 107 bytes; deep data folders get a short one in /tmp, which only PostgreSQL's user can enter. */
function makeSocketFolder({ home, runAs }: Placement): string {
  const inside = join(home, 'socket');
  const short = Buffer.byteLength(`${inside}/.s.PGSQL.65535`) <= 103;
  const folder = short ? inside : join('/tmp', `rialto-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`);
  mkdirSync(folder, { recursive: true });
  const found = lstatSync(folder);
  const owners = [process.getuid?.() ?? 0, runAs?.uid];
  const own = found.isDirectory() && owners.includes(found.uid) ? folder : mkdtempSync('/tmp/rialto-');
  giveTo(runAs, own, 0o700);
  return own;
}

async function launch(setup: Setup): Promise<Postmaster> {
  const { placement, binaries, passwords, socketFolder, port, report, stop } = setup;
  const url = urlOf({ socketFolder, port }, 'postgres', passwords.admin, 'postgres');
  for (const end = Date.now() + LOCK_PATIENCE_MS; ; await delay(50)) {
    stop.throwIfAborted();
    const server = startPostmaster(binaries, placement);
    if (await isReady(server, url, setup)) return server;
    const said = server.said();
    const stale = /lock file "|pre-existing shared memory block/.test(said);
    if (stale && Date.now() < end) {
      await clearOrphan(join(placement.home, 'cluster'), socketFolder, report);
      continue;
    }
    throw new AppError(
      'unavailable',
      'database.start_failed',
      `PostgreSQL did not start. It said: ${said.trim().slice(-2000) || 'nothing'}`,
    );
  }
}

/** Waits until the server answers; false when it ended first. A recovery after a crash takes as long as it takes, unless we are stopped. */
async function isReady(server: Postmaster, url: Secret, { report, stop }: Pick<Setup, 'report' | 'stop'>): Promise<boolean> {
  let nextReport = Date.now() + 5_000;
  for (let pause = 10; !server.isGone(); pause = Math.min(1.5 * pause, 250)) {
    const client = new Client({ ...connectionConfig(url), connectionTimeoutMillis: 5_000 });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return true;
    } catch (error) {
      const { code } = error as { code?: string };
      if (code?.startsWith('28')) {
        await stopPid(server.pid);
        throw new AppError('unavailable', 'database.start_failed', 'PostgreSQL refuses the password in postgres.passwords.', error);
      }
    }
    if (stop.aborted) {
      await stopPid(server.pid);
      throw stop.reason;
    }
    if (Date.now() > nextReport) {
      report('PostgreSQL is still starting; after a crash it first repeats what its log has');
      nextReport = Date.now() + 5_000;
    }
    await delay(pause);
  }
  return false;
}

/** The application's role and database. Role and password are set at every start, since the password file may be new. */
async function prepareDatabase({ passwords, socketFolder, port }: Setup): Promise<void> {
  const client = new Client(connectionConfig(urlOf({ socketFolder, port }, 'postgres', passwords.admin, 'postgres')));
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query<{ role: boolean; database: boolean }>(
      `select exists (select from pg_roles where rolname = 'rialto_app') as role,
              exists (select from pg_database where datname = 'rialto') as database`,
    );
    const password = client.escapeLiteral(passwords.app.reveal());
    if (!rows[0]?.role) await client.query(`create role rialto_app login noinherit password ${password}`);
    if (!rows[0]?.database) await client.query('create database rialto');
  } finally {
    await client.end();
  }
}

function supervise(setup: Setup, first: Postmaster, lock: FileLock): EmbeddedPostgres {
  const { placement, binaries, passwords, report } = setup;
  const stopping = new AbortController();
  let server: Postmaster | undefined = first;
  const watch = async (): Promise<void> => {
    while (server !== undefined) {
      await server.exited;
      server = undefined;
      if (!stopping.signal.aborted) server = await relaunch(setup, stopping.signal);
    }
  };
  const watched = watch();
  const stop = async (): Promise<void> => {
    stopping.abort();
    server?.ref();
    const pid = pidIn(join(placement.home, 'cluster'));
    if (server && pid !== undefined) await stopPid(pid);
    await watched;
    lock.release();
  };
  let stopped: Promise<void> | undefined;
  report(`PostgreSQL ${binaries.version} is running in ${placement.home}`);
  return {
    appUrl: (database = 'rialto') => urlOf(setup, 'rialto_app', passwords.app, database),
    adminUrl: (database = 'rialto') => urlOf(setup, 'postgres', passwords.admin, database),
    home: placement.home,
    version: binaries.version,
    pid: () => (server ? pidIn(join(placement.home, 'cluster')) : undefined),
    stop: () => (stopped ??= stop()),
  };
}

/** Tries until the server runs or we are stopping: a full disk, for one, may be emptied at any time. */
async function relaunch(setup: Setup, stopping: AbortSignal): Promise<Postmaster | undefined> {
  setup.report('PostgreSQL has ended unexpectedly; starting it again');
  for (let pause = 100; !stopping.aborted; pause = Math.min(2 * pause, SLOWEST_RESTART_MS)) {
    try {
      await clearOrphan(join(setup.placement.home, 'cluster'), setup.socketFolder, setup.report);
      const server = await launch({ ...setup, stop: stopping });
      setup.report('PostgreSQL is running again');
      if (!stopping.aborted) return server;
      await stopPid(server.pid);
    } catch (error) {
      if (stopping.aborted) return undefined;
      setup.report(`${error instanceof Error ? error.message : String(error)} Trying again`);
      await delay(pause, undefined, { signal: stopping }).catch(() => {});
    }
  }
  return undefined;
}

export function urlOf(
  { socketFolder, port }: Pick<Setup, 'socketFolder' | 'port'>,
  user: string,
  password: Secret,
  database: string,
): Secret {
  return new Secret(
    `postgresql://${user}:${password.reveal()}@localhost/${database}?host=${encodeURIComponent(socketFolder)}&port=${port}`,
  );
}
