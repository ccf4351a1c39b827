import type { Uuid } from '../../base/id.ts';
import { daysBetween } from '../../base/time.ts';
import { byKey, FEW_DAYS_APART, marked, MOST_DAYS_APART, type Known, type Side, type ToldSide } from './sides.ts';
import { apart, contradict, isToldIn, shared, type Family } from './tellings.ts';

/** More than that many lines that one may be say nothing more to anybody. */
const MOST_CANDIDATES = 200;

/**
 * What the new lines of a document may be all the same. One of the same amount raises doubt once, since a document tells nothing twice
 * and it does not matter which of two that are alike is minted. Sums and parts are no such pairs: each that may be one raises doubt.
 */
export function doubtsAmong(fresh: readonly ToldSide[], unknown: readonly Known[], family: Family): Map<ToldSide, Uuid[]> {
  const open = new Set(unknown);
  const byMark = byKey(open, marked('uetcir'));
  const lumps = lumpsAmong(fresh, open, family);
  const doubts = fresh.map((told) => {
    const near = new Set(marked('uetcir')(told).flatMap((key) => byMark.get(key) ?? []));
    const alike = [...near].filter((one) => open.has(one) && mayBe(told, one, family));
    const [first] = alike;
    if (first) open.delete(first);
    return [told, [...alike, ...lumps(told)].slice(0, MOST_CANDIDATES).map(({ id }) => id)] as const;
  });
  return new Map(doubts);
}

/** One of its amount that shares a mark. Of what two statements show, each is a booking of its own, unless both have one UETR. */
function mayBe(told: ToldSide, known: Known, family: Family): boolean {
  if (shared('u', told.marks, known.marks)) return daysApart(told, known) <= MOST_DAYS_APART;
  if (family === 's' && known.place !== 'free') return false;
  return isOfOne(told, known) && !apart(told.telling, known.toldAs);
}

/** Whether two share a mark on near days, and contradict one another in none. */
function isOfOne(told: Side, known: Side): boolean {
  const most = shared('etic', told.marks, known.marks) ? MOST_DAYS_APART : FEW_DAYS_APART;
  return daysApart(told, known) <= most && shared('etcir', told.marks, known.marks) && !contradict(told.marks, known.marks);
}

const daysApart = (one: Side, other: Side): number => Math.abs(daysBetween(one.bookingDay, other.bookingDay));

/**
 * What is told as one sum here may have been told in parts there, or the other way round, all of it or some. A bank is at one with
 * itself within a family: what this family has told as well has been found already, if it is here. Of the rest any sum may hold a
 * part, whatever else is in it and whether or not it has been told. Within a family it has to come out to the cent.
 */
function lumpsAmong(fresh: readonly ToldSide[], open: ReadonlySet<Known>, family: Family): (told: ToldSide) => Known[] {
  const byMark = byKey(open, ({ marks }) => [...marks]);
  const isTold = toldInParts(fresh);
  return (told) => {
    if (told.units <= 0n) return [];
    const near = [...new Set(told.marks.flatMap((mark) => byMark.get(mark) ?? []))];
    const all = near.filter((one) => open.has(one) && one.units > 0n && one.units !== told.units && isOfOne(told, one));
    const elsewhere = all.filter((one) => !isToldIn(family, one.toldAs));
    if (elsewhere.length > 0 || family === 's') return elsewhere;
    const unshown = all.filter(({ place }) => place === 'free');
    const parts = unshown.filter(({ units }) => units < told.units);
    if (comesTo(told.units, parts)) return parts;
    return unshown
      .filter((sum) => sum.units > told.units)
      .slice(0, MOST_CANDIDATES)
      .filter(isTold);
  };
}

/** Whether new lines of a document come to a sum that was told before; looked at once for each. */
function toldInParts(fresh: readonly ToldSide[]): (sum: Known) => boolean {
  const known = new Map<Known, boolean>();
  return (sum) => {
    const before = known.get(sum);
    if (before !== undefined) return before;
    const isTold = comesTo(sum.units, partsOf(sum, fresh));
    known.set(sum, isTold);
    return isTold;
  };
}

const partsOf = (sum: Known, fresh: readonly ToldSide[]): ToldSide[] =>
  fresh.filter((part) => part.units > 0n && part.units < sum.units && isOfOne(part, sum));

/** More sums than that are not gone through: then some of them may well be it. */
const MOST_SUMS = 10_000;

function comesTo(units: bigint, parts: readonly Side[]): boolean {
  const sums = new Set([0n]);
  for (const part of parts) {
    const more = Array.from(sums, (sum) => sum + part.units).filter((sum) => sum <= units);
    for (const sum of more) sums.add(sum);
    if (sums.has(units) || sums.size > MOST_SUMS) return true;
  }
  return false;
}
