import { inThread } from '../../infra/jobs/in-thread.ts';
import { levelsOf, pathIn, type TreeLevels } from './prove-task.ts';

/** Fewer nodes are hashed at once, in some tens of milliseconds. */
const AT_ONCE = 10_000 * 32;

/** Proofs of single leaves of one tree, whose nodes are hashed beside the event loop when they are many. The leaves are handed over. */
export async function proveApart(leaves: Uint8Array): Promise<(index: number) => Uint8Array[]> {
  const levels =
    leaves.length <= AT_ONCE
      ? levelsOf(leaves)
      : await inThread<TreeLevels>(new URL('./prove-worker.ts', import.meta.url), {
          workerData: leaves,
          transferList: [leaves.buffer as ArrayBuffer],
        });
  return (index) => pathIn(levels, index);
}
