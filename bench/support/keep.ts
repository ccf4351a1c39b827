import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { commitOf } from '../../src/readiness/run/deployed.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What checks of readiness read of a load test. A benchmark ends with the first error, so that one that has ended had none. */
export type Load = { ratePerS?: number; clients?: number; errorRate: number; latencyMs?: { p50: number; p95?: number; p99?: number } };

/** Writes what was measured to `reports/load`, with the commit that it is of. */
export async function keepLoads(loads: ReadonlyMap<string, Load>): Promise<void> {
  const { commit } = await commitOf(ROOT);
  if (commit.includes('+')) throw new Error('Files are edited that nobody has committed: what is measured is of no commit.');
  mkdirSync(new URL('../../reports/load/', import.meta.url), { recursive: true });
  for (const [name, load] of loads) {
    writeFileSync(new URL(`../../reports/load/${name}.json`, import.meta.url), `${JSON.stringify({ commit, ...load }, undefined, 2)}\n`);
  }
}
