import { AppError } from '../../base/error.ts';
import type { Signer } from '../people.ts';
import type { RecordBody } from '../record/record.ts';
import type { Verdict } from './decide.ts';
import { lineOnGround, mustApprove, runOnGround, signedNow, signRecord, wordsGiven, type Ground } from './draft.ts';
import { refuseAsker } from './waive.ts';

/** An approval of lines that are not shown: of these, or of all that need one. */
export type Approval = { lineIds?: readonly string[]; reason: string };

/**
 * The record of an approval of lines as `verdict` has them. Whoever asked for the release or wrote the commit may not give
 * it. Errors: `readiness.not_run`, `readiness.subject_changed`, `readiness.line_unknown`, `readiness.words_missing`,
 * `readiness.not_an_approver`, `readiness.requester_unknown`, `readiness.own_request`, `readiness.approval_not_needed`,
 * `readiness.critical_blocks`.
 */
export async function approve(
  ground: Ground,
  { verdict, lineIds, reason }: Approval & { verdict: Verdict },
  signer: Signer,
): Promise<Extract<RecordBody, { kind: 'approved' }>> {
  const run = runOnGround(ground);
  const words = wordsGiven(reason, 'why the release may go with these lines open');
  refuseAsker(ground, run, { signer, what: 'approve it' });
  mustApprove(signer, ground.policy);
  const states = statesOf(
    verdict,
    lineIds ?? verdict.lines.filter(({ effect }) => effect === 'needs_approval').map(({ lineId }) => lineId),
    ground,
  );
  const draft = {
    kind: 'approved' as const,
    runId: run.id,
    subject: ground.subject,
    lineIds: Object.keys(states),
    states,
    reason: words,
    requestedBy: run.requestedBy,
    ...signedNow(ground),
  };
  return signRecord(ground.checklist.name, draft, signer);
}

function statesOf({ lines }: Verdict, wanted: readonly string[], ground: Ground): Record<string, Verdict['lines'][number]['state']> {
  const known = new Map(lines.map((line) => [line.lineId, line]));
  const chosen = wanted.map((lineId) => known.get(lineId) ?? lineOnGround(ground, lineId).line);
  for (const line of chosen) {
    if (!('effect' in line)) continue;
    if (line.effect === 'blocks')
      throw new AppError('conflict', 'readiness.critical_blocks', `"${line.title}" is critical: no approval makes up for it.`);
    if (['passes', 'later', 'not_applicable', 'waived'].includes(line.effect))
      throw new AppError('conflict', 'readiness.approval_not_needed', `"${line.title}" needs no approval.`);
  }
  if (chosen.length === 0) throw new AppError('conflict', 'readiness.approval_not_needed', 'No line needs an approval.');
  return Object.fromEntries(chosen.flatMap((line) => ('effect' in line ? [[line.lineId, line.state]] : [])));
}
