import { patternLikeness, patternOf } from './arabic-pattern.ts';
import { joinedWords } from './arabic-words.ts';
import { hashOf } from './buckets.ts';
import { GLUED_KEY, GLUED_LETTERS, LONGEST_RUN, runOf, SALT, type NameIndex } from './name-index.ts';
import { wordsOf, type Word } from './normalise.ts';
import { phoneticKey } from './phonetic.ts';
import { lettersFrom } from './similarity.ts';
import { idOf } from './vocabulary-columns.ts';
import { latinBest, mostLike } from './vocabulary.ts';

/** Shortest listed word that neighbouring words of a query are joined to. */
const JOINED_LETTERS = 5;
/** How closely words of two scripts that are written together or apart have to be met. */
const OTHER_SCRIPT_ALIKE = 0.9;
/** Shortest word of the Arabic script that is divided, and fewest letters that are read of words which are joined. */
const ARABIC_LETTERS = { divided: 5, joined: 4 };

/** A name divided into other words. `written` says that only listed names in the Arabic script give reason for it. */
export type Regrouping = { words: Word[]; written: boolean };

/** Other ways to divide a name into words that the lists give reason for. */
export function regroupings(index: NameIndex, words: readonly Word[]): Regrouping[] {
  const usual = regrouped(index, words);
  const written = words.every((word) => word.written === undefined);
  const others = betweenScripts(index, words).map((changed) => ({ words: changed, written }));
  return usual ? [{ words: wordsOf(usual.join(' ')), written: false }, ...others] : others;
}

/**
 * The words of a query as the lists would divide them: a word that is several listed words written together is divided,
 * neighbouring words that are one listed word are joined. Undefined when there is nothing to change.
 */
function regrouped(index: NameIndex, words: readonly Word[]): string[] | undefined {
  let found: string[] | undefined;
  for (let i = 0; i < words.length;) {
    const { text } = words[i]!;
    const joined = joinedFrom(index, words, i);
    const parts = joined || text.length < GLUED_LETTERS || idOf(index.vocabulary, text) >= 0 ? undefined : partsOf(index, text);
    if (joined || parts) found ??= words.slice(0, i).map((word) => word.text);
    found?.push(...(joined ? [joined.text] : (parts ?? [text])));
    i += joined ? joined.length : 1;
  }
  return found;
}

/** The most neighbouring words that are one listed word. They are looked up as they are: sounding alike as well would join too much. */
function joinedFrom(index: NameIndex, words: readonly Word[], at: number): { text: string; length: number } | undefined {
  let text = words[at]!.text;
  let best: { text: string; length: number } | undefined;
  for (let length = 2; length <= LONGEST_RUN && at + length <= words.length; length++) {
    text += words[at + length - 1]!.text;
    if (text.length >= JOINED_LETTERS && idOf(index.vocabulary, text) >= 0) best = { text, length };
  }
  return best;
}

function partsOf(index: NameIndex, word: string): string[] | undefined {
  const exact = runUnder(index, hashOf(word, SALT.glued), (parts) => parts.join('') === word);
  if (exact) return exact;
  const key = index.vocabulary.cache.get(word)?.key ?? phoneticKey(word);
  if (key.length < GLUED_KEY) return undefined;
  return runUnder(index, hashOf(key, SALT.heard), (parts) => phoneticKey(parts.join('')) === key);
}

function runUnder({ glued, names, vocabulary }: NameIndex, hash: number, fits: (parts: string[]) => boolean): string[] | undefined {
  const bucket = hash & glued.mask;
  for (let i = glued.at[bucket]!; i < glued.at[bucket + 1]!; i++) {
    const parts = runOf({ names, vocabulary }, glued.items[i]!);
    if (fits(parts)) return parts;
  }
  return undefined;
}

/** Words of a name from `at` on, `length` of them, read as others. */
type Change = { at: number; length: number; words: readonly Word[] };

/**
 * The same between names in the Arabic script and Latin ones. Several ways may fit by chance: each is tried alone, and those
 * that do not meet all together.
 */
function betweenScripts(index: NameIndex, words: readonly Word[]): Word[][] {
  const changes = changesOf(index, words).sort((a, b) => a.at - b.at);
  const together: Change[] = [];
  for (const change of changes) if (change.at >= endOf(together.at(-1))) together.push(change);
  const alone = changes.map((change) => changed(words, [change]));
  return together.length > 1 ? [changed(words, together), ...alone] : alone;
}

const endOf = (change: Change | undefined) => (change ? change.at + change.length : 0);

function changed(words: readonly Word[], changes: readonly Change[]): Word[] {
  const found: Word[] = [];
  let next = 0;
  for (const change of changes) {
    found.push(...words.slice(next, change.at), ...change.words);
    next = endOf(change);
  }
  return [...found, ...words.slice(next)];
}

function changesOf(index: NameIndex, words: readonly Word[]): Change[] {
  if (words.some(({ written }) => written !== undefined))
    return [...joinedArabic(index, words), ...words.flatMap((word, at) => dividedArabic(index, word, at))];
  if (index.vocabulary.writtenIds.length === 0) return [];
  return [...joinedLatin(index, words), ...words.flatMap((word, at) => dividedLatin(index, word, at))];
}

/** Neighbouring words that together are written as one listed Latin word. */
function joinedArabic({ vocabulary }: NameIndex, words: readonly Word[]): Change[] {
  return joinedWords(words, LONGEST_RUN).flatMap(({ from, length, text, written }): Change[] => {
    if (text.length < ARABIC_LETTERS.joined || latinBest(vocabulary, written) < OTHER_SCRIPT_ALIKE) return [];
    return [{ at: from, length, words: [{ text, kind: 'name', written }] }];
  });
}

/** A word that is written as two listed Latin ones, and as no single one. */
function dividedArabic(index: NameIndex, { written }: Word, at: number): Change[] {
  if (written === undefined || written.length < ARABIC_LETTERS.divided) return [];
  if (latinBest(index.vocabulary, written) >= OTHER_SCRIPT_ALIKE) return [];
  const pattern = patternOf(written);
  if (!pattern) return [];
  let [best, parts]: [number, string[] | undefined] = [OTHER_SCRIPT_ALIKE, undefined];
  for (const key of pattern.keys) {
    const bucket = key & index.glued.mask;
    for (let i = index.glued.at[bucket]!; i < index.glued.at[bucket + 1]!; i++) {
      const run = runOf(index, index.glued.items[i]!);
      const alike = patternLikeness(pattern, lettersFrom(run.join('')));
      if (alike > best) [best, parts] = [alike, run];
    }
  }
  return parts ? [{ at, length: 1, words: wordsOf(parts.join(' ')) }] : [];
}

/** Neighbouring Latin words that together are how a listed word of the Arabic script is written. */
function joinedLatin({ vocabulary }: NameIndex, words: readonly Word[]): Change[] {
  const found: Change[] = [];
  for (let at = 0; at < words.length; at++) {
    // With an article or without it a word is the same.
    if (words[at]!.kind !== 'name' && words[at]!.text === 'al') continue;
    let text = words[at]!.text;
    for (let length = 2; length <= LONGEST_RUN && at + length <= words.length; length++) {
      text += words[at + length - 1]!.text;
      if (text.length < JOINED_LETTERS || mostLike(vocabulary.written, text, OTHER_SCRIPT_ALIKE) === undefined) continue;
      found.push({ at, length, words: [{ text, kind: 'name' }] });
    }
  }
  return found;
}

/** A Latin word that is how neighbouring listed words of the Arabic script are written. */
function dividedLatin(index: NameIndex, { text }: Word, at: number): Change[] {
  if (text.length < GLUED_LETTERS) return [];
  const place = mostLike(index.joined.written, text, OTHER_SCRIPT_ALIKE);
  if (place === undefined) return [];
  return [{ at, length: 1, words: wordsOf(runOf(index, index.joined.runs[place]!).join(' ')) }];
}
