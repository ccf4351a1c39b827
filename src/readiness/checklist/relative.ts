import type { Comparator, Threshold } from './checklist.ts';
import { directionOf, isShareInState } from './direction.ts';
import { mayHold } from './first-look.ts';
import type { Quantity } from './quantity.ts';

type Relative = { kind: NonNullable<Threshold['relative']>; op?: Comparator };

const UP = String.raw`increas\w*|ris(?:e[sn]?|ing)|rose|grow\w*|grew|(?<!\b(?:mak|tak|add|us|sign|set|end|pick|start)\w{0,3} )up|climb\w*|(?<!\bthe )spik\w*|jump\w*|surg\w*|slower|steig(?:t|en)|stieg(?:en)?|gestiegen|wächst|wachsen|erhöh\w*|augment\w*|hausse|progress(?:e|ent|é)|croît|croissent|grimp\w*`;
const DOWN = String.raw`decreas\w*|drop\w*|fall(?:s|en|ing)?|fell|declin\w*|down|reduc\w*|shrink(?!age)\w*|shrank|lost|loses|lower(?:ed|s)?|sink(?:t|en)|sank(?:en)?|gesunken|fällt|verringer\w*|reduzier\w*|baiss\w*|recul(?:e|ent|é)|diminu\w*`;
/** These tell a change only with `by`: `cut by 30 %`, and not `cut at 30 %`. */
const UP_BY = String.raw`rais(?:e[sd]?|ing)|boost\w*|lift(?:s|ed|ing)?|lengthen\w*|extend\w*|widen\w*|expand\w*`;
const DOWN_BY = String.raw`cut(?:s|ting)?|trimm?\w*|shorten\w*|slash\w*|lessen\w*|shav(?:e[sd]?|ing)|dip(?:s|ped|ping)?|slid(?:e[sd]?|ing)?|slump\w*|halv\w+|curb\w*|compress\w*|diminish\w*|narrow\w*`;
const CHANGE = String.raw`degrad\w*|regress\w*|deviat(?:e[sd]?|ing)|differ(?:s|ed|ing)?|chang\w*|vari\w*|drift(?:s|ed|ing)`;
const MEASURE = String.raw`(?:(?:(?:no|not|never)\s+)?(?:more|less|fewer|greater)\s+than|at least|at most|up to|over|max(?:imum)?|höchstens|mindestens|mehr als|(?:de |d['’])?(?:au )?(?:plus|moins)(?: de| d['’])?|[<>≤≥]=?|±)`;
const COMPARED = String.raw`\s*(?:of|is|by|de|:)?\s*(?:by\s+)?${MEASURE}?\s*$`;

/** `up on December by`, `drops by no more than` */
const BY = String.raw`(?:\s+(?:on|from|over|against)\s+(?:the\s+)?[\w.-]+(?:\s[\w.-]+)?)?\s+(?:by|um)\s+${MEASURE}?\s*$`;
/** `cut duplicate alarms by`: what somebody does to a thing, which stands between. */
const OF_WHAT = String.raw`(?:\s+(?!by\b|um\b|to\b|at\b|if\b|and\b|or\b|is\b|are\b|was\b|were\b|when\b|while\b|that\b|which\b|than\b|caused\b|driven\b|made\b)[\p{L}\d'’-]+){1,7}\s+by\s+${MEASURE}?\s*$`;
const DONE_UP = new RegExp(
  String.raw`\b(?:increas(?:e[sd]?|ing)|rais(?:e[sd]?|ing)|boost(?:s|ed|ing)?|lift(?:s|ed|ing)?|extend(?:s|ed|ing)?)${OF_WHAT}`,
  'iu',
);
const DONE_DOWN = new RegExp(
  String.raw`\b(?:cuts?|cutting|reduc(?:e[sd]?|ing)|lower(?:s|ed|ing)?|decreas(?:e[sd]?|ing)|shrinks?|slash(?:es|ed|ing)?|trim(?:s|med|ming)?|shorten(?:s|ed|ing)?|halv(?:e[sd]?|ing))${OF_WHAT}`,
  'iu',
);
const BY_UP = new RegExp(String.raw`\b(?:${UP}|${UP_BY})${BY}`, 'i');
const BY_DOWN = new RegExp(String.raw`\b(?:${DOWN}|${DOWN_BY})${BY}`, 'i');
/** `throughput improved by 15 %`: more of it, or less, as is better for what is named. */
const BY_BETTER = new RegExp(String.raw`\b(?:improv\w*|(?<worse>worsen\w*|deteriorat\w*))${BY}`, 'i');

const BY_CHANGE = new RegExp(String.raw`\b(?:shift\w*|move[sd]?|chang\w*|vari\w*)${BY}`, 'i');

type Kinds = readonly (readonly [RegExp, Relative['kind']])[];

/** What each expression with `by` ends with, whatever stands between that and its number. */
const BY_WORD = /\s(?:by|um)\s/iu;
const BEFORE_BY: Kinds = [
  [BY_UP, 'increase'],
  [BY_DOWN, 'decrease'],
  [BY_CHANGE, 'change'],
];
const BEFORE_BY_DONE: Kinds = [
  [DONE_UP, 'increase'],
  [DONE_DOWN, 'decrease'],
];
const BEFORE: Kinds = [
  [new RegExp(String.raw`\b(?:${UP})${COMPARED}`, 'i'), 'increase'],
  [new RegExp(String.raw`\b(?:${DOWN})${COMPARED}`, 'i'), 'decrease'],
  [new RegExp(String.raw`\b(?:${CHANGE})${COMPARED}`, 'i'), 'change'],
  [new RegExp(String.raw`\b(?:${CHANGE})\s+(?:above|beyond|over|exceed\w*|below|under|within)\s*$`, 'i'), 'change'],
  [/±\s*$/, 'change'],
  [/\w\s(?:\+|(?<!\b(?:au|de) )plus)\s*$/i, 'increase'],
];
/** What is compared with: `last week`, `the July average`, `the week before`. */
const EARLIER = String.raw`(?:the |our |its )?(?:baseline|normal|average|usual|peak|plan|forecast|budget|same \w+|today['’]?s?|last|previous|prior|preceding|yesterday|(?:\w+ )?(?:weeks?|months?|days?|years?|quarters?|hours?|releases?|versions?|same \w+|value|level|figure|state) (?:before|earlier|ago|of last)|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*|\w+ (?:average|baseline|mean))`;

/** In front of what is compared with. */
const THAN = String.raw`on|against|from|versus|vs\.?|compared (?:to|with)|over (?:the )?(?:last|previous)|(?:year|month|week|day)[- ](?:on|over)`;

const BEHIND: Kinds = [
  [
    new RegExp(
      String.raw`^\s*(?:slower|higher|more|larger|bigger|longer|worse|increase|rise|growth|spike|gestiegen|höher|länger|erhöht|verlängert|zugenommen|angestiegen|gesteigert|up (?:${THAN})\s|(?:above|more than) ${EARLIER}|over (?:the )?(?:\w+ )?(?:average|baseline|normal|usual|mean))\b`,
      'i',
    ),
    'increase',
  ],
  [
    new RegExp(
      String.raw`^\s*(?:faster|lower|less|fewer|smaller|shorter|decrease|drop|decline|reduction|gesunken|gefallen|niedriger|kürzer|verringert|zurückgegangen|abgenommen|gesenkt|reduziert|verkürzt|down (?=(?:${THAN})\s)|down(?=\s*(?:$|[.,;)]))|(?:below|under|less than) ${EARLIER})\b`,
      'i',
    ),
    'decrease',
  ],
  [/^\s*(?:degradation|regression|deviation|change|drift|difference)\b/i, 'change'],
  [
    /^\s*(?:of (?:the )?(?:baseline|last(?! \d)|previous(?! \d)|normal|same \w+|(?:value|level|figure|state) (?:before|of|in))|(?:the |of )?(?:the )?baseline)\b/i,
    'share',
  ],
];

/** `within 10 % of the baseline` is how far it may move away from it, and no tenth of it; a multiple is always of all. */
const AWAY = /\b(?:within|inside|innerhalb(?: von)?|off)\s+[<≤]?=?\s*$/i;

/** `30 % or more down against last week`: what follows is said of the number, and not of `more`. */
const OR_MORE =
  /^\s*oder (?:mehr|weniger)(?=\s+(?:reduziert|gesenkt|gesteigert|verringert|verkürzt|verlängert|erhöht|gesunken|gestiegen|höher|niedriger|länger|kürzer|langsamer|schneller)(?!\p{L}))|^\s*or (?:more|less|better|greater)(?=\s+(?:up|down|above|below|over|under|faster|slower|higher|lower|shorter|longer|smaller|larger|bigger|fewer|cheaper|increase|rise|growth|spike|drop|decline|decrease|reduction|change|drift|deviation)\b)/iu;

const kindIn = (text: string, kinds: Kinds): Relative['kind'] | undefined => kinds.find(([pattern]) => pattern.test(text))?.[1];

function bettered(left: string): Relative | undefined {
  const match = BY_BETTER.exec(left);
  const direction = match ? directionOf(left.slice(0, match.index)) : undefined;
  if (!match || direction === undefined) return match ? { kind: 'change', op: '>=' } : undefined;
  return { kind: (direction === 'more') === (match.groups?.['worse'] === undefined) ? 'increase' : 'decrease', op: '>=' };
}

function byOf(left: string): Relative | undefined {
  if (!mayHold(left, BY_WORD)) return undefined;
  const kind = kindIn(left, BEFORE_BY);
  return kind ? { kind, op: '>=' } : bettered(left);
}

/** What the words before a share say of a change: `up 20 %`, `dropped by`, `improved by`. */
function changedBefore(left: string): Relative | undefined {
  const by = mayHold(left, BY_WORD);
  const kind = (by ? (kindIn(left, BEFORE_BY) ?? kindIn(left, BEFORE_BY_DONE)) : undefined) ?? kindIn(left, BEFORE);
  if (kind) return { kind, op: '>=' };
  return by ? bettered(left) : undefined;
}

/** `4x of the normal peak`: how much is to be borne, and no change of it. */
export const OF_LOAD =
  /^\s*(?:of\s)?(?:the |our |its |an? )?(?:normal|usual|typical|regular|average|expected|previous|last)\s(?:[\p{L}'’-]+\s)?(?:peaks?|loads?|traffic|volumes?|demand|throughput)(?!\p{L})/iu;

/** `gehen um 10 % zurück`: the end of a verb in German, behind its number. */
const UM = new RegExp(String.raw`\bum\s+(?:${MEASURE}\s*)?$`, 'i');
const BACK = /^\s*(?:oder (?:mehr|weniger)\s+)?(?:zurück|ab(?=\s*(?:$|[.,;)]|und\b|gegen))|nach unten)(?!\p{L})/iu;
const ON = /^\s*(?:oder (?:mehr|weniger)\s+)?(?:zu|an|nach oben)(?=\s*(?:$|[.,;)]|und\b|gegen))/iu;

function parted(left: string, right: string): Relative | undefined {
  if (!mayHold(left, BY_WORD) || !UM.test(left)) return undefined;
  return BACK.test(right) ? { kind: 'decrease', op: '>=' } : ON.test(right) ? { kind: 'increase', op: '>=' } : undefined;
}

/** `up ≥ 99.9 %` and `down < 0.1 % of the time` tell how long something is there: by nearly a whole nothing rises. */
const isThere = (left: string, right: string, value: number): boolean =>
  (value >= 90 && value < 100 && UP_AT.test(left) && !BEHIND.some(([pattern]) => pattern.test(right)) && !COMPARED_WITH.test(right)) ||
  (DOWN_AT.test(left) && /^\s*of (?:the |all )?(?:time|day|week|month|year|hours|minutes)\b/i.test(right));
const UP_AT = new RegExp(
  String.raw`\b(?:up|hochgefahren)\s*[:=]?\s*(?:(?:for|in)\s+)?(?:[>≥]=?|at least|more than|over|mindestens)?\s*$`,
  'i',
);
const DOWN_AT = new RegExp(String.raw`\b(?:up|down)\s*[:=]?\s*(?:(?:for|in)\s+)?${MEASURE}?\s*$`, 'i');
const COMPARED_WITH = new RegExp(String.raw`^\s*(?:${THAN}|since|after|from)\b`, 'i');

const ANY_LOST = /drop|lo[st]|differ|declin/i;

/** A share of all that there is now, and not of what there was before. */
function isPart(left: string, right: string): boolean {
  // `Regression: 98 % green` names a suite.
  if (isShareInState(right)) return true;
  if (!mayHold(left, ANY_LOST)) return false;
  return (
    // `drops more than 4 % of its frames`
    (/\b(?:drops?|loses?)\s+\S+\s+than\s*$/i.test(left) && /^\s*of (?:its|their|the|all)\b/i.test(right)) ||
    // `counts and logs differ by 1 %` compares two things of one time.
    /\band\b[^.;:]*\bdiffer\b[^.;:]*$/i.test(left) ||
    // `samples lost: < 1 %`
    /\blost\s*[:=]\s*\S*(?:\s\S+){0,2}\s*$/i.test(left) ||
    /\b(?:dropped|declined)\s*[:=]\s*(?:[<≤]=?|less|fewer|under|below|at most|no more|max)[^:=]*$/i.test(left)
  );
}

/**
 * Whether a share or a multiple is of earlier measurements: `up 20 %`, `dropped > 50 %`, `10 % slower`, `2x the baseline`.
 * `falls below 95 %` is not: that is a fixed number.
 */
export function relativeOf(left: string, behind: string, { unit, value }: Pick<Quantity, 'unit' | 'value'>): Relative | undefined {
  const right = behind.replace(OR_MORE, '');
  if (left.endsWith('+') && /[<>≤≥]\s*\+$/.test(left)) return { kind: 'increase' };
  if (unit !== '%' && unit !== 'x') return byOf(left);
  if ((unit === '%' && isThere(left, right, value)) || isPart(left, right) || (unit === 'x' && OF_LOAD.test(right))) return undefined;
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
  const changed = noun ? undefined : (parted(left, right) ?? changedBefore(left));
  if (changed) return changed;
  for (const [pattern, kind] of BEHIND)
    if (pattern.test(right))
      return /^\s*(?:or|of)\b/.test(right) &&
        unit === '%' &&
        !/baseline|last|previous|normal|same|(?:value|level|figure|state) (?:before|of|in)\b/.test(right)
        ? undefined
        : { kind: kind === 'share' && (unit === 'x' || AWAY.test(left)) ? 'change' : kind };
  return undefined;
}
