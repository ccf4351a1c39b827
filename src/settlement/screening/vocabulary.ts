import { droppedHashes, fileUnder, hashOf, NumberList, type Buckets } from './buckets.ts';
import { EQUAL_SPELLING, equalSpellings } from './equal-spellings.ts';
import { foldedSpelling, phoneticKey, vowelsAgree } from './phonetic.ts';
import { Recent } from './recent.ts';
import {
  jaro,
  keptLetters,
  lettersFrom,
  MAX_LETTERS,
  prefixOf,
  soundAlikeFirst,
  soundDistance,
  winkler,
  type Letters,
} from './similarity.ts';

/** Words less alike than this do not count as the same word. */
export const SIMILAR = 0.78;
/** Jaro-Winkler under which words are not looked at closer. */
const ALIKE = 0.82;
/** Words of the same consonants are at least this alike. */
const SOUNDS_ALIKE = 0.88;
/** Words of the same consonants of which one has none of its vowels written. */
const UNWRITTEN = 0.92;
/** Words that differ only in how vowels and doubled letters are spelled. */
const SPELLED_OTHERWISE = 0.93;
/** Words that share no more of their letters than this are different, however alike they begin. */
const KEPT = 0.7;
/** Shortest phonetic key that says enough. */
const MIN_KEY = 3;
/** What a different first sound leaves of a likeness. */
const OTHER_FIRST = 0.88;
/** Words up to this length that are alike differ in at most two letters, and are found by leaving letters out. */
const SHORT = 9;
const OTHER_SOUND = 5;

const SALT = { word: 1, key: 2, fold: 3, dropped: 4 };

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
};

/** Words of a listed vocabulary that are like a given one, and how much. */
export type SimilarWords = ReadonlyMap<number, number>;

/** What is like a word, its phonetic key, and the likeness of what is most like it. */
export type KnownWord = { readonly similar: SimilarWords; readonly key: string; readonly best: number };

/** A vocabulary in use; keeps what recent words came to. */
export type Vocabulary = VocabularyColumns & { readonly cache: Recent<KnownWord>; readonly seen: Uint32Array; looked: number };

const CACHE_WORDS = 20_000;

/** Lays distinct words out for search. */
export function vocabularyColumns(distinct: Iterable<string>): VocabularyColumns {
  const words = [...distinct].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
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
  return { letters, at, keys, folds, masks, repeats: Int32Array.from(words, repeatsOf), ...runsOf(words), filed: fileWords(words) };
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
    for (const hash of [...heardHashes(word, phoneticKey(word)), ...dropped]) {
      hashes.push(hash);
      ids.push(id);
    }
  });
  return fileUnder(hashes, ids);
}

/** Hashes under which a word is found as it is, by how it sounds and by how its vowels may be spelled. */
function heardHashes(word: string, key: string): number[] {
  const hashes = [hashOf(word, SALT.word), hashOf(foldedSpelling(word), SALT.fold)];
  if (key.length >= MIN_KEY) hashes.push(hashOf(key, SALT.key));
  return hashes;
}

/** How many letters a word of this length may lose and be alike still; as many are left out to find it. */
const mostDropped = (word: string) => Math.floor((1 - KEPT) * word.length + 1e-9);
const MOST_STRANGE = 4;

/** Takes columns into use. */
export function openVocabulary(columns: VocabularyColumns): Vocabulary {
  return { ...columns, cache: new Recent(CACHE_WORDS), seen: new Uint32Array(columns.masks.length), looked: 0 };
}

/** A word of the vocabulary as text. */
export function wordAt({ letters, at }: VocabularyColumns, id: number): string {
  let word = '';
  for (let i = at[id]!; i < at[id + 1]!; i++) word += String.fromCharCode(letters[i]!);
  return word;
}

/** The id of a word, -1 when no list has it. */
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

/**
 * How alike two words are, 0 to 1: nothing when Jaro-Winkler (less for different lengths and another first sound) or the share
 * of letters that stay is too low, else by what the changes cost (`soundDistance`); more for the same consonants, another spelling of vowels, or two usual spellings of one name.
 * Below `SIMILAR` it is no likeness.
 */
export function likeness(a: string, b: string): number {
  if (a === b) return 1;
  const key = phoneticKey(a);
  const sounded = key.length >= MIN_KEY && key === phoneticKey(b) ? soundLikeness(a, b) : 0;
  const folded = foldedSpelling(a) === foldedSpelling(b) ? SPELLED_OTHERWISE : 0;
  const equal = equalSpellings(a).includes(b) ? EQUAL_SPELLING : 0;
  return Math.max(spelledLikeness(lettersFrom(a), lettersFrom(b)), sounded, folded, equal);
}

/** How alike two words of the same consonants are by their vowels. */
function soundLikeness(a: string, b: string): number {
  const agree = vowelsAgree(a, b);
  return agree === 'unwritten' ? UNWRITTEN : agree ? SOUNDS_ALIKE : 0;
}

function spelledLikeness(a: Letters, b: Letters): number {
  // The quickest to tell, and the one that most words fail.
  if (keptLetters(a, b) < KEPT - 1e-9) return 0;
  const prefix = prefixOf(a, b);
  const alike = winkler(jaro(a, b), prefix);
  const ratio = Math.min(a.length, b.length) / Math.max(a.length, b.length);
  const evened = ratio < 0.75 ? alike - (0.75 - ratio) * 0.6 : alike;
  const likeness = prefix > 0 || soundAlikeFirst(a.bytes[a.at]!, b.bytes[b.at]!) ? evened : evened * OTHER_FIRST;
  if (likeness < ALIKE) return 0;
  return 1 - soundDistance(a, b) / Math.max(a.length, b.length);
}

/** A word with what was found out about it; kept for the words that come often. */
export function lookUp(vocabulary: Vocabulary, word: string): KnownWord {
  const known = vocabulary.cache.get(word);
  if (known) return known;
  const found = search(vocabulary, word);
  vocabulary.cache.set(word, found);
  return found;
}

const NOTHING: SimilarWords = new Map();

type Probe = {
  word: string;
  key: string;
  keyHash: number;
  fold: string;
  foldHash: number;
  mask: number;
  repeats: number;
  letters: Letters;
  found: Map<number, number> | undefined;
};

/**
 * Every word of the vocabulary whose likeness to the given one reaches `SIMILAR`. Nothing is missed: words alike by sound or
 * spelling share a hash; others keep at least `KEPT` of their letters, so that short ones share what is left when letters
 * are left out, and long ones are passed over only when the letters they share could not bring the measure high enough.
 */
function search(vocabulary: Vocabulary, word: string): KnownWord {
  const key = phoneticKey(word);
  const fold = foldedSpelling(word);
  const [keyHash, foldHash] = [hashOf(key, SALT.key), hashOf(fold, SALT.fold)];
  const [mask, repeats] = [maskOf(word), repeatsOf(word)];
  const probe: Probe = { word, key, keyHash, fold, foldHash, mask, repeats, letters: lettersFrom(word), found: undefined };
  const look = ++vocabulary.looked;
  lookInBuckets(vocabulary, probe, heardHashes(word, key), true);
  if (word.length <= SHORT) lookInBuckets(vocabulary, probe, droppedHashes(word, mostDropped(word), SALT.dropped), false);
  for (const spelling of equalSpellings(word)) raise(probe, idOf(vocabulary, spelling), EQUAL_SPELLING);
  searchLong(vocabulary, probe, look);
  let best = 0;
  if (probe.found) for (const alike of probe.found.values()) if (alike > best) best = alike;
  return { similar: probe.found ?? NOTHING, key, best };
}

/** Judges what is filed under hashes. By sound and spelling of vowels only what is filed under these can be alike. */
function lookInBuckets(vocabulary: Vocabulary, probe: Probe, hashes: readonly number[], heard: boolean): void {
  const { filed, seen, masks, looked } = vocabulary;
  for (const hash of hashes) {
    const bucket = hash & filed.mask;
    for (let i = filed.at[bucket]!; i < filed.at[bucket + 1]!; i++) {
      const id = filed.items[i]!;
      if (seen[id] === looked) continue;
      // Buckets hold strangers as well: two letters that differ are at most four that only one of the words has.
      if (!heard && bits(probe.mask ^ masks[id]!) > MOST_STRANGE) continue;
      seen[id] = looked;
      judge(vocabulary, probe, id, heard);
    }
  }
}

function raise(probe: Probe, id: number, alike: number): void {
  if (id < 0) return;
  probe.found ??= new Map();
  if (alike > (probe.found.get(id) ?? 0)) probe.found.set(id, alike);
}

const other: { bytes: Uint8Array; at: number; length: number } = { bytes: new Uint8Array(0), at: 0, length: 0 };

function judge(vocabulary: Vocabulary, probe: Probe, id: number, heard: boolean): void {
  const { at, letters, keys, folds } = vocabulary;
  other.bytes = letters;
  other.at = at[id]!;
  other.length = at[id + 1]! - other.at;
  const spelled = spelledOrSame(probe.letters, other);
  const mayBeHeard = heard && spelled < SPELLED_OTHERWISE && (keys[id] === probe.keyHash || folds[id] === probe.foldHash);
  const alike = mayBeHeard ? Math.max(spelled, heardLikeness(probe, wordAt(vocabulary, id))) : spelled;
  if (alike >= SIMILAR) raise(probe, id, alike);
}

function spelledOrSame(a: Letters, b: Letters): number {
  if (a.length === b.length) {
    let same = 0;
    while (same < a.length && a.bytes[a.at + same] === b.bytes[b.at + same]) same++;
    if (same === a.length) return 1;
  }
  return Math.min(spelledLikeness(a, b), 1 - 1e-9);
}

function heardLikeness({ word: own, key, fold }: Probe, word: string): number {
  if (foldedSpelling(word) === fold) return SPELLED_OTHERWISE;
  return key.length >= MIN_KEY && phoneticKey(word) === key ? soundLikeness(own, word) : 0;
}

/** Looks through the words that are long, or that a long word could be like. */
function searchLong(vocabulary: Vocabulary, probe: Probe, look: number): void {
  const n = probe.word.length;
  const shortest = Math.max(n > SHORT ? Math.ceil(n * KEPT - 1e-9) : SHORT + 1, 2);
  const longest = Math.min(MAX_LETTERS, Math.floor(n / KEPT + 1e-9));
  for (let m = shortest; m <= longest; m++) {
    scan(vocabulary, probe, { look, n, m, least: neededFor(n, m) });
  }
}

type Scan = { look: number; n: number; m: number; least: Needed };

/**
 * Words of a length, by their first letter, which decides how many letters have to be shared. How many letters only one of
 * two words has is told from two bits a letter, whether it is there at all and whether more than once.
 */
function scan(vocabulary: Vocabulary, probe: Probe, { look, n, m, least }: Scan): void {
  const { masks, repeats, runs, runsAt, seen } = vocabulary;
  const [own, twice, first] = [probe.mask, probe.repeats, letterOf(probe.word.charCodeAt(0))];
  for (let run = 3 * runsAt[m]!; run < 3 * runsAt[m + 1]!; run += 3) {
    const sameFirst = runs[run] === first;
    const needed = least[sameFirst ? 4 : ALIKE_FIRST[first * 32 + runs[run]!]!]!;
    const [mayLack, mayAdd] = [Math.floor(n - needed), Math.floor(m - needed)];
    if (mayLack < 0 || mayAdd < 0) continue;
    const to = runs[run + 2]!;
    for (let id = runs[run + 1]!; id < to; id++) {
      const other = masks[id]!;
      // Most words fall out here.
      const strange = bits(own ^ other);
      if (strange > mayLack + mayAdd) continue;
      const lacks = bits(own & ~other);
      const adds = strange - lacks;
      const again = repeats[id]!;
      const shared = Math.min(n - lacks - bits(twice & ~again), m - adds - bits(again & ~twice));
      if (shared < needed || seen[id] === look) continue;
      if (sameFirst && shared < least[commonStart(vocabulary, probe.letters, id)]!) continue;
      judge(vocabulary, probe, id, false);
    }
  }
}

function commonStart({ letters, at }: Vocabulary, { bytes, length }: Letters, id: number): number {
  const from = at[id]!;
  const most = Math.min(4, length, at[id + 1]! - from);
  let prefix = 1;
  while (prefix < most && bytes[prefix] === letters[from + prefix]) prefix++;
  return prefix;
}

/** By two first letters: 0 when they may begin the same sound, else 5, as places in `Needed`. */
const ALIKE_FIRST = Uint8Array.from({ length: 32 * 32 }, (_, pair) =>
  soundAlikeFirst((pair >> 5) + 97, (pair & 31) + 97) ? 0 : OTHER_SOUND,
);

/** How many letters have to be shared: by length of the common beginning, and behind these with another first sound. */
type Needed = readonly number[];

const needed: Needed[] = [];

/** How many letters words of two lengths must share for `ALIKE` to be within reach. */
function neededFor(n: number, m: number): Needed {
  return (needed[n * (MAX_LETTERS + 1) + m] ??= neededMatches(n, m));
}

function neededMatches(n: number, m: number): Needed {
  const penalty = Math.max(0, 0.75 - Math.min(n, m) / Math.max(n, m)) * 0.6;
  // Jaro is at most (matches/n + matches/m + 1) / 3, and every letter of the longer word that stays is a match.
  const matchesFor = (jaroNeeded: number) => Math.max(((3 * jaroNeeded - 1) * n * m) / (n + m), KEPT * Math.max(n, m)) - 1e-6;
  return [
    ...[0, 1, 2, 3, 4].map((prefix) => matchesFor((ALIKE + penalty - prefix * 0.1) / (1 - prefix * 0.1))),
    matchesFor(ALIKE / OTHER_FIRST + penalty),
  ];
}

function maskOf(word: string): number {
  let mask = 0;
  for (let i = 0; i < word.length; i++) mask |= 1 << letterOf(word.charCodeAt(i));
  return mask;
}

function repeatsOf(word: string): number {
  let [once, twice] = [0, 0];
  for (let i = 0; i < word.length; i++) {
    const letter = 1 << letterOf(word.charCodeAt(i));
    twice |= once & letter;
    once |= letter;
  }
  return twice;
}

const letterOf = (code: number) => (code >= 97 && code <= 122 ? code - 97 : 26);

function bits(mask: number): number {
  let x = mask - ((mask >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
