import pg from 'pg';

type Parser = (text: string) => unknown;

/** Type numbers of PostgreSQL (pg_type.oid), fixed for all versions. */
const OID = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  oid: 26,
  json: 114,
  float4: 700,
  float8: 701,
  timestamptz: 1184,
  numeric: 1700,
  jsonb: 3802,
  textArray: 1009,
  varcharArray: 1015,
  uuidArray: 2951,
  boolArray: 1000,
  int2Array: 1005,
  int4Array: 1007,
  int8Array: 1016,
  numericArray: 1231,
  timestamptzArray: 1185,
  dateArray: 1182,
  jsonbArray: 3807,
} as const;

const asText: Parser = (text) => text;

/** Whole numbers become bigint; anything with a fraction stays text, so that no digit is lost. */
const whole: Parser = (text) => (/^-?\d+$/.test(text) ? BigInt(text) : text);

/**
 * An instant in PostgreSQL's ISO form (`2026-11-22 09:30:00.123+00`) as whole milliseconds since 1970. Microseconds are cut
 * off downwards; `infinity` becomes Infinity.
 */
function instantOf(text: string): number {
  const parts = /^(\d{4,})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d+))?([+-])(\d\d)(?::?(\d\d))?(?::?(\d\d))?( BC)?$/.exec(text);
  if (parts === null) return text === '-infinity' ? -Infinity : Infinity;
  const n = (i: number): number => Number(parts[i] ?? 0);
  const ms = Number((parts[7] ?? '').padEnd(3, '0').slice(0, 3));
  const year = parts[12] ? 1 - n(1) : n(1);
  // Date.UTC takes years below 100 for those of the last century.
  const local =
    year >= 100
      ? Date.UTC(year, n(2) - 1, n(3), n(4), n(5), n(6), ms)
      : new Date(Date.UTC(2000, 0, 1, n(4), n(5), n(6), ms)).setUTCFullYear(year, n(2) - 1, n(3));
  const offset = ((n(9) * 60 + n(10)) * 60 + n(11)) * 1000;
  return parts[8] === '+' ? local - offset : local + offset;
}

const bool: Parser = (text) => text === 't';
const bytea = pg.types.getTypeParser(OID.bytea) as Parser;

const textArray = pg.types.getTypeParser(OID.textArray as number) as (text: string) => (string | null)[];

function listOf(element: Parser): Parser {
  return (text) => textArray(text).map((item) => (item === null ? null : element(item)));
}

const PARSERS = new Map<number, Parser>([
  [OID.bool, bool],
  [OID.bytea, bytea],
  [OID.int8, whole],
  [OID.numeric, whole],
  [OID.int2, Number],
  [OID.int4, Number],
  [OID.oid, Number],
  [OID.float4, Number],
  [OID.float8, Number],
  [OID.json, JSON.parse],
  [OID.jsonb, JSON.parse],
  [OID.timestamptz, instantOf],
  [OID.textArray, listOf(asText)],
  [OID.varcharArray, listOf(asText)],
  [OID.uuidArray, listOf(asText)],
  [OID.dateArray, listOf(asText)],
  [OID.boolArray, listOf(bool)],
  [OID.int2Array, listOf(Number)],
  [OID.int4Array, listOf(Number)],
  [OID.int8Array, listOf(whole)],
  [OID.numericArray, listOf(whole)],
  [OID.timestamptzArray, listOf(instantOf)],
  [OID.jsonbArray, listOf(JSON.parse)],
]);

/**
 * How column values reach code: `int8` and whole `numeric` as bigint (a `numeric` with a fraction as text), `timestamptz` as
 * whole milliseconds, `jsonb` parsed, `bytea` as Buffer, small numbers as number, everything else (uuid, text, date,
 * timestamp without zone) as text.
 */
export const typeParsers = {
  getTypeParser: (oid: number): Parser => PARSERS.get(oid) ?? asText,
};
