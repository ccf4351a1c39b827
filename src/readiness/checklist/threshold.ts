import type { Comparator, Threshold } from './checklist.ts';
import { comparatorAfter, comparatorBefore, turnedByNo, type Compared } from './comparator.ts';
import { bareOp, betterOp } from './direction.ts';
import { durationAt, quantitiesOf, type Quantity } from './quantity.ts';
import { nounBehind, metricBefore, metricBehind, percentileOf, scopeOf } from './metric.ts';
import { relativeOf } from './relative.ts';
import { TIME_MS } from './units.ts';

/** One number in its sentence. `left` reaches back to the number before it, `right` on to the next one. */
type Place = { text: string; quantity: Quantity; left: string; right: string; clause: string };

const REACH = 100;
const ANY_NUMBER =
  /\d|\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|sixty|ninety|hundred|once|twice|half|zwei|drei|deux|trois|an? (?:second|minute|hour|day|week|month))\b/i;
const ADDRESS = /\b[a-z][a-z+.-]{1,20}:\/\/\S+/gi;

/** Reads every demand on a number in a plain text; `guessed` tells those without a comparator. In a trigger, `no answer for more than 5 minutes` is not turned round. */
export function thresholdsOf(source: string, trigger = false): { thresholds: Threshold[]; guessed: string[] } {
  const text = !source.includes('://') ? source : source.replace(ADDRESS, (address) => ' '.repeat(address.length));
  if (!ANY_NUMBER.test(text)) return { thresholds: [], guessed: [] };
  const quantities = quantitiesOf(text);
  const thresholds: Threshold[] = [];
  const guessed: string[] = [];
  let done = 0;
  quantities.forEach((quantity, index) => {
    if (quantity.from < done) return;
    const place = placeOf(text, quantities, index);
    const range = rangeAt(place, quantities[index + 1]);
    if (range) {
      thresholds.push(...range.thresholds);
      done = range.to;
      return;
    }
    const read = thresholdAt(place, thresholds.at(-1), trigger);
    if (!read) return;
    thresholds.push(read.threshold);
    if (read.bare) guessed.push(`“${read.threshold.text}”; it is read as ${read.threshold.op} ${read.threshold.value}`);
    done = read.to;
  });
  return { thresholds, guessed };
}

function placeOf(text: string, quantities: readonly Quantity[], index: number): Place {
  const quantity = quantities[index]!;
  const start = Math.max(quantities[index - 1]?.to ?? 0, quantity.from - REACH);
  const left = text.slice(start, quantity.from);
  const right = text.slice(quantity.to, quantity.to + REACH);
  const clause =
    /(?:^|[.;!?]\s)([^.;!?]*(?:\.\d[^.;!?]*)*)$/.exec(
      text.slice(Math.max(0, quantity.from - REACH), quantity.from).replace(/\b(max|min|vs|approx|avg|ca|incl)\.(?=\s)/gi, '$1 '),
    )?.[1] ?? left;
  return { text, quantity, left, right, clause };
}

type Read = { threshold: Threshold; to: number; bare?: boolean };

function thresholdAt(place: Place, last: Threshold | undefined, trigger: boolean): Read | undefined {
  const { quantity, left, right, clause } = place;
  const compared = comparedAt(place, trigger);
  if (!(compared && /\p{L}/u.test(compared.text) && !compared.behind) && isVersion(left, quantity)) return versionAt(place);
  const relative = relativeOf(left, right, quantity.unit);
  if (!compared && quantity.word && quantity.value !== 0) return undefined;
  if (!compared && (IS_STATE.test(right) || isTold(place, last))) return undefined;
  const op =
    compared?.op ??
    relative?.op ??
    overdueOp(place, trigger) ??
    zeroOp(place) ??
    listedOp(place, last) ??
    loadOp(place) ??
    (quantity.plus ? '>=' : bareOp(bareOf(place)));
  if (op === undefined || isOrdinary(place, compared, op) || isSample(place, compared, last) || isSelection(place, compared, last))
    return undefined;
  const noun = quantity.unit === '' ? nounBehind(right, quantity.value) : undefined;
  const lead = compared && !compared.behind ? left.slice(0, compared.at) : left;
  const metric = metricBefore(lead) || (quantity.value === 0 && noun ? noun : metricBehind(right, noun)) || last?.metric || '';
  const percentile = percentileOf(left, right, clause);
  const held = heldAt(right) ?? heldBefore(place.text.slice(0, quantity.from - left.length + lead.length));
  const scope = scopeOf(left, right);
  const threshold: Threshold = {
    metric,
    op,
    value: quantity.value,
    unit: quantity.unit || (quantity.value === 0 || noun === undefined ? 'count' : noun),
    ...(percentile !== undefined && { percentile }),
    ...(scope !== undefined && { scope }),
    ...(held.forMs !== undefined && { forMs: held.forMs }),
    ...(held.overMs !== undefined && { overMs: held.overMs }),
    ...(relative && { relative: relative.kind }),
    text: wordsOf(place, compared, held.width),
  };
  return { threshold, to: quantity.to + held.width, bare: !compared && !relative && !quantity.plus && quantity.value !== 0 };
}

function comparedAt({ quantity, left, right, clause, text }: Place, trigger: boolean): Compared | undefined {
  const found = comparatorBefore(left) ?? comparatorAfter(right);
  if (!found) return undefined;
  if (found.better) return { ...found, op: betterOp(text.slice(0, quantity.from), quantity.unit, found.better, found.behind === true) };
  const sped = /^(?:faster|quicker|slower) than$/i.test(found.text) && quantity.unit.startsWith('1/') ? mirrored(found) : found;
  return trigger || sped.op === '=' ? sped : turnedByNo(clause, sped);
}

/** What is faster takes less time, and comes to more in a second. */
const mirrored = (found: Compared): Compared => ({ ...found, op: found.op === '<' ? '>' : '<' });

/** `recommended: 16 GB RAM, 4 cores`: what was said of the first holds for the next. */
function listedOp({ left }: Place, last: Threshold | undefined): Comparator | undefined {
  return /^(?:target|recommended)$/.test(last?.scope ?? '') && /^[^.;()]{0,24}(?:,|\band|[+&])\s*$/.test(left) ? last!.op : undefined;
}

/** A trigger such as `not back after 15 minutes`. */
function overdueOp({ quantity, left, clause }: Place, trigger: boolean): Comparator | undefined {
  return trigger && quantity.unit in TIME_MS && /\bafter\s*$/i.test(left) && /\b(?:not|no|never|without|still|un\w+)\b/i.test(clause)
    ? '>'
    : undefined;
}

/** `100 concurrent users for 10 minutes`: a load to bear. */
function loadOp({ quantity, left, right }: Place): Comparator | undefined {
  if (
    quantity.unit === '' &&
    /^\s+\p{L}/u.test(right) &&
    /\b(?:holds?|handles?|supports?|sustains?|serves?|survives?|withstands?|copes? with)\s*$/i.test(left)
  )
    return '>=';
  const load = quantity.unit === '' && /^\s+(?:concurrent|simultaneous|parallel)\s/i.test(right) && !INSTRUCTION.test(left);
  return load ? '>=' : undefined;
}

/** `at least 95 % (pilot result: 93 %)`: behind a demand, a figure in brackets tells how it is. */
const isTold = ({ quantity, text }: Place, last: Threshold | undefined): boolean =>
  last !== undefined &&
  (last.unit === quantity.unit || (quantity.unit === '' && !/^(?:%|ms|s|min|h|d)$/.test(last.unit))) &&
  /\((?![^()]*\b(?:rto|rpo|p\d\d|target|goal|limit|max\w*|min\w*|budget|required|hard|soft|peak|burst)\b)[^()<>≤≥]{1,40}:\s*$/i.test(
    text.slice(Math.max(0, quantity.from - 60), quantity.from),
  );

/** `82 % (target 80 %)` tells how it is before it tells what it should be. */
const IS_STATE = /^\s*\((?:target|goal|threshold|limit|required?|needs?|min\w*|max\w*)\b/i;

/** `zero warnings`, `0 open bugs`: none at all. */
function zeroOp({ quantity, left, right }: Place): Comparator | undefined {
  if (quantity.value !== 0 || quantity.unit !== '') return undefined;
  if (/^\s+(?:decimals?|digits?|places)\b/i.test(right)) return undefined;
  return /^\s+\p{L}/u.test(right) || /(?:[:(]|\bof|\bcode)\s*$/.test(left) || quantity.word ? '=' : undefined;
}

const bareOf = ({ quantity, left, right }: Place): Parameters<typeof bareOp>[0] => ({
  left,
  right,
  unit: quantity.unit,
  value: quantity.value,
  hyphen: quantity.hyphen,
  instruction: INSTRUCTION.test(left),
});

/** What follows these words is how long to do something, not a demand on a measurement. */
const INSTRUCTION =
  /\b(?:wait|monitor(?:ed)?|watch|observe|runs?|soak|bake|after|for|every|each|in|first|last|next|during|another|to|with|day|week|top|at|simulated|injected|artificial)\s+(?:the\s|a\s|another\s|~)?$/i;

/** `≤ 1 % over 2,000 calls` names the calls that are measured, and demands nothing of their number. */
const isSample = ({ quantity, left, right }: Place, compared: Compared | undefined, last: Threshold | undefined): boolean =>
  compared?.text.toLowerCase() === 'over' &&
  ((last !== undefined && quantity.unit === '' && /^\s*over\s*$/i.test(left)) ||
    (quantity.unit in TIME_MS && (/[<>≤≥]/.test(right) || /\b(?:measured|averaged|counted|computed|taken)\s+over\s*$/i.test(left))));

/** `all rooms over 100 seats are listed`, `0 findings with a score of 7 or above`, `in the last 30 days ≥ 99 %`: which ones, not how many. */
function isSelection({ quantity, left, right, clause }: Place, compared: Compared | undefined, last: Threshold | undefined): boolean {
  if (!compared) return false;
  if (/^(?:in|within) the (?:last|past)$/i.test(compared.text))
    return quantity.unit in TIME_MS && /^\s*(?:is |of |at |: ?)?(?:[<>≤≥]|at least|above|over|below|under)/i.test(right);
  if (last?.relative && /^\s*(?:above|below|over|under)\s*(?:the )?$/i.test(left)) return true;
  if (
    last?.value === 0 &&
    last.op === '=' &&
    /^\s+\p{L}[^,;.&]*\b(?:with|of|above|over|older|longer|rated|scor\w+)\b[^,;.&]*$/iu.test(left)
  )
    return true;
  if (compared.op !== '>' || compared.behind || quantity.unit === '%' || quantity.unit.startsWith('1/')) return false;
  if (/\b(?:anything|everything|those|the ones)\s+(?:\w+\s)?(?:than\s*)?$/i.test(clause)) return true;
  return (
    /^\W*(?:all|every|each)\b[^,;:()]{3,60}$/i.test(clause) &&
    /^(?:\s+[\w-]+){0,2}\s+(?:are|is|have|has|were|was|get|gets|must|go|\w+ed)\b/i.test(right)
  );
}

/** Numbers that only look like demands: `within ports 80, 443`, `over HTTP 2`, `in 3 regions`. */
function isOrdinary({ quantity, left, right }: Place, compared: Compared | undefined, op: Comparator): boolean {
  if (
    /\b(?:ports?|steps?|phase|tier|level|class|chapter|section|line|page|sprint|question|http|tls|ssl|sha|rfc|iso|soc|owasp top|cve|tcp|udp|ipv|room|gate|version|no\.|nr\.|#)\s*$/i.test(
      left,
    )
  )
    return !compared || quantity.unit === '';
  // `users under 18`, `filed under 7.2`
  if (
    quantity.unit === '' &&
    /\b(?:users?|people|persons?|players?|children|anyone|patients?|customers?|those) (?:under|over|above|below|aged)\s*$/i.test(left) &&
    quantity.value < 130
  )
    return true;
  if (/\b(?:filed|listed|described|recorded|documented|noted|registered|stored|found) under\s*$/i.test(left)) return true;
  if (/\btls\b[^,;]{0,20}$/i.test(left) && quantity.unit === '') return true;
  if (
    compared &&
    /^(?:over|past|under|above|below|within)$/i.test(compared.text) &&
    quantity.unit === '' &&
    /^\s*(?:ssl|tls|https?|ports?)\b/i.test(right)
  )
    return true;
  return op === '=' && quantity.unit === '' && /\b[a-z]+\/\s*$/i.test(left);
}

const PRODUCT =
  /(?:^|\s)(?:[A-Z][\w.+-]*(?:\s(?:Server|Engine|version|LTS|SDK|Runtime))?|(?:api|os|kernel|version|release|node|python|php|java|go|ruby|firmware|ubuntu|debian))\s*(?:version\s*)?(?:>=?|≥)?\s*v?$/;

/** `MongoDB 6.0+`, `Redis 7`, `Ubuntu 22.04`: a version is not a measurement, though one may be demanded as the least. */
function isVersion(left: string, { unit, value, word }: Quantity): boolean {
  if (unit !== '' || word || value >= 1_000 || value < 1) return false;
  return (
    PRODUCT.test(left) &&
    !/(?:^|\s)(?:[A-Z][a-z]*(?:s|e|ed)\s*|[A-Z]{3}\s*|[A-Z]\w+ (?:of|to)\s*)(?:>=?|≥)\s*$/.test(left) &&
    !/(?:Minimum|Maximum|Min|Max|Handle|Handles|Average|Least|Most|About|All|Top|Only|Under|Over|At|Zero|First|Last|Every)\s*$/.test(left)
  );
}

function versionAt({ quantity, left, right }: Place): Read | undefined {
  const sign = /(>=|≥|>)\s*v?$/.exec(left);
  const counted = /^\s+[a-z]{3,}s\b/.test(right) && !/^\s+(?:is|as|needs|has|was)\b/.test(right);
  const least = quantity.plus || sign || /^\s*or (?:later|newer|higher|above)\b/i.test(right);
  if (!least || counted) return counted && quantity.plus ? countAt({ quantity, left, right }) : undefined;
  const metric = metricBefore(sign ? left.slice(0, sign.index) : left).replace(/\s*version$/i, '');
  return {
    threshold: { metric, op: sign?.[1] === '>' ? '>' : '>=', value: quantity.value, unit: 'version', text: `${metric} ${quantity.value}+` },
    to: quantity.to,
  };
}

function countAt({ quantity, left, right }: Pick<Place, 'quantity' | 'left' | 'right'>): Read {
  const noun = nounBehind(right, quantity.value) ?? 'count';
  return {
    threshold: { metric: metricBefore(left), op: '>=', value: quantity.value, unit: noun, text: `${quantity.value}+ ${noun}` },
    to: quantity.to,
  };
}

type Held = { forMs?: number; overMs?: number; width: number };
const NOT_HELD: Held = { width: 0 };

/** `for 10 minutes` says how long it must hold; `over 10 minutes`, `in 1 hour` over which time it is measured. */
function heldAt(right: string): Held | undefined {
  const held =
    /^\s*,?\s*(?:(?:und das|and that|et ce)\s+(?:for\s+)?)?(?=\d+\s?\w+ lang\b)/i.exec(right) ??
    /^\s*,\s*(?:und das|and that|et ce)\s+(?:for\s+)?(?=\d)/i.exec(right) ??
    /^(?:,\s*(?:p\d\d|\d\dth percentile|on average)\s*,?\s*|[^.;,:<>≤≥\d]{0,50}?,?\s?|[^.;,:<>≤≥\d]{0,40}\b\dxx\s+)\b(?:for|lasting|during|für|während|pendant|durant)\s+(?:(?:more|longer|greater)\s+than\s+|at least\s+|over\s+|[>≥]=?\s*|a period of\s+)?/i.exec(
      right,
    );
  const duration = held && durationAt(right.slice(held[0].length));
  if (duration) return { forMs: duration.ms, width: held[0].length + duration.width };
  const over =
    /^[^.;,:<>≤≥\d]{0,40}?\b(?:over|in|across|per|averaged over)\s+(?:any\s+|a\s+(?=rolling|sliding)|the\s+(?:last|past)\s+)?(?:rolling\s+|sliding\s+)?/i.exec(
      right,
    );
  const span = over && durationAt(right.slice(over[0].length));
  return span ? { overMs: span.ms, width: over[0].length + span.width } : undefined;
}

/** `15 Minuten lang unter 0,5 %` */
function heldBefore(lead: string): Held {
  const span = /(\d+\s?\w+) lang\s*(?:zu\s*)?$/i.exec(lead)?.[1];
  const duration = span === undefined ? undefined : durationAt(span);
  return duration ? { forMs: duration.ms, width: 0 } : NOT_HELD;
}

function wordsOf({ quantity, left, text }: Place, compared: Compared | undefined, held: number): string {
  const from = compared && compared.at < left.length && comparatorBefore(left) ? quantity.from - left.length + compared.at : quantity.from;
  return text
    .slice(Math.max(0, from), quantity.to + held)
    .replace(/^[\s(:]+/, '')
    .trim();
}

/** `going from 20 % to 100 %` */
const STEP = /\b(?:going|goes?|mov\w+|ramp\w*|step\w*|widen\w*|expand\w*|rais\w+|grow\w*|roll-?out)\s+from\s*$/i;
const ESTIMATE = /\b(?:expected|estimated|typical\w*|usually|approx\w*|about|around|roughly)\b[^,;]{0,25}$/i;

/** `between 10 and 20 ms`, `18–27 °C`, `outside 210–250 V`: two thresholds. */
function rangeAt(place: Place, next: Quantity | undefined): { thresholds: Threshold[]; to: number } | undefined {
  const { quantity, left, text } = place;
  if (!next || quantity.plus || next.plus) return undefined;
  const between = text.slice(quantity.to, next.from);
  const said = /\b(?:between|zwischen|entre|from|outside(?: of)?|within|range(?: of)?|in)\s*\(?$/i.exec(left)?.[0].toLowerCase() ?? '';
  const dash = /^\s?(?:-|–|—|\.\.\.?)\s?$/.test(between) || (/^-\d/.test(text.slice(next.from, next.from + 2)) && between === '');
  const word = /^\s(?:and|to|und|bis|et|à)\s$/.test(between) && /between|zwischen|entre|from|range|outside|within/.test(said);
  const unit = next.unit || quantity.unit;
  if ((!dash && !word) || (said.startsWith('from') && unit === '')) return undefined;
  if (
    !word &&
    (unit === '' ||
      INSTRUCTION.test(left) ||
      /[(]$/.test(left) ||
      (/^(?:s|min|h|d|week)$/.test(unit) && !/[:<>]\s*$|laten|time/i.test(left)))
  )
    return undefined;
  if (ESTIMATE.test(left) || STEP.test(left)) return undefined;
  const outside = said.startsWith('outside');
  const metric = metricBefore(left.slice(0, left.length - said.length));
  const percentile = percentileOf(left, text.slice(next.to, next.to + REACH), place.clause);
  const common = {
    metric,
    ...(percentile !== undefined && { percentile }),
    unit: unit || nounBehind(text.slice(next.to), next.value) || 'count',
    text: text.slice(quantity.from, next.to),
  };
  const low: Threshold = { ...common, op: outside ? '<' : '>=', value: quantity.value };
  const high: Threshold = {
    ...common,
    op: outside ? '>' : '<=',
    value: Math.abs(next.value) === -next.value && dash && between === '' ? -next.value : next.value,
  };
  return { thresholds: [low, high], to: next.to };
}
