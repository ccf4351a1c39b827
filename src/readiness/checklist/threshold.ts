import type { Comparator, Threshold } from './checklist.ts';
import { comparatorAfter, comparatorBefore, negated, type Compared } from './comparator.ts';
import { bareOp, betterOp, MISSED } from './direction.ts';
import { withoutCommands } from './command.ts';
import { mayBegin } from './first-look.ts';
import { heldOf, NOT_HELD } from './held.ts';
import { INSTRUCTION, isNoDemand, isState, SCORED } from './no-demand.ts';
import { numberPlace, type NumberPlace } from './number-place.ts';
import { inTurn } from './in-turn.ts';
import { isNumbering } from './numbering.ts';
import { quantitiesOf } from './quantity.ts';
import { rangeAt } from './range.ts';
import { nounBehind, metricBefore, metricBehind, percentileOf, scopeOf, withoutMarks, withoutNextMark } from './metric.ts';
import { OF_LOAD, relativeOf } from './relative.ts';
import { TIME_MS, unitOf } from './units.ts';
import { isLeastVersion, isVersion, versionAt } from './version.ts';

const ANY_NUMBER =
  /\d|\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|sixty|ninety|hundred|once|twice|double|triple|half|nines|zwei|drei|deux|trois|an? (?:second|minute|hour|day|week|month))\b/i;

/** Reads every demand on a number in a plain text; `guessed` tells those without a comparator. In a trigger, `no answer for more than 5 minutes` is not turned round. */
export function thresholdsOf(source: string, trigger = false): { thresholds: Threshold[]; guessed: string[] } {
  const text = inTurn(withoutCommands(source));
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
    const { threshold } = read;
    // `zero requests above 1 s` demands no more of a number than that.
    if (read.ofNone) thresholds.pop();
    thresholds.push(threshold);
    if (read.bare) guessed.push(`No comparator stands at “${threshold.text}”; it is read as ${threshold.op} ${threshold.value}.`);
    if (threshold.unsure)
      guessed.push(
        `What is said around “${threshold.text}” may turn it round; it is read as ${threshold.op} ${threshold.value}, and not checked.`,
      );
    done = read.to;
  });
  return { thresholds, guessed };
}

type Read = { threshold: Threshold; to: number; bare?: boolean; ofNone?: boolean };

function thresholdAt(place: NumberPlace, last: Threshold | undefined, trigger: boolean): Read | undefined {
  const { quantity, left, right, clause } = place;
  if (isNumbering(place) || (last && quantity.unit !== '%' && isTolerance(place.text.slice(0, quantity.from)))) return undefined;
  const compared = comparedAt(place, trigger);
  const said = compared && !compared.behind && /\p{L}/u.test(compared.text);
  if (isLeastVersion(place) || (!said && isVersion(left, right, quantity))) return versionAt(place);
  const relative = relativeOf(left, right, quantity);
  if (!compared && !(relative && quantity.unit === '%') && quantity.word && quantity.value !== 0) return undefined;
  if (!compared && isState(place, last)) return undefined;
  const op =
    compared?.op ??
    relative?.op ??
    (relative && (trigger || /\b(?:by|um)\s*$/i.test(left)) ? '>=' : undefined) ??
    uncomparedOp(place, last, trigger);
  const ofNone = isOfNone(place, compared, last, trigger);
  if (op === undefined || (!ofNone && isNoDemand(place, compared, { op, last, trigger }))) return undefined;
  const behind = compared && isSign(compared) ? ` ${right.slice(compared.at)}` : right;
  const noun = quantity.unit === '' ? nounBehind(behind, quantity.value) : undefined;
  const lead = compared && !compared.behind ? left.slice(0, compared.at) : left;
  const metric = metricBefore(lead) || (quantity.value === 0 && noun ? noun : metricBehind(behind, noun)) || last?.metric || '';
  const unit = quantity.unit || (isOfVersion(lead, compared) ? 'version' : rateBehind(right, compared));
  // `5 times the average load` is a multiple, and no average.
  const percentile =
    quantity.unit === 'x' && OF_LOAD.test(right)
      ? undefined
      : percentileOf(left, quantity.unit in TIME_MS ? right : withoutNextMark(right), clause);
  // `fell by half within 15 minutes` says over which time.
  const unmarked = withoutMarks(right);
  const behindIt = relative ? unmarked.replace(/^(\s*)within\b/i, '$1in    ') : unmarked;
  const lasts = !trigger && op.startsWith('<') && unit === '' && LASTS.test(behindIt);
  const held = lasts ? NOT_HELD : heldOf(behindIt, place.text.slice(0, quantity.from - left.length + lead.length));
  const scope = scopeOf(left, right);
  const threshold: Threshold = {
    metric,
    op,
    value: quantity.value,
    unit: unit || (quantity.value === 0 || noun === undefined ? 'count' : noun),
    text: wordsOf(place, compared, held.width),
    ...(percentile !== undefined && { percentile }),
    ...(scope !== undefined && { scope }),
    ...(held.forMs !== undefined && { forMs: held.forMs }),
    ...(held.overMs !== undefined && { overMs: held.overMs }),
    ...(relative && { relative: relative.kind }),
    ...(compared && (compared.unsure || isOfShare(place, last)) && { unsure: true }),
  };
  return { threshold, to: quantity.to + held.width, ofNone, bare: !compared && !relative && !quantity.plus && quantity.value !== 0 };
}

/** `60 Hz (±2)`: how far the number in front may be off, and no number of its own. */
const isTolerance = (before: string): boolean => mayBegin(before.trimEnd().slice(-1), '±-') && TOLERANCE.test(before);
const TOLERANCE = /\d\s?\p{L}{0,8}\s*[([]?\s*(?:±|\+\/-)\s*$/u;

/** `at most 6 tries, lasting at least 15 minutes`: a limit of how many has no time that it must hold for. */
const LASTS = /^[^.;,:<>≤≥\d]{0,50},\slasting (?:at least|no less than|more than|longer than|[>≥]=?)\s*\d/i;

/** `RTO of 15 minutes exceeded`, `99.9 % SLA missed`: in a trigger the objective is turned round. */
function missedOp(place: NumberPlace, trigger: boolean): Comparator | undefined {
  if (!trigger || !MISSED.test(place.right) || /\b(?:at risk|in d(?:anger|oubt))\b/i.test(place.right)) return undefined;
  const aimed = bareOp({ ...bareOf(place), right: place.right.replace(MISSED, ' ') });
  return aimed === undefined || aimed === '=' ? undefined : MISSED_BY[aimed];
}
const MISSED_BY: Readonly<Record<Comparator, Comparator>> = { '<': '>=', '<=': '>', '>': '<=', '>=': '<', '=': '!=', '!=': '=' };

/** The comparator of a number that is compared with nothing. */
const uncomparedOp = (place: NumberPlace, last: Threshold | undefined, trigger: boolean): Comparator | undefined =>
  overdueOp(place, trigger) ??
  missedOp(place, trigger) ??
  zeroOp(place) ??
  listedOp(place, last) ??
  loadOp(place) ??
  (place.quantity.plus ? '>=' : bareOp(bareOf(place)));

/** `zero requests above 1 s`, `0 tickets older than 24 h`: the limit of what there may be none of. */
function isOfNone({ left }: NumberPlace, compared: Compared | undefined, last: Threshold | undefined, trigger: boolean): boolean {
  if (trigger || !compared?.turned || compared.unsure || compared.behind || last?.op !== '=' || last.value !== 0) return false;
  return /^\s+\p{L}[^,;.&]*$/u.test(left) && !SCORED.test(left);
}

/** `at most 1 % of requests take longer than 2 s`: the second number says which ones the share is of, and demands nothing by itself. */
const isOfShare = ({ left }: NumberPlace, last: Threshold | undefined): boolean =>
  last?.unit === '%' && last.op.startsWith('<') && /^\s+(?:of|der|des|de)\s[^,;.()]*$/i.test(left);

/** `Terraform version at least 1.6` */
const isOfVersion = (lead: string, compared: Compared | undefined): boolean =>
  compared !== undefined && !compared.behind && /\b(?:version|release)\s*(?:is|of|must be|should be|:)?\s*$/i.test(lead);

/** `800 or more bookings per minute` */
function rateBehind(right: string, compared: Compared | undefined): string {
  const unit = compared?.behind ? unitOf(right.slice(compared.at).trimStart(), false)?.unit : undefined;
  return unit?.startsWith('1/') ? unit : '';
}

function comparedAt({ quantity, left, right, clause, text }: NumberPlace, trigger: boolean): Compared | undefined {
  const found = comparatorBefore(left) ?? comparatorAfter(right, quantity.unit) ?? overBaseline(left) ?? withinFrench(left, quantity.unit);
  if (!found) return undefined;
  const { unit } = quantity;
  const place = { clause, left, right, unit };
  if (found.better)
    return negated({ ...found, op: betterOp(text.slice(0, quantity.from), unit, found.better, found.behind === true) }, place, trigger);
  // `no later than 5 minutes before delivery`: that long before, or longer.
  if (found.op === '<=' && LATEST.test(found.text) && /^\s*(?:vor|before|prior to|ahead of|avant)(?!\p{L})/iu.test(right))
    return { ...found, op: '>=' };
  const sped =
    /^(?:or )?(?:faster|quicker|slower)(?: than)?$/i.test(found.text) && (unit.startsWith('1/') || unit === 'x') ? mirrored(found) : found;
  return negated(sped, place, trigger);
}

/** `traités sous 14 jours`: with a time `sous` is within. */
function withinFrench(left: string, unit: string): Compared | undefined {
  const match = unit in TIME_MS ? /(?<!\p{L})(sous|d['’]ici)\s*(?:les\s)?$/iu.exec(left) : null;
  return match ? { op: '<=', at: match.index, text: match[1]! } : undefined;
}

/** `no higher than the baseline + 0.2 %` */
function overBaseline(left: string): Compared | undefined {
  let lead = left.replace(/\s(?:\+|plus)\s*$/i, '');
  if (lead === left) return undefined;
  for (let words = 0; words < 4; words++) {
    lead = lead.replace(/\s\S+$/, '');
    const found = comparatorBefore(`${lead} `);
    if (found) return found;
  }
  return undefined;
}

const LATEST = /^(?:spätestens|no(?:t)? later|at the latest|au plus tard)/i;

/** What is faster takes less time, and comes to more in a second. */
const mirrored = (found: Compared): Compared => ({ ...found, op: MIRRORED[found.op] });
const MIRRORED: Readonly<Record<Comparator, Comparator>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=', '!=': '!=' };

/** `recommended: 16 GB RAM, 4 cores`: what was said of the first holds for the next. */
function listedOp({ left, text }: NumberPlace, last: Threshold | undefined): Comparator | undefined {
  // `RTO/RPO: 4 h / 15 min`
  if (last?.op === '<=' && /^\s*\/\s*$/.test(left) && /\b(?:rto|rpo)\s*\/\s*(?:rto|rpo)\b/i.test(text)) return '<=';
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
    (quantity.unit === 'x' || (quantity.unit === '' && Number.isInteger(quantity.value))) &&
    /^\s+\p{L}/u.test(right) &&
    /\b(?:holds?|handles?|supports?|sustains?|serves?|survives?|withstands?|copes? with|carries|carry|can (?:take|bear))\s*$/i.test(left)
  )
    return '>=';
  const load = quantity.unit === '' && /^\s+(?:concurrent|simultaneous|parallel)\s/i.test(right) && !INSTRUCTION.test(left);
  return load ? '>=' : undefined;
}

const ZERO_BEHIND =
  /(?:[:(]|\b(?:of|code|is|are|be|at|stays|remains|prints|shows|reads|gives|counts|(?:down|drained|reduced|back|fallen|drops?|falls?|emptied|goes|went|returns?|cleared) to))\s*$/i;

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

/** A sign behind its number, as in `200 ms > latency`. */
const isSign = ({ behind, text }: Compared): boolean => behind === true && /^[<>≤≥⩽⩾]/.test(text);

function wordsOf({ quantity, left, text }: NumberPlace, compared: Compared | undefined, held: number): string {
  const from = compared && !compared.behind ? quantity.from - left.length + compared.at : quantity.from;
  const sign = compared && isSign(compared) ? compared.at : 0;
  return text
    .slice(Math.max(0, from), quantity.to + Math.max(held, sign))
    .replace(/^[\s(:]+/, '')
    .trim();
}
