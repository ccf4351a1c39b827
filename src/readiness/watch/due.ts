import { confirmAfterMs, isConfirmed, type LineState, type LineStates, type Missed } from './observe.ts';
import { cadenceAt, DAY, dueAfter, isTrigger, type WatchedLine, type WatchPlan } from './plan.ts';

/** What is to be done at a time. */
export type Due = {
  /** Lines to look at now. */
  lines: readonly string[];
  /** Times at which a line was due and nobody looked; they are not made up for. */
  missed: readonly Missed[];
  /** When something is due next, in ms; undefined when the watch is over. */
  nextAt?: number;
};

/** Unknown lines are looked at again after this even when their cadence is longer. */
const RETRY_UNKNOWN_MS = 3_600_000;

/**
 * What is due at `now` (ms), from nothing but the plan and what was seen. Looks that fell due more than one cadence ago are
 * missed; the latest is looked at now, as long as the next is not due yet.
 */
export function dueAt(plan: WatchPlan, states: LineStates, now: number): Due {
  const releasedAt = Date.parse(plan.releasedAt);
  const each = plan.lines.map((line) => ({ line, ...dueOf(line, states[line.lineId], { age: now - releasedAt, releasedAt }) }));
  const nexts = each.flatMap(({ nextAge }) => (nextAge === undefined ? [] : [nextAge]));
  return {
    lines: each.filter(({ isDue }) => isDue).map(({ line }) => line.lineId),
    missed: each.flatMap(({ missed }) => (missed ? [missed] : [])),
    ...(nexts.length > 0 && { nextAt: releasedAt + Math.min(...nexts) }),
  };
}

type LineDue = { isDue: boolean; missed?: Missed; nextAge?: number };

function dueOf(line: WatchedLine, state: LineState | undefined, { age, releasedAt }: { age: number; releasedAt: number }): LineDue {
  // Looks that were told as missed are behind as well.
  const seen = state
    ? Math.max(state.lastAt, state.missed ? Date.parse(state.missed.to) : Number.NEGATIVE_INFINITY) - releasedAt
    : undefined;
  const slots = slotsIn(line, seen ?? Number.NEGATIVE_INFINITY, age);
  const again = againAt(line, state, releasedAt);
  const isAgain = again !== undefined && again <= age;
  const last = slots.last;
  const isOpen = last !== undefined && (last < line.toMs || age - last < cadenceAt(line, last));
  const lost = slots.count - (isOpen ? 1 : 0);
  const missed = lost > 0 && missedOf(line, slots, { lost, releasedAt, isOpen });
  const regular = dueAfter(line, age);
  const pending = again !== undefined && !isAgain ? again : undefined;
  const nextAge = pending === undefined || regular === undefined ? (pending ?? regular) : Math.min(pending, regular);
  return { isDue: isOpen || isAgain, ...(missed && { missed }), ...(nextAge !== undefined && { nextAge }) };
}

type Slots = { count: number; first?: number; last?: number; beforeLast?: number };

/** Times at which a line fell due after one age, up to and with another. */
function slotsIn(line: WatchedLine, after: number, upTo: number): Slots {
  let slots: Slots = { count: 0 };
  for (let at = dueAfter(line, after); at !== undefined && at <= upTo; at = dueAfter(line, at))
    slots = { count: slots.count + 1, first: slots.first ?? at, last: at, ...(slots.last !== undefined && { beforeLast: slots.last }) };
  return slots;
}

function missedOf(
  { lineId }: WatchedLine,
  { first, last, beforeLast }: Slots,
  { lost, releasedAt, isOpen }: { lost: number; releasedAt: number; isOpen: boolean },
): Missed {
  const iso = (age: number): string => new Date(releasedAt + age).toISOString();
  return { lineId, count: lost, from: iso(first!), to: iso(isOpen ? beforeLast! : last!) };
}

/** When a line is looked at again before its cadence says so: while it is bad until that is certain, and when it is unknown. */
function againAt(line: WatchedLine, state: LineState | undefined, releasedAt: number): number | undefined {
  if (!state || !Number.isFinite(state.lastAt)) return undefined;
  const seen = state.lastAt - releasedAt;
  if (isTrigger(line) && state.bad) {
    const again = seen + confirmAfterMs(line);
    // Beyond its window a trigger is followed until it is certain, and no longer.
    return again <= line.toMs || !isConfirmed(line, state) ? again : undefined;
  }
  const wait = state.sight === 'unknown' ? retryMs(line, state, cadenceAt(line, seen)) : undefined;
  return wait !== undefined && seen + wait <= line.toMs ? seen + wait : undefined;
}

/**
 * A trigger of which nothing is known may be what it looks for: it is looked at again as soon as a bad one, and ever more seldom while
 * that lasts. Undefined where the cadence comes first.
 */
function retryMs(line: WatchedLine, { lastAt, unknownSince = lastAt }: LineState, cadence: number): number | undefined {
  const soon = isTrigger(line) ? Math.max(confirmAfterMs(line), (lastAt - unknownSince) / 2) : Number.POSITIVE_INFINITY;
  const wait = Math.min(soon, cadence >= DAY ? RETRY_UNKNOWN_MS : Number.POSITIVE_INFINITY);
  return wait < cadence ? wait : undefined;
}
