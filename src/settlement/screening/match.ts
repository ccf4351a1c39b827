import type { StaticDecode } from 'typebox';
import { AppError } from '../../base/error.ts';
import type { ScreeningMatch } from './contract.ts';
import type { ScreeningEntry } from './entry.ts';
import {
  entriesUnder,
  factsOf,
  ID,
  indexBuilder,
  KIND_SHIFT,
  listedAt,
  openNames,
  regrouped,
  weightOf,
  type EntryFacts,
  type IndexColumns,
  type ListedName,
  type NameIndex,
} from './name-index.ts';
import { readingsOf, WEIGHTS, wordsOf, type Word } from './normalise.ts';
import { Recent } from './recent.ts';
import { align, explain, INITIAL, leastCovered, scoreOf, worth, type Alignment, type Query } from './score.ts';
import { textAt } from './utf8-pool.ts';
import { idOf, lookUp, type KnownWord } from './vocabulary.ts';

export type Match = StaticDecode<typeof ScreeningMatch>;

/** Lists ready to be screened against; keeps what recent names came to. */
export type ScreeningIndex = NameIndex & {
  readonly recent: Recent<readonly Match[]>;
  readonly scratch: Scratch;
};

/** What a search writes on; made once, since names are screened one after another. */
type Scratch = {
  /** For each word of the lists, two numbers: the most that it could cover of a listed name, and of the query. */
  readonly covers: Float32Array;
  readonly stamp: Uint32Array;
  round: number;
};

/** Score from which a name is a match; tuned on one half of the labelled pairs. */
export const THRESHOLD = 0.8;
/** The rules by which names are matched, told with every decision; a new number whenever the same lists could answer otherwise. */
export const RULES: string = `names-2 from ${THRESHOLD}`;
/** Under a weak alias only who is called just that is found when it is one word (a nickname, a common word), else what is closer than usual. */
const WEAK_THRESHOLD = { oneWord: 0.97, words: 0.9 };

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
  const words = columns.vocabulary.masks.length;
  const scratch = { covers: new Float32Array(2 * words), stamp: new Uint32Array(columns.names.entry.length), round: 0 };
  return { ...openNames(columns), recent: new Recent(RECENT_NAMES), scratch };
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

/** A name as words, and letter by letter where that is another way. Errors: `settlement.name_unreadable`. */
function readableOf(name: string): [words: Word[], letters: Word[] | undefined] {
  const [words = [], letters] = readingsOf(name);
  if (words.length === 0) throw unreadable(name);
  return [words, letters];
}

type Found = { listed: ListedName; query: Query; alignment: Alignment; regrouped: boolean };

function search(index: ScreeningIndex, name: string, threshold: number): Match[] {
  const [words, letters] = readableOf(name);
  const best = new Map<number, Found>();
  consider(index, words, { best, threshold, regrouped: false });
  if (letters) consider(index, letters, { best, threshold, regrouped: false });
  const otherwise = regrouped(index, words);
  if (otherwise) consider(index, wordsOf(otherwise.join(' ')), { best, threshold, regrouped: true });
  if (best.size === 0) return [];
  return [...best.values()].map((found) => matchOf(index, found)).sort(byScore);
}

/**
 * What `screen` would answer, as far as lists that added or changed the entries in `changed` can have made it so: matches
 * with these, and matches of the name read with its words written together or apart, which any word of the lists may cause.
 * Whoever was matched with all other entries before is not matched with them again.
 */
export function screenChanged(index: ScreeningIndex, changed: ScreeningIndex, name: string): Match[] {
  const [words, letters] = readableOf(name);
  const [plain, divided] = [new Map<number, Found>(), new Map<number, Found>()];
  consider(changed, words, { best: plain, threshold: THRESHOLD, regrouped: false });
  if (letters) consider(changed, letters, { best: plain, threshold: THRESHOLD, regrouped: false });
  const otherwise = regrouped(index, words);
  if (otherwise) consider(index, wordsOf(otherwise.join(' ')), { best: divided, threshold: THRESHOLD, regrouped: true });
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

function matchOf(index: NameIndex, { listed, query, alignment, regrouped: isRegrouped }: Found): Match {
  const { listId, entryId } = factsOf(index, listed.entry);
  const lines = explain(query, listed, alignment);
  const explanation = isRegrouped ? [`Read as "${query.words.map(({ text }) => text).join(' ')}".`, ...lines] : lines;
  return { listId, entryId, listed: listed.text, score: round(alignment.score), exact: alignment.exact, explanation };
}

const round = (score: number) => Math.round(score * 10_000) / 10_000;
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const byScore = (a: Match, b: Match) => b.score - a.score || compare(a.listId, b.listId) || compare(a.entryId, b.entryId);

function consider(
  index: ScreeningIndex,
  words: readonly Word[],
  { best, threshold, regrouped: isRegrouped }: { best: Map<number, Found>; threshold: number; regrouped: boolean },
): void {
  const query = queryOf(index, words, threshold);
  if (!query) return;
  for (const place of candidates(index, query, threshold)) {
    const listed = listedAt(index, place);
    const alignment = align(query, listed);
    if (alignment.score < (listed.weak ? weakThreshold(listed, threshold) : threshold)) continue;
    if (alignment.score <= (best.get(listed.entry)?.alignment.score ?? 0)) continue;
    best.set(listed.entry, { listed, query, alignment, regrouped: isRegrouped });
  }
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
  const similar: KnownWord[] = [];
  let reachable = weight;
  const look = (at: number): boolean => {
    const known = similarTo(index, words[at]!);
    similar[at] = known;
    reachable -= WEIGHTS[words[at]!.kind] * (1 - mostOf(index, words[at]!, known));
    return reachable >= needed;
  };
  const later: number[] = [];
  for (let at = 0; at < words.length; at++) {
    if (isSearched(words[at]!) && !index.vocabulary.cache.has(words[at]!.text)) later.push(at);
    else if (!look(at)) return undefined;
  }
  for (const at of later.sort((a, b) => words[b]!.text.length - words[a]!.text.length)) if (!look(at)) return undefined;
  return { words, weight, similar: similar.map((word) => word.similar), best: similar.map((word) => word.best) };
}

const isSearched = ({ kind }: Word) => kind === 'name' || kind === 'common';

function similarTo({ vocabulary }: ScreeningIndex, word: Word): KnownWord {
  if (isSearched(word)) return lookUp(vocabulary, word.text);
  const same = idOf(vocabulary, word.text);
  return same < 0 ? NO_WORDS : { similar: new Map([[same, 1]]), key: '', best: 1 };
}

/** How much of a word a pair could cover at most. */
function mostOf(index: ScreeningIndex, word: Word, { best }: KnownWord): number {
  if (word.kind === 'initial') return 1;
  return Math.max(0, worth(Math.max(best, initialOf(index, word) >= 0 ? INITIAL : 0)));
}

/** The id of the listed initial that a word could stand for, or -1. */
function initialOf({ vocabulary }: ScreeningIndex, word: Word): number {
  return isSearched(word) ? idOf(vocabulary, word.text[0]!) : -1;
}

/** A word of the query as a way to names: what it could cover at most, and how many names it leads to. */
type Way = { word: number; covers: number; names: number; initial: number; byInitial: number };

/**
 * Names that could reach the threshold. Of the ways to them only the rarest are followed: so many that a name which none of
 * these leads to could not cover enough of the query with the words that are left. Then, for either side of each name, the
 * most that could be covered is held against what is needed.
 */
function candidates(index: ScreeningIndex, query: Query, threshold: number): number[] {
  const needed = leastCovered(threshold) * query.weight - 1e-6;
  const ways = query.words.map((_, word) => wayOf(index, query, word));
  let reachable = 0;
  for (const { covers } of ways) reachable += covers;
  const followed = waysToFollow(ways, reachable, needed);
  note(index, query, ways, 1);
  const found = follow(index, query, followed, threshold);
  note(index, query, ways, 0);
  return found;
}

/**
 * The cheaper of two complete choices: the rarest words, with the listed initials that they could stand for; or every word
 * without these, since initials alone make no match.
 */
function waysToFollow(ways: readonly Way[], reachable: number, needed: number): Way[] {
  const rarest: Way[] = [];
  let left = reachable;
  for (const way of ways.toSorted((a, b) => costOf(a) - costOf(b))) {
    if (left < needed) break;
    rarest.push(way);
    left -= way.covers;
  }
  // What was taken early may not be needed beside what came later.
  const kept: Way[] = [];
  for (const way of rarest.reverse()) {
    if (left + way.covers < needed) left += way.covers;
    else kept.push(way);
  }
  let [plain, cost] = [0, 0];
  for (const { names } of ways) plain += names;
  for (const way of kept) cost += costOf(way);
  return plain < cost ? ways.map((way) => ({ ...way, initial: -1 })) : kept;
}

const costOf = ({ names, byInitial }: Way) => names + byInitial;

function wayOf(index: ScreeningIndex, query: Query, word: number): Way {
  const { kind } = query.words[word]!;
  const { at } = index.postings;
  // An initial of the query pairs with any word that begins so: it leads everywhere, and is taken as covered.
  if (kind === 'initial') return { word, covers: WEIGHTS.initial, names: 0, initial: -1, byInitial: Infinity };
  let names = 0;
  for (const id of query.similar[word]!.keys()) names += at[id + 1]! - at[id]!;
  const initial = initialOf(index, query.words[word]!);
  const byInitial = initial < 0 ? 0 : at[initial + 1]! - at[initial]!;
  return {
    word,
    covers: WEIGHTS[kind] * Math.max(0, worth(Math.max(query.best[word]!, initial >= 0 ? INITIAL : 0))),
    names,
    initial,
    byInitial,
  };
}

/** Writes into the scratch what each listed word could cover, or takes it out again. */
function note({ scratch: { covers } }: ScreeningIndex, query: Query, ways: readonly Way[], keep: 0 | 1): void {
  const put = (id: number, alike: number, weight: number) => {
    const value = worth(alike) * keep;
    covers[2 * id] = keep * Math.max(covers[2 * id]!, value);
    covers[2 * id + 1] = keep * Math.max(covers[2 * id + 1]!, value * weight);
  };
  for (const { word, initial } of ways) {
    const weight = WEIGHTS[query.words[word]!.kind];
    for (const [id, alike] of query.similar[word]!) put(id, alike, weight);
    if (initial >= 0) put(initial, INITIAL, weight);
  }
}

function follow(index: ScreeningIndex, query: Query, ways: readonly Way[], threshold: number): number[] {
  const { postings, scratch } = index;
  const initials = query.words.filter(({ kind }) => kind === 'initial').length;
  const found: number[] = [];
  const round = ++scratch.round;
  const visit = (id: number) => {
    for (let i = postings.at[id]!; i < postings.at[id + 1]!; i++) {
      const place = postings.names[i]!;
      if (scratch.stamp[place] === round) continue;
      scratch.stamp[place] = round;
      if (reachOf(index, query, place, initials) >= threshold - 1e-6) found.push(place);
    }
  };
  for (const { word, initial } of ways) {
    for (const id of query.similar[word]!.keys()) visit(id);
    if (initial >= 0) visit(initial);
  }
  return found;
}

/** The score that a listed name could reach at most. */
function reachOf({ names, scratch: { covers } }: ScreeningIndex, query: Query, place: number, initials: number): number {
  let [ofListed, ofQuery] = [initials, initials * WEIGHTS.initial];
  for (let i = names.at[place]!; i < names.at[place + 1]!; i++) {
    const word = names.words[i]!;
    const id = 2 * (word & ID);
    ofListed += covers[id]! * WEIGHT_OF_KIND[word >>> KIND_SHIFT]!;
    ofQuery += covers[id + 1]!;
  }
  return scoreOf(Math.min(1, ofQuery / query.weight), Math.min(1, ofListed / names.weight[place]!));
}

const WEIGHT_OF_KIND = Object.values(WEIGHTS);

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
