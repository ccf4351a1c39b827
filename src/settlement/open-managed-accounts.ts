import type { AccountDraft, LedgerTx } from '../ledger/port.ts';

/** An account as the network opens it. */
export type ManagedDraft = Omit<AccountDraft, 'managedBy'>;

/** Opens accounts that only the network's own acts move and close: the public operations of the ledger refuse them. */
export function openManagedAccounts(ledger: LedgerTx, drafts: readonly ManagedDraft[]): Promise<void> {
  return ledger.openAccounts(drafts.map((draft) => ({ ...draft, managedBy: 'settlement' })));
}
