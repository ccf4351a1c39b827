import { AppError } from '../../base/error.ts';
import { changesBetween, type Entry } from '../record/fold.ts';
import type { RecordStore } from '../record/record.ts';
import type { Run } from './result.ts';

/**
 * The run that an entry of the log speaks of, as it was kept. Errors: `readiness.run_damaged` when it is not there or is
 * not the one that the entry speaks of, `readiness.evidence_damaged`.
 */
export async function loadRun(store: RecordStore, { index, body }: Entry<'run_finished'>): Promise<Run> {
  const kept = await store.evidence(body.results);
  const run = kept && parsed(kept.bytes);
  const fits = run?.id === body.runId && Array.isArray(run.results) && changesBetween(run.subject, body.subject).length === 0;
  if (!fits)
    throw new AppError('conflict', 'readiness.run_damaged', `What was kept of the run of entry ${index} is gone or is another run.`);
  return run;
}

function parsed(bytes: Uint8Array): Run | undefined {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as Run;
  } catch {
    return undefined;
  }
}
