import type { ListEntry } from '../entry.ts';
import { malformed, rowsOf } from './csv-records.ts';
import { Draft, partsBetween, typeOf } from './parts.ts';
import { elementsAt, textAt, textsAt, textsWithin, xmlRecords, type Element } from './xml-records.ts';

/* The UK Sanctions List of the Foreign Office, which is the only one since OFSI's consolidated list ended on 28 January 2026. */

/** Titles by which its header is known, wherever they stand in it. */
const KNOWN_BY = ['unique_id', 'name_6'] as const;
const isHeader = (titles: readonly string[]) => KNOWN_BY.every((title) => titles.includes(title));

/** Whether the first lines of a file are those of the list in CSV: the day of the report, and the header. */
export function isUkList(start: string): boolean {
  return start.split(/\r?\n|\r/, 3).some((line) =>
    isHeader(
      line
        .toLowerCase()
        .split(',')
        .map((title) => title.replaceAll('"', '').trim().replaceAll(' ', '_')),
    ),
  );
}

/**
 * The UK Sanctions List in CSV: a line with the day of the report, a header (its columns in any order), and a record for each
 * name and address of a designation. Errors: `settlement.list_malformed` with the line, `settlement.list_truncated`.
 */
export function* readUkListCsv(text: string): Generator<ListEntry> {
  const drafts = new Map<string, Designation>();
  for (const { line, value } of rowsOf(text, ',', isHeader)) {
    const id = value('unique_id');
    if (id === '') throw malformed(line, 'Unique ID is empty');
    const designation = drafts.get(id) ?? new Designation(id);
    drafts.set(id, designation);
    addRow(designation, value);
  }
  for (const { draft } of drafts.values()) {
    const entry = draft.done();
    if (entry) yield entry;
  }
}

/** The list in XML: an element for each designation. Errors: `settlement.list_malformed` with the line, `settlement.list_truncated`. */
export function* readUkListXml(text: string): Generator<ListEntry> {
  for (const element of xmlRecords(text, new Set(['Designation']))) {
    const entry = designationOf(element).draft.done();
    if (entry) yield entry;
  }
}

/** A designation that is put together; the same name may stand in it once for each address. */
class Designation {
  readonly draft: Draft;
  private readonly known = new Set<string>();

  constructor(id: string) {
    this.draft = new Draft(id);
  }

  name(parts: readonly string[], type: string, strength: string): void {
    const text = parts.filter((part) => !/^n\/?a$/i.test(part)).join(' ');
    // `Primary name`, `Primary name variation` and `Alias` come in any mixture of small and large letters.
    this.once(text, () =>
      this.draft.name(text, /^primary name$/i.test(type) ? 'primary' : 'aka', /low/i.test(strength) ? 'weak' : 'strong'),
    );
  }

  original(text: string): void {
    this.once(text, () => this.draft.name(text, 'original'));
  }

  private once(text: string, add: () => void): void {
    if (this.known.has(text)) return;
    this.known.add(text);
    add();
  }
}

const PARTS = [1, 2, 3, 4, 5, 6];
const COLUMN = {
  nationality: 'nationality(_ies)',
  business: 'business_registration_number_(s)',
  type: ['designation_type', 'individual,_entity,_ship', 'individual_entity_ship'],
} as const;

function addRow(designation: Designation, value: (title: string) => string): void {
  const { draft } = designation;
  draft.type ??= typeOf(COLUMN.type.map(value).find((text) => text !== '') ?? '');
  designation.name(
    PARTS.map((part) => value(`name_${part}`)),
    value('name_type'),
    value('alias_strength'),
  );
  designation.original(value('name_non-latin_script'));
  for (const born of several(value('d.o.b'))) draft.bornOn(born);
  draft.country(...several(value(COLUMN.nationality)), value('address_country'), value('current_believed_flag_of_ship'));
  for (const passport of several(value('passport_number'))) draft.id('Passport', passport);
  for (const id of several(value('national_identifier_number'))) draft.id('National ID', id);
  for (const id of several(value(COLUMN.business))) draft.id('Business registration number', id);
  for (const id of several(value('imo_number'))) draft.id('IMO number', id);
  draft.remark(value('other_information'));
  draft.programme(value('regime_name'));
}

/** Several values of one field stand as `(1) Iran. (2) Iraq.` or with a bar between. */
const several = (text: string) => partsBetween(text, /\(\d+\)|\|/).map((part) => part.replace(/\.$/, ''));

function designationOf(element: Element): Designation {
  const designation = new Designation(textAt(element, 'UniqueID'));
  const { draft } = designation;
  draft.type = typeOf(textAt(element, 'IndividualEntityShip'));
  for (const name of elementsAt(element, 'Names', 'Name')) {
    const parts = PARTS.map((part) => textAt(name, `Name${part}`));
    designation.name(parts, textAt(name, 'NameType'), textAt(name, 'AliasStrength'));
  }
  for (const original of textsWithin(element, 'NameNonLatinScript')) designation.original(original);
  for (const born of textsWithin(element, 'DOB')) draft.bornOn(born);
  draft.country(...textsWithin(element, 'Nationality'), ...textsAt(element, 'Addresses', 'Address', 'AddressCountry'));
  draft.country(...textsWithin(element, 'CurrentBelievedFlagOfShip'));
  for (const [kind, name] of NUMBERS) for (const id of textsWithin(element, name)) draft.id(kind, id);
  draft.remark(...textsWithin(element, 'OtherInformation'));
  draft.programme(textAt(element, 'RegimeName'));
  return designation;
}

const NUMBERS = [
  ['Passport', 'PassportNumber'],
  ['National ID', 'NationalIdentifierNumber'],
  ['Business registration number', 'BusinessRegistrationNumber'],
  ['IMO number', 'IMONumber'],
] as const;
