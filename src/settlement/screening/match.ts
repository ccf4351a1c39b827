import type { StaticDecode } from 'typebox';
import { AppError } from '../../base/error.ts';
import type { ScreeningMatch } from './contract.ts';
import { candidates, initialOf, scratchFor, type Scratch } from './candidates.ts';
import type { ScreeningEntry } from './entry.ts';
import {
  entriesUnder,
  factsOf,
  indexBuilder,
  listedAt,
  openNames,
  weightOf,
  type EntryFacts,
  type IndexColumns,
  type ListedName,
  type NameIndex,
} from './name-index.ts';
import { isSearched, readingsOf, WEIGHTS, type Word } from './normalise.ts';
import { Recent } from './recent.ts';
import { regroupings, type Regrouping } from './regroupings.ts';
import { namesWithin } from './several-names.ts';
import { align, explain, INITIAL, leastCovered, worth, type Alignment, type Query } from './score.ts';
import { textAt } from './utf8-pool.ts';
import { idOf, vocabularyKey } from './vocabulary-columns.ts';
import { lookUp, type KnownWord } from './vocabulary.ts';

export type Match = StaticDecode<typeof ScreeningMatch>;

/** Lists ready to be screened against; keeps what recent names came to. */
export type ScreeningIndex = NameIndex & {
  readonly recent: Recent<readonly Match[]>;
  readonly scratch: Scratch;
};

/** Score from which a name is a match; tuned on one half of the labelled pairs. */
export const THRESHOLD = 0.8;
/** The rules by which names and identifiers are matched, told with every decision; a new number whenever the same lists could answer otherwise. */
export const RULES: string = `names-7 from ${THRESHOLD}`;
/** Under a weak alias only who is called just that is found when it is one word (a nickname, a common word), else what is closer than usual. */
const WEAK_THRESHOLD = { oneWord: 0.97, words: 0.9 };
/** One of several names in a field is found when it is closer than usual, too: it was cut out by guess. */
const WITHIN_THRESHOLD = 0.9;

const RECENT_NAMES = 10_000;
const NONE: readonly Match[] = Object.freeze([]);

/** Builds the index of all lists in force, here and now; the product does it in a worker (`build-index.ts`). */
export function buildIndex(entries: Iterable<ScreeningEntry>): ScreeningIndex {
  const builder = indexBuilder();
  for (const { listId, ...entry } of entries) builder.add(listId, entry);
  return openIndex(builder.done());
}

/** Takes an index into use. */
export function openIndex(columns: IndexColumns): ScreeningIndex {
  return { ...openNames(columns), recent: new Recent(RECENT_NAMES), scratch: scratchFor(columns) };
}

/**
 * Everyone on the lists whose name the given one could be, best first, at most one match an entry. Complete: whatever
 * would score at least the threshold is found, since names are only passed over by a bound that their score cannot exceed.
 * Errors: `settlement.name_unreadable` when there is neither letter nor digit in it.
 */
export function screen(index: ScreeningIndex, name: string, options: { threshold?: number; limit?: number } = {}): Match[] {
  const { threshold = THRESHOLD, limit = 100 } = options;
  if (threshold !== THRESHOLD) return search(index, name, threshold).slice(0, limit);
  const known = index.recent.get(name);
  if (known) return copied(known, limit);
  const found = search(index, name, threshold);
  index.recent.set(name, found.length === 0 ? NONE : found);
  return copied(found, limit);
}

/** A name that leaves nothing to compare is no name: it must not pass as one that was compared and not found. */
function unreadable(name: string): AppError {
  const shown = JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}…` : name);
  return new AppError(
    'unprocessable',
    'settlement.name_unreadable',
    `The name ${shown} has no letters or digits, so it cannot be screened.`,
  );
}

/** Matches belong to the caller, who may change them. */
function copied(matches: readonly Match[], limit: number): Match[] {
  if (matches.length === 0) return [];
  return matches.slice(0, limit).map((match) => ({ ...match, explanation: [...match.explanation] }));
}

/** A name as words, the usual reading first. Errors: `settlement.name_unreadable`. */
function readableOf(name: string): [usual: Word[], ...others: Word[][]] {
  const [words = [], ...others] = readingsOf(name);
  if (words.length === 0) throw unreadable(name);
  return [words, ...others];
}

type Found = { listed: ListedName; query: Query; alignment: Alignment; isReadOtherwise: boolean };

function search(index: ScreeningIndex, name: string, threshold: number): Match[] {
  const readings = readableOf(name);
  const best = new Map<number, Found>();
  for (const words of readings) consider(index, words, { best, threshold });
  for (const regrouping of regroupings(index, readings[0])) consider(index, regrouping.words, { best, threshold, regrouping });
  considerWithin(index, name, readings, { best, threshold });
  if (best.size === 0) return [];
  return [...best.values()].map((found) => matchOf(index, found)).sort(byScore);
}

/**
 * What `screen` would answer, as far as lists that added or changed the entries in `changed` can have made it so: matches
 * with these, and matches of the name read with its words written together or apart, which any word of the lists may cause.
 * Whoever was matched with all other entries before is not matched with them again.
 */
export function screenChanged(index: ScreeningIndex, changed: ScreeningIndex, name: string): Match[] {
  const readings = readableOf(name);
  const [plain, divided] = [new Map<number, Found>(), new Map<number, Found>()];
  for (const words of readings) consider(changed, words, { best: plain, threshold: THRESHOLD });
  for (const regrouping of regroupings(index, readings[0]))
    consider(index, regrouping.words, { best: divided, threshold: THRESHOLD, regrouping });
  considerWithin(changed, name, readings, { best: plain, threshold: THRESHOLD });
  if (plain.size === 0 && divided.size === 0) return [];
  const best = new Map<string, { match: Match; score: number }>();
  const keep = (of: ScreeningIndex, found: Found) => {
    const match = matchOf(of, found);
    const key = `${match.listId}\n${match.entryId}`;
    if (found.alignment.score > (best.get(key)?.score ?? 0)) best.set(key, { match, score: found.alignment.score });
  };
  for (const found of plain.values()) keep(changed, found);
  for (const found of divided.values()) keep(index, found);
  return [...best.values()].map(({ match }) => match).sort(byScore);
}

function matchOf(index: NameIndex, { listed, query, alignment, isReadOtherwise }: Found): Match {
  const { listId, entryId } = factsOf(index, listed.entry);
  const lines = explain(query, listed, alignment);
  const explanation = isReadOtherwise ? [`Read as "${query.words.map(({ text }) => text).join(' ')}".`, ...lines] : lines;
  return { listId, entryId, listed: listed.text, score: round(alignment.score), exact: alignment.exact, explanation };
}

const round = (score: number) => Math.round(score * 10_000) / 10_000;
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const byScore = (a: Match, b: Match) => b.score - a.score || compare(a.listId, b.listId) || compare(a.entryId, b.entryId);

function consider(
  index: ScreeningIndex,
  words: readonly Word[],
  {
    best,
    threshold,
    regrouping,
    isWithin = false,
  }: { best: Map<number, Found>; threshold: number; regrouping?: Regrouping; isWithin?: boolean },
): void {
  const query = queryOf(index, words, threshold);
  if (!query) return;
  for (const place of candidates(index, query, threshold)) {
    const listed = listedAt(index, place);
    if (regrouping?.written && !listed.written) continue;
    const alignment = align(query, listed);
    if (alignment.score < (listed.weak ? weakThreshold(listed, threshold) : threshold)) continue;
    if (alignment.score <= (best.get(listed.entry)?.alignment.score ?? 0)) continue;
    best.set(listed.entry, { listed, query, alignment, isReadOtherwise: isWithin || regrouping !== undefined });
  }
}

/** Each of several names that a field may hold. */
function considerWithin(
  index: ScreeningIndex,
  name: string,
  [usual = []]: readonly Word[][],
  { best, threshold }: { best: Map<number, Found>; threshold: number },
): void {
  const within = { best, threshold: Math.max(threshold, WITHIN_THRESHOLD), isWithin: true };
  for (const words of namesWithin(name, usual)) consider(index, words, within);
}

const weakThreshold = ({ words }: ListedName, threshold: number) =>
  Math.max(threshold, words.length > 1 ? WEAK_THRESHOLD.words : WEAK_THRESHOLD.oneWord);

const NO_WORDS: KnownWord = { similar: new Map(), key: '', best: 0 };

/**
 * The words of a name with what is like them on the lists; undefined when too few are like any for a name to reach the
 * threshold. Words that are known already are looked at first: most clean names then need no search for the others.
 */
function queryOf(index: ScreeningIndex, words: readonly Word[], threshold: number): Query | undefined {
  const weight = weightOf(words);
  const needed = leastCovered(threshold) * weight - 1e-6;
  const similar = words.map(() => NO_WORDS);
  let reachable = weight;
  const look = (at: number): boolean => {
    const known = similarTo(index, words[at]!);
    similar[at] = known;
    reachable -= WEIGHTS[words[at]!.kind] * (1 - mostOf(index, words[at]!, known));
    return reachable >= needed;
  };
  const later: number[] = [];
  for (let at = 0; at < words.length; at++) {
    if (isSearched(words[at]!) && !index.vocabulary.cache.has(vocabularyKey(words[at]!))) later.push(at);
    else if (!look(at)) return undefined;
  }
  for (const at of later.sort((a, b) => words[b]!.text.length - words[a]!.text.length)) if (!look(at)) return undefined;
  return { words, weight, similar: similar.map((word) => word.similar), best: similar.map((word) => word.best) };
}

function similarTo({ vocabulary }: ScreeningIndex, word: Word): KnownWord {
  if (isSearched(word)) return lookUp(vocabulary, vocabularyKey(word));
  const same = idOf(vocabulary, word.text);
  return same < 0 ? NO_WORDS : { similar: new Map([[same, 1]]), key: '', best: 1 };
}

/** How much of a word a pair could cover at most. */
function mostOf(index: ScreeningIndex, word: Word, { best }: KnownWord): number {
  if (word.kind === 'initial') return 1;
  return Math.max(0, worth(Math.max(best, initialOf(index, word) >= 0 ? INITIAL : 0)));
}

/** An entry as the lists in force have it. */
export type NamedEntry = { facts: EntryFacts; names: string[] };

/** The entry with an id of its list, undefined when no list in force has it. */
export function entryNamed(index: ScreeningIndex, listId: string, entryId: string): NamedEntry | undefined {
  for (const place of entriesUnder(index, listId, entryId)) {
    const facts = factsOf(index, place);
    if (facts.listId !== listId || facts.entryId !== entryId) continue;
    const names: string[] = [];
    for (let at = firstName(index, place); index.names.entry[at] === place; at++) {
      const text = textAt(index.names.text, at);
      // A name that is read in two ways stands there twice.
      if (text !== names.at(-1)) names.push(text);
    }
    return { facts, names };
  }
  return undefined;
}

/** Names stand in order of their entries. */
function firstName({ names }: ScreeningIndex, entry: number): number {
  let [low, high] = [0, names.entry.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (names.entry[middle]! < entry) low = middle + 1;
    else high = middle;
  }
  return low;
}
