import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../base/error.ts';

const MOST_ENTRIES = 100_000;

/**
 * How many bytes the files in a folder have together, those of folders in it included; links are not followed. Errors:
 * `readiness.file_unreadable` for a folder with more than 100,000 entries, and those of the system.
 */
export async function folderSize(path: string, signal: AbortSignal): Promise<number> {
  const left = [path];
  let bytes = 0;
  let entries = 0;
  for (let folder = left.pop(); folder !== undefined; folder = left.pop()) {
    for (const name of await readdir(folder)) {
      signal.throwIfAborted();
      if ((entries += 1) > MOST_ENTRIES)
        throw new AppError('unprocessable', 'readiness.file_unreadable', `${path} has more than ${MOST_ENTRIES} entries.`);
      const entry = await lstat(join(folder, name));
      if (entry.isDirectory()) left.push(join(folder, name));
      else if (entry.isFile()) bytes += entry.size;
    }
  }
  return bytes;
}
