import { AppError } from '../../base/error.ts';
import { Secret } from '../../base/secret.ts';

const MASK = '[secret]';
const MAX_DEPTH = 8;
const MAX_ENTRIES = 100;
const MAX_TEXT = 8_192;

/** Names whose text is never printed, in any spelling (`apiKey`, `x-api-key`, `API_KEY`); numbers (a count of tokens) are. */
const SECRET_NAME =
  /pass(word|wd|phrase|code)|secret|token|authori[sz]ation|cookie|api[-_]?key|private[-_]?key|signing[-_]?key|credential|bearer|^jwt$|^pwd$|^otp$|^pin$/i;
/** What only names or counts a secret: `apiKeyId`, `tokenCount`, `secretName`. */
const HARMLESS_NAME = /(id|ids|name|prefix|count|ms|at|type|kind)$/i;

const SECRET_TEXT: readonly (readonly [RegExp, string])[] = [
  // A credential in a header, wherever it is quoted.
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${MASK}`],
  // A JSON web token.
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, MASK],
  // An API key, and what continues a session, wherever they are quoted.
  [/\brlt_[0-9A-Za-z]{12}_[0-9A-Za-z]{20,}/g, MASK],
  [/\b[0-9A-Za-z]{43}\.[0-9a-f]{32}\.[\w-]{43}/g, MASK],
  // The password in the address of a server: postgres://user:password@host.
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s/@]+@/gi, `$1:${MASK}@`],
  // name=value and "name":"value" in text that someone glued together.
  [/((?:password|passwd|secret|api[-_]?key|(?:access|refresh)?[-_]?token)["']?\s*[=:]\s*["']?)[^\s"'&,;}]+/gi, `$1${MASK}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, MASK],
];

/** The text without what looks like a credential, and of bounded length. */
export function maskText(text: string): string {
  const bounded = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… (${text.length} characters)` : text;
  return SECRET_TEXT.reduce((masked, [pattern, instead]) => masked.replace(pattern, instead), bounded);
}

/**
 * A plain, bounded copy of any value that is safe to print: no Secret, nothing under a secret's name, no credential
 * in text, no cycles, no code of the value run (no `toJSON`, no getters). `withInternal` also shows an AppError's inside.
 */
export function mask(value: unknown, withInternal = false): unknown {
  return copy(value, { withInternal, seen: new Set(), depth: 0 });
}

type State = { withInternal: boolean; seen: Set<object>; depth: number };

function copy(value: unknown, state: State): unknown {
  if (typeof value === 'string') return maskText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Secret) return MASK;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[no date]' : value.toISOString();
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (state.seen.has(value)) return '[circular]';
  if (state.depth >= MAX_DEPTH) return '[deeper]';
  state.seen.add(value);
  const inner = { ...state, depth: state.depth + 1 };
  const result = copyObject(value, inner);
  state.seen.delete(value);
  return result;
}

function copyObject(value: object, state: State): unknown {
  if (value instanceof Error) return copyError(value, state);
  if (Array.isArray(value))
    return bounded(
      value.length,
      value.slice(0, MAX_ENTRIES).map((entry) => copy(entry, state)),
    );
  if (value instanceof Set) return copyObject([...value], state);
  if (value instanceof Map)
    return copyEntries(
      [...value].map(([key, entry]) => [String(key), entry]),
      state,
    );
  if (value instanceof URL) return maskText(value.href);
  if (value instanceof Headers || value instanceof URLSearchParams) return copyEntries([...value], state);
  const entries = Object.entries(Object.getOwnPropertyDescriptors(value)).filter(([, descriptor]) => descriptor.enumerable);
  return copyEntries(
    entries.map(([key, descriptor]) => [key, 'value' in descriptor ? descriptor.value : '[getter]']),
    state,
  );
}

function copyEntries(entries: readonly (readonly [string, unknown])[], state: State): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, entry] of entries.slice(0, MAX_ENTRIES)) {
    const hidden = typeof entry !== 'number' && typeof entry !== 'boolean' && entry !== null && entry !== undefined && isSecretName(key);
    // A computed key also defines `__proto__` as a plain field.
    Object.defineProperty(result, maskText(key), {
      value: hidden ? MASK : copy(entry, state),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  if (entries.length > MAX_ENTRIES) result['…'] = `${entries.length - MAX_ENTRIES} more`;
  return result;
}

function isSecretName(key: string): boolean {
  return SECRET_NAME.test(key) && !HARMLESS_NAME.test(key);
}

function bounded(length: number, entries: unknown[]): unknown[] {
  return length > MAX_ENTRIES ? [...entries, `… ${length - MAX_ENTRIES} more`] : entries;
}

/** Name, message, code and stack; other fields of foreign errors (a request with its headers, a query with its values) stay out. */
function copyError(error: Error, state: State): Record<string, unknown> {
  const { code } = error as { code?: unknown };
  const internal = error instanceof AppError && state.withInternal ? error.internal : undefined;
  return {
    type: textOf(error.name),
    message: textOf(error.message),
    ...((typeof code === 'string' || typeof code === 'number') && { code: typeof code === 'string' ? maskText(code) : code }),
    ...(internal !== undefined && { internal: copy(internal, state) }),
    stack: textOf(error.stack),
    ...(error.cause !== undefined && { cause: copy(error.cause, state) }),
    ...(error instanceof AggregateError && { errors: copy(error.errors, state) }),
  };
}

/** The types promise text; an error made by careless code may hold anything. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? maskText(value) : '';
}
