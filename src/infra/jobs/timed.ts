import { pause } from '../bus/latch.ts';
import type { Direct, Lead } from '../lease/port.ts';
import type { Log } from '../log/log.ts';
import type { Job } from '../module.ts';
import type { RunOutcome } from './port.ts';

export type RunDeps = {
  log: Pick<Log, 'warn' | 'error'>;
  /** Told of every run that ended (a metric). */
  onRun?(outcome: RunOutcome): void;
};

/** Runs a job once. A failure is logged and counted; answers with the error, undefined when all went well. */
export async function runOnce({ log, onRun }: RunDeps, job: string, run: () => Promise<void>): Promise<Error | undefined> {
  const started = performance.now();
  let failure: Error | undefined;
  try {
    await run();
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    log.error('a job failed', { error, job });
  }
  onRun?.({ job, ok: failure === undefined, durationMs: Math.round(performance.now() - started) });
  return failure;
}

/**
 * Runs a job every `everyMs` (from start to start, never two at a time) in the process that holds its lease. A run that
 * takes longer than its interval is followed by the next one at once.
 */
export function runEvery(deps: RunDeps & { direct: Pick<Direct, 'lead'> }, job: Job & { everyMs: number }): Lead {
  return deps.direct.lead(`job:${job.name}`, async (signal) => {
    while (!signal.aborted) {
      const started = performance.now();
      await runOnce(deps, job.name, () => job.run(signal));
      await pause(Math.max(0, job.everyMs - (performance.now() - started)), signal);
    }
  });
}
