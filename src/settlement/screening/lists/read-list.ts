import { AppError } from '../../../base/error.ts';
import type { ListEntry } from '../entry.ts';
import { readCslCsv } from './csl-csv.ts';
import { truncated } from './csv-records.ts';
import { readDplTsv } from './dpl-tsv.ts';
import { readEuCsv } from './eu-csv.ts';
import { readOfacCsv } from './ofac-csv.ts';
import { readOfacXml } from './ofac-xml.ts';
import { readPlainCsv } from './plain-csv.ts';
import { readUkCsv } from './uk-csv.ts';
import { isUkList, readUkListCsv, readUkListXml } from './uk-list.ts';
import { readUnXml } from './un-xml.ts';
import { requireEnd } from './whole.ts';

/** Reads the entries of a text; a list that comes in several parts notes which of them are there. */
type Reader = (text: string, parts: Set<string>) => Generator<ListEntry>;

const READERS = {
  plain_csv: readPlainCsv,
  ofac_csv: readOfacCsv,
  ofac_xml: readOfacXml,
  un_xml: readUnXml,
  eu_csv: readEuCsv,
  uk_csv: readUkCsv,
  uk_list_csv: readUkListCsv,
  uk_list_xml: readUkListXml,
  csl_csv: readCslCsv,
  dpl_tsv: readDplTsv,
} as const satisfies Readonly<Record<string, Reader>>;

/** The published formats that a list may come in. */
export type ListFormat = keyof typeof READERS;

/** Every format, by name. */
export const LIST_FORMATS: readonly ListFormat[] = Object.keys(READERS) as ListFormat[];

/** Formats that publishers also send in the western code page. */
const WESTERN: ReadonlySet<ListFormat> = new Set(['ofac_csv', 'eu_csv', 'uk_csv', 'uk_list_csv', 'csl_csv', 'dpl_tsv']);

/** A list's file as text, and the format it is in. */
export type ListFile = { text: string; format: ListFormat };

/**
 * Reads the bytes of a list's file: UTF-8, or the western code page where publishers use it; the format is told by content.
 * Errors: `settlement.list_malformed` when it is no text, `settlement.list_unknown_format`.
 */
export function openList(document: Uint8Array): ListFile {
  refuseOther(document);
  const utf8 = decode(document);
  if (utf8 !== undefined) return { text: utf8, format: formatOf(utf8) };
  const text = new TextDecoder('windows-1252').decode(document);
  const format = formatOf(text);
  if (!WESTERN.has(format)) throw new AppError('invalid', 'settlement.list_malformed', 'The file is not UTF-8 text.');
  return { text, format };
}

/** Files that are no text by their first bytes, said in words that help whoever sent the wrong one. */
const NOT_TEXT: readonly (readonly [bytes: string, what: string])[] = [
  ['504b0304', 'a ZIP archive or a spreadsheet (XLSX); send the file inside, or save it as CSV'],
  ['1f8b', 'packed with gzip; send the file inside'],
  ['25504446', 'a PDF; publishers offer the same list as XML or CSV'],
  ['d0cf11e0', 'an old spreadsheet (XLS); save it as CSV'],
];

function refuseOther(document: Uint8Array): void {
  const start = Buffer.from(document.subarray(0, 4)).toString('hex');
  const found = NOT_TEXT.find(([bytes]) => start.startsWith(bytes));
  if (found) throw new AppError('invalid', 'settlement.list_unknown_format', `The file is ${found[1]}.`);
}

function decode(document: Uint8Array): string | undefined {
  // UTF-16 announces itself; some spreadsheets write it.
  if (document[0] === 0xff && document[1] === 0xfe) return new TextDecoder('utf-16le').decode(document);
  if (document[0] === 0xfe && document[1] === 0xff) return new TextDecoder('utf-16be').decode(document);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(document);
    if (text.includes('\0')) throw new AppError('invalid', 'settlement.list_malformed', 'The file holds the character U+0000.');
    return text;
  } catch (error) {
    if (error instanceof AppError) throw error;
    return undefined;
  }
}

function formatOf(text: string): ListFormat {
  const start = text
    .slice(0, 2_000)
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (start.startsWith('<')) return xmlFormatOf(start);
  if (/^[{[]/.test(start)) throw new AppError('invalid', 'settlement.list_unknown_format', 'The file is JSON; lists come as CSV or XML.');
  const line = start.split(/[\r\n]/, 1)[0]!.toLowerCase();
  if (isUkList(start)) return 'uk_list_csv';
  if (line.includes('filegenerationdate') && line.includes(';')) return 'eu_csv';
  if (/^"?last updated"?,/.test(line)) return 'uk_csv';
  if (/(^|,)"?source"?,.*entity_number/.test(line)) return 'csl_csv';
  if (line.startsWith('"name"\t')) return 'dpl_tsv';
  return /^\d+,"/.test(line) ? 'ofac_csv' : 'plain_csv';
}

function xmlFormatOf(start: string): ListFormat {
  const root = /<(?:\w+:)?([A-Za-z_]\w*)/.exec(start.replace(/<\?[^>]*\?>|<!--[\s\S]*?-->/g, ''))?.[1];
  if (root === 'sdnList') return 'ofac_xml';
  if (root === 'CONSOLIDATED_LIST') return 'un_xml';
  if (root === 'Designations') return 'uk_list_xml';
  if (root === undefined) throw truncated('there is no root element');
  if (/^html$/i.test(root)) throw new AppError('invalid', 'settlement.list_unknown_format', 'The file is a web page, not a list.');
  throw new AppError('invalid', 'settlement.list_unknown_format', `Lists with the root element ${root.slice(0, 40)} are not known.`);
}

/** What a reading is told and tells: the parts of the file are noted, and a file that is known to be whole is not asked. */
export type Reading = { parts?: Set<string>; known?: boolean };

/**
 * The entries of a list one by one. Errors: `settlement.list_malformed` with the line, `settlement.list_truncated`, also
 * behind the last entry, `settlement.list_empty`.
 */
export function* entriesOf(file: ListFile, { parts = new Set(), known = false }: Reading = {}): Generator<ListEntry> {
  const text = file.text.startsWith('\uFEFF') ? file.text.slice(1) : file.text;
  let found = 0;
  const read: Reader = READERS[file.format];
  for (const entry of read(text, parts)) {
    found++;
    yield entry;
  }
  if (found === 0) throw new AppError('invalid', 'settlement.list_empty', 'The file has no entry.');
  if (!known) requireEnd(file, parts);
}
