import type { SignOffLine } from './checklist.ts';
import { plainText } from './inline.ts';
import { placeholderIn } from './placeholder.ts';
import { repairMojibake } from './repair.ts';
import type { Block } from './block.ts';

const PLACEHOLDER = /_{2,}|\.{4,}|…{2,}|^\W*$|\b(?:tbd|tba|todo|n\/a|pending|name|signature|date)\b|\[[^\]]*\]|<[^>]*>|\byyyy\b|\bdd\b/i;

/** Whether a text is still to be filled in: `____`, `TBD`, `[name]`, or nothing. */
const isPlaceholder = (text: string): boolean => text.trim() === '' || PLACEHOLDER.test(text) || placeholderIn(text) !== undefined;

const SIGNED = /^([^:_]{2,60}?)\s*:\s*(.{0,200}?)[\s|,;–—-]*\b(?:date|datum|signed on)\b(\s*:)?\s*(.{0,60})$/i;
const UNDATED = /^([^:_]{2,60}?)\s*:\s*(\[(?:name|signature|signed)[^\]]*\])\s*$/i;
const SECTION = /sign[- ]?off|approv|signatures?|abnahme|freigabe|validation finale|authori[sz]ation to/i;
const NO_ROLE =
  /\b(?:date|time|version|commit|hash|deployed by|issues|notes|comments?|remarks?|status|duration|started|ended|link|url|ticket|build|environment|contact|phone|e-?mail|reference|number)\b|\bno\.?$/i;

/** Where somebody writes: `____`, `.....`, `2026-__-__`. */
const BLANK = /(?:\d{4}-)?_{2,}(?:[-/. ]_{2,})*|\.{4,}|…{2,}/g;
const DATE = /(?:^|[\s,;|–—-])(?:date|datum|signed on|dated)\s*:?\s*\(?$/i;
const ROLE_NAMED =
  /(?:^|[\s,;|–—-])(?:role|rolle|rôle|title|position|function|funktion)\s*:\s*([^:_,;|]{2,60}?)(?=[\s,;|–—-]*(?:(?:date|datum|name|signature|signed on)\s*:?\s*)?$)/i;
const BRACKETED = /^[\s,;|]*\(([^()_]{2,60})\)/;
/** Words for signing, which are no role. */
const SIGNING = String.raw`(?:digitally )?signed(?: off)?(?: by| for)?|signature(?: of)?|sign[- ]?off(?: by| of| from)?|approved(?: by)?|approval(?:s| by| of| from)?|prepared by|reviewed by|performed by|geprüft (?:von|durch)|gegengelesen (?:von|durch)|revu par|relu par|vérifié par|name|initials|ok(?:ay)? (?:from|by)|freigabe(?: erteilt)?(?: durch)?|freigegeben(?: von| durch)?|unterschrift|abnahme(?: durch)?|nom|visa|signé(?: par)?|approuvé(?: par)?|gezeichnet`;
const GENERIC = new RegExp(String.raw`^(?:${SIGNING})$`, 'i');
const SIGNING_IN_FRONT = new RegExp(String.raw`^(?:${SIGNING})(?:\s*[:,–—-]\s*|\s+|(?=\())`, 'i');
const SIGNING_BEHIND = /(?:['’]s)?[\s:–—-]+(?:sign[- ]?off|signature|approval|signed|freigabe|unterschrift|visa)$/i;
const SIGNS =
  /\b(?:sign[- ]?off|signature|signed|approved|approval|reviewed by|freigabe|unterschrift)\b|\b(?:geprüft|gegengelesen) (?:von|durch)(?!\p{L})|(?<!\p{L})(?:revue?|relue?|vérifiée?) par(?!\p{L})/iu;

/** Where roles sign, and whether something under a heading of sign-off looks like such a place and names nobody. */
export type Places = { signOffs: SignOffLine[]; unread: boolean };
const NO_PLACES: Places = { signOffs: [], unread: false };

/** The places of a line where roles sign, as `Role: ____ Date: ____`; without a date only under a heading of sign-off, or where it says so. */
export function signOffsIn(markdown: string, line: number, section: readonly string[]): Places {
  if (!/[:_…]|\.{4}/.test(markdown)) return NO_PLACES;
  const text = plainText(repairMojibake(markdown)).replace(/^[-–—•*\s]+/, '');
  if (text.length > 300) return NO_PLACES;
  const here = section.some((heading) => SECTION.test(heading));
  if (/_{3,}|\.{5,}|…{2,}/.test(text)) return blanksIn(text, { line, section, here });
  const dated = /dat(?:e|um)|signed on/i.test(text) ? SIGNED.exec(text) : null;
  if (dated && (here || dated[3] !== undefined))
    return placesOf(lineOf({ role: dated[1]!, name: dated[2]!, date: dated[4]!, line, section }));
  const undated = here ? UNDATED.exec(text) : null;
  return placesOf(undated && !NO_ROLE.test(undated[1]!) ? lineOf({ role: undated[1]!, name: undated[2]!, line, section }) : undefined);
}

const placesOf = (found: SignOffLine | undefined): Places => ({ signOffs: found ? [found] : [], unread: false });

type Place = { role: string; name: string; generic: boolean };

/** Every label in front of a blank: a role begins a place, its name, signature and date belong to it. */
function blanksIn(text: string, { line, section, here }: { line: number; section: readonly string[]; here: boolean }): Places {
  const places: Place[] = [];
  let from = 0;
  let dated = false;
  let other = false;
  const named = (role: string): void => {
    const last = places.at(-1);
    if (last?.generic) Object.assign(last, { role: role.trim(), generic: false });
    else places.push({ role: role.trim(), name: '', generic: false });
  };
  /** What stands in front of a blank, or behind the last one. */
  const take = (words: string, blank: boolean): void => {
    let label = words;
    const bracket = BRACKETED.exec(label);
    if (bracket && places.at(-1)?.generic && !/^(?:date|name|signature)/i.test(bracket[1]!)) named(bracket[1]!);
    if (bracket && places.length > 0) label = label.slice(bracket[0].length);
    const role = ROLE_NAMED.exec(label)?.[1];
    if (role !== undefined) named(role);
    const date = DATE.exec(label);
    if (date) dated = true;
    if (!blank || role !== undefined) return;
    const rest = bare(date ? label.slice(0, date.index) : label);
    if (rest === '') return;
    // `Completion date: ____` is a date of its own, and nobody's.
    if (date && !/[:,;|–—-]/.test(rest) && /^\s/.test(date[0])) return void (other = true);
    if (NO_ROLE.test(rest)) other = true;
    else if (!(GENERIC.test(rest) && places.length > 0)) places.push(placeIn(rest));
  };
  for (const { index, 0: blank } of text.matchAll(BLANK)) {
    take(text.slice(from, index), true);
    from = index + blank.length;
  }
  take(text.slice(from), false);
  if (!dated && !here && !SIGNS.test(text)) return NO_PLACES;
  const roles = places.filter(
    ({ role }) => role.length > 1 && role.length <= 60 && role.split(/\s+/).length <= 7 && !/https?$/i.test(role),
  );
  const unread = here && (roles.some(({ generic }) => generic) || (roles.length === 0 && !other && !dated));
  return { signOffs: roles.map(({ role, name }) => ({ role, line, section, filled: false, ...(name !== '' && { name }) })), unread };
}

const bare = (label: string): string => label.replace(/^.*[.!?]\s+(?=\p{Lu})/su, '').replace(/^[\s:|,;./·•–—-]+|[\s:|,;/·•–—-]+$/g, '');

function placeIn(label: string): Place {
  if (GENERIC.test(label)) return { role: label, name: '', generic: true };
  const [, before, behind] = /^([^:]{2,60}):\s+(.+)$/.exec(label.replace(SIGNING_IN_FRONT, '')) ?? [];
  const role = roleIn(before ?? label);
  return { role, name: behind === undefined || isPlaceholder(behind) ? '' : bare(behind), generic: GENERIC.test(role) };
}

/** A role without the words for signing around it: `Tech lead sign-off`, `Signed (CISO)`, `Legal counsel – signature`. */
function roleIn(label: string): string {
  const role = bare(label.trim().replace(SIGNING_IN_FRONT, '').replace(SIGNING_BEHIND, ''));
  return (/^\(([^()]+)\)$/.exec(role)?.[1] ?? role) || label.trim();
}

function lineOf({
  role,
  name,
  date,
  line,
  section,
}: {
  role: string;
  name: string;
  date?: string;
  line: number;
  section: readonly string[];
}): SignOffLine | undefined {
  const who = roleIn(role);
  if (who === '' || /https?$/i.test(who)) return undefined;
  const named = !isPlaceholder(name);
  const dated = date === undefined || (!isPlaceholder(date) && /\d/.test(date));
  return {
    role: who,
    line,
    section,
    filled: named && dated,
    ...(named && { name: name.trim() }),
    ...(date !== undefined && dated && { date: date.trim() }),
  };
}

const ROLE_COLUMN = /^(?:role|title|position|function|approver|team|stakeholder|rolle|rôle|reviewer)$/i;
const NAME_COLUMN = /^(?:name|approver|signed by|approved by|person|nom)$/i;
const SIGN_COLUMN = /sign|approv|unterschrift|visa/i;
const DATE_COLUMN = /\bdate\b|datum|signed on/i;

/** The rows of a table where roles sign; nothing for any other table. */
export function signOffRows(table: Extract<Block, { kind: 'table' }>, section: readonly string[]): SignOffLine[] {
  const header = table.header.map(({ text }) => plainText(text));
  const role = header.findIndex((text) => ROLE_COLUMN.test(text));
  const sign = header.findIndex((text) => SIGN_COLUMN.test(text));
  const date = header.findIndex((text) => DATE_COLUMN.test(text));
  if (role < 0 || (sign < 0 && date < 0)) return [];
  const name = header.findIndex((text, at) => at !== role && NAME_COLUMN.test(text));
  return table.rows.flatMap(({ line, cells }) => {
    const at = (column: number): string => plainText(cells[column]?.text ?? '');
    const row = lineOf({ role: at(role), name: at(name < 0 ? sign : name), ...(date >= 0 && { date: at(date) }), line, section });
    if (!row) return [];
    return [{ ...row, filled: row.filled && (sign < 0 || !isPlaceholder(at(sign))) }];
  });
}
