import type { Uuid } from '../../base/id.ts';
import type { Obligation } from './leaf.ts';

/**
 * Obligations by columns, so that a million are added up without touching an object or a big number each. Participants
 * and assets are sorted and referred to by their place. `wide` holds amounts of 2^64 and more; their column has 0.
 */
export type ObligationColumns = {
  readonly count: number;
  readonly participants: readonly Uuid[];
  readonly assets: readonly string[];
  readonly debtor: Uint32Array;
  readonly creditor: Uint32Array;
  readonly asset: Uint16Array;
  readonly units: BigUint64Array;
  readonly wide: ReadonlyMap<number, bigint>;
};

const TWO_64 = 1n << 64n;

/** Columns that are filled some obligations at a time, so that a window never stands in memory as objects. */
export type ColumnsBuilder = {
  /**
   * Throws RangeError for an amount below one and for an obligation to oneself: neither can come out of a payment that was
   * taken.
   */
  add(obligations: readonly Omit<Obligation, 'id'>[]): void;
  /** The columns of all that was added; nothing may be added afterwards. */
  done(): ObligationColumns;
};

/** Puts obligations into columns. Their order does not matter to netting. Errors: those of `ColumnsBuilder.add`. */
export function columnsOf(obligations: readonly Omit<Obligation, 'id'>[]): ObligationColumns {
  const builder = buildColumns(obligations.length);
  builder.add(obligations);
  return builder.done();
}

/** Columns with room for so many obligations, which grow when there are more: 18 bytes for each. */
export function buildColumns(capacity = 0): ColumnsBuilder {
  const participants = places<Uuid>();
  const assets = places<string>();
  const wide = new Map<number, bigint>();
  let rows = roomFor(capacity);
  let count = 0;
  const put = ({ debtor, creditor, asset, units }: Omit<Obligation, 'id'>) => {
    if (units < 1n) throw new RangeError(`obligation ${count} is of ${units} units`);
    if (debtor === creditor) throw new RangeError(`obligation ${count} is owed to its own debtor`);
    rows.debtor[count] = participants.placeOf(debtor);
    rows.creditor[count] = participants.placeOf(creditor);
    rows.asset[count] = assets.placeOf(asset);
    if (units < TWO_64) rows.units[count] = units;
    else wide.set(count, units);
    count++;
  };
  return {
    add(obligations) {
      if (count + obligations.length > rows.units.length) rows = roomFor(Math.max(count + obligations.length, rows.units.length * 2), rows);
      for (const obligation of obligations) put(obligation);
    },
    done() {
      const [debtor, creditor] = [rows.debtor.subarray(0, count), rows.creditor.subarray(0, count)];
      const [asset, units] = [rows.asset.subarray(0, count), rows.units.subarray(0, count)];
      for (const column of [debtor, creditor]) participants.sortInto(column);
      assets.sortInto(asset);
      return { count, participants: participants.sorted(), assets: assets.sorted(), debtor, creditor, asset, units, wide };
    },
  };
}

type Rows = { debtor: Uint32Array; creditor: Uint32Array; asset: Uint16Array; units: BigUint64Array };

/** Room for more rows, with those that there are. */
function roomFor(capacity: number, old?: Rows): Rows {
  const rows: Rows = {
    debtor: new Uint32Array(capacity),
    creditor: new Uint32Array(capacity),
    asset: new Uint16Array(capacity),
    units: new BigUint64Array(capacity),
  };
  if (!old) return rows;
  rows.debtor.set(old.debtor);
  rows.creditor.set(old.creditor);
  rows.asset.set(old.asset);
  rows.units.set(old.units);
  return rows;
}

/** Numbers values as they come, and at the end renumbers them in their sorted order. */
function places<T extends string>() {
  const seen = new Map<T, number>();
  const sorted = () => [...seen.keys()].sort();
  return {
    placeOf(value: T): number {
      let place = seen.get(value);
      if (place === undefined) seen.set(value, (place = seen.size));
      return place;
    },
    sorted,
    sortInto(column: Uint32Array | Uint16Array): void {
      const rank = new Uint32Array(seen.size);
      sorted().forEach((value, index) => {
        rank[seen.get(value)!] = index;
      });
      for (let i = 0; i < column.length; i++) column[i] = rank[column[i]!]!;
    },
  };
}
