import { PassThrough, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import readExcel from 'read-excel-file/node';
import { extractText, getDocumentProxy } from 'unpdf';
import { describe, expect, test } from 'vitest';
import { toDecimalText } from '../../../base/money.ts';
import type { Column, Format, Row } from '../kind.ts';
import { guarded } from './csv.ts';
import { WRITERS } from './writers.ts';
import type { Table } from './writer.ts';
import { xlsxWriter } from './xlsx.ts';

const COLUMNS: readonly Column[] = [
  { name: 'Name', type: 'text', width: 30 },
  { name: 'Amount', type: 'money', width: 20 },
  { name: 'Count', type: 'integer', width: 10 },
  { name: 'Day', type: 'day', width: 12 },
  { name: 'At', type: 'instant', width: 20 },
];
const AS_OF = Date.UTC(2026, 10, 22, 9, 30);
const row = (name: string, units = 0n, scale = 2): Row => [name, { asset: `EUR/${scale}`, units }, 3, '2026-11-22', AS_OF];

async function* inPages(rows: readonly Row[], size = 7): AsyncGenerator<readonly Row[]> {
  for (let i = 0; i < rows.length; i += size) yield rows.slice(i, i + size);
}

const table = (pages: Table['pages']): Table => ({
  title: 'Payments',
  notes: [['Days', '2026-11-22']],
  columns: COLUMNS,
  asOf: AS_OF,
  pages,
});

async function written(format: Format, pages: Table['pages']): Promise<Buffer> {
  const out = new PassThrough();
  const [bytes] = await Promise.all([buffer(out), WRITERS[format].write(table(pages), out)]);
  return bytes;
}

/** Reads CSV as RFC 4180 says, by a reading of its own. */
function readCsv(text: string): string[][] {
  const records: string[][] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  let record: string[] = [];
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    record.push(match[1] === undefined ? match[2]! : match[1].replaceAll('""', '"'));
    if (match[3] === ',') continue;
    records.push(record);
    record = [];
  }
  return records;
}

describe('CSV', () => {
  test('gives back every text and amount to whoever reads it by RFC 4180', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.bigInt())), async (cells) => {
        const rows = cells.map(([name, units]) => row(name, units % 10n ** 38n));
        const read = readCsv((await written('csv', inPages(rows))).toString());
        expect(read[0]).toEqual(['Name', 'Amount', 'Count', 'Day', 'At']);
        const wellFormed = cells.map(([name]) => guarded(name).toWellFormed());
        expect(read.slice(1).map(([name]) => name)).toEqual(wellFormed);
        expect(read.slice(1).map((fields) => fields[1])).toEqual(
          cells.map(([, units]) => toDecimalText({ asset: 'EUR/2', units: units % 10n ** 38n })),
        );
      }),
      { numRuns: 60 },
    );
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\nx', '＝1'])('lets no spreadsheet calculate %j', async (text) => {
    const [, [name] = []] = readCsv((await written('csv', inPages([row(text)]))).toString());
    expect(name).toBe(`'${text}`);
  });

  test('leaves a negative amount a number', async () => {
    expect((await written('csv', inPages([row('x', -1250n)]))).toString()).toBe(
      'Name,Amount,Count,Day,At\r\nx,-12.50,3,2026-11-22,2026-11-22T09:30:00.000Z\r\n',
    );
  });
});

describe('XLSX', () => {
  test('is a workbook that another program reads: names, numbers, days and instants as such', async () => {
    const rows = [row('Żółć & <Søn> "x"', 123_456n), row('=HYPERLINK("http://x")', -5n), row(' spaces  ', 0n, 0)];
    const sheet = await readSheet(await written('xlsx', inPages(rows, 2)), 'Report');
    expect(sheet[0]).toEqual(['Name', 'Amount', 'Count', 'Day', 'At (UTC)']);
    expect(sheet.slice(1).map(([name, amount]) => [name, amount])).toEqual([
      ['Żółć & <Søn> "x"', 1234.56],
      ['=HYPERLINK("http://x")', -0.05],
      [expect.stringContaining('spaces'), 0],
    ]);
    expect(sheet[1]!.slice(2, 4)).toEqual([3, new Date('2026-11-22T00:00:00Z')]);
    // A spreadsheet holds instants as fractions of a day, which this reader rounds down.
    expect(Math.abs((sheet[1]![4] as Date).getTime() - AS_OF)).toBeLessThanOrEqual(1);
  });

  test('keeps every digit of an amount that a spreadsheet could not hold as a number', async () => {
    const units = 12_345_678_901_234_567_890_123n;
    const sheet = await readSheet(
      await written('xlsx', inPages([row('x', units), row('y', 10n ** 15n - 1n), row('z', 10n ** 15n)])),
      'Report',
    );
    expect(sheet.slice(1).map((cells) => cells[1])).toEqual(['123456789012345678901.23', 9_999_999_999_999.99, '10000000000000.00']);
  });

  test('says on a sheet of its own what it is about, and is the same file for the same rows', async () => {
    const [first, second] = [await written('xlsx', inPages([row('x')])), await written('xlsx', inPages([row('x')], 1))];
    expect(first.equals(second)).toBe(true);
    expect(await readSheet(first, 'About')).toEqual([
      ['Report', 'Payments'],
      ['Days', '2026-11-22'],
    ]);
  });

  test('goes on in another sheet when one is full, and loses no row there', async () => {
    const names = Array.from({ length: 25 }, (_, i) => `Bank ${i}`);
    const out = new PassThrough();
    const [bytes] = await Promise.all([buffer(out), xlsxWriter(10)(table(inPages(names.map((name) => row(name)))), out)]);
    const sheets = await readExcel(bytes);
    expect(sheets.map(({ sheet, data }) => [sheet, data.length])).toEqual([
      ['Report', 10],
      ['Report 2', 10],
      ['Report 3', 8],
      ['About', 2],
    ]);
    expect(sheets.slice(0, 3).flatMap(({ data }) => data.slice(1).map(([name]) => name))).toEqual(names);
  });
});

async function readSheet(bytes: Buffer, name: string): Promise<readonly (readonly unknown[])[]> {
  return (await readExcel(bytes)).find(({ sheet }) => sheet === name)!.data;
}

describe('PDF', () => {
  test('has every row, the head on each page and the page of how many', async () => {
    const rows = Array.from({ length: 95 }, (_, i) => row(`Bank ${i}`, BigInt(i) * 1_000_000n));
    const { totalPages, text } = await extractText(await getDocumentProxy(new Uint8Array(await written('pdf', inPages(rows)))));
    expect(totalPages).toBe(4);
    for (const [i, page] of text.entries()) {
      expect(page).toContain('Amount');
      expect(page).toMatch(new RegExp(`^Page ${i + 1} of ?4 `));
    }
    expect(text.join(' ').match(/Bank \d+/g)).toHaveLength(95);
    expect(text.join(' ')).toContain('940,000.00 EUR');
  });

  test('draws what its font lacks in Latin letters, and ends long texts in an ellipsis', async () => {
    const rows = [row('Виктор Żółć 山田'), row('x'.repeat(200)), row('\u0007bell')];
    const { text } = await extractText(await getDocumentProxy(new Uint8Array(await written('pdf', inPages(rows)))));
    expect(text[0]).toContain('Виктор Żółć');
    expect(text[0]).toContain('ShanTian');
    expect(text[0]).toMatch(/x{10,}…/);
  });
});

const MANY = [
  ['csv', 1_000_000, 200],
  ['xlsx', 1_000_000, 200],
  // Drawn ten times slower than the others are written: 8,000 pages show what is kept of each.
  ['pdf', 250_000, 100],
] as const;

describe.each(MANY)('%s of %i rows', (format, count, mostMb) => {
  test('asks for a page only when the one before is written, and holds few of them', { timeout: 600_000 }, async () => {
    const PAGE = 1_000;
    let asked = 0;
    let taken = 0;
    let takenBeforeLast = 0;
    const page = Array.from({ length: PAGE }, (_, i) => row(`Bank ${i}`, BigInt(i)));
    async function* many(): AsyncGenerator<readonly Row[]> {
      for (; asked < count;) {
        asked += PAGE;
        takenBeforeLast = taken;
        yield page;
      }
    }
    // As slow as a disk would be at times: one chunk each turn of the loop.
    const slow = new Writable({
      highWaterMark: 1 << 16,
      write(chunk: Buffer, _encoding, done) {
        taken += chunk.length;
        setImmediate(done);
      },
    });
    const heap = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
    globalThis.gc?.();
    const before = heap();
    let most = 0;
    const watched = (async function* () {
      for await (const rows of many()) {
        if (asked % 50_000 === 0) most = Math.max(most, heap() - before);
        yield rows;
      }
    })();
    await WRITERS[format].write(table(watched), slow);
    expect(asked).toBe(count);
    // A million rows are more than 45 MB as CSV, 55 MB as PDF and far more as objects.
    // Nearly all of it was taken when the last rows were asked for. A workbook is squeezed in larger pieces than the others.
    if (format !== 'xlsx') expect(takenBeforeLast / taken).toBeGreaterThan(0.9);
    expect(most).toBeLessThan(mostMb << 20);
  });
});

test('a writer whose file cannot be written fails and asks for no more rows', async () => {
  for (const format of ['csv', 'xlsx', 'pdf'] as const) {
    let pages = 0;
    async function* endless(): AsyncGenerator<readonly Row[]> {
      for (; pages < 5_000; pages++) yield [row('x'.repeat(1_000))];
    }
    const full = new Writable({ write: (_chunk, _encoding, done) => done(new Error('no space left')) });
    await expect(WRITERS[format].write(table(endless()), full)).rejects.toThrow('no space left');
    expect(pages).toBeLessThan(5_000);
  }
});
