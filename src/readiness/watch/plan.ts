import type { Comparator } from '../checklist/checklist.ts';

/** What a line does when it is bad. `attention`: somebody has to look; nothing is rolled back for it. */
export type WatchAction = 'rollback' | 'recommend_rollback' | 'continue' | 'attention';

/**
 * A demand on how far a value may move from what it was in the same hours before the release, in percent; `share`: on how much of that
 * there still is.
 */
export type RelativeDemand = {
  metric: string;
  direction: 'increase' | 'decrease' | 'change' | 'share';
  op: Comparator;
  percent: number;
  /** Whether the line is bad when the comparison holds (a trigger) or when it does not. */
  badWhenTrue: boolean;
  text: string;
};

/** One line of the checklist that is looked at after the release. Times in milliseconds from the release. */
export type WatchedLine = {
  lineId: string;
  /** In the document, from 1. */
  line: number;
  title: string;
  action: WatchAction;
  fromMs: number;
  toMs: number;
  /** As the document says; undefined takes the cadence that the age of the release asks for. */
  cadenceMs?: number;
  /** How long it must be bad before it counts; 0 when the document does not say. */
  forMs: number;
  relative: readonly RelativeDemand[];
  /** The document's own words for when it holds. */
  window?: string;
};

/** Values of one measurement of one line in one hour of the week (0 is Sunday 00:00 to 01:00 UTC), before the release. */
export type BaselineHour = { lineId: string; name: string; hour: number; values: readonly number[] };

/** Everything that a watch goes by, fixed when it begins and kept as evidence. */
export type WatchPlan = {
  version: 1;
  checklist: string;
  checklistSha256: string;
  /** ISO time. */
  releasedAt: string;
  lines: readonly WatchedLine[];
  baseline: readonly BaselineHour[];
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** How often is looked at what the document gives no cadence for, by the age of the release. */
const CADENCES: readonly { untilMs: number; everyMs: number }[] = [
  { untilMs: HOUR, everyMs: 5 * MINUTE },
  { untilMs: DAY, everyMs: 30 * MINUTE },
  { untilMs: Number.POSITIVE_INFINITY, everyMs: DAY },
];

/** How long triggers are watched when the document names no time after the release. */
export const DEFAULT_WATCH_MS = 30 * DAY;

/** How often and how long is looked after a rollback. */
const AFTER_ROLLBACK = { everyMs: 5 * MINUTE, forMs: 30 * MINUTE };

/** Nothing is looked at more often. */
export const LEAST_CADENCE_MS = MINUTE;

/** The cadence at an age of the release. */
export function cadenceAt({ cadenceMs }: Pick<WatchedLine, 'cadenceMs'>, ageMs: number): number {
  return cadenceMs ?? CADENCES.find(({ untilMs }) => ageMs < untilMs)!.everyMs;
}

/**
 * The first time after `ageMs` at which a line is due, undefined when its window is over. A window begins and ends with a
 * look; between them the times lie on a grid that begins at the release, or at the window where the document gives a cadence,
 * so that they do not depend on when anybody looked.
 */
export function dueAfter(line: WatchedLine, ageMs: number): number | undefined {
  const { fromMs, toMs, cadenceMs } = line;
  if (ageMs < fromMs) return fromMs;
  if (ageMs >= toMs) return undefined;
  const next = cadenceMs === undefined ? onGrid(ageMs) : fromMs + (Math.floor((ageMs - fromMs) / cadenceMs) + 1) * cadenceMs;
  return Math.min(next, toMs);
}

function onGrid(ageMs: number): number {
  const { untilMs, everyMs } = CADENCES.find(({ untilMs }) => ageMs < untilMs)!;
  return Math.min((Math.floor(ageMs / everyMs) + 1) * everyMs, untilMs);
}

/** Whether anything the document says can lead to a rollback. */
export function isTrigger({ action }: Pick<WatchedLine, 'action'>): boolean {
  return action === 'rollback' || action === 'recommend_rollback';
}

/**
 * The plan of the time after a rollback that ended `atMs` after the release: everything that was being watched then, every five
 * minutes for half an hour. Nothing in it leads to another rollback.
 */
export function planAfterRollback(plan: WatchPlan, atMs: number): WatchPlan {
  const { everyMs, forMs } = AFTER_ROLLBACK;
  const lines = plan.lines
    .filter((line) => isTrigger(line) || (line.fromMs <= atMs && atMs <= line.toMs))
    .map((line) => ({ ...line, action: 'attention' as const, fromMs: atMs, toMs: atMs + forMs, cadenceMs: everyMs }));
  return { ...plan, lines };
}
