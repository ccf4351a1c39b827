/**
 * Exact sums of many unsigned 64-bit amounts without a big number for each: every amount is taken as two halves of 32
 * bits, and up to 2^20 halves add up to less than 2^52, which a float holds exactly. Before more could come together,
 * the halves are carried over into big numbers.
 */
export const MAX_UNCARRIED = 1 << 20;

const TWO_32 = 4_294_967_296;
const TWO_32_WIDE = 4_294_967_296n;

/** The halves of a column of amounts: the lower half of amount i stands at 2·i + LOW, the upper at 2·i + HIGH. */
export function halvesOf(units: BigUint64Array): Uint32Array {
  return new Uint32Array(units.buffer, units.byteOffset, units.length * 2);
}

/** Which half comes first depends on the processor. */
export const LOW: 0 | 1 = new Uint32Array(BigUint64Array.of(1n).buffer)[0] === 1 ? 0 : 1;
export const HIGH = 1 - LOW;

/** A row of exact sums. */
export type Sums = { low: Float64Array; high: Float64Array; carried: bigint[]; uncarried: number };

export function sumsOf(size: number): Sums {
  return { low: new Float64Array(size), high: new Float64Array(size), carried: Array.from({ length: size }, () => 0n), uncarried: 0 };
}

/** Moves the halves into big numbers. */
export function carry(sums: Sums): bigint[] {
  for (let i = 0; i < sums.carried.length; i++) {
    if (sums.low[i] !== 0 || sums.high[i] !== 0) sums.carried[i]! += wide(sums.low[i]!, sums.high[i]!);
  }
  sums.low.fill(0);
  sums.high.fill(0);
  sums.uncarried = 0;
  return sums.carried;
}

/** `high`·2^32 + `low`, both whole and below 2^53 in size, with a sign. */
export function wide(low: number, high: number): bigint {
  return BigInt(high) * TWO_32_WIDE + BigInt(low);
}

/** The same as a plain number when that is exact, undefined when it might not be. */
export function narrow(low: number, high: number): number | undefined {
  return Math.abs(high) < 1 << 20 && Math.abs(low) < 2 ** 51 ? high * TWO_32 + low : undefined;
}
