import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../make-folder.ts';

const DRAFT = /\.[0-9a-f]{12}\.new$/;
/** A draft has its name within moments; one of an hour ago belongs to a process that is gone. */
const DRAFT_LEFT_MS = 3_600_000;

/**
 * Puts a text in the place of a file: whole or not at all, and on the disk, name included, when it returns. A crash must
 * leave neither half a note nor one that is back to what it was.
 */
export async function replace(file: string, text: string): Promise<void> {
  const folder = dirname(file);
  const made = await makeFolder(folder, { mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}.new`;
  try {
    await writeDurably(draft, text);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
  for (const one of namesChangedIn(folder, made)) await syncFolder(one);
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The folder of the file, and those above it up to the one that the first new folder was made in. */
function namesChangedIn(folder: string, made: string | undefined): string[] {
  if (made === undefined || folder === dirname(made)) return [folder];
  return [folder, ...namesChangedIn(dirname(folder), made)];
}

/** A new name is in its folder, which is written by itself. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes drafts that crashes have left in these folders; those of a process that writes now are younger, and stay. */
export async function removeDrafts(folders: readonly string[], now = Date.now()): Promise<void> {
  for (const folder of folders) {
    const names = await readdir(folder).catch(() => []);
    for (const name of names.filter((one) => DRAFT.test(one))) {
      const file = join(folder, name);
      const writtenAt = await stat(file).then(
        ({ mtimeMs }) => mtimeMs,
        () => now,
      );
      if (now - writtenAt > DRAFT_LEFT_MS) await rm(file, { force: true }).catch(() => undefined);
    }
  }
}
