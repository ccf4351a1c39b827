import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { plainText } from '../cell.ts';
import type { Cell, Column, Row } from '../kind.ts';
import type { TableWriter } from './writer.ts';

/**
 * Comma-separated values after RFC 4180: lines end in CR LF, the first names the columns, fields are quoted where they must be,
 * UTF-8 without a mark. Texts that a spreadsheet would take for a formula get an apostrophe in front.
 */
export const writeCsv: TableWriter = async ({ columns, pages }, out) => {
  await pipeline(Readable.from(linesOf(columns, pages), { highWaterMark: 1 }), out);
};

async function* linesOf(columns: readonly Column[], pages: AsyncIterable<readonly Row[]>): AsyncGenerator<string> {
  yield `${columns.map(({ name }) => quoted(name)).join(',')}\r\n`;
  for await (const page of pages) {
    let lines = '';
    for (const row of page) lines += `${columns.map((column, i) => fieldOf(column, row[i]!)).join(',')}\r\n`;
    yield lines;
  }
}

function fieldOf({ type }: Column, cell: Cell): string {
  const text = plainText(type, cell);
  return quoted(type === 'text' ? guarded(text) : text);
}

/** What begins like this, spreadsheets calculate (OWASP, CSV injection); `＝` and its kin are their full-width forms. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** Only what others wrote is guarded: our own amounts may begin with a minus. */
export function guarded(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
