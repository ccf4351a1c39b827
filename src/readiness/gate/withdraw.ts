import { AppError } from '../../base/error.ts';
import type { Signer } from '../people.ts';
import { isApprover } from '../record/fold.ts';
import type { ReadinessRecord, RecordBody } from '../record/record.ts';
import { signedNow, signRecord, wordsGiven, type Ground } from './draft.ts';

/**
 * The record that takes back another one: by whoever signed that, or by an approver. What was taken back never counts
 * again. Errors: `readiness.record_unknown`, `readiness.not_withdrawable`, `readiness.withdrawn_already`,
 * `readiness.not_yours`, `readiness.words_missing`.
 */
export async function withdraw(
  { records, policy, ...now }: { records: readonly ReadinessRecord[] } & Pick<Ground, 'policy' | 'at' | 'log'>,
  { record, reason }: { record: number; reason: string },
  signer: Signer,
): Promise<Extract<RecordBody, { kind: 'withdrawn' }>> {
  const target = records.find(({ index }) => index === record);
  if (!target) throw new AppError('not_found', 'readiness.record_unknown', `The log has no entry ${record}.`);
  if (!('signature' in target.body) || target.body.kind === 'withdrawn' || target.body.kind === 'decided')
    throw new AppError('conflict', 'readiness.not_withdrawable', `Entry ${record} is not one that a person can take back.`);
  if (records.some(({ body }) => body.kind === 'withdrawn' && body.record === record))
    throw new AppError('conflict', 'readiness.withdrawn_already', `Entry ${record} was taken back before.`);
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
