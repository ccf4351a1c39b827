import type { Uuid } from '../base/id.ts';
import type { Sums, TransferKind } from './transfer.ts';

/** The largest sum or amount: 38 digits, as many as `numeric(38,0)` holds. */
export const MAX_UNITS = 10n ** 38n - 1n;

/** An account as evaluation sees it: the facts that decide, and its four sums, which evaluation moves. */
export type Account = Sums & {
  id: Uuid;
  asset: string;
  debitsLimited: boolean;
  creditsLimited: boolean;
  /** Whether a module manages it. */
  managed: boolean;
  closed: boolean;
};

/** A copy of an account's sums at this moment. */
export function sumsOf(account: Sums): Sums {
  return {
    debitsPosted: account.debitsPosted,
    creditsPosted: account.creditsPosted,
    debitsPending: account.debitsPending,
    creditsPending: account.creditsPending,
  };
}

/** An account's limits as bits: 1 debits must not exceed credits, 2 credits must not exceed debits. */
export function limitsOf({ debitsLimited, creditsLimited }: Account): number {
  return (debitsLimited ? 1 : 0) | (creditsLimited ? 2 : 0);
}

/** Moves the sums of both accounts by one transfer; `held` is the pending amount that a settling kind releases. */
export function add(debit: Account, credit: Account, kind: TransferKind, units: bigint, held: bigint): void {
  if (kind === 'pending') {
    debit.debitsPending += units;
    credit.creditsPending += units;
    return;
  }
  if (kind !== 'posted') {
    debit.debitsPending -= held;
    credit.creditsPending -= held;
  }
  if (kind === 'posted' || kind === 'post') {
    debit.debitsPosted += units;
    credit.creditsPosted += units;
  }
}

/** The reverse of `add`. */
export function remove(debit: Account, credit: Account, kind: TransferKind, units: bigint, held: bigint): void {
  add(debit, credit, kind, -units, -held);
}
