import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';

/**
 * Array parameters for set-wise statements: `insert … select * from unnest($1::uuid[], $2::numeric[])`. Each function
 * turns one column of values into an array literal of PostgreSQL; null and undefined become NULL. The driver's own
 * serialiser quotes every element and is several times slower; uuids, numbers and instants need no quotes.
 */
type Maybe<T> = T | null | undefined;

/** `uuid[]`. A value of another length than 36 could break out of its element and is refused. */
export function uuids(values: readonly Maybe<Uuid>[]): string {
  return literal(values, (value) => {
    if (value.length !== 36) throw new TypeError('not a uuid');
    return value;
  });
}

/** `numeric[]` or `bigint[]`. */
export function numerics(values: readonly Maybe<bigint>[]): string {
  return literal(values, (value) => value.toString());
}

/** `int[]`: whole numbers that are no money. */
export function integers(values: readonly Maybe<number>[]): string {
  return literal(values, (value) => {
    if (!Number.isSafeInteger(value)) throw new TypeError('not a whole number');
    return String(value);
  });
}

/** `bool[]`. */
export function bools(values: readonly Maybe<boolean>[]): string {
  return literal(values, (value) => (value ? 't' : 'f'));
}

/** `timestamptz[]` from milliseconds. */
export function instants(values: readonly Maybe<Millis>[]): string {
  return literal(values, instant);
}

/** `text[]`, also for types written as text (`date[]`, decimals). */
export function texts(values: readonly Maybe<string>[]): string {
  return literal(values, quoted);
}

/** `jsonb[]`; a JSON null cannot be told from SQL NULL here and becomes the latter. */
export function jsons(values: readonly unknown[]): string {
  return literal(values, (value) => quoted(JSON.stringify(value)));
}

/** `bytea[]`. */
export function bytes(values: readonly Maybe<Uint8Array>[]): string {
  return literal(values, (value) => `"\\\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}"`);
}

/** One `timestamptz` parameter from milliseconds since 1970. */
export function instant(ms: Millis): string {
  const date = new Date(ms);
  const year = date.getUTCFullYear();
  if (year > 0 && year < 10_000) return date.toISOString();
  const rest = date.toISOString().slice(date.toISOString().indexOf('-', 1));
  return year > 0 ? `${year}${rest}` : `${String(1 - year).padStart(4, '0')}${rest} BC`;
}

function literal<T>(values: readonly Maybe<T>[], element: (value: NonNullable<T>) => string): string {
  let text = '{';
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (i > 0) text += ',';
    text += value === null || value === undefined ? 'NULL' : element(value);
  }
  return `${text}}`;
}

function quoted(text: string): string {
  return `"${/["\\]/.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`;
}
