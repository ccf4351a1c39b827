import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { giveTo, runAs } from '../../src/infra/postgres/placement.ts';
import { freePort, isAnswering } from './servers.ts';

const execute = promisify(execFile);
const DEBIAN = '/usr/lib/postgresql';

/** A PostgreSQL of one's own, as the distribution has it, with the roles that docs/how-to/operate.md asks for. */
export type OwnPostgres = {
  /** Address of a role; the superuser is `postgres`. */
  url(role: string, database?: string): string;
  /** Runs one of PostgreSQL's own programs, such as `pg_dump`, and answers with what it printed. */
  program(name: string, args: readonly string[]): Promise<string>;
  close(): Promise<void>;
};

/** Folder with the programs of the distribution's server; undefined where there is none. Debian keeps them out of the PATH. */
export function ownPostgresPrograms(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = versions.map((version) => join(DEBIAN, version, 'bin'));
  return folders.find((folder) => ['initdb', 'postgres', 'pg_dump'].every((name) => existsSync(join(folder, name))));
}

/**
 * Starts a server in a folder of its own: empty, of its roles only the superuser, or on the base backup of another one.
 */
export async function startOwnPostgres(of?: OwnPostgres): Promise<OwnPostgres> {
  const programs = ownPostgresPrograms()!;
  const user = runAs();
  const folder = mkdtempSync(join(tmpdir(), 'rialto-own-postgres-'));
  giveTo(user, folder, 0o700);
  const cluster = join(folder, 'cluster');
  const as = { ...user, cwd: '/' };
  if (of) await of.program('pg_basebackup', ['--checkpoint=fast', '--no-sync', '--pgdata', cluster, '-d', of.url('postgres', 'postgres')]);
  else await execute(join(programs, 'initdb'), ['-D', cluster, '-U', 'postgres', '--auth=trust', '--no-sync'], as);
  const port = await freePort();
  const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${folder}`, '-c', 'fsync=off'];
  const server = spawn(join(programs, 'postgres'), ['-D', cluster, '-p', `${port}`, ...settings], { ...as, stdio: 'ignore' });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  process.once('exit', () => server.kill('SIGQUIT'));
  const url = (role: string, database = 'rialto') => `postgres://${role}@127.0.0.1:${port}/${database}`;
  const program: OwnPostgres['program'] = async (name, args) => (await execute(join(programs, name), args, as)).stdout;
  while (!(await isAnswering(port))) {
    if (server.exitCode !== null) throw new Error(`postgres ended at its start with ${server.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url,
    program,
    async close() {
      server.kill('SIGQUIT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
