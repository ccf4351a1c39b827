import { HASH_BYTES, type LeafRange, nodeHash, rootOfLeaves } from '../../base/merkle.ts';

/** Hashes in a whole tile. */
const TILE_HASHES = 256;

/** A run of node hashes at a level of tiles: level 0 are leaves, level n nodes over 256ⁿ leaves. */
export type Tile = { level: number; index: number; hashes: Uint8Array };

/** Names a tile in a map. */
export const tileKey = (level: number, index: number): string => `${level}/${index}`;

/**
 * The tiles that change when leaf hashes are added to a log of `size` leaves: the growing tile of each level, which
 * `edges` holds by level when it is not empty, and whatever follows it. Whole tiles give one hash to the level above.
 */
export function growTiles(size: number, edges: readonly (Uint8Array | undefined)[], leaves: Uint8Array): Tile[] {
  const changed: Tile[] = [];
  let added = leaves;
  let before = size;
  for (let level = 0; added.length > 0; level++) {
    const first = Math.floor(before / TILE_HASHES);
    const edge = before % TILE_HASHES === 0 ? new Uint8Array() : edges[level]!;
    const bytes = Buffer.concat([edge, added]);
    const roots: Uint8Array[] = [];
    for (let at = 0, index = first; at < bytes.length; at += TILE_HASHES * HASH_BYTES, index++) {
      const hashes = bytes.subarray(at, at + TILE_HASHES * HASH_BYTES);
      changed.push({ level, index, hashes });
      if (hashes.length === TILE_HASHES * HASH_BYTES) roots.push(rootOfLeaves(hashes));
    }
    added = Buffer.concat(roots);
    before = first;
  }
  return changed;
}

/** The growing tiles of a log: at each level the one that is neither empty nor whole. */
export function edgeTiles(size: number): { level: number; index: number }[] {
  const edges: { level: number; index: number }[] = [];
  for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / TILE_HASHES)) {
    if (count % TILE_HASHES !== 0) edges.push({ level, index: Math.floor(count / TILE_HASHES) });
  }
  return edges;
}

/** The tiles that hold what `rangeRoot` needs for these subtrees. */
export function tilesOf(ranges: readonly LeafRange[]): { level: number; index: number }[] {
  const wanted = new Map<string, { level: number; index: number }>();
  for (const range of ranges) {
    for (const part of perfectParts(range)) {
      const { level, from } = placeOf(part);
      const index = Math.floor(from / TILE_HASHES);
      wanted.set(tileKey(level, index), { level, index });
    }
  }
  return [...wanted.values()];
}

/** Root of a subtree of RFC 6962's division, from the tiles that `tilesOf` named. Throws when one is missing or short. */
export function rangeRoot(range: LeafRange, tiles: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const roots = perfectParts(range).map((part) => {
    const { level, from, to } = placeOf(part);
    const tile = tiles.get(tileKey(level, Math.floor(from / TILE_HASHES)));
    const start = (from % TILE_HASHES) * HASH_BYTES;
    const end = start + (to - from) * HASH_BYTES;
    if (!tile || tile.length < end) throw new Error(`the log lacks hashes ${from} to ${to} of level ${level}`);
    return rootOfLeaves(tile.subarray(start, end));
  });
  return roots.reduceRight((right, left) => nodeHash(left, right));
}

/** A subtree at the log's edge as perfect ones, largest first. Ranges start at multiples of their largest part. */
function perfectParts({ from, to }: LeafRange): LeafRange[] {
  const parts: LeafRange[] = [];
  for (let at = from; at < to;) {
    let width = 1;
    while (width * 2 <= to - at && at % (width * 2) === 0) width *= 2;
    parts.push({ from: at, to: at + width });
    at += width;
  }
  return parts;
}

/** Where a perfect subtree stands: the highest level of tiles whose nodes it is made of. */
function placeOf({ from, to }: LeafRange): { level: number; from: number; to: number } {
  let level = 0;
  let width = 1;
  while (width * TILE_HASHES <= to - from) {
    width *= TILE_HASHES;
    level++;
  }
  return { level, from: from / width, to: to / width };
}
