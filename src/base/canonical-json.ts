import { AppError } from './error.ts';

const MAX_DEPTH = 200;

/**
 * The one text of a JSON value, for hashing and signing: RFC 8785 (JSON Canonicalization Scheme). No white space, keys
 * in order of their UTF-16 code units, numbers as ECMAScript writes them.
 *
 * Errors: `json.not_representable` with the place, for anything that JSON cannot carry or would change silently:
 * undefined, functions, symbols, bigint, NaN, infinities, lone surrogates, holes, dates and other class instances,
 * nesting beyond 200 levels.
 */
export function canonicalJson(value: unknown): string {
  return write(value, '$', 0);
}

function write(value: unknown, at: string, depth: number): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return writeString(value, at);
  if (typeof value === 'number') return writeNumber(value, at);
  if (typeof value !== 'object') throw refuse(at, `holds a value of type ${typeof value}`);
  if (depth === MAX_DEPTH) throw refuse(at, `is nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) return `[${Array.from(value, (item, i) => write(item, `${at}[${i}]`, depth + 1)).join(',')}]`;
  return writeObject(value, at, depth);
}

function writeObject(value: object, at: string, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw refuse(at, 'is not a plain object');
  // The default order of sort() is that of UTF-16 code units, as §3.2.3 asks.
  const keys = Object.keys(value).sort();
  const members = keys.map((key) => {
    const place = `${at}.${key}`;
    return `${writeString(key, place)}:${write((value as Record<string, unknown>)[key], place, depth + 1)}`;
  });
  return `{${members.join(',')}}`;
}

function writeString(text: string, at: string): string {
  if (!text.isWellFormed()) throw refuse(at, 'has half of a surrogate pair');
  return JSON.stringify(text);
}

function writeNumber(value: number, at: string): string {
  if (!Number.isFinite(value)) throw refuse(at, `is ${value}`);
  return value === 0 ? '0' : String(value);
}

function refuse(at: string, why: string): AppError {
  const place = at.length > 100 ? `${at.slice(0, 100).toWellFormed()}…` : at.toWellFormed();
  return new AppError('invalid', 'json.not_representable', `${place} ${why}, which JSON cannot carry.`);
}
