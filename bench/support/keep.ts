import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cleanCommitOf } from '../../tools/test/clean-commit.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What checks of readiness read of a load test. A benchmark ends with the first answer that is an error, so that one that has ended had none. */
export type Load = { ratePerS?: number; clients?: number; errorRate: number; latencyMs?: { p50: number; p95?: number; p99?: number } };

/** The commit that is measured. Throws where files are edited or new. */
export async function measuredCommit(): Promise<string> {
  const commit = await cleanCommitOf(ROOT);
  if (commit === undefined) throw new Error('Files are edited or new: what is measured would be of no commit. Nothing is kept.');
  return commit;
}

/** Writes what was measured to `reports/load`, with the commit that it is of. Throws when that is another one by now. */
export async function keepLoads(loads: ReadonlyMap<string, Load>, begunAt: string): Promise<void> {
  if ((await measuredCommit()) !== begunAt) throw new Error('The commit has changed since the benchmark began. Nothing is kept.');
  mkdirSync(new URL('../../reports/load/', import.meta.url), { recursive: true });
  for (const [name, load] of loads) {
    const text = JSON.stringify({ commit: begunAt, ...load }, undefined, 2);
    writeFileSync(new URL(`../../reports/load/${name}.json`, import.meta.url), `${text}\n`);
  }
}
