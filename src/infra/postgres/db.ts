import type { Uuid } from '../../base/id.ts';

/**
 * Roles that reach across tenants, each by policies on listed tables, never by BYPASSRLS:
 * `rialto_auth` finds users and keys before a tenant is known, `rialto_writer` is the ledger's batch writer,
 * `rialto_relay` moves the outbox and runs background work, `rialto_verify` only reads, for the verifiers.
 */
export type NamedRole = 'rialto_auth' | 'rialto_writer' | 'rialto_relay' | 'rialto_verify';

/** For whom a transaction runs. Without a role it is the application role, which sees one tenant only. */
export type TxScope = { tenantId?: Uuid; memberId?: Uuid; role?: NamedRole };

/** Runs SQL inside one transaction. `values` are sent as parameters; `name` is derived from the text. */
export type Tx = {
  query<R extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<R[]>;
};

/** A transaction that writes. */
export type WriteTx = Tx & {
  /**
   * Sends the commit right behind the statements that were asked for, without waiting for their answers; more are not taken.
   * A statement that fails undoes all of them, as ever. What else the work throws from here on cannot undo anything.
   */
  commit(): void;
};

/** The database as modules see it: transactions for a tenant or a named role, never a bare connection. */
export type Db = {
  /** Read-only; repeated once when the connection was lost, since that is safe. */
  read<T>(scope: TxScope, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Commits when `work` returns, rolls back when it throws. Retries only serialization failures and deadlocks. */
  write<T>(scope: TxScope, work: (tx: WriteTx) => Promise<T>): Promise<T>;
};

/**
 * How a module's rows ride in someone else's transaction, many at a time (see `ledger.enact`).
 * `keys` names what a row claims for itself (an id, a client's reference); a row whose key is taken is refused.
 */
export type RowSet<V> = {
  /** Unique among all row sets, e.g. `settlement.payment`. */
  name: string;
  /** Sets that name the same here claim the same things: of two rows with one key, the second is refused whichever set it is of. */
  claims?: string;
  keys?(value: V): readonly string[];
  /** Those of `keys` that stand in the table already. */
  taken?(tx: Tx, keys: readonly string[]): Promise<ReadonlySet<string>>;
  /** `write` asks for one statement before it waits for anything, and looks at no answer: unless it fails, it has done what it should. */
  needsNoAnswer?: true;
  /** One set-wise statement for all rows of a batch, in order. `seq` is the book's sequence after the row's act. */
  write(tx: Tx, rows: readonly { seq: bigint; atMs: number; value: V }[]): Promise<void>;
};
