import { remembering } from './remember.ts';

/**
 * A first look at a text, in front of expressions that cost more: whether anything stands in it without which none of them can match. A
 * look never decides anything. It may find what the expressions do not, and must find something wherever one of them does; then reading
 * without any look gives the same, and that is what its test holds.
 */
export const mayHold = (text: string, look: RegExp | string): boolean => (typeof look === 'string' ? text.includes(look) : look.test(text));

/** Emoji, letters with marks, typographic signs: a text without any of these is the same in every form of Unicode. */
export const BEYOND_ASCII = /[^\0-\x7f]/;

/** Whether a text begins with one of these letters, given in lower case: the quickest look of all, for expressions that begin at once. */
export const mayBegin = (text: string, initials: string): boolean => initials.includes(text.slice(0, 1).toLowerCase());

/** Whether the character there may be an ornament: white space, a dash or an ASCII sign in front of it, or anything beyond ASCII. */
export function mayDecorate(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return !(code > 0x2d && code < 0x80);
}

/** A table whose rows begin with letters in lower case, one of which each text has in front that the row is for: of a text only such rows are asked. */
export function byInitial<Row extends readonly [initials: string, ...rest: unknown[]]>(
  rows: readonly Row[],
): (text: string) => readonly Row[] {
  const rowsFor = remembering((initial) => rows.filter(([initials]) => initials.includes(initial)));
  return (text) => rowsFor(text.slice(0, 1).toLowerCase());
}
