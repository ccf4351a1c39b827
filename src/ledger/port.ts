import { AppError } from '../base/error.ts';
import type { EventDraft } from '../base/event.ts';
import type { Uuid } from '../base/id.ts';
import type { LocalDate, Millis } from '../base/time.ts';
import type { RowSet, Tx } from '../infra/postgres/db.ts';
import type { TransferCode } from './transfer.ts';

export type { TransferCode } from './transfer.ts';

/**
 * One movement between two accounts of one asset. `post` and `void` settle a pending transfer named by `pendingId`;
 * `units` of a `post` may be less than was pending (0 takes all), the rest is released. A post or void with `''` for
 * an account or the asset takes that of the pending transfer. A balancing transfer moves at most `units`, as much as
 * the named side has free, which may be nothing.
 */
export type TransferDraft = {
  id: Uuid;
  kind: 'posted' | 'pending' | 'post' | 'void';
  debitAccountId: Uuid;
  creditAccountId: Uuid;
  asset: string;
  units: bigint;
  pendingId?: Uuid;
  /** Pending only: voided by the ledger after so long. */
  timeoutMs?: number;
  balancing?: 'debit' | 'credit' | 'both';
  /** Day on which it takes effect, when that differs from the day of recording. */
  effectiveOn?: LocalDate;
  /** The field's own reference (a payment, a window); searchable. */
  reference?: string;
  metadata?: Record<string, string>;
};

/** A module's row that commits with an act. */
export type RowOf<V = unknown> = { set: RowSet<V>; value: V };

/** Pairs a row with its set, keeping the types. */
export function rowOf<V>(set: RowSet<V>, value: V): RowOf {
  return { set, value } as RowOf;
}

/** Where an act stands in its book: `seq` is the book's sequence after it. */
export type Recorded = { seq: bigint; atMs: Millis };

/**
 * Why an act was refused: `row_taken` with the key and the row's index, which is looked at first, else the code of its
 * first refused transfer with that transfer's index. A repeat of an enacted act without such rows answers `exists`.
 */
export type Refusal = { code: TransferCode | 'row_taken'; index: number; key?: string };

/** Rows and events without a transfer. */
export type Note = { rows?: readonly RowOf[]; events?: (recorded: Recorded) => readonly EventDraft[] };

/**
 * An act: its transfers are one linked chain, and they, the rows and the events commit together or not at all.
 * `otherwise` says what to record instead when the act is refused (nothing when absent). `idsAreNew`: the transfers' ids were
 * made for this call and nobody else knows them, so the book need not be asked about them, nor remember them when refused.
 * `unmanagedOnly`: refuse whatever touches an account that a module manages, for what people ask of the books themselves.
 */
export type Act = Note & {
  tenantId: Uuid;
  transfers: readonly TransferDraft[];
  idsAreNew?: boolean;
  unmanagedOnly?: boolean;
  otherwise?: (refusal: Refusal) => Note;
};

export type Outcome =
  | ({ result: 'enacted' } & Recorded & { units: readonly bigint[] })
  | ({ result: 'refused'; refusal: Refusal } & Partial<Recorded>);

/** Thrown by `LedgerTx.transfer`; its transaction has to be rolled back. */
export class LedgerRefused extends AppError {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super('unprocessable', 'ledger.refused', `The ledger refused transfer ${refusal.index}: ${refusal.code}.`);
    this.refusal = refusal;
  }
}

export type AccountKind = 'asset' | 'liability' | 'equity' | 'income' | 'expense';

export type AccountDraft = {
  id: Uuid;
  name: string;
  kind: AccountKind;
  asset: string;
  /** Refuse what would bring posted and pending debits above posted credits. */
  debitsMustNotExceedCredits?: boolean;
  creditsMustNotExceedDebits?: boolean;
  /**
   * The module that manages the account, such as `settlement`: the public operations of the ledger neither move nor close it.
   * Undefined for one that people opened through the API. Whoever opens an account has to say, and it stays so.
   */
  managedBy: string | undefined;
  /** The participant, trader or publisher that the account belongs to. */
  memberId?: Uuid;
  reference?: string;
  metadata?: Record<string, string>;
};

/** Posted and pending sums of an account in minor units; a liability's funds are creditsPosted − debitsPosted − debitsPending. */
export type Balance = { debitsPosted: bigint; creditsPosted: bigint; debitsPending: bigint; creditsPending: bigint };

/** The ledger inside someone else's transaction: rare acts only, and last, since it locks the book until the commit. */
export type LedgerTx = {
  openAccounts(drafts: readonly AccountDraft[]): Promise<void>;
  closeAccount(accountId: Uuid): Promise<void>;
  /** All or nothing; throws `LedgerRefused`. */
  transfer(chain: readonly TransferDraft[]): Promise<Recorded>;
  /** The book's sequence at this moment; nothing else enters the book before the transaction ends. */
  seq(): Promise<bigint>;
  balances(accountIds: readonly Uuid[]): Promise<Map<Uuid, Balance>>;
};

/** What other modules may ask of the ledger. */
export type LedgerPort = {
  /**
   * Queues an act for the book's batch writer and answers when it is durable. Hot path.
   * Errors: `ledger.transfer_invalid` for a draft that no book could hold, `ledger.overloaded` when too much waits,
   * `database.commit_unknown` when it may or may not have happened (repeat it with the same ids).
   */
  enact(act: Act): Promise<Outcome>;
  inTx(tx: Tx, tenantId: Uuid): Promise<LedgerTx>;
  balances(tenantId: Uuid, accountIds: readonly Uuid[]): Promise<Map<Uuid, Balance>>;
  /** Balances after everything that was recorded at or before the instant. */
  balancesAt(tenantId: Uuid, accountIds: readonly Uuid[], at: Millis): Promise<Map<Uuid, Balance>>;
};
