import type { RecordStore } from '../record/record.ts';
import type { ResultState } from '../run/result.ts';
import { dueAt } from './due.ts';
import type { Watch, WatchOutcome } from './fold-watch.ts';
import { isConfirmed, type Advice, type Missed, type Sight } from './observe.ts';
import { isTrigger, type WatchAction } from './plan.ts';
import { kept, type Pass } from './watch-log.ts';

/** One watched line as people look at it; times are ISO. */
export type WatchLineView = {
  lineId: string;
  /** In the document, from 1. */
  line: number;
  title: string;
  action: WatchAction;
  /** The document's own words for when it holds. */
  window?: string;
  from: string;
  to: string;
  cadenceMs?: number;
  /** How long it must be bad before it counts. */
  forMs: number;
  /** `not_yet` until somebody has looked. */
  sight: Sight | 'not_yet';
  /** Whether a trigger is bad for certain. */
  certain: boolean;
  summary?: string;
  lastAt?: string;
  badSince?: string;
  badLooks?: number;
  missed?: Missed;
};

/** A watch as it stands; times are ISO. */
export type WatchView = {
  id: string;
  releasedAt: string;
  /** When the last line falls due. */
  endsAt: string;
  passes: number;
  lastAt?: string;
  /** Absent when nothing is due any more. */
  nextAt?: string;
  advice?: Advice;
  because: readonly string[];
  lines: readonly WatchLineView[];
  /** Who has confirmed the rollback that was advised. */
  confirmed?: { at: string; by: string };
  rollback?: { at: string; script: string; by: string; exitCode?: number; evidence?: string };
  ended?: { at: string; outcome: WatchOutcome };
};

const iso = (ms: number): string => new Date(ms).toISOString();

/** The watch for people and programs, as it stands at `now` (ms). */
export function viewOfWatch(watch: Watch, now: number): WatchView {
  const { id, plan, passes, lastAt, decision, confirmed, rollback, ended } = watch;
  const releasedAt = Date.parse(plan.releasedAt);
  const { lines: due, nextAt } = dueAt(plan, watch.lines, now);
  const next = due.length > 0 ? now : nextAt;
  return {
    id,
    releasedAt: plan.releasedAt,
    endsAt: iso(releasedAt + Math.max(0, ...plan.lines.map(({ toMs }) => toMs))),
    passes,
    ...(lastAt !== undefined && { lastAt: iso(lastAt) }),
    ...(next !== undefined && !ended && { nextAt: iso(next) }),
    ...(decision && { advice: decision.advice }),
    because: decision?.because.map(({ text }) => text) ?? [],
    lines: plan.lines.map((line) => lineView(line, watch)),
    ...(confirmed && { confirmed: { at: iso(confirmed.at), by: confirmed.by } }),
    ...(rollback && { rollback: rollbackView(rollback) }),
    ...(ended && { ended: { at: iso(ended.at), outcome: ended.outcome } }),
  };
}

function lineView(line: Watch['plan']['lines'][number], { plan, lines }: Watch): WatchLineView {
  const { lineId, line: number, title, action, window, fromMs, toMs, cadenceMs, forMs } = line;
  const state = lines[lineId];
  const releasedAt = Date.parse(plan.releasedAt);
  const looked = state && Number.isFinite(state.lastAt);
  return {
    lineId,
    line: number,
    title,
    action,
    ...(window !== undefined && { window }),
    from: iso(releasedAt + fromMs),
    to: iso(releasedAt + toMs),
    ...(cadenceMs !== undefined && { cadenceMs }),
    forMs,
    sight: state?.sight ?? 'not_yet',
    certain: state !== undefined && isTrigger(line) && isConfirmed(line, state),
    ...(state && { summary: state.summary }),
    ...(looked && { lastAt: iso(state.lastAt) }),
    ...(state?.bad && { badSince: iso(state.bad.since), badLooks: state.bad.count }),
    ...(state?.missed && { missed: state.missed }),
  };
}

function rollbackView({ at, script, by, ended }: NonNullable<Watch['rollback']>): NonNullable<WatchView['rollback']> {
  return { at: iso(at), script, by, ...(ended && { exitCode: ended.exitCode, evidence: ended.evidence }) };
}

/** One moment of a watch, for a timeline. */
export type WatchMoment =
  | { kind: 'observed'; at: string; states: Readonly<Record<string, ResultState>>; missed: readonly Missed[]; evidence: string }
  | { kind: 'advised'; at: string; advice: Advice; because: readonly string[] }
  | { kind: 'rollback_confirmed'; at: string; by: string }
  | { kind: 'rollback_started'; at: string; script: string; by: string }
  | { kind: 'rollback_called'; at: string; script: string; by: string; exitCode: number; evidence: string }
  | { kind: 'ended'; at: string; outcome: WatchOutcome };

/** Everything that happened to a watch, in its order. Errors: `readiness.evidence_missing`. */
export async function momentsOf(store: RecordStore, checklist: string, watchId: string): Promise<WatchMoment[]> {
  const moments: WatchMoment[] = [];
  for await (const { body } of store.read(checklist)) {
    if (!('watchId' in body) || body.watchId !== watchId || body.kind === 'watch_started') continue;
    if (body.kind === 'watch_observed') {
      const { results, missed } = await kept<Pass>(store, body.results);
      const states = Object.fromEntries(results.map(({ lineId, state }) => [lineId, state]));
      moments.push({ kind: 'observed', at: body.at, states, missed, evidence: body.results });
    } else if (body.kind === 'watch_advised') moments.push({ kind: 'advised', at: body.at, advice: body.advice, because: body.because });
    else if (body.kind === 'watch_ended') moments.push({ kind: 'ended', at: body.at, outcome: body.outcome });
    else {
      const { watchId: _, ...moment } = body;
      moments.push(moment);
    }
  }
  return moments;
}
