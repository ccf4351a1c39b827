import { AppError } from '../../base/error.ts';
import type { ScreeningEntry } from './name-index.ts';

/** Columns of a list; `id` and `name` must be there, in any order, others are left alone. */
const COLUMNS = ['id', 'name', 'aliases', 'type', 'country'] as const;
type Column = (typeof COLUMNS)[number];

const LIMITS = { fields: 100, nameLength: 500, entries: 1_000_000 };

const malformed = (line: number, what: string) => new AppError('invalid', 'settlement.list_malformed', `Line ${line}: ${what}.`);

/**
 * Reads a list in CSV (RFC 4180: quotes doubled within quotes, any line end):
 * columns `id`, `name`, `aliases` (several with semicolons between), `type`, `country`.
 *
 * Errors: `settlement.list_malformed` with the line, `settlement.list_empty`.
 */
export function readListCsv(listId: string, content: string): ScreeningEntry[] {
  const records = recordsOf(content.startsWith('\uFEFF') ? content.slice(1) : content);
  const header = records.next();
  if (header.done) throw new AppError('invalid', 'settlement.list_empty', 'The file is empty.');
  const places = placesOf(header.value);
  const seen = new Map<string, number>();
  const entries: ScreeningEntry[] = [];
  for (const { line, fields } of records) {
    if (fields.length === 1 && fields[0]!.trim() === '') continue;
    if (fields.length !== header.value.fields.length) {
      throw malformed(line, `${fields.length} fields where the header has ${header.value.fields.length}`);
    }
    const entry = entryOf(listId, line, (column) => (places[column] === undefined ? '' : fields[places[column]]!.trim()));
    const earlier = seen.get(entry.entryId);
    if (earlier !== undefined) throw malformed(line, `the id ${JSON.stringify(entry.entryId)} stands on line ${earlier} already`);
    seen.set(entry.entryId, line);
    entries.push(entry);
    if (entries.length > LIMITS.entries) throw malformed(line, `more than ${LIMITS.entries} entries`);
  }
  if (entries.length === 0) throw new AppError('invalid', 'settlement.list_empty', 'The file has a header but no entry.');
  return entries;
}

function placesOf({ line, fields }: CsvRecord): Partial<Record<Column, number>> {
  const titles = fields.map((title) => title.trim().toLowerCase());
  const places: Partial<Record<Column, number>> = {};
  for (const column of COLUMNS) {
    const at = titles.indexOf(column);
    if (at < 0) continue;
    if (titles.includes(column, at + 1)) throw malformed(line, `the column ${column} stands there twice`);
    places[column] = at;
  }
  const missing = (['id', 'name'] as const).find((column) => places[column] === undefined);
  if (missing) throw malformed(line, `the first line must name the columns (${COLUMNS.join(',')}); ${missing} is missing`);
  return places;
}

function entryOf(listId: string, line: number, value: (column: Column) => string): ScreeningEntry {
  const [entryId, name] = [value('id'), value('name')];
  if (entryId === '' || entryId.length > 100) throw malformed(line, 'the id is empty or longer than 100 characters');
  if (name === '') throw malformed(line, 'the name is empty');
  const aliases = value('aliases').split(';');
  const names = [name, ...aliases.map((alias) => alias.trim()).filter((alias) => alias !== '')];
  const long = names.find((one) => one.length > LIMITS.nameLength);
  if (long !== undefined) throw malformed(line, `a name is longer than ${LIMITS.nameLength} characters`);
  const [type, country] = [value('type'), value('country')];
  return { listId, entryId, names, ...(type !== '' && { type }), ...(country !== '' && { country }) };
}

type CsvRecord = { line: number; fields: string[] };

/** The records of a CSV file with the line that each begins on. */
function* recordsOf(text: string): Generator<CsvRecord> {
  let line = 1;
  for (let at = 0; at < text.length;) {
    const record: CsvRecord = { line, fields: [] };
    for (;;) {
      const field = text[at] === '"' ? quoted(text, at, line) : bare(text, at, line);
      if (record.fields.push(field.value) > LIMITS.fields) throw malformed(line, `more than ${LIMITS.fields} fields`);
      line += field.breaks;
      at = field.end;
      if (text[at] !== ',') break;
      at++;
    }
    if (text[at] === '\r') at++;
    if (text[at] === '\n') at++;
    line++;
    yield record;
  }
}

type Field = { value: string; end: number; breaks: number };

const BARE_END = /[,\r\n"]/g;

function bare(text: string, from: number, line: number): Field {
  BARE_END.lastIndex = from;
  const found = BARE_END.exec(text);
  if (found?.[0] === '"') throw malformed(line, 'a quotation mark within a field that does not begin with one');
  const end = found ? found.index : text.length;
  return { value: text.slice(from, end), end, breaks: 0 };
}

function quoted(text: string, from: number, line: number): Field {
  let value = '';
  for (let at = from + 1; ;) {
    const end = text.indexOf('"', at);
    if (end < 0) throw malformed(line, 'a quotation mark is never closed');
    value += text.slice(at, end);
    if (text[end + 1] === '"') {
      value += '"';
      at = end + 2;
      continue;
    }
    const next = text[end + 1];
    if (next !== undefined && !',\r\n'.includes(next)) throw malformed(line, 'something stands behind the closing quotation mark');
    return { value, end: end + 1, breaks: value.split('\n').length - 1 };
  }
}
