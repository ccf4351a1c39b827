import { appendLeaves, emptyFrontier, rootOfFrontier } from '../../base/frontier.ts';
import { HASH_BYTES } from '../../base/merkle.ts';
import { buildColumns, type ObligationColumns } from '../netting/columns.ts';
import type { ObligationRow } from './store.ts';

/** The input of a window as netting takes it, and the Merkle root over its leaves in order of sequence. */
export type WindowInput = { columns: ObligationColumns; root: Buffer };

/**
 * Reads the obligations behind `fromSeq`, a chunk at a time, until a chunk is empty. What a chunk was made of is gone
 * before the next one comes: a million obligations take 18 MB in columns and the tree's right edge, not their objects.
 */
export async function readInput(
  fromSeq: bigint,
  chunkBehind: (afterSeq: bigint) => Promise<readonly ObligationRow[]>,
): Promise<WindowInput> {
  const columns = buildColumns();
  let frontier = emptyFrontier;
  for (let afterSeq = fromSeq; ;) {
    const chunk = await chunkBehind(afterSeq);
    if (chunk.length === 0) return { columns: columns.done(), root: Buffer.from(rootOfFrontier(frontier)) };
    columns.add(chunk);
    frontier = appendLeaves(frontier, leavesOf(chunk));
    afterSeq = chunk.at(-1)!.seq;
  }
}

/** The leaves, which were hashed when the payments were taken. */
function leavesOf(chunk: readonly ObligationRow[]): Uint8Array {
  const leaves = new Uint8Array(chunk.length * HASH_BYTES);
  chunk.forEach(({ leaf }, index) => leaves.set(leaf, index * HASH_BYTES));
  return leaves;
}
