import type { SignOffLine } from './checklist.ts';
import { plainText } from './inline.ts';
import { repairMojibake } from './repair.ts';
import type { Block } from './scan.ts';

const PLACEHOLDER = /_{2,}|\.{4,}|…{2,}|^\W*$|\b(?:tbd|tba|todo|n\/a|pending|name|signature|date)\b|\[[^\]]*\]|<[^>]*>|\byyyy\b|\bdd\b/i;

/** Whether a text is still to be filled in: `____`, `TBD`, `[name]`, or nothing. */
export const isPlaceholder = (text: string): boolean => text.trim() === '' || PLACEHOLDER.test(text);

const SIGNED = /^([^:_]{2,60}?)\s*:\s*(.{0,200}?)[\s|,;–—-]*\b(?:date|datum|signed on)\b\s*:?\s*(.{0,60})$/i;
const UNDATED = /^([^:_]{2,60}?)\s*:\s*(_{3,}.{0,80}|\[(?:name|signature|signed)[^\]]*\])\s*$/i;
const SECTION = /sign[- ]?off|approv|signatures?|abnahme|freigabe|validation finale|authori[sz]ation to/i;
const NO_ROLE =
  /\b(?:date|time|version|commit|hash|deployed by|issues|notes|status|duration|started|ended|link|url|ticket|build|environment|contact)\b/i;

/** A line where a role signs: `Role: ____ Date: ____`; without a date only under a heading of sign-off. */
export function signOffOf(markdown: string, line: number, section: readonly string[]): SignOffLine | undefined {
  if (!markdown.includes(':')) return undefined;
  const text = plainText(repairMojibake(markdown)).replace(/^[-–—•\s]+/, '');
  if (text.length > 300) return undefined;
  const dated = /dat(?:e|um)|signed on/i.test(text) ? SIGNED.exec(text) : null;
  if (dated) return lineOf({ role: dated[1]!, name: dated[2]!, date: dated[3]!, line, section });
  const undated = section.some((heading) => SECTION.test(heading)) ? UNDATED.exec(text) : null;
  return undated && !NO_ROLE.test(undated[1]!) ? lineOf({ role: undated[1]!, name: undated[2]!, line, section }) : undefined;
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
  const bare = role.trim().replace(/^signed(?: by)?\s+/i, '');
  if (bare === '' || /https?$/i.test(bare)) return undefined;
  const named = !isPlaceholder(name);
  const dated = date === undefined || (!isPlaceholder(date) && /\d/.test(date));
  return {
    role: bare,
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
