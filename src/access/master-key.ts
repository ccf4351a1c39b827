import { randomBytes } from 'node:crypto';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../base/error.ts';
import { Secret } from '../base/secret.ts';
import { makeFolder } from '../infra/make-folder.ts';

const BYTES = 32;

/**
 * The key that encrypts signing keys in the database, from a file only its owner can read; made when it is missing.
 * Whoever has the database alone can therefore not sign tokens. Errors: `access.master_key_damaged`.
 */
export async function readMasterKey(path: string): Promise<Secret<Uint8Array>> {
  await makeFolder(dirname(path), { mode: 0o700 });
  await makeOnce(path);
  const bytes = await readFile(path);
  if (bytes.length !== BYTES) {
    throw new AppError(
      'unavailable',
      'access.master_key_damaged',
      `${path} should hold ${BYTES} bytes. Restore it, or move it away to get a new one.`,
    );
  }
  return new Secret<Uint8Array>(bytes);
}

/** Written whole under another name and then linked, so that a second process or a crash never leaves half a key. */
async function makeOnce(path: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`;
  const exists = await readFile(path).then(
    () => true,
    () => false,
  );
  if (exists) return;
  await writeFile(draft, randomBytes(BYTES), { mode: 0o600 });
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
}
