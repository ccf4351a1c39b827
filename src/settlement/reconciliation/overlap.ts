import { dayOf, type LocalDate, type Millis } from '../../base/time.ts';
import type { Link } from './statement-store.ts';

/** What a statement says of where it stands, before any of its entries. `from`: when it begins, if it says so. */
export type Standing = Pick<Link, 'id' | 'toDay' | 'number' | 'toldAt'> & {
  opening: bigint | null;
  closing: bigint | null;
  from: Millis | null;
};

/** Statements in the order in which their custodian has made them. */
export function inOrder(history: readonly Link[]): Link[] {
  return history.toSorted(compare);
}

type Place = Pick<Link, 'id' | 'toDay' | 'number' | 'toldAt'>;

function compare(a: Place, b: Place): number {
  const first = (x: string | bigint | number | null, y: typeof x) => (x === y ? 0 : x === null ? -1 : y === null ? 1 : x < y ? -1 : 1);
  return first(a.toDay, b.toDay) || first(a.number, b.number) || first(a.toldAt, b.toldAt) || first(a.id, b.id);
}

const HALF_DAY_MS = 43_200_000;

/**
 * The statements of `history` (in order) that reach over the same stretch of an account as another one may: from the first on that
 * begins with the same balance, of the same day; of all its days when it does not follow what came before it. So are told: a
 * day from its beginning, again and again, as it grows; a day or a month after its parts; a statement once more under another
 * name. Its entries decide whether that is so, since an account may have the same balance twice; those that its bank has numbered
 * one after the other follow one another, whatever they tell.
 */
export function stretchOf(history: readonly Link[], one: Standing): Link[] {
  const { opening, toDay, from } = one;
  if (opening === null) return [];
  const isFollowing = history.findLast((link) => compare(link, one) < 0)?.closing === opening;
  // A day begins at midnight of some zone, so that in UTC it may be the evening before.
  const fromDay = from === null ? null : earlier(dayOf(from + HALF_DAY_MS), toDay);
  const since = isFollowing ? toDay : fromDay;
  const ofDay = fromDay === null || fromDay === toDay ? chainOf(history, one) : new Set();
  const within = history.filter((link) => link.toDay <= toDay && (since === null || link.toDay >= since) && !ofDay.has(link));
  const first = within.findIndex((link) => link.opening === opening);
  if (first >= 0) return within.slice(first);
  return isFollowing || since === null || since === toDay ? [] : within;
}

/**
 * Statements of a day that are known to follow one another up to this one or from it on: numbered without a gap, each beginning where
 * the one before it ended, and not all with the same balance, as those do that tell a day from its beginning as it grows.
 */
function chainOf(history: readonly Link[], { id, toDay, number, toldAt, opening, closing }: Standing): Set<Link> {
  if (number === null || opening === null || closing === null) return new Set();
  const own: Link = { id, toDay, number, toldAt, opening, closing };
  const numbered = inOrder([...history.filter((link) => link.toDay === toDay && link.number !== null), own]);
  const follows = (before: Link | undefined, after: Link | undefined) =>
    before && after && after.number === before.number! + 1n && after.opening === before.closing;
  let [first, last] = [numbered.indexOf(own), numbered.indexOf(own)];
  while (follows(numbered[first - 1], numbered[first])) first--;
  while (follows(numbered[last], numbered[last + 1])) last++;
  const at = numbered.indexOf(own);
  const isMoving = (from: number, to: number) => numbered.slice(from, to + 1).some((link) => link.opening !== numbered[from]!.opening);
  return new Set(
    numbered.slice(first, last + 1).filter((link, i) => link !== own && isMoving(Math.min(first + i, at), Math.max(first + i, at))),
  );
}

const earlier = (a: LocalDate, b: LocalDate): LocalDate => (a < b ? a : b);

/** How many lines a statement holds itself, how many those that may overlap hold, and how many of the latter it tells too. */
export type Overlap = { own: number; others: number; shared: number };

/**
 * What a statement is to those of its stretch, by their entries. `apart`: it tells of other ones, the account only had the same
 * balance twice. `within`: it tells nothing but what they do. `around`: it tells all that they do and more. `across`: neither, so
 * that one of the two cannot be right.
 */
export function relationOf(
  { own, others, shared }: Overlap,
  { stretch, one }: { stretch: readonly Link[]; one: Pick<Standing, 'opening' | 'toDay'> },
): 'apart' | 'within' | 'around' | 'across' {
  const [first, last] = [stretch[0], stretch.at(-1)];
  if (!first || !last) return 'apart';
  const isAll = shared === others;
  if (own === 0 && first.opening === one.opening && (last.toDay === one.toDay || (isAll && others > 0))) return 'within';
  if (shared === 0) return 'apart';
  return isAll && own > 0 ? 'around' : 'across';
}

/** What lies between statements: each but the first begins where the one before it ended; the first begins with nothing. */
export function gapsOf(history: readonly Link[]): Map<Link, bigint> {
  return new Map(history.map((link, i) => [link, link.opening - (history[i - 1]?.closing ?? 0n)]));
}
