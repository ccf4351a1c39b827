import { readFile, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AppError } from '../../base/error.ts';
import { git } from './git.ts';
import { recordsPathspec } from './records-apart.ts';

/** More commits than these are not read: who wrote so much is not known, and says so. */
const MOST_COMMITS = 20_000;
/** Releases that are looked back to before the whole history counts. */
const MOST_RELEASES = 50;

/** What tells where the last release was: named by hand, by tags such as `v*`, or by verdicts of go, the newest last. */
export type Released = { since?: string; tag?: string; verdicts?: readonly string[] };

/** Who wrote what is released, as `Name <address>`, and after which commit; without one it is the whole history. */
export type History = { authors: readonly string[]; since?: string };

/**
 * Everybody who wrote any of what is released: authors, committers and co-authors of the commits after the last release, up to the one
 * that is judged, and of that itself. Names are taken as the commits have them; a map of names in the repository counts for nothing,
 * since it is written by those whom it names. Commits of the log of records alone do not count. Where the history cannot tell,
 * the answer holds a name in angle brackets that says why, and such a name may be anybody. Undefined outside of a repository.
 *
 * Errors: `readiness.since_unknown` for a commit named by hand that the judged one does not come after.
 */
export async function historyOf(
  folder: string,
  { commit, records, released }: { commit: string; records?: string; released: Released },
): Promise<History | undefined> {
  const root = await git(folder, ['rev-parse', '--show-toplevel']);
  const judged = root && (await git(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${commit.split('+', 1)[0]}^{commit}`]));
  if (!root || !judged) return undefined;
  const since = await lastRelease(root, judged, released);
  const path = records === undefined ? undefined : await realpath(records).catch(() => resolve(records));
  const apart = path === undefined ? [] : await recordsPathspec(root, path, (args) => git(root, args));
  const authors = await writersOf(root, { judged, since, apart });
  return { authors, ...(since !== undefined && { since }) };
}

async function lastRelease(root: string, judged: string, { since, tag, verdicts = [] }: Released): Promise<string | undefined> {
  if (since !== undefined) {
    const named = await git(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${since}^{commit}`]);
    if (named !== undefined && (await comesBefore(root, named, judged))) return named;
    throw new AppError(
      'invalid',
      'readiness.since_unknown',
      `${since.slice(0, 80)} is no commit that ${judged.slice(0, 12)} comes after. Name the last release, or leave --since out.`,
    );
  }
  const candidates = tag === undefined ? verdicts.toReversed() : await taggedBefore(root, judged, tag);
  for (const candidate of [...new Set(candidates)].slice(0, MOST_RELEASES)) {
    const known = /^[0-9a-f]{40,64}(\+|$)/.test(candidate) ? candidate.split('+', 1)[0]! : undefined;
    if (known !== undefined && (await comesBefore(root, known, judged))) return known;
  }
  return undefined;
}

/** A commit is not before itself: a go for what is judged now frees nobody who wrote it. */
async function comesBefore(root: string, commit: string, judged: string): Promise<boolean> {
  return commit !== judged && (await git(root, ['merge-base', '--is-ancestor', commit, judged])) !== undefined;
}

async function taggedBefore(root: string, judged: string, tag: string): Promise<string[]> {
  const object = '%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)';
  const count = `--count=${MOST_RELEASES}`;
  const told = await git(root, [
    'for-each-ref',
    `--merged=${judged}`,
    '--sort=-creatordate',
    count,
    `--format=${object}`,
    `refs/tags/${tag}`,
  ]);
  return (told ?? '').split('\n');
}

type Range = { judged: string; since: string | undefined; apart: readonly string[] };

const FORMAT = '%H%x1f%an <%ae>%x1f%cn <%ce>%x1f%(trailers:key=Co-authored-by,valueonly,unfold,separator=%x1f)';

async function writersOf(root: string, { judged, since, apart }: Range): Promise<string[]> {
  const range = since === undefined ? [judged] : [judged, `^${since}`];
  // Every commit that touched anything but the log, also of branches whose work was undone again.
  const paths = apart.length === 0 ? [] : ['--full-history', '--', '.', ...apart];
  const read = ['log', '--no-mailmap', `--format=${FORMAT}`];
  const [told, itself] = await Promise.all([
    git(root, [...read, `--max-count=${MOST_COMMITS + 1}`, ...range, ...paths]),
    git(root, [...read, '-1', judged]),
  ]);
  if (told === undefined || itself === undefined) return ['<git does not say who wrote it>'];
  const commits = [...new Set(`${itself}\n${told}`.split('\n'))].filter((line) => line !== '').map((line) => line.split('\x1f'));
  const authors = [...new Set(commits.flatMap(([, ...names]) => names.map((name) => name.trim()).filter((name) => name !== '')))];
  const cut = await shallowIn(root, commits);
  return [
    ...(commits.length > MOST_COMMITS
      ? [`<there are more than ${MOST_COMMITS} commits: name the last release with --since or gate.releaseTag>`]
      : []),
    ...(cut ? ['<the clone is shallow: fetch the whole history, fetch-depth 0>'] : []),
    ...authors,
  ];
}

/** Whether the history ends at one of these commits only because this clone has no more of it. */
async function shallowIn(root: string, commits: readonly (readonly string[])[]): Promise<boolean> {
  if ((await git(root, ['rev-parse', '--is-shallow-repository'])) !== 'true') return false;
  const path = await git(root, ['rev-parse', '--git-path', 'shallow']);
  const ends = new Set((await readFile(resolve(root, path ?? ''), 'utf8').catch(() => '')).split('\n'));
  return ends.size < 2 || commits.some(([id]) => ends.has(id!));
}
