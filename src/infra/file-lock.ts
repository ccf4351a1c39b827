import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** A lock held by this process until `release` or until the process ends, however it ends. */
export type FileLock = {
  /** Idempotent. */
  release(): void;
};

/** Who holds a lock; the pid is unknown when its note could not be read. */
export type LockHolder = { pid?: number };

const BUSY = 5;

/** A lock that nobody refers to any more is still held; the garbage collector would close its file. */
const held = new Set<DatabaseSync>();

/**
 * Takes the lock at `path`, or tells who holds it. It is SQLite's exclusive lock on an empty file, which the kernel
 * drops when the process dies, also by SIGKILL, and which two containers sharing a volume both see; a file with a pid
 * in it would do neither. The note beside it (`path.pid`) only serves to name the holder.
 */
export function takeLock(path: string): FileLock | LockHolder {
  const file = new DatabaseSync(path, { timeout: 0 });
  try {
    // Nothing is ever written, so there is nothing to keep a journal of.
    file.exec('pragma journal_mode = off; begin exclusive');
  } catch (error) {
    file.close();
    if ((error as { errcode?: number }).errcode !== BUSY) throw error;
    return holderOf(path);
  }
  writeFileSync(`${path}.pid`, `${process.pid}\n`);
  held.add(file);
  return {
    release() {
      if (held.delete(file)) file.close();
    },
  };
}

/** Whether `takeLock` got the lock. */
export function isLocked(result: FileLock | LockHolder): result is FileLock {
  return 'release' in result;
}

function holderOf(path: string): LockHolder {
  try {
    const pid = Number(readFileSync(`${path}.pid`, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? { pid } : {};
  } catch {
    return {};
  }
}
