import { decideWatch, observe, type Advice, type Decision, type LineStates, type Observation } from './observe.ts';
import { planAfterRollback, type WatchPlan } from './plan.ts';

/** What happened to a watch, as the log tells it. Times in ms. */
export type WatchEvent =
  | { kind: 'observed'; observation: Observation; due: readonly string[] }
  | { kind: 'advised'; at: number; advice: Advice }
  | { kind: 'rollback_confirmed'; at: number; by: string }
  | { kind: 'rollback_started'; at: number; script: string; by: string }
  | { kind: 'rollback_called'; at: number; script: string; by: string; exitCode: number; evidence: string }
  | { kind: 'ended'; at: number; outcome: WatchOutcome };

export type WatchOutcome = 'completed' | 'rolled_back' | 'stopped';

/** What stands in the place of the script where people went back themselves. */
export const BY_HAND = 'by hand';

/** A rollback of which `ended` is missing: nobody knows how it went. */
export type Rollback = { at: number; script: string; by: string; ended?: { at: number; exitCode: number; evidence: string } };

/** Everything that is known of a watch. Made of the log alone, so that it is the same after any restart. */
export type Watch = {
  id: string;
  /** What is watched now; after a rollback, what is watched then. */
  plan: WatchPlan;
  lines: LineStates;
  /** Passes so far, and the last of them. */
  passes: number;
  lastAt?: number;
  decision?: Decision;
  /** What was last written down as advice. */
  advised?: string;
  /** Who wants the rollback that was advised. */
  confirmed?: { at: number; by: string };
  rollback?: Rollback;
  ended?: { at: number; outcome: WatchOutcome };
};

export function beginWatch(id: string, plan: WatchPlan): Watch {
  return { id, plan, lines: {}, passes: 0 };
}

/** The watch after one more event; nothing happens to one that has ended. */
export function stepWatch(watch: Watch, event: WatchEvent): Watch {
  if (watch.ended) return watch;
  switch (event.kind) {
    case 'observed':
      return observed(watch, event);
    case 'advised':
      return { ...watch, ...(watch.decision && { advised: keyOf(watch.decision) }) };
    case 'rollback_confirmed':
      return watch.confirmed ? watch : { ...watch, confirmed: { at: event.at, by: event.by } };
    case 'rollback_started':
      return decided({ ...watch, rollback: { at: event.at, script: event.script, by: event.by } });
    case 'rollback_called':
      return rolledBack(watch, event);
    case 'ended':
      return { ...watch, ended: { at: event.at, outcome: event.outcome } };
  }
}

function observed(watch: Watch, { observation, due }: Extract<WatchEvent, { kind: 'observed' }>): Watch {
  const lines = observe(watch.plan, watch.lines, observation, due);
  const lastAt = Math.max(observation.at, watch.lastAt ?? observation.at);
  return decided({ ...watch, lines, passes: watch.passes + 1, lastAt });
}

/** After a rollback that went well everything is looked at afresh; after one that did not, it goes on as before. */
function rolledBack(watch: Watch, { at, script, by, exitCode, evidence }: Extract<WatchEvent, { kind: 'rollback_called' }>): Watch {
  const rollback: Rollback = { at: watch.rollback?.at ?? at, script, by, ended: { at, exitCode, evidence } };
  if (exitCode !== 0) return decided({ ...watch, rollback });
  const plan = planAfterRollback(watch.plan, at - Date.parse(watch.plan.releasedAt));
  return { ...watch, rollback, plan, lines: {} };
}

function decided(watch: Watch): Watch {
  if (watch.lastAt === undefined) return watch;
  return { ...watch, decision: withRollback(decideWatch(watch.plan, watch.lines, watch.lastAt), watch.rollback) };
}

/** A rollback that failed, or of which nobody knows, is told with everything else. */
function withRollback(decision: Decision, rollback: Rollback | undefined): Decision {
  if (!rollback || rollback.ended?.exitCode === 0) return decision;
  const { at, script, ended } = rollback;
  const text = ended
    ? `the rollback ${script} ended with exit code ${ended.exitCode}; see its output under ${ended.evidence}`
    : `the rollback ${script} was begun at ${new Date(at).toISOString()}, and nobody knows how it ended`;
  const advice = decision.advice === 'continue' ? 'attention' : decision.advice;
  return { advice, because: [{ key: ended ? 'rollback_failed' : 'rollback_unknown', text }, ...decision.because] };
}

/** What two decisions must share to be the same advice. */
function keyOf({ advice, because }: Decision): string {
  return [advice, ...because.map(({ key }) => key).sort()].join('\n');
}

/** Whether the last decision has not been written down yet. */
export function isNews({ decision, advised }: Watch): boolean {
  return decision !== undefined && keyOf(decision) !== advised;
}
