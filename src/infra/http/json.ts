import { isUtf8 } from 'node:buffer';
import { InputError } from './problem.ts';

const MAX_DEPTH = 64;

/**
 * Reads a JSON body (RFC 8259: UTF-8) that is safe to copy, store and write out again, and says one thing only: of a field
 * that stands twice the next system might take the other one.
 * Errors: `request.malformed_json`, `request.invalid_text`, `request.too_deep`, `request.forbidden_field`,
 * `request.duplicate_field`.
 */
export function parseJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw new InputError('request.malformed_json', 'The body is not UTF-8.');
  const text = body.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError('request.malformed_json', 'The body is not JSON.');
  }
  const { depth, fields } = shapeOf(text);
  if (depth > MAX_DEPTH || mayBeUnsafe(text)) refuseUnsafe('body', value);
  if (fields !== fieldsIn(value)) refuseDuplicate(text);
  return value;
}

/** Whether no object in this text, which is `value`, names a field twice. */
export function namesFieldsOnce(text: string, value: unknown): boolean {
  const { depth, fields } = shapeOf(text);
  return depth <= MAX_DEPTH && fields === fieldsIn(value);
}

/** A cheap look at the text: forbidden characters and disguised names need an escape. */
function mayBeUnsafe(text: string): boolean {
  return text.includes('\\u') || text.includes('__proto__') || text.includes('"constructor"');
}

const [QUOTE, BACKSLASH, BRACE, BRACKET, COLON] = [0x22, 0x5c, 0x7b, 0x5b, 0x3a];

/**
 * How deep the brackets of a JSON text go (counted no further than is allowed), and how many fields it names. Strings, most of
 * a text, are passed over by the engine's own search.
 */
function shapeOf(json: string): { depth: number; fields: number } {
  let [depth, deepest, fields] = [0, 0, 0];
  for (let i = 0; i < json.length; i++) {
    const unit = json.charCodeAt(i);
    if (unit === QUOTE) i = endOfText(json, i);
    else if (unit === COLON) fields++;
    else if (unit === BRACE || unit === BRACKET) {
      if (++depth > deepest) deepest = depth;
      if (deepest > MAX_DEPTH) break;
    } else if (unit === BRACE + 2 || unit === BRACKET + 2) depth--;
  }
  return { depth: deepest, fields };
}

/** Where a string that begins at `from` ends: at the first quote that no odd number of backslashes stands before. */
function endOfText(json: string, from: number): number {
  for (let end = json.indexOf('"', from + 1); ; end = json.indexOf('"', end + 1)) {
    let before = end - 1;
    while (json.charCodeAt(before) === BACKSLASH) before--;
    if ((end - before) % 2 === 1) return end;
  }
}

/** How many fields a value has in all; fewer than its text named when one of them stood there twice. */
function fieldsIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let fields = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') fields += fieldsIn(item);
    return fields;
  }
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key];
    fields += typeof inner === 'object' ? 1 + fieldsIn(inner) : 1;
  }
  return fields;
}

/** Finds the field that stands twice. Each level has its names so far, or in a list the place that it has come to. */
function refuseDuplicate(json: string): never {
  const levels: { names?: Set<string>; at: string | number }[] = [];
  for (let i = 0; i < json.length; i++) {
    const unit = json.charCodeAt(i);
    const level = levels.at(-1);
    if (unit === BRACE) levels.push({ names: new Set(), at: '' });
    else if (unit === BRACKET) levels.push({ at: 0 });
    else if (unit === BRACE + 2 || unit === BRACKET + 2) levels.pop();
    else if (json[i] === ',' && typeof level?.at === 'number') level.at++;
    else if (unit === QUOTE) {
      const end = endOfText(json, i);
      const text = json.slice(i, end + 1);
      i = end;
      if (!level?.names || !/^\s*:/.test(json.slice(end + 1, end + 1 + SPACE))) continue;
      level.at = JSON.parse(text) as string;
      if (level.names.has(level.at)) throw twice(levels.map(({ at }) => at));
      level.names.add(level.at);
    }
  }
  throw new InputError('request.duplicate_field', 'The body names a field twice. Send it once.');
}

/** So much space may stand between a name and its colon for the name to be told. */
const SPACE = 64;

function twice(path: readonly (string | number)[]): InputError {
  const pointer = path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  const problem = { place: 'body' as const, pointer, detail: 'must not stand twice' };
  return new InputError('request.duplicate_field', `body${pointer} stands twice. Send it once.`, [problem]);
}

/**
 * Refuses what no store or log can hold, wherever it stands: the character U+0000 (PostgreSQL has no text with it),
 * half of a surrogate pair, names that could reach a prototype when fields are copied, and nesting so deep that
 * writing it out again would overflow the stack.
 */
export function refuseUnsafe(place: 'path' | 'query' | 'body', value: unknown, depth = 0): void {
  if (typeof value === 'string') return refuseUnsafeText(place, value);
  if (typeof value !== 'object' || value === null) return;
  if (depth >= MAX_DEPTH) throw new InputError('request.too_deep', `The ${place} is nested more than ${MAX_DEPTH} levels deep.`);
  for (const key of Object.keys(value)) {
    const inner = (value as Record<string, unknown>)[key];
    const reachesPrototype = key === 'constructor' && typeof inner === 'object' && inner !== null && Object.hasOwn(inner, 'prototype');
    if (key === '__proto__' || reachesPrototype) {
      throw new InputError(
        'request.forbidden_field',
        `The ${place} has a field that is never allowed (__proto__ or constructor.prototype).`,
      );
    }
    refuseUnsafeText(place, key);
    refuseUnsafe(place, inner, depth + 1);
  }
}

function refuseUnsafeText(place: string, text: string): void {
  if (!text.includes('\0') && text.isWellFormed()) return;
  throw new InputError(
    'request.invalid_text',
    `The ${place} holds a character that no text may hold (U+0000 or half of a surrogate pair).`,
  );
}
