/** Whether a value has its form. */
export type Fits = (value: unknown) => boolean;
export type Field = { fits: Fits; optional?: boolean };
/** The fields of one kind of line; what is not here has no place in it. */
export type Fields = Readonly<Record<string, Field>>;

export const text =
  (pattern: RegExp): Fits =>
  (value) =>
    typeof value === 'string' && pattern.test(value);
export const wholeNumber: Fits = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
export const listOf =
  (fits: Fits): Fits =>
  (value) =>
    Array.isArray(value) && value.every(fits);
export const must = (fits: Fits): Field => ({ fits });
export const may = (fits: Fits): Field => ({ fits, optional: true });

export const amount = text(/^(0|[1-9]\d{0,37})$/);
export const positive = text(/^[1-9]\d{0,37}$/);
export const hash = text(/^[0-9a-f]{64}$/);
export const asset = text(/^[A-Z][A-Z0-9]{2,11}\/(\d|1[0-8])$/);
export const instant = text(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
export const day = text(/^\d{4}-\d\d-\d\d$/);
export const participant = text(/^mem_[0-9a-f]{32}$/);

/** A line that cannot stand in a file. The message says what is wrong, without the number of the line. */
export class MalformedLine extends Error {}

/** What is wrong with an object's fields, undefined when nothing is. Keys must stand in the order of RFC 8785. */
export function wrongIn(value: unknown, fields: Fields): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is no object';
  const keys = Object.keys(value);
  const strange = keys.find((key) => !Object.hasOwn(fields, key));
  if (strange !== undefined) return `has a field ${JSON.stringify(strange.slice(0, 40))} that the format does not know`;
  const unsorted = keys.findIndex((key, i) => i > 0 && key <= keys[i - 1]!);
  if (unsorted > 0) return `does not have its fields in order: ${keys[unsorted]}`;
  for (const [name, { fits, optional }] of Object.entries(fields)) {
    if (!Object.hasOwn(value, name)) {
      if (!optional) return `lacks the field ${name}`;
    } else if (!fits((value as Record<string, unknown>)[name])) return `has a field ${name} that is not of its form`;
  }
  return undefined;
}

/**
 * Reads one line, strictly: a record of a known kind, its fields in their one order and form, no white space. Throws
 * `MalformedLine`.
 */
export function readForm<K extends string>(line: string, kinds: Readonly<Record<K, Fields>>): { record: K } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new MalformedLine('is not JSON');
  }
  const kind = (value as { record?: unknown } | null)?.record;
  if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind)) throw new MalformedLine('does not say which record it is');
  const wrong = wrongIn(value, kinds[kind as K]);
  if (wrong !== undefined) throw new MalformedLine(wrong);
  // Written anew it is the same, so that there is one way to write it: no white space, no key twice, no other escapes.
  if (JSON.stringify(value) !== line) throw new MalformedLine('is not written in canonical JSON');
  return value as { record: K };
}
