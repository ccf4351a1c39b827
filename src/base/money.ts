import Type from 'typebox';
import { type Decimal, divideRounded, formatDecimal, pow10, type Rounding } from './decimal.ts';
import { AppError } from './error.ts';

/** Currency or token code and scale, e.g. `USD/2`, `JPY/0`: the asset carries its number of decimals. */
export const Asset = Type.String({
  pattern: '^[A-Z][A-Z0-9]{2,11}/([0-9]|1[0-8])$',
  examples: ['USD/2'],
  description: 'Code and number of decimals',
});

/** Minor units that may be negative: a bigint in code, a string of digits in JSON, so that no digit is lost. */
export const Units = Type.Codec(
  Type.String({ pattern: '^(0|-?[1-9][0-9]{0,37})$', examples: ['125000'], description: 'Whole minor units' }),
)
  .Decode((digits) => BigInt(digits))
  .Encode((units) => units.toString());

/** Minor units of zero or more. */
export const WholeUnits = Type.Codec(
  Type.String({ pattern: '^(0|[1-9][0-9]{0,37})$', examples: ['125000'], description: 'Whole minor units, not negative' }),
)
  .Decode((digits) => BigInt(digits))
  .Encode((units) => units.toString());

/** Minor units of at least one. */
export const PositiveUnits = Type.Codec(
  Type.String({ pattern: '^[1-9][0-9]{0,37}$', examples: ['125000'], description: 'Whole minor units, at least 1' }),
)
  .Decode((digits) => BigInt(digits))
  .Encode((units) => units.toString());

/** An amount of one asset in its minor units. */
export type Money = { asset: string; units: bigint };

/** The largest number of minor units, up or down: what `numeric(38,0)` holds. */
export const MAX_UNITS = pow10(38) - 1n;

/** `EUR/2` → 2. */
export function scaleOf(asset: string): number {
  return Number(asset.slice(asset.indexOf('/') + 1));
}

/** `EUR/2` → `EUR`. */
export function codeOf(asset: string): string {
  return asset.slice(0, asset.indexOf('/'));
}

/** Sum of two amounts of one asset. Errors: `money.mixed_assets`, `money.too_large`. */
export function addMoney(a: Money, b: Money): Money {
  if (a.asset !== b.asset) {
    throw new AppError(
      'unprocessable',
      'money.mixed_assets',
      `Amounts of ${a.asset} and ${b.asset} cannot be added: they are different assets.`,
    );
  }
  return { asset: a.asset, units: withinLimit(a.units + b.units) };
}

/** Difference of two amounts of one asset. Errors: `money.mixed_assets`, `money.too_large`. */
export function subtractMoney(a: Money, b: Money): Money {
  return addMoney(a, { asset: b.asset, units: -b.units });
}

const DECIMAL_TEXT = /^(-?)([0-9]+)(?:\.([0-9]+))?$/;

/**
 * `EUR/2`, `125.50` → 12550 units. Leading zeros are read, as in XML; fewer decimals than the asset has are filled up.
 * Errors: `money.not_a_number`, `money.too_many_decimals` (even when they are zeros), `money.too_large` beyond 38 digits.
 */
export function fromDecimalText(asset: string, text: string): Money {
  const scale = scaleOf(asset);
  const match = text.length <= 100 ? DECIMAL_TEXT.exec(text) : null;
  if (!match) {
    const shown = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
    throw new AppError('invalid', 'money.not_a_number', `Not an amount: ${shown}. Write digits with a decimal point, like 125.50.`);
  }
  const [, sign, whole, fraction = ''] = match;
  if (fraction.length > scale) {
    throw new AppError('invalid', 'money.too_many_decimals', `${text} has ${fraction.length} decimals; ${codeOf(asset)} has ${scale}.`);
  }
  return { asset, units: withinLimit(BigInt(`${sign}${whole}${fraction.padEnd(scale, '0')}`)) };
}

/** 12550 units of `EUR/2` → `125.50`. `fromDecimalText` reads the same amount back. */
export function toDecimalText({ asset, units }: Money): string {
  return formatDecimal({ units, scale: scaleOf(asset) });
}

/**
 * Splits units in proportion to weights by the method of largest remainder: the parts add up to the whole exactly, and
 * each differs from its exact share by less than one unit. Of equal remainders the earlier part gets the unit.
 *
 * Errors: `money.bad_weights` when a weight is negative or all are zero.
 */
export function allocate(units: bigint, weights: readonly bigint[]): bigint[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  if (total <= 0n || weights.some((weight) => weight < 0n)) {
    throw new AppError(
      'unprocessable',
      'money.bad_weights',
      'An amount is split by weights of which none is negative and one is above zero.',
    );
  }
  const sign = units < 0n ? -1n : 1n;
  const whole = units * sign;
  const parts = weights.map((weight) => (whole * weight) / total);
  const left = Number(whole - parts.reduce((sum, part) => sum + part, 0n));
  const remainders = weights.map((weight, index) => ({ index, rest: (whole * weight) % total }));
  remainders.sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1));
  for (const { index } of remainders.slice(0, left)) parts[index]! += 1n;
  return parts.map((part) => part * sign);
}

/** Converts at a rate (units of the other asset's whole per whole), rounded once, as named. Errors: `money.too_large`. */
export function multiplyRate(money: Money, rate: Decimal, toAsset: string, rounding: Rounding): Money {
  const numerator = money.units * rate.units * pow10(scaleOf(toAsset));
  const units = divideRounded(numerator, pow10(scaleOf(money.asset) + rate.scale), rounding);
  return { asset: toAsset, units: withinLimit(units) };
}

function withinLimit(units: bigint): bigint {
  if (units > MAX_UNITS || units < -MAX_UNITS) {
    throw new AppError('invalid', 'money.too_large', 'An amount has at most 38 digits, counting its decimals.');
  }
  return units;
}
