import { constants } from 'node:fs';
import { lstat, open, readdir, realpath, stat, type FileHandle } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { parse } from 'yaml';
import { AppError } from '../../base/error.ts';
import { utf16Order } from '../checklist/decode.ts';
import type { Probe } from './check.ts';
import { textOf } from './text-of.ts';

/** What a check may read from: the root and the further folders of the settings. */
export type Ground = Pick<Probe, 'root' | 'folders'>;

/** A file of the ground: its real place, size and times. */
export type Seen = { path: string; bytes: number; modifiedMs: number; mode: number; uid: number; gid: number; folder: boolean };

const MOST_BYTES = 32 << 20;

/**
 * The real place of a path, links followed, or undefined when nothing is there. Errors: `readiness.path_refused` when it
 * leads out of the root and of the named folders, `readiness.file_unreadable` where nobody can tell what is there.
 */
export async function placeOf(ground: Ground, path: string): Promise<string | undefined> {
  if (path.includes('\0')) throw refused(path);
  const wanted = resolve(ground.root, path);
  const roots = await Promise.all([ground.root, ...(ground.folders ?? [])].map((folder) => realpath(folder).catch(() => resolve(folder))));
  const real = await orNothing(path, realpath(wanted));
  const looked = real ?? (await standingAbove(path, wanted));
  if (!roots.some((root) => isWithin(root, looked))) throw refused(path);
  return real;
}

/** The real place of what is not there: that of the nearest folder above which is, with the rest behind it. */
async function standingAbove(asked: string, path: string): Promise<string> {
  // A link that leads nowhere exists, but where it leads to may lie outside.
  if (await orNothing(asked, lstat(path))) return sep;
  const above = dirname(path);
  if (above === path) return path;
  const real = await orNothing(asked, realpath(above));
  return join(real ?? (await standingAbove(asked, above)), relative(above, path));
}

/** Undefined only where the system says that nothing is there; where it does not let anybody look, nothing is known. */
async function orNothing<T>(path: string, looked: Promise<T>): Promise<T | undefined> {
  try {
    return await looked;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw code === 'ELOOP' ? refused(path) : unreadable(path, code ?? 'the system does not say why');
  }
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

function refused(path: string): AppError {
  return new AppError('forbidden', 'readiness.path_refused', `${path} leads out of the folders that the settings allow; it was not read.`);
}

/** What stands at a path, or undefined. Errors: `readiness.path_refused`, and those of the system. */
export async function lookAt(ground: Ground, path: string): Promise<Seen | undefined> {
  const place = await placeOf(ground, path);
  if (place === undefined) return undefined;
  const entry = await stat(place);
  const { size, mtimeMs, mode, uid, gid } = entry;
  return { path: place, bytes: size, modifiedMs: mtimeMs, mode: mode & 0o7777, uid, gid, folder: entry.isDirectory() };
}

/** The text of a file, or undefined when there is none. Errors: `readiness.path_refused`, `readiness.file_unreadable`. */
export async function readText(ground: Ground, path: string, mostBytes = MOST_BYTES): Promise<string | undefined> {
  const place = await placeOf(ground, path);
  if (place === undefined) return undefined;
  // Not to wait for the writer of a pipe.
  const handle = await open(place, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const entry = await handle.stat();
    if (!entry.isFile()) throw unreadable(path, 'it is not a file');
    if (entry.size > mostBytes) throw unreadable(path, `it has ${entry.size} bytes, more than ${mostBytes}`);
    return textOf(await handle.readFile());
  } finally {
    await handle.close();
  }
}

/** The last lines of something, whether they are all that there is, and when it was last written, where that is known. */
export type Tail = { text: string; whole: boolean; writtenMs?: number };

/** The last bytes of a file as text, from the start of a line, or undefined when there is none. Errors as of `readText`. */
export async function readTail(ground: Ground, path: string, mostBytes: number): Promise<Tail | undefined> {
  const place = await placeOf(ground, path);
  if (place === undefined) return undefined;
  const handle = await open(place, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const entry = await handle.stat();
    if (!entry.isFile()) throw unreadable(path, 'it is not a file');
    const order = utf16Order(await bytesAt(handle, 0, Math.min(entry.size, 512)));
    // Letters of two bytes are not cut in half.
    const from = Math.max(0, entry.size - mostBytes) & ~1;
    const text = textOf(await bytesAt(handle, from, entry.size - from), order);
    const writtenMs = entry.mtimeMs;
    return from === 0 ? { text, whole: true, writtenMs } : { text: text.slice(text.indexOf('\n') + 1), whole: false, writtenMs };
  } finally {
    await handle.close();
  }
}

async function bytesAt(handle: FileHandle, from: number, bytes: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, from);
  return buffer.subarray(0, bytesRead);
}

/** Names of the entries of a folder, sorted; undefined when there is no such folder. Errors: `readiness.path_refused`. */
export async function listFolder(ground: Ground, path: string): Promise<readonly string[] | undefined> {
  const place = await placeOf(ground, path);
  if (place === undefined || !(await stat(place)).isDirectory()) return undefined;
  return (await readdir(place)).toSorted();
}

/** A document in JSON or YAML. Errors: `readiness.file_unreadable`. */
export function readDocument(path: string, text: string): unknown {
  try {
    return /\.ya?ml$/i.test(path) ? parse(text, { maxAliasCount: 100, logLevel: 'error' }) : JSON.parse(text);
  } catch (error) {
    throw unreadable(path, (error as Error).message.split('\n')[0]!);
  }
}

function unreadable(path: string, why: string): AppError {
  return new AppError('unprocessable', 'readiness.file_unreadable', `${path} cannot be read: ${why}.`);
}
