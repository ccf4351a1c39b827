import type { Direct } from '../lease/port.ts';
import type { Check, Finding } from '../module.ts';
import type { RunOutcome } from './port.ts';

/** A job that has not succeeded for so long since it failed is told; one failure may be an outage that is over. */
const FAILING_MS = 60_000;
/** Jobs that are told by name. */
const MOST_NAMES = 5;

export type JobsHealth = { check: Check; onRun(outcome: RunOutcome): void };

/**
 * Health of the background work of this process: whether it can hold leases, and which of its jobs go on failing. For people to
 * look at: calls are answered all the same, and another process may do the work. `now` is a monotonic clock in milliseconds.
 */
export function jobsHealth(direct: Pick<Direct, 'isOpen'>, now: () => number = () => performance.now()): JobsHealth {
  /** Since when each has failed without a success. */
  const failing = new Map<string, number>();
  let runs = 0;

  async function look(): Promise<Finding> {
    if (!direct.isOpen()) return { ok: false, detail: 'no direct session with the database, so no background work is done here' };
    const late = [...failing].filter(([, since]) => now() - since >= FAILING_MS).map(([job]) => job);
    if (late.length === 0) return { ok: true, detail: `${runs} runs of background work have ended here; none goes on failing` };
    const names = late.slice(0, MOST_NAMES).join(', ');
    return { ok: false, detail: `${late.length} of the jobs fail since a minute or longer: ${names}` };
  }

  return {
    check: { name: 'jobs', advisory: true, run: look },
    onRun({ job, ok }) {
      runs += 1;
      if (ok) failing.delete(job);
      else if (!failing.has(job)) failing.set(job, now());
    },
  };
}
