import { comparatorBefore } from './comparator.ts';
import type { NumberPlace } from './number-place.ts';

/** What stands between the number of a line and the number that it demands. */
const DEMANDED =
  /^[.):]{0,2}\s+((?:\p{L}+\.?\s){1,4}|[<>≤≥]=?\s*)(?=[\d.]|(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|twelve)\b)/iu;
/** `2.1 Times out after 30 s`, `3.4 Days off planned`: a unit is written small, and a sentence begins with a capital. */
const SENTENCE = /^\s+[A-Z][a-z]{2,}(?:\s|$)/;

const LINE_START = /^[^\p{L}\d]*(?:(?<=[[({])[^\])}]{1,14}[\])}]\s*(?:§\s*)?)?$/u;

/** `5.4 Minimum of 30 agents`, `2.1 Days of rest: at least 2`: the number of a line at its start, whatever stands behind it. */
export function isNumbering({ text, quantity }: NumberPlace): boolean {
  if (quantity.from > 24 || quantity.plus || quantity.word || !LINE_START.test(text.slice(0, quantity.from))) return false;
  const digits = /^\d{1,3}(?:\.\d{1,3})*/.exec(text.slice(quantity.from))?.[0];
  if (digits === undefined) return false;
  const behind = text.slice(quantity.from + digits.length, quantity.from + digits.length + 60);
  if (digits.includes('.') && quantity.unit !== '' && SENTENCE.test(behind)) return true;
  const between = quantity.unit === '' ? DEMANDED.exec(behind)?.[1] : undefined;
  const compared = between === undefined ? undefined : comparatorBefore(` ${between}`);
  // `5 or more crashes within 10 min` counts: only what stands right behind a line's number is said of another.
  return compared !== undefined && compared.at <= 1 && !/^(?:within|in)/i.test(compared.text);
}
