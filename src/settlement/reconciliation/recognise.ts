import type { Uuid } from '../../base/id.ts';
import { daysBetween, type LocalDate } from '../../base/time.ts';
import type { Line, Told } from './lines.ts';
import { apart, contradict, nameIn, shared, tellingOf, type Family } from './tellings.ts';

/** A line that a custodian has told before, and that the document at hand has not told yet. */
export type Known = {
  id: Uuid;
  /** The entry that it was first told as a line of, as far as that was new; `identity`, `named` and `bookingDay` are of that. */
  origin: string;
  identity: string;
  named: string | null;
  bookingDay: LocalDate;
  units: bigint;
  marks: readonly string[];
  /** How documents of each family have told it. */
  toldAs: readonly string[];
  /** On no statement yet, on one that reaches over the same days as the one at hand, or on another. */
  place: 'free' | 'overlaps' | 'held';
  /** Nobody knows yet whether it is not another one told once more. */
  doubted: boolean;
};

/** What a document tells that was told before, how, and what was not; `mayBe`: what a new line may be all the same. */
export type Recognised = {
  known: { known: Known; telling: string }[];
  fresh: { told: Told; lines: { line: Line; number: number; mayBe: Uuid[] }[] }[];
};

/** How far apart the days may be that documents tell of one entry; a reference that comes again later is another's. */
export const MOST_DAYS_APART = 10;
/** The same where nothing but whom it is for and how much says that it may be one. */
const FEW_DAYS_APART = 3;
/** More than that many lines that one may be say nothing more to anybody. */
const MOST_CANDIDATES = 50;

/** What can be held against another telling: an entry, or a line of it. */
type Side = Pick<Known, 'identity' | 'named' | 'bookingDay' | 'units' | 'marks'>;
type ToldSide = Side & { telling: string; told: Told; numbers: number[] };
type KnownSide = Side & { toldAs: readonly string[]; place: Known['place']; lines: Known[] };

/** One way to tell that two tellings are of one: they have a key in common, and `fits` does not deny it. */
type Rule = {
  of: 'entries' | 'both';
  keys: (side: ToldSide | KnownSide) => string[];
  fits: (told: ToldSide, known: KnownSide, family: Family) => boolean;
};

const marked = (kinds: string) => (side: Side) =>
  side.marks.filter(([kind]) => kinds.includes(kind!)).map((mark) => `${side.units} ${mark}`);
const tellings = (side: ToldSide | KnownSide): readonly string[] => ('telling' in side ? [side.telling] : side.toldAs);
const agree = (told: ToldSide, known: KnownSide): boolean => !contradict(told.marks, known.marks) && !apart(told.telling, known.toldAs);
const isSameDay = (told: Side, known: Side): boolean => told.bookingDay === known.bookingDay;

/**
 * The surest first. A statement says each booking once, so that it may be held against whatever no statement has shown: two that are
 * of one amount and for one participant count the same, whichever is taken for which. Notifications and reports say what they like,
 * so that of theirs more has to agree.
 */
const RULES: readonly Rule[] = [
  { of: 'entries', keys: (side) => [`${side.identity} ${side.named} ${side.marks.toSorted().join('\n')}`], fits: () => true },
  { of: 'both', keys: marked('u'), fits: () => true },
  {
    of: 'entries',
    keys: (side) => [...new Set([side.named, ...tellings(side).map(nameIn)])].filter((name) => name !== null),
    fits: (told, known) => !contradict(told.marks, known.marks),
  },
  {
    of: 'both',
    keys: (side) => tellings(side).map((telling) => `${side.units} ${telling}`),
    fits: (told, known) => !contradict(told.marks, known.marks),
  },
  {
    of: 'entries',
    keys: ({ identity }) => [identity],
    fits: (told, known) => (told.named === null || known.named === null) && agree(told, known),
  },
  {
    of: 'both',
    keys: marked('etic'),
    fits: (told, known, family) => agree(told, known) && (isUnshown(family, known) || isSameDay(told, known)),
  },
  {
    of: 'both',
    keys: marked('r'),
    fits: (told, known, family) =>
      agree(told, known) && (isUnshown(family, known) || (family !== 's' && known.place !== 'free' && isSameDay(told, known))),
  },
];

const isUnshown = (family: Family, { place }: KnownSide): boolean => family === 's' && place === 'free';

/**
 * Which known line each line of a document is: one to one, so that what a document tells twice is two, entry by entry where these
 * agree and else line by line, so that payments which are told one by one are found in a batch and the other way round. What is
 * neither known nor plainly another one is new, and bears what it may be.
 */
export function recognise(told: readonly Told[], known: readonly Known[], family: Family): Recognised {
  const taken = new Set<Known>();
  const rest = new Map(told.map((one) => [one, new Set(one.lines.keys())]));
  const answer: Recognised = { known: [], fresh: [] };
  for (const some of inTurn(known, family)) {
    for (const rule of some.length === 0 ? [] : RULES) {
      for (const level of rule.of === 'both' ? (['entries', 'lines'] as const) : (['entries'] as const)) {
        const index = byKey(sidesOf(some, level, taken), rule.keys);
        for (const side of toldSides(told, level, { rest, family })) {
          const found = best(rule, side, { index, taken, family });
          if (!found) continue;
          for (const line of found.lines) {
            taken.add(line);
            answer.known.push({ known: line, telling: side.telling });
          }
          for (const number of side.numbers) rest.get(side.told)!.delete(number);
        }
      }
    }
  }
  const doubt = doubtsAmong(known, taken, family);
  for (const [one, numbers] of rest) {
    if (numbers.size === 0) continue;
    const telling = tellingOf(family, one);
    const lines = [...numbers].map((number) => ({ line: one.lines[number]!, number, mayBe: doubt(lineSide(one, number, telling)) }));
    answer.fresh.push({ told: one, lines });
  }
  return answer;
}

/**
 * What a line may be found among. A statement holds what no other does. What is doubted comes last there: it is another one only if
 * there are as many bookings as tellings.
 */
function inTurn(known: readonly Known[], family: Family): Known[][] {
  if (family !== 's') return [[...known]];
  const canBe = known.filter(({ place }) => place !== 'held');
  const last = new Set(canBe.filter(({ doubted }) => doubted).map(({ origin }) => origin));
  return [canBe.filter(({ origin }) => !last.has(origin)), canBe.filter(({ origin }) => last.has(origin))];
}

function sidesOf(known: readonly Known[], level: 'entries' | 'lines', taken: ReadonlySet<Known>): KnownSide[] {
  if (level === 'lines') return known.filter((one) => !taken.has(one)).map((one) => ({ ...one, lines: [one] }));
  const whole = [...Map.groupBy(known, ({ origin }) => origin).values()].filter((lines) => !lines.some((line) => taken.has(line)));
  return whole.map((lines) => ({
    ...lines[0]!,
    units: lines.reduce((sum, { units }) => sum + units, 0n),
    marks: [...new Set(lines.flatMap(({ marks }) => marks))],
    lines,
  }));
}

type Telling = { rest: ReadonlyMap<Told, ReadonlySet<number>>; family: Family };

/** What is left of a document: entries of which nothing was found yet, or all lines that were not. */
function toldSides(told: readonly Told[], level: 'entries' | 'lines', { rest, family }: Telling): ToldSide[] {
  return told.flatMap((one): ToldSide[] => {
    const numbers = [...rest.get(one)!];
    const telling = tellingOf(family, one);
    if (level === 'lines') return numbers.map((number) => lineSide(one, number, telling));
    return numbers.length === one.lines.length ? [{ ...one, telling, told: one, numbers }] : [];
  });
}

function lineSide(told: Told, number: number, telling: string): ToldSide {
  const { units, marks } = told.lines[number]!;
  return { ...told, units, marks, telling, told, numbers: [number] };
}

function byKey<T>(sides: Iterable<T>, keys: (side: T) => string[]): Map<string, T[]> {
  const index = new Map<string, T[]>();
  for (const side of sides) {
    for (const key of keys(side)) {
      const found = index.get(key);
      if (found) found.push(side);
      else index.set(key, [side]);
    }
  }
  return index;
}

type Among = { index: ReadonlyMap<string, KnownSide[]>; taken: ReadonlySet<Known>; family: Family };

/** The nearest in days that fits; of several the first. */
function best({ keys, fits }: Rule, told: ToldSide, { index, taken, family }: Among): KnownSide | undefined {
  let found: { side: KnownSide; days: number } | undefined;
  for (const side of keys(told).flatMap((key) => index.get(key) ?? [])) {
    if (side.lines.some((line) => taken.has(line))) continue;
    const days = Math.abs(daysBetween(told.bookingDay, side.bookingDay));
    if (days > MOST_DAYS_APART || (found && days >= found.days) || !fits(told, side, family)) continue;
    found = { side, days };
    if (days === 0) break;
  }
  return found?.side;
}

/**
 * What a new line may be: any other of its amount that shares a mark and that nothing tells apart. Of what two statements show, each
 * is a booking of its own, unless both have one UETR. Since a document tells nothing twice, each known line raises doubt once.
 */
function doubtsAmong(known: readonly Known[], taken: ReadonlySet<Known>, family: Family): (told: ToldSide) => Uuid[] {
  const open = new Set(known.filter((one) => !taken.has(one)));
  const byMark = byKey(open, marked('uetcir'));
  return (told) => {
    const near = new Set(marked('uetcir')(told).flatMap((key) => byMark.get(key) ?? []));
    const all = [...near].filter((one) => open.has(one) && mayBe(told, one, family));
    const [first] = all;
    if (first) open.delete(first);
    const found = first ? all : partsOfSum(told, open, family);
    return found.slice(0, MOST_CANDIDATES).map(({ id }) => id);
  };
}

/**
 * What was told one by one and may be booked in one sum, without its payments: lines on no statement that share a mark with it and of
 * which some come to it to the cent.
 */
function partsOfSum(told: ToldSide, open: ReadonlySet<Known>, family: Family): Known[] {
  const isPart = (one: Known) => one.units > 0n && one.units < told.units && one.place === 'free';
  const parts = [...open].filter((one) => isPart(one) && shared('etcir', told.marks, one.marks) && mayBe(told, one, family));
  return comesTo(told.units, parts) ? parts : [];
}

/** More sums than that are not gone through: then some of them may well be it. */
const MOST_SUMS = 10_000;

function comesTo(units: bigint, parts: readonly Known[]): boolean {
  const sums = new Set([0n]);
  for (const part of parts) {
    const more = Array.from(sums, (sum) => sum + part.units).filter((sum) => sum <= units);
    for (const sum of more) sums.add(sum);
    if (sums.has(units) || sums.size > MOST_SUMS) return true;
  }
  return false;
}

function mayBe(told: ToldSide, known: Known, family: Family): boolean {
  const days = Math.abs(daysBetween(told.bookingDay, known.bookingDay));
  if (shared('u', told.marks, known.marks)) return days <= MOST_DAYS_APART;
  if (family === 's' && known.place !== 'free') return false;
  const most = shared('etic', told.marks, known.marks) ? MOST_DAYS_APART : FEW_DAYS_APART;
  return days <= most && !contradict(told.marks, known.marks) && !apart(told.telling, known.toldAs);
}
