import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AppError } from '../../src/base/error.ts';
import { SAFE_OPTIONS } from '../../src/readiness/git-safety.ts';
import { commitOf } from '../../src/readiness/run/commit.ts';

/** The commit that the files of a folder are of; undefined where some are edited or new, and without git. */
export async function cleanCommitOf(root: string): Promise<string | undefined> {
  try {
    const { commit } = await commitOf(root);
    const args = [...SAFE_OPTIONS, '-C', root, 'status', '--porcelain', '--untracked-files=normal'];
    const { stdout } = await promisify(execFile)('git', args, { env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' } });
    return stdout === '' ? commit : undefined;
  } catch (error) {
    if (error instanceof AppError && error.code === 'readiness.commit_unknown') return undefined;
    throw error;
  }
}
