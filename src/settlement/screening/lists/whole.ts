import { truncated } from './csv-records.ts';
import type { ListFile } from './read-list.ts';

/**
 * How a file ends, the surest first: by a mark that only its end has (the last tag of XML, the control character SUB of OFAC),
 * by a line end, by a closing quotation mark, or by neither.
 */
export const ENDS = ['mark', 'line', 'quotation', 'open'] as const;
export type End = (typeof ENDS)[number];

/** How a file ends. Of XML that could be read nothing is missing, since its root is closed. */
export function endOf({ text, format }: ListFile): End {
  if (format.endsWith('_xml')) return 'mark';
  const tail = text.slice(-100);
  if (format === 'ofac_csv' && tail.trimEnd().endsWith('\u001a')) return 'mark';
  if (/[\r\n][ \t]*$/.test(tail)) return 'line';
  return tail.endsWith('"') ? 'quotation' : 'open';
}

/** Formats whose copies lose the line end behind the last record. All or the last of their fields are quoted, so that a closed one is whole. */
const QUOTED: ReadonlySet<string> = new Set(['ofac_csv', 'dpl_tsv']);

/**
 * Headers whose last column is not read, as the European Union and the Foreign Office publish them: a record with all its
 * fields is whole then. Elsewhere a name or a number may have lost its end.
 */
const LAST_UNREAD = /(?:^|[;,]"?)(?:citizenship_regulation_publicationurl|hull identification number \(hin\))"?[ \t]*\r?$/im;
const HEADERS = 10_000;

/**
 * Refuses a file whose end shows that something is missing behind it. Our own CSV is written by hand, too, and may end in
 * any way. Of OFAC's files, several in one end as the last of them was published.
 * Errors: `settlement.list_truncated`.
 */
export function requireEnd(file: ListFile, parts: ReadonlySet<string>): void {
  const end = endOf(file);
  if (file.format === 'ofac_csv' && parts.size > 1 && end !== 'mark')
    throw truncated(
      'it does not end with the control character 0x1A, as OFAC ends each of its files; put them together byte by byte, or send the sha256 of what you have',
    );
  if (file.format === 'plain_csv' || LAST_UNREAD.test(file.text.slice(0, HEADERS)) || end === 'mark' || end === 'line') return;
  if (end === 'open' || !QUOTED.has(file.format))
    throw truncated('its last record has no line end; send its sha256 when it is published so');
}
