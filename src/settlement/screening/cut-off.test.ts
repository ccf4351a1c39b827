import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DPL, FILES, OFAC, UK_LIST } from '../../../test/support/screening-lists.ts';
import { sharedData, whereThere } from '../../../test/support/shared-data.ts';
import { AppError } from '../../base/error.ts';
import { inspect, type Inspected } from './build-task.ts';
import { lackOf } from './extent.ts';

const HALF = 0.5;
const CUT_OFF = /^settlement\.list_(truncated|malformed|empty|unknown_format)$/;

/** A file read whole, or undefined when it is refused by name. */
function readOrRefused(document: Uint8Array): Inspected | undefined {
  try {
    return inspect(document);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toMatch(CUT_OFF);
    return undefined;
  }
}

const isSame = (a: Inspected, b: Inspected) => Buffer.compare(Buffer.from(a.entryHashes), Buffer.from(b.entryHashes)) === 0;

/** The prefixes of a file that are read, and neither lose nothing nor are held back by the whole one in force. */
function takenBeginnings(whole: Uint8Array, cuts: Iterable<number>): number[] {
  const before = inspect(whole);
  return [...cuts].filter((at) => {
    const read = readOrRefused(whole.subarray(0, at));
    return read !== undefined && !isSame(before, read) && lackOf(before, read, HALF) === undefined;
  });
}

const everyCut = (whole: Uint8Array) => Array.from({ length: whole.length }, (_, at) => at);

/** OFAC's files one after another, each with the mark of its end. */
const [NAMES, LATER] = [OFAC.split('\n').slice(0, 2).join('\r\n'), OFAC.split('\n').slice(2).join('\r\n')];
const MARKED = `${NAMES}\r\n\u001a${LATER}`;
const NUMBERS = Array.from({ length: 300 }, (_, i) => `${i + 1},Person Number${i} Somebody,Alias ${i}\n`);
const PLAIN = `id,name,aliases\n${NUMBERS.slice(0, 30).join('')}`;

describe('a list that is cut off', () => {
  test.each([
    ...Object.entries(FILES),
    ['DPL', DPL],
    ['OFAC, each file with its end mark', MARKED],
    ['OFAC, names alone', `${NAMES}\r\n\u001a`],
  ])('%s: is never taken in place of the whole one, wherever it is cut', (_, text) => {
    const whole = Buffer.from(text);
    expect(takenBeginnings(whole, everyCut(whole))).toEqual([]);
  });

  test.each(['OFAC', 'SDN_XML', 'UN', 'UK_LIST_XML'] as const)(
    '%s has an end that tells: no beginning of it is read, the first time either',
    (name) => {
      const whole = Buffer.from(FILES[name]);
      const read = everyCut(whole).flatMap((at) => readOrRefused(whole.subarray(0, at)) ?? []);
      // Copies of OFAC's names alone are about that have lost their end mark; these are read up to the end of a record.
      const lost = read.filter((one) => !isSame(one, inspect(whole)) && one.extent.parts.join() !== 'sdn.csv');
      expect(lost).toEqual([]);
      for (const { text } of read) expect('">\n\u001a').toContain(text.at(-1));
    },
  );

  test.each(['EU', 'UK', 'CSL'] as const)('%s: the first time only a beginning that ends with a line is read', (name) => {
    const whole = Buffer.from(FILES[name]);
    const cuts = everyCut(whole).filter((at) => readOrRefused(whole.subarray(0, at)) !== undefined);
    expect(cuts.length).toBeGreaterThan(0);
    for (const at of cuts) expect(whole.subarray(0, at).toString('latin1')).toMatch(/[\r\n]$/);
  });

  test('UK_LIST: the first time only a beginning that ends behind a record is read', () => {
    const whole = Buffer.from(UK_LIST);
    const cuts = everyCut(whole).filter((at) => readOrRefused(whole.subarray(0, at)) !== undefined);
    expect(cuts.length).toBeGreaterThan(0);
    for (const at of cuts) expect(whole.subarray(at - 1, at + 1).toString('latin1')).toMatch(/\n/);
  });

  test('our own CSV: in place of one that ended with a line only a beginning that does, and has half of it, is taken', () => {
    const whole = Buffer.from(PLAIN);
    const taken = takenBeginnings(whole, everyCut(whole));
    for (const at of taken) expect(whole.subarray(0, at).toString()).toMatch(/\n$/);
    expect(Math.min(...taken)).toBeGreaterThan(whole.length * 0.4);
  });

  test('our own CSV, as exposed persons come in it, of a hundred entries and more: its last five are not lost together', () => {
    const whole = Buffer.from(`id,name,aliases\n${NUMBERS.join('')}`);
    const lines = NUMBERS.map((_, i) => Buffer.byteLength(`id,name,aliases\n${NUMBERS.slice(0, i + 1).join('')}`));
    expect(takenBeginnings(whole, lines)).toEqual(lines.slice(-5, -1));
  });
});

describe('a list in place of another', () => {
  const read = (text: string) => inspect(Buffer.from(text));
  const list = (...rows: string[]) => read(`id,name,aliases,ids\n${rows.join('\n')}\n`);
  const rows = NUMBERS.map((row) => `${row.trim()},passport A1`);

  test('that lost most of its aliases, or of its numbers, is too small though every entry is there', () => {
    const before = list(...rows);
    expect(lackOf(before, list(...rows.map((row) => row.replace(/,Alias \d+/, ','))), HALF)).toBeUndefined();
    expect(lackOf(before, list(...rows.map((row) => row.replace(/,Alias \d+/, ','))), 0.4)).toMatch(/300 names where 600/);
    expect(lackOf(before, list(...rows.map((row) => row.replace('passport A1', ''))), HALF)).toMatch(/0 documents and numbers where 300/);
  });

  test('of OFAC that lacks one of the files that it was put together from is refused, however large', () => {
    expect(lackOf(read(MARKED), read(`${NAMES}\r\n\u001a`), HALF)).toMatch(/no add\.csv and alt\.csv and sdn_comments\.csv/);
  });

  test('that adds, changes and takes off as publishers do is taken, also with all that entries tell changed', () => {
    const changed = [...rows.slice(3).map((row, i) => (i % 7 === 0 ? `${row};visa B2` : row)), '999,Somebody New,,'];
    expect(lackOf(list(...rows), list(...changed), HALF)).toBeUndefined();
    expect(lackOf(list(...rows), list(...rows.map((row) => `${row};visa B2`)), HALF)).toBeUndefined();
  });

  test('whose checksum is known is whole however it ends', () => {
    expect(readOrRefused(Buffer.from(OFAC.trimEnd().slice(0, -1)))).toBeUndefined();
    expect(inspect(Buffer.from(OFAC.trimEnd().slice(0, -1)), true).entries).toBe(2);
  });

  test('is asked nothing when a smaller one is meant', () => {
    expect(lackOf(read(MARKED), read(`${NAMES}\r\n\u001a`), 1)).toBeUndefined();
  });

  test('from before extents were kept is held against by its entries and names', () => {
    const before = { ...list(...rows), extent: null, entryHashes: null };
    expect(lackOf(before, list(...rows.slice(0, 200)), HALF)).toBeUndefined();
    expect(lackOf(before, list(...rows.slice(0, 149)), HALF)).toMatch(/149 entries where 300/);
  });
});

const FOLDER = sharedData('sanctions', 'the extra tests of published sanctions lists that are cut off');

whereThere(FOLDER, () =>
  describe('a published list that is cut off', () => {
    const bytes = (...files: readonly string[]) => Buffer.concat(files.map((file) => readFileSync(`${FOLDER}/${file}`)));

    test.each([
      [['sdn.csv', 'add.csv', 'alt.csv', 'sdn_comments.csv'], [2_180_342]],
      [['sdn.csv'], [974_856, 773_013]],
      [['dpl.txt'], [100_000]],
      [['csl.csv'], [40_000]],
    ] as const)('%j is not taken in place of the whole one', { timeout: 60_000 }, (files, known) => {
      const whole = bytes(...files);
      const places = Array.from({ length: 5 }, (_, i) => Math.floor(whole.length * (0.5 + (0.5 * (i + 0.37)) / 5)));
      const lineEnds = places.map((at) => whole.indexOf('\n', at) + 1);
      expect(takenBeginnings(whole, [...known, ...places, ...lineEnds, whole.length - 2])).toEqual([]);
    });
  }),
);
