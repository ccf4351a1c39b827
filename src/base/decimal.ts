import Type from 'typebox';
import { AppError } from './error.ts';

/** An exact number: `units` × 10^−`scale`. `{ units: 10125n, scale: 2 }` is 101.25. Prices, quantities and rates. */
export type Decimal = { readonly units: bigint; readonly scale: number };

/**
 * What to do with what does not fit: `floor` towards −∞, `ceil` towards +∞, `trunc` towards zero; `half_even` and
 * `half_up` to the nearest, a tie to the even neighbour or away from zero.
 */
export type Rounding = 'floor' | 'ceil' | 'trunc' | 'half_even' | 'half_up';

/** Digits that a decimal may have in text: two money amounts multiplied still fit. */
const MAX_DIGITS = 76;
const FORM = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?$/;

/** Reads `101.25`, with as many decimals as are written. Errors: `decimal.malformed`, `decimal.too_large` beyond 76 digits. */
export function parseDecimal(text: string): Decimal {
  if (text.length > MAX_DIGITS + 2) throw new AppError('invalid', 'decimal.too_large', `A number has at most ${MAX_DIGITS} digits.`);
  const match = FORM.exec(text);
  if (!match) throw new AppError('invalid', 'decimal.malformed', `Not a decimal number: ${JSON.stringify(text)}. Write it like 101.25.`);
  const [, sign, whole, fraction = ''] = match;
  if (whole!.length + fraction.length > MAX_DIGITS) {
    throw new AppError('invalid', 'decimal.too_large', `A number has at most ${MAX_DIGITS} digits.`);
  }
  return { units: BigInt(`${sign}${whole}${fraction}`), scale: fraction.length };
}

/** Writes all decimals of the scale: `{ 10120n, 2 }` is `101.20`. `parseDecimal` reads the same value back. */
export function formatDecimal({ units, scale }: Decimal): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const sign = units < 0n ? '-' : '';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Exact sum, in the finer scale of the two. */
export function addDecimal(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { units: refine(a, scale) + refine(b, scale), scale };
}

/** Exact difference, in the finer scale of the two. */
export function subtractDecimal(a: Decimal, b: Decimal): Decimal {
  return addDecimal(a, { units: -b.units, scale: b.scale });
}

/** Exact product; the scales add up. */
export function multiplyDecimal(a: Decimal, b: Decimal): Decimal {
  return { units: a.units * b.units, scale: a.scale + b.scale };
}

/** Quotient with `scale` decimals, rounded as named. Errors: `decimal.division_by_zero`. */
export function divideDecimal(a: Decimal, b: Decimal, scale: number, rounding: Rounding): Decimal {
  const shift = scale + b.scale - a.scale;
  const [numerator, denominator] = shift >= 0 ? [a.units * pow10(shift), b.units] : [a.units, b.units * pow10(-shift)];
  return { units: divideRounded(numerator, denominator, rounding), scale };
}

/** −1, 0 or 1, by value: 1.0 equals 1.00. */
export function compareDecimal(a: Decimal, b: Decimal): -1 | 0 | 1 {
  const { units } = subtractDecimal(a, b);
  return units < 0n ? -1 : units > 0n ? 1 : 0;
}

/** The same value with `scale` decimals; rounds only when decimals are lost. */
export function rescale(value: Decimal, scale: number, rounding: Rounding): Decimal {
  if (scale >= value.scale) return { units: refine(value, scale), scale };
  return { units: divideRounded(value.units, pow10(value.scale - scale), rounding), scale };
}

/** Whole quotient, rounded as named. Errors: `decimal.division_by_zero`. */
export function divideRounded(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  if (denominator === 0n) throw new AppError('unprocessable', 'decimal.division_by_zero', 'A number cannot be divided by zero.');
  const [n, d] = denominator < 0n ? [-numerator, -denominator] : [numerator, denominator];
  const quotient = n / d;
  const rest = n % d;
  return rest === 0n ? quotient : quotient + nudge(rounding, quotient, rest, d);
}

/** What to add to a quotient that was cut towards zero, whose rest is not zero. */
function nudge(rounding: Rounding, quotient: bigint, rest: bigint, denominator: bigint): bigint {
  const away = rest < 0n ? -1n : 1n;
  const twice = 2n * rest * away;
  switch (rounding) {
    case 'trunc':
      return 0n;
    case 'floor':
      return rest < 0n ? -1n : 0n;
    case 'ceil':
      return rest < 0n ? 0n : 1n;
    case 'half_up':
      return twice >= denominator ? away : 0n;
    case 'half_even':
      return twice > denominator || (twice === denominator && quotient % 2n !== 0n) ? away : 0n;
  }
}

function refine({ units, scale }: Decimal, to: number): bigint {
  return units * pow10(to - scale);
}

const POWERS = Array.from({ length: 39 }, (_, i) => 10n ** BigInt(i));

/** 10^`exponent` as a whole number. */
export function pow10(exponent: number): bigint {
  return POWERS[exponent] ?? 10n ** BigInt(exponent);
}

/** Schema of a decimal: a string such as `"101.25"` in JSON, so that no digit is lost. At most 38 digits before and 38 after the point. */
export const DecimalText = Type.Codec(
  Type.String({ pattern: '^-?(0|[1-9][0-9]{0,37})(\\.[0-9]{1,38})?$', examples: ['101.25'], description: 'Decimal number' }),
)
  .Decode((text): Decimal => parseDecimal(text))
  .Encode((value: Decimal) => formatDecimal(value));
