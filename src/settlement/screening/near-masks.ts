import { fileUnder, NumberList, type Buckets } from './buckets.ts';

/** More letters than this, lacking and added together, make more ways than there are words to look through. */
export const MOST_STRAYED = 2;

/** Words by their masks, and a bit for each hash that one of them has: most of those asked for are none's, and these bits are few enough to be at hand. */
export type FiledMasks = Buckets & { readonly stand: Uint32Array<ArrayBuffer> };

/** Files the ids of words, which are their places, under which letters they have and how long they are. */
export function fileMasks(words: readonly string[], masks: Int32Array, shortest: number): FiledMasks {
  const [hashes, ids] = [new NumberList(), new NumberList()];
  words.forEach((word, id) => {
    if (word.length < shortest) return;
    hashes.push(hashOfMask(masks[id]!, word.length));
    ids.push(id);
  });
  const stand = new Uint32Array(STAND_WORDS);
  for (let i = 0; i < hashes.length; i++) stand[placeIn(hashes.at(i))]! |= 1 << (hashes.at(i) >>> 27);
  return { ...fileUnder(hashes, ids), stand };
}

/** 32 kB: of 50,000 words one in five of the bits. */
const STAND_WORDS = 8_192;
const placeIn = (hash: number): number => hash & (STAND_WORDS - 1);

/** Whether a mask of this hash may be filed; false tells that none is. */
export function mayStand(stand: Uint32Array, hash: number): boolean {
  return (stand[placeIn(hash)]! & (1 << (hash >>> 27))) !== 0;
}

/** Under which hash words with these letters and of this length are filed. */
export function hashOfMask(mask: number, length: number): number {
  const mixed = Math.imul(mask ^ (length << 27), 0x2c1b3c6d);
  const again = Math.imul(mixed ^ (mixed >>> 15), 0x297a2d39);
  return (again ^ (again >>> 15)) >>> 0;
}

// With up to 32 letters two of them can be chosen in 496 ways, and one of each kind in at most 256.
const near = new Int32Array(1 + 32 + 496);

/** How far from a mask others may be: so many of its letters may be missing, and so many others of `alphabet` be there; `MOST_STRAYED` together. */
export type Straying = { lack: number; add: number; alphabet: number };

/** All masks so near to one, in an array that holds until the next call; the first `count` of them. */
export function nearMasks(mask: number, { lack, add, alphabet }: Straying): { masks: Int32Array; count: number } {
  near[0] = mask;
  let count = 1;
  if (lack > 0) count = toggled(mask, mask, lack, count);
  if (add > 0) {
    const others = alphabet & ~mask;
    const fewer = count;
    // One that lacks a letter already may add one besides, if it may do both.
    for (let i = 0; i < fewer; i++) count = toggled(near[i]!, others, i === 0 ? add : 1, count);
  }
  return { masks: near, count };
}

/** Appends the mask with one of these letters turned round, or with two when `most` is 2. */
function toggled(mask: number, letters: number, most: number, count: number): number {
  for (let left = letters; left !== 0; left &= left - 1) {
    const one = left & -left;
    near[count++] = mask ^ one;
    if (most === 1) continue;
    for (let rest = left & (left - 1); rest !== 0; rest &= rest - 1) near[count++] = mask ^ one ^ (rest & -rest);
  }
  return count;
}
