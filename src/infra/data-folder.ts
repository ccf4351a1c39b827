import { access, chmod, constants, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../base/error.ts';
import { isLocked, takeLock } from './file-lock.ts';
import { makeFolder } from './make-folder.ts';

/** The folder with everything that a running house keeps: database, keys, files. Held by one process at a time. */
export type DataFolder = {
  /** Absolute, with symbolic links resolved. */
  path: string;
  /** Lets another process take the folder. Idempotent. */
  close(): void;
};

/**
 * Creates the data folder when it is missing and takes it for this process. Nobody waits for a disk that does not answer
 * (a folder of a network) once `stop` says no.
 * Errors: `start.data_folder_in_use` names the pid that has it, `start.data_folder_unusable` tells what is wrong; the reason of `stop`.
 */
export async function openDataFolder(path: string, stop?: AbortSignal): Promise<DataFolder> {
  const real = await unlessStopped(() => prepared(path), stop);
  const lock = takeLock(join(real, 'lock'));
  if (isLocked(lock)) return { path: real, close: () => lock.release() };
  const who = lock.pid === undefined ? 'another process' : `process ${lock.pid}`;
  throw new AppError(
    'conflict',
    'start.data_folder_in_use',
    `The data folder ${real} is in use by ${who}. Stop that one first, or name another folder in RIALTO_DATA.`,
  );
}

/** What comes of `work`, or the reason of `stop` as soon as there is one; what was begun is left to itself then. */
async function unlessStopped<T>(work: () => Promise<T>, stop: AbortSignal | undefined): Promise<T> {
  if (!stop) return await work();
  stop.throwIfAborted();
  return await new Promise<T>((settle, reject) => {
    const stopped = () => reject(stop.reason as Error);
    stop.addEventListener('abort', stopped, { once: true });
    work()
      .then(settle, reject)
      .finally(() => stop.removeEventListener('abort', stopped));
  });
}

/** A folder in use keeps the permissions that its owner gave it. */
async function isNew(path: string): Promise<boolean> {
  return (await readdir(path)).length === 0 && (await stat(path)).uid === process.getuid?.();
}

/**
 * Only this user may look inside. Root leaves the right to pass through, because PostgreSQL refuses to run as root
 * and its unprivileged user has to get to its own folder below; what is secret is 0600 by itself.
 */
async function prepared(path: string): Promise<string> {
  try {
    await makeFolder(path);
    if (!(await stat(path)).isDirectory()) throw new Error('it is not a folder');
    if (await isNew(path)) await chmod(path, process.getuid?.() === 0 ? 0o711 : 0o700);
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return await realpath(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new AppError(
      'unavailable',
      'start.data_folder_unusable',
      `The data folder ${path} cannot be used: ${why}. Name another one in RIALTO_DATA.`,
      error,
    );
  }
}
