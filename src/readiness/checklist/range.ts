import type { Threshold } from './checklist.ts';
import { heldOf } from './held.ts';
import { metricBefore, nounBehind, percentileOf, withoutMarks } from './metric.ts';
import { INSTRUCTION } from './no-demand.ts';
import { REACH, type NumberPlace } from './number-place.ts';
import type { Quantity } from './quantity.ts';

/** `going from 20 % to 100 %` */
const STEP = /\b(?:going|goes?|mov\w+|ramp\w*|step\w*|widen\w*|expand\w*|rais\w+|grow\w*|roll-?out)\s+from\s*$/i;
const ESTIMATE = /\b(?:expected|estimated|typical\w*|usually|approx\w*|about|around|roughly)\b[^,;]{0,25}$/i;

/** `kept at 2 to 8 °C`: of these nobody counts up. */
const PHYSICAL = /^(?:°[CF]|k?V|[kMG]?Hz|mm|dBm?)$/;
const MOVED =
  /\b(?:rais|lower|increas|decreas|reduc|chang|mov|turn|heat|cool|switch|shift|set|from|drop|rise|rose|fell|fall)\p{L}*\b[^,;]{0,20}$/iu;

/** `between 10 and 20 ms`, `18–27 °C`, `outside 210–250 V`: two thresholds. */
export function rangeAt(place: NumberPlace, next: Quantity | undefined): { thresholds: Threshold[]; to: number } | undefined {
  const { quantity, left, text } = place;
  if (!next || quantity.plus || next.plus) return undefined;
  const between = text.slice(quantity.to, next.from);
  const dash = /^\s?(?:-|–|—|\.\.\.?)\s?$/.test(between) || (/^-\d/.test(text.slice(next.from, next.from + 2)) && between === '');
  const joined = /^\s(?:and|to|und|bis|et|à)\s$/i.test(between);
  if (!dash && !joined) return undefined;
  const said = /\b(?:between|zwischen|entre|from|outside(?: of)?|within|range(?: of)?|in)\s*\(?$/i.exec(left)?.[0].toLowerCase() ?? '';
  const unit = next.unit || quantity.unit;
  const word =
    (joined && /between|zwischen|entre|from|range|outside|within/.test(said)) ||
    (/^\s(?:to|bis|à)\s$/i.test(between) && PHYSICAL.test(unit) && !MOVED.test(left));
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
  const held = heldOf(withoutMarks(text.slice(next.to, next.to + REACH)), '');
  const common = {
    metric,
    ...(percentile !== undefined && { percentile }),
    unit: unit || nounBehind(text.slice(next.to), next.value) || 'count',
    ...(held.forMs !== undefined && { forMs: held.forMs }),
    text: text.slice(quantity.from, next.to),
  };
  const low: Threshold = { ...common, op: outside ? '<' : '>=', value: quantity.value };
  const high: Threshold = {
    ...common,
    op: outside ? '>' : '<=',
    value: Math.abs(next.value) === -next.value && dash && between === '' ? -next.value : next.value,
  };
  return { thresholds: [low, high], to: next.to + (held.forMs === undefined ? 0 : held.width) };
}
