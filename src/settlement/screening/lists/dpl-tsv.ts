import type { ListEntry } from '../entry.ts';
import { malformed, rowsOf } from './csv-records.ts';
import { uniqueId } from './csl-csv.ts';
import { Draft } from './parts.ts';

/** The denied persons list of the United States, tab-separated. Errors: `settlement.list_malformed` with the line, `settlement.list_truncated`. */
export function* readDplTsv(text: string): Generator<ListEntry> {
  const seen = new Set<string>();
  for (const { line, value } of rowsOf(text, '\t')) {
    const name = value('name');
    if (name === '') throw malformed(line, 'the name is empty');
    const identity = ['name', 'street_address', 'city', 'effective_date'].map(value).join('\n');
    yield new Draft(uniqueId(seen, '', identity)).name(name, 'primary').country(value('country')).programme('DPL').done()!;
  }
}
