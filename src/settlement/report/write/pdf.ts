import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setImmediate as breathe } from 'node:timers/promises';
import { band, drawable, FAINT, fitted, INK, LINE, MARGIN, openPdf, put, rule, widthOf, type Doc } from '../../../infra/pdf/document.ts';
import { shownText } from '../cell.ts';
import type { Cell, Column, Row } from '../kind.ts';
import type { Table, TableWriter } from './writer.ts';

const ROW = 15;
const SIZE = 7.5;
const PAD = 4;
const BAND = '#f5f6f8';

/** Bytes that may wait to be taken before another page is drawn. */
const AHEAD = 1 << 18;

/**
 * A document on A4 across: title and notes on the first page, the columns' names on each, and at the foot which page of how many it
 * is and of what. Cells that are too long end in an ellipsis. Pages are drawn as fast as `out` takes them.
 */
export const writePdf: TableWriter = async (table, out) => {
  const { doc, close } = openPdf({ ...table, when: `${shownText('instant', table.asOf)} UTC` }, 'landscape');
  const broken = new AbortController();
  const written = finished(out);
  written.catch((error: unknown) => broken.abort(error));
  try {
    doc.pipe(out);
    await fill(doc, table, () => taken(doc, out, broken.signal));
    close();
  } catch (error) {
    doc.unpipe(out);
    out.destroy(error as Error);
  }
  await written;
};

/** Ends when there is room for another page, fails when there will never be. */
async function taken(doc: Doc, out: Writable, broken: AbortSignal): Promise<void> {
  await breathe();
  while (doc.readableLength > AHEAD && !broken.aborted) await once(out, 'drain', { signal: broken }).catch(() => undefined);
  broken.throwIfAborted();
}

async function fill(doc: Doc, table: Table, taken: () => Promise<void>): Promise<void> {
  const grid = layOut(doc, table.columns);
  let y = names(doc, grid, heading(doc, table));
  let count = 0;
  for await (const page of table.pages) {
    for (const row of page) {
      if (y + ROW > doc.page.height - MARGIN - ROW) {
        await taken();
        doc.addPage();
        y = names(doc, grid, MARGIN);
      }
      y = line(doc, grid, row, { y, banded: ++count % 2 === 0 });
    }
  }
  if (count === 0) put(doc.font('text').fontSize(9).fillColor(FAINT), 'No rows.', MARGIN, y + 8);
}

type Place = { column: Column; cell: number; x: number; width: number; right: boolean };
type Grid = { places: readonly Place[]; from: number; to: number };

/** Points of an average character. */
const LETTER = 4.05;
/** Texts wider than this give way, and get what is left; everything else must be read to its end. */
const SHORT = 14;

function layOut(doc: Doc, columns: readonly Column[]): Grid {
  const room = doc.page.width - 2 * MARGIN;
  const shown = columns.map((column, cell) => ({ column, cell })).filter(({ column }) => !column.wideOnly);
  const wish = ({ width }: Column) => width * LETTER + 2 * PAD;
  const gives = ({ type, width }: Column) => type === 'text' && width > SHORT;
  const sum = (some: typeof shown) => some.reduce((total, { column }) => total + wish(column), 0);
  const [firm, soft] = [shown.filter(({ column }) => !gives(column)), shown.filter(({ column }) => gives(column))];
  const scale = soft.length > 0 ? Math.max(0.35, (room - sum(firm)) / sum(soft)) : 1;
  const all = firm.length === shown.length ? room / sum(firm) : room / Math.max(room, sum(firm) + scale * sum(soft));
  let x = MARGIN;
  const places = shown.map(({ column, cell }) => {
    const width = wish(column) * (gives(column) ? scale : 1) * all;
    const place = { column, cell, x, width, right: column.type === 'money' || column.type === 'integer' };
    x += width;
    return place;
  });
  return { places, from: MARGIN, to: MARGIN + room };
}

/** Title and notes; answers with the height at which the table begins. */
export function heading(doc: Doc, { title, notes }: Pick<Table, 'title' | 'notes'>): number {
  put(doc.font('bold').fontSize(17).fillColor(INK), title, MARGIN, MARGIN);
  let y = MARGIN + 28;
  for (const [label, text] of notes) {
    put(doc.font('text').fontSize(8.5).fillColor(FAINT), label, MARGIN, y);
    put(doc.fillColor(INK), drawable(text), MARGIN + 96, y);
    y += 13;
  }
  return y + 10;
}

/** The names of the columns; what is drawn after them is drawn as rows are. */
function names(doc: Doc, { places, from, to }: Grid, y: number): number {
  doc.font('bold').fontSize(SIZE).fillColor(FAINT);
  for (const { column, x, width, right } of places) write(doc, fitted(doc, column.name, width - 2 * PAD), { x, y: y + 4, width, right });
  rule(doc, { from, to, y: y + ROW }, 0.8, INK);
  doc.font('text').fillColor(INK);
  return y + ROW + 1;
}

function line(doc: Doc, { places, from, to }: Grid, row: Row, { y, banded }: { y: number; banded: boolean }): number {
  if (banded) band(doc, { from, to, y }, ROW, BAND);
  for (const { column, cell, x, width, right } of places) {
    const text = textOf(column, row[cell]!);
    if (text !== '') write(doc, fitted(doc, text, width - 2 * PAD), { x, y: y + 4, width, right });
  }
  rule(doc, { from, to, y: y + ROW }, 0.3, LINE);
  return y + ROW;
}

const textOf = ({ type }: Column, cell: Cell): string => drawable(shownText(type, cell));

function write(doc: Doc, text: string, { x, y, width, right }: { x: number; y: number; width: number; right: boolean }): void {
  put(doc, text, right ? x + width - PAD - widthOf(doc, text) : x + PAD, y);
}
