import { mayHold } from './first-look.ts';

const MARK = String.raw`(?:p\d{2}(?:\.\d+)?|\d{2}(?:\.\d+)?th percentile|median|mean|average|avg)`;
const NEXT = String.raw`\s*(?:\/|,|\||&|\band\b|\bund\b|\bet\b)\s*`;
const COMPARED = String.raw`(?:[<>≤≥]=?|under|below|less than|at most|no more than|up to|within|max\.?|over|above|at least|unter|höchstens|maximal|sous|moins de|au plus)`;
const TIME = String.raw`(?:us|µs|ms|s|secs?|seconds?|sekunden|secondes|min|minutes?|minuten)`;
const PIECE = String.raw`(?:${COMPARED}\s*)?\d+(?:[.,]\d+)?(?:\s?${TIME}(?![\p{L}/]))?`;
const MARKS = String.raw`(?<marks>\b${MARK}(?:${NEXT}${MARK}){1,4})`;
const PIECES = String.raw`(?<pieces>${PIECE}(?:${NEXT}${PIECE}){1,4})(?![\d.,]*\d|\s?[%\p{L}])`;

/** `p95 / p99: < 150 ms / < 400 ms` and `< 150 ms / < 400 ms (p95 / p99)`. */
const LISTED = [
  new RegExp(
    String.raw`${MARKS}(?<words>(?:\s+(?!(?:${COMPARED}|of|are|is|stay|at|both|each|all)(?!\p{L}))[\p{L}-]+){0,3})\s*(?:(?:[:=]|of|are|is|stays?|at)\s*)?${PIECES}`,
    'iu',
  ),
  new RegExp(String.raw`${PIECES}\s*,?\s*\(?(?:at\s+(?:the\s+)?)?${MARKS}\)?`, 'iu'),
];
/** Two marks in a row, without which nothing is listed. */
const TWO_MARKS =
  /(?:p\d\d|median|mean|avg|average|percentile)\S{0,4}\s*(?:\/|,|\||&|and|und|et)\s*(?:p\d|\d\dth|\d\d\.\dth|median|mean|avg|average)/i;
const PART = new RegExp(String.raw`^(?<op>${COMPARED}\s*)?(?<value>\d+(?:[.,]\d+)?)\s?(?<unit>${TIME})?$`, 'iu');

/**
 * Demands on several percentiles that are listed apart from them, each beside its own: `p95 < 150 ms, p99 < 400 ms`. What the first says
 * of how to compare and the last of the unit is said of them all.
 */
export function inTurn(text: string): string {
  if (!mayHold(text, TWO_MARKS)) return text;
  for (const listed of LISTED) {
    const match = listed.exec(text);
    const told = match && pairsOf(match.groups!);
    if (told) return `${text.slice(0, match.index)}${told}${text.slice(match.index + match[0].length)}`;
  }
  return text;
}

function pairsOf({ marks, words = '', pieces }: Readonly<Record<string, string | undefined>>): string | undefined {
  const next = new RegExp(NEXT, 'iu');
  const names = marks!.split(next);
  const parts = pieces!.split(next).map((piece) => PART.exec(piece)?.groups);
  if (names.length !== parts.length || parts.some((part) => part === undefined)) return undefined;
  const unit = parts.at(-1)!['unit'];
  if (unit === undefined) return undefined;
  const op = parts[0]!['op'] ?? ': ';
  return names
    .map((name, at) => `${name}${words} ${parts[at]!['op'] ?? op}${parts[at]!['value']!} ${parts[at]!['unit'] ?? unit}`)
    .join('; ');
}
