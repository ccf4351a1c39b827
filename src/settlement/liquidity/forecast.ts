import type { Millis } from '../../base/time.ts';

/** What came in one hour, 0 when nothing did. `hour` is its beginning. Values are statistics, never balances. */
export type HourValue = { hour: Millis; value: number };

/** What an hour will bring: with `1 − 2 × tail` in all between `low` and `high`. */
export type Band = {
  low: number;
  median: number;
  high: number;
  /** Hours of the same weekday and time that it rests on. */ samples: number;
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How far back hours count. */
export const MEMORY_WEEKS = 12;

/**
 * How much the hour's own past weighs against that of the same time on all days of its kind: n ÷ (n + SHRINKAGE) with n hours of
 * its own. With 8 such hours both weigh the same.
 */
const SHRINKAGE = 8;

const dayNumber = (hour: Millis) => Math.floor(hour / DAY_MS);
/** 0 is Sunday. */
const weekdayOf = (hour: Millis) => (dayNumber(hour) + 4) % 7;
const timeOf = (hour: Millis) => Math.floor((hour % DAY_MS) / HOUR_MS);
const isWeekend = (hour: Millis) => weekdayOf(hour) === 0 || weekdayOf(hour) === 6;

/** The past of a series, by weekday and time, and by kind of day and time; values in ascending order. */
export type History = { own: ReadonlyMap<string, readonly number[]>; kind: ReadonlyMap<string, readonly number[]> };

const ownKey = (hour: Millis) => `${weekdayOf(hour)} ${timeOf(hour)}`;
const kindKey = (hour: Millis) => `${isWeekend(hour)} ${timeOf(hour)}`;

/** Sorts the past of a series. Hours after `until` and before its memory begins are left out. */
export function historyOf(values: readonly HourValue[], until: Millis): History {
  const since = until - MEMORY_WEEKS * 7 * DAY_MS;
  const known = values.filter(({ hour }) => hour >= since && hour < until);
  const by = (key: (hour: Millis) => string) => {
    const groups = new Map<string, number[]>();
    for (const { hour, value } of known) {
      const group = groups.get(key(hour));
      if (group) group.push(value);
      else groups.set(key(hour), [value]);
    }
    for (const group of groups.values()) group.sort((a, b) => a - b);
    return groups;
  };
  return { own: by(ownKey), kind: by(kindKey) };
}

/**
 * The value below which an hour stays with probability `p`: the quantile of the same weekday and time, drawn towards that of the
 * same time on all days of its kind (working days, weekends) as long as there are few of the former. Empirical quantiles with
 * linear interpolation (Hyndman and Fan's type 7), averaged by value. 0 when nothing is known.
 */
export function quantileAt(history: History, hour: Millis, p: number): number {
  const own = history.own.get(ownKey(hour)) ?? [];
  const kind = history.kind.get(kindKey(hour)) ?? [];
  if (kind.length === 0) return 0;
  const weight = own.length / (own.length + SHRINKAGE);
  return weight * quantile(own, p) + (1 - weight) * quantile(kind, p);
}

/** What an hour will bring; `tail` is the chance to fall short of `low`, and that to exceed `high`. */
export function bandAt(history: History, hour: Millis, tail = 0.1): Band {
  return {
    low: quantileAt(history, hour, tail),
    median: quantileAt(history, hour, 0.5),
    high: quantileAt(history, hour, 1 - tail),
    samples: history.own.get(ownKey(hour))?.length ?? 0,
  };
}

function quantile(sorted: readonly number[], p: number): number {
  if (sorted.length === 0) return 0;
  const at = (sorted.length - 1) * p;
  const below = Math.floor(at);
  const [from, to] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  return from + (to - from) * (at - below);
}

/** How often what came stayed below what was foretold, by the chance that was given for it. `hours` counts the held-out hours. */
export type Calibration = { hours: number; points: { nominal: number; measured: number }[]; band80: number };

const NOMINAL = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

/**
 * Foretells each hour of the last `days` days from what was known before its day, and counts. Hours in which nothing ever moves
 * are left out: they would be foretold rightly without any skill. An hour in which nothing came, where that was likely, lies on
 * many quantiles at once and is shared out among them. `band80`: share of hours within the band from 10 to 90 %.
 *
 * Source: the non-randomised probability integral transform of Czado, Gneiting, Held, *Predictive Model Assessment for Count Data*,
 * Biometrics 65 (2009).
 */
export function calibrate(series: readonly (readonly HourValue[])[], { until, days }: { until: Millis; days: number }): Calibration {
  const below = NOMINAL.map(() => 0);
  let hours = 0;
  for (const values of series) {
    const byDay = Map.groupBy(
      values.filter(({ hour }) => hour >= until - days * DAY_MS && hour < until),
      ({ hour }) => dayNumber(hour),
    );
    for (const [day, own] of byDay) {
      const history = historyOf(values, day * DAY_MS);
      for (const { hour, value } of own) {
        if (quantileAt(history, hour, 1) === 0) continue;
        hours++;
        const [from, to] = [chanceOf(history, hour, (q) => q < value), chanceOf(history, hour, (q) => q <= value)];
        NOMINAL.forEach((p, i) => (below[i]! += to > from ? Math.min(1, Math.max(0, (p - from) / (to - from))) : p >= to ? 1 : 0));
      }
    }
  }
  const share = (count: number) => (hours === 0 ? 0 : count / hours);
  const points = NOMINAL.map((nominal, i) => ({ nominal, measured: share(below[i]!) }));
  const at = (p: number) => points[NOMINAL.indexOf(p)]!.measured;
  return { hours, points, band80: at(0.9) - at(0.1) };
}

/** Halvings that find a chance to a thousandth. */
const HALVINGS = 10;

/** The largest chance whose quantile still holds. */
function chanceOf(history: History, hour: Millis, holds: (quantile: number) => boolean): number {
  if (!holds(quantileAt(history, hour, 0))) return 0;
  if (holds(quantileAt(history, hour, 1))) return 1;
  let [low, high] = [0, 1];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (holds(quantileAt(history, hour, middle))) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * Fills the hours of a span in which nothing moved with 0, so that quiet hours count as such; with an `hour` only those of its
 * time of day.
 */
export function withQuietHours(values: readonly HourValue[], span: { from: Millis; to: Millis } | undefined, hour?: Millis): HourValue[] {
  if (!span) return [];
  const step = hour === undefined ? HOUR_MS : DAY_MS;
  const from = hour === undefined ? span.from : span.from + ((((hour - span.from) % DAY_MS) + DAY_MS) % DAY_MS);
  const known = new Map(values.map((one) => [one.hour, one.value]));
  const all: HourValue[] = [];
  for (let at = from; at <= span.to; at += step) all.push({ hour: at, value: known.get(at) ?? 0 });
  return all;
}
