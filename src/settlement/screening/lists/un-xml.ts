import type { ListEntry } from '../entry.ts';
import { Draft } from './parts.ts';
import { elementsAt, textAt, textsAt, xmlRecords, type Element } from './xml-records.ts';

/** The consolidated list of the United Nations Security Council in XML. Errors: `settlement.list_malformed`, `settlement.list_truncated`. */
export function* readUnXml(text: string): Generator<ListEntry> {
  for (const element of xmlRecords(text, new Set(['INDIVIDUAL', 'ENTITY']))) {
    const entry = entryOf(element, element.name === 'INDIVIDUAL' ? 'INDIVIDUAL' : 'ENTITY');
    if (entry) yield entry;
  }
}

const PARTS = ['FIRST_NAME', 'SECOND_NAME', 'THIRD_NAME', 'FOURTH_NAME'];

function entryOf(element: Element, kind: 'INDIVIDUAL' | 'ENTITY'): ListEntry | undefined {
  const draft = new Draft(textAt(element, 'REFERENCE_NUMBER') || textAt(element, 'DATAID'));
  draft.type = kind === 'INDIVIDUAL' ? 'person' : 'organisation';
  draft.name(PARTS.map((part) => textAt(element, part)).join(' '), 'primary');
  draft.name(textAt(element, 'NAME_ORIGINAL_SCRIPT'), 'original');
  for (const alias of elementsAt(element, `${kind}_ALIAS`)) addAlias(draft, alias);
  for (const born of elementsAt(element, 'INDIVIDUAL_DATE_OF_BIRTH')) {
    const span = [textAt(born, 'FROM_YEAR'), textAt(born, 'TO_YEAR')].filter((year) => year !== '').join(' to ');
    draft.bornOn(textAt(born, 'DATE') || textAt(born, 'YEAR') || span || textAt(born, 'NOTE'));
  }
  for (const document of elementsAt(element, 'INDIVIDUAL_DOCUMENT')) {
    draft.id(textAt(document, 'TYPE_OF_DOCUMENT'), textAt(document, 'NUMBER'), textAt(document, 'ISSUING_COUNTRY'));
  }
  draft.country(...textsAt(element, 'NATIONALITY', 'VALUE'), ...textsAt(element, `${kind}_ADDRESS`, 'COUNTRY'));
  draft.remark(textAt(element, 'COMMENTS1'));
  return draft.programme(textAt(element, 'UN_LIST_TYPE')).done();
}

/** Of a low quality are nicknames; former names stand among the aliases with their quality saying so. */
function addAlias(draft: Draft, alias: Element): void {
  const quality = textAt(alias, 'QUALITY');
  const name = textAt(alias, 'ALIAS_NAME');
  draft.name(name, /f\.k\.a/i.test(quality) ? 'fka' : 'aka', quality === 'Low' ? 'weak' : 'strong');
}
