import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readdirSync,
  readSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Binaries } from './binaries.ts';
import { BARE_ENV } from './cluster.ts';
import type { Placement } from './placement.ts';

/** A running server process: `exited` resolves when it is gone; `said` is what it logged since it was started. */
export type Postmaster = { pid: number; exited: Promise<void>; isGone(): boolean; said(): string; ref(): void };

const LOG_LIMIT = 16 << 20;
const POLL_MS = 10;

/**
 * Starts the server so that it stops when this process dies, however it dies: the kernel tells it through setpriv's
 * `--pdeathsig`, elsewhere a shell waits on a pipe that we hold. It gets a session of its own, so that a Ctrl-C on the
 * terminal reaches us alone and we stop it last.
 */
export function startPostmaster(binaries: Binaries, { home, runAs }: Placement): Postmaster {
  const log = join(home, 'postgres.log');
  if (sizeOf(log) > LOG_LIMIT) truncateSync(log);
  const output = openSync(log, 'a', 0o600);
  const from = fstatSync(output).size;
  const command = [binaries.postgres, '-D', join(home, 'cluster')];
  const options = { cwd: home, env: BARE_ENV, detached: true } as const;
  const drop = runAs ? ['--reuid', String(runAs.uid), '--regid', String(runAs.gid), '--clear-groups'] : [];
  const child = hasSetpriv()
    ? spawn('setpriv', [...drop, '--pdeathsig', 'INT', ...command], { ...options, stdio: ['ignore', output, output] })
    : spawn('/bin/sh', ['-c', WATCHDOG, 'sh', ...command], { ...options, ...runAs, stdio: ['pipe', output, output] });
  closeSync(output);
  child.stdin?.on('error', () => {});
  child.unref();
  return watched(child, () => textFrom(log, from));
}

/** Interrupts the server when the pipe on standard input closes; ends, with its watcher, when the server ends. */
const WATCHDOG =
  'exec 3<&0 </dev/null; "$@" 3<&- & p=$!; (read -r _ <&3; kill -INT $p) & w=$!; exec 3<&-; trap "kill -INT $p" TERM INT; wait $p; wait $p; kill $w';

function watched(child: ChildProcess, said: () => string): Postmaster {
  let gone = false;
  const exited = new Promise<void>((resolve) => {
    const end = (): void => {
      gone = true;
      resolve();
    };
    child.once('error', end).once('exit', end);
  });
  return { pid: child.pid ?? 0, exited, isGone: () => gone, said, ref: () => child.ref() };
}

let setpriv: boolean | undefined;

function hasSetpriv(): boolean {
  setpriv ??= spawnSync('setpriv', ['--pdeathsig', 'INT', 'true'], { stdio: 'ignore', env: BARE_ENV }).status === 0;
  return setpriv;
}

/**
 * Makes way for a new server: stops the one a killed process left behind, and takes away lock files, the cluster's and the
 * socket's, whose pid belongs to something else by now, or to a zombie that nobody reaps (the first process of a container
 * often does not): to the server they would look like a running server. Sessions that outlived their server are killed: they
 * end by themselves unless they hang, but one that waits for another's latch hangs for ever, and no server starts beside it.
 * Whoever calls holds the lock on the cluster's folder, so no living process owns that server.
 */
export async function clearOrphan(cluster: string, socketFolder: string, report: (text: string) => void): Promise<void> {
  for (const file of [join(cluster, 'postmaster.pid'), ...socketLocks(socketFolder)]) {
    const pid = pidAtHead(file);
    if (pid === undefined) continue;
    if (isAlive(pid) && isServerOf(pid, cluster)) {
      report(`Stopping the PostgreSQL (process ${pid}) that an earlier run left behind`);
      await stopPid(pid);
    } else if (existsSync(`/proc/${pid}`)) {
      rmSync(file, { force: true });
    }
  }
  for (const pid of processesIn(cluster)) {
    send(pid, 'SIGKILL');
    await goneWithin(pid, 5_000);
  }
}

function processesIn(cluster: string): number[] {
  const pids = existsSync('/proc') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
  return pids.map(Number).filter((pid) => isServerOf(pid, cluster));
}

function socketLocks(folder: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => name.startsWith('.s.PGSQL.') && name.endsWith('.lock')).map((name) => join(folder, name));
}

/** Fast shutdown: open transactions are rolled back, everything is flushed. After a minute it stops as in a crash, which loses nothing either. */
export async function stopPid(pid: number): Promise<void> {
  send(pid, 'SIGINT');
  if (await goneWithin(pid, 60_000)) return;
  send(pid, 'SIGQUIT');
  if (await goneWithin(pid, 10_000)) return;
  send(pid, 'SIGKILL');
  await goneWithin(pid, 5_000);
}

/** The pid in the cluster's lock file. */
export function pidIn(cluster: string): number | undefined {
  return pidAtHead(join(cluster, 'postmaster.pid'));
}

/** The pid that a lock file begins with. */
function pidAtHead(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8').split('\n', 1)[0]);
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}

async function goneWithin(pid: number, ms: number): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await delay(POLL_MS)) if (!isAlive(pid)) return true;
  return !isAlive(pid);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A zombie that nobody has reaped yet answers signals but is not alive. */
function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

/** A server and its sessions work in the folder of the cluster; a process that is not ours to look at is not our server. */
function isServerOf(pid: number, cluster: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(cluster);
  } catch {
    return false;
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function textFrom(path: string, offset: number): string {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(Math.min(8000, Math.max(0, fstatSync(file).size - offset)));
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, buffer.length, offset));
  } finally {
    closeSync(file);
  }
}
