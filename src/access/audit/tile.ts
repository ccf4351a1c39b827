import { HASH_BYTES, nodeHash, rootOfLeaves, sizeOf } from '../../base/merkle.ts';
import type { Tile, TileRef } from '../store/audit-chain.ts';

/** Hashes in a whole tile. */
export const TILE = 256;
const WIDE = BigInt(TILE);

/** The unfinished tiles at the right edge of a tree of `size` leaves, lowest level first; the next hashes go into these. */
export function edgeTiles(size: bigint): TileRef[] {
  const refs: TileRef[] = [];
  for (let level = 0, count = size; count > 0n; level++, count /= WIDE) {
    if (count % WIDE !== 0n) refs.push({ level, index: count / WIDE });
  }
  return refs;
}

/**
 * The tiles that change when leaves are appended to a tree of `size`: the unfinished ones (given in `edge`) grown, new
 * ones, and on each level above the roots of those that became whole.
 */
export function grownTiles(size: bigint, leaves: Uint8Array, edge: readonly Tile[]): Tile[] {
  const tiles: Tile[] = [];
  let [level, at, hashes] = [0, size, leaves];
  while (hashes.length > 0) {
    const unfinished = edge.find((tile) => tile.level === level)?.hashes ?? new Uint8Array();
    if (BigInt(sizeOf(unfinished)) !== at % WIDE)
      throw new Error(`the unfinished tile of level ${level} holds ${sizeOf(unfinished)} hashes at ${at}`);
    const first = at / WIDE;
    const run = Buffer.concat([unfinished, hashes]);
    const above: Uint8Array[] = [];
    for (let start = 0, index = first; start < run.length; start += TILE * HASH_BYTES, index += 1n) {
      const tile = run.subarray(start, start + TILE * HASH_BYTES);
      tiles.push({ level, index, hashes: tile });
      if (tile.length === TILE * HASH_BYTES) above.push(rootOfLeaves(tile));
    }
    [level, at, hashes] = [level + 1, first, Buffer.concat(above)];
  }
  return tiles;
}

/** The perfect subtrees that a tree of `size` is made of, largest first: each a run of hashes within one tile. */
function peaksOf(size: bigint): { ref: TileRef; from: number; to: number }[] {
  const peaks: { ref: TileRef; from: number; to: number }[] = [];
  let at = 0n;
  for (let bit = size.toString(2).length - 1; bit >= 0; bit--) {
    const leaves = 1n << BigInt(bit);
    if ((size & leaves) === 0n) continue;
    const level = Math.floor(bit / 8);
    const first = at / WIDE ** BigInt(level);
    const from = Number(first % WIDE);
    peaks.push({ ref: { level, index: first / WIDE }, from, to: from + 2 ** (bit % 8) });
    at += leaves;
  }
  return peaks;
}

/** The tiles that hold what `rootOfTiles` needs. */
export function tilesFor(size: bigint): TileRef[] {
  return peaksOf(size).map(({ ref }) => ref);
}

/** The root that the tree had when it was of `size`, at least one. Throws when a tile is missing or short. */
export function rootOfTiles(size: bigint, tiles: readonly Tile[]): Uint8Array {
  const roots = peaksOf(size).map(({ ref, from, to }) => {
    const hashes = tiles.find((tile) => tile.level === ref.level && tile.index === ref.index)?.hashes;
    if (!hashes || sizeOf(hashes) < to)
      throw new Error(`the tree lacks hashes ${from} to ${to} of tile ${ref.index} of level ${ref.level}`);
    return rootOfLeaves(hashes.subarray(from * HASH_BYTES, to * HASH_BYTES));
  });
  return roots.reduceRight((right, left) => nodeHash(left, right));
}
