import { DOCUMENT_END, documentStart, type Xml } from '../xml-writer.ts';

/**
 * A document that is written piece by piece, so that its length does not matter: what stands before the items (with
 * elements still open), how an item is written, and what stands behind them. `after` throws when the items were not what
 * was said before them, so that such a document is never complete.
 */
export type Frame<T> = { message: string; before: Xml; item: (item: T) => Xml; after: () => Xml };

/** Small enough for a socket's buffer, large enough that writing costs little. */
const PIECE_LENGTH = 1 << 16;

/** The document in pieces of about 64 kB, in constant memory. */
export async function* stream<T>(frame: Frame<T>, items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<string> {
  let piece = `${documentStart(frame.message)}${frame.before}`;
  for await (const item of items) {
    piece += frame.item(item);
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}${frame.after()}${DOCUMENT_END}`;
}

/** The document at once, for one that is short. */
export function whole<T>(frame: Frame<T>, items: readonly T[]): string {
  const content = items.map((item) => frame.item(item)).join('');
  return `${documentStart(frame.message)}${frame.before}${content}${frame.after()}${DOCUMENT_END}`;
}

/** What is said of items before they are written: how many, and their sum in units. */
export type Total = { count: number; units: bigint };

/** Counts along, and tells at the end whether it came to what was said. */
export function tally(said: Total): { add(units: bigint): void; settle(what: string): void } {
  let count = 0;
  let units = 0n;
  return {
    add(more) {
      count++;
      units += more;
    },
    settle(what) {
      if (count !== said.count) throw new RangeError(`${what}: ${said.count} were announced, ${count} came`);
      if (units !== said.units) throw new RangeError(`${what}: a sum of ${said.units} was announced, ${units} came`);
    },
  };
}

/** Sum and number of items. */
export function totalOf(units: readonly bigint[]): Total {
  return { count: units.length, units: units.reduce((sum, each) => sum + each, 0n) };
}

/** Versions in which a message is written; the elements that are used did not change between them. */
export const WRITTEN = {
  'pain.002': { first: 11, last: 14, usual: 11 },
  'pacs.002': { first: 11, last: 15, usual: 12 },
  'pacs.004': { first: 10, last: 14, usual: 10 },
  'pacs.009': { first: 8, last: 12, usual: 9 },
  'pacs.029': { first: 2, last: 2, usual: 2 },
  'camt.029': { first: 13, last: 13, usual: 13 },
  'camt.056': { first: 9, last: 11, usual: 9 },
  'camt.052': { first: 8, last: 13, usual: 8 },
  'camt.053': { first: 8, last: 13, usual: 8 },
  'camt.054': { first: 8, last: 13, usual: 8 },
} as const;

/** Name of a message that is written, e.g. `camt.053.001.08`. Throws RangeError for a version that is not. */
export function writtenMessage(family: keyof typeof WRITTEN, version: number = WRITTEN[family].usual): string {
  const { first, last } = WRITTEN[family];
  if (!Number.isInteger(version) || version < first || version > last) {
    throw new RangeError(`${family} is written in versions ${first} to ${last}, not ${version}`);
  }
  return `${family}.001.${String(version).padStart(2, '0')}`;
}
