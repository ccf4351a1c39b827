import { mayBegin, mayHold } from './first-look.ts';
import { matchesOf } from './matches.ts';
import { isStandard } from './standard.ts';
import { milliseconds, timeUnit, unitOf, type Unit } from './units.ts';

/** A number in a text with its unit. `plus` where it is written `99.9%+`; `to` is the end of number, unit and plus. */
export type Quantity = {
  from: number;
  to: number;
  value: number;
  unit: string;
  plus: boolean;
  word: boolean;
  hyphen: boolean;
  /** A version of three parts and more; `value` is of the first two. */
  dotted?: boolean;
};

const DIGITS = /\d{1,3}(?:[,'’\u00a0\u202f]\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?|\.\d+/y;
const WORDS: Readonly<Record<string, number>> = {
  zero: 0,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  twelve: 12,
  fifteen: 15,
  twenty: 20,
  thirty: 30,
  sixty: 60,
  ninety: 90,
  hundred: 100,
  null: 0,
  zwei: 2,
  drei: 3,
  deux: 2,
  trois: 3,
  once: 1,
  twice: 2,
  double: 2,
  triple: 3,
};
const WORD =
  /\b(?<!-)(zero|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|sixty|ninety|hundred|zwei|drei|deux|trois|(?<=(?:than|least|most) )(?:once|twice)|(?<=(?:than|least|most|over) )(?:double|triple)(?= (?:the|its|our|that|what|last|normal|usual)\b)|an?(?= (?:second|minute|hour|day|week|month)\b))(?![\w-])/gi;
/** `by more than half`, `at least half of them`: a share. */
const HALF = /(?<=\b(?:than|by|least|most|over|under) )half\b(?! an?\b|-)/gi;

/** `half a second` */
const HALF_OF = /(?<![\w-])half an?(?= (?:second|minute|hour|day|week|month|year)\b)/gi;
const QUARTER = /(?<![\w-])a quarter of an hour\b/gi;

/** `Warnings: none`, `mismatches: none out of 5,000` */
const NONE = /(?<=[:–—]\s)(?:none|keine[rs]?|aucune?)(?=\s*(?:$|[.;)]|(?:out )?of\s\d))/gi;

/** `more than 1 in 20 signups`, `fewer than 3 out of 1,000`: a share, where it is compared. */
const SHARE =
  /^\s(?:in|out of)\s(\d{1,3}(?:[, ]\d{3})+|\d+)(?=\s+\p{L}|\W*$)(?!\s*(?:%|(?:ms|s|secs?|seconds?|mins?|minutes?|h|hours?|days?|weeks?|months?)\b))/u;
const COMPARED = /(?:\b(?:than|most|least|over|under|above|below|exceeds?)|[<>≤≥]=?)\s*$/i;

/** As much as a comparator takes: what is in front of every number must not be looked through whole. */
const justBefore = (text: string, at: number): string => text.slice(Math.max(0, at - 20), at);

/** `four nines`: 99.99 %, or more. */
const NINES = /(?<![\w-])(two|three|four|five|six|[2-7])[ -](?:nines|9['’]?s)(?!\w)/gi;

function ninesIn(text: string): Quantity[] {
  if (!mayHold(text, /nines|9['’]?s/i)) return [];
  return matchesOf(text, NINES).map(({ index, 0: words, 1: count }) => {
    const value = Number((100 - 100 / 10 ** (WORDS[count!.toLowerCase()] ?? Number(count))).toFixed(7));
    return { from: index, to: index + words.length, value, unit: '%', plus: true, word: false, hyphen: false };
  });
}

/** Where a number begins, by the digit or dot itself, of which there are few; what stands before it is looked at then. Glued to a `v` it is one only where a version is demanded, as in `v5.10 or newer`. */
const STARTS =
  /[.\d](?<![\w.,].)|\d(?<=(?<!\w)v.)(?=\d{0,3}(?:\.\d{1,4}){0,3}(?:\+|\s(?:or|and|oder|und|ou|et)\s(?:newer|later|higher|above|up|neuer|höher)\b))/g;

/** Every quantity in a text, in order. Versions, dates, times of day, ports, fractions and names with digits are none. */
export function quantitiesOf(text: string): Quantity[] {
  const found: Quantity[] = [];
  const dotted = mayHold(text, /\d\.\d{3}/) && DOTTED.test(text);
  const nines = ninesIn(text);
  const isTaken = (at: number): boolean => nines.some(({ from, to }) => from <= at && at < to);
  for (const { index } of matchesOf(text, STARTS)) {
    if (index < (found.at(-1)?.to ?? 0) || isTaken(index)) continue;
    const quantity = quantityAt(text, index, dotted);
    if (quantity) found.push(quantity);
  }
  for (const match of matchesOf(text, WORD)) {
    if (isTaken(match.index)) continue;
    const value = WORDS[match[1]!.toLowerCase()] ?? 1;
    const quantity = { ...withUnit(text, match.index, match.index + match[0].length, value), word: true };
    const times =
      /^(?:twice|double|triple)$/i.test(match[1]!) &&
      quantity.unit === '' &&
      /^\s+(?:the|its|as|that|last|this|our|yesterday|what|normal|usual|\p{L}+['’]s)\b/iu.test(text.slice(quantity.to));
    found.push(times ? { ...quantity, unit: 'x' } : quantity);
  }
  for (const { index, 0: word } of mayHold(text, /[:–—]\s/) ? matchesOf(text, NONE) : [])
    found.push({ from: index, to: index + word.length, value: 0, unit: '', plus: false, word: true, hyphen: false });
  found.push(...nines);
  if (mayHold(text, /half|quarter/i)) found.push(...partsIn(text));
  return joined(
    text,
    found.sort((a, b) => a.from - b.from),
  );
}

/** `half of them`, `half a second`, `a quarter of an hour`. */
function partsIn(text: string): Quantity[] {
  const found: Quantity[] = [];
  for (const { index } of matchesOf(text, HALF))
    found.push({ from: index, to: index + 4, value: 50, unit: '%', plus: false, word: true, hyphen: false });
  for (const { index, 0: words } of matchesOf(text, HALF_OF))
    found.push({ ...withUnit(text, index, index + words.length, 0.5), word: true });
  for (const { index } of matchesOf(text, QUARTER))
    found.push({ from: index, to: index + 20, value: 15, unit: 'min', plus: false, word: true, hyphen: false });
  return found;
}

const SMALLER: Readonly<Record<string, readonly [unit: string, share: number]>> = { d: ['h', 24], h: ['min', 60], min: ['s', 60] };

/** `3 hours and 30 minutes` is one time: 3.5 hours. */
function joined(text: string, found: readonly Quantity[]): Quantity[] {
  const whole: Quantity[] = [];
  for (const quantity of found) {
    const last = whole.at(-1);
    const part = last && !last.plus && SMALLER[last.unit];
    if (
      part &&
      part[0] === quantity.unit &&
      quantity.value < part[1] &&
      /^(?:\s+|,?\s*(?:and|und|et)\s+)$/.test(text.slice(last.to, quantity.from))
    )
      whole[whole.length - 1] = { ...last, to: quantity.to, value: last.value + quantity.value / part[1], plus: quantity.plus };
    else whole.push(quantity);
  }
  return whole;
}

/** `50 000 players`, `1 500 requêtes`: a space parts thousands, too. */
const SPACED = /[1-9]\d{0,2}(?: \d{3})+(?![\d.,]?\d|[-:/]\d)/y;
/** `1.000.000`: two dots part thousands in any language. */
const TWICE_DOTTED = /[1-9]\d{0,2}\.\d{3}\.\d{3}(?![.\d])/y;
/** `phase 2 500 users`, `the top 10 100-mile routes`: the first number is a name. */
const NAMED = /\b(?:ports?|steps?|phase|top|version|v|day|week|month|stage|ring|wave|tier|level|q|room|gate|hall|line|page|no|nr)\.? $/i;

/** What a number begins with that goes on behind a space, or that has two dots. */
const PARTED = /^\d{1,3}[. ]\d/;

/** The digits of a number. */
function digitsAt(text: string, at: number, parted: boolean): RegExpExecArray | null {
  const spaced = parted ? matchAt(SPACED, text, at) : null;
  if (spaced && !NAMED.test(text.slice(Math.max(0, at - 10), at))) return spaced;
  return (parted ? matchAt(TWICE_DOTTED, text, at) : null) ?? matchAt(DIGITS, text, at);
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function quantityAt(text: string, at: number, dotted: boolean): Quantity | undefined {
  if (isStandard(text, at)) return undefined;
  const parted = mayHold(text.slice(at, at + 5), PARTED);
  const version = parted ? versionIn(text, at) : undefined;
  if (version) return version;
  const match = digitsAt(text, at, parted);
  if (!match || isStatus(text, at)) return undefined;
  const before = text[at - 1] ?? ' ';
  const negative = (before === '-' || before === '−') && /^$|[\s(<>=≤≥]$/.test(text.slice(Math.max(0, at - 2), at - 1));
  if ('@#:/_'.includes(before) && !/[\s\w)]:$/.test(text.slice(Math.max(0, at - 2), at))) return undefined;
  if ((before === '-' && !negative && !/\d\s?-$/.test(text.slice(Math.max(0, at - 3), at))) || isOther(text, at, at + match[0].length))
    return undefined;
  const value = numberOf(match[0], dotted) * (negative ? -1 : 1);
  const share = shareOf(text, { from: at, to: at + match[0].length, value, dotted });
  if (share) return share;
  const quantity = withUnit(text, negative ? at - 1 : at, at + match[0].length, value);
  return /[A-Za-z_]/.test(text[quantity.to] ?? '') ? undefined : quantity;
}

/** `more than 1 in 20` as a share. */
function shareOf(
  text: string,
  { from, to, value, dotted }: { from: number; to: number; value: number; dotted: boolean },
): Quantity | undefined {
  const share = SHARE.exec(text.slice(to, to + 24));
  if (!share) return undefined;
  const whole = numberOf(share[1]!, dotted);
  // `under 3.5 out of 5` is a score.
  const isScore = !Number.isInteger(value) || (whole <= 10 && /out of/i.test(share[0]));
  if (isScore || value <= 0 || value >= whole || !COMPARED.test(justBefore(text, from))) return undefined;
  const percent = Number(((100 * value) / whole).toFixed(7));
  return { from, to: to + share[0].length, value: percent, unit: '%', plus: false, word: false, hyphen: false };
}

const PARTS = /(\d{1,3}\.\d{1,4})(?:\.\d{1,4}){1,2}(?![.\d]?\d)/y;
const BOUND_BEFORE =
  /(?:[<>≤≥]=?|\b(?:(?:older|newer|jünger|älter) (?:than|als)|least|most|above|below|minimum|min\.?|mindestens|au moins))\s*(?:(?:version|release)\s)?v?$/i;
const BOUND_BEHIND = /^(?:\+(?!\d)|\s(?:or|and|oder|und|ou|et)\s(?:newer|later|higher|above|up|older|earlier|neuer|höher|plus récent))/i;
const DAY = /\b(?:on|until|before|after|since|by|am|ab|vom|seit|bis|le|du|au)\s*$/i;

/** A version of three parts where one is demanded: `>= 2.3.19`, `2.3.19 or newer`. Elsewhere it may be a date or an address. */
function versionIn(text: string, at: number): Quantity | undefined {
  const match = matchAt(PARTS, text, at);
  if (!match || /^\d{1,3}(?:\.\d{3})+$/.test(match[0])) return undefined;
  const to = at + match[0].length;
  const left = justBefore(text, at);
  const behind = BOUND_BEHIND.exec(text.slice(to, to + 30));
  if ((!BOUND_BEFORE.test(left) && !behind) || DAY.test(left) || /^[\w:/%-]/.test(text.slice(to))) return undefined;
  const plus = behind !== null && behind[0] === '+';
  return { from: at, to: plus ? to + 1 : to, value: Number(match[1]), unit: '', plus, word: false, hyphen: false, dotted: true };
}

/** `429s have Retry-After`: answers with that status, unless something is compared with so many seconds. */
const isStatus = (text: string, at: number): boolean =>
  '45'.includes(text[at]!) &&
  /^[45]\d\ds\s+(?:have|has|are|is|carry|come|return|stay|must|should|per|from|on)\b/i.test(text.slice(at, at + 14)) &&
  !COMPARED.test(justBefore(text, at)) &&
  !/(?:[:=]|\b(?:in|to|of|at|is|after|for|every|within|up to))\s*$/i.test(justBefore(text, at));

/** Dates, times of day, fractions, addresses and versions of three parts. */
function isOther(text: string, from: number, to: number): boolean {
  return isOtherBefore(text.slice(Math.max(0, from - 12), from)) || isOtherBehind(text, from, to);
}

const isOtherBefore = (left: string): boolean =>
  mayHold(left.slice(-2), /[:/-]$|[hel] $/i) &&
  (/\d[:/]$|\d-\d{1,2}-$|\d{4}-$|\d ?h $/.test(left) || /\b(?:percentile|pctl) $/i.test(left));

function isOtherBehind(text: string, from: number, to: number): boolean {
  const right = text.slice(to, to + 14);
  return (
    mayHold(right, ANY_OTHER) &&
    (/^(?:\.\d|:\d\d|-\d+-\d| ?h ?\d\d\b)/.test(right) ||
      (/^\/\d/.test(right) && !SCORED.test(text.slice(Math.max(0, from - 12), from))) ||
      /^(?:(?:st|nd|rd|th)|\. ?perzentil|e (?:centile|percentile)|[\s-]?%?[\s-]percentile)\b/i.test(right) ||
      MONTH.test(right))
  );
}
/** How each of these begins. */
const ANY_OTHER =
  /^(?:[.:/-]\d| ?h ?\d|[snrt][tdh]|\. ?p|e (?:c|p)|[\s-]?%?[\s-]perc|\.? (?:jan|f[eé]|m[aä][iry]|a[pvuo]|ju|sept?|o[ck]t|nov|d[eé][cz])|\.? ?[^\0-\x7f])/i;
/** A fraction behind one of these is a score. */
const SCORED = /(?:[<>≤≥]=?|\b(?:above|over|below|under|least|than|of))\s*$/i;

const MONTH =
  /^\.? (?:jan(?:uary?|v(?:ier)?)?|feb(?:ruary?)?|févr?(?:ier)?|mar(?:ch|s)?|märz?|apr(?:il)?|avr(?:il)?|mai|may|june?|juni|juin|july?|juli|juil(?:let)?|aug(?:ust)?|août|sept?(?:emb(?:er|re))?|oct(?:ob(?:er|re))?|okt(?:ober)?|nov(?:emb(?:er|re))?|de[cz](?:ember)?|déc(?:embre)?)(?![\p{L}])/iu;

/** Words of languages that part thousands with a dot. */
const DOTTED =
  /\b(?:mindestens|höchstens|wenigstens|unter|über|mehr|nicht|der|die|das|den|mit|bis|für|und|pro|werden|wird|sind|ist|als|dans|les|des|le|la|du|au|aux|en|sur|moins|pour|par)\b|[äöüßéèêà]/i;

function numberOf(digits: string, dotted: boolean): number {
  if (!/\D/.test(digits)) return Number(digits);
  if (/^\d+(?:\.\d{3}){2}$/.test(digits)) return Number(digits.replaceAll('.', ''));
  if (/^[1-9]\d{0,2}\.\d{3}$/.test(digits) && dotted) return Number(digits.replace('.', ''));
  // Three digits behind a nought are no thousands.
  if (/^(?:0,\d+|\d+,\d{1,2})$/.test(digits)) return Number(digits.replace(',', '.'));
  return Number(digits.replaceAll(/[,'’ \u00a0\u202f]/g, ''));
}

const MAGNITUDE = /^(?:([kKM])(?![\w/Ω\u2126])|\s(thousand|million|billion|Mio\.?|Millionen)\b)/;
/** Sums: `€25m`, `$3bn`, `CHF 2 Mio.`, where `m` can be neither metres nor minutes. */
const MAGNITUDE_OF_MONEY = /^(?:([kKmM]|bn)(?![\w/])|\s(thousand|million|billion|Mio\.?|Millionen|m|bn)(?![\w/]))/;
/** In front of a sum: a sign, or the code of a currency. */
const CURRENCY =
  /(?:[$€£]|(?:EUR|USD|GBP|CHF|JPY|SEK|NOK|DKK|PLN|CAD|AUD)(?<=(?:than|als|de|over|above|über|under|below|unter|most|least|exceeds?|exceeding|höchstens|mindestens|[<>≤≥]=?)\s...))\s?$/i;
const CURRENCY_REACH = 20;
const CURRENCY_ENDS = '$€£rdpfyknd';
const FACTORS: Readonly<Record<string, number>> = {
  k: 1e3,
  K: 1e3,
  M: 1e6,
  m: 1e6,
  bn: 1e9,
  thousand: 1e3,
  million: 1e6,
  billion: 1e9,
  Mio: 1e6,
  'Mio.': 1e6,
  Millionen: 1e6,
};

/** Whether a plus stands there that is no sign of the next number. */
const isPlus = (text: string, at: number): boolean => text[at] === '+' && !/^\d/.test(text.slice(at + 1, at + 2));

function withUnit(text: string, from: number, end: number, plain: number): Quantity {
  let to = end;
  let value = plain;
  const left = text.slice(Math.max(0, from - CURRENCY_REACH), from);
  const currency = mayBegin(left.trimEnd().slice(-1), CURRENCY_ENDS) ? CURRENCY.exec(left) : null;
  const right = text.slice(to, to + 12);
  const magnitude = mayBegin(right.trimStart(), 'kmbt') ? (currency ? MAGNITUDE_OF_MONEY : MAGNITUDE).exec(right) : null;
  if (magnitude) {
    value *= FACTORS[magnitude[1] ?? magnitude[2]!]!;
    to += magnitude[0].length;
  }
  const early = isPlus(text, to);
  if (early) to += 1;
  const space = /^[\s-]?/.exec(text.slice(to, to + 1))![0];
  const scale = text[to] === '/' ? /^\/(\d+(?:\.\d+)?)(?!\d)/.exec(text.slice(to, to + 8)) : null;
  // `21 more days`, `two full weeks`
  const filler = mayBegin(text.slice(to + 1), 'fwmacs')
    ? (/^\s(?:full|whole|more|further|additional|consecutive|straight)(?=\s)/.exec(text.slice(to, to + 16))?.[0] ?? '')
    : '';
  if (filler !== '' && timeUnit(text.slice(to + filler.length + 1))) to += filler.length;
  const unit = scale
    ? { unit: scale[0], width: scale[0].length }
    : currency
      ? perUnit(text.slice(to, to + 20))
      : unitOf(text.slice(to + space.length, to + space.length + 60), space === '' && !early);
  if (unit) to += (scale || currency ? 0 : space.length) + unit.width;
  const late = !early && isPlus(text, to);
  if (late) to += 1;
  return {
    from: currency ? from - currency[0].length : from,
    to,
    value,
    unit: currency ? `${currency[0].trim()}${unit?.unit ?? ''}` : (unit?.unit ?? ''),
    plus: early || late,
    word: false,
    hyphen: space === '-' && unit !== undefined,
  };
}

/** `$5/day`: the period of a price. */
function perUnit(text: string): Unit | undefined {
  const rate = unitOf(text.trimStart(), false);
  return rate?.unit.startsWith('1/')
    ? { unit: rate.unit.slice(1), width: rate.width + (text.length - text.trimStart().length) }
    : undefined;
}

/** The first duration in a text, in milliseconds, if it is one right at its start: `10 minutes`, `an hour`. */
export function durationAt(text: string): { ms: number; width: number } | undefined {
  if (/^a quarter of an hour\b/i.test(text)) return { ms: 900_000, width: 20 };
  const article = /^(?:(half )?an?|one|the|eine[rn]?|une?)\s+/i.exec(text);
  const number = article ? undefined : /^(\d+(?:\.\d+)?|[a-z]+)\+?([\s-]?)/i.exec(text);
  const value = article ? (article[1] ? 0.5 : 1) : number ? (WORDS[number[1]!.toLowerCase()] ?? Number(number[1])) : Number.NaN;
  const width = article?.[0].length ?? number?.[0].length ?? 0;
  const rest = text.slice(width).replace(/^(?:consecutive|straight|full|more|business|working)\s+/i, '');
  const unit = Number.isFinite(value) ? timeUnit(rest, number?.[2] === '') : undefined;
  const ms = unit && milliseconds(value, unit.unit);
  return ms === undefined ? undefined : { ms, width: text.length - rest.length + unit!.width };
}
