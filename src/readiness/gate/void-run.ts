import { changesBetween } from '../record/fold.ts';
import type { CheckResult, Run, Subject } from '../run/result.ts';

/** Why a run decides nothing: what is told of the decision, and what is told of each of its results. */
export type VoidRun = { reason: string; before: string };

/** What a run is held against: see `Decide`. */
export type HeldRun = { run: Run; subject: Subject; inputs?: string; runSigned?: boolean };

/** Why a run does not count: it speaks of something else, of other settings or files, or nobody vouches for it. Undefined while it does. */
export function voidRun({ run, subject, inputs, runSigned }: HeldRun): VoidRun | undefined {
  const changed = changesBetween(run.subject, subject).map((reason) => reason.replace('_changed', ''));
  if (changed.length > 0)
    return {
      reason: `The run speaks of something else: ${changed.map((part) => `${part} changed`).join(', ')}.`,
      before: `Found before a change of ${changed.join(', ')}`,
    };
  if (run.inputs !== inputs)
    return {
      reason: 'Settings or files that its checks read were changed since the run. Run it again.',
      before: 'Found before settings or files that checks read were changed',
    };
  if (runSigned === false)
    return {
      reason: 'Nobody who may vouch for runs has signed what the run came to, so anybody may have written it. Run it again.',
      before: 'Found by a run that nobody vouches for',
    };
  return undefined;
}

/** What the checks of each line found; of a run that does not count it is told, and is known no more. */
export function foundBy(run: Run | undefined, why: VoidRun | undefined): ReadonlyMap<string, readonly CheckResult[]> {
  const told = (check: CheckResult): CheckResult =>
    why ? { ...check, state: 'stale', summary: `${why.before}: ${check.state}, ${check.summary}` } : check;
  return new Map((run?.results ?? []).map(({ lineId, checks }) => [lineId, checks.map(told)]));
}
