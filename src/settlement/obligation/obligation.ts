import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';

export type ObligationState = 'proposed' | 'confirmed' | 'disputed' | 'withdrawn' | 'discharged';
export type Side = 'debtor' | 'creditor';

/** What one participant says that it owes another, or is owed by it. */
export type BilateralObligation = {
  id: Uuid;
  debtorId: Uuid;
  creditorId: Uuid;
  asset: string;
  units: bigint;
  openUnits: bigint;
  dueDay: LocalDate | null;
  reference: string;
  state: ObligationState;
  submittedBy: Side;
  submittedAt: Millis;
  answeredBy: 'bank' | 'operator' | null;
  answeredAt: Millis | null;
  reason: string | null;
  changedAt: Millis;
};

/** What a side can do to an obligation. Only a round of set-off discharges it. */
export type Act = 'confirm' | 'dispute' | 'withdraw';

/** Whose act it is: the side that brought it in, the one that has to answer, or the creditor, who alone loses by it. */
type Actor = 'submitter' | 'answerer' | 'creditor';

type Move = { to: ObligationState; by: Actor };

/** Every move there is; what is not here is refused. */
export const MOVES: Readonly<Record<Act, Partial<Record<ObligationState, Move>>>> = {
  confirm: { proposed: { to: 'confirmed', by: 'answerer' }, disputed: { to: 'confirmed', by: 'answerer' } },
  dispute: { proposed: { to: 'disputed', by: 'answerer' } },
  withdraw: {
    proposed: { to: 'withdrawn', by: 'submitter' },
    disputed: { to: 'withdrawn', by: 'submitter' },
    confirmed: { to: 'withdrawn', by: 'creditor' },
  },
};

const SAYS: Readonly<Record<Actor, string>> = {
  submitter: 'the bank that brought it in',
  answerer: 'the bank that it was proposed to',
  creditor: 'the creditor, once it is confirmed,',
};

/** Which side of an obligation a participant is on; undefined for nobody in particular, which is the operator. */
export function sideOf({ debtorId }: Pick<BilateralObligation, 'debtorId'>, memberId: Uuid | undefined): Side | undefined {
  if (memberId === undefined) return undefined;
  return memberId === debtorId ? 'debtor' : 'creditor';
}

/**
 * Where an act leads. Without a side it is the operator's, who may act for either.
 * Errors: `settlement.obligation_state`, `settlement.obligation_foreign`.
 */
export function stateAfter(
  { state, submittedBy }: Pick<BilateralObligation, 'state' | 'submittedBy'>,
  act: Act,
  side?: Side,
): ObligationState {
  const move = MOVES[act][state];
  if (!move) throw new AppError('conflict', 'settlement.obligation_state', `An obligation that is ${state} cannot be changed by: ${act}.`);
  const other: Side = submittedBy === 'debtor' ? 'creditor' : 'debtor';
  const rightful = { submitter: submittedBy, answerer: other, creditor: 'creditor' as const }[move.by];
  if (side === undefined || side === rightful) return move.to;
  throw new AppError('forbidden', 'settlement.obligation_foreign', `Only ${SAYS[move.by]} can ${act} it.`);
}
