import { patternLikeness, patternOf } from './arabic-pattern.ts';
import { latinLike, openWritten, writtenLike, type Written } from './arabic-vocabulary.ts';
import { droppedHashes, hashOf } from './buckets.ts';
import { EQUAL_SPELLING, equalSpellings } from './equal-spellings.ts';
import { hashOfMask, mayStand, MOST_STRAYED, nearMasks } from './near-masks.ts';
import { foldedSpelling, phoneticKey, vowelsAgree } from './phonetic.ts';
import { Recent } from './recent.ts';
import { ROMANISED, romanised, romanisedKeys, romanisedLikeness, type Romanised } from './romanised.ts';
import { spokenAlike, spokenForms } from './spoken.ts';
import {
  bitCount,
  jaro,
  keptLetters,
  letterOf,
  lettersFrom,
  maskOf,
  MAX_LETTERS,
  prefixOf,
  repeatsOf,
  soundAlikeFirst,
  soundDistance,
  winkler,
  type Letters,
} from './similarity.ts';
import {
  eachRomanised,
  eachSpoken,
  heardHashes,
  idsOf,
  KEPT,
  latinOf,
  lettersOf,
  MIN_KEY,
  mostDropped,
  SALT,
  SHORT,
  wordAt,
  type VocabularyColumns,
} from './vocabulary-columns.ts';

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
/** Words that are said alike by the customs of those who may have written them. */
const SPOKEN_ALIKE = 0.95;
/** What a different first sound leaves of a likeness. */
const OTHER_FIRST = 0.88;
const OTHER_SOUND = 5;

/** Words of a listed vocabulary that are like a given one, and how much. */
export type SimilarWords = ReadonlyMap<number, number>;

/** What is like a word, its phonetic key, and the likeness of what is most like it. */
export type KnownWord = { readonly similar: SimilarWords; readonly key: string; readonly best: number };

/** A vocabulary in use; keeps what recent words came to. */
export type Vocabulary = VocabularyColumns & {
  readonly written: Written;
  readonly cache: Recent<KnownWord>;
  /** For words of the Arabic script, the likeness of the Latin word most like each. */
  readonly latinBest: Recent<number>;
  readonly seen: Uint32Array;
  /** The letters that any word has. */
  readonly alphabet: number;
  looked: number;
};

const CACHE_WORDS = 20_000;

/** Takes columns into use. */
export function openVocabulary(columns: VocabularyColumns): Vocabulary {
  const seen = new Uint32Array(columns.masks.length);
  const caches = { cache: new Recent<KnownWord>(CACHE_WORDS), latinBest: new Recent<number>(CACHE_WORDS) };
  const alphabet = columns.masks.reduce((all, mask) => all | mask, 0);
  return { ...columns, ...caches, written: openWritten(columns.written), seen, alphabet, looked: 0 };
}

/**
 * How alike two words are by their keys, 0 to 1: nothing when Jaro-Winkler (less for different lengths and another first
 * sound) or the share of letters that stay is too low, else by what the changes cost (`soundDistance`); more for the same
 * consonants, another spelling of vowels, what is said alike, two usual spellings of one name, or Latin letters that Arabic ones are written as.
 * Below `SIMILAR` it is no likeness.
 */
export function likeness(one: string, other: string): number {
  const [a, b] = [latinOf(one), latinOf(other)];
  if (a === b) return 1;
  const key = phoneticKey(a);
  const sounded = key.length >= MIN_KEY && key === phoneticKey(b) ? soundLikeness(a, b) : 0;
  const folded = foldedSpelling(a) === foldedSpelling(b) ? SPELLED_OTHERWISE : 0;
  const equal = equalSpellings(a, spokenForms(a)).includes(b) ? EQUAL_SPELLING : 0;
  const spoken = spokenAlike(a, b) ? SPOKEN_ALIKE : 0;
  const standard = romanisedLikeness(romanised(a), romanised(b));
  const written = Math.max(writtenLikeness(lettersOf(one), other), writtenLikeness(lettersOf(other), one));
  return Math.max(spelledLikeness(lettersFrom(a), lettersFrom(b)), sounded, folded, equal, spoken, standard, written);
}

function writtenLikeness(written: string, latin: string): number {
  const pattern = written === '' || lettersOf(latin) !== '' ? undefined : patternOf(written);
  return pattern ? patternLikeness(pattern, lettersFrom(latin)) : 0;
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

/** A word with what was found out about it, by its `vocabularyKey`; kept for the words that come often. */
export function lookUp(vocabulary: Vocabulary, key: string): KnownWord {
  const known = vocabulary.cache.get(key);
  if (known) return known;
  const found = search(vocabulary, latinOf(key), lettersOf(key));
  vocabulary.cache.set(key, found);
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
function search(vocabulary: Vocabulary, word: string, written: string): KnownWord {
  const key = phoneticKey(word);
  const fold = foldedSpelling(word);
  const [keyHash, foldHash] = [hashOf(key, SALT.key), hashOf(fold, SALT.fold)];
  const [mask, repeats] = [maskOf(word), repeatsOf(word)];
  const probe: Probe = { word, key, keyHash, fold, foldHash, mask, repeats, letters: lettersFrom(word), found: undefined };
  const look = ++vocabulary.looked;
  lookInBuckets(vocabulary, probe, heardHashes(word, key, fold), true);
  if (word.length <= SHORT) lookInBuckets(vocabulary, probe, droppedHashes(word, mostDropped(word), SALT.dropped), false);
  const forms = spokenForms(word);
  for (const spelling of equalSpellings(word, forms)) for (const id of idsOf(vocabulary, spelling)) raise(probe, id, EQUAL_SPELLING);
  // Two forms with one hash are all but never others; what is said alike is told by the forms themselves.
  eachSpoken(vocabulary, forms, (id, form) => {
    if ((probe.found?.get(id) ?? 0) < SPOKEN_ALIKE && spokenForms(wordAt(vocabulary, id)).includes(form)) raise(probe, id, SPOKEN_ALIKE);
  });
  let read: Romanised | undefined;
  eachRomanised(vocabulary, romanisedKeys(word), (id) => {
    if ((probe.found?.get(id) ?? 0) >= ROMANISED.most) return;
    read ??= romanised(word);
    const alike = romanisedLikeness(read, romanised(wordAt(vocabulary, id)));
    if (alike > 0) raise(probe, id, alike);
  });
  searchLong(vocabulary, probe, look);
  searchOtherScript(vocabulary, probe, written);
  let best = 0;
  if (probe.found) for (const alike of probe.found.values()) if (alike > best) best = alike;
  return { similar: probe.found ?? NOTHING, key, best };
}

/** Latin words that a word of the Arabic script is written as; or words of that script that are written as a Latin one. */
function searchOtherScript(vocabulary: Vocabulary, probe: Probe, written: string): void {
  const raiseTo = (id: number, alike: number) => {
    if (alike >= SIMILAR) raise(probe, id, alike);
  };
  if (written === '') writtenLike(vocabulary.written, probe.word, (place, alike) => raiseTo(vocabulary.writtenIds[place]!, alike));
  else searchLatin(vocabulary, written, raiseTo);
}

/** Visits the Latin words that a word of the Arabic script may be written as; answers how alike the most alike is. */
function searchLatin(vocabulary: Vocabulary, written: string, visit?: (id: number, alike: number) => void): number {
  const pattern = patternOf(written);
  let best = 0;
  if (pattern) {
    latinLike(vocabulary, pattern, (id, alike) => {
      if (alike > best) best = alike;
      visit?.(id, alike);
    });
  }
  vocabulary.latinBest.set(written, best);
  return best;
}

/** How alike the Latin word is that is most like a word of the Arabic script; 0 when there is none. */
export function latinBest(vocabulary: Vocabulary, written: string): number {
  return vocabulary.latinBest.get(written) ?? searchLatin(vocabulary, written);
}

/** The place of the word in Arabic letters that is most like a Latin one, and at least so much. */
export function mostLike(written: Written, word: string, least: number): number | undefined {
  let [best, most]: [number | undefined, number] = [undefined, least];
  writtenLike(written, word, (place, alike) => {
    if (alike >= most && (best === undefined || alike > most)) [best, most] = [place, alike];
  });
  return best;
}

/** Letters that only one of two words has where two letters differ. */
const MOST_STRANGE = 4;

/** Judges what is filed under hashes. By sound and spelling of vowels only what is filed under these can be alike. */
function lookInBuckets(vocabulary: Vocabulary, probe: Probe, hashes: readonly number[], heard: boolean): void {
  const { filed, seen, masks, looked } = vocabulary;
  for (const hash of hashes) {
    const bucket = hash & filed.mask;
    for (let i = filed.at[bucket]!; i < filed.at[bucket + 1]!; i++) {
      const id = filed.items[i]!;
      if (seen[id] === looked) continue;
      // Buckets hold strangers as well: two letters that differ are at most four that only one of the words has.
      if (!heard && bitCount(probe.mask ^ masks[id]!) > MOST_STRANGE) continue;
      seen[id] = looked;
      judge(vocabulary, probe, id, heard);
    }
  }
}

function raise(probe: Probe, id: number, alike: number): void {
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
  const alike = mayBeHeard ? Math.max(spelled, heardLikeness(vocabulary, probe, id)) : spelled;
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

function heardLikeness(vocabulary: Vocabulary, { word: own, key, keyHash, fold, foldHash }: Probe, id: number): number {
  const word = wordAt(vocabulary, id);
  // What has another hash is another spelling or sound: most need not be made to be told.
  if (vocabulary.folds[id] === foldHash && foldedSpelling(word) === fold) return SPELLED_OTHERWISE;
  const sounds = key.length >= MIN_KEY && vocabulary.keys[id] === keyHash && phoneticKey(word) === key;
  return sounds ? soundLikeness(own, word) : 0;
}

/** Looks through the words that are long, or that a long word could be like. */
function searchLong(vocabulary: Vocabulary, probe: Probe, look: number): void {
  const n = probe.word.length;
  const shortest = Math.max(n > SHORT ? Math.ceil(n * KEPT - 1e-9) : SHORT + 1, 2);
  const longest = Math.min(MAX_LETTERS, Math.floor(n / KEPT + 1e-9));
  for (let m = shortest; m <= longest; m++) {
    const least = neededFor(n, m);
    const few = strayedFor(n, m, least[OTHER_SOUND]!);
    scan(vocabulary, probe, { look, n, m, least, few });
    if (few) lookAmongNear(vocabulary, probe, { look, n, m, least, few });
  }
}

/** `few` tells how many letters of words with another first sound may be others, where these are so few that all ways can be looked up. */
type Scan = { look: number; n: number; m: number; least: Needed; few: Strayed | undefined };
type Strayed = { lack: number; add: number };

function strayedFor(n: number, m: number, needed: number): Strayed | undefined {
  const [lack, add] = [Math.floor(n - needed), Math.floor(m - needed)];
  return lack + add <= MOST_STRAYED ? { lack, add } : undefined;
}

/** Words with another first sound, by which letters they have: nearly all of the same. */
function lookAmongNear(vocabulary: Vocabulary, probe: Probe, { look, n, m, least, few }: Scan & { few: Strayed }): void {
  if (few.lack < 0 || few.add < 0) return;
  const { at, byMask, letters, alphabet, seen } = vocabulary;
  const first = letterOf(probe.word.charCodeAt(0));
  const { masks, count } = nearMasks(probe.mask, { ...few, alphabet });
  for (let i = 0; i < count; i++) {
    const hash = hashOfMask(masks[i]!, m);
    if (!mayStand(byMask.stand, hash)) continue;
    const bucket = hash & byMask.mask;
    for (let place = byMask.at[bucket]!; place < byMask.at[bucket + 1]!; place++) {
      const id = byMask.items[place]!;
      // Buckets hold strangers as well.
      if (seen[id] === look || vocabulary.masks[id] !== masks[i] || at[id + 1]! - at[id]! !== m) continue;
      if (ALIKE_FIRST[first * 32 + letterOf(letters[at[id]!]!)] !== OTHER_SOUND) continue;
      if (sharedLetters(vocabulary, probe, id, n, m) >= least[OTHER_SOUND]!) judge(vocabulary, probe, id, false);
    }
  }
}

/** How many letters two words can share at most, told from two bits a letter: whether it is there at all and whether more than once. */
function sharedLetters({ masks, repeats }: Vocabulary, { mask: own, repeats: twice }: Probe, id: number, n: number, m: number): number {
  const [other, again] = [masks[id]!, repeats[id]!];
  return Math.min(n - bitCount(own & ~other) - bitCount(twice & ~again), m - bitCount(other & ~own) - bitCount(again & ~twice));
}

/** Words of a length, by their first letter, which decides how many letters have to be shared. */
function scan(vocabulary: Vocabulary, probe: Probe, { look, n, m, least, few }: Scan): void {
  const { masks, runs, runsAt, seen } = vocabulary;
  const [own, first] = [probe.mask, letterOf(probe.word.charCodeAt(0))];
  for (let run = 3 * runsAt[m]!; run < 3 * runsAt[m + 1]!; run += 3) {
    const sameFirst = runs[run] === first;
    const sound = sameFirst ? 4 : ALIKE_FIRST[first * 32 + runs[run]!]!;
    if (few && sound === OTHER_SOUND) continue;
    const needed = least[sound]!;
    const [mayLack, mayAdd] = [Math.floor(n - needed), Math.floor(m - needed)];
    if (mayLack < 0 || mayAdd < 0) continue;
    const to = runs[run + 2]!;
    for (let id = runs[run + 1]!; id < to; id++) {
      // Most words fall out here.
      if (bitCount(own ^ masks[id]!) > mayLack + mayAdd) continue;
      const shared = sharedLetters(vocabulary, probe, id, n, m);
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
