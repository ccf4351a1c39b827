import { hash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../base/error.ts';
import { git } from './git.ts';

/** Commits of the log that are looked back to. */
const MOST_VERSIONS = 200;

/**
 * Makes sure that the log of a folder goes on from what was committed of it: every version that the history of what is checked out
 * leads to is the beginning of the log as it is now. Entries that were cut off the end, or written anew, show here. Nothing is known of
 * what was never committed, nor where there is no repository. Errors: `readiness.log_cut`.
 */
export async function refuseCutLog(records: string): Promise<void> {
  const folder = await realpath(records).catch(() => undefined);
  if (folder === undefined) return;
  const listed = await git(folder, [
    'log',
    `--max-count=${MOST_VERSIONS}`,
    '--no-renames',
    '--raw',
    '--no-abbrev',
    '--format=%H',
    'HEAD',
    '--',
    './records.jsonl',
  ]);
  if (!listed) return;
  const now = await readFile(join(folder, 'records.jsonl')).catch(() => Buffer.alloc(0));
  let commit = '';
  const versions = listed.split('\n').flatMap((line) => {
    if (/^[0-9a-f]{40,64}$/.test(line)) commit = line;
    const object = /^:+\d+ .* ([0-9a-f]{40,64}) [A-Z]\t/.exec(line)?.[1];
    return object === undefined || /^0+$/.test(object) ? [] : [{ commit, object }];
  });
  const sizes = await git(
    folder,
    ['cat-file', '--batch-check=%(objectname) %(objectsize)'],
    {},
    versions.map(({ object }) => `${object}\n`).join(''),
  );
  const sizeOf = new Map((sizes ?? '').split('\n').map((line) => [line.split(' ')[0]!, Number(line.split(' ')[1])]));
  const lost = versions.find(({ object }) => !isBeginning(now, object, sizeOf.get(object)));
  if (!lost) return;
  throw new AppError(
    'conflict',
    'readiness.log_cut',
    `The log of records does not go on from what commit ${lost.commit.slice(0, 12)} holds of it: entries were cut off its end, or changed. Take it from there again: git checkout ${lost.commit.slice(0, 12)} -- ${join(records, 'records.jsonl')}`,
  );
}

/** Whether a file begins with what git keeps under this name. */
function isBeginning(file: Buffer, object: string, size: number | undefined): boolean {
  if (size === undefined || !Number.isSafeInteger(size)) return true;
  if (size > file.length) return false;
  const content = Buffer.concat([Buffer.from(`blob ${size}\0`), file.subarray(0, size)]);
  return hash(object.length === 40 ? 'sha1' : 'sha256', content) === object;
}
