import { setImmediate as breathe } from 'node:timers/promises';
import { finished } from 'node:stream/promises';
import { AppError } from '../../../base/error.ts';
import { drawable, FAINT, INK, LINE, MARGIN, numberPages, openPdf, widthOf, type Doc } from '../../../infra/pdf/document.ts';
import { shownText } from '../cell.ts';
import type { Cell, Column, Row } from '../kind.ts';
import type { Table, TableWriter } from './writer.ts';

/** A document with more rows than this nobody reads, and its pages are kept until they are numbered. */
export const MOST_PDF_ROWS = 10_000;

const ROW = 15;
const SIZE = 7.5;
const PAD = 4;
const BAND = '#f5f6f8';

/**
 * A document on A4 across: title and notes on the first page, the columns' names on each, and at the foot what it is and which
 * page of how many. Cells that are too long end in an ellipsis.
 *
 * Errors: `settlement.report_too_long` with more than `MOST_PDF_ROWS` rows.
 */
export const writePdf: TableWriter = async (table, out) => {
  const doc = openPdf(table, 'landscape');
  const written = finished(out);
  written.catch(() => undefined);
  try {
    doc.pipe(out);
    await Promise.race([fill(doc, table), written.then(() => undefined)]);
    numberPages(doc, { title: table.title, when: `${shownText('instant', table.asOf)} UTC` });
    doc.end();
  } catch (error) {
    doc.unpipe(out);
    out.destroy(error as Error);
    await written.catch(() => undefined);
    throw error;
  }
  await written;
};

async function fill(doc: Doc, table: Table): Promise<void> {
  const grid = layOut(doc, table.columns);
  let y = heading(doc, table);
  y = names(doc, grid, y);
  let count = 0;
  for await (const page of table.pages) {
    for (const row of page) {
      if (++count > MOST_PDF_ROWS) throw tooLong();
      if (y + ROW > doc.page.height - MARGIN - ROW) {
        doc.addPage();
        y = names(doc, grid, MARGIN);
        await breathe();
      }
      y = line(doc, grid, row, { y, banded: count % 2 === 0 });
    }
  }
  if (count === 0)
    doc
      .font('text')
      .fontSize(9)
      .fillColor(FAINT)
      .text('No rows.', MARGIN, y + 8, { lineBreak: false });
}

function tooLong(): AppError {
  const advice = `A PDF has at most ${MOST_PDF_ROWS} rows. Ask for XLSX or CSV, or for fewer days.`;
  return new AppError('unprocessable', 'settlement.report_too_long', advice);
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
  doc.font('bold').fontSize(17).fillColor(INK).text(title, MARGIN, MARGIN, { lineBreak: false });
  let y = MARGIN + 28;
  for (const [label, text] of notes) {
    doc.font('text').fontSize(8.5).fillColor(FAINT).text(label, MARGIN, y, { lineBreak: false });
    doc.fillColor(INK).text(drawable(text), MARGIN + 96, y, { lineBreak: false });
    y += 13;
  }
  return y + 10;
}

function names(doc: Doc, { places, from, to }: Grid, y: number): number {
  doc.font('bold').fontSize(SIZE).fillColor(FAINT);
  for (const { column, x, width, right } of places) put(doc, fitted(doc, column.name, width - 2 * PAD), { x, y: y + 4, width, right });
  doc
    .moveTo(from, y + ROW)
    .lineTo(to, y + ROW)
    .lineWidth(0.8)
    .strokeColor(INK)
    .stroke();
  return y + ROW + 1;
}

function line(doc: Doc, { places, from, to }: Grid, row: Row, { y, banded }: { y: number; banded: boolean }): number {
  if (banded) doc.rect(from, y, to - from, ROW).fill(BAND);
  doc.font('text').fontSize(SIZE).fillColor(INK);
  for (const { column, cell, x, width, right } of places) {
    const text = textOf(column, row[cell]!);
    if (text !== '') put(doc, fitted(doc, text, width - 2 * PAD), { x, y: y + 4, width, right });
  }
  doc
    .moveTo(from, y + ROW)
    .lineTo(to, y + ROW)
    .lineWidth(0.3)
    .strokeColor(LINE)
    .stroke();
  return y + ROW;
}

const textOf = ({ type }: Column, cell: Cell): string => drawable(shownText(type, cell));

function put(doc: Doc, text: string, { x, y, width, right }: { x: number; y: number; width: number; right: boolean }): void {
  const at = right ? x + width - PAD - widthOf(doc, text) : x + PAD;
  doc.text(text, at, y, { lineBreak: false });
}

/** The longest beginning of a text that has room, with an ellipsis when that is not all of it. */
function fitted(doc: Doc, text: string, room: number): string {
  if (widthOf(doc, text) <= room) return text;
  const ellipsis = widthOf(doc, '…');
  let width = 0;
  let kept = '';
  for (const letter of text) {
    width += widthOf(doc, letter);
    if (width + ellipsis > room) break;
    kept += letter;
  }
  return `${kept.trimEnd()}…`;
}
