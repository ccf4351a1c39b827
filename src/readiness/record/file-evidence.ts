import { hash, randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../base/error.ts';
import { makeFolder } from '../../infra/make-folder.ts';

const SHA256 = /^[0-9a-f]{64}$/;

/**
 * Keeps bytes in a file named by their SHA-256, with their media type in one beside it. Written under another name first,
 * so that nobody ever sees half of it; the same bytes are written once.
 */
export async function keepEvidence(folder: string, bytes: Uint8Array, mediaType: string): Promise<string> {
  const sha256 = hash('sha256', bytes);
  const path = join(folder, sha256);
  if (await isThere(path)) return sha256;
  await makeFolder(folder, { mode: 0o700 });
  // The type first: where the bytes are, their type is known.
  await writeWhole(`${path}.type`, Buffer.from(mediaType));
  await writeWhole(path, bytes);
  return sha256;
}

/**
 * What is kept under a hash; undefined when there is nothing. Errors: `readiness.evidence_damaged` when the bytes are no
 * longer those that were kept.
 */
export async function keptEvidence(folder: string, sha256: string): Promise<{ bytes: Uint8Array; mediaType: string } | undefined> {
  if (!SHA256.test(sha256)) return undefined;
  const bytes = await readOrNothing(join(folder, sha256));
  if (!bytes) return undefined;
  if (hash('sha256', bytes) !== sha256)
    throw new AppError('conflict', 'readiness.evidence_damaged', `The evidence ${sha256} was changed after it was kept.`);
  const type = await readOrNothing(join(folder, `${sha256}.type`));
  return { bytes, mediaType: type?.toString('utf8') ?? 'application/octet-stream' };
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function readOrNothing(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.${randomUUID()}.draft`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
