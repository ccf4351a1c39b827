import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SAFE_OPTIONS } from '../git-safety.ts';

const GIT_TIMEOUT_MS = 20_000;
const MOST_DIFF_BYTES = 256 * 1024 * 1024;

/** Settings of the environment that git is given beside those that it needs. */
export type GitEnvironment = Readonly<Record<string, string>>;

/** What git says; undefined when it says nothing good. No hook, monitor or external diff of the repository is run. */
export async function git(folder: string, args: readonly string[], more: GitEnvironment = {}, input?: string): Promise<string | undefined> {
  const safe = [...SAFE_OPTIONS, '-c', 'diff.external=', '-C', folder];
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', GIT_NO_REPLACE_OBJECTS: '1', LC_ALL: 'C', ...more };
  try {
    const asking = promisify(execFile)('git', [...safe, ...args], { timeout: GIT_TIMEOUT_MS, maxBuffer: MOST_DIFF_BYTES, env });
    if (input !== undefined) asking.child.stdin?.on('error', () => undefined).end(input);
    return (await asking).stdout.trimEnd();
  } catch {
    return undefined;
  }
}
