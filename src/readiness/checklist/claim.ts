import type { Claim } from './checklist.ts';
import { mayHold } from './first-look.ts';

/** What tells how it is, each behind something that it cannot be without. */
const PATTERNS: readonly (readonly [look: string | RegExp, RegExp])[] = [
  [
    '(',
    /\((?:currently|current|achieved|actual|actually|measured|observed|as of|now|was|score|result|got|today|so far|previously|formerly|peak|typically|usually|normally|yesterday|last (?:week|month|year|quarter|time|run)|vorher|bisher|derzeit|zurzeit|erreicht|aktuell|actuel\w*)\b[^()]{0,120}\)/gi,
  ],
  // `(drill in Q1: 3 minutes)`, `(dernier essai : 11 min)`: how it was, where no word says that it is to be so again.
  [
    '(',
    /\((?![^():]*\b(?:target|goal|limit|threshold|max|min|budget|required?|slo|sla|expected|ziel|cible)\b)[^():<>≤≥]{0,30}\b(?:last|letzte[rsn]?|zuletzt|derni[eè]re?s?|old|alt|previous|drill|exercise|rehearsal|test|trial|before|earlier|worst|best|so far|is|ist|est|v\d[\w.]*|20\d\d|Q[1-4])\b[^():<>≤≥]{0,30}:[^()<>≤≥]{1,60}\)/gi,
  ],
  ['(', /\((?:it|this|that|which) (?:was|is|were)\b[^()<>≤≥]{1,60}\)|\(\s*\d[\d.,]*\s*%?(?:\s\p{L}+)?\s+last\s+\w+[^()<>≤≥]{0,60}\)/giu],
  ['(', /\(\s*\d[\d,.]*\s*(?:\/|of|von|sur)\s*\d[\d,.]*[^()]{0,60}\)/gi],
  ['(', /\(\s*\d[\d,.]*\s*\+?\s*(?:items?|tests?|checks?|tasks?|steps?)\s*\)/gi],
  // `labels printed, 100 % complete for both halls` asks for it; `labels: 100 % complete` and `(100 % complete)` tell how far they are.
  [
    /%\s*(?:complete|done|ready)/i,
    /(?<!(?:than|least|most|over|under|below|above|[<>≤≥]=?)\s*)(?:[-–—:]\s*|(?<=\(\s*)|(?!100(?:\.0+)?\s*%))(?<![\d.,])~?\d{1,3}(?:\.\d+)?\s*%\s*(?:complete|completed|done|ready)\b(?:\s*\([^()]{0,80}\))?/gi,
  ],
  [
    ':',
    /:\s*(?:passed|failed|pending|done|completed|in progress|not started|todo|blocked|skipped)\b(?![^.;]*(?:[<>≤≥]|\b(?:above|below|over|under|(?:more|less|fewer) than|at (?:least|most))\b))[^.;]{0,60}$/gi,
  ],
];

/** What the author asserts in a plain text, and the text with it blanked out, so that it is not read as a demand. */
export function claimsOf(text: string): { claims: Claim[]; rest: string } {
  if (!mayHold(text, /[(%:]/)) return { claims: [], rest: text };
  const claims: { at: number; claim: Claim }[] = [];
  let rest = text;
  for (const [look, pattern] of PATTERNS) {
    if (!mayHold(rest, look)) continue;
    rest = rest.replace(pattern, (words: string, ...more: unknown[]) => {
      claims.push({ at: more.find((part) => typeof part === 'number') as number, claim: claimOf(words) });
      return ' '.repeat(words.length);
    });
  }
  return { claims: claims.sort((a, b) => a.at - b.at).map(({ claim }) => claim), rest };
}

function claimOf(words: string): Claim {
  const text = words.replace(/^[\s(:–—-]+|[\s)]+$/g, '');
  const fraction = /(\d[\d,.]*)\s*(?:\/|of|von|sur)\s*(\d[\d,.]*)\s*([A-Za-z]*)/.exec(text);
  if (fraction) return { value: Number(fraction[1]!.replaceAll(',', '')), unit: `of ${fraction[2]} ${fraction[3]}`.trim(), text };
  const number = /(\d[\d,]*(?:\.\d+)?)\s*\+?\s*(%|[A-Za-z]+)?/.exec(text);
  if (!number) return { text };
  return { value: Number(number[1]!.replaceAll(',', '')), ...(number[2] && { unit: number[2] }), text };
}
