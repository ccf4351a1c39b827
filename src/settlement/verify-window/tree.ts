import { hash } from 'node:crypto';

/** SHA-256 as hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

/** Hash of a leaf's content (RFC 6962 §2.1): 0x00, then the text in UTF-8. */
export function leafOf(text: string): string {
  return sha256(`\0${text}`);
}

function nodeOf(left: string, right: string): string {
  return sha256(Buffer.from(`01${left}${right}`, 'hex'));
}

/** A Merkle tree that leaves are appended to: only its right edge is kept, so its size does not matter. */
export type GrowingTree = { append(leaf: string): void; size(): number; root(): string };

/** An empty tree. */
export function growingTree(): GrowingTree {
  const peaks: { height: number; hash: string }[] = [];
  let size = 0;
  return {
    append(leaf) {
      let top = { height: 0, hash: leaf };
      while (peaks.at(-1)?.height === top.height) top = { height: top.height + 1, hash: nodeOf(peaks.pop()!.hash, top.hash) };
      peaks.push(top);
      size++;
    },
    size: () => size,
    root() {
      if (peaks.length === 0) return sha256('');
      return peaks.map((peak) => peak.hash).reduceRight((right, left) => nodeOf(left, right));
    },
  };
}

/** The root that a path leads to from leaf `index` of `size` (RFC 9162 §2.1.3.2); undefined when the path has another length. */
export function rootByPath(leaf: string, index: number, size: number, path: readonly string[]): string | undefined {
  if (index >= size) return undefined;
  let [place, last, root] = [index, size - 1, leaf];
  for (const other of path) {
    if (last === 0) return undefined;
    if (place % 2 === 1 || place === last) {
      root = nodeOf(other, root);
      while (place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)];
    } else {
      root = nodeOf(root, other);
    }
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 ? root : undefined;
}
