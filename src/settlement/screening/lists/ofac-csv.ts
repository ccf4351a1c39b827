import type { ListEntry } from '../entry.ts';
import { malformed, recordsOf, truncated } from './csv-records.ts';
import { Draft, partsBetween, typeOf } from './parts.ts';

/** Fields of each of OFAC's four files, by which a record is told: names 12, addresses 6, aliases 5, comments 2. */
const FIELDS = { sdn: 12, add: 6, alt: 5, sdn_comments: 2 };

const PARTS: Readonly<Record<number, string>> = Object.fromEntries(Object.entries(FIELDS).map(([part, fields]) => [fields, `${part}.csv`]));

/** OFAC's files have no line end behind their last record: where two were put together, one follows another on its line. */
const SEAM = /(?<=[^",]"|-0(?:- ?)?)(?=\d+,(?:\d+,(?:"|-0-)|"))/g;

/** What stands for nothing; some copies of the files lose the last letter. */
const NOTHING: ReadonlySet<string> = new Set(['-0-', '-0']);
const given = (field: string) => (NOTHING.has(field.trim()) ? '' : field.trim());

/**
 * OFAC's SDN list in CSV as published: `sdn.csv`, and behind it, in the same file and any order, `alt.csv`, `add.csv` and
 * `sdn_comments.csv`. Entries come when all has been read, since aliases stand in another file than names. Which of the
 * four are there is noted among the parts.
 *
 * Errors: `settlement.list_malformed` with the line, `settlement.list_truncated`.
 */
export function* readOfacCsv(text: string, parts: Set<string> = new Set()): Generator<ListEntry> {
  const drafts = new Map<string, Draft>();
  const remarks = new Map<string, string>();
  const late: { line: number; fields: string[] }[] = [];
  for (const { line, fields, cutOff } of recordsOf(text.replace(SEAM, '\n'))) {
    if (fields.length === 1 && fields[0]!.trim() === '') continue;
    parts.add(PARTS[fields.length] ?? 'other');
    if (fields.length === FIELDS.sdn) {
      drafts.set(fields[0]!.trim(), draftOf(fields));
      remarks.set(fields[0]!.trim(), given(fields[11]!));
    } else if (isAddition(fields)) late.push({ line, fields });
    else if (cutOff) throw truncated(`line ${line} has ${fields.length} fields`);
    else throw malformed(line, `${fields.length} fields; OFAC's files have 12, 6, 5 or 2`);
  }
  for (const { line, fields } of late) addTo(drafts, remarks, line, fields);
  for (const [entryId, draft] of drafts) {
    readRemarks(draft, remarks.get(entryId)!);
    const entry = draft.done();
    if (entry) yield entry;
  }
}

const KINDS_OF_ALIAS: ReadonlySet<string> = new Set(['aka', 'fka', 'nka']);

/** A record of an address that was cut off has as many fields as one of an alias. */
function isAddition(fields: readonly string[]): boolean {
  if (fields.length === FIELDS.alt) return KINDS_OF_ALIAS.has(given(fields[2]!));
  return fields.length === FIELDS.add || fields.length === FIELDS.sdn_comments;
}

function draftOf([id = '', name = '', type = '', programme = '', , , , , , flag = '']: readonly string[]): Draft {
  const draft = new Draft(id.trim()).name(given(name), 'primary');
  draft.type = given(type) === '' ? 'organisation' : typeOf(given(type));
  return draft.programme(...partsBetween(given(programme), /\]\s*\[/)).country(given(flag));
}

function addTo(drafts: ReadonlyMap<string, Draft>, remarks: Map<string, string>, line: number, fields: readonly string[]): void {
  const entryId = fields[0]!.trim();
  const draft = drafts.get(entryId);
  // Comments only lengthen remarks, and are published apart; an alias or address without its entry means that names are missing.
  if (!draft && fields.length === FIELDS.sdn_comments) return;
  if (!draft) throw truncated(`line ${line} adds to the entry ${entryId.slice(0, 20)}, which is not among the names`);
  if (fields.length === FIELDS.alt) draft.name(given(fields[3]!), given(fields[2]!) === 'fka' ? 'fka' : 'aka');
  else if (fields.length === FIELDS.add) draft.country(given(fields[4]!));
  else remarks.set(entryId, `${remarks.get(entryId) ?? ''}${fields[1]!}`);
}

/** Kinds of identification in OFAC's remarks. */
const IDENTIFIED =
  /^(?:alt\. )?((?:Passport|National ID No\.|Tax ID No\.|Registration (?:ID|Number)|Vessel Registration Identification|Identification Number|Cedula No\.|C\.U\.R\.P\.|R\.F\.C\.|SSN|D-U-N-S Number|Business Registration Number|Company Number|Legal Entity (?:Number|Identifier)|LEI|BIK \(RU\)|SWIFT\/BIC|Aircraft Tail Number|Unified Social Credit Code \(USCC\))) (.+?)(?: \(([^()]+)\))?\.?$/;

/** Remarks say what has no column: dates of birth, nationality, documents, and weak aliases in quotation marks. */
function readRemarks(draft: Draft, remarks: string): void {
  for (const part of partsBetween(remarks)) {
    const alias = /^(?:a\.k\.a\.|f\.k\.a\.) '(.+?)'/.exec(part)?.[1];
    if (alias) draft.name(alias, part.startsWith('f') ? 'fka' : 'aka', 'weak');
    const born = /^(?:alt\. )?DOB (.+)$/.exec(part)?.[1];
    if (born) draft.bornOn(born);
    const country = /^(?:alt\. )?(?:nationality|citizen) (.+?)\.?$/.exec(part)?.[1];
    if (country) draft.country(country);
    const id = IDENTIFIED.exec(part);
    if (id) draft.id(id[1]!, id[2]!, id[3]);
  }
}
