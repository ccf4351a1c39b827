import type { Finding } from './checklist.ts';
import type { Box } from './lines.ts';

/** A list item, boxed or not, or a boxed line outside any list. */
export type ListItem = {
  line: number;
  /** Lines of its first paragraph, the mark and box taken off. */
  lines: string[];
  /** Paragraphs behind the first. */
  more: string[];
  order?: number;
  bullet: string;
  box?: Box & { at: number };
  parent?: ListItem;
  depth: number;
  /** Columns of the mark and of the text behind it, within the quote that it stands in. */
  markerColumn: number;
  contentColumn: number;
  quoteDepth: number;
};

/** A cell of a table; `at` is the character of its line where its text begins. */
export type Cell = { text: string; at: number };

/** The document as a flat run of blocks, in order; `owner` is the innermost list item around a block. */
export type Block =
  | { kind: 'heading'; line: number; level: number; text: string }
  | { kind: 'item'; line: number; item: ListItem }
  | { kind: 'paragraph'; line: number; lines: string[]; quoteDepth: number; owner?: ListItem }
  | { kind: 'fence'; line: number; info: string; lines: string[]; owner?: ListItem; closed: boolean }
  | { kind: 'code'; line: number; lines: string[]; owner?: ListItem }
  | { kind: 'table'; line: number; header: Cell[]; rows: { line: number; cells: Cell[] }[]; owner?: ListItem }
  | { kind: 'break'; line: number }
  | { kind: 'html'; line: number; tag: 'summary' | 'details_end'; text: string };

/** A part of the source that is not read, from line to line; `what` it is called in a sentence. */
export type Skipped = { from: number; to: number; what: string; closed: boolean };

/** What a document is made of. */
export type Scanned = { blocks: Block[]; skipped: Skipped[]; guessed: Finding[] };
