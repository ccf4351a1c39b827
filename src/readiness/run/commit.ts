import { hash } from 'node:crypto';
import { lstat, readFile, realpath } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { AppError } from '../../base/error.ts';
import { listsPrograms } from '../git-safety.ts';
import { git, type GitEnvironment } from './git.ts';
import { recordsPathspec } from './records-apart.ts';
import { unheldOf } from './unheld-files.ts';

/**
 * The commit that is judged, and who wrote it as `Name <address>`. `checkedOut` is told where it is another one, after which
 * nothing but records was committed; `unheld` are files that checks read and the commit does not hold, by their way from the root.
 */
export type Commit = { commit: string; checkedOut?: string; author?: string; unheld?: readonly string[] };

/**
 * What says nothing of what is judged. `files` are files and folders that a run speaks of by other means (the checklist, its
 * bindings): edits of them do not count. `records` is the folder of the log, which neither edits nor commits of count, so
 * that a signature is not void by being kept with what was signed. `read` are the files that checks read: what they find in one
 * that the commit does not hold is not of that commit.
 */
export type Apart = { files?: readonly string[]; records?: string; read?: readonly string[] };

/**
 * The commit of the repository that a folder lies in: the newest that touched anything but the records. Tracked files that
 * were edited since make it another one, and so do files that checks read while git neither tracks nor ignores them: its name then
 * ends in `+` and the beginning of a hash of what was changed.
 * Errors: `readiness.commit_unknown` where there is no repository, no commit, or no git, and where the repository's own
 * configuration names programs that comparing files would start.
 */
export async function commitOf(folder: string, apart: Apart = {}): Promise<Commit> {
  const checkout = await checkoutOf(folder);
  const programs = await git(checkout.root, listsPrograms());
  if (programs)
    throw unknown(
      `The configuration of ${checkout.root} names programs (${programs.split('\n').join(', ')}), so git was not asked what was edited.`,
    );
  return await asItStands(checkout, apart);
}

/**
 * The commit that was named. In a repository it has to be the one that is checked out, since what stands there is what
 * checks read, and nobody could tell who wrote another; it is then told as `commitOf` tells it. The repository's filters take
 * no part, so that a repository which names some can be judged by naming its commit. Outside of a repository any name is
 * taken: there is nothing to hold it against.
 *
 * Errors: `readiness.commit_unknown` for a name that git does not know, or when it does not answer;
 * `readiness.commit_other` for another commit than the one checked out; `readiness.commit_edited` when tracked files were
 * edited since, or a check reads one that it does not hold.
 */
export async function commitNamed(name: string, folder: string, apart: Apart = {}): Promise<Commit> {
  if (!(await isInRepository(folder))) return { commit: name };
  const checkout = await checkoutOf(folder);
  const found = await git(folder, ['rev-parse', '--verify', '--end-of-options', `${name}^{commit}`]);
  if (found === undefined)
    throw unknown(`The repository of ${folder} has no commit ${name.slice(0, 80)}, so nobody can tell what it is and who wrote it.`, false);
  const here = await asItStands(checkout, apart, await withoutFilters(checkout.root));
  const judged = here.commit.split('+', 1)[0]!;
  if (found !== checkout.head && found !== judged)
    throw new AppError(
      'conflict',
      'readiness.commit_other',
      `Checked out is ${checkout.head.slice(0, 12)}, and its files are what checks read. Check ${name.slice(0, 80)} out, or leave --commit out.`,
    );
  if (here.commit === judged) return here;
  throw new AppError(
    'conflict',
    'readiness.commit_edited',
    here.unheld
      ? `Checks read what ${found.slice(0, 12)} does not hold: ${here.unheld.slice(0, MOST_TOLD).join(', ')}. Commit that, have it ignored, or leave --commit out to judge it as it is.`
      : `Files were edited since ${found.slice(0, 12)}. Commit them, or leave --commit out to judge them as they are.`,
  );
}

/** Whether a folder lies in a repository, by what stands on the disk: git itself may be missing or refuse to answer. */
export async function isInRepository(folder: string): Promise<boolean> {
  for (let path = await realpath(folder).catch(() => folder); ; path = dirname(path)) {
    if (await lstat(join(path, '.git')).catch(() => undefined)) return true;
    if (dirname(path) === path) return false;
  }
}

/** So many files are named in an error. */
const MOST_TOLD = 5;

type Checkout = { root: string; head: string };

async function checkoutOf(folder: string): Promise<Checkout> {
  const root = await git(folder, ['rev-parse', '--show-toplevel']);
  const head = root === undefined ? undefined : await git(folder, ['rev-parse', '--verify', 'HEAD']);
  if (root !== undefined && head !== undefined) return { root, head };
  if (await isInRepository(folder)) throw unknown(`git tells no commit of the repository that ${folder} lies in.`, false);
  throw unknown(`${folder} is in no git repository with a commit.`);
}

async function asItStands({ root, head }: Checkout, { files = [], records, read = [] }: Apart, more: GitEnvironment = {}): Promise<Commit> {
  const excluded = (await Promise.all(files.map((path) => within(root, path)))).filter((path) => path !== undefined && path !== '');
  const left = excluded.map((path) => `:(exclude,literal,top)${path}`);
  const log = records === undefined ? [] : await recordsPathspec(root, await realPath(records), (args) => git(root, args));
  const pathspec = ['--', '.', ...left, ...log];
  const newest = log.length === 0 ? head : await git(root, ['log', '-1', '--format=%H', head, '--', '.', ...log]);
  // Nothing but records was ever committed.
  const judged = newest === '' ? head : newest;
  const diff = await git(root, ['diff', '--no-ext-diff', '--no-textconv', '--no-color', '--binary', 'HEAD', ...pathspec], more);
  const unseen = await unlookedAt(root, pathspec);
  const unheld = await unheldOf(root, read, [...left, ...log]);
  if (diff === undefined || unseen === undefined || unheld === undefined || judged === undefined)
    throw unknown(`git does not say what was edited in ${root}.`, false);
  const author = await git(root, ['log', '-1', '--format=%an <%ae>', judged]);
  const edits = diff + unseen + unheld.hashes;
  const commit = edits === '' ? judged : `${judged}+${hash('sha256', edits).slice(0, 12)}`;
  const missing = unheld.paths.length > 0 && { unheld: unheld.paths };
  return { commit, ...(judged !== head && { checkedOut: head }), ...(author && { author }), ...missing };
}

/** As git tells its root: without symbolic links. */
async function realPath(path: string): Promise<string> {
  return await realpath(path).catch(() => path);
}

/** Where a path lies from the root, as git writes it; undefined outside. */
async function within(root: string, path: string): Promise<string | undefined> {
  const way = relative(root, await realPath(path));
  return way === '..' || way.startsWith(`..${sep}`) ? undefined : way.replaceAll(sep, '/');
}

/**
 * What stands in files that the index was told not to look at (`assume-unchanged`, `skip-worktree`), as hashes: git calls
 * them unchanged whatever they hold. Those that are not there, as in a sparse checkout, hold nothing.
 */
async function unlookedAt(root: string, pathspec: readonly string[]): Promise<string | undefined> {
  const listed = await git(root, ['ls-files', '-v', '-z', ...pathspec]);
  const paths = listed?.split('\0').flatMap((entry) => /^[a-zS] (.+)$/s.exec(entry)?.[1] ?? []);
  const found = paths?.map(async (path) => {
    const bytes = await readFile(join(root, path)).catch(() => undefined);
    return bytes ? [`${path} ${hash('sha256', bytes)}`] : [];
  });
  return found && (await Promise.all(found)).flat().join('\n');
}

/** Settings under which git takes every filter of the repository for none, by way of the environment: names may hold anything. */
async function withoutFilters(root: string): Promise<GitEnvironment> {
  const listed = await git(root, ['config', '--includes', '--null', '--name-only', '--get-regexp', '^filter\\..*']);
  const filters = new Set((listed ?? '').split('\0').flatMap((key) => /^(filter\..*)\.[^.]+$/s.exec(key)?.[1] ?? []));
  const settings = [...filters].flatMap((filter) => [
    ...['clean', 'smudge', 'process'].map((key) => [`${filter}.${key}`, ''] as const),
    [`${filter}.required`, 'false'] as const,
  ]);
  const entries = settings.flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${at}`, key] as const,
    [`GIT_CONFIG_VALUE_${at}`, value] as const,
  ]);
  return { GIT_CONFIG_COUNT: `${settings.length}`, ...Object.fromEntries(entries) };
}

function unknown(why: string, mayBeNamed = true): AppError {
  return new AppError('not_found', 'readiness.commit_unknown', mayBeNamed ? `${why} Say what is judged: --commit.` : why);
}
