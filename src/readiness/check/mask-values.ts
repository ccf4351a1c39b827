import { maskStructure } from './mask-structure.ts';
import { CREDENTIAL_NAME, mayBeShown, namesCredential } from './secret-names.ts';

const QUOTED = String.raw`"(?:[^"\\\r\n]|\\.)*"?|'[^'\r\n]*'?`;
const BLANK = String.raw`[ \t]{0,16}`;
const IS = String.raw`(?:=>|->|:=|=(?!>))`;
/** A word that may be drawn at random: long enough, with letters and digits. */
const RANDOM = String.raw`(?=[^\s]{0,64}\d)(?=[^\s]{0,64}[A-Za-z])[^\s"',;<>(){}\[\]]{6,}`;

/** A quote, perhaps within a text that is JSON itself: there it has backslashes before it. */
const QUOTE = String.raw`\\{0,8}["']`;

/** What stands between the name of a credential and its value, and the value. */
const FORMS: readonly RegExp[] = [
  // JSON in a text of JSON: the value goes to a quote with as many backslashes.
  [String.raw`(?:${QUOTE})?\s{0,16}(?:${IS}|:)\s{0,16}(?<mark>\\{1,8}["'])`, String.raw`(?:(?!(?<!\\)\k<mark>)[^\r\n]){1,4096}`],
  // YAML's blocks: everything that is indented below.
  [String.raw`["']?${BLANK}:${BLANK}`, String.raw`[|>][+-]?[ \t]{0,16}\r?\n(?:[ \t]+[^\r\n]*(?:\r?\n|$))+`],
  // Lists and objects: the bracket alone, the rest is counted.
  [String.raw`(?:${QUOTE})?${BLANK}(?:${IS}|:)\s{0,16}`, String.raw`(?=[\[{])`],
  [String.raw`["']?\s{0,16}(?:${IS}|:(?!=))\s{0,16}`, QUOTED],
  [String.raw`["']?\s{0,16}${IS}${BLANK}`, String.raw`[^\s"'&,;}\])]+`],
  // What a check says of a value: `$.password is "…"`.
  [String.raw`["'\]]{0,2}\s{1,16}(?:is|was|equals|has|contains)\s{1,16}`, QUOTED],
  // What a sentence says of one: a word that no prose has.
  [String.raw`["']?\s{1,16}(?:is|was|are|equals|ist|est|es)\s{1,16}`, RANDOM],
  // A colon as in YAML: the value may hold blanks.
  [String.raw`(?:${QUOTE})?${BLANK}:(?!=)${BLANK}`, String.raw`[^\s"',;}{\[|>\\][^\r\n,;}]*`],
  // A variable with its value, as containers have them.
  [String.raw`["']?\s{0,16},?\s{0,16}["']?value["']?\s{0,4}[:=]\s{0,16}`, String.raw`${QUOTED}|[^\s"',;}]+`],
  // Nothing but a blank between: a text in quotes, or a word that no prose has.
  [String.raw`["']?\s{1,4}`, String.raw`${QUOTED}|${RANDOM}`],
].map(([between, value]) => new RegExp(String.raw`(${between})(?!["']?\[secret\])(${value})`, 'y'));

const ELEMENT = /<([\w:.-]{1,80})([^<>\r\n]{0,200})>([^<]{1,4096})(?=<)/g;

/** Masks what stands behind the names of credentials, in one pass: each place is looked at a bounded number of times. */
export function maskValues(text: string, mask: string): string {
  const elements = text.replace(ELEMENT, (all, name: string, more: string, value: string) =>
    value.trim() === mask || !namesCredential(name) || mayBeShown(name, value) ? all : `<${name}${more}>${mask}`,
  );
  const names = new RegExp(CREDENTIAL_NAME, 'g');
  let masked = '';
  let done = 0;
  for (let found = names.exec(elements); found; found = names.exec(elements)) {
    const behind = names.lastIndex;
    const value = valueAt(elements, behind);
    if (!value || isNoSecret(elements, found, value)) continue;
    const { inside, end } = value.from === value.end ? maskStructure(elements, value.from, mask) : { inside: mask, end: value.end };
    masked += elements.slice(done, value.from) + inside;
    done = names.lastIndex = end;
  }
  return masked + elements.slice(done);
}

function isNoSecret(text: string, { 0: name, index }: RegExpExecArray, { from, end }: { from: number; end: number }): boolean {
  const value = text.slice(from, end);
  // `PASS: the words of a test` is no password; one of several words has a longer name or stands in quotes.
  const isVerdict = /^pass$/i.test(name) && /^[^"'].*\s/.test(value) && !/[\w-]/.test(text[index - 1] ?? ' ');
  return from < end && (isVerdict || mayBeShown(name, value));
}

/** Where the value behind a name stands; from its start to its start where it is a list or an object. */
function valueAt(text: string, behind: number): { from: number; end: number } | undefined {
  for (const form of FORMS) {
    form.lastIndex = behind;
    const found = form.exec(text);
    if (found) return { from: behind + found[1]!.length, end: form.lastIndex };
  }
  return undefined;
}
