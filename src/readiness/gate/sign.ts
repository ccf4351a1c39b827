import { AppError } from '../../base/error.ts';
import type { Signer } from '../people.ts';
import { holdsRole, roleKey } from '../people-roles.ts';
import { conflicts } from '../record/fold.ts';
import type { RecordBody } from '../record/record.ts';
import { lineOnGround, runOnGround, signedNow, signRecord, wordsGiven, type Ground } from './draft.ts';

/** A person's word for a line: in which role, what they say, and the SHA-256 of what they have to show for it. */
export type SignOff = { lineId: string; role: string; statement: string; evidence?: string };

/**
 * The record of a signature for a line that a person decides: one bound as attested or outside, or a place of the document
 * where a role signs. Errors, each telling why nothing was signed: `readiness.not_run`, `readiness.subject_changed`,
 * `readiness.line_unknown`, `readiness.not_signable`, `readiness.role_not_asked`, `readiness.role_not_held`,
 * `readiness.role_conflict`, `readiness.words_missing`.
 */
export async function signOff(
  ground: Ground,
  { lineId, role, statement, evidence }: SignOff,
  signer: Signer,
): Promise<Extract<RecordBody, { kind: 'signed' }>> {
  const { checklist, subject } = ground;
  runOnGround(ground);
  const asked = roleAsked(ground, lineId);
  if (roleKey(role) !== roleKey(asked))
    throw new AppError('forbidden', 'readiness.role_not_asked', `The line asks for the signature of ${asked}, not of ${role}.`);
  if (!holdsRole(signer.roles, asked))
    throw new AppError('forbidden', 'readiness.role_not_held', `${signer.name} does not have the role ${asked}.`);
  refuseConflict(ground, { lineId, role: asked }, signer);
  const draft = {
    kind: 'signed' as const,
    lineId,
    role: asked,
    subject,
    statement: wordsGiven(statement, 'what you have seen and answer for'),
    ...signedNow(ground),
    ...(evidence !== undefined && { evidence }),
  };
  return signRecord(checklist.name, draft, signer);
}

/** Whose signature a line asks for. Errors: `readiness.line_unknown`, `readiness.not_signable`. */
export function roleAsked(ground: Pick<Ground, 'checklist' | 'bindings'>, lineId: string): string {
  const { line, binding } = lineOnGround(ground, lineId);
  if (line.role !== undefined) return line.role;
  if (binding && 'role' in binding.disposition) return binding.disposition.role;
  const why = binding ? 'checks or other lines decide it, and a signature does not outweigh them' : 'it has no confirmed binding';
  throw new AppError('conflict', 'readiness.not_signable', `"${line.title}" cannot be signed: ${why}.`);
}

function refuseConflict({ records, policy }: Ground, asked: { lineId: string; role: string }, signer: Signer): void {
  const wanted = { ...asked, signature: { accountId: signer.accountId } };
  const other = [...records.signOffs.values()].find(({ body }) => conflicts(body, wanted, policy));
  if (!other) return;
  const message = `${signer.name} has signed it as ${other.body.role} and may not sign as ${asked.role} as well.`;
  throw new AppError('conflict', 'readiness.role_conflict', message);
}
