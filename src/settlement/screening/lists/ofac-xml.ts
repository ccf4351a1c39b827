import type { ListEntry } from '../entry.ts';
import { truncated } from './csv-records.ts';
import { Draft, typeOf } from './parts.ts';
import { elementsAt, textAt, textsAt, xmlRecords, type Element } from './xml-records.ts';

/**
 * OFAC's SDN list in XML (`sdn.xml`). Errors: `settlement.list_malformed` with the line, `settlement.list_truncated`, also
 * when there are fewer entries than the file says.
 */
export function* readOfacXml(text: string): Generator<ListEntry> {
  let [announced, found] = [0, 0];
  for (const element of xmlRecords(text, new Set(['sdnEntry', 'publshInformation']))) {
    if (element.name === 'publshInformation') {
      announced = Number(textAt(element, 'Record_Count')) || 0;
      continue;
    }
    found++;
    const entry = entryOf(element);
    if (entry) yield entry;
  }
  if (found < announced) throw truncated(`it tells of ${announced} entries and has ${found}`);
}

const wholeName = (element: Element) =>
  [textAt(element, 'lastName'), textAt(element, 'firstName')].filter((part) => part !== '').join(', ');

function entryOf(element: Element): ListEntry | undefined {
  const draft = new Draft(textAt(element, 'uid')).name(wholeName(element), 'primary');
  draft.type = typeOf(textAt(element, 'sdnType'));
  for (const aka of elementsAt(element, 'akaList', 'aka')) {
    const kind = textAt(aka, 'type').startsWith('f') ? 'fka' : 'aka';
    draft.name(wholeName(aka), kind, textAt(aka, 'category') === 'weak' ? 'weak' : 'strong');
  }
  for (const id of elementsAt(element, 'idList', 'id')) draft.id(textAt(id, 'idType'), textAt(id, 'idNumber'), textAt(id, 'idCountry'));
  for (const born of textsAt(element, 'dateOfBirthList', 'dateOfBirthItem', 'dateOfBirth')) draft.bornOn(born);
  draft.country(
    ...textsAt(element, 'nationalityList', 'nationality', 'country'),
    ...textsAt(element, 'citizenshipList', 'citizenship', 'country'),
    ...textsAt(element, 'addressList', 'address', 'country'),
  );
  return draft.programme(...textsAt(element, 'programList', 'program')).done();
}
