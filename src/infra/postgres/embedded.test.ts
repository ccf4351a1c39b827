import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { modulesWithMigrations } from '../../../test/support/database.ts';
import { Secret } from '../../base/secret.ts';
import { requireSafeRole } from './app-role.ts';
import { findBinaries, usable } from './binaries.ts';
import { connectionConfig } from './connection.ts';
import { ask, freePort, gone, keep, kept, STILL_HERE } from './embedded.fixture.ts';
import { startEmbedded, type EmbeddedOptions, type EmbeddedPostgres } from './embedded.ts';
import { migrate } from './migrate.ts';
import { place, runAs } from './placement.ts';
import { openPool } from './pool.ts';
import { pidIn } from './postmaster.ts';

const isRoot = process.getuid?.() === 0;
let root: string;
let folder: string;
let servers: EmbeddedPostgres[];
/** A data folder whose cluster is made; a copy is several times quicker than making one. */
let made: string;

beforeAll(async () => {
  made = mkdtempSync(join(tmpdir(), 'rialto-test-postgres-'));
  chmodSync(made, 0o711);
  await (await startEmbedded({ dataFolder: made, durable: false })).stop();
});
afterAll(() => rmSync(made, { recursive: true, force: true }));
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rialto-test-postgres-'));
  chmodSync(root, 0o711);
  folder = root;
  servers = [];
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  for (const { home } of servers) rmSync(home, { recursive: true, force: true });
  rmSync(root, { recursive: true, force: true });
});

/** Starts on the test's folder; unless it is to be a first start, on a copy of a cluster that is made. */
async function start(options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedPostgres> {
  if (!existsSync(join(folder, 'postgres')) && !existsSync(join(folder, 'postgres.location'))) useMade();
  return startHere(options);
}

/** What root made below is others' property; `cp -a` keeps that. */
function useMade(): void {
  expect(spawnSync('cp', ['-a', `${made}/.`, folder]).status).toBe(0);
}

async function startHere(options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbedded({ dataFolder: folder, durable: false, ...options });
  servers.push(server);
  return server;
}

/** The server under another Node process, as when the product runs. */
async function elsewhere(env: Record<string, string> = {}): Promise<{ kill(): Promise<void>; pid: number; url: Secret }> {
  useMade();
  const script = fileURLToPath(new URL('../../../test/support/run-postgres.ts', import.meta.url));
  const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { pid, url } = JSON.parse(line.toString()) as { pid: number; url: string };
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { kill, pid, url: new Secret(url) };
}

test('the first start makes a UTF-8 cluster on a unix socket, a later start keeps its data', async () => {
  const said: string[] = [];
  const first = await startHere({ report: (text) => said.push(text) });
  expect(said[0]).toMatch(/^Creating the database/);
  await keep(first.adminUrl());
  const settings = `select current_setting('server_encoding') as encoding, current_setting('listen_addresses') as addresses, datlocprovider::text as provider,
    current_setting('max_wal_size') as wal, current_setting('wal_compression') as compression from pg_database where datname = 'rialto'`;
  expect(await ask(first.appUrl(), settings)).toEqual([{ encoding: 'UTF8', addresses: '', provider: 'b', wal: '4GB', compression: 'off' }]);
  await first.stop();
  await first.stop();
  expect(existsSync(join(first.home, 'cluster/postmaster.pid'))).toBe(false);
  expect(readFileSync(join(first.home, 'postgres.log'), 'utf8')).toMatch(/database system is shut down\n$/);
  const second = await start();
  expect(await kept(second.adminUrl())).toEqual(STILL_HERE);
});

test('writes are synchronous to the disk unless a test says otherwise', async () => {
  const server = await start({ durable: true });
  const durable = `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit, current_setting('full_page_writes') as pages`;
  expect(await ask(server.appUrl(), durable)).toEqual([{ fsync: 'on', commit: 'on', pages: 'on' }]);
});

test('root gives its rights away, and nobody else can read passwords, cluster or socket', async () => {
  const server = await start();
  const status = readFileSync(`/proc/${server.pid()}/status`, 'utf8');
  const user = isRoot ? runAs()?.uid : process.getuid?.();
  expect(/^Uid:\t(\d+)\t(\d+)\t(\d+)/m.exec(status)?.slice(1).map(Number)).toEqual([user, user, user]);
  expect(/^Groups:\t(.*)$/m.exec(status)?.[1]?.trim()).toEqual(isRoot ? '' : expect.any(String));
  expect(statSync(join(folder, 'postgres.passwords')).mode & 0o777).toBe(0o600);
  for (const inside of ['cluster', 'socket']) expect(statSync(join(server.home, inside)).mode & 0o777).toBe(0o700);
  expect(existsSync(join(server.home, 'initdb.password'))).toBe(false);
});

test('a wrong password is refused, also on the socket', async () => {
  const url = new URL((await start()).adminUrl().reveal());
  url.password = 'guess';
  await expect(ask(new Secret(url.href), 'select 1')).rejects.toMatchObject({ code: '28P01' });
});

test('outside tools may come by loopback when they are given a port', async () => {
  const port = await freePort();
  const server = await start({ loopbackPort: port });
  const url = new URL(server.appUrl().reveal());
  url.search = '';
  url.host = `127.0.0.1:${port}`;
  expect(await ask(new Secret(url.href), 'select current_user::text as name')).toEqual([{ name: 'rialto_app' }]);
});

test('a server that is killed is started again by itself, and the pool goes on with nothing lost', async () => {
  const said: string[] = [];
  const server = await start({ report: (text) => said.push(text) });
  await keep(server.adminUrl());
  const pool = openPool({ url: server.adminUrl() });
  await pool.ping();
  const killed = server.pid()!;
  process.kill(killed, 'SIGKILL');
  expect(await pool.read({}, (tx) => tx.query('select text from kept'))).toEqual(STILL_HERE);
  // A backend may outlive the killed server by the one answer, before anybody has noticed.
  await expect.poll(() => [undefined, killed].includes(server.pid()), { interval: 5 }).toBe(false);
  expect(said.some((text) => text.includes('starting it again'))).toBe(true);
  await pool.close();
});

test.each([
  ['by the kernel', {}],
  ['by a watching shell where setpriv is missing', { PATH: '/nonexistent' }],
])('the server ends when its Node process is killed: told %s', async (_, env) => {
  const other = await elsewhere(env);
  await keep(other.url);
  await other.kill();
  await gone(other.pid);
  expect(await kept((await start()).adminUrl())).toEqual(STILL_HERE);
});

test('when Node and the server are killed together the next start recovers everything', async () => {
  const other = await elsewhere();
  await keep(other.url);
  process.kill(other.pid, 'SIGKILL');
  await other.kill();
  expect(await kept((await start()).adminUrl())).toEqual(STILL_HERE);
});

test('a server that was left behind is stopped, and its cluster goes on', async () => {
  const first = await start();
  await keep(first.adminUrl());
  await first.stop();
  const placement = place(folder);
  const { postgres } = findBinaries(placement, () => {});
  const orphan = spawn(postgres, ['-D', join(first.home, 'cluster')], { ...placement.runAs, stdio: 'ignore', cwd: '/' });
  const ended = once(orphan, 'exit');
  await expect.poll(() => ask(first.adminUrl(), 'select 1').catch(() => []), { interval: 10 }).toHaveLength(1);
  const said: string[] = [];
  const second = await start({ report: (text) => said.push(text) });
  await ended;
  expect(said[0]).toContain(`process ${orphan.pid}`);
  expect(await kept(second.adminUrl())).toEqual(STILL_HERE);
});

test('a killed server comes back although one of its sessions hangs', async () => {
  const server = await start();
  await keep(server.adminUrl());
  const client = new Client(connectionConfig(server.adminUrl()));
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const session = rows[0]!.pid;
  const killed = server.pid()!;
  process.kill(session, 'SIGSTOP');
  process.kill(killed, 'SIGKILL');
  await expect.poll(() => kept(server.adminUrl()).catch(() => undefined), { interval: 20 }).toEqual(STILL_HERE);
  expect(server.pid()).not.toBe(killed);
  await gone(session);
  await client.end().catch(() => {});
});

test('lock files of cluster and socket whose pid is by now another process do not keep the server from starting', async () => {
  const first = await start();
  await first.stop();
  const other = spawn('sleep', ['600'], { ...runAs(), stdio: 'ignore', cwd: '/' });
  const lock = `${other.pid}\n${join(first.home, 'cluster')}\n1\n5432\n${join(first.home, 'socket')}\n\n\n`;
  writeFileSync(join(first.home, 'cluster/postmaster.pid'), lock);
  writeFileSync(join(first.home, 'socket/.s.PGSQL.5432.lock'), lock);
  const second = await start();
  other.kill();
  expect(pidIn(join(second.home, 'cluster'))).toBe(second.pid());
});

test('lock files of cluster and socket whose pid is a zombie, which nobody reaps, do not keep the server from starting', async () => {
  const first = await start();
  await first.stop();
  // The child of a process that becomes another program has a parent that knows nothing of it.
  const script = 'sleep 600 & echo $!; exec sleep 600';
  const parent = spawn('/bin/sh', ['-c', script], { ...runAs(), stdio: ['ignore', 'pipe', 'ignore'], cwd: '/' });
  const zombie = Number(((await once(parent.stdout, 'data')) as [Buffer])[0].toString());
  await expect.poll(() => readFileSync(`/proc/${parent.pid}/comm`, 'utf8'), { interval: 5 }).toBe('sleep\n');
  process.kill(zombie);
  await expect.poll(() => readFileSync(`/proc/${zombie}/stat`, 'utf8'), { interval: 5 }).toMatch(/\) Z /);
  const lock = `${zombie}\n${join(first.home, 'cluster')}\n1\n5432\n${join(first.home, 'socket')}\n\n\n`;
  writeFileSync(join(first.home, 'cluster/postmaster.pid'), lock);
  writeFileSync(join(first.home, 'socket/.s.PGSQL.5432.lock'), lock);
  const second = await start();
  expect(existsSync(`/proc/${zombie}/stat`)).toBe(true);
  parent.kill();
  expect(pidIn(join(second.home, 'cluster'))).toBe(second.pid());
});

test('a first start that is stopped makes nothing that a later one stumbles over', async () => {
  const stopping = new AbortController();
  const reason = new Error('enough');
  const starting = startHere({ stop: stopping.signal, report: () => stopping.abort(reason) });
  await expect(starting).rejects.toBe(reason);
  expect(await ask((await start()).appUrl(), 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('a start that is stopped when its server runs already leaves none behind', async () => {
  const first = await start();
  await keep(first.adminUrl());
  await first.stop();
  const cluster = join(first.home, 'cluster');
  const stopping = new AbortController();
  const reason = new Error('enough');
  const seen = new Set<number>();
  const watching = setInterval(() => {
    const pid = pidIn(cluster);
    if (pid === undefined) return;
    seen.add(pid);
    stopping.abort(reason);
  }, 1);
  await expect(start({ stop: stopping.signal })).rejects.toBe(reason);
  clearInterval(watching);
  expect(seen.size).toBe(1);
  for (const pid of seen) await gone(pid);
  expect(existsSync(join(cluster, 'postmaster.pid'))).toBe(false);
  expect(await kept((await start()).adminUrl())).toEqual(STILL_HERE);
});

test('a cluster is run once at a time', async () => {
  await start();
  await expect(start()).rejects.toMatchObject({
    kind: 'conflict',
    code: 'database.in_use',
    message: expect.stringContaining(`process ${process.pid}`),
  });
});

test('a first start that was broken off starts over', async () => {
  mkdirSync(join(folder, 'postgres/cluster.new/base'), { recursive: true });
  writeFileSync(join(folder, 'postgres/cluster.new/PG_VERSION'), '17\n');
  writeFileSync(join(folder, 'postgres/initdb.password'), 'old');
  expect(await ask((await start()).appUrl(), 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('a lost password file is made anew without losing data', async () => {
  const first = await start();
  await keep(first.adminUrl());
  await first.stop();
  rmSync(join(folder, 'postgres.passwords'));
  const second = await start();
  expect(await kept(second.adminUrl())).toEqual(STILL_HERE);
  expect(await ask(second.appUrl(), 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('a data folder deeper than a socket path may be works', async () => {
  folder = join(folder, 'x'.repeat(60), 'y'.repeat(60));
  mkdirSync(folder, { recursive: true });
  const server = await start();
  expect(await ask(server.appUrl(), 'select 1 as one')).toEqual([{ one: 1 }]);
  rmSync(connectionConfig(server.appUrl()).host!, { recursive: true });
});

test('a data folder with a strange name works', async () => {
  folder = join(folder, `a b, 'c' "d" \\e é %41`);
  mkdirSync(folder);
  const server = await start();
  expect(connectionConfig(server.appUrl()).host).toBe(join(folder, 'postgres/socket'));
  expect(await ask(server.appUrl(), 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('settings survive that a person has made by ALTER SYSTEM', async () => {
  const first = await start();
  await ask(first.adminUrl(), `alter system set work_mem = '48MB'`);
  await first.stop();
  expect(await ask((await start()).appUrl(), 'show work_mem')).toEqual([{ work_mem: '48MB' }]);
});

test('a server that cannot start says why', async () => {
  const first = await start();
  await first.stop();
  writeFileSync(join(first.home, 'cluster/postgresql.auto.conf'), `max_wal_size = 'a lot'\n`);
  await expect(start()).rejects.toMatchObject({ code: 'database.start_failed', message: expect.stringContaining('max_wal_size') });
});

test('where its user cannot reach the data folder the cluster lives in /var/lib/rialto and is found again', async ({ skip }) => {
  if (!isRoot) skip('only root runs the server as another user');
  chmodSync(folder, 0o700);
  const first = await startHere();
  expect(dirname(first.home)).toBe('/var/lib/rialto');
  await keep(first.adminUrl());
  await first.stop();
  const second = await start();
  expect([second.home, await kept(second.adminUrl())]).toEqual([first.home, STILL_HERE]);
  await second.stop();
  rmSync(join(folder, 'postgres.location'));
  const anew = await startHere();
  expect(anew.home).not.toBe(first.home);
  await expect(kept(anew.adminUrl())).rejects.toMatchObject({ code: '42P01' });
});

test('a cluster that its user can no longer reach is not replaced by an empty one', async ({ skip }) => {
  if (!isRoot) skip('only root runs the server as another user');
  await (await start()).stop();
  chmodSync(folder, 0o700);
  await expect(start()).rejects.toMatchObject({ code: 'database.folder_unreachable' });
});

test('programs without their links, out of reach of their user, are copied once and run', async () => {
  const placement = { home: folder, runAs: runAs(), binariesRoot: join(folder, 'binaries') };
  const found = findBinaries({ ...placement, home: folder }, () => {});
  const hidden = join(folder, 'hidden');
  cpSync(join(dirname(found.postgres), '..'), join(hidden, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !lstatSync(path).isSymbolicLink(),
  });
  chmodSync(hidden, 0o700);
  const said: string[] = [];
  const run = (): { stdout: Buffer; root: boolean } => {
    const { postgres } = usable({ folder: hidden, version: '17' }, placement, (text) => said.push(text));
    return {
      stdout: spawnSync(postgres, ['--version'], { ...placement.runAs, cwd: '/' }).stdout,
      root: postgres.startsWith(placement.binariesRoot),
    };
  };
  for (const { stdout, root } of [run(), run()]) expect([stdout.toString().trim(), root]).toEqual(['postgres (PostgreSQL) 17.10', isRoot]);
  expect(said).toHaveLength(isRoot ? 1 : 0);
});

test('on a bare server an administrator with CREATEROLE makes the roles, and the application can log in', async () => {
  const server = await start();
  await ask(server.adminUrl('postgres'), 'drop role rialto_app');
  await ask(server.adminUrl('postgres'), `create role boss login createrole password 'probe'`);
  await ask(server.adminUrl('postgres'), 'alter database rialto owner to boss');
  const url = new URL(server.adminUrl().reveal());
  url.username = 'boss';
  url.password = 'probe';
  const app = new URL(server.appUrl().reveal());
  app.password = 'chosen';
  const migrations = modulesWithMigrations().filter(({ module }) => module === 'infra');
  const options = { adminUrl: new Secret(url.href), migrations, appPassword: new Secret('chosen') };
  await migrate(options);
  expect(await migrate(options)).toEqual([]);
  const pool = openPool({ url: new Secret(app.href) });
  await requireSafeRole(pool);
  await pool.close();
});
