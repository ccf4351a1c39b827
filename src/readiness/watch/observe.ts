import type { Measurement, ResultState } from '../run/result.ts';
import { compare } from './baseline.ts';
import { cadenceAt, isTrigger, type WatchedLine, type WatchPlan } from './plan.ts';

/** What was found of a line at one time; only what decides. */
export type Sample = { lineId: string; state: ResultState; summary: string; measurements: readonly Measurement[] };

/** Times at which a line was due and nobody looked. ISO times of the first and the last. */
export type Missed = { lineId: string; count: number; from: string; to: string };

/** One look at what was due. `at` in ms. */
export type Observation = { at: number; samples: readonly Sample[]; missed: readonly Missed[] };

/** How a line was seen: `warn` is not good and rolls nothing back, `unknown` is neither good nor bad. */
export type Sight = 'good' | 'warn' | 'bad' | 'unknown';

/** What is known of a watched line. */
export type LineState = {
  lastAt: number;
  /** The pass that last looked, or found that looks were missed. */
  toldAt: number;
  sight: Sight;
  summary: string;
  /** Since when it has been bad without a gap, in how many looks; absent when it is not bad. */
  bad?: { since: number; count: number };
  /** Since when nothing is known of it; absent when something is. */
  unknownSince?: number;
  /** Looks that were missed before the last one. */
  missed?: Missed;
};

export type LineStates = Readonly<Record<string, LineState>>;

/** A bad line is looked at again soon: half of what it must last, within these. */
const [SOONEST_MS, LATEST_MS] = [60_000, 15 * 60_000];
/** Two looks further apart than this never make one time of being bad. */
const MOST_GAP_MS = 3_600_000;

/** How soon a line that is bad is looked at again. */
export function confirmAfterMs({ forMs }: Pick<WatchedLine, 'forMs'>): number {
  return Math.min(LATEST_MS, Math.max(SOONEST_MS, forMs / 2));
}

/** Whether a line has been bad in consecutive looks for as long as it must be. One look is never enough. */
export function isConfirmed({ forMs }: Pick<WatchedLine, 'forMs'>, { bad, lastAt }: LineState): boolean {
  return bad !== undefined && bad.count >= 2 && lastAt - bad.since >= forMs;
}

/**
 * What is known after one more look. The order of samples does not matter, and a look from before the last one changes
 * nothing: a clock that was set back neither lengthens nor shortens anything. A line that was looked for and of which nothing
 * came back is unknown. `due` are the lines that were looked for.
 */
export function observe(plan: WatchPlan, states: LineStates, { at, samples, missed }: Observation, due: readonly string[]): LineStates {
  const byLine = new Map(samples.map((sample) => [sample.lineId, sample]));
  const missedBy = new Map(missed.map((one) => [one.lineId, one]));
  const next: Record<string, LineState> = { ...states };
  for (const line of plan.lines) {
    const gap = missedBy.get(line.lineId);
    if (due.includes(line.lineId))
      next[line.lineId] = stateAfter(plan, line, { before: states[line.lineId], at, sample: byLine.get(line.lineId), gap });
    else if (gap && states[line.lineId]) next[line.lineId] = { ...states[line.lineId]!, missed: gap, toldAt: at };
    else if (gap)
      next[line.lineId] = { lastAt: Number.NEGATIVE_INFINITY, toldAt: at, sight: 'unknown', summary: 'nobody looked', missed: gap };
  }
  return next;
}

type Look = { before: LineState | undefined; at: number; sample: Sample | undefined; gap: Missed | undefined };

function stateAfter(plan: WatchPlan, line: WatchedLine, { before, at, sample, gap }: Look): LineState {
  if (before && at <= before.lastAt) return before;
  const { sight, summary } = sightOf(plan, line, { at, sample });
  const bad = sight === 'bad' ? badAfter(plan, line, before, at) : undefined;
  const unknown = sight === 'unknown' && { unknownSince: before?.unknownSince ?? at };
  return { lastAt: at, toldAt: at, sight, summary, ...(bad && { bad }), ...unknown, ...(gap && { missed: gap }) };
}

/** Being bad goes on from the look before, unless that was too long ago to say what was between. */
function badAfter(plan: WatchPlan, line: WatchedLine, before: LineState | undefined, at: number): NonNullable<LineState['bad']> {
  const age = (before?.lastAt ?? at) - Date.parse(plan.releasedAt);
  const gap = Math.min(MOST_GAP_MS, Math.max(2 * confirmAfterMs(line), 1.5 * cadenceAt(line, age)));
  if (!before?.bad || at - before.lastAt > gap) return { since: at, count: 1 };
  return { since: before.bad.since, count: before.bad.count + 1 };
}

const SIGHTS: Readonly<Record<ResultState, Sight>> = {
  pass: 'good',
  not_applicable: 'good',
  waived: 'good',
  warn: 'warn',
  fail: 'bad',
  error: 'unknown',
  unreachable: 'unknown',
  stale: 'unknown',
  awaiting_sign_off: 'unknown',
};

function sightOf(
  plan: WatchPlan,
  line: WatchedLine,
  { at, sample }: { at: number; sample: Sample | undefined },
): { sight: Sight; summary: string } {
  if (!sample) return { sight: 'unknown', summary: 'no result came back' };
  const { state, summary, measurements, lineId } = sample;
  const sight = SIGHTS[state] ?? 'unknown';
  // Somebody's named decision stands; what failed or is unknown needs no comparison.
  if (state !== 'pass' && state !== 'warn') return { sight, summary };
  const compared = line.relative.map((demand) => compare(demand, { lineId, at, measurements }, plan.baseline));
  const worst = compared.find((one) => one.sight === 'bad') ?? compared.find((one) => one.sight === 'unknown');
  if (worst) return { sight: worst.sight, summary: worst.text };
  return { sight, summary: compared[0]?.text ?? summary };
}

/** What the watch says, from the worst. */
export type Advice = 'rollback' | 'recommend_rollback' | 'attention' | 'continue';

/** One reason: its `key` stays the same as long as the reason does, the text may tell more each time. */
export type Reason = { key: string; text: string };

export type Decision = { advice: Advice; because: readonly Reason[] };

/**
 * The decision tree: back at once, back recommended, somebody has to look, or carry on. Carry on is only said when every
 * line that was due is known and good; what is unknown, suspected, missed or failing asks for attention. A line whose window
 * is over and that was not good at its last look stays a reason: nobody looks at it again, so nothing says that it became good.
 * `at` is the time of the last pass in ms.
 */
export function decideWatch(plan: WatchPlan, states: LineStates, at: number): Decision {
  const age = at - Date.parse(plan.releasedAt);
  const known = plan.lines.flatMap((line) => (states[line.lineId] ? [{ line, state: states[line.lineId]! }] : []));
  const confirmed = known.filter(({ line, state }) => isTrigger(line) && isConfirmed(line, state));
  const open = known
    .filter((one) => !confirmed.includes(one))
    .flatMap(({ line, state }) => (age <= line.toMs || state.toldAt === at ? openReasons(line, state) : endedReasons(line, state)));
  const because = [...confirmed.map(({ line, state }) => confirmedReason(line, state)), ...open];
  if (confirmed.some(({ line }) => line.action === 'rollback')) return { advice: 'rollback', because };
  if (confirmed.length > 0) return { advice: 'recommend_rollback', because };
  return { advice: open.length > 0 ? 'attention' : 'continue', because };
}

function confirmedReason(line: WatchedLine, { bad, lastAt, summary }: LineState): Reason {
  const text = `${nameOf(line)}: bad for ${lasting(lastAt - bad!.since)}, in ${bad!.count} looks (${summary})`;
  return { key: `confirmed:${line.lineId}`, text };
}

function openReasons(line: WatchedLine, { sight, summary, bad, lastAt, missed }: LineState): Reason[] {
  const reasons: Reason[] = [];
  if (missed) reasons.push({ key: `missed:${line.lineId}:${missed.to}`, text: `${nameOf(line)}: ${missedText(missed)}` });
  if (sight === 'unknown' && Number.isFinite(lastAt))
    reasons.push({ key: `unknown:${line.lineId}`, text: `${nameOf(line)}: not known (${summary})` });
  if (sight === 'warn') reasons.push({ key: `warn:${line.lineId}`, text: `${nameOf(line)}: ${summary}` });
  if (sight === 'bad') reasons.push({ key: `bad:${line.lineId}`, text: badText(line, { lastAt, summary, ...(bad && { bad }) }) });
  return reasons;
}

/** What is left of a line whose window is over. */
function endedReasons(line: WatchedLine, { sight, summary }: LineState): Reason[] {
  const found = { good: undefined, warn: 'was not quite good', bad: 'was bad', unknown: 'was not known' }[sight];
  return found === undefined
    ? []
    : [{ key: `ended:${line.lineId}`, text: `${nameOf(line)}: ${found} when it was looked at last (${summary}), and its time is over` }];
}

function badText(line: WatchedLine, { bad, lastAt, summary }: Pick<LineState, 'bad' | 'lastAt' | 'summary'>): string {
  if (!isTrigger(line))
    return `${nameOf(line)}: ${line.action === 'continue' ? 'does not hold, so this is no case for carrying on' : 'does not hold'} (${summary})`;
  const wanted = line.forMs > 0 ? `for ${lasting(lastAt - bad!.since)} of ${lasting(line.forMs)}` : 'once, and is looked at again';
  return `${nameOf(line)}: bad ${wanted} (${summary})`;
}

function missedText({ count, from, to }: Missed): string {
  return `${count} ${count === 1 ? 'look was' : 'looks were'} missed, from ${from} to ${to}`;
}

function nameOf({ line, title }: WatchedLine): string {
  return `line ${line}, ${title}`;
}

/** `90 s`, `12 min`, `3.5 h`. */
export function lasting(ms: number): string {
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 2 * 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Number((ms / 3_600_000).toFixed(1))} h` : `${Number((ms / 86_400_000).toFixed(1))} days`;
}
