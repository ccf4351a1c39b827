import { WEIGHTS, type Word } from './normalise.ts';
import type { ListedName } from './name-index.ts';
import type { SimilarWords } from './vocabulary.ts';

/** A query ready to be held against listed names. */
export type Query = {
  readonly words: readonly Word[];
  readonly weight: number;
  /** For each word, the listed words like it. */
  readonly similar: readonly SimilarWords[];
  /** For each word, the likeness of the listed word most like it. */
  readonly best: readonly number[];
};

/** Two words taken for the same: places in the query and the listed name, and how alike they are (1 is equal). */
export type Pair = { query: number; listed: number; alike: number; initial?: true };

export type Alignment = { score: number; exact: boolean; pairs: readonly Pair[]; swapped: boolean };

/** How much faster than likeness a pair's worth falls: names of likeness 0.9 are often those of different people. */
const SHARPNESS = 1.6;
/** What a side that is not covered at all takes away from a side that is covered fully. */
const LACKING = 0.45;
const SWAPPED = 0.98;
const OTHER_NUMBER = 0.8;
export const INITIAL = 0.9;

/** What a pair of this likeness is worth. */
export function worth(alike: number): number {
  return 1 - (1 - alike) * SHARPNESS;
}

/** The score of two coverages. The better covered side leads; what the other lacks takes away. */
export function scoreOf(queryCovered: number, listedCovered: number): number {
  const [more, less] = queryCovered > listedCovered ? [queryCovered, listedCovered] : [listedCovered, queryCovered];
  return more * (1 - LACKING * (1 - less));
}

/** How much of a side has to be covered at the least, whatever the other, for a score to reach the threshold. */
export function leastCovered(threshold: number): number {
  return Math.max(0, 1 - (1 - threshold) / LACKING);
}

/** How much of the other side has to be covered where one side is covered so far, for a score to reach the threshold; above 1 where nothing would do. */
export function leastOther(covered: number, threshold: number): number {
  // As the better covered side, or as the other one.
  const more = threshold / (1 - LACKING * (1 - covered));
  return more >= covered ? more : 1 - (1 - threshold / covered) / LACKING;
}

/**
 * Pairs the words of a query with those of a listed name, best pairs first and each word once, and scores how much of
 * either side is covered.
 */
export function align(query: Query, name: ListedName): Alignment {
  const pairs = assign(query, name, candidatePairs(query, name));
  let [queryCovered, listedCovered, named] = [0, 0, false];
  for (const pair of pairs) {
    const [own, listed] = [query.words[pair.query]!, name.words[pair.listed]!];
    queryCovered += worth(pair.alike) * WEIGHTS[own.kind];
    listedCovered += worth(pair.alike) * WEIGHTS[listed.kind];
    named ||= !pair.initial && (own.kind === 'name' || listed.kind === 'name' || own.kind === 'whole');
  }
  const exact = pairs.length === query.words.length && pairs.length === name.words.length && pairs.every(({ alike }) => alike === 1);
  const swapped = pairs.some((pair, i) => i > 0 && pair.listed < pairs[i - 1]!.listed) && !name.text.includes(',');
  // Common words alone make no match where one side has words that carry identity.
  if (!named && (name.hasNameWord || query.words.some(({ kind }) => kind === 'name'))) return { score: 0, exact: false, pairs, swapped };
  if (exact) return { score: 1, exact, pairs, swapped };
  const covered = scoreOf(queryCovered / query.weight, listedCovered / name.weight);
  return { score: covered * (swapped ? SWAPPED : 1) * (numbersDiffer(query.words, name.words) ? OTHER_NUMBER : 1), exact, pairs, swapped };
}

function candidatePairs(query: Query, name: ListedName): Pair[] {
  const found: Pair[] = [];
  for (let q = 0; q < query.words.length; q++) {
    const similar = query.similar[q]!;
    const own = query.words[q]!;
    for (let l = 0; l < name.ids.length; l++) {
      const alike = similar.get(name.ids[l]!);
      if (alike !== undefined) found.push({ query: q, listed: l, alike });
      else if (isInitialOf(own, name.words[l]!)) found.push({ query: q, listed: l, alike: INITIAL, initial: true });
    }
  }
  return found;
}

function isInitialOf(a: Word, b: Word): boolean {
  if (a.kind !== 'initial' && b.kind !== 'initial') return false;
  const whole = a.kind === 'initial' ? b.kind : a.kind;
  return a.text[0] === b.text[0] && (whole === 'name' || whole === 'common');
}

function assign(query: Query, name: ListedName, candidates: Pair[]): Pair[] {
  const value = ({ query: q, listed: l, alike }: Pair) => alike * (WEIGHTS[query.words[q]!.kind] + WEIGHTS[name.words[l]!.kind]);
  // Equal values are decided by place, so that the same names always pair the same way.
  candidates.sort((a, b) => value(b) - value(a) || Math.abs(a.query - a.listed) - Math.abs(b.query - b.listed) || a.query - b.query);
  const [usedQuery, usedListed] = [new Set<number>(), new Set<number>()];
  const taken = candidates.filter(({ query: q, listed: l }) => {
    if (usedQuery.has(q) || usedListed.has(l)) return false;
    usedQuery.add(q);
    usedListed.add(l);
    return true;
  });
  return taken.sort((a, b) => a.query - b.query);
}

function numbersDiffer(a: readonly Word[], b: readonly Word[]): boolean {
  const numbers = (words: readonly Word[]) => words.filter(({ kind }) => kind === 'number').map(({ text }) => text);
  const [own, listed] = [numbers(a), numbers(b)];
  return own.length > 0 && listed.length > 0 && !own.some((number) => listed.includes(number));
}

/** Why a listed name was found, line by line, for the person who decides. */
export function explain(query: Query, name: ListedName, { exact, pairs, swapped }: Alignment): string[] {
  if (exact) return ['All words are the same after transliteration.'];
  const lines = pairs.map(({ query: q, listed: l, alike }) => {
    const [own, listed] = [query.words[q]!.text, name.words[l]!.text];
    if (alike === 1) return `"${own}" is the same.`;
    return `"${own}" is like "${listed}" (${alike.toFixed(2)}).`;
  });
  const unpaired = (words: readonly Word[], side: 'query' | 'listed') =>
    words.filter((_, at) => !pairs.some((pair) => pair[side] === at)).map(({ text }) => `"${text}"`);
  const [extra, missing] = [unpaired(query.words, 'query'), unpaired(name.words, 'listed')];
  if (swapped) lines.push('The words stand in another order.');
  if (numbersDiffer(query.words, name.words)) lines.push('The numbers differ.');
  if (extra.length > 0) lines.push(`Not in the listed name: ${extra.join(', ')}.`);
  if (missing.length > 0) lines.push(`Only in the listed name: ${missing.join(', ')}.`);
  return lines;
}
