import { isUtf8 } from 'node:buffer';
import { InputError } from './problem.ts';

const MAX_DEPTH = 64;

/**
 * Reads a JSON body (RFC 8259: UTF-8) that is safe to copy, store and write out again.
 * Errors: `request.malformed_json`, `request.invalid_text`, `request.too_deep`, `request.forbidden_field`.
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
  if (mayBeUnsafe(text)) refuseUnsafe('body', value);
  return value;
}

/** A cheap look at the text: forbidden characters and disguised names need an escape, depth needs brackets. */
function mayBeUnsafe(text: string): boolean {
  return text.includes('\\u') || text.includes('__proto__') || text.includes('"constructor"') || isDeep(text);
}

function isDeep(json: string): boolean {
  if (json.length < 2 * MAX_DEPTH) return false;
  let depth = 0;
  let inText = false;
  for (let i = 0; i < json.length; i++) {
    const unit = json.charCodeAt(i);
    if (unit === BACKSLASH) i++;
    else if (unit === QUOTE) inText = !inText;
    else if (!inText && (unit === BRACE || unit === BRACKET) && ++depth > MAX_DEPTH) return true;
    else if (!inText && (unit === BRACE + 2 || unit === BRACKET + 2)) depth--;
  }
  return false;
}

const [QUOTE, BACKSLASH, BRACE, BRACKET] = [0x22, 0x5c, 0x7b, 0x5b];

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
