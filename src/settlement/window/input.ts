import { appendLeaves, emptyFrontier, rootOfFrontier } from '../../base/frontier.ts';
import { HASH_BYTES } from '../../base/merkle.ts';
import { buildColumns, type ObligationColumns } from '../netting/columns.ts';
import type { MemberRow } from './membership-store.ts';

/** The input of a window as netting takes it, and the Merkle tree over its leaves in order of sequence. */
export type WindowInput = { columns: ObligationColumns; size: number; root: Buffer };

/**
 * Reads the members of a window in order of sequence, a chunk at a time, until a chunk is empty. What a chunk was made of is gone
 * before the next one comes: a million obligations take 18 MB in columns and the tree's right edge, not their objects. Who was
 * taken out on a default is in the tree and not in the columns; `isOut` takes out more.
 */
export async function readInput(
  chunkBehind: (afterSeq: bigint) => Promise<readonly MemberRow[]>,
  isOut: (row: MemberRow) => boolean = () => false,
): Promise<WindowInput> {
  const columns = buildColumns();
  let frontier = emptyFrontier;
  for (let afterSeq = 0n; ;) {
    const chunk = await chunkBehind(afterSeq);
    if (chunk.length === 0) return { columns: columns.done(), size: frontier.size, root: Buffer.from(rootOfFrontier(frontier)) };
    const counted = chunk.some((row) => row.removed || isOut(row)) ? chunk.filter((row) => !row.removed && !isOut(row)) : chunk;
    columns.add(counted);
    frontier = appendLeaves(frontier, leavesOf(chunk));
    afterSeq = chunk.at(-1)!.seq;
  }
}

/** The leaves, which were hashed when the payments were taken. */
function leavesOf(chunk: readonly MemberRow[]): Uint8Array {
  const leaves = new Uint8Array(chunk.length * HASH_BYTES);
  chunk.forEach(({ leaf }, index) => leaves.set(leaf, index * HASH_BYTES));
  return leaves;
}
