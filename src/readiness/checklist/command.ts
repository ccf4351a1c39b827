/** What is typed into a machine: its numbers demand nothing of what is checked. */

const ADDRESS = /\b[a-z][a-z+.-]{1,20}:\/\/\S+/gi;

/** `--replicas=0`, `--retry 3`, `--set replicas=4`, `-n 5`, `-parallelism=4`. Words that compare are none, as in `--under 5 s`. */
const FLAG =
  /(?<=^|[\s(])(?:--(?!(?:within|under|over|below|above|at|up|in|for|is|p\d+)\b)[a-z][\w.-]{0,60}(?:=\S{1,200}|\s(?=["'\d]|[\w.-]{1,60}=\d)\S{1,200})|-[a-z][\w-]{1,60}=\S{1,200}|-[a-z]\s\d\S{0,60})/gi;

/** The conditions of a query: `SELECT … WHERE age > 30`. What it returns stands outside of it. */
const CONDITION = /\b(?:WHERE|AND|OR|HAVING|LIMIT)\s+(?:[\w.()*]{1,60}\s*(?:[<>!]=?|=|<>)\s*)?'?\d[\w.]*/g;
const QUERY = /\b(?:SELECT|DELETE FROM|UPDATE)\s/;

const blank = (words: string): string => ' '.repeat(words.length);

/** A text with addresses, the flags of commands and the conditions of queries blanked out, as long as before. */
export function withoutCommands(source: string): string {
  let text = source.includes('://') ? source.replace(ADDRESS, blank) : source;
  if (text.includes('-')) text = text.replace(FLAG, blank);
  return QUERY.test(text) ? text.replace(CONDITION, blank) : text;
}
