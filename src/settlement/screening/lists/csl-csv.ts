import { createHash } from 'node:crypto';
import type { ListEntry } from '../entry.ts';
import { malformed, rowsOf } from './csv-records.ts';
import { Draft, partsBetween, typeOf } from './parts.ts';

/**
 * The consolidated screening list of the United States in CSV. Entries without a number of their own get one made of their
 * source and name. Errors: `settlement.list_malformed` with the line, `settlement.list_truncated`.
 */
export function* readCslCsv(text: string): Generator<ListEntry> {
  const seen = new Set<string>();
  for (const { line, value } of rowsOf(text)) {
    const name = value('name');
    if (name === '') throw malformed(line, 'the name is empty');
    const entryId = uniqueId(seen, value('entity_number') || value('_id'), `${value('source')}\n${name}`);
    const draft = new Draft(entryId).name(name, 'primary');
    draft.type = typeOf(value('type'));
    for (const alias of partsBetween(value('alt_names'))) draft.name(alias);
    for (const born of partsBetween(value('dates_of_birth'))) draft.bornOn(born);
    for (const id of partsBetween(value('ids'))) addId(draft, id);
    draft.country(...partsBetween(value('nationalities')), ...partsBetween(value('citizenships')));
    draft.country(...partsBetween(value('addresses')).map((address) => address.slice(address.lastIndexOf(',') + 1)));
    yield draft.programme(...partsBetween(value('programs')), value('source')).done()!;
  }
}

/** `US, 80-0890696, Tax ID No.`, or without the country. */
function addId(draft: Draft, text: string): void {
  const parts = text.split(',').map((part) => part.trim());
  const kind = parts.pop()!;
  const country = /^[A-Z]{2}$/.test(parts[0] ?? '') ? parts.shift() : '';
  if (parts.length === 1) draft.id(kind, parts[0]!, country);
}

/** The same person may stand on several of the lists that this one puts together. */
export function uniqueId(seen: Set<string>, given: string, identity: string): string {
  const made = given === '' || seen.has(given) ? createHash('sha256').update(`${given}\n${identity}`).digest('hex').slice(0, 16) : given;
  let entryId = made;
  for (let again = 2; seen.has(entryId); again++) entryId = `${made}-${again}`;
  seen.add(entryId);
  return entryId;
}
