import type { Uuid } from '../base/id.ts';
import type { LocalDate, Millis } from '../base/time.ts';

/**
 * The named results of a transfer that was not created, in the order of precedence of TigerBeetle's create_transfers:
 * when several apply, the first is answered. What TigerBeetle calls ledger is our asset; its user data are our
 * reference, effective date and metadata. `linked_event_failed` stands for a transfer whose chain failed elsewhere.
 * `debit_account_managed` and `credit_account_managed` are ours: a module manages the account, and the transfer came
 * through the public door. They are told as soon as both accounts are known, before whatever may be otherwise another day.
 */
export const TRANSFER_CODES = [
  'linked_event_failed',
  'id_must_not_be_zero',
  'id_must_not_be_int_max',
  'exists_with_different_flags',
  'exists_with_different_pending_id',
  'exists_with_different_timeout',
  'exists_with_different_debit_account_id',
  'exists_with_different_credit_account_id',
  'exists_with_different_amount',
  'exists_with_different_reference',
  'exists_with_different_effective_on',
  'exists_with_different_metadata',
  'exists_with_different_asset',
  'exists',
  'id_already_failed',
  'flags_are_mutually_exclusive',
  'pending_id_must_not_be_zero',
  'pending_id_must_not_be_int_max',
  'pending_id_must_be_different',
  'debit_account_id_must_not_be_zero',
  'debit_account_id_must_not_be_int_max',
  'credit_account_id_must_not_be_zero',
  'credit_account_id_must_not_be_int_max',
  'accounts_must_be_different',
  'pending_id_must_be_zero',
  'timeout_reserved_for_pending_transfer',
  'debit_account_not_found',
  'credit_account_not_found',
  'accounts_must_have_the_same_asset',
  'transfer_must_have_the_same_asset_as_accounts',
  'pending_transfer_not_found',
  'pending_transfer_not_pending',
  'debit_account_managed',
  'credit_account_managed',
  'pending_transfer_has_different_debit_account_id',
  'pending_transfer_has_different_credit_account_id',
  'pending_transfer_has_different_asset',
  'exceeds_pending_transfer_amount',
  'pending_transfer_has_different_amount',
  'pending_transfer_already_posted',
  'pending_transfer_already_voided',
  'pending_transfer_expired',
  'debit_account_already_closed',
  'credit_account_already_closed',
  'overflows_debits_pending',
  'overflows_credits_pending',
  'overflows_debits_posted',
  'overflows_credits_posted',
  'overflows_debits',
  'overflows_credits',
  'overflows_timeout',
  'exceeds_credits',
  'exceeds_debits',
] as const;

export type TransferCode = (typeof TRANSFER_CODES)[number];

/**
 * Refusals that could turn out otherwise another day. The id of such a transfer is spent (`id_already_failed`), so
 * that a late copy of the request can never succeed after its caller was told no.
 */
export const TRANSIENT_CODES: ReadonlySet<TransferCode> = new Set<TransferCode>([
  'debit_account_not_found',
  'credit_account_not_found',
  'pending_transfer_not_found',
  'debit_account_already_closed',
  'credit_account_already_closed',
  'exceeds_credits',
  'exceeds_debits',
]);

/** What stands in the book: the four kinds that a caller may ask for, and the ledger's own release of a timed-out hold. */
export type TransferKind = 'posted' | 'pending' | 'post' | 'void' | 'expire';

export type Balancing = 'debit' | 'credit' | 'both';

/** The four sums of an account after a transfer, in minor units. */
export type Sums = { debitsPosted: bigint; creditsPosted: bigint; debitsPending: bigint; creditsPending: bigint };

/** A transfer as it stands in the book, never changed again; `seq` is gap-free in commit order. */
export type Transfer = {
  seq: bigint;
  id: Uuid;
  kind: TransferKind;
  debitAccountId: Uuid;
  creditAccountId: Uuid;
  asset: string;
  /** What moved: less than was asked for when balancing, the pending amount when `post` named none. */
  units: bigint;
  pendingId?: Uuid | undefined;
  timeoutMs?: number | undefined;
  balancing?: Balancing | undefined;
  effectiveOn?: LocalDate | undefined;
  reference?: string | undefined;
  metadata?: Record<string, string> | undefined;
  recordedAt: Millis;
  debitAfter: Sums;
  creditAfter: Sums;
  /** The limits of both accounts as bits, for the table's own check: 1 and 2 those of the debit account's debits and credits, 4 and 8 the credit account's. */
  limits: number;
};
