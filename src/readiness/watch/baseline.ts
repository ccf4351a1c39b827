import { alike } from '../binding/alike.ts';
import type { Comparator } from '../checklist/checklist.ts';
import type { Measurement } from '../run/result.ts';
import type { BaselineHour, RelativeDemand } from './plan.ts';

/** With fewer values in the hour there is no baseline, and what is compared with it is unknown. */
export const LEAST_VALUES = 5;
/** Older values of an hour give way. */
const MOST_VALUES = 200;

const HOUR_MS = 3_600_000;
const WEEK_HOURS = 168;
/** 1970-01-01 was a Thursday; hours are counted from Sunday. */
const FIRST_HOUR = 4 * 24;

/** The hour of the week (UTC) that an instant lies in, 0 to 167. */
export function hourOfWeek(at: number): number {
  return (Math.floor(at / HOUR_MS) + FIRST_HOUR) % WEEK_HOURS;
}

/** What was measured of a line at a time. */
export type EarlierValues = { lineId: string; at: number; measurements: readonly Measurement[] };

/** Gathers earlier values by line, measurement and hour of the week; the newest are kept. */
export function gatherBaseline(earlier: Iterable<EarlierValues>): BaselineHour[] {
  const hours = new Map<string, { lineId: string; name: string; hour: number; values: number[] }>();
  for (const { lineId, at, measurements } of earlier) {
    const hour = hourOfWeek(at);
    for (const { name, value } of measurements) {
      if (typeof value !== 'number' || !Number.isFinite(value)) continue;
      const key = JSON.stringify([lineId, name, hour]);
      const found = hours.get(key) ?? { lineId, name, hour, values: [] };
      found.values.push(value);
      if (found.values.length > MOST_VALUES) found.values.shift();
      hours.set(key, found);
    }
  }
  return [...hours.values()];
}

/** The middle value; of an even number, the mean of the two in the middle. Undefined of none. */
export function medianOf(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return undefined;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** What a comparison with earlier hours says. `unknown` is never good. */
export type Compared = { sight: 'good' | 'bad' | 'unknown'; text: string };

/** Compares what was measured now with the median of the same hour of the week before the release. */
export function compare(demand: RelativeDemand, { lineId, at, measurements }: EarlierValues, baseline: readonly BaselineHour[]): Compared {
  const measured = choose(demand, measurements);
  if (!measured) return { sight: 'unknown', text: `${demand.text}: nothing of it was measured` };
  const hour = hourOfWeek(at);
  const values = baseline.find((one) => one.lineId === lineId && one.name === measured.name && one.hour === hour)?.values ?? [];
  if (values.length < LEAST_VALUES)
    return { sight: 'unknown', text: `${demand.text}: only ${values.length} of ${LEAST_VALUES} earlier values of this hour of the week` };
  const median = medianOf(values)!;
  if (median === 0) return { sight: 'unknown', text: `${demand.text}: ${measured.name} was 0 in this hour of the week before` };
  const moved = ((measured.value - median) / Math.abs(median)) * 100;
  const percent = towards(demand, { name: measured.name, moved, median });
  if (percent === undefined)
    return { sight: 'unknown', text: `${demand.text}: ${measured.name} was below 0 in this hour of the week before` };
  const text = `${measured.name} ${measured.value}, ${moved >= 0 ? '+' : ''}${moved.toFixed(1)} % from ${median}, the median of ${values.length} in this hour of the week`;
  return { sight: COMPARE[demand.op](percent, demand.percent) === demand.badWhenTrue ? 'bad' : 'good', text };
}

const WORSE = /degrad|worse|deteriorat|regress/i;
const MORE_IS_WORSE = /latenc|time|duration|delay|error|fail|queue|lag|memory|cpu/i;
const LESS_IS_WORSE = /throughput|per second|rate|availab|uptime|success|requests|hit/i;

type Moved = { name: string; moved: number; median: number };

/**
 * How far it moved in the direction that is meant, or how much of it there is. Getting worse is more of some things and less of others.
 * Undefined where there is no share: of what was below zero.
 */
function towards({ direction, metric, text }: RelativeDemand, { name, moved, median }: Moved): number | undefined {
  if (direction === 'share') return median > 0 ? 100 + moved : undefined;
  if (direction !== 'change') return direction === 'increase' ? moved : -moved;
  if (!WORSE.test(`${metric} ${text}`)) return Math.abs(moved);
  if (MORE_IS_WORSE.test(name)) return moved;
  return LESS_IS_WORSE.test(name) ? -moved : Math.abs(moved);
}

const COMPARE: Readonly<Record<Comparator, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

/** Numbers that tell of a look and not of how well something does. */
const OF_A_LOOK = /^(?:status|samples|bytes|version)\b/i;

/**
 * The measurement that speaks of what is compared: of several the one that shares most with it. Where only getting worse is
 * spoken of, of whatever, it is the first. What speaks of something else is none.
 */
function choose({ metric, text }: RelativeDemand, measurements: readonly Measurement[]): { name: string; value: number } | undefined {
  const wanted = `${metric} ${text}`;
  const numbers = measurements.flatMap(({ name, value }) =>
    typeof value === 'number' && Number.isFinite(value) ? [{ name, value, shared: alike(name, wanted) }] : [],
  );
  const [best] = numbers.filter(({ shared }) => shared > 0).sort((a, b) => b.shared - a.shared);
  return best ?? (WORSE.test(wanted) ? numbers.find(({ name }) => !OF_A_LOOK.test(name)) : undefined);
}
