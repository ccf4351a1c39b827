import { AppError } from '../../base/error.ts';
import type { Signer } from '../people.ts';
import { isPlaceholder } from '../people-roles.ts';
import { waiverEnd } from '../binding/waiver-end.ts';
import type { Voided } from '../record/fold.ts';
import type { RecordBody } from '../record/record.ts';
import { notApart, writersOf } from '../record/separation.ts';
import { dayToCome, lineOnGround, mustApprove, runOnGround, signedNow, signRecord, wordsGiven, type Ground } from './draft.ts';

/** A wish to go without a line until a day, by whom and why. `until` is a day or an ISO time. */
export type Waiver = { lineId: string; reason: string; until: string; requestedBy: string };

/**
 * The record of a waiver, signed by an approver who asks for neither it nor the release, and did not write the commit. Errors: `readiness.not_run`,
 * `readiness.subject_changed`, `readiness.line_unknown`, `readiness.words_missing`, `readiness.not_an_approver`,
 * `readiness.requester_unknown`, `readiness.own_request`, `readiness.waiver_ended`, `readiness.waiver_too_long`.
 */
export async function waive(ground: Ground, waiver: Waiver, signer: Signer): Promise<Extract<RecordBody, { kind: 'waived' }>> {
  const { checklist, subject } = ground;
  const run = runOnGround(ground);
  lineOnGround(ground, waiver.lineId);
  const reason = wordsGiven(waiver.reason, 'why the release can go without this line');
  refuseAsker(ground, run, { signer, what: 'grant the waiver', requestedBy: waiver.requestedBy });
  mustApprove(signer, ground.policy);
  refuseTime(ground, waiver.until);
  const draft = {
    kind: 'waived' as const,
    lineId: waiver.lineId,
    subject,
    reason,
    until: waiver.until,
    requestedBy: waiver.requestedBy.trim(),
    ...signedNow(ground),
  };
  return signRecord(checklist.name, draft, signer);
}

/** A waiver that only a change of the subject has voided, once more for the subject of today. Errors as of `waive`. */
export async function reconfirm(ground: Ground, voided: Voided, signer: Signer): Promise<Extract<RecordBody, { kind: 'waived' }>> {
  const { body, reconfirmable } = voided;
  if (body.kind !== 'waived' || !reconfirmable)
    throw new AppError('conflict', 'readiness.not_reconfirmable', 'Only a waiver that a change has voided can be confirmed again.');
  return waive(ground, body, signer);
}

/**
 * The record that a line does not apply, signed by an approver. Errors: `readiness.not_run`, `readiness.subject_changed`,
 * `readiness.line_unknown`, `readiness.words_missing`, `readiness.not_an_approver`, `readiness.own_request`.
 */
export async function ruleOut(
  ground: Ground,
  { lineId, reason }: { lineId: string; reason: string },
  signer: Signer,
): Promise<Extract<RecordBody, { kind: 'not_applicable' }>> {
  const run = runOnGround(ground);
  lineOnGround(ground, lineId);
  const words = wordsGiven(reason, 'why the line does not apply here');
  refuseAsker(ground, run, { signer, what: 'rule a line out' });
  mustApprove(signer, ground.policy);
  const draft = {
    kind: 'not_applicable' as const,
    lineId,
    subject: ground.subject,
    reason: words,
    ...signedNow(ground),
  };
  return signRecord(ground.checklist.name, draft, signer);
}

/**
 * Refuses whoever asked for the release, or wrote any of it by any run of it or by the repository, and everybody while it is not known
 * who did. `requestedBy` asks for what is to be signed, when that is somebody else.
 * Errors: `readiness.requester_unknown`, `readiness.authors_unknown`, `readiness.own_request`.
 */
export function refuseAsker(
  { records, authors, whoIs }: Ground,
  run: ReturnType<typeof runOnGround>,
  { signer, what, requestedBy }: { signer: Signer; what: string; requestedBy?: string },
): void {
  const ofRun = [...(run.author === undefined ? [] : [run.author]), ...(run.authors ?? [])];
  const writers = writersOf(records.runs, [...(authors ?? []), ...ofRun]);
  const why = notApart({ askers: [requestedBy, run.requestedBy], writers, whoIs }, signer);
  if (why === 'own_request')
    throw new AppError(
      'forbidden',
      'readiness.own_request',
      `${signer.name} asked for it or wrote some of it, and may not ${what}. Another person has to.`,
    );
  if (why === 'requester_unknown')
    throw new AppError(
      'invalid',
      'readiness.requester_unknown',
      `It is not known who asks (${(requestedBy ?? run.requestedBy).slice(0, 80)}), and whoever asks may not ${what} themselves. Name an account of the file of people, or enter a program under its programs.`,
    );
  if (why === 'authors_unknown')
    throw new AppError(
      'conflict',
      'readiness.authors_unknown',
      `Nobody may ${what} before it is known who wrote it: ${writers.find(isPlaceholder)!.slice(0, 200)}.`,
    );
}

function refuseTime({ at, policy }: Ground, until: string): void {
  const end = dayToCome(until, at);
  if (end === undefined)
    throw new AppError('invalid', 'readiness.waiver_ended', `A waiver needs a day that is still to come; ${until.slice(0, 40)} is not.`);
  if (end > waiverEnd(until, new Date(at).toISOString(), policy))
    throw new AppError('invalid', 'readiness.waiver_too_long', `A waiver lasts ${policy.maxWaiverDays} days at most.`);
}
