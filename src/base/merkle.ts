import { hash } from 'node:crypto';
import { LANES_CAPACITY, reduceTree } from './sha256-lanes.ts';

/**
 * Merkle trees of RFC 6962 (RFC 9162 §2.1) on SHA-256. A leaf hash starts with 0x00 and a node with 0x01, so neither can
 * pass for the other. A list of hashes is one run of bytes, 32 for each.
 */
export const HASH_BYTES = 32;

/** Leaves `from` up to but without `to`. */
export type LeafRange = { from: number; to: number };

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** Root of a tree without leaves: SHA-256 of nothing. */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array());

function sha256(...parts: Uint8Array[]): Uint8Array {
  return hash('sha256', parts.length === 1 ? parts[0]! : Buffer.concat(parts), 'buffer');
}

/** Hash of a leaf's content. */
export function leafHash(data: Uint8Array): Uint8Array {
  return sha256(LEAF, data);
}

/** Hash of a leaf whose content is text, in UTF-8, in one call. */
export function textLeafHash(text: string): Buffer {
  return hash('sha256', `\0${text}`, 'buffer');
}

/** Hash of a node over its two children. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(NODE, left, right);
}

/**
 * Root over leaf hashes, in their order. A million leaves take about 0.3 s on one core (see sha256-lanes.ts).
 * Throws RangeError when the bytes are not whole hashes.
 */
export function rootOfLeaves(leaves: Uint8Array): Uint8Array {
  if (sizeOf(leaves) === 0) return EMPTY_ROOT;
  let level = leaves;
  // Subtrees of a power of two are nodes of the tree, so each is reduced alone and the tree goes on above them.
  while (sizeOf(level) > LANES_CAPACITY) {
    const step = LANES_CAPACITY * HASH_BYTES;
    const above = new Uint8Array(Math.ceil(level.length / step) * HASH_BYTES);
    for (let at = 0, to = 0; at < level.length; at += step, to += HASH_BYTES) above.set(reduceTree(level.subarray(at, at + step)), to);
    level = above;
  }
  return reduceTree(level);
}

/** Number of hashes in a run of bytes. Throws RangeError when it is not whole. */
export function sizeOf(hashes: Uint8Array): number {
  if (hashes.length % HASH_BYTES !== 0) throw new RangeError(`${hashes.length} bytes are not whole hashes of ${HASH_BYTES}`);
  return hashes.length / HASH_BYTES;
}

/** Largest power of two below `size`, where RFC 6962 divides a tree; `size` ≥ 2. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/**
 * Which subtrees make up the proof that leaf `index` is in the tree of `size` leaves, in the order of the proof
 * (RFC 9162 §2.1.3.1): for logs that keep their nodes in a table. Throws RangeError when there is no such leaf.
 */
export function inclusionPath(index: number, size: number): LeafRange[] {
  if (!(Number.isSafeInteger(index) && index >= 0 && index < size)) throw new RangeError(`no leaf ${index} among ${size}`);
  const path: LeafRange[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    path.push(index < middle ? { from: middle, to } : { from, to: middle });
    [from, to] = index < middle ? [from, middle] : [middle, to];
  }
  return path.reverse();
}

/**
 * Which subtrees make up the proof that the tree of `size` leaves continues the one of its `earlier` first leaves
 * (RFC 9162 §2.1.4.1). Empty when nothing has to be shown: equal sizes, or an empty earlier tree.
 */
export function consistencyPath(earlier: number, size: number): LeafRange[] {
  if (!(Number.isSafeInteger(earlier) && earlier >= 0 && earlier <= size)) throw new RangeError(`no tree of ${earlier} within ${size}`);
  if (earlier === 0 || earlier === size) return [];
  const path: LeafRange[] = [];
  let [from, to, known] = [0, size, true];
  while (to !== earlier) {
    const middle = from + splitOf(to - from);
    if (earlier <= middle) {
      path.push({ from: middle, to });
      to = middle;
    } else {
      path.push({ from, to: middle });
      [from, known] = [middle, false];
    }
  }
  // The earlier tree's own root is known to whoever verifies; a part of it is not.
  if (!known) path.push({ from, to });
  return path.reverse();
}

const resolve = (leaves: Uint8Array, path: LeafRange[]) =>
  path.map(({ from, to }) => rootOfLeaves(leaves.subarray(from * HASH_BYTES, to * HASH_BYTES)));

/** Proof that leaf `index` is in the tree of all these leaf hashes. */
export function inclusionProof(leaves: Uint8Array, index: number): Uint8Array[] {
  return resolve(leaves, inclusionPath(index, sizeOf(leaves)));
}

/** Proof that the tree of all these leaf hashes continues the tree of the first `earlier` of them. */
export function consistencyProof(leaves: Uint8Array, earlier: number): Uint8Array[] {
  return resolve(leaves, consistencyPath(earlier, sizeOf(leaves)));
}

/** Whether the proof shows that `leaf` (a leaf hash) stands at `index` in the tree with this size and root. */
export function verifyInclusion(claim: {
  leaf: Uint8Array;
  index: number;
  size: number;
  root: Uint8Array;
  proof: readonly Uint8Array[];
}): boolean {
  const { leaf, index, size, root, proof } = claim;
  if (!(Number.isSafeInteger(size) && Number.isSafeInteger(index) && index >= 0 && index < size)) return false;
  const path = inclusionPath(index, size);
  if (path.length !== proof.length || !areHashes([leaf, root, ...proof])) return false;
  const top = proof.reduce((below, other, i) => (path[i]!.to <= index ? nodeHash(other, below) : nodeHash(below, other)), leaf);
  return equal(top, root);
}

/** Whether the proof shows that the tree (`size`, `root`) continues the earlier one without changing any of its leaves. */
export function verifyConsistency(claim: {
  earlier: number;
  earlierRoot: Uint8Array;
  size: number;
  root: Uint8Array;
  proof: readonly Uint8Array[];
}): boolean {
  const { earlier, earlierRoot, size, root, proof } = claim;
  if (!(Number.isSafeInteger(size) && Number.isSafeInteger(earlier) && earlier >= 0 && earlier <= size)) return false;
  const path = consistencyPath(earlier, size);
  if (path.length !== proof.length || !areHashes([earlierRoot, root, ...proof])) return false;
  if (earlier === size) return equal(earlierRoot, root);
  if (earlier === 0) return equal(earlierRoot, EMPTY_ROOT);
  const startKnown = path[0]!.to > earlier;
  let [before, after] = startKnown ? [earlierRoot, earlierRoot] : [proof[0]!, proof[0]!];
  for (let i = startKnown ? 0 : 1; i < path.length; i++) {
    const within = path[i]!.to <= earlier;
    if (within) before = nodeHash(proof[i]!, before);
    after = within ? nodeHash(proof[i]!, after) : nodeHash(after, proof[i]!);
  }
  return equal(before, earlierRoot) && equal(after, root);
}

function areHashes(all: readonly Uint8Array[]): boolean {
  return all.every((one) => one.length === HASH_BYTES);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
