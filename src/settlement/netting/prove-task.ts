import { hash } from 'node:crypto';

/** The levels of a Merkle tree (RFC 6962), leaves first, as runs of hashes: 64 bytes for each leaf. */
export type TreeLevels = readonly Uint8Array[];

const BYTES = 32;

/** Every node of the tree over some leaf hashes. A last node without a neighbour stands for itself on the next level. */
export function levelsOf(leaves: Uint8Array): TreeLevels {
  const levels = [leaves];
  const pair = new Uint8Array(1 + 2 * BYTES);
  pair[0] = 1;
  for (let level = leaves; level.length > BYTES; level = levels.at(-1)!) {
    const count = level.length / BYTES;
    const above = new Uint8Array(Math.ceil(count / 2) * BYTES);
    for (let i = 0; i + 1 < count; i += 2) {
      pair.set(level.subarray(i * BYTES, (i + 2) * BYTES), 1);
      above.set(hash('sha256', pair, 'buffer'), (i / 2) * BYTES);
    }
    if (count % 2 === 1) above.set(level.subarray((count - 1) * BYTES), above.length - BYTES);
    levels.push(above);
  }
  return levels;
}

/** The path from a leaf to the root: the neighbour on each level, where there is one. */
export function pathIn(levels: TreeLevels, index: number): Uint8Array[] {
  return levels.slice(0, -1).flatMap((level, height) => {
    const neighbour = (Math.floor(index / 2 ** height) ^ 1) * BYTES;
    return neighbour < level.length ? [level.subarray(neighbour, neighbour + BYTES)] : [];
  });
}
