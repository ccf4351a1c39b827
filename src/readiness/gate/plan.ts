import { AppError } from '../../base/error.ts';
import type { Signer } from '../people.ts';
import type { RecordBody } from '../record/record.ts';
import { dayToCome, lineOnGround, runOnGround, signedNow, signRecord, wordsGiven, type Ground } from './draft.ts';

/** How and until when a line that is not shown will be. */
export type Plan = { lineId: string; plan: string; due: string };

/**
 * The record of a plan for a line of a medium or low tier. Errors: `readiness.not_run`, `readiness.subject_changed`,
 * `readiness.line_unknown`, `readiness.words_missing`, `readiness.plan_overdue`.
 */
export async function plan(
  ground: Ground,
  { lineId, plan: words, due }: Plan,
  signer: Signer,
): Promise<Extract<RecordBody, { kind: 'planned' }>> {
  runOnGround(ground);
  lineOnGround(ground, lineId);
  if (dayToCome(due, ground.at) === undefined)
    throw new AppError('invalid', 'readiness.plan_overdue', `A plan needs a day that is still to come; ${due.slice(0, 40)} is not.`);
  const draft = {
    kind: 'planned' as const,
    lineId,
    subject: ground.subject,
    plan: wordsGiven(words, 'what will be done and by whom'),
    due,
    ...signedNow(ground),
  };
  return signRecord(ground.checklist.name, draft, signer);
}
