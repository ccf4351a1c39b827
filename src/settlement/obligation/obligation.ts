import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';

export type ObligationState = 'proposed' | 'confirmed' | 'disputed' | 'withdrawn' | 'discharged';
/** The banks of an obligation. */
export type Side = 'debtor' | 'creditor';
/** In which capacity somebody acts: as one of the two banks, or as the operator, who speaks for neither. */
export type Capacity = Side | 'operator';

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
  /** Null where it was brought in before this was recorded. */
  submittedAs: Capacity | null;
  submittedAt: Millis;
  /** What each of the two says by its own act; null as long as it has said nothing. */
  debtorAgrees: boolean | null;
  creditorAgrees: boolean | null;
  withdrawnAs: Capacity | null;
  reason: string | null;
  changedAt: Millis;
};

/** What can be done to an obligation. Only a round of set-off discharges it. */
export type Act = 'confirm' | 'dispute' | 'withdraw';

/** Whose act it is: a bank's that is asked, whoever's that brought it in, or the creditor's, who alone loses by it. */
type Actor = 'asked' | 'submitter' | 'creditor';

/** Every act that there is in each state, and whose it is; what is not here is refused. */
export const ACTS: Readonly<Record<Act, Partial<Record<ObligationState, Actor>>>> = {
  confirm: { proposed: 'asked', disputed: 'asked' },
  dispute: { proposed: 'asked', disputed: 'asked' },
  withdraw: { proposed: 'submitter', disputed: 'submitter', confirmed: 'creditor' },
};

const SAYS: Readonly<Record<Actor, string>> = {
  asked: 'a bank that it was proposed to, by its own act,',
  submitter: 'whoever brought it in, or the operator,',
  creditor: 'the creditor, once it is confirmed, or the operator',
};

const AGREES = { debtor: 'debtorAgrees', creditor: 'creditorAgrees' } as const;

/** In which capacity a member acts on an obligation of its own; nobody in particular is the operator. */
export function capacityOf({ debtorId }: Pick<BilateralObligation, 'debtorId'>, memberId: Uuid | undefined): Capacity {
  if (memberId === undefined) return 'operator';
  return memberId === debtorId ? 'debtor' : 'creditor';
}

type Standing = Pick<BilateralObligation, 'state' | 'submittedAs' | 'debtorAgrees' | 'creditorAgrees' | 'withdrawnAs'>;

/** How an obligation stands when it is brought in: a bank agrees to what it brings in itself, and the operator for nobody. */
export function broughtIn(as: Capacity): Standing {
  const yes = (side: Side) => (as === side ? true : null);
  return { state: 'proposed', submittedAs: as, debtorAgrees: yes('debtor'), creditorAgrees: yes('creditor'), withdrawnAs: null };
}

/**
 * How an obligation stands after an act. As long as not both have agreed, a bank that was asked may change its mind.
 * Errors: `settlement.obligation_state`, `settlement.obligation_foreign`.
 */
export function standingAfter(before: Standing, act: Act, as: Capacity): Standing {
  const whose = ACTS[act][before.state];
  if (!whose) throw wrongState(`An obligation that is ${before.state} cannot be changed by: ${act}.`);
  if (!isRightful(before, whose, as))
    throw new AppError('forbidden', 'settlement.obligation_foreign', `Only ${SAYS[whose]} can ${act} it.`);
  if (act === 'withdraw' || as === 'operator') return { ...before, state: 'withdrawn', withdrawnAs: as };
  const agrees = act === 'confirm';
  if (before[AGREES[as]] === agrees) throw wrongState(`The ${as} has said so already: ${act}.`);
  const after = { ...before, [AGREES[as]]: agrees };
  return { ...after, state: stateOf(after) };
}

function isRightful({ submittedAs }: Standing, whose: Actor, as: Capacity): boolean {
  if (whose === 'asked') return as !== 'operator' && as !== submittedAs;
  if (as === 'operator') return true;
  return as === (whose === 'submitter' && submittedAs !== null ? submittedAs : 'creditor');
}

/** One no disputes it, and nothing but two yes make it stand. */
function stateOf({ debtorAgrees, creditorAgrees }: Standing): ObligationState {
  if (debtorAgrees === false || creditorAgrees === false) return 'disputed';
  return debtorAgrees && creditorAgrees ? 'confirmed' : 'proposed';
}

function wrongState(message: string): AppError {
  return new AppError('conflict', 'settlement.obligation_state', message);
}
