import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { AppError } from '../../base/error.ts';
import type { Actor } from '../../base/context.ts';

export type ProposalKind =
  | 'mint'
  | 'custody_account'
  | 'payout_account'
  | 'custody_policy'
  | 'rail'
  | 'instruction_outcome'
  | 'fund_break'
  | 'write_off'
  | 'reverse_break'
  | 'return_break'
  | 'held_instruction'
  | 'income_payout';

/** What is to be done, field by field, as the public API writes the values. */
export type ProposalData = Readonly<Record<string, string>>;

export type ProposalRow = {
  id: Uuid;
  kind: ProposalKind;
  data: ProposalData;
  subject: string;
  reason: string;
  proposedById: Uuid;
  proposedBy: string;
  proposedAt: Millis;
  expiresAt: Millis;
  decision: 'approved' | 'rejected' | null;
  decidedBy: string | null;
  decidedAt: Millis | null;
  comment: string | null;
};

/** How long a proposal waits for its second person. */
export const PROPOSAL_LIFE_MS = 24 * 3_600_000;

export type ProposalState = 'open' | 'approved' | 'rejected' | 'expired';

export function stateOfProposal({ decision, expiresAt }: Pick<ProposalRow, 'decision' | 'expiresAt'>, now: Millis): ProposalState {
  return decision ?? (now < expiresAt ? 'open' : 'expired');
}

/** Two eyes are a person's: a key or a job has none. Errors: `settlement.person_required`. */
export function requirePerson(actor: Pick<Actor, 'kind'>): void {
  if (actor.kind === 'user') return;
  throw new AppError('forbidden', 'settlement.person_required', 'This takes two people who are logged in; an API key is nobody.');
}

/**
 * Whether an actor may decide now.
 * Errors: `settlement.person_required`, `settlement.proposal_decided`, `settlement.proposal_expired`,
 * `settlement.second_person_required` when whoever proposed it would approve it.
 */
export function requireDecidable(
  row: Pick<ProposalRow, 'decision' | 'expiresAt' | 'proposedById'>,
  by: { actor: Pick<Actor, 'kind' | 'id'>; decision: 'approved' | 'rejected'; now: Millis },
): void {
  requirePerson(by.actor);
  const state = stateOfProposal(row, by.now);
  if (state === 'expired')
    throw new AppError('conflict', 'settlement.proposal_expired', 'Nobody decided in time. Propose it again if it is still wanted.');
  if (state !== 'open') throw new AppError('conflict', 'settlement.proposal_decided', `The proposal was ${state} already.`);
  if (by.decision === 'approved' && by.actor.id === row.proposedById) {
    throw new AppError('forbidden', 'settlement.second_person_required', 'Whoever proposed it cannot approve it. Another person has to.');
  }
}
