import type { ListEntry } from '../entry.ts';
import { malformed, rowsOf } from './csv-records.ts';
import { Draft, partsBetween, typeOf } from './parts.ts';

/**
 * The consolidated list of the United Kingdom (OFSI `ConList.csv`): a line that says when it was updated, a header, and a
 * record for each name of a group. Errors: `settlement.list_malformed` with the line, `settlement.list_truncated`.
 */
export function* readUkCsv(text: string): Generator<ListEntry> {
  const drafts = new Map<string, Draft>();
  for (const { line, value } of rowsOf(text, ',', 1)) {
    const id = value('group_id');
    if (id === '') throw malformed(line, 'Group ID is empty');
    const draft = drafts.get(id) ?? new Draft(id);
    drafts.set(id, draft);
    addRow(draft, value);
  }
  for (const draft of drafts.values()) {
    const entry = draft.done();
    if (entry) yield entry;
  }
}

function addRow(draft: Draft, value: (title: string) => string): void {
  draft.type ??= typeOf(value('group_type'));
  const name = [1, 2, 3, 4, 5, 6].map((part) => value(`name_${part}`)).join(' ');
  const kind = /^primary name$/i.test(value('alias_type')) ? 'primary' : /^fka/i.test(value('alias_type')) ? 'fka' : 'aka';
  draft.name(name, kind, /low/i.test(value('alias_quality')) ? 'weak' : 'strong');
  draft.name(value('name_non-latin_script'), 'original');
  draft.bornOn(value('dob'));
  draft.country(...numbered(value('nationality')), value('country'));
  for (const passport of numbered(value('passport_number'))) draft.id('Passport', passport);
  for (const id of numbered(value('national_identification_number'))) draft.id('National ID', id);
  draft.remark(value('other_information'));
  draft.programme(value('regime'));
}

/** Several values of one field stand as `(1) Iraq. (2) Syria.` */
function numbered(text: string): string[] {
  return partsBetween(text, /\(\d+\)/).map((part) => part.replace(/\.$/, ''));
}
