import { fileSounds, writtenColumns, type WrittenColumns } from './arabic-vocabulary.ts';
import { droppedHashes, fileUnder, hashOf, NumberList, type Buckets } from './buckets.ts';
import { fileMasks, type FiledMasks } from './near-masks.ts';
import { foldedSpelling, phoneticKey } from './phonetic.ts';
import { spokenForms } from './spoken.ts';
import { romanisedKeys } from './romanised.ts';
import { letterOf, maskOf, MAX_LETTERS, repeatsOf } from './similarity.ts';

/** Words that share no more of their letters than this are different, however alike they begin. */
export const KEPT = 0.7;
/** Shortest phonetic key that says enough. */
export const MIN_KEY = 3;
/** Words up to this length that are alike differ in at most two letters, and are found by leaving letters out. */
export const SHORT = 9;

/** Keeps the uses of hashes of a vocabulary apart. */
export const SALT = { word: 1, key: 2, fold: 3, dropped: 4, spoken: 5, romanised: 6 };

/**
 * Every distinct word of the lists in arrays that a worker can hand over. Words stand in order of length, then of their
 * letters; their place is their id.
 */
export type VocabularyColumns = {
  readonly letters: Uint8Array<ArrayBuffer>;
  /** Where each word's letters begin; one more than there are words. */
  readonly at: Uint32Array<ArrayBuffer>;
  /** Which letters a word has: a bit each, digits share one. */
  readonly masks: Int32Array<ArrayBuffer>;
  /** Hashes of each word's phonetic key and folded spelling, so that words that sound otherwise are told without making either. */
  readonly keys: Uint32Array<ArrayBuffer>;
  readonly folds: Uint32Array<ArrayBuffer>;
  /** Which letters a word has more than once. */
  readonly repeats: Int32Array<ArrayBuffer>;
  /** Words of one length that begin with the same letter, three numbers each: the letter, the first id, and the first behind them. */
  readonly runs: Uint32Array<ArrayBuffer>;
  /** Where the runs of each length begin. */
  readonly runsAt: Uint32Array<ArrayBuffer>;
  /** Ids by the word itself, its phonetic key, its folded spelling, and by short words with up to two letters left out. */
  readonly filed: Buckets;
  /** Words by how they may be said: places of pairs of the whole hash and the id. */
  readonly spoken: Buckets;
  readonly spokenPairs: Uint32Array<ArrayBuffer>;
  /** The same by what their letters may stand for in standards of romanisation. */
  readonly romanised: Buckets;
  readonly romanisedPairs: Uint32Array<ArrayBuffer>;
  /** Ids of words that long ones may be like, by which letters they have. */
  readonly byMask: FiledMasks;
  /** Ids of Latin words by their sounds, as words of the Arabic script are looked for among them. */
  readonly sounds: Buckets;
  /** Words that were read from the Arabic script, and the id of each. */
  readonly written: WrittenColumns;
  readonly writtenIds: Uint32Array<ArrayBuffer>;
};

/**
 * A word as the vocabulary tells words apart: Latin letters, and behind a line break the Arabic ones that they were read from.
 * What is written in Arabic is a word of its own, though a Latin one be the same: other words are like it.
 */
export function vocabularyKey({ text, written }: { text: string; written?: string | undefined }): string {
  return written === undefined ? text : `${text}\n${written}`;
}

/** The Latin letters of a key. */
export const latinOf = (key: string) => (key.includes('\n') ? key.slice(0, key.indexOf('\n')) : key);

/** The Arabic letters of a key, empty where it has none. */
export const lettersOf = (key: string) => (key.includes('\n') ? key.slice(key.indexOf('\n') + 1) : '');

/** Distinct words in the order of their ids: by length, then by letters; what is read from the Arabic script behind its equal. */
export function inOrder(keys: Iterable<string>): string[] {
  return Array.from(keys, (key) => ({ key, text: latinOf(key) }))
    .sort((a, b) => a.text.length - b.text.length || (a.text < b.text ? -1 : a.text > b.text ? 1 : a.key < b.key ? -1 : 1))
    .map(({ key }) => key);
}

/** Lays distinct words out for search, each told by its `vocabularyKey`. */
export function vocabularyColumns(distinct: Iterable<string>): VocabularyColumns {
  const ordered = inOrder(distinct);
  const words = ordered.map(latinOf);
  const at = new Uint32Array(words.length + 1);
  words.forEach((word, id) => {
    at[id + 1] = at[id]! + word.length;
  });
  const letters = new Uint8Array(at[words.length]!);
  words.forEach((word, id) => {
    for (let i = 0; i < word.length; i++) letters[at[id]! + i] = word.charCodeAt(i);
  });
  const keys = Uint32Array.from(words, (word) => hashOf(phoneticKey(word), SALT.key));
  const folds = Uint32Array.from(words, (word) => hashOf(foldedSpelling(word), SALT.fold));
  const masks = Int32Array.from(words, maskOf);
  return {
    letters,
    at,
    keys,
    folds,
    masks,
    repeats: Int32Array.from(words, repeatsOf),
    ...runsOf(words),
    filed: fileWords(words),
    ...fileSpoken(words),
    byMask: fileMasks(words, masks, Math.ceil((SHORT + 1) * KEPT - 1e-9)),
    sounds: fileSounds(words.map((word, id) => (word === ordered[id] ? word : undefined))),
    ...writtenWords(ordered),
  };
}

function writtenWords(ordered: readonly string[]): Pick<VocabularyColumns, 'written' | 'writtenIds'> {
  const ids = ordered.flatMap((key, id) => (key.includes('\n') ? [id] : []));
  return { written: writtenColumns(ids.map((id) => lettersOf(ordered[id]!))), writtenIds: Uint32Array.from(ids) };
}

function runsOf(words: readonly string[]): Pick<VocabularyColumns, 'runs' | 'runsAt'> {
  const runs: number[] = [];
  const runsAt = new Uint32Array(MAX_LETTERS + 2);
  words.forEach((word, id) => {
    const letter = letterOf(word.charCodeAt(0));
    const last = runs.length - 3;
    if (last >= 0 && words[id - 1]!.length === word.length && runs[last] === letter) runs[last + 2] = id + 1;
    else {
      runs.push(letter, id, id + 1);
      runsAt[word.length + 1]!++;
    }
  });
  for (let length = 1; length < runsAt.length; length++) runsAt[length]! += runsAt[length - 1]!;
  return { runs: Uint32Array.from(runs), runsAt };
}

function fileWords(words: readonly string[]): Buckets {
  const [hashes, ids] = [new NumberList(), new NumberList()];
  words.forEach((word, id) => {
    const dropped = word.length <= SHORT ? droppedHashes(word, mostDropped(word), SALT.dropped) : [];
    for (const hash of [...heardHashes(word, phoneticKey(word), foldedSpelling(word)), ...dropped]) {
      hashes.push(hash);
      ids.push(id);
    }
  });
  return fileUnder(hashes, ids);
}

/** Words under hashes of forms: places of pairs of the whole hash and the id. */
function fileForms(
  words: readonly string[],
  formsOf: (word: string) => readonly string[],
  salt: number,
): [Buckets, Uint32Array<ArrayBuffer>] {
  const [hashes, places, pairs] = [new NumberList(), new NumberList(), new NumberList()];
  words.forEach((word, id) => {
    for (const form of formsOf(word)) {
      const hash = hashOf(form, salt);
      hashes.push(hash);
      places.push(pairs.length);
      pairs.push(hash);
      pairs.push(id);
    }
  });
  return [fileUnder(hashes, places), pairs.done()];
}

function fileSpoken(words: readonly string[]): Pick<VocabularyColumns, 'spoken' | 'spokenPairs' | 'romanised' | 'romanisedPairs'> {
  const [spoken, spokenPairs] = fileForms(words, spokenForms, SALT.spoken);
  const [romanised, romanisedPairs] = fileForms(words, romanisedKeys, SALT.romanised);
  return { spoken, spokenPairs, romanised, romanisedPairs };
}

type Visit = (id: number, form: string) => void;

function eachUnder(
  filed: Buckets,
  pairs: Uint32Array,
  { forms, salt, visit }: { forms: readonly string[]; salt: number; visit: Visit },
): void {
  for (const form of forms) {
    const hash = hashOf(form, salt);
    const bucket = hash & filed.mask;
    for (let i = filed.at[bucket]!; i < filed.at[bucket + 1]!; i++) {
      const place = filed.items[i]!;
      if (pairs[place] === hash) visit(pairs[place + 1]!, form);
    }
  }
}

/** Visits the ids of words that have one of these forms; a word may come twice. */
export function eachSpoken({ spoken, spokenPairs }: VocabularyColumns, forms: readonly string[], visit: Visit): void {
  eachUnder(spoken, spokenPairs, { forms, salt: SALT.spoken, visit });
}

/** Visits the ids of words that have one of these keys of romanisation; a word may come twice. */
export function eachRomanised({ romanised, romanisedPairs }: VocabularyColumns, keys: readonly string[], visit: Visit): void {
  eachUnder(romanised, romanisedPairs, { forms: keys, salt: SALT.romanised, visit });
}

/** Hashes under which a word is found as it is, by how it sounds and by how its vowels may be spelled. */
export function heardHashes(word: string, key: string, fold: string): number[] {
  const hashes = [hashOf(word, SALT.word), hashOf(fold, SALT.fold)];
  if (key.length >= MIN_KEY) hashes.push(hashOf(key, SALT.key));
  return hashes;
}

/** How many letters a word of this length may lose and be alike still; as many are left out to find it. */
export const mostDropped = (word: string) => Math.floor((1 - KEPT) * word.length + 1e-9);
/** A word of the vocabulary as text. */
export function wordAt({ letters, at }: VocabularyColumns, id: number): string {
  let word = '';
  for (let i = at[id]!; i < at[id + 1]!; i++) word += String.fromCharCode(letters[i]!);
  return word;
}

/** The ids of a word: its own, and those of the words of the Arabic script that are read as it. */
export function idsOf(vocabulary: VocabularyColumns, word: string): number[] {
  const first = idOf(vocabulary, word);
  if (first < 0) return [];
  const ids = [first];
  if (vocabulary.writtenIds.length === 0) return ids;
  for (let next = first + 1; next + 1 < vocabulary.at.length && wordAt(vocabulary, next) === word; next++) ids.push(next);
  return ids;
}

/** The first id of a word, -1 when no list has it. */
export function idOf(vocabulary: VocabularyColumns, word: string): number {
  const { filed, at, letters } = vocabulary;
  const bucket = hashOf(word, SALT.word) & filed.mask;
  for (let i = filed.at[bucket]!; i < filed.at[bucket + 1]!; i++) {
    const id = filed.items[i]!;
    const start = at[id]!;
    if (at[id + 1]! - start !== word.length) continue;
    let same = 0;
    while (same < word.length && letters[start + same] === word.charCodeAt(same)) same++;
    if (same === word.length) return id;
  }
  return -1;
}
