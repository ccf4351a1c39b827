import type { Writable } from 'node:stream';
import type { Millis } from '../../../base/time.ts';
import type { Column, Row } from '../kind.ts';

/** A report on its way into a file. `pages` are asked for one by one, as fast as `out` takes what is written. */
export type Table = {
  title: string;
  notes: readonly (readonly [label: string, text: string])[];
  columns: readonly Column[];
  /** When it was asked for; the same report of the same data is the same file. */
  asOf: Millis;
  pages: AsyncIterable<readonly Row[]>;
};

/** Writes a table and ends `out`; fails when `out` does or when the rows do. */
export type TableWriter = (table: Table, out: Writable) => Promise<void>;
