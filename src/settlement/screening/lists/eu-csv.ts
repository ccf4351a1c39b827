import type { ListEntry } from '../entry.ts';
import { malformed, rowsOf } from './csv-records.ts';
import { Draft, typeOf } from './parts.ts';

/**
 * The consolidated list of the European Union in CSV (full version 1.1, semicolons): a record for each name, address, date,
 * document and citizenship, those of an entity one after another.
 * Errors: `settlement.list_malformed` with the line, `settlement.list_truncated`.
 */
export function* readEuCsv(text: string): Generator<ListEntry> {
  let draft: Draft | undefined;
  const seen = new Set<string>();
  for (const { line, value } of rowsOf(text, ';')) {
    const entryId = value('entity_logicalid');
    if (entryId === '') throw malformed(line, 'Entity_LogicalId is empty');
    if (draft?.entryId !== entryId) {
      const entry = draft?.done();
      if (entry) yield entry;
      if (seen.has(entryId)) throw malformed(line, `the entity ${entryId} is in two places`);
      seen.add(entryId);
      draft = new Draft(entryId);
    }
    addRow(draft, value);
  }
  const last = draft?.done();
  if (last) yield last;
}

function addRow(draft: Draft, value: (title: string) => string): void {
  draft.type ??= typeOf(value('entity_subjecttype')) ?? typeOf(value('entity_subjecttype_classificationcode'));
  const whole = value('namealias_wholename') || ['firstname', 'middlename', 'lastname'].map((part) => value(`namealias_${part}`)).join(' ');
  draft.name(whole, 'primary');
  draft.bornOn(value('birthdate_birthdate') || value('birthdate_year'));
  draft.country(value('citizenship_countrydescription') || value('citizenship_countryiso2code'));
  draft.country(value('address_countrydescription') || value('address_countryiso2code'));
  draft.id(value('identification_typecode'), value('identification_number'), value('identification_countryiso2code'));
  draft.remark(value('entity_remark'), value('identification_remark'));
  draft.programme(value('entity_regulation_programme'));
}
