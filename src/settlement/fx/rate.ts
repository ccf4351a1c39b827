import { divideRounded, pow10, type Decimal } from '../../base/decimal.ts';
import type { Uuid } from '../../base/id.ts';
import { scaleOf } from '../../base/money.ts';
import type { Millis } from '../../base/time.ts';
import type { Leg } from '../gridlock/bundle.ts';

/**
 * A participant's offer to take one currency for another. `rate`: whole units of `toAsset` for one of `fromAsset`. The fee is
 * taken from what is paid, before it is exchanged. Limits are on what is paid.
 */
export type FxRate = {
  id: Uuid;
  providerId: Uuid;
  source: string;
  fromAsset: string;
  toAsset: string;
  rate: Decimal;
  feeBps: number;
  minUnits: bigint;
  maxUnits?: bigint;
  validFrom: Millis;
  validUntil: Millis;
};

/** An exact fraction of two whole numbers, the lower one above zero. */
export type Ratio = { n: bigint; d: bigint };

/** Minor units of `toAsset` for one minor unit of `fromAsset`, before the fee. */
export function ratioOf({ rate, fromAsset, toAsset }: Pick<FxRate, 'rate' | 'fromAsset' | 'toAsset'>): Ratio {
  const shift = scaleOf(toAsset) - scaleOf(fromAsset) - rate.scale;
  return shift >= 0 ? { n: rate.units * pow10(shift), d: 1n } : { n: rate.units, d: pow10(-shift) };
}

/**
 * One exchange, in minor units. Of `paid`, the fee (rounded up) goes to the operator and `exchanged` to the provider, who gives
 * `given`: what the rate makes of it, rounded up. The taker gets it rounded down; the unit between them, if there is one, goes
 * to the account for rounding. So each currency's sums stay what they are, and nobody gains by cutting amounts into pieces.
 */
export type Hop = { rate: FxRate; paid: bigint; fee: bigint; exchanged: bigint; given: bigint; received: bigint };

/** Undefined when the amount is outside the limits or so small that nothing is left of it. */
export function exchange(rate: FxRate, paid: bigint): Hop | undefined {
  if (paid < rate.minUnits || (rate.maxUnits !== undefined && paid > rate.maxUnits)) return undefined;
  const fee = divideRounded(paid * BigInt(rate.feeBps), 10_000n, 'ceil');
  const exchanged = paid - fee;
  const { n, d } = ratioOf(rate);
  const received = (exchanged * n) / d;
  if (exchanged < 1n || received < 1n) return undefined;
  return { rate, paid, fee, exchanged, given: divideRounded(exchanged * n, d, 'ceil'), received };
}

/** The roles of the operator's accounts in an exchange. */
const FX_ROUNDING = 'fx_rounding';
const FX_FEES = 'fx_fees';

/** What legs are made of. */
type Amounts = Pick<Hop, 'fee' | 'exchanged' | 'given' | 'received'> & { rate: Pick<FxRate, 'providerId' | 'fromAsset' | 'toAsset'> };

/** The legs of a chain of exchanges for a taker, in the order in which they can be paid. */
export function legsOf(takerId: Uuid, hops: readonly Amounts[]): Leg[] {
  return hops.flatMap(({ rate: { providerId, fromAsset, toAsset }, fee, exchanged, given, received }) => [
    ...(fee > 0n ? [{ debtor: takerId, creditor: FX_FEES, asset: fromAsset, units: fee }] : []),
    { debtor: takerId, creditor: providerId, asset: fromAsset, units: exchanged },
    { debtor: providerId, creditor: takerId, asset: toAsset, units: received },
    ...(given > received ? [{ debtor: providerId, creditor: FX_ROUNDING, asset: toAsset, units: given - received }] : []),
  ]);
}
