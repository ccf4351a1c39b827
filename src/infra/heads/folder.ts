import { createPublicKey, randomBytes, type KeyObject } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../base/error.ts';
import type { Secret } from '../../base/secret.ts';
import { createHeads, headKey } from './heads.ts';
import type { HeadNotes, Heads, Noted } from './port.ts';

/** The public halves of all keys that signed here, one PEM after the other. */
const KEYS = 'keys.pem';

/** A note as it lies in its file: the head as whoever verifies would write it down, and what an operator accepted. */
type Note = {
  number: string;
  size: number;
  root: string;
  at: string;
  accepted?: { at: string; because: string; instead: object | null }[];
};

/** Signs heads and keeps the last of each log below `heads` in the data folder, together with the public keys. */
export async function headsIn(dataFolder: string, masterKey: Secret<Uint8Array>): Promise<Heads> {
  const folder = join(dataFolder, 'heads');
  const earlier = await knownKeys(folder, createPublicKey(headKey(masterKey)));
  return createHeads({ masterKey, notes: notesIn(folder), earlier });
}

/** Adds this key to those that are kept, and answers all. */
async function knownKeys(folder: string, own: KeyObject): Promise<KeyObject[]> {
  const pem = own.export({ format: 'pem', type: 'spki' }) as string;
  const kept = (await textOf(join(folder, KEYS))) ?? '';
  if (!kept.includes(pem)) await replace(join(folder, KEYS), kept + pem);
  return (kept.match(/-----BEGIN[^]*?END PUBLIC KEY-----/g) ?? []).map((one) => createPublicKey(one));
}

/** The last head of each log, in a file of its own. */
function notesIn(folder: string): HeadNotes {
  const fileOf = (log: string, tenantId: string): string => join(folder, log, `${tenantId}.json`);
  return {
    async read(log, tenantId) {
      const note = await noteIn(fileOf(log, tenantId));
      return note && { number: BigInt(note.number), size: note.size, root: Buffer.from(note.root, 'hex'), at: Date.parse(note.at) };
    },
    async write(log, tenantId, noted) {
      const file = fileOf(log, tenantId);
      const { accepted } = (await noteIn(file)) ?? {};
      await replace(file, textOfNote({ ...noteOf(noted), ...(accepted && { accepted }) }));
    },
  };
}

/**
 * Takes a head in the place of the one that is noted, though the log did not grow from it: after the database was put back
 * from a copy. What was noted before stays in the file, with the reason.
 */
export async function acceptHead(
  folder: string,
  of: { log: string; tenantId: string },
  taken: Noted,
  why: { at: number; because: string },
): Promise<void> {
  const file = join(folder, of.log, `${of.tenantId}.json`);
  const { accepted = [], ...before } = (await noteIn(file)) ?? {};
  const entry = { at: new Date(why.at).toISOString(), because: why.because, instead: 'root' in before ? before : null };
  await replace(file, textOfNote({ ...noteOf(taken), accepted: [...accepted, entry] }));
}

const noteOf = ({ number, size, root, at }: Noted): Note => ({
  number: number.toString(),
  size,
  root: Buffer.from(root).toString('hex'),
  at: new Date(at).toISOString(),
});

const textOfNote = (note: Note): string => `${JSON.stringify(note, null, 1)}\n`;

async function noteIn(file: string): Promise<Note | undefined> {
  const text = await textOf(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Note;
  } catch {
    throw new AppError('unavailable', 'heads.note_damaged', `${file} cannot be read as a noted head. Put it back from a copy.`);
  }
}

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/** Whole or not at all, and on the disk before it has its name: a crash must not leave half a note. */
async function replace(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}.new`;
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}
