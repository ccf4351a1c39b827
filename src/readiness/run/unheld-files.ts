import { hash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { git } from './git.ts';

/** Files of a checkout that the commit does not hold, by their way from the root, and what stands in them as one text. */
export type UnheldFiles = { paths: readonly string[]; hashes: string };

/**
 * Which of the files that checks read git neither tracks nor is told to ignore, by the repository's own `.gitignore` files: what
 * only this machine leaves out may well have been forgotten. Of a folder all that is in it. Ignored files are made from the commit or
 * for the machine, and are held by other means (a report names its commit, or is refused by its age). `left` are pathspecs of what does
 * not count. Undefined where git does not answer.
 */
export async function unheldOf(root: string, read: readonly string[], left: readonly string[]): Promise<UnheldFiles | undefined> {
  const named = new Set((await Promise.all(read.map((path) => waysTo(root, path)))).flat());
  if (named.size === 0) return { paths: [], hashes: '' };
  const asked = [...named].map((path) => `:(top,literal)${path}`);
  const listed = await git(root, ['ls-files', '--others', '--exclude-per-directory=.gitignore', '-z', '--', ...asked, ...left]);
  const paths = listed?.split('\0').filter((path) => path !== '');
  if (!paths) return undefined;
  const hashes = await Promise.all(paths.map(async (path) => `${path} ${named.has(path) ? await hashOf(join(root, path)) : ''}\n`));
  return { paths, hashes: hashes.join('') };
}

/** A path as it is called, and where it leads by a link, from the root as git writes them; nothing of what lies outside. */
async function waysTo(root: string, path: string): Promise<string[]> {
  const called = join(await realpath(dirname(path)).catch(() => dirname(path)), basename(path));
  const real = await realpath(path).catch(() => called);
  const ways = [...new Set([called, real])].map((one) => relative(root, one));
  return ways.filter((way) => way !== '' && way !== '..' && !way.startsWith(`..${sep}`)).map((way) => way.replaceAll(sep, '/'));
}

async function hashOf(path: string): Promise<string> {
  return await readFile(path).then(
    (bytes) => hash('sha256', bytes),
    () => 'unread',
  );
}
