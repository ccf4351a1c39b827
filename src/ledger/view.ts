import type { StaticDecode } from 'typebox';
import type { Account as AccountSchema, Transfer as TransferSchema } from './schema.ts';
import type { AccountView } from './store/accounts.ts';
import { sumsOf } from './account.ts';
import type { Transfer } from './transfer.ts';

/** An account as the contract answers it. */
export function accountAnswer(view: AccountView): StaticDecode<typeof AccountSchema> {
  return {
    id: view.id,
    name: view.name,
    kind: view.kind,
    asset: view.asset,
    memberId: view.memberId ?? undefined,
    debitsMustNotExceedCredits: view.debitsLimited,
    creditsMustNotExceedDebits: view.creditsLimited,
    managedBy: view.managedBy ?? undefined,
    reference: view.reference ?? undefined,
    metadata: view.metadata ?? undefined,
    openedAt: view.openedAt,
    closedAt: view.closedAt ?? undefined,
    balance: sumsOf(view),
  };
}

/** A transfer as the contract answers it; the sums afterwards are the business of statements, the limits that of the accounts. */
export function transferAnswer(transfer: Transfer): StaticDecode<typeof TransferSchema> {
  const { debitAfter: _debit, creditAfter: _credit, limits: _limits, ...facts } = transfer;
  return facts;
}
