import type { Uuid } from '../../base/id.ts';
import { daysBetween } from '../../base/time.ts';
import { doubtsAmong } from './doubts.ts';
import type { Line, Told } from './lines.ts';
import { byKey, marked, MOST_DAYS_APART, type Known, type KnownSide, type Side, type ToldSide } from './sides.ts';
import { apart, contradict, nameIn, tellingOf, type Family } from './tellings.ts';

/** What a document tells that was told before, how, and what was not; `mayBe`: what a new line may be all the same. */
export type Recognised = {
  known: { known: Known; telling: string }[];
  fresh: { told: Told; lines: { line: Line; number: number; mayBe: Uuid[] }[] }[];
};

const LEVELS = ['entries', 'lines'] as const;
type Level = (typeof LEVELS)[number];

/** One way to tell that two tellings are of one: they have a key in common, and `fits` does not deny it. */
type Rule = {
  of: 'entries' | 'both';
  keys: (side: ToldSide | KnownSide) => string[];
  fits: (told: ToldSide, known: KnownSide, family: Family) => boolean;
};

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

/** Every rule for whole entries, and where it says so for what is left of them line by line. */
const PASSES = RULES.flatMap((rule) => (rule.of === 'both' ? LEVELS : (['entries'] as const)).map((level) => ({ rule, level })));

const isUnshown = (family: Family, { place }: KnownSide): boolean => family === 's' && place === 'free';

/**
 * Which known line each line of a document is: one to one, so that what a document tells twice is two, entry by entry where these
 * agree and else line by line, so that payments which are told one by one are found in a batch and the other way round. What is
 * neither known nor plainly another one is new, and bears what it may be.
 */
export function recognise(told: readonly Told[], known: readonly Known[], family: Family): Recognised {
  const taken = new Set<Known>();
  const rest = new Map(told.map((one) => [one, new Set(one.lines.keys())]));
  const found: Recognised['known'] = [];
  for (const some of inTurn(known, family)) {
    for (const { rule, level } of some.length === 0 ? [] : PASSES) {
      const index = byKey(sidesOf(some, level, taken), rule.keys);
      for (const side of toldSides(level, { rest, family })) {
        const lines = best(rule, side, { index, taken, family })?.lines ?? [];
        for (const line of lines) {
          taken.add(line);
          found.push({ known: line, telling: side.telling });
        }
        if (lines.length > 0) for (const number of side.numbers) rest.get(side.told)!.delete(number);
      }
    }
  }
  const unknown = known.filter((one) => !taken.has(one));
  return { known: found, fresh: freshOf(toldSides('lines', { rest, family }), unknown, family) };
}

/** What was not found, line by line, with what each may be. */
function freshOf(sides: readonly ToldSide[], unknown: readonly Known[], family: Family): Recognised['fresh'] {
  const doubts = doubtsAmong(sides, unknown, family);
  return [...Map.groupBy(sides, ({ told }) => told)].map(([told, some]) => ({
    told,
    lines: some.map((side) => ({ line: told.lines[side.numbers[0]!]!, number: side.numbers[0]!, mayBe: doubts.get(side)! })),
  }));
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

function sidesOf(known: readonly Known[], level: Level, taken: ReadonlySet<Known>): KnownSide[] {
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
function toldSides(level: Level, { rest, family }: Telling): ToldSide[] {
  return [...rest].flatMap(([told, left]): ToldSide[] => {
    const numbers = [...left];
    const telling = tellingOf(family, told);
    if (level === 'lines') return numbers.map((number) => lineSide(told, number, telling));
    return numbers.length === told.lines.length ? [{ ...told, telling, told, numbers }] : [];
  });
}

function lineSide(told: Told, number: number, telling: string): ToldSide {
  const { units, marks } = told.lines[number]!;
  return { ...told, units, marks, telling, told, numbers: [number] };
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
