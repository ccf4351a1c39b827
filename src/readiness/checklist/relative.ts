import type { Comparator, Threshold } from './checklist.ts';

type Relative = { kind: NonNullable<Threshold['relative']>; op?: Comparator };

const UP = String.raw`increas\w*|ris(?:e[sn]?|ing)|rose|grow\w*|grew|(?<!\b(?:mak|tak|add|us|sign|set|end|pick|start)\w{0,3} )up|climb\w*|(?<!\bthe )spik\w*|jump\w*|surg\w*|slower|steigt|gestiegen|augment\w*|hausse`;
const DOWN = String.raw`decreas\w*|drop\w*|fall(?:s|en|ing)?|fell|declin\w*|down|reduc\w*|shrink\w*|shrank|lost|loses|lower(?:ed|s)?|sinkt|gesunken|baisse\w*`;
const CHANGE = String.raw`degrad\w*|regress\w*|deviat(?:e[sd]?|ing)|differ(?:s|ed|ing)?|chang\w*|vari\w*|drift(?:s|ed|ing)`;
const MEASURE = String.raw`(?:(?:(?:no|not|never)\s+)?(?:more|less|fewer|greater)\s+than|at least|at most|up to|over|max(?:imum)?|höchstens|mindestens|mehr als|(?:de |d['’])?(?:au )?plus(?: de)?|[<>≤≥]=?|±)`;
const COMPARED = String.raw`\s*(?:of|is|by|de|:)?\s*(?:by\s+)?${MEASURE}?\s*$`;

/** `up on December by`, `drops by no more than` */
const BY = String.raw`(?:\s+(?:on|from|over|against)\s+(?:the\s+)?[\w.-]+(?:\s[\w.-]+)?)?\s+(?:by|um)\s+${MEASURE}?\s*$`;
const BY_UP = new RegExp(String.raw`\b(?:${UP})${BY}`, 'i');
const BY_DOWN = new RegExp(String.raw`\b(?:${DOWN})${BY}`, 'i');

const BY_CHANGE = new RegExp(String.raw`\b(?:shift\w*|move[sd]?|chang\w*|vari\w*)${BY}`, 'i');

const BEFORE: readonly (readonly [RegExp, Relative['kind']])[] = [
  [BY_UP, 'increase'],
  [BY_DOWN, 'decrease'],
  [BY_CHANGE, 'change'],
  [new RegExp(String.raw`\b(?:${UP})${COMPARED}`, 'i'), 'increase'],
  [new RegExp(String.raw`\b(?:${DOWN})${COMPARED}`, 'i'), 'decrease'],
  [new RegExp(String.raw`\b(?:${CHANGE})${COMPARED}`, 'i'), 'change'],
  [new RegExp(String.raw`\b(?:${CHANGE})\s+(?:above|beyond|over|exceed\w*|below|under|within)\s*$`, 'i'), 'change'],
  [/±\s*$/, 'change'],
  [/\w\s\+\s*$/, 'increase'],
];
/** What is compared with: `last week`, `the July average`, `the week before`. */
const EARLIER = String.raw`(?:the |our |its )?(?:baseline|normal|average|usual|peak|plan|forecast|budget|today['’]?s?|last|previous|prior|preceding|yesterday|(?:\w+ )?(?:weeks?|months?|days?|years?|quarters?|hours?|releases?|versions?|same \w+|value|level|figure|state) (?:before|earlier|ago|of last)|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*|\w+ (?:average|baseline|mean))`;

const BEHIND: readonly (readonly [RegExp, Relative['kind']])[] = [
  [
    new RegExp(
      String.raw`^\s*(?:slower|higher|more|larger|bigger|longer|worse|increase|rise|growth|spike|gestiegen|höher|länger|erhöht|verlängert|zugenommen|angestiegen|up on\s|(?:above|more than) ${EARLIER}|over (?:the )?(?:\w+ )?(?:average|baseline|normal|usual|mean))\b`,
      'i',
    ),
    'increase',
  ],
  [
    new RegExp(
      String.raw`^\s*(?:faster|lower|less|fewer|smaller|shorter|decrease|drop|decline|reduction|gesunken|gefallen|niedriger|kürzer|verringert|zurückgegangen|abgenommen|down on\s|(?:below|under|less than) ${EARLIER})\b`,
      'i',
    ),
    'decrease',
  ],
  [
    /^\s*(?:degradation|regression|deviation|change|drift|difference|of (?:the )?(?:baseline|last(?! \d)|previous(?! \d)|normal|same \w+|(?:value|level|figure|state) (?:before|of|in))|(?:the |of )?(?:the )?baseline)\b/i,
    'change',
  ],
];

function byOf(left: string): Relative | undefined {
  const found = (
    [
      [BY_UP, 'increase'],
      [BY_DOWN, 'decrease'],
      [BY_CHANGE, 'change'],
    ] as const
  ).find(([pattern]) => pattern.test(left));
  return found && { kind: found[1], op: '>=' };
}

/**
 * Whether a share or a multiple is of earlier measurements: `up 20 %`, `dropped > 50 %`, `10 % slower`, `2x the baseline`.
 * `falls below 95 %` is not: that is a fixed number.
 */
export function relativeOf(left: string, behind: string, unit: string): Relative | undefined {
  const right = behind.replace(/^\s*or (?:more|less)(?=\s+(?:up|down)\b)/i, '');
  if (/[<>≤≥]\s*\+$/.test(left)) return { kind: 'increase' };
  if (unit !== '%' && unit !== 'x') return byOf(left);
  // `drops more than 4 % of its frames` tells a part, not a change.
  if (/\b(?:drops?|loses?)\s+\S+\s+than\s*$/i.test(left) && /^\s*of (?:its|their|the|all)\b/i.test(right)) return undefined;
  // `CPU climbing over 80 %` reaches a height; `up over 80 %` and `rises by over 80 %` tell by how much.
  if (
    left.endsWith('over ') &&
    /\b(?:climb|ris|grow|go|jump|spik|surg)\p{L}*\s+over\s*$/iu.test(left) &&
    !BEHIND.some(([pattern]) => pattern.test(right))
  )
    return undefined;
  const noun =
    /^\W*\p{L}+s\s*[<>≤≥]=?\s*$|\b(?:technical|soft|hard|issuer|card|bank|payment|call|packet)\s+(?:declines|drops)\s*[<>≤≥]=?\s*$/iu.test(
      left,
    );
  // `declines no more than 2 % higher than …`: what stands right behind the number says it best.
  const said = /^\s*(higher|slower|longer|larger|bigger|lower|faster|shorter|smaller)\s+than\b/i.exec(right)?.[1];
  if (said !== undefined) return { kind: /^(?:lower|faster|shorter|smaller)$/i.test(said) ? 'decrease' : 'increase' };
  // `samples lost: < 1 %` is a share of all, and `counts and logs differ by 1 %` compares two things of one time.
  if (/\band\b[^.;:]*\bdiffer\b[^.;:]*$/i.test(left)) return undefined;
  if (/\blost\s*[:=]\s*\S*(?:\s\S+){0,2}\s*$/i.test(left)) return undefined;
  for (const [pattern, kind] of BEFORE) if (!noun && pattern.test(left)) return { kind, op: '>=' };
  for (const [pattern, kind] of BEHIND)
    if (pattern.test(right))
      return /^\s*(?:or|of)\b/.test(right) &&
        unit === '%' &&
        !/baseline|last|previous|normal|same|(?:value|level|figure|state) (?:before|of|in)\b/.test(right)
        ? undefined
        : { kind };
  return undefined;
}
