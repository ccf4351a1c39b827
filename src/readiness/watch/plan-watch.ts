import type { Checklist, Criterion, Item, Threshold } from '../checklist/checklist.ts';
import { comparedBy } from '../checklist/compared.ts';
import { isLasting } from '../checklist/lasting.ts';
import { inUnit } from '../checklist/scale.ts';
import { isWatched } from '../checklist/watched.ts';
import {
  DEFAULT_WATCH_MS,
  LEAST_CADENCE_MS,
  type BaselineHour,
  type RelativeDemand,
  type WatchAction,
  type WatchedLine,
  type WatchPlan,
} from './plan.ts';

/**
 * Makes of a checklist the plan of the watch after a release: every line with a time after it, and every trigger, which is
 * watched as long as anything is. `releasedAt` in ms; `baseline` are earlier values of lines that are compared with them.
 */
export function planWatch(
  checklist: Checklist,
  { releasedAt, baseline = [] }: { releasedAt: number; baseline?: readonly BaselineHour[] },
): WatchPlan {
  const all = [...checklist.items, ...checklist.criteria];
  const ends = all.flatMap(({ window }) => (window && window.toMs > 0 ? [window.toMs] : []));
  const endsMs = ends.length > 0 ? Math.max(...ends) : DEFAULT_WATCH_MS;
  const lines = all
    .filter((line) => isWatched(line))
    .map((line) => watchedOf(line, endsMs))
    .sort((a, b) => a.line - b.line);
  const compared = new Set(lines.filter(({ relative }) => relative.length > 0).map(({ lineId }) => lineId));
  return {
    version: 1,
    checklist: checklist.name,
    checklistSha256: checklist.sha256,
    releasedAt: new Date(releasedAt).toISOString(),
    lines,
    baseline: baseline.filter(({ lineId }) => compared.has(lineId)),
  };
}

function watchedOf(line: Item | Criterion, endsMs: number): WatchedLine {
  const { id, line: number, title, window, thresholds } = line;
  const startMs = Math.max(0, window?.fromMs ?? 0);
  const toMs = Math.max(startMs, window?.toMs ?? firstHours(thresholds) ?? endsMs);
  // What is to be reached within a time is judged when it is over: before that it would be bad from the first day on.
  const fromMs = 'kind' in line && line.kind === 'success' && window ? toMs : startMs;
  const action = actionOf(line);
  return {
    lineId: id,
    line: number,
    title,
    action,
    fromMs,
    toMs,
    ...(window?.cadenceMs !== undefined && { cadenceMs: Math.max(LEAST_CADENCE_MS, window.cadenceMs) }),
    forMs: lastsMs(line),
    relative: thresholds.flatMap((threshold) => relativeOf(threshold, line)),
    ...(window && { window: window.text }),
  };
}

/** An alert tells somebody, and so does a no-go that comes about later; only what the document calls a trigger leads back. */
function actionOf({ action }: Item | Criterion): WatchAction {
  return action === undefined || action === 'stop_launch' ? 'attention' : action;
}

/** How long it must be bad: as it is said of a threshold, or the time itself in `down for more than 10 minutes`. */
function lastsMs(line: Item | Criterion): number {
  const times = line.thresholds.map((threshold) => {
    const { forMs, value, unit } = threshold;
    return forMs ?? (isLasting(threshold, line) ? inUnit(value, unit, 'ms')! : 0);
  });
  return Math.max(0, ...times);
}

function relativeOf(threshold: Threshold, { polarity }: Item | Criterion): RelativeDemand[] {
  const compared = comparedBy(threshold);
  const { metric, op, text } = threshold;
  return compared ? [{ metric, ...compared, op, badWhenTrue: polarity === 'bad_when_true', text }] : [];
}

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 };

/** A trigger that is only one at first: `first 2 hours`. */
function firstHours(thresholds: readonly Threshold[]): number | undefined {
  const found = thresholds.flatMap(({ scope = '' }) => {
    const [, count, unit] = /\bfirst (\d+) (minute|hour|day|week)s?\b/i.exec(scope) ?? [];
    return count && unit ? [Number(count) * UNITS[unit.toLowerCase()]!] : [];
  });
  return found.length > 0 ? Math.max(...found) : undefined;
}
