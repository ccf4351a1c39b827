import { hash } from 'node:crypto';
import { BEYOND_ASCII, mayHold } from './first-look.ts';
import { leadOf, plainText } from './inline.ts';
import { remembering } from './remember.ts';
import { repairMojibake } from './repair.ts';

/**
 * What a line is called by, for ever: bindings, signatures and evidence name lines by this. NOTHING HERE MAY CHANGE. The
 * values in identity.test.ts hold it still, over this file and what it uses of inline.ts and repair.ts.
 */

/** Where a line stands, in the Markdown of the document. */
export type Place = {
  kind: 'item' | 'criterion';
  /** Headings and bold lines that serve as such, outermost first, without the document's title. */
  headings: readonly string[];
  /** Whole first paragraph of the list item around it. */
  parent?: string;
  /** Whole first paragraph of the line. */
  text: string;
};

/**
 * Gives ids in the order of the document: the first 16 hex digits of the SHA-256 over kind, heading path, parent, title and
 * how many equal ones came before.
 */
export function identifier(): (place: Place) => string {
  const seen = new Map<string, number>();
  const headingOf = remembering(normalHeading);
  const titleOf = remembering(normalTitle);
  return ({ kind, headings, parent, text }) => {
    const key = JSON.stringify([kind, headings.map(headingOf), parent === undefined ? '' : titleOf(parent), normalTitle(text)]);
    const ordinal = seen.get(key) ?? 0;
    seen.set(key, ordinal + 1);
    return hash('sha256', `readiness line 1\n${key}\n${ordinal}`).slice(0, 16);
  };
}

/** A line's title in the form that is hashed: its bold beginning where it has one, else all of it. */
export function normalTitle(markdown: string): string {
  const repaired = repairMojibake(markdown);
  const lead = leadOf(repaired);
  return normalText(lead ? lead.bold : repaired);
}

/** A heading in the form that is hashed: as a title, without its number. */
export function normalHeading(markdown: string): string {
  const plain = plainText(repairMojibake(markdown))
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .replace(/:[^\p{L}\p{N}]*\d{1,3}\s*%$/u, '');
  return normalText(plain.replace(/^\d{1,3}(?:\.\d{1,3})*[.):]\s+|^\d{1,3}(?:\.\d{1,3})+\s+/, ''));
}

/** What is left out of a title, each with letters that it cannot be without: most titles have none of them. */
const LEFT_OUT: readonly (readonly [look: string | RegExp, RegExp])[] = [
  ['(', /\((?:currently|current|achieved|actual|measured|observed|as of|now|was)\b[^()]*\)/g],
  ['(', /\(\s*\d[\d,.]*\s*(?:\/|of)\s*\d[\d,.]*[^()]*\)/g],
  ['(', /\(\s*\d[\d,.]*\s*\+?\s*(?:items?|tests?|checks?|tasks?|points?|steps?)\s*\)/g],
  [/%\s*(?:complete|done)/, /[-–—:]?\s*\d{1,3}(?:\.\d+)?\s*%\s*(?:complete|completed|done)\b.*$/g],
  [':', /:\s*(?:passed|failed|pending|done|completed?|in progress|not started|todo|blocked|skipped)\b.*$/g],
  ['__', /_{2,}/g],
  ['tbd', /\btbd\b/g],
  ['<', /<[a-z][\w -]{0,60}>/g],
  ['[', /\[\s*(?:contact|url|link|host|name|date|email|phone|user|dbname|todo)?\s*\]/g],
];

/** A name that is signed with, `Lead: ____ Date: ____`, is the role in front, whoever has filled it in. */
const SIGNED = /^([^:]{1,60}):(?=.*\bdate\b\s*:)/;

/** What parts words, unless it is one blank already. */
const PARTING = /[^\p{L}\p{M}\p{N}<>=≤≥%+. ][^\p{L}\p{M}\p{N}<>=≤≥%+.]*| [^\p{L}\p{M}\p{N}<>=≤≥%+.]+/gu;

function normalText(markdown: string): string {
  const shown = plainText(markdown);
  const plain = (mayHold(shown, BEYOND_ASCII) ? shown.normalize('NFKC') : shown).toLowerCase();
  const signed = mayHold(plain, 'date') ? SIGNED.exec(plain) : null;
  let text = signed ? signed[1]! : plain;
  for (const [look, pattern] of LEFT_OUT) if (mayHold(text, look)) text = text.replace(pattern, ' ');
  const words = text
    .replace(/[\uFE0E\uFE0F]/g, '')
    .replace(/(?<=\d),(?=\d{3})/g, '')
    .replace(/(?<!\d)\.|\.(?!\d)/g, ' ')
    .replace(PARTING, ' ')
    .trim();
  return words === '' ? plain.trim() : words;
}
