import { execFile } from 'node:child_process';
import { createHash, hash, scrypt } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { canonicalJson } from '../../base/canonical-json.ts';
import { AppError } from '../../base/error.ts';
import { listsPrograms, SAFE_OPTIONS } from '../git-safety.ts';

const GIT_TIMEOUT_MS = 20_000;
const MOST_DIFF_BYTES = 256 * 1024 * 1024;

/** The commit that is judged, and who wrote it as `Name <address>`. */
export type Commit = { commit: string; author?: string };

/**
 * The commit of the repository that a folder lies in. Tracked files that were edited since make it another one: its name
 * then ends in `+` and the beginning of a hash of what was changed. `apart` are files and folders that a run speaks of by
 * other means (the checklist, its bindings, the records), whose changes do not count here.
 * Errors: `readiness.commit_unknown` where there is no repository, no commit, or no git, and where the repository's own
 * configuration names programs that comparing files would start.
 */
export async function commitOf(folder: string, apart: readonly string[] = []): Promise<Commit> {
  const root = await git(folder, 'rev-parse', '--show-toplevel');
  const head = root === undefined ? undefined : await git(folder, 'rev-parse', '--verify', 'HEAD');
  if (root === undefined || head === undefined)
    throw new AppError(
      'not_found',
      'readiness.commit_unknown',
      `${folder} is in no git repository with a commit. Say what is judged: --commit.`,
    );
  // git tells its root without symbolic links.
  const real = await Promise.all(apart.map((path) => realpath(path).catch(() => path)));
  const excluded = real.map((path) => relative(root, path)).filter((path) => path !== '' && !path.startsWith('..'));
  const pathspec = ['--', '.', ...excluded.map((path) => `:(exclude,literal,top)${path.replaceAll(sep, '/')}`)];
  const programs = await git(root, ...listsPrograms());
  if (programs)
    throw new AppError(
      'not_found',
      'readiness.commit_unknown',
      `The configuration of ${root} names programs (${programs.split('\n').join(', ')}), so git was not asked what was edited. Say what is judged: --commit.`,
    );
  const diff = await git(root, 'diff', '--no-ext-diff', '--no-textconv', '--no-color', '--binary', 'HEAD', ...pathspec);
  if (diff === undefined)
    throw new AppError(
      'not_found',
      'readiness.commit_unknown',
      `git does not say what was edited in ${root}. Say what is judged: --commit.`,
    );
  const author = await git(root, 'log', '-1', '--format=%an <%ae>');
  const commit = diff === '' ? head : `${head}+${hash('sha256', diff).slice(0, 12)}`;
  return { commit, ...(author && { author }) };
}

/** What git says; undefined when it says nothing good. No hook, monitor or external diff of the repository is run. */
async function git(folder: string, ...args: string[]): Promise<string | undefined> {
  const safe = [...SAFE_OPTIONS, '-c', 'diff.external=', '-C', folder];
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' };
  try {
    const { stdout } = await promisify(execFile)('git', [...safe, ...args], { timeout: GIT_TIMEOUT_MS, maxBuffer: MOST_DIFF_BYTES, env });
    return stdout.trimEnd();
  } catch {
    return undefined;
  }
}

/** What belongs to the configuration: files below the root, settings by name, and the hash of the settings of the run itself. */
export type ConfigParts = {
  settings?: string;
  root: string;
  files: readonly string[];
  env: readonly string[];
  environment: Readonly<Record<string, string | undefined>>;
};

/**
 * One hash over the configuration, in hex: any change of a declared file or setting changes it. Made slowly (scrypt), since
 * it is told in reports and settings may be passwords that somebody could try out.
 * Errors: `readiness.config_unreadable` for a file that is not there or lies outside the root.
 */
export async function configHashOf({ root, files, env, environment, settings = '' }: ConfigParts): Promise<string> {
  const hashes = await Promise.all(files.map(async (file) => [file, await hashOfFile(root, file)] as const));
  const values = env.map((name) => [name, environment[name] ?? null] as const);
  const text = canonicalJson({ files: Object.fromEntries(hashes), env: Object.fromEntries(values), settings });
  const slowly = promisify<string, string, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);
  return (await slowly(text, 'rialto readiness configuration', 32, { N: 2 ** 14, r: 8, p: 1, maxmem: 2 ** 26 })).toString('hex');
}

async function hashOfFile(root: string, file: string): Promise<string> {
  try {
    const [base, path] = await Promise.all([realpath(root), realpath(resolve(root, file))]);
    if (path !== base && !path.startsWith(base.endsWith(sep) ? base : base + sep)) throw new Error('it lies outside the root');
    const sum = createHash('sha256');
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) sum.update(chunk);
    return sum.digest('hex');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new AppError('unprocessable', 'readiness.config_unreadable', `The file ${file} of the configuration cannot be read: ${why}.`);
  }
}
