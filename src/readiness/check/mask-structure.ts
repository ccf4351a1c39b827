import { mayBeShown } from './secret-names.ts';

const STRING = /"(?:[^"\\\r\n]|\\.)*"?|'[^'\r\n]*'?/y;
const WORD = /[^\s,:{}[\]"']+/y;

/**
 * Masks the texts in a list or an object: from its opening bracket to the closing one, or to the end where there is none.
 * Names, states and plain numbers stay.
 */
export function maskStructure(text: string, from: number, mask: string): { inside: string; end: number } {
  let inside = '';
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const letter = text[at]!;
    const word = letter === '"' || letter === "'" ? partAt(STRING, text, at) : partAt(WORD, text, at);
    if (word !== '') {
      at += word.length;
      const isName = /^[ \t]{0,16}:/.test(text.slice(at, at + 17));
      const isMasked = word === mask.slice(1, -1) && text[at - word.length - 1] === mask[0] && text[at] === mask.at(-1);
      inside += isName || isMasked || mayBeShown('password', word) || /^[\d.]+$/.test(word) ? word : mask;
      continue;
    }
    inside += letter;
    at += 1;
    if (letter === '[' || letter === '{') depth += 1;
    if ((letter === ']' || letter === '}') && (depth -= 1) === 0) break;
  }
  return { inside, end: at };
}

function partAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}
