import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '../../src/base/error.ts';
import { commitOf } from '../../src/readiness/run/deployed.ts';

/**
 * Keeps the JUnit report of a whole run in `reports`, beside the commit that it is of, where the checks of the production
 * checklist look. Of files that nobody has committed, or without git, there is no commit: then no report is kept, and none of an
 * earlier run is left, which could be taken for this one.
 */
export async function keepReport(junit: string, root: string): Promise<void> {
  const folder = path.join(root, 'reports');
  for (const name of ['junit.xml', 'commit']) rmSync(path.join(folder, name), { force: true });
  const commit = await committed(root);
  if (commit === undefined || !existsSync(junit)) return;
  mkdirSync(folder, { recursive: true });
  copyFileSync(junit, path.join(folder, 'junit.xml'));
  writeFileSync(path.join(folder, 'commit'), `${commit}\n`);
}

async function committed(root: string): Promise<string | undefined> {
  try {
    const { commit } = await commitOf(root);
    return /^[0-9a-f]+$/.test(commit) ? commit : undefined;
  } catch (error) {
    if (error instanceof AppError && error.code === 'readiness.commit_unknown') return undefined;
    throw error;
  }
}
