import { divideRounded, type Decimal, pow10, type Rounding } from '../../base/decimal.ts';

/** A price of one piece as long as no more than `upTo` pieces have come in the month; the last tier has no end. */
export type Tier = { upTo?: number; units: bigint };

/** What is counted and what it costs. Tiers are graduated: each piece costs what its own tier says. */
export type FeeItem =
  | { item: string; kind: 'per_payment' | 'per_exchange' | 'per_message'; text: string; tiers: readonly Tier[] }
  | { item: string; kind: 'per_value'; text: string; basisPoints: Decimal; minUnits?: bigint; maxUnits?: bigint; rounding: Rounding }
  | { item: string; kind: 'per_window'; text: string; units: bigint };

/** Prices in one currency. `minimumUnits`: what a month costs at least. */
export type FeeContent = { items: readonly FeeItem[]; minimumUnits?: bigint };

/** What came together of one item: how often, of what value, and the fee where each payment has its own. */
export type Usage = { count: bigint; value: bigint; units: bigint };

/** A basis point is a hundredth of a hundredth. */
const BASIS = 10_000n;

/**
 * The fee of one payment by its value: `units × basisPoints ÷ 10,000`, rounded once as the item names it, then held between the
 * least and the most that it may be.
 */
export function feeOfValue(units: bigint, { basisPoints, minUnits, maxUnits, rounding }: Extract<FeeItem, { kind: 'per_value' }>): bigint {
  const fee = divideRounded(units * basisPoints.units, BASIS * pow10(basisPoints.scale), rounding);
  const atLeast = minUnits !== undefined && fee < minUnits ? minUnits : fee;
  return maxUnits !== undefined && atLeast > maxUnits ? maxUnits : atLeast;
}

/** What so many pieces cost in graduated tiers, the first piece of the month in the first. */
export function feeOfCount(count: bigint, tiers: readonly Tier[]): bigint {
  let fee = 0n;
  let done = 0n;
  for (const { upTo, units } of tiers) {
    const end = upTo === undefined || BigInt(upTo) > count ? count : BigInt(upTo);
    if (end > done) {
      fee += (end - done) * units;
      done = end;
    }
  }
  return fee;
}

/** What a month's usage of one item costs. */
function feeOf(item: FeeItem, { count, units }: Usage): bigint {
  if (item.kind === 'per_value') return units;
  return item.kind === 'per_window' ? count * item.units : feeOfCount(count, item.tiers);
}

export type Line = { item: string; text: string; count: bigint; value: bigint; units: bigint };

/** The item name of the line that fills a month up to its minimum. */
export const MINIMUM = 'minimum';

/**
 * The lines of a month: one for each item of each schedule that was in force and used, then what is missing of the minimum of
 * the last schedule. Lines that cost nothing are told as well, so that people see what was counted.
 */
export function linesOf(used: readonly { content: FeeContent; usage: ReadonlyMap<string, Usage> }[], last: FeeContent | undefined): Line[] {
  const lines = used.flatMap(({ content, usage }) =>
    content.items.flatMap((item): Line[] => {
      const counted = usage.get(item.item);
      if (!counted || counted.count === 0n) return [];
      return [{ item: item.item, text: item.text, count: counted.count, value: counted.value, units: feeOf(item, counted) }];
    }),
  );
  const missing = (last?.minimumUnits ?? 0n) - totalOf(lines);
  if (missing <= 0n) return lines;
  return [...lines, { item: MINIMUM, text: 'Up to the monthly minimum', count: 1n, value: 0n, units: missing }];
}

export function totalOf(lines: readonly { units: bigint }[]): bigint {
  return lines.reduce((sum, { units }) => sum + units, 0n);
}
