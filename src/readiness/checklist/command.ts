import { singleSpaced } from './inline.ts';

/** What is typed into a machine: its numbers demand nothing of what is checked. */

const ADDRESS = /\b[a-z][a-z+.-]{1,20}:\/\/\S+/gi;

/** `--replicas=0`, `--retry 3`, `--set replicas=4`, `-n 5`, `-parallelism=4`. Words that compare are none, as in `--under 5 s`. */
const FLAG =
  /(?<=^|[\s(])(?:--(?!(?:within|under|over|below|above|at|up|in|for|is|p\d+)\b)[a-z][\w.-]{0,60}(?:=\S{1,200}|\s(?=["'\d]|[\w.-]{1,60}=\d)\S{1,200})|-[a-z][\w-]{1,60}=\S{1,200}|-[a-z]\s\d\S{0,60})/gi;

/** The conditions of a query: `SELECT … WHERE age > 30`. What it returns stands outside of it. */
const CONDITION = /\b(?:WHERE|AND|OR|HAVING|LIMIT)\s+(?:[\w.()*]{1,60}\s*(?:[<>!]=?|=|<>)\s*)?'?\d[\w.]*/g;
const QUERY = /\b(?:SELECT|DELETE FROM|UPDATE)\s/;

/** What is assigned inside of code, as an argument or a setting: `sluicectl move gate=4`. */
const ASSIGNED = /(?<=^|[\s,;])[A-Za-z][\w.-]{0,60}=[\d.][^\s,;]{0,60}/g;
/** What code prints must be so. */
const PRINTS =
  /\b(?:prints?|shows?|returns?|reads?|reports?|says?|gives?|yields?|answers?|displays?|is|are|contains?|zeigt|liefert|affiche)\W*$/i;
const CODE = /`([^`\n]{3,300})`/g;
const MOST_CODES = 20;

/** A plain text with what its Markdown assigns inside of code blanked out, as long as before. */
export function withoutAssignments(source: string, markdown: string): string {
  if (!/`[^`]*\w=[\d.]/.test(markdown)) return source;
  let text = source;
  for (const { index, 1: code } of [...markdown.matchAll(CODE)].slice(0, MOST_CODES)) {
    if (PRINTS.test(markdown.slice(Math.max(0, index - 40), index))) continue;
    const plain = singleSpaced(code!.trim());
    text = text.replaceAll(plain, plain.replace(ASSIGNED, blank));
  }
  return text;
}

const blank = (words: string): string => ' '.repeat(words.length);

/** A text with addresses, the flags of commands and the conditions of queries blanked out, as long as before. */
export function withoutCommands(source: string): string {
  let text = source.includes('://') ? source.replace(ADDRESS, blank) : source;
  if (text.includes('-')) text = text.replace(FLAG, blank);
  return QUERY.test(text) ? text.replace(CONDITION, blank) : text;
}
