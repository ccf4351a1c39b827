import { accessSync, chmodSync, constants, mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../base/error.ts';
import { isLocked, takeLock } from './file-lock.ts';

/** The folder with everything that a running house keeps: database, keys, files. Held by one process at a time. */
export type DataFolder = {
  /** Absolute, with symbolic links resolved. */
  path: string;
  /** Lets another process take the folder. Idempotent. */
  close(): void;
};

/**
 * Creates the data folder when it is missing and takes it for this process.
 * Errors: `start.data_folder_in_use` names the pid that has it, `start.data_folder_unusable` tells what is wrong.
 */
export function openDataFolder(path: string): DataFolder {
  const real = prepared(path);
  const lock = takeLock(join(real, 'lock'));
  if (isLocked(lock)) return { path: real, close: () => lock.release() };
  const who = lock.pid === undefined ? 'another process' : `process ${lock.pid}`;
  throw new AppError(
    'conflict',
    'start.data_folder_in_use',
    `The data folder ${real} is in use by ${who}. Stop that one first, or name another folder in RIALTO_DATA.`,
  );
}

/** A folder in use keeps the permissions that its owner gave it. */
function isNew(path: string): boolean {
  return readdirSync(path).length === 0 && statSync(path).uid === process.getuid?.();
}

/**
 * Only this user may look inside. Root leaves the right to pass through, because PostgreSQL refuses to run as root
 * and its unprivileged user has to get to its own folder below; what is secret is 0600 by itself.
 */
function prepared(path: string): string {
  try {
    mkdirSync(path, { recursive: true });
    if (!statSync(path).isDirectory()) throw new Error('it is not a folder');
    if (isNew(path)) chmodSync(path, process.getuid?.() === 0 ? 0o711 : 0o700);
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return realpathSync(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new AppError('unavailable', 'start.data_folder_unusable', `The data folder ${path} cannot be used: ${why}`, error);
  }
}
