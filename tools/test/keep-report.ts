import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cleanCommitOf } from './clean-commit.ts';

/**
 * Keeps the JUnit report of a whole run in `reports`, beside the commit that it is of, where the checks of the production
 * checklist look. `begunAt` is the commit that the run began with. Where files were edited or new, or the commit is another one by
 * now, no report is kept, and none of an earlier run is left, which could be taken for this one.
 */
export async function keepReport(junit: string, root: string, begunAt: string | undefined): Promise<void> {
  const folder = path.join(root, 'reports');
  for (const name of ['junit.xml', 'junit.commit']) rmSync(path.join(folder, name), { force: true });
  if (begunAt === undefined || begunAt !== (await cleanCommitOf(root)) || !existsSync(junit)) return;
  mkdirSync(folder, { recursive: true });
  copyFileSync(junit, path.join(folder, 'junit.xml'));
  writeFileSync(path.join(folder, 'junit.commit'), `${begunAt}\n`);
}
