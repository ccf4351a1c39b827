import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder, and those above it that are missing, and answers with the first that it made. Node's own way (`recursive`) goes
 * round for ever where the kernel says of a folder that can be seen that it is not there, as in /proc.
 */
export async function makeFolder(path: string, { mode }: { mode?: number } = {}): Promise<string | undefined> {
  const missing: string[] = [];
  for (let at = resolve(path); !(await isThere(at)); at = dirname(at)) missing.unshift(at);
  for (const folder of missing) {
    // Somebody else may have made it meanwhile.
    await mkdir(folder, mode).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
  // What is there already may be a file; the error of that is Node's own.
  if (missing.length === 0 && !(await stat(path)).isDirectory()) await mkdir(path);
  return missing[0];
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
    // The root has nothing above it that could be made.
    if (dirname(path) === path) throw error;
    return false;
  }
}
