import { type Balances, type StatementEntry, type StatementHead, writeStatement } from './write/statement.ts';
import { writtenMessage } from './write/streaming.ts';

export type { StatementEntry } from './write/statement.ts';

/** Version of the statement that is written. */
export const CAMT053_VERSION = writtenMessage('camt.053');

/** A day of one settlement account. `opening` plus all entries is `closing`. */
export type Statement = StatementHead & Balances & { entries: readonly StatementEntry[] };

/**
 * A short statement as an XML document, valid against the schema of `CAMT053_VERSION`; `streamStatement` writes long ones.
 *
 * Errors: `iso20022.not_expressible` when the asset is no ISO 4217 currency or an amount has more than 18 digits. Throws
 * RangeError when opening balance and entries do not come to the closing balance: such a statement must not leave.
 */
export function writeCamt053({ entries, ...statement }: Statement): string {
  return writeStatement('camt.053', statement, entries);
}
