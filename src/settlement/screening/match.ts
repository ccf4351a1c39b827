import type { StaticDecode } from 'typebox';
import type { ScreeningMatch } from './contract.ts';
import { indexNames, regrouped, weightOf, type NameIndex, type ScreeningEntry } from './name-index.ts';
import { WEIGHTS, wordsOf, type Word } from './normalise.ts';
import { align, explain, scoreOf, worth, type Alignment, type Query } from './score.ts';
import { similarWords, type SimilarWords } from './vocabulary.ts';

export type Match = StaticDecode<typeof ScreeningMatch>;
export type { ScreeningEntry } from './name-index.ts';

/** Lists ready to be screened against; keeps what recent names came to. */
export type ScreeningIndex = NameIndex & {
  readonly recent: Map<string, readonly Match[]>;
  readonly reached: Float64Array;
  readonly covered: Float64Array;
};

/** Score from which a name is a match; tuned on the labelled pairs in test/fixtures/screening. */
export const THRESHOLD = 0.8;

const RECENT_NAMES = 20_000;
const NONE: readonly Match[] = Object.freeze([]);
const NO_WORDS: SimilarWords = new Map();

/** Builds the index of all lists in force. Takes a few seconds for 50,000 names. */
export function buildIndex(entries: readonly ScreeningEntry[]): ScreeningIndex {
  const index = indexNames(entries);
  return { ...index, recent: new Map(), reached: new Float64Array(index.names.length), covered: new Float64Array(index.names.length) };
}

/**
 * Everyone on the lists whose name the given one could be, best first, at most one match an entry. Complete: whatever
 * would score at least the threshold is found, since names are only passed over by a bound that their score cannot exceed.
 */
export function screen(index: ScreeningIndex, name: string, options: { threshold?: number; limit?: number } = {}): Match[] {
  const { threshold = THRESHOLD, limit = 100 } = options;
  if (threshold !== THRESHOLD) return search(index, name, threshold).slice(0, limit);
  const known = index.recent.get(name);
  if (known) {
    index.recent.delete(name);
    index.recent.set(name, known);
    return copied(known, limit);
  }
  const found = search(index, name, threshold);
  if (index.recent.size >= RECENT_NAMES) index.recent.delete(index.recent.keys().next().value!);
  index.recent.set(name, found.length === 0 ? NONE : found);
  return copied(found, limit);
}

/** Matches belong to the caller, who may change them. */
function copied(matches: readonly Match[], limit: number): Match[] {
  return matches.slice(0, limit).map((match) => ({ ...match, explanation: [...match.explanation] }));
}

function search(index: ScreeningIndex, name: string, threshold: number): Match[] {
  const words = wordsOf(name);
  if (words.length === 0) return [];
  const best = new Map<number, { at: number; query: Query; alignment: Alignment; regrouped: boolean }>();
  const consider = (query: Query, isRegrouped: boolean) => {
    for (const at of candidates(index, query, threshold)) {
      const listed = index.names[at]!;
      const alignment = align(query, listed);
      if (alignment.score < threshold || alignment.score <= (best.get(listed.entry)?.alignment.score ?? 0)) continue;
      best.set(listed.entry, { at, query, alignment, regrouped: isRegrouped });
    }
  };
  consider(queryOf(index, words), false);
  const texts = words.map(({ text }) => text);
  const otherwise = regrouped(index, texts);
  if (otherwise) consider(queryOf(index, wordsOf(otherwise.join(' '))), true);
  return [...best.entries()]
    .map(([entry, { at, query, alignment, regrouped: isRegrouped }]): Match => {
      const { listId, entryId } = index.entries[entry]!;
      const lines = explain(query, index.names[at]!, alignment);
      const explanation = isRegrouped ? [`Read as "${query.words.map(({ text }) => text).join(' ')}".`, ...lines] : lines;
      return { listId, entryId, listed: index.names[at]!.text, score: round(alignment.score), exact: alignment.exact, explanation };
    })
    .sort((a, b) => b.score - a.score || compare(a.listId, b.listId) || compare(a.entryId, b.entryId));
}

const round = (score: number) => Math.round(score * 10_000) / 10_000;
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function queryOf(index: ScreeningIndex, words: readonly Word[]): Query {
  const similar = words.map(({ text, kind }): SimilarWords => {
    if (kind === 'name' || kind === 'common') return similarWords(index.vocabulary, text);
    const same = index.vocabulary.idOf.get(text);
    return same === undefined ? NO_WORDS : new Map([[same, 1]]);
  });
  return { words, weight: weightOf(words), similar };
}

/**
 * Names that could reach the threshold: for either side, the most of it that could be covered. Every word of the query adds
 * what its pairing could be worth to the names it leads to; what pairs without leading anywhere (common words, particles,
 * legal forms, initials) is taken as covered.
 */
function candidates(index: ScreeningIndex, query: Query, threshold: number): number[] {
  const { reached, covered, names } = index;
  const { touched, free } = reach(index, query);
  const initials = query.words.filter(({ kind }) => kind === 'initial').length;
  const found = touched.filter((at) => {
    const name = names[at]!;
    const ofQuery = Math.min(1, (reached[at]! + name.initials + free) / query.weight);
    const ofListed = Math.min(1, (covered[at]! + name.support + initials) / name.weight);
    return scoreOf(ofQuery, ofListed) >= threshold - 1e-9;
  });
  for (const at of touched) reached[at] = covered[at] = 0;
  return found;
}

/** Follows the words of a query to names. `free` is the weight of its words that may pair without leading anywhere. */
function reach({ reached, covered, postings, supporting }: ScreeningIndex, { words, similar }: Query): { touched: number[]; free: number } {
  const touched: number[] = [];
  let free = 0;
  for (let q = 0; q < words.length; q++) {
    const [isName, own] = [words[q]!.kind === 'name', WEIGHTS[words[q]!.kind]];
    let supported = isName ? 0 : own;
    for (const [word, alike] of similar[q]!) {
      const value = worth(alike);
      if (supporting[word] === 1) supported = Math.max(supported, own * value);
      const places = postings[word]!;
      for (let i = 0; i < places.length; i++) {
        const at = places[i]!;
        if (covered[at] === 0) touched.push(at);
        covered[at]! += value;
        if (isName) reached[at]! += own * value;
      }
    }
    free += supported;
  }
  return { touched, free };
}
