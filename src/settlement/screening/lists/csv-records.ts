import { AppError } from '../../../base/error.ts';

const MOST_FIELDS = 200;

/** The refusal of a line that is not as its format says. */
export const malformed = (line: number, what: string) => new AppError('invalid', 'settlement.list_malformed', `Line ${line}: ${what}.`);

/** The refusal of a file that ends before it is complete. */
export const truncated = (what: string) => new AppError('invalid', 'settlement.list_truncated', `The file is not complete: ${what}.`);

/** A record of a CSV file, the line that it begins on, and whether it is the last and has no line end. */
export type CsvRecord = { line: number; fields: string[]; cutOff: boolean };

/**
 * The records of a CSV file one by one (RFC 4180: quotes doubled within quotes, any line end), with any one-letter divider.
 * Errors: `settlement.list_malformed` with the line, `settlement.list_truncated` for a quotation that is never closed.
 */
export function* recordsOf(text: string, divider = ','): Generator<CsvRecord> {
  const bareEnd = new RegExp(`[${divider}\\r\\n\u001a"]`, 'g');
  let line = 1;
  for (let at = 0; at < text.length;) {
    const record: CsvRecord = { line, fields: [], cutOff: false };
    for (;;) {
      const field = text[at] === '"' ? quoted(text, at, { line, divider }) : bare(text, at, { line, bareEnd });
      if (record.fields.push(field.value) > MOST_FIELDS) throw malformed(line, `more than ${MOST_FIELDS} fields`);
      line += field.breaks;
      at = field.end;
      if (text[at] !== divider) break;
      at++;
    }
    record.cutOff = at >= text.length;
    // OFAC ends its files with the control character SUB, also where several stand one after another.
    if (text[at] === '\u001a') at++;
    if (text[at] === '\r') at++;
    if (text[at] === '\n') at++;
    line++;
    yield record;
  }
}

type Field = { value: string; end: number; breaks: number };

function bare(text: string, from: number, { line, bareEnd }: { line: number; bareEnd: RegExp }): Field {
  bareEnd.lastIndex = from;
  const found = bareEnd.exec(text);
  if (found?.[0] === '"') throw malformed(line, 'a quotation mark within a field that does not begin with one');
  const end = found ? found.index : text.length;
  return { value: text.slice(from, end), end, breaks: 0 };
}

function quoted(text: string, from: number, { line, divider }: { line: number; divider: string }): Field {
  let value = '';
  for (let at = from + 1; ;) {
    const end = text.indexOf('"', at);
    if (end < 0) throw truncated(`a quotation mark on line ${line} is never closed`);
    value += text.slice(at, end);
    if (text[end + 1] === '"') {
      value += '"';
      at = end + 2;
      continue;
    }
    let next = end + 1;
    // Some publishers leave blanks behind a closing quotation mark.
    while (text[next] === ' ') next++;
    if (text[next] !== undefined && !`${divider}\r\n\u001a`.includes(text[next]!)) {
      throw malformed(line, 'something stands behind the closing quotation mark');
    }
    return { value, end: next, breaks: value.split('\n').length - 1 };
  }
}

/** Which record is the header: the one behind so many, or the first whose titles are known. */
type Header = number | ((titles: readonly string[]) => boolean);

/** Records under a header, as values by column title (small letters, blanks as underscores). */
export function* rowsOf(
  text: string,
  divider = ',',
  header: Header = 0,
): Generator<{ line: number; value(title: string): string; has(title: string): boolean }> {
  const records = recordsOf(text, divider);
  const titles = titlesOf(records, header);
  const places = new Map(titles.map((title, at) => [title, at]));
  for (const { line, fields, cutOff } of records) {
    if (fields.length === 1 && fields[0]!.trim() === '') continue;
    if (fields.length !== titles.length) {
      const what = `${fields.length} fields where the header has ${titles.length}`;
      throw cutOff ? truncated(`line ${line} has ${what}`) : malformed(line, what);
    }
    yield {
      line,
      value: (title) => fields[places.get(title) ?? -1]?.trim() ?? '',
      has: (title) => places.has(title),
    };
  }
}

/** Reads up to the header. Errors: `settlement.list_empty` where there is none. */
function titlesOf(records: Generator<CsvRecord>, header: Header): string[] {
  for (let before = 0; ; before++) {
    const record = records.next();
    if (record.done) throw new AppError('invalid', 'settlement.list_empty', 'The file is empty.');
    const titles = record.value.fields.map((title) =>
      title
        .trim()
        .toLowerCase()
        .replace(/[\s/]+/g, '_'),
    );
    if (typeof header === 'number' ? before === header : header(titles)) return titles;
  }
}
