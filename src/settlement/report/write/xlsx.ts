import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { scaleOf, toDecimalText, type Money } from '../../../base/money.ts';
import { printable } from '../../../base/printable.ts';
import type { Cell, Column, Row } from '../kind.ts';
import * as parts from './xlsx-parts.ts';
import type { Table, TableWriter } from './writer.ts';

/** ECMA-376: rows of a sheet, the head included. */
const SHEET_ROWS = 1_048_576;

/**
 * A workbook after ECMA-376 (Office Open XML), written as it goes: one sheet of rows with fixed head and filter, another when a
 * sheet is full, and one that tells what the report is about. Amounts are numbers in the format of their currency as long as
 * a spreadsheet holds them exactly (15 digits), and text beyond.
 */
export function xlsxWriter(sheetRows = SHEET_ROWS): TableWriter {
  return (table, out) => write(table, out, sheetRows);
}

async function write(table: Table, out: Writable, sheetRows: number): Promise<void> {
  const zip = new ZipFile();
  const failed = new AbortController();
  const written = pipeline(zip.outputStream, out, { signal: failed.signal });
  written.catch(() => undefined);
  zip.on('error', (error) => failed.abort(error));
  try {
    await Promise.race([addParts(zip, table, sheetRows), written.then(() => undefined)]);
    zip.end();
  } catch (error) {
    failed.abort(error);
    await written.catch(() => undefined);
    throw error;
  }
  await written;
}

async function addParts(zip: ZipFile, { title, notes, columns, asOf, pages }: Table, sheetRows: number): Promise<void> {
  const options = { mtime: new Date(asOf), forceDosTimestamp: true, mode: 0o100644 };
  const add = (name: string, text: string) => zip.addBuffer(Buffer.from(text), name, options);
  const rows = new Rows(pages);
  let sheets = 0;
  do {
    const sheet = Readable.from(sheetXml(columns, rows, sheetRows), { highWaterMark: 1 });
    const ended = new Promise<void>((resolve, reject) => sheet.once('error', reject).once('close', resolve));
    zip.addReadStream(sheet, `xl/worksheets/sheet${++sheets}.xml`, options);
    await ended;
  } while (await rows.any());
  add(`xl/worksheets/sheet${sheets + 1}.xml`, parts.aboutSheet([['Report', title], ...notes]));
  const names = Array.from({ length: sheets }, (_, i) => (i === 0 ? 'Report' : `Report ${i + 1}`));
  for (const [name, text] of parts.frame([...names, 'About'])) add(name, text);
}

/** The pages as one row of rows, of which the next can be seen before it is taken. */
class Rows {
  readonly #pages: AsyncIterator<readonly Row[]>;
  #page: readonly Row[] = [];
  #at = 0;

  constructor(pages: AsyncIterable<readonly Row[]>) {
    this.#pages = pages[Symbol.asyncIterator]();
  }

  /** Whether there is another row. */
  async any(): Promise<boolean> {
    while (this.#at === this.#page.length) {
      const next = await this.#pages.next();
      if (next.done) return false;
      this.#page = next.value;
      this.#at = 0;
    }
    return true;
  }

  /** At most so many rows of the page at hand. */
  take(most: number): readonly Row[] {
    const rows = this.#page.slice(this.#at, this.#at + most);
    this.#at += rows.length;
    return rows;
  }
}

async function* sheetXml(columns: readonly Column[], rows: Rows, sheetRows: number): AsyncGenerator<string> {
  yield parts.sheetHead(columns);
  const names = columns.map((_, i) => parts.letters(i + 1));
  let number = 1;
  while (number < sheetRows && (await rows.any())) {
    let xml = '';
    for (const row of rows.take(sheetRows - number)) {
      xml += `<row r="${++number}">`;
      for (const [i, column] of columns.entries()) xml += cellXml(column, row[i]!, `${names[i]}${number}`);
      xml += '</row>';
    }
    yield xml;
  }
  yield parts.sheetEnd(columns.length, number);
}

const MOST_EXACT = 10n ** 15n;
/** Spreadsheets count days from 1899-12-30, so that 1970-01-01 is this day. */
const EPOCH_DAY = 25_569;
const DAY_MS = 86_400_000;

function cellXml({ type }: Column, cell: Cell, at: string): string {
  if (cell === null) return '';
  if (type === 'money') return moneyXml(cell as Money, at);
  if (type === 'integer')
    return numberXml(BigInt(cell as number | bigint), String(cell as number | bigint), { at, style: parts.STYLES.integer });
  if (type === 'day')
    return valueXml(String(Date.parse(`${cell as string}T00:00:00Z`) / DAY_MS + EPOCH_DAY), { at, style: parts.STYLES.day });
  if (type === 'instant') return valueXml(String((cell as number) / DAY_MS + EPOCH_DAY), { at, style: parts.STYLES.instant });
  return textXml(cell as string, { at, style: parts.STYLES.plain });
}

type Place = { at: string; style: number };

function moneyXml(money: Money, at: string): string {
  return numberXml(money.units, toDecimalText(money), { at, style: parts.STYLES.money + scaleOf(money.asset) });
}

function numberXml(units: bigint, text: string, place: Place): string {
  return units < MOST_EXACT && units > -MOST_EXACT ? valueXml(text, place) : textXml(text, { at: place.at, style: parts.STYLES.exact });
}

function valueXml(text: string, { at, style }: Place): string {
  return `<c r="${at}" s="${style}"><v>${text}</v></c>`;
}

function textXml(text: string, { at, style }: Place): string {
  return `<c r="${at}" s="${style}" t="inlineStr"><is>${parts.textRun(printable(text))}</is></c>`;
}
