import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../base/error.ts';
import { Secret } from '../../base/secret.ts';
import type { Binaries } from './binaries.ts';
import { giveTo, type Placement } from './placement.ts';

/** Passwords of the built-in server's two login roles. */
export type Passwords = { admin: Secret; app: Secret };

/** What a caller may choose about the cluster. */
export type ClusterSettings = {
  /** False only for tests: a crash of the machine may then lose or break the cluster. */
  durable: boolean;
  /** TCP port on 127.0.0.1 for outside tools; without it only the unix socket listens. */
  loopbackPort: number | undefined;
  socketFolder: string;
};

/** Reads the passwords of the cluster from the data folder; undefined when there are none. */
export function readPasswords(file: string): Passwords | undefined {
  if (!existsSync(file)) return undefined;
  const { admin, app } = JSON.parse(readFileSync(file, 'utf8')) as { admin: string; app: string };
  return { admin: new Secret(admin), app: new Secret(app) };
}

/** New random passwords; they are in force once `keepPasswords` has written them. */
export function newPasswords(): Passwords {
  return { admin: new Secret(randomBytes(24).toString('base64url')), app: new Secret(randomBytes(24).toString('base64url')) };
}

/** Keeps the passwords in a file that only this user can read. */
export function keepPasswords(file: string, { admin, app }: Passwords): void {
  rmSync(`${file}.new`, { force: true });
  writeFileSync(`${file}.new`, `${JSON.stringify({ admin: admin.reveal(), app: app.reveal() })}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/**
 * Makes an empty cluster: UTF-8, PostgreSQL's own C.UTF-8 collation (the bundled ICU is old), scram passwords. It is made
 * beside its place and renamed, so that a first start that was broken off starts over.
 */
export async function initCluster(binaries: Binaries, placement: Placement, passwords: Passwords, durable: boolean): Promise<void> {
  const draft = join(placement.home, 'cluster.new');
  const passwordFile = join(placement.home, 'initdb.password');
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft);
  giveTo(placement.runAs, draft, 0o700);
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, passwords.admin.reveal(), { mode: 0o600 });
  giveTo(placement.runAs, passwordFile, 0o600);
  const options = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--auth=scram-sha-256'];
  const rest = [
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']),
    `--pgdata=${draft}`,
  ];
  try {
    await run(binaries.initdb, [...options, ...rest], placement);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  writeFileSync(
    join(draft, 'postgresql.conf'),
    "# Written by rialto once. Change settings with ALTER SYSTEM; rialto.conf is rewritten at each start.\ninclude 'rialto.conf'\n",
  );
  renameSync(draft, join(placement.home, 'cluster'));
}

/** Gives both login roles the passwords of the file, without any login: for a cluster whose password file was lost. */
export async function resetPasswords(binaries: Binaries, placement: Placement, passwords: Passwords): Promise<void> {
  const app = passwords.app.reveal();
  const sql = [
    `alter role postgres password '${passwords.admin.reveal()}'`,
    `do $$ begin if exists (select from pg_roles where rolname = 'rialto_app') then alter role rialto_app password '${app}'; end if; end $$`,
  ];
  await run(binaries.postgres, ['--single', '-D', join(placement.home, 'cluster'), 'postgres'], placement, `${sql.join('\n')}\n`);
}

/** Writes the server's settings anew, as they depend on this machine; ALTER SYSTEM takes precedence over them. */
export function writeSettings(placement: Placement, settings: ClusterSettings): void {
  const file = join(placement.home, 'cluster', 'rialto.conf');
  const lines = Object.entries(settingsFor(settings)).map(([name, value]) => `${name} = '${value.replaceAll(/['\\]/g, '$&$&')}'`);
  writeFileSync(file, `${lines.join('\n')}\n`);
  giveTo(placement.runAs, file, 0o600);
}

const MB = 1024 * 1024;

function settingsFor({ durable, loopbackPort, socketFolder }: ClusterSettings): Record<string, string> {
  const memory = memoryMb();
  const shared = durable ? Math.max(128, Math.min(2048, Math.floor(memory / 8))) : 128;
  return {
    listen_addresses: loopbackPort === undefined ? '' : '127.0.0.1',
    port: String(loopbackPort ?? 5432),
    // A list, in which a comma would separate.
    unix_socket_directories: `"${socketFolder.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
    max_connections: '120',
    shared_buffers: `${shared}MB`,
    effective_cache_size: `${Math.max(256, Math.floor(memory / 2))}MB`,
    work_mem: '16MB',
    maintenance_work_mem: `${Math.max(64, Math.min(512, Math.floor(memory / 16)))}MB`,
    dynamic_shared_memory_type: sharedMemoryIsSmall() ? 'mmap' : 'posix',
    ...(durable ? { fsync: 'on', full_page_writes: 'on' } : { fsync: 'off', full_page_writes: 'off' }),
    synchronous_commit: 'on',
    // Right after a checkpoint pglz doubles the time of a large batch; disk is cheaper here than the writer's time.
    wal_compression: 'off',
    max_wal_size: '4GB',
    checkpoint_timeout: '15min',
    random_page_cost: '1.1',
    jit: 'off',
    // Plans made while a table was empty, for which every index that begins with the tenant looks alike, stand until its first
    // analysis. With a minute until then, the first day of an installation took three times as long.
    autovacuum_naptime: '5s',
    timezone: 'UTC',
    log_timezone: 'UTC',
    datestyle: 'ISO, YMD',
    // An error of a statement is the caller's to report; in this file it would show other people's data.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
    log_line_prefix: '%m [%p] ',
  };
}

/** Memory of the machine, or of the container we are in. */
function memoryMb(): number {
  const limit = process.constrainedMemory();
  return Math.floor(Math.min(totalmem(), limit > 0 ? limit : Infinity) / MB);
}

/** Containers often get 64 MB of /dev/shm, too little for parallel queries. */
function sharedMemoryIsSmall(): boolean {
  try {
    const { blocks, bsize } = statfsSync('/dev/shm');
    return blocks * bsize < 256 * MB;
  } catch {
    return true;
  }
}

/** Environment of the server's programs: nothing of ours, no locale of the caller. */
export const BARE_ENV = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LANG: 'C', LC_ALL: 'C', TZ: 'UTC' };

function run(program: string, args: readonly string[], { home, runAs }: Placement, input = ''): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...runAs, cwd: home, env: BARE_ENV, stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    const hear = (chunk: Buffer): void => void (said = (said + chunk.toString()).slice(-4000));
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', (error) => reject(failed(program, error.message)));
    child.once('close', (code, signal) =>
      code === 0 ? resolve() : reject(failed(program, `${signal ?? `exit code ${code}`}\n${said.trim()}`)),
    );
    child.stdin.on('error', () => {}).end(input);
  });
}

function failed(program: string, why: string): AppError {
  return new AppError('unavailable', 'database.setup_failed', `${program} failed: ${why}`);
}
