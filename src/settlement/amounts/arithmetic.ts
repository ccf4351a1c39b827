/**
 * The sums that an algorithm needs, over one of two kinds of number: plain ones, which are many times faster, or big ones.
 * An algorithm is written once over `T` and never mixes the two.
 */
export type Arithmetic<T> = {
  readonly zero: T;
  of(units: bigint): T;
  units(amount: T): bigint;
  add(a: T, b: T): T;
  subtract(a: T, b: T): T;
  /** a < b. */
  isLess(a: T, b: T): boolean;
};

/** Whole amounts as plain numbers: exact as long as no sum leaves ±(2^53 − 1). Whoever takes it has made sure of that. */
export const exactNumbers: Arithmetic<number> = {
  zero: 0,
  of: Number,
  units: BigInt,
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  isLess: (a, b) => a < b,
};

/** Whole amounts of any size. */
export const bigNumbers: Arithmetic<bigint> = {
  zero: 0n,
  of: (units) => units,
  units: (amount) => amount,
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  isLess: (a, b) => a < b,
};

const MAX_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

/** Whether plain numbers hold every sum whose size is at most this. */
export function fitsExactNumbers(largestSum: bigint): boolean {
  return largestSum <= MAX_EXACT;
}

/** A list of so many of one value. */
export function repeated<T>(value: T, count: number): T[] {
  return Array.from({ length: count }, () => value);
}
