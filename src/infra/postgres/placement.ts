import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { AppError } from '../../base/error.ts';

/** The unprivileged user PostgreSQL runs as when we are root, which it refuses to be. */
export type RunAs = { uid: number; gid: number };

/** Where the cluster of a data folder lives and as whom it runs. */
export type Placement = {
  /** Holds `cluster/`, `postgres.log` and usually `socket/`. */
  home: string;
  runAs: RunAs | undefined;
  /** Where binaries are copied when they cannot be run from where npm put them. */
  binariesRoot: string;
};

/** Folder for what an unprivileged user must reach and cannot reach in the data folder. */
const SHARED = '/var/lib/rialto';

/** `nobody` when this process is root, nothing otherwise. A uid without an entry in passwd would not do: initdb asks for its name. */
export function runAs(): RunAs | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'nobody');
  return entry ? { uid: Number(entry[2]), gid: Number(entry[3]) } : { uid: 65534, gid: 65534 };
}

/** Whether the user may read and pass through `path`. Asked of the kernel, since modes alone do not tell (ACLs, mounts). */
export function canReach(path: string, user: RunAs | undefined): boolean {
  if (user === undefined) return existsSync(path);
  const probe = spawnSync('/bin/sh', ['-c', 'test -r "$1" && test -x "$1"', 'sh', path], { ...user, stdio: 'ignore', cwd: '/' });
  return probe.status === 0;
}

/**
 * `<data>/postgres` where PostgreSQL's user can get there, else a folder under /var/lib/rialto named by the hash of the
 * data folder's path. The choice is noted in the data folder, so that a folder that was moved finds its cluster and
 * one that was emptied starts anew.
 * Errors: `database.folder_unreachable` when a cluster exists where its user can no longer get to it.
 */
export function place(dataFolder: string): Placement {
  const user = runAs();
  const inside = join(dataFolder, 'postgres');
  const note = join(dataFolder, 'postgres.location');
  if (existsSync(note)) return { home: noted(note), runAs: user, binariesRoot: SHARED };
  const existed = existsSync(join(inside, 'cluster'));
  mkdirSync(inside, { recursive: true });
  chmodSync(inside, user ? 0o711 : 0o700);
  if (canPass(inside, user)) return { home: inside, runAs: user, binariesRoot: user ? SHARED : inside };
  if (existed) {
    throw new AppError(
      'unavailable',
      'database.folder_unreachable',
      `The database in ${inside} belongs to an unprivileged user who can no longer get there. Allow passing through every folder above it (chmod o+x).`,
    );
  }
  rmSync(inside, { recursive: true });
  const home = newSharedHome(dataFolder);
  writeFileSync(note, `${home}\n`);
  return { home, runAs: user, binariesRoot: SHARED };
}

/** Gives a file or folder to PostgreSQL's user. */
export function giveTo(user: RunAs | undefined, path: string, mode: number): void {
  chmodSync(path, mode);
  if (user) chownSync(path, user.uid, user.gid);
}

/** A folder of root's with mode 0711 can be passed through but not read. */
function canPass(path: string, user: RunAs | undefined): boolean {
  if (user === undefined) return true;
  return spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', path], { ...user, stdio: 'ignore', cwd: '/' }).status === 0;
}

function noted(note: string): string {
  const home = readFileSync(note, 'utf8').trim();
  if (existsSync(home)) return home;
  throw new AppError(
    'unavailable',
    'database.folder_missing',
    `${note} says that the database is in ${home}, which does not exist. Restore it, or remove the note to start with an empty database.`,
  );
}

function newSharedHome(dataFolder: string): string {
  const name = createHash('sha256').update(realpathSync(dataFolder)).digest('hex').slice(0, 16);
  if (mkdirSync(SHARED, { recursive: true }) !== undefined) chmodSync(SHARED, 0o755);
  for (let n = 1; ; n++) {
    const home = join(SHARED, n === 1 ? name : `${name}-${n}`);
    try {
      mkdirSync(home);
      chmodSync(home, 0o711);
      return home;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
