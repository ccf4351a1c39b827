/** Items filed under 32-bit hashes, in two arrays: those of a bucket stand one after another. Read-only once built. */
export type Buckets = { readonly at: Uint32Array<ArrayBuffer>; readonly items: Uint32Array<ArrayBuffer>; readonly mask: number };

const START = 0x811c9dc5;
const PRIME = 0x01000193;

/** FNV-1a over a word's character codes; `salt` keeps different uses of one table apart. */
export function hashOf(text: string, salt: number): number {
  let hash = START ^ salt;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), PRIME);
  return finished(hash);
}

/** The last step of a hash: low bits, by which the bucket is chosen, then depend on all letters. */
function finished(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

/** Hashes of all ways to leave out up to `most` (0 to 2) letters of a word; the word itself first. */
export function droppedHashes(word: string, most: number, salt: number): number[] {
  const into = [hashWithout(word, -1, -1, salt)];
  if (most === 0) return into;
  for (let i = 0; i < word.length; i++) {
    into.push(hashWithout(word, i, -1, salt));
    if (most > 1) for (let j = i + 1; j < word.length; j++) into.push(hashWithout(word, i, j, salt));
  }
  return into;
}

function hashWithout(word: string, first: number, second: number, salt: number): number {
  let hash = START ^ salt;
  for (let i = 0; i < word.length; i++) {
    if (i !== first && i !== second) hash = Math.imul(hash ^ word.charCodeAt(i), PRIME);
  }
  return finished(hash);
}

/** Numbers that are gathered without knowing how many there will be. */
export class NumberList {
  private values = new Uint32Array(64);
  length = 0;

  push(value: number): void {
    if (this.length === this.values.length) {
      const grown = new Uint32Array(this.length * 2);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[this.length++] = value;
  }

  at(i: number): number {
    return this.values[i]!;
  }

  done(): Uint32Array<ArrayBuffer> {
    return this.values.slice(0, this.length);
  }
}

/** Files items under hashes that go with them by place; within a bucket they keep their order, repeats next to each other go. */
export function fileUnder(hashes: NumberList, items: NumberList): Buckets {
  let size = 16;
  while (size < hashes.length) size *= 2;
  const mask = size - 1;
  const at = new Uint32Array(size + 1);
  for (let i = 0; i < hashes.length; i++) at[(hashes.at(i) & mask) + 1]!++;
  for (let i = 0; i < size; i++) at[i + 1]! += at[i]!;
  const next = at.slice(0, size);
  const filed = new Uint32Array(items.length);
  for (let i = 0; i < hashes.length; i++) filed[next[hashes.at(i) & mask]!++] = items.at(i);
  return { at, items: filed, mask };
}
