import { ID, KIND_SHIFT, type IndexColumns, type NameIndex } from './name-index.ts';
import { isSearched, WEIGHTS, type Word } from './normalise.ts';
import { INITIAL, leastCovered, leastOther, scoreOf, worth, type Query } from './score.ts';
import { idOf } from './vocabulary-columns.ts';

/** What a search writes on; made once, since names are screened one after another. */
export type Scratch = {
  /** For each word of the lists, two numbers: the most that it could cover of a listed name, and of the query. */
  readonly covers: Float32Array;
  /** For each listed name, the search that came by it last, and a bit for each word of that query that led to it. */
  readonly stamp: Uint32Array;
  /** Names that the present search came by. */
  readonly touched: Uint32Array;
  round: number;
};

/** Words of a query that have a bit of their own in a stamp; a longer query is searched without these. */
const MARKED_WORDS = 8;
const LAST_ROUND = 2 ** (32 - MARKED_WORDS) - 1;
/** Holding a name's words against the query costs as much as looking up so many stamps. */
const STAMPS_A_NAME = 6;

/** What searches of an index write on. */
export function scratchFor({ vocabulary, names }: IndexColumns): Scratch {
  const count = names.entry.length;
  return {
    covers: new Float32Array(2 * vocabulary.masks.length),
    stamp: new Uint32Array(count),
    touched: new Uint32Array(count),
    round: 0,
  };
}

type SearchedIndex = NameIndex & { readonly scratch: Scratch };

/** The id of the listed initial that a word could stand for, or -1. */
export function initialOf({ vocabulary }: NameIndex, word: Word): number {
  return isSearched(word) ? idOf(vocabulary, word.text[0]!) : -1;
}

/** A word of the query as a way to names: what it could cover at most, and how many names it leads to. */
type Way = { word: number; covers: number; names: number; initial: number; byInitial: number };

/**
 * Names that could reach the threshold. Of the ways to them only the rarest are followed: so many that a name which none of
 * these leads to could not cover enough of the query with the words that are left. Then, for either side of each name, the
 * most that could be covered is held against what is needed.
 */
export function candidates(index: SearchedIndex, query: Query, threshold: number): number[] {
  const needed = leastCovered(threshold) * query.weight - 1e-6;
  const ways = query.words.map((_, word) => wayOf(index, query, word));
  let reachable = 0;
  for (const { covers } of ways) reachable += covers;
  const followed = waysToFollow(ways, reachable, needed);
  note(index, query, ways);
  const count = touch(index, query, followed);
  const marked = markOthers(index, query, { ways, followed });
  const found = withinReach(index, query, { count, threshold, bounds: marked ? boundsOf(query, ways, threshold) : undefined });
  forget(index, query, ways);
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

function wayOf(index: SearchedIndex, query: Query, word: number): Way {
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

/** Writes into the scratch what each listed word could cover. */
function note({ scratch: { covers } }: SearchedIndex, query: Query, ways: readonly Way[]): void {
  for (const { word, initial } of ways) {
    const weight = WEIGHTS[query.words[word]!.kind];
    const put = (alike: number, id: number) => {
      const value = worth(alike);
      if (value > covers[2 * id]!) covers[2 * id] = value;
      if (value * weight > covers[2 * id + 1]!) covers[2 * id + 1] = value * weight;
    };
    // To go over the entries would make a pair of each, and there are many.
    query.similar[word]!.forEach(put);
    if (initial >= 0) put(INITIAL, initial);
  }
}

/** Takes out again what was written. */
function forget({ scratch: { covers } }: SearchedIndex, query: Query, ways: readonly Way[]): void {
  const clear = (id: number) => void (covers[2 * id] = covers[2 * id + 1] = 0);
  for (const way of ways) eachWordOf(query, way, clear);
}

/** Comes by every name that the ways lead to, and notes of each which words led there. Answers with how many names these are. */
function touch({ postings, scratch }: SearchedIndex, query: Query, ways: readonly Way[]): number {
  if (scratch.round === LAST_ROUND) scratch.stamp.fill((scratch.round = 0));
  const round = (++scratch.round << MARKED_WORDS) >>> 0;
  const { stamp, touched } = scratch;
  let count = 0;
  const comeBy = (id: number, bit: number) => {
    for (let i = postings.at[id]!; i < postings.at[id + 1]!; i++) {
      const place = postings.names[i]!;
      if (stamp[place]! < round) {
        stamp[place] = round;
        touched[count++] = place;
      }
      stamp[place]! |= bit;
    }
  };
  for (const way of ways) eachWordOf(query, way, (id) => comeBy(id, bitOf(way)));
  return count;
}

/** Notes also which of the other words lead to the names come by, where that is less work than to look at these names. */
function markOthers(
  { postings, scratch: { stamp, round } }: SearchedIndex,
  query: Query,
  { ways, followed }: { ways: readonly Way[]; followed: readonly Way[] },
): boolean {
  if (ways.length > MARKED_WORDS || query.words.some(({ kind }) => kind === 'initial')) return false;
  const without = (way: Way) => followed.find(({ word }) => word === way.word)?.initial !== way.initial;
  const others = ways.filter(without);
  const names = (of: readonly Way[]) => of.reduce((sum, way) => sum + costOf(way), 0);
  if (names(others) > STAMPS_A_NAME * names(followed)) return false;
  const least = (round << MARKED_WORDS) >>> 0;
  const mark = (id: number, bit: number) => {
    for (let i = postings.at[id]!; i < postings.at[id + 1]!; i++) {
      const place = postings.names[i]!;
      if (stamp[place]! >= least) stamp[place]! |= bit;
    }
  };
  for (const way of others) eachWordOf(query, way, (id) => mark(id, bitOf(way)));
  return true;
}

/** The listed words that a word of the query leads over. */
function eachWordOf({ similar }: Query, { word, initial }: Way, visit: (id: number) => void): void {
  for (const id of similar[word]!.keys()) visit(id);
  if (initial >= 0) visit(initial);
}

const bitOf = ({ word }: Way) => (word < MARKED_WORDS ? 1 << word : 0);

/**
 * For each set of words of a query, a bit each: the greatest weight of a listed name that these alone could bring to the threshold, below
 * zero where they could bring none. A listed name has a word of its own for each of them, which weighs no more than `HEAVIEST`.
 */
function boundsOf(query: Query, ways: readonly Way[], threshold: number): Float64Array {
  const sets = 1 << ways.length;
  const bounds = new Float64Array(sets).fill(-1);
  for (let words = 1; words < sets; words++) {
    let [ofQuery, ofListed] = [0, 0];
    for (const { word, covers } of ways) {
      if ((words & (1 << word)) === 0) continue;
      ofQuery += covers;
      ofListed += (covers / WEIGHTS[query.words[word]!.kind]) * HEAVIEST;
    }
    const needed = leastOther(Math.min(1, ofQuery / query.weight), threshold - 1e-6);
    if (needed <= 1) bounds[words] = ofListed / Math.max(needed, 1e-9);
  }
  return bounds;
}

/** Of the names come by, those whose score could reach the threshold. */
function withinReach(
  index: SearchedIndex,
  query: Query,
  { count, threshold, bounds }: { count: number; threshold: number; bounds: Float64Array | undefined },
): number[] {
  const { stamp, touched } = index.scratch;
  const { weight } = index.names;
  const initials = query.words.filter(({ kind }) => kind === 'initial').length;
  const found: number[] = [];
  for (let i = 0; i < count; i++) {
    const place = touched[i]!;
    if (bounds && bounds[stamp[place]! & (bounds.length - 1)]! < weight[place]!) continue;
    if (reachOf(index, query, place, initials) >= threshold - 1e-6) found.push(place);
  }
  return found;
}

/** The score that a listed name could reach at most. */
function reachOf({ names, scratch: { covers } }: SearchedIndex, query: Query, place: number, initials: number): number {
  let ofListed = initials;
  let ofQuery = initials * WEIGHTS.initial;
  for (let i = names.at[place]!; i < names.at[place + 1]!; i++) {
    const word = names.words[i]!;
    const id = 2 * (word & ID);
    ofListed += covers[id]! * WEIGHT_OF_KIND[word >>> KIND_SHIFT]!;
    ofQuery += covers[id + 1]!;
  }
  return scoreOf(Math.min(1, ofQuery / query.weight), Math.min(1, ofListed / names.weight[place]!));
}

const WEIGHT_OF_KIND = Object.values(WEIGHTS);
const HEAVIEST = Math.max(...WEIGHT_OF_KIND);
