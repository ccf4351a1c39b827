import type { Comparator, Threshold } from './checklist.ts';

type Relative = { kind: NonNullable<Threshold['relative']>; op?: Comparator };

const UP = String.raw`increas\w*|ris(?:e[sn]?|ing)|rose|grow\w*|grew|up|climb\w*|spik\w*|jump\w*|surg\w*|slower|steigt|gestiegen|augment\w*`;
const DOWN = String.raw`decreas\w*|drop\w*|fall(?:s|en|ing)?|fell|declin\w*|down|reduc\w*|shrink\w*|shrank|lost|loses|lower(?:ed|s)?|sinkt|gesunken|baisse\w*`;
const CHANGE = String.raw`degrad\w*|regress\w*|deviat\w*|differ\w*|chang\w*|vari\w*|drift\w*`;
const COMPARED = String.raw`\s*(?:of|is|by|:)?\s*(?:by\s+)?(?:(?:more|less|fewer|greater)\s+than|at least|at most|no more than|not more than|over|max(?:imum)?|[<>≤≥]=?|±)?\s*$`;

const BY = String.raw`\s+by\s+(?:(?:more|less|fewer|greater)\s+than|at least|at most|over|[<>≤≥]=?)?\s*$`;
const BY_UP = new RegExp(String.raw`\b(?:${UP})${BY}`, 'i');
const BY_DOWN = new RegExp(String.raw`\b(?:${DOWN})${BY}`, 'i');

const BEFORE: readonly (readonly [RegExp, Relative['kind']])[] = [
  [new RegExp(String.raw`\b(?:${UP})${COMPARED}`, 'i'), 'increase'],
  [new RegExp(String.raw`\b(?:${DOWN})${COMPARED}`, 'i'), 'decrease'],
  [new RegExp(String.raw`\b(?:${CHANGE})${COMPARED}`, 'i'), 'change'],
  [new RegExp(String.raw`\b(?:${CHANGE})\s+(?:above|beyond|over|exceed\w*|below|under|within)\s*$`, 'i'), 'change'],
  [/±\s*$/, 'change'],
  [/\w\s\+\s*$/, 'increase'],
];
const BEHIND: readonly (readonly [RegExp, Relative['kind']])[] = [
  [
    /^\s*(?:slower|higher|more|larger|bigger|longer|worse|increase|rise|growth|spike|above (?:the )?(?:baseline|normal|average|usual))\b/i,
    'increase',
  ],
  [
    /^\s*(?:faster|lower|less|fewer|smaller|shorter|decrease|drop|decline|reduction|below (?:the )?(?:baseline|normal|average|usual))\b/i,
    'decrease',
  ],
  [
    /^\s*(?:degradation|regression|deviation|change|drift|difference|of (?:the )?(?:baseline|last|previous|normal)|(?:the |of )?(?:the )?baseline)\b/i,
    'change',
  ],
];

/**
 * Whether a share or a multiple is of earlier measurements: `up 20 %`, `dropped > 50 %`, `10 % slower`, `2x the baseline`.
 * `falls below 95 %` is not: that is a fixed number.
 */
export function relativeOf(left: string, right: string, unit: string): Relative | undefined {
  if (/[<>≤≥]\s*\+$/.test(left)) return { kind: 'increase' };
  if (unit !== '%' && unit !== 'x')
    return BY_UP.test(left) ? { kind: 'increase', op: '>=' } : BY_DOWN.test(left) ? { kind: 'decrease', op: '>=' } : undefined;
  const noun = /^\W*\p{L}+s\s*[<>≤≥]=?\s*$/u.test(left);
  for (const [pattern, kind] of BEFORE) if (!noun && pattern.test(left)) return { kind, op: '>=' };
  for (const [pattern, kind] of BEHIND)
    if (pattern.test(right))
      return /^\s*(?:or|of)\b/.test(right) && unit === '%' && !/baseline|last|previous|normal/.test(right) ? undefined : { kind };
  return undefined;
}
