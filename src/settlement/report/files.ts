import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform, type Readable, type Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { newId, type Uuid } from '../../base/id.ts';
import { makeFolder } from '../../infra/make-folder.ts';

/** A file under the hash of its content, a tenant's by itself. */
export type FileRef = { tenantId: Uuid; hash: Buffer };
/** Bytes from the first to the last, both included. */
export type ByteRange = { first: number; last: number };

/**
 * Files in the data folder, each under the SHA-256 of its content: written beside its place, made durable, then moved there,
 * so that what stands under a hash is whole.
 */
export type FileStore = {
  write(tenantId: Uuid, fill: (out: Writable) => Promise<void>): Promise<{ hash: Buffer; bytes: number }>;
  /** Undefined when there is no such file. */
  read(file: FileRef, range?: ByteRange): Promise<Readable | undefined>;
  remove(file: FileRef): Promise<void>;
};

/** Only whoever runs the installation may look inside. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

export function createFileStore(folder: string): FileStore {
  const placeOf = ({ tenantId, hash }: FileRef) => {
    const name = hash.toString('hex');
    return join(folder, tenantId, name.slice(0, 2), name);
  };
  return {
    async write(tenantId, fill) {
      const temporary = join(folder, tenantId, 'unfinished', newId());
      await makeFolder(dirname(temporary), { mode: FOLDER_MODE });
      try {
        const written = await writeDurably(temporary, fill);
        const place = placeOf({ tenantId, hash: written.hash });
        await makeFolder(dirname(place), { mode: FOLDER_MODE });
        await rename(temporary, place);
        await sync(dirname(place));
        return written;
      } finally {
        await rm(temporary, { force: true });
      }
    },
    async read(file, range) {
      const place = placeOf(file);
      const known = await stat(place).catch(() => undefined);
      if (!known?.isFile()) return undefined;
      return createReadStream(place, range && { start: range.first, end: range.last });
    },
    remove: (file) => rm(placeOf(file), { force: true }),
  };
}

async function writeDurably(path: string, fill: (out: Writable) => Promise<void>): Promise<{ hash: Buffer; bytes: number }> {
  const sha = createHash('sha256');
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sha.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  const file = createWriteStream(path, { mode: FILE_MODE, flush: true });
  const ended = finished(file);
  ended.catch((error: Error) => counted.destroy(error));
  counted.on('error', (error) => file.destroy(error));
  counted.pipe(file);
  try {
    await fill(counted);
  } catch (error) {
    file.destroy();
    await ended.catch(() => undefined);
    throw error;
  }
  await ended;
  return { hash: sha.digest(), bytes };
}

/** Makes a name durable. */
async function sync(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
