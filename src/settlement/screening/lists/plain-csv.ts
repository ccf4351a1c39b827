import { AppError } from '../../../base/error.ts';
import type { ListEntry } from '../entry.ts';
import { malformed, recordsOf, truncated, type CsvRecord } from './csv-records.ts';
import { Draft, partsBetween, typeOf } from './parts.ts';

/** Columns of a list; `id` and `name` must be there, in any order, others are left alone. */
const COLUMNS = ['id', 'name', 'aliases', 'weak_aliases', 'type', 'country', 'born', 'ids', 'bic', 'lei', 'programmes'] as const;
type Column = (typeof COLUMNS)[number];

const LIMITS = { nameLength: 500, entries: 1_000_000 };

/**
 * A list in our own CSV: columns `id`, `name`, `aliases`, `weak_aliases`, `type`, `country`, `born`, `ids` (`passport A1`),
 * `bic`, `lei`, `programmes`; several values of one column with semicolons between.
 *
 * Errors: `settlement.list_malformed` with the line, `settlement.list_truncated`, `settlement.list_empty`.
 */
export function* readPlainCsv(text: string): Generator<ListEntry> {
  const records = recordsOf(text);
  const header = records.next();
  if (header.done) throw new AppError('invalid', 'settlement.list_empty', 'The file is empty.');
  const places = placesOf(header.value);
  const width = header.value.fields.length;
  const seen = new Map<string, number>();
  for (const { line, fields, cutOff } of records) {
    if (fields.length === 1 && fields[0]!.trim() === '') continue;
    if (fields.length !== width) {
      const what = `${fields.length} fields where the header has ${width}`;
      throw cutOff && fields.length < width ? truncated(`line ${line} has ${what}`) : malformed(line, what);
    }
    const entry = entryOf(line, (column) => (places[column] === undefined ? '' : fields[places[column]]!.trim()));
    const earlier = seen.get(entry.entryId);
    if (earlier !== undefined) throw malformed(line, `the id ${JSON.stringify(entry.entryId)} stands on line ${earlier} already`);
    seen.set(entry.entryId, line);
    if (seen.size > LIMITS.entries) throw malformed(line, `more than ${LIMITS.entries} entries`);
    yield entry;
  }
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
  if (missing) throw malformed(line, `the first line must name the columns (id,name,aliases,type,country); ${missing} is missing`);
  return places;
}

function entryOf(line: number, value: (column: Column) => string): ListEntry {
  const [entryId, name] = [value('id'), value('name')];
  if (entryId === '' || entryId.length > 100) throw malformed(line, 'the id is empty or longer than 100 characters');
  if (name === '') throw malformed(line, 'the name is empty');
  const draft = new Draft(entryId).name(name, 'primary');
  for (const alias of partsBetween(value('aliases'))) draft.name(alias);
  for (const alias of partsBetween(value('weak_aliases'))) draft.name(alias, 'aka', 'weak');
  for (const born of partsBetween(value('born'))) draft.bornOn(born);
  for (const id of partsBetween(value('ids')))
    draft.id(id.includes(' ') ? id.slice(0, id.lastIndexOf(' ')) : 'id', id.slice(id.lastIndexOf(' ') + 1));
  for (const bic of partsBetween(value('bic'))) draft.id('BIC', bic);
  for (const lei of partsBetween(value('lei'))) draft.id('LEI', lei);
  draft.country(...partsBetween(value('country'))).programme(...partsBetween(value('programmes')));
  draft.type = typeOf(value('type'));
  const entry = draft.done()!;
  if (entry.names.some(({ text }) => text.length > LIMITS.nameLength)) {
    throw malformed(line, `a name is longer than ${LIMITS.nameLength} characters`);
  }
  return entry;
}
