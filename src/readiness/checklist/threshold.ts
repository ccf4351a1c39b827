import type { Comparator, Threshold } from './checklist.ts';
import { comparatorAfter, comparatorBefore, turnedByNo, type Compared } from './comparator.ts';
import { bareOp, betterOp } from './direction.ts';
import { heldOf } from './held.ts';
import { INSTRUCTION, isNoDemand, isState } from './no-demand.ts';
import { numberPlace, type NumberPlace } from './number-place.ts';
import { quantitiesOf } from './quantity.ts';
import { rangeAt } from './range.ts';
import { nounBehind, metricBefore, metricBehind, percentileOf, scopeOf } from './metric.ts';
import { relativeOf } from './relative.ts';
import { TIME_MS, unitOf } from './units.ts';
import { isVersion, versionAt } from './version.ts';

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
    const place = numberPlace(text, quantities, index);
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

type Read = { threshold: Threshold; to: number; bare?: boolean };

function thresholdAt(place: NumberPlace, last: Threshold | undefined, trigger: boolean): Read | undefined {
  const { quantity, left, right, clause } = place;
  const compared = comparedAt(place, trigger);
  if (!(compared && /\p{L}/u.test(compared.text) && !compared.behind) && isVersion(left, quantity)) return versionAt(place);
  const relative = relativeOf(left, right, quantity.unit);
  if (!compared && quantity.word && quantity.value !== 0) return undefined;
  if (!compared && isState(place, last)) return undefined;
  const op =
    compared?.op ??
    relative?.op ??
    overdueOp(place, trigger) ??
    zeroOp(place) ??
    listedOp(place, last) ??
    loadOp(place) ??
    (quantity.plus ? '>=' : bareOp(bareOf(place)));
  if (op === undefined || isNoDemand(place, compared, op, last)) return undefined;
  const noun = quantity.unit === '' ? nounBehind(right, quantity.value) : undefined;
  const lead = compared && !compared.behind ? left.slice(0, compared.at) : left;
  const metric = metricBefore(lead) || (quantity.value === 0 && noun ? noun : metricBehind(right, noun)) || last?.metric || '';
  const unit = quantity.unit || rateBehind(right, compared);
  const percentile = percentileOf(left, right, clause);
  const held = heldOf(right, place.text.slice(0, quantity.from - left.length + lead.length));
  const scope = scopeOf(left, right);
  const threshold: Threshold = {
    metric,
    op,
    value: quantity.value,
    unit: unit || (quantity.value === 0 || noun === undefined ? 'count' : noun),
    ...(percentile !== undefined && { percentile }),
    ...(scope !== undefined && { scope }),
    ...(held.forMs !== undefined && { forMs: held.forMs }),
    ...(held.overMs !== undefined && { overMs: held.overMs }),
    ...(relative && { relative: relative.kind }),
    text: wordsOf(place, compared, held.width),
  };
  return { threshold, to: quantity.to + held.width, bare: !compared && !relative && !quantity.plus && quantity.value !== 0 };
}

/** `800 or more bookings per minute` */
function rateBehind(right: string, compared: Compared | undefined): string {
  const unit = compared?.behind ? unitOf(right.slice(compared.at).trimStart(), false)?.unit : undefined;
  return unit?.startsWith('1/') ? unit : '';
}

function comparedAt({ quantity, left, right, clause, text }: NumberPlace, trigger: boolean): Compared | undefined {
  const found = comparatorBefore(left) ?? comparatorAfter(right);
  if (!found) return undefined;
  if (found.better) return { ...found, op: betterOp(text.slice(0, quantity.from), quantity.unit, found.better, found.behind === true) };
  const sped =
    /^(?:or )?(?:faster|quicker|slower)(?: than)?$/i.test(found.text) && quantity.unit.startsWith('1/') ? mirrored(found) : found;
  return trigger || sped.op === '=' ? sped : turnedByNo(clause, sped);
}

/** What is faster takes less time, and comes to more in a second. */
const mirrored = (found: Compared): Compared => ({ ...found, op: MIRRORED[found.op] });
const MIRRORED: Readonly<Record<Comparator, Comparator>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=', '!=': '!=' };

/** `recommended: 16 GB RAM, 4 cores`: what was said of the first holds for the next. */
function listedOp({ left }: NumberPlace, last: Threshold | undefined): Comparator | undefined {
  return /^(?:target|recommended)$/.test(last?.scope ?? '') && /^[^.;()]{0,24}(?:,|\band|[+&])\s*$/.test(left) ? last!.op : undefined;
}

/** A trigger such as `not back after 15 minutes`. */
function overdueOp({ quantity, left, clause }: NumberPlace, trigger: boolean): Comparator | undefined {
  return trigger && quantity.unit in TIME_MS && /\bafter\s*$/i.test(left) && /\b(?:not|no|never|without|still|un\w+)\b/i.test(clause)
    ? '>'
    : undefined;
}

/** `100 concurrent users for 10 minutes`: a load to bear. */
function loadOp({ quantity, left, right }: NumberPlace): Comparator | undefined {
  if (
    quantity.unit === '' &&
    /^\s+\p{L}/u.test(right) &&
    /\b(?:holds?|handles?|supports?|sustains?|serves?|survives?|withstands?|copes? with)\s*$/i.test(left)
  )
    return '>=';
  const load = quantity.unit === '' && /^\s+(?:concurrent|simultaneous|parallel)\s/i.test(right) && !INSTRUCTION.test(left);
  return load ? '>=' : undefined;
}

const ZERO_BEHIND =
  /(?:[:(]|\b(?:of|code|is|are|at|stays|remains|(?:down|drained|reduced|back|fallen|drops?|falls?|emptied|goes|went|returns?|cleared) to))\s*$/i;

/** `zero warnings`, `0 open bugs`: none at all. */
function zeroOp({ quantity, left, right }: NumberPlace): Comparator | undefined {
  if (quantity.value !== 0 || quantity.unit !== '') return undefined;
  if (/^\s+(?:decimals?|digits?|places)\b/i.test(right)) return undefined;
  return /^\s+\p{L}/u.test(right) || ZERO_BEHIND.test(left) || quantity.word ? '=' : undefined;
}

const bareOf = ({ quantity, left, right }: NumberPlace): Parameters<typeof bareOp>[0] => ({
  left,
  right,
  unit: quantity.unit,
  value: quantity.value,
  hyphen: quantity.hyphen,
  instruction: INSTRUCTION.test(left),
});

function wordsOf({ quantity, left, text }: NumberPlace, compared: Compared | undefined, held: number): string {
  const from = compared && !compared.behind ? quantity.from - left.length + compared.at : quantity.from;
  return text
    .slice(Math.max(0, from), quantity.to + held)
    .replace(/^[\s(:]+/, '')
    .trim();
}
