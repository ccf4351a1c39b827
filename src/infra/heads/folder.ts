import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../base/error.ts';
import type { Secret } from '../../base/secret.ts';
import { createHeads, headKey } from './heads.ts';
import { noteIn, notedIn, noteOf, textOfNote, type Note } from './note.ts';
import type { HeadNotes, Heads, Noted } from './port.ts';
import { removeDrafts, replace } from './replace.ts';

/** The public halves of all keys that signed here, one PEM after the other. */
const KEYS = 'keys.pem';

/**
 * Signs heads and keeps the last of each log below `heads` in the data folder, together with the public keys.
 * Errors: `heads.keys_damaged`; of reading and writing notes, `heads.note_damaged`.
 */
export async function headsIn(dataFolder: string, masterKey: Secret<Uint8Array>): Promise<Heads> {
  const folder = join(dataFolder, 'heads');
  await removeDrafts([folder, join(folder, 'ledger'), join(folder, 'audit')]);
  const earlier = await knownKeys(folder, createPublicKey(headKey(masterKey)));
  return createHeads({ masterKey, notes: notesIn(folder), earlier });
}

/** Adds this key to those that are kept, and answers all. */
async function knownKeys(folder: string, own: KeyObject): Promise<KeyObject[]> {
  const file = join(folder, KEYS);
  const pem = own.export({ format: 'pem', type: 'spki' }) as string;
  const { kept, keys } = await keysIn(file).catch((error: unknown) => {
    throw new AppError('unavailable', 'heads.keys_damaged', `${file} cannot be read as public keys. Put it back from a copy.`, error);
  });
  if (kept.includes(pem)) return keys;
  await replace(file, kept + pem);
  return [...keys, own];
}

async function keysIn(file: string): Promise<{ kept: string; keys: KeyObject[] }> {
  const kept = (await textOf(file)) ?? '';
  return { kept, keys: (kept.match(/-----BEGIN[^]*?END PUBLIC KEY-----/g) ?? []).map((one) => createPublicKey(one)) };
}

/** The last head of each log, in a file of its own. */
function notesIn(folder: string): HeadNotes {
  const fileOf = (log: string, tenantId: string): string => join(folder, log, `${tenantId}.json`);
  return {
    async read(log, tenantId) {
      const note = await readNote(fileOf(log, tenantId));
      return note && notedIn(note);
    },
    async write(log, tenantId, noted) {
      const file = fileOf(log, tenantId);
      const { accepted } = (await readNote(file)) ?? {};
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
  const { accepted = [], ...before } = (await readNote(file)) ?? {};
  const entry = { at: new Date(why.at).toISOString(), because: why.because, instead: 'root' in before ? before : null };
  await replace(file, textOfNote({ ...noteOf(taken), accepted: [...accepted, entry] }));
}

/** What lies in the file; undefined when there is none. Whatever else keeps it from being read: `heads.note_damaged`. */
async function readNote(file: string): Promise<Note | undefined> {
  const damaged = (cause?: unknown) =>
    new AppError('unavailable', 'heads.note_damaged', `${file} cannot be read as a noted head. Put it back from a copy.`, cause);
  const text = await textOf(file).catch((error: unknown) => {
    throw damaged(error);
  });
  if (text === undefined) return undefined;
  const note = noteIn(text);
  if (!note) throw damaged();
  return note;
}

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
