import type { Line, Threshold } from './checklist.ts';
import { scaleOf } from './scale.ts';

/** Words under which a time is how long something lasts, and not how long something takes. */
const LASTING = /\b(for|after|down|unavailable|unreachable|outage|not|without)\b/i;

/**
 * Whether a time in a trigger is how long the bad thing lasts, as in `down for more than 10 minutes`: nothing is measured against
 * it, whoever watches counts it.
 */
export function isLasting({ op, unit, percentile }: Threshold, { polarity, text }: Pick<Line, 'polarity' | 'text'>): boolean {
  const timed = op.startsWith('>') && percentile === undefined && scaleOf(unit).kind === 'time';
  return timed && polarity === 'bad_when_true' && LASTING.test(text);
}
