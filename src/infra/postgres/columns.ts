import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';

/**
 * Array parameters for set-wise statements: `insert … select unnest($1::uuid[]), unnest($2::numeric[])`. Each function
 * turns one column of values into an array in PostgreSQL's binary form (array_send of its source), which the driver passes on
 * as it is: neither side writes or parses text. Null and undefined become NULL. The element type stands in the
 * array, so that the parameter must be cast to exactly that array type.
 *
 * `unnest` belongs into the select list: there its rows come one by one, while in `from` each of several is first kept
 * in a store of its own.
 */
type Maybe<T> = T | null | undefined;

/** Element types by their numbers in pg_type. */
const OID = {
  bool: 16,
  bytea: 17,
  int8: 20,
  text: 25,
  json: 114,
  date: 1082,
  timestamptz: 1184,
  numeric: 1700,
  uuid: 2950,
  jsonb: 3802,
} as const;

/** `uuid[]`. */
export function uuids(values: readonly Maybe<Uuid>[]): Buffer {
  return column(OID.uuid, values, putUuid);
}

/** `numeric[]`: whole numbers of any length. */
export function numerics(values: readonly Maybe<bigint>[]): Buffer {
  return column(OID.numeric, values, putNumeric);
}

/** `bigint[]`. Throws a TypeError for a number that is not whole. */
export function integers(values: readonly Maybe<bigint | number>[]): Buffer {
  return column(OID.int8, values, putInteger);
}

/** `bool[]`. */
export function bools(values: readonly Maybe<boolean>[]): Buffer {
  return column(OID.bool, values, (value) => {
    reserve(5);
    putInt32(1);
    scratch[end++] = value ? 1 : 0;
  });
}

/** `timestamptz[]` from milliseconds. */
export function instants(values: readonly Maybe<Millis>[]): Buffer {
  return column(OID.timestamptz, values, putInstant);
}

/** `date[]`. */
export function dates(values: readonly Maybe<LocalDate>[]): Buffer {
  return column(OID.date, values, (value) => {
    const days = (Date.parse(value) - EPOCH_MS) / 86_400_000;
    if (!Number.isInteger(days)) throw new TypeError('not a day');
    reserve(8);
    putInt32(4);
    putInt32(days);
  });
}

/** `text[]`. */
export function texts(values: readonly Maybe<string>[]): Buffer {
  return column(OID.text, values, (value) => putText(value));
}

/** `json[]`: JSON that is kept as it is written. A JSON null cannot be told from SQL NULL here and becomes the latter. */
export function jsons(values: readonly unknown[]): Buffer {
  return column(OID.json, values, (value) => putText(JSON.stringify(value)));
}

/** `json[]` from JSON that is written out already. */
export function jsonTexts(values: readonly Maybe<string>[]): Buffer {
  return column(OID.json, values, (value) => putText(value));
}

/** `jsonb[]`; a JSON null becomes SQL NULL here as well. */
export function jsonbs(values: readonly unknown[]): Buffer {
  return column(OID.jsonb, values, (value) => putText(JSON.stringify(value), JSONB_VERSION));
}

/** `bytea[]`. */
export function bytes(values: readonly Maybe<Uint8Array>[]): Buffer {
  return column(OID.bytea, values, (value) => {
    reserve(4 + value.length);
    putInt32(value.length);
    scratch.set(value, end);
    end += value.length;
  });
}

/** One `timestamptz` parameter from milliseconds since 1970. */
export function instant(ms: Millis): string {
  const date = new Date(ms);
  const year = date.getUTCFullYear();
  if (year > 0 && year < 10_000) return date.toISOString();
  const rest = date.toISOString().slice(date.toISOString().indexOf('-', 1));
  return year > 0 ? `${year}${rest}` : `${String(1 - year).padStart(4, '0')}${rest} BC`;
}

/** Where a column is put together before it is copied out; grows to the largest and is used by one column at a time. */
let scratch = Buffer.allocUnsafeSlow(1 << 16);
let end = 0;

const HEADER = 20;
const JSONB_VERSION = 1;
/** PostgreSQL counts time from 2000-01-01. */
const EPOCH_MS = Date.UTC(2000, 0, 1);

function column<T>(oid: number, values: readonly Maybe<T>[], put: (value: NonNullable<T>) => void): Buffer {
  end = HEADER;
  let nulls = 0;
  // By index: an iterator would make an object for each value.
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === null || value === undefined) {
      reserve(4);
      putInt32(-1);
      nulls = 1;
    } else put(value);
  }
  const length = end;
  end = 0;
  // Dimensions, whether there are NULLs, element type; then length and lower bound of the one dimension, if there is one.
  putInt32(values.length === 0 ? 0 : 1);
  putInt32(nulls);
  putInt32(oid);
  if (values.length === 0) return Buffer.from(scratch.subarray(0, end));
  putInt32(values.length);
  putInt32(1);
  return Buffer.from(scratch.subarray(0, length));
}

function reserve(length: number): void {
  if (end + length <= scratch.length) return;
  const larger = Buffer.allocUnsafeSlow(2 * (end + length));
  scratch.copy(larger, 0, 0, end);
  scratch = larger;
}

function putInt32(value: number): void {
  const [into, at] = [scratch, end];
  into[at] = value >>> 24;
  into[at + 1] = value >>> 16;
  into[at + 2] = value >>> 8;
  into[at + 3] = value;
  end = at + 4;
}

function putInt16(value: number): void {
  scratch[end++] = value >>> 8;
  scratch[end++] = value;
}

/** The value of a hexadecimal digit by its character code; 255 for every other character. */
const NIBBLES = new Uint8Array(1 << 16).fill(255);
for (let digit = 0; digit < 16; digit++) {
  NIBBLES[digit.toString(16).charCodeAt(0)] = digit;
  NIBBLES[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}

function putUuid(value: Uuid): void {
  reserve(20);
  putInt32(16);
  // What changes is held in variables of its own, which the compiler can keep in registers.
  const into = scratch;
  let at = end;
  let wrong = value.length === 36 ? 0 : 255;
  for (let i = 0; i < 36; i += 2) {
    if (i === 8 || i === 13 || i === 18 || i === 23) i++;
    const high = NIBBLES[value.charCodeAt(i)]!;
    const low = NIBBLES[value.charCodeAt(i + 1)]!;
    wrong |= high | low;
    into[at++] = (high << 4) | low;
  }
  if (wrong > 15) throw new TypeError('not a uuid');
  end = at;
}

function putInteger(value: bigint | number): void {
  reserve(12);
  putInt32(8);
  if (typeof value === 'bigint') end = scratch.writeBigInt64BE(withinInt8(value), end);
  else putWhole(wholeOf(value));
}

function withinInt8(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw new TypeError('not a bigint of PostgreSQL');
  return value;
}

function wholeOf(value: number): number {
  if (!Number.isSafeInteger(value)) throw new TypeError('not a whole number');
  return value;
}

/** Eight bytes of a number that is exact. */
function putWhole(value: number): void {
  putInt32(Math.floor(value / 2 ** 32));
  putInt32(value % 2 ** 32);
}

function putInstant(value: Millis): void {
  reserve(12);
  putInt32(8);
  const micros = (value - EPOCH_MS) * 1000;
  if (Number.isSafeInteger(micros)) putWhole(micros);
  else end = scratch.writeBigInt64BE(BigInt(value - EPOCH_MS) * 1000n, end);
}

/** Digits to the base 10,000, the last first, of the number that is being put. */
const digits = new Uint16Array(64);

/** numeric_send: how many digits to the base 10,000, the weight of the first, sign, decimals; then the digits without zeros behind. */
function putNumeric(value: bigint): void {
  const count = digitsOf(value < 0n ? -value : value);
  let last = 0;
  while (last < count && digits[last] === 0) last++;
  const kept = count - last;
  reserve(12 + 2 * kept);
  putInt32(8 + 2 * kept);
  putInt16(kept);
  putInt16(kept === 0 ? 0 : count - 1);
  putInt16(value < 0n ? 0x4000 : 0);
  putInt16(0);
  for (let i = count - 1; i >= last; i--) putInt16(digits[i]!);
}

function digitsOf(magnitude: bigint): number {
  let count = 0;
  let rest = magnitude;
  // Three digits at a time, as far as numbers are not exact.
  for (; rest > MAX_SAFE; rest /= CHUNK) {
    let part = Number(rest % CHUNK);
    for (let i = 0; i < 3; i++) {
      digits[count++] = part % 10_000;
      part = Math.floor(part / 10_000);
    }
  }
  for (let small = Number(rest); small > 0; small = Math.floor(small / 10_000)) digits[count++] = small % 10_000;
  return count;
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const CHUNK = 10n ** 12n;

/** Characters that are looked at one by one; longer texts are better left to the encoder. */
const SHORT = 40;

function putText(text: string, version?: number): void {
  reserve(5 + 3 * text.length);
  const start = end;
  end += 4;
  if (version !== undefined) scratch[end++] = version;
  if (text.length > SHORT || !putAscii(text)) end += scratch.write(text, end, 'utf8');
  const stop = end;
  end = start;
  putInt32(stop - start - 4);
  end = stop;
}

/** Answers false, with nothing put, when the text has other characters. */
function putAscii(text: string): boolean {
  const [into, at] = [scratch, end];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return false;
    into[at + i] = code;
  }
  end = at + text.length;
  return true;
}
