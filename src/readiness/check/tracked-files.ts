import { constants } from 'node:fs';
import { lstat, open, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Probe } from './check.ts';
import { placeOf } from './files.ts';
import { git } from './git-read.ts';
import { matching } from './pattern.ts';
import { searchBytes, searchText } from './secret-search.ts';
import type { Secret } from './tracked-secrets.ts';

/** What looks like a credential in the tracked files, and which of them could not be looked into, with the reason. */
export type Searched = { found: readonly string[]; unread: readonly string[] };

const PIECE_BYTES = 256 << 10;

/** Looks for credentials in every tracked file but those whose path fits one of the patterns. */
export async function searchTracked(probe: Probe, exceptIn: readonly string[]): Promise<Searched> {
  const { code, text } = await git(probe, 'ls-files', ['-z']);
  if (code !== 0) throw new Error('git ls-files failed');
  const paths = text.split('\0').filter((path) => path !== '');
  const excepted = exceptIn.map((pattern) => matching(pattern, paths));
  const found: string[] = [];
  const unread: string[] = [];
  for (const path of paths.filter((_, index) => !excepted.some((fits) => fits[index]))) {
    probe.signal.throwIfAborted();
    try {
      for (const { line, name } of await searchOne(probe, path)) found.push(`${path} line ${line} has ${name}`);
    } catch (error) {
      probe.signal.throwIfAborted();
      unread.push(`${path} (${(error as NodeJS.ErrnoException).code ?? (error as Error).message})`);
    }
  }
  return { found, unread };
}

async function searchOne(probe: Probe, path: string): Promise<Secret[]> {
  const entry = await lstat(join(probe.root, path));
  // What is tracked of a link is where it leads to.
  if (entry.isSymbolicLink()) return searchText(await readlink(join(probe.root, path)), probe.signal);
  if (entry.isDirectory()) throw new Error('a repository of its own');
  const place = await placeOf(probe, path);
  if (place === undefined) throw new Error('it is not there');
  return searchBytes(piecesOf(place), probe.signal);
}

async function* piecesOf(place: string): AsyncGenerator<Buffer> {
  const handle = await open(place, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    if (!(await handle.stat()).isFile()) throw new Error('it is not a file');
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(PIECE_BYTES), 0, PIECE_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}
