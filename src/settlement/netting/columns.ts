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

/**
 * Puts obligations into columns. Their order does not matter to netting. Throws RangeError for an amount below one and for
 * an obligation to oneself: neither can come out of a payment that was taken.
 */
export function columnsOf(obligations: readonly Omit<Obligation, 'id'>[]): ObligationColumns {
  const count = obligations.length;
  const participants = places<Uuid>();
  const assets = places<string>();
  const [debtor, creditor, asset] = [new Uint32Array(count), new Uint32Array(count), new Uint16Array(count)];
  const units = new BigUint64Array(count);
  const wide = new Map<number, bigint>();
  for (let i = 0; i < count; i++) {
    const obligation = obligations[i]!;
    if (obligation.units < 1n) throw new RangeError(`obligation ${i} is of ${obligation.units} units`);
    if (obligation.debtor === obligation.creditor) throw new RangeError(`obligation ${i} is owed to its own debtor`);
    debtor[i] = participants.placeOf(obligation.debtor);
    creditor[i] = participants.placeOf(obligation.creditor);
    asset[i] = assets.placeOf(obligation.asset);
    if (obligation.units < TWO_64) units[i] = obligation.units;
    else wide.set(i, obligation.units);
  }
  for (const column of [debtor, creditor]) participants.sortInto(column);
  assets.sortInto(asset);
  return { count, participants: participants.sorted(), assets: assets.sorted(), debtor, creditor, asset, units, wide };
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
