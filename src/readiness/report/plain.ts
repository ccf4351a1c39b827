/**
 * Characters that act instead of being read: controls, marks that turn the direction of writing, invisible ones, tags, and
 * what is no character. Joiners stay, since letters and emoji need them.
 */
const ACTING = /[\p{Cc}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\u{e0000}-\u{e007f}]/gu;

/** Text of a checklist or a check on one line, in which nothing acts: what would do so is shown by its code, `[U+202E]`. */
export function plain(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\t\r\n]+/g, ' ')
    .replace(ACTING, shown);
}

/** The same of a text of several lines, which stay lines. */
function plainLines(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(ACTING, (acting) => (acting === '\n' || acting === '\t' ? acting : shown(acting)));
}

function shown(acting: string): string {
  return `[U+${acting.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`;
}

/** The beginning of a text, with an ellipsis when that is not all. */
export function shortened(text: string, most: number): string {
  const letters = [...text];
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join('')}…`;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Plain text as HTML or XML writes it, also between quotes of an attribute. */
export function escaped(text: string): string {
  return plain(text).replace(/[&<>"']/g, (sign) => ESCAPES[sign]!);
}

/** The same with its lines kept. */
export function escapedLines(text: string): string {
  return plainLines(text).replace(/[&<>"']/g, (sign) => ESCAPES[sign]!);
}
