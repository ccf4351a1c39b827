import type { Uuid } from '../../base/id.ts';
import type { ObligationColumns } from './columns.ts';
import { halvesOf, HIGH, LOW, MAX_UNCARRIED, narrow, wide } from './sums.ts';

/** A pair's balance: what participant `a` owes `b` (`a` < `b`, by place) after both directions are set off; below zero `b` owes. */
export type OnPair = (asset: number, a: number, b: number, owed: number | bigint) => void;

/** A pair of participants netted by itself. */
export type BilateralPosition = { asset: string; debtor: Uuid; creditor: Uuid; units: bigint };

/**
 * Visits every pair of participants that owe each other anything in a currency, in order of asset, `a` and `b`.
 *
 * Pairs are found by sorting one number for each obligation, made of its pair and its place: typed arrays sort a million
 * in a tenth of a second, and nothing grows with the square of the participants.
 */
export function eachPair(columns: ObligationColumns, onPair: OnPair): void {
  const halves = halvesOf(columns.units);
  byAsset(columns).forEach((members, asset) => visitPairs(columns, halves, { asset, members }, onPair));
}

type OfAsset = { asset: number; members: Uint32Array };

function visitPairs(columns: ObligationColumns, halves: Uint32Array, { asset, members }: OfAsset, onPair: OnPair): void {
  const { participants, debtor, creditor, wide: wideUnits } = columns;
  const [n, size] = [members.length, participants.length];
  const keys = pairKeys(columns, members);
  let at = 0;
  while (at < n) {
    const pair = Math.floor(keys[at]! / n);
    const [a, b] = [Math.floor(pair / size), pair % size];
    let [low, high, uncarried, carried] = [0, 0, 0, 0n];
    for (; at < n && keys[at]! < (pair + 1) * n; at++) {
      const i = members[keys[at]! - pair * n]!;
      const sign = debtor[i]! < creditor[i]! ? 1 : -1;
      low += sign * halves[2 * i + LOW]!;
      high += sign * halves[2 * i + HIGH]!;
      if (wideUnits.size > 0) carried += BigInt(sign) * (wideUnits.get(i) ?? 0n);
      if (++uncarried < MAX_UNCARRIED) continue;
      carried += wide(low, high);
      [low, high, uncarried] = [0, 0, 0];
    }
    const owed = carried === 0n ? narrow(low, high) : undefined;
    onPair(asset, a, b, owed ?? carried + wide(low, high));
  }
}

/** (pair · n + place) for each member, sorted. */
function pairKeys({ participants, debtor, creditor }: ObligationColumns, members: Uint32Array): Float64Array {
  const [n, size] = [members.length, participants.length];
  if (size * size * n > Number.MAX_SAFE_INTEGER)
    throw new RangeError(`${n} obligations of ${size} participants are more than one run can net`);
  const keys = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const [d, c] = [debtor[members[k]!]!, creditor[members[k]!]!];
    keys[k] = (d < c ? d * size + c : c * size + d) * n + k;
  }
  return keys.sort();
}

/** The obligations of each asset, by their places. */
function byAsset({ count, assets, asset }: ObligationColumns): Uint32Array[] {
  const counts = new Uint32Array(assets.length);
  for (let i = 0; i < count; i++) counts[asset[i]!]! += 1;
  const groups = Array.from(counts, (size) => new Uint32Array(size));
  counts.fill(0);
  for (let i = 0; i < count; i++) {
    const a = asset[i]!;
    groups[a]![counts[a]!++] = i;
  }
  return groups;
}

/** Every pair's balance that is not zero, debtor first; sorted by asset and pair. */
export function bilateralOf(columns: ObligationColumns): BilateralPosition[] {
  const { assets, participants } = columns;
  const found: BilateralPosition[] = [];
  eachPair(columns, (asset, a, b, owed) => {
    const units = BigInt(owed);
    if (units > 0n) found.push({ asset: assets[asset]!, debtor: participants[a]!, creditor: participants[b]!, units });
    if (units < 0n) found.push({ asset: assets[asset]!, debtor: participants[b]!, creditor: participants[a]!, units: -units });
  });
  return found;
}
