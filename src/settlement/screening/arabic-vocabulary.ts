import { soundsKey } from './arabic-letters.ts';
import { mayFit, patternLikeness, patternOf, type ArabicPattern } from './arabic-pattern.ts';
import { fileUnder, NumberList, type Buckets } from './buckets.ts';
import { maskOf, MAX_LETTERS } from './similarity.ts';

/** Words in Arabic letters, by their place, in arrays that a worker can hand over. */
export type WrittenColumns = {
  readonly letters: Uint16Array<ArrayBuffer>;
  /** Where each one's letters begin; one more than there are words. */
  readonly at: Uint32Array<ArrayBuffer>;
  /** Places by every key that a Latin word may have which the word is written as. */
  readonly filed: Buckets;
};

/** Words in Arabic letters in use. Their patterns are made when they are first needed. */
export type Written = WrittenColumns & { readonly patterns: (ArabicPattern | undefined)[] };

/** Lays out words in Arabic letters. */
export function writtenColumns(words: readonly string[]): WrittenColumns {
  const [letters, at, hashes, places] = [new NumberList(), new NumberList(), new NumberList(), new NumberList()];
  words.forEach((word, place) => {
    at.push(letters.length);
    for (let i = 0; i < word.length; i++) letters.push(word.charCodeAt(i));
    for (const key of patternOf(word)?.keys ?? []) {
      hashes.push(key);
      places.push(place);
    }
  });
  at.push(letters.length);
  return { letters: Uint16Array.from(letters.done()), at: at.done(), filed: fileUnder(hashes, places) };
}

/** Takes words in Arabic letters into use. */
export function openWritten(columns: WrittenColumns): Written {
  return { ...columns, patterns: [] };
}

const latin = { bytes: new Uint8Array(MAX_LETTERS), at: 0, length: 0 };

/** Places of the words in Arabic letters that may be written as a Latin word, and how alike they are. */
export function writtenLike(written: Written, word: string, visit: (place: number, alike: number) => void): void {
  const { at, filed, patterns } = written;
  if (at.length === 1) return;
  const bucket = soundsKey(word) & filed.mask;
  const [from, to] = [filed.at[bucket]!, filed.at[bucket + 1]!];
  if (from === to) return;
  const mask = maskOf(word);
  latin.length = Math.min(word.length, MAX_LETTERS);
  for (let i = 0; i < latin.length; i++) latin.bytes[i] = word.charCodeAt(i);
  for (let i = from; i < to; i++) {
    const place = filed.items[i]!;
    const pattern = (patterns[place] ??= patternOf(writtenAt(written, place)));
    if (pattern && mayFit(pattern, mask, latin.bytes[0]!)) visit(place, patternLikeness(pattern, latin));
  }
}

/** A word in Arabic letters as text. */
function writtenAt({ letters, at }: WrittenColumns, place: number): string {
  return String.fromCharCode(...letters.subarray(at[place], at[place + 1]));
}

/** Files Latin words under their sounds, by place. */
export function fileSounds(words: readonly (string | undefined)[]): Buckets {
  const [hashes, places] = [new NumberList(), new NumberList()];
  words.forEach((word, place) => {
    if (word === undefined) return;
    hashes.push(soundsKey(word));
    places.push(place);
  });
  return fileUnder(hashes, places);
}

/** A Latin vocabulary, as far as patterns are looked up in it. `sounds` has ids of its words as `fileSounds` files them. */
type Sounded = { readonly letters: Uint8Array; readonly at: Uint32Array; readonly masks: Int32Array; readonly sounds: Buckets };

const other: { bytes: Uint8Array; at: number; length: number } = { bytes: new Uint8Array(0), at: 0, length: 0 };

/** Ids of the Latin words that a pattern may fit, and how alike they are. */
export function latinLike(
  { letters, at, masks, sounds }: Sounded,
  pattern: ArabicPattern,
  visit: (id: number, alike: number) => void,
): void {
  other.bytes = letters;
  for (const key of pattern.keys) {
    const bucket = key & sounds.mask;
    for (let i = sounds.at[bucket]!; i < sounds.at[bucket + 1]!; i++) {
      const id = sounds.items[i]!;
      other.at = at[id]!;
      if (!mayFit(pattern, masks[id]!, letters[other.at]!)) continue;
      other.length = at[id + 1]! - other.at;
      visit(id, patternLikeness(pattern, other));
    }
  }
}
