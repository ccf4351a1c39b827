import type { Uuid } from '../../base/id.ts';
import type { LocalDate } from '../../base/time.ts';
import type { Told } from './lines.ts';

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

/** What can be held against another telling: an entry, or a line of it. */
export type Side = Pick<Known, 'identity' | 'named' | 'bookingDay' | 'units' | 'marks'>;
export type ToldSide = Side & { telling: string; told: Told; numbers: number[] };
export type KnownSide = Side & { toldAs: readonly string[]; place: Known['place']; lines: Known[] };

/** How far apart the days may be that documents tell of one entry; a reference that comes again later is another's. */
export const MOST_DAYS_APART = 10;
/** The same where nothing but whom it is for and how much says that it may be one. */
export const FEW_DAYS_APART = 3;

/** What two tellings of one amount have in common that share a mark of one of these kinds (see `lines.ts`). */
export const marked = (kinds: string) => (side: Side) =>
  side.marks.filter(([kind]) => kinds.includes(kind!)).map((mark) => `${side.units} ${mark}`);

/** Whatever can be found by each key. */
export function byKey<T>(sides: Iterable<T>, keys: (side: T) => string[]): Map<string, T[]> {
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
