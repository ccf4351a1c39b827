/** A range or a list writes out to no more than this. */
const MOST = 1_000;

const BRACES = /\{([^{}\s]{1,300})\}/g;
const RANGE = /^(-?\d{1,9})\.\.(-?\d{1,9})(?:\.\.(-?\d{1,4}))?$/;
const LETTERS = /^([a-z])\.\.([a-z])$/i;

/** The words of a shell's list, its braces written out: `a{1..3} b` is `a1 a2 a3 b`; `$(seq 1 3)` is `1 2 3`. Runs nothing. */
export function wordsOf(text: string): string[] {
  const counted = text.replace(
    /\$\(\s*seq\s+(-?\d{1,9})\s+(?:(-?\d{1,4})\s+)?(-?\d{1,9})\s*\)|`\s*seq\s+(\d{1,9})\s+(\d{1,9})\s*`/g,
    (_all, a, step, b, c, d) => range(Number(a ?? c), Number(b ?? d), Number(step ?? 1)).join(' '),
  );
  return counted
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, MOST)
    .flatMap((word) => expandBraces(word.replace(/^(["'])(.*)\1$/, '$2')))
    .slice(0, MOST);
}

/**
 * A text once for each way to read its braces, as bash does, the last of several turning fastest: `{8080..8089}`, `{01..12..3}`,
 * `{a..f}`, `{api,web}`. `${NAME}`, `{}` and `{one}` are no lists and stay. No more than the first thousand.
 */
export const expandBraces = (text: string): string[] => [...writtenOut(text).take(MOST)];

function* writtenOut(text: string): Generator<string> {
  const list = firstList(text);
  if (!list) return yield text;
  for (const word of list.words) for (const rest of writtenOut(text.slice(list.to))) yield text.slice(0, list.at) + word + rest;
}

function firstList(text: string): { at: number; to: number; words: string[] } | undefined {
  for (const match of text.matchAll(BRACES)) {
    const words = text[match.index - 1] === '$' ? undefined : listOf(match[1]!);
    if (words) return { at: match.index, to: match.index + match[0].length, words };
  }
  return undefined;
}

function listOf(inside: string): string[] | undefined {
  const numbers = RANGE.exec(inside);
  if (numbers) {
    const [, from = '', to = '', step] = numbers;
    const isPadded = /^-?0\d/.test(from) || /^-?0\d/.test(to);
    const width = isPadded ? Math.max(from.length, to.length) : 0;
    return range(Number(from), Number(to), Number(step ?? 1)).map((value) => String(value).padStart(width, '0'));
  }
  const letters = LETTERS.exec(inside);
  if (letters) return range(letters[1]!.charCodeAt(0), letters[2]!.charCodeAt(0), 1).map((code) => String.fromCharCode(code));
  return inside.includes(',') ? inside.split(',') : undefined;
}

function range(from: number, to: number, step: number): number[] {
  const by = Math.max(1, Math.abs(step));
  const count = Math.min(MOST, Math.floor(Math.abs(to - from) / by) + 1);
  return Array.from({ length: count }, (_, at) => (from <= to ? from + at * by : from - at * by));
}
