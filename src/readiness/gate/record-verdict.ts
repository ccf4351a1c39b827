import { AppError } from '../../base/error.ts';
import type { Signer } from '../people.ts';
import type { LogHead, RecordBody } from '../record/record.ts';
import type { Verdict } from './decide.ts';
import { signRecord } from './draft.ts';

/**
 * The record of a verdict, signed by whoever asked for the decision or by the installation's own key, with how far the `log` went. Errors:
 * `readiness.not_run` for a verdict over nothing, which is not kept.
 */
export async function verdictRecord(
  checklist: string,
  verdict: Verdict,
  signer: Signer,
  log?: LogHead,
): Promise<Extract<RecordBody, { kind: 'decided' }>> {
  const { runId, subject, decision, blocks, at } = verdict;
  if (runId === undefined) throw new AppError('conflict', 'readiness.not_run', 'Without a run there is no verdict to keep.');
  return signRecord(checklist, { kind: 'decided' as const, runId, subject, decision, blocks, signedAt: at, ...(log && { log }) }, signer);
}
