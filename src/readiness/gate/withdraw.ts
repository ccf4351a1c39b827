import { AppError } from '../../base/error.ts';
import type { Signer } from '../people.ts';
import { isApprover, type RecordState } from '../record/fold.ts';
import type { ReadinessRecord, RecordBody } from '../record/record.ts';
import { signedNow, signRecord, wordsGiven, type Ground } from './draft.ts';

/** The log as it is kept, and which of its entries were taken back by a withdrawal that counts. */
type Withdrawing = { records: readonly ReadinessRecord[] } & Pick<RecordState, 'withdrawn'> & Pick<Ground, 'policy' | 'at' | 'log'>;

/**
 * The record that takes back another one: by whoever signed that, or by an approver. What was taken back never counts
 * again; a withdrawal that does not count (of nobody genuine, of somebody who may not) keeps nobody from one that does. Errors: `readiness.record_unknown`, `readiness.not_withdrawable`, `readiness.withdrawn_already`,
 * `readiness.not_yours`, `readiness.words_missing`.
 */
export async function withdraw(
  { records, withdrawn, policy, ...now }: Withdrawing,
  { record, reason }: { record: number; reason: string },
  signer: Signer,
): Promise<Extract<RecordBody, { kind: 'withdrawn' }>> {
  const target = records.find(({ index }) => index === record);
  if (!target) throw new AppError('not_found', 'readiness.record_unknown', `The log has no entry ${record}.`);
  if (!('signature' in target.body) || target.body.kind === 'withdrawn' || target.body.kind === 'decided')
    throw new AppError('conflict', 'readiness.not_withdrawable', `Entry ${record} is not one that a person can take back.`);
  if (withdrawn.has(record)) throw new AppError('conflict', 'readiness.withdrawn_already', `Entry ${record} was taken back before.`);
  if (target.body.signature.accountId !== signer.accountId && !isApprover(signer.roles, policy))
    throw new AppError(
      'forbidden',
      'readiness.not_yours',
      `Only ${target.body.signature.name} or an approver may take entry ${record} back.`,
    );
  const draft = {
    kind: 'withdrawn' as const,
    record,
    reason: wordsGiven(reason, 'why it is taken back'),
    ...signedNow(now),
  };
  return signRecord(target.checklist, draft, signer);
}
