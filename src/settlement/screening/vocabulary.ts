import { foldedSpelling, phoneticKey } from './phonetic.ts';
import { jaro, keptLetters, MAX_LETTERS, soundAlikeFirst, winkler } from './similarity.ts';

/** Words less alike than this do not count as the same word. */
export const SIMILAR = 0.82;
/** Words of the same consonants are at least this alike. */
const SOUNDS_ALIKE = 0.88;
/** Words that differ only in how vowels and doubled letters are spelled. */
const SPELLED_OTHERWISE = 0.93;
/** Words that share no more of their letters than this are different, however alike they begin. */
const KEPT = 0.7;
/** Shortest phonetic key that says enough. */
const MIN_KEY = 3;
/** What a different first sound leaves of a likeness. */
const OTHER_FIRST = 0.88;

/** Words of a listed vocabulary that are like a given one, and how much. */
export type SimilarWords = ReadonlyMap<number, number>;

/** What is like a word, and its phonetic key. */
export type KnownWord = { readonly similar: SimilarWords; readonly key: string };

type Bucket = {
  readonly ids: Uint32Array;
  readonly letters: Uint32Array;
  readonly starts: Uint32Array;
  /** Runs of words with the same first letter. */
  readonly segments: readonly { from: number; to: number; first: string }[];
};

/** Every distinct word of the lists, laid out so that the words like another are found fast and none is missed. */
export type Vocabulary = {
  readonly words: readonly string[];
  readonly idOf: ReadonlyMap<string, number>;
  readonly byKey: ReadonlyMap<string, readonly number[]>;
  /** By length: ids, with the letters each word has (a bit each) and its first four letters, in columns. */
  readonly byLength: readonly Bucket[];
  readonly cache: Map<string, KnownWord>;
};

const CACHE_WORDS = 50_000;

export function vocabularyOf(distinct: Iterable<string>): Vocabulary {
  const words = [...distinct];
  const byKey = new Map<string, number[]>();
  const note = (key: string, id: number) => {
    const same = byKey.get(key);
    if (same) same.push(id);
    else byKey.set(key, [id]);
  };
  const lengths: number[][] = Array.from({ length: MAX_LETTERS + 1 }, () => []);
  words.forEach((word, id) => {
    lengths[word.length]!.push(id);
    const key = phoneticKey(word);
    if (key.length >= MIN_KEY) note(key, id);
    note(`~${foldedSpelling(word)}`, id);
  });
  const byLength = lengths.map((ids) => bucketOf(words, ids));
  return { words, idOf: new Map(words.map((word, id) => [word, id])), byKey, byLength, cache: new Map() };
}

function bucketOf(words: readonly string[], unsorted: readonly number[]): Bucket {
  const ids = [...unsorted].sort((a, b) => (words[a]! < words[b]! ? -1 : 1));
  const firsts = ids.map((id) => words[id]![0]!);
  const segments = [...new Set(firsts)].map((first) => ({ first, from: firsts.indexOf(first), to: firsts.lastIndexOf(first) + 1 }));
  return {
    ids: Uint32Array.from(ids),
    letters: Uint32Array.from(ids, (id) => lettersOf(words[id]!)),
    starts: Uint32Array.from(ids, (id) => startOf(words[id]!)),
    segments,
  };
}

/**
 * How alike two words are, 0 to 1: Jaro-Winkler, less for different lengths and a different first sound, nothing when too
 * few letters are kept, more for the same consonants or another spelling of vowels. Below `SIMILAR` it is no likeness.
 */
export function likeness(a: string, b: string): number {
  if (a === b) return 1;
  const key = phoneticKey(a);
  const sounded = key.length >= MIN_KEY && key === phoneticKey(b) ? SOUNDS_ALIKE : 0;
  const folded = foldedSpelling(a) === foldedSpelling(b) ? SPELLED_OTHERWISE : 0;
  return Math.max(spelledLikeness(a, b, prefixOf(startOf(a), startOf(b))), sounded, folded);
}

function spelledLikeness(a: string, b: string, prefix: number): number {
  const alike = winkler(jaro(a, b), prefix);
  const ratio = Math.min(a.length, b.length) / Math.max(a.length, b.length);
  const evened = ratio < 0.75 ? alike - (0.75 - ratio) * 0.6 : alike;
  const likeness = prefix > 0 || soundAlikeFirst(a, b) ? evened : evened * OTHER_FIRST;
  return likeness >= SIMILAR && keptLetters(a, b) < KEPT ? 0 : likeness;
}

/**
 * Every word of the vocabulary whose likeness to the given one reaches `SIMILAR`. Nothing is missed: a word is passed over
 * only when the letters it shares could not bring the measures high enough even if all stood in the right place.
 */
export function similarWords(vocabulary: Vocabulary, word: string): SimilarWords {
  return lookUp(vocabulary, word).similar;
}

/** A word with what was found out about it; kept for the words that come often. */
export function lookUp(vocabulary: Vocabulary, word: string): KnownWord {
  const known = vocabulary.cache.get(word);
  if (known) return known;
  const key = phoneticKey(word);
  const found = { similar: search(vocabulary, word, key), key };
  if (vocabulary.cache.size >= CACHE_WORDS) vocabulary.cache.delete(vocabulary.cache.keys().next().value!);
  vocabulary.cache.set(word, found);
  return found;
}

const NOTHING: SimilarWords = new Map();

function search(vocabulary: Vocabulary, word: string, key: string): SimilarWords {
  const probe: Probe = { word, letters: lettersOf(word), start: startOf(word), found: undefined };
  const shortest = Math.max(2, Math.ceil(word.length * LENGTH_RATIO));
  const longest = Math.min(MAX_LETTERS, Math.floor(word.length / LENGTH_RATIO));
  for (let length = shortest; length <= longest; length++) searchLength(vocabulary, probe, length);
  const same = vocabulary.idOf.get(word);
  if (same !== undefined) add(probe, same, 1);
  const raise = (ids: readonly number[] | undefined, least: number) => {
    if (ids) for (const id of ids) add(probe, id, Math.max(least, probe.found?.get(id) ?? 0));
  };
  if (key.length >= MIN_KEY) raise(vocabulary.byKey.get(key), SOUNDS_ALIKE);
  raise(vocabulary.byKey.get(`~${foldedSpelling(word)}`), SPELLED_OTHERWISE);
  return probe.found ?? NOTHING;
}

/** A word under half as long as another is never like it: Jaro is at most 0.83 then, and the difference in length takes more. */
const LENGTH_RATIO = 0.5;

type Probe = { word: string; letters: number; start: number; found: Map<number, number> | undefined };

function add(probe: Probe, id: number, alike: number): void {
  (probe.found ??= new Map()).set(id, alike);
}

/** Words of one length stand in order of their first letters, so those that begin alike are searched together. */
function searchLength(vocabulary: Vocabulary, probe: Probe, length: number): void {
  const bucket = vocabulary.byLength[length]!;
  if (bucket.ids.length === 0) return;
  const n = probe.word.length;
  const least = neededFor(n, length);
  const most = Math.min(n, length);
  for (const { from, to, first } of bucket.segments) {
    if (first === probe.word[0]) searchSegment(vocabulary, probe, { bucket, from, to, length }, least.byPrefix);
    // Most words that begin otherwise are out by their lengths alone.
    else if (least.byPrefix[0]! > most) continue;
    else if (soundAlikeFirst(first, probe.word)) searchSegment(vocabulary, probe, { bucket, from, to, length }, least.byPrefix);
    else if (least.otherSound[0]! <= most) searchSegment(vocabulary, probe, { bucket, from, to, length }, least.otherSound);
  }
}

type Segment = { bucket: Bucket; from: number; to: number; length: number };

function searchSegment(vocabulary: Vocabulary, probe: Probe, segment: Segment, least: readonly number[]): void {
  const { ids, letters, starts } = segment.bucket;
  const { word, letters: own, start } = probe;
  const [n, m] = [word.length, segment.length];
  for (let i = segment.from; i < segment.to; i++) {
    const prefix = prefixOf(start, starts[i]!);
    const needed = least[prefix]!;
    const theirs = letters[i]!;
    if (n - bits(own & ~theirs) < needed || m - bits(theirs & ~own) < needed) continue;
    const alike = spelledLikeness(word, vocabulary.words[ids[i]!]!, prefix);
    if (alike >= SIMILAR) add(probe, ids[i]!, alike);
  }
}

type Needed = { byPrefix: readonly number[]; otherSound: readonly number[] };

const needed: Needed[] = [];

/** How many letters words of two lengths must share for `SIMILAR` to be within reach: by length of the common beginning, or with another first sound. */
function neededFor(n: number, m: number): Needed {
  return (needed[n * (MAX_LETTERS + 1) + m] ??= neededMatches(n, m));
}

function neededMatches(n: number, m: number): Needed {
  const penalty = Math.max(0, 0.75 - Math.min(n, m) / Math.max(n, m)) * 0.6;
  // Jaro is at most (matches/n + matches/m + 1) / 3, and every letter of the longer word that stays is a match.
  const matchesFor = (jaroNeeded: number) => Math.max(((3 * jaroNeeded - 1) * n * m) / (n + m), KEPT * Math.max(n, m)) - 1e-9;
  const byPrefix = [0, 1, 2, 3, 4].map((prefix) => matchesFor((SIMILAR + penalty - prefix * 0.1) / (1 - prefix * 0.1)));
  return { byPrefix, otherSound: [matchesFor(SIMILAR / OTHER_FIRST + penalty)] };
}

/** A bit for each letter a word has; digits share one. */
function lettersOf(word: string): number {
  let mask = 0;
  for (let i = 0; i < word.length; i++) {
    const code = word.charCodeAt(i);
    mask |= code >= 97 && code <= 122 ? 1 << (code - 97) : 1 << 26;
  }
  return mask >>> 0;
}

/** The first four letters in one number, first letter highest. */
function startOf(word: string): number {
  const code = (i: number) => (i < word.length ? word.charCodeAt(i) : 0);
  return ((code(0) << 24) | (code(1) << 16) | (code(2) << 8) | code(3)) >>> 0;
}

/** How many of the first four letters are equal. Two ends of words are no equal letters, but such words are equal altogether. */
function prefixOf(a: number, b: number): number {
  return a === b ? 4 : Math.clz32(a ^ b) >> 3;
}

function bits(mask: number): number {
  let x = mask - ((mask >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return (((x + (x >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
