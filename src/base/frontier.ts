import { EMPTY_ROOT, HASH_BYTES, nodeHash, rootOfLeaves, sizeOf } from './merkle.ts';

/**
 * The right edge of a growing Merkle tree, enough to append to it and to know its root without its leaves: the roots of
 * its perfect subtrees, largest first, one for each 1 in the binary form of `size`. A value: appending makes a new one.
 */
export type Frontier = { readonly size: number; readonly peaks: readonly Uint8Array[] };

/** The frontier of a tree without leaves. */
export const emptyFrontier: Frontier = { size: 0, peaks: [] };

/** The frontier after more leaf hashes (32 bytes each, one behind the other). */
export function appendLeaves(frontier: Frontier, leaves: Uint8Array): Frontier {
  const peaks = [...frontier.peaks];
  let { size } = frontier;
  for (let at = 0, left = sizeOf(leaves); left > 0;) {
    const count = perfectStep(size, left);
    peaks.push(rootOfLeaves(leaves.subarray(at * HASH_BYTES, (at + count) * HASH_BYTES)));
    // As in binary addition: two perfect subtrees of one size become one of twice the size.
    for (let width = count; Math.floor(size / width) % 2 === 1; width *= 2) {
      const right = peaks.pop()!;
      peaks.push(nodeHash(peaks.pop()!, right));
    }
    size += count;
    at += count;
    left -= count;
  }
  return { size, peaks };
}

/** The largest perfect subtree that can start at `size` with `left` leaves to come. */
function perfectStep(size: number, left: number): number {
  let count = 1;
  while (count * 2 <= left && size % (count * 2) === 0) count *= 2;
  return count;
}

/** The root that the tree has now. */
export function rootOfFrontier({ peaks }: Frontier): Uint8Array {
  return peaks.length === 0 ? EMPTY_ROOT : peaks.reduceRight((right, left) => nodeHash(left, right));
}

/** The peaks as one run of bytes, for a column beside the size. */
export function packFrontier({ peaks }: Frontier): Uint8Array {
  return Buffer.concat(peaks);
}

/** The reverse of `packFrontier`. Throws RangeError when the number of peaks does not belong to the size. */
export function unpackFrontier(size: number, bytes: Uint8Array): Frontier {
  const ones = [...size.toString(2)].filter((digit) => digit === '1').length;
  if (sizeOf(bytes) !== ones) throw new RangeError(`a tree of ${size} leaves has ${ones} peaks, not ${sizeOf(bytes)}`);
  return { size, peaks: Array.from({ length: ones }, (_, i) => bytes.slice(i * HASH_BYTES, (i + 1) * HASH_BYTES)) };
}
