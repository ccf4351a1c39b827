import { LedgerRefused } from '../../src/ledger/port.ts';
import type { SettlementDeps } from '../../src/settlement/deps.ts';

/** The same settlement on a ledger that refuses whatever settles a window: `debit_account_already_closed`. */
export function onRefusingLedger(deps: SettlementDeps): SettlementDeps {
  const inTx: SettlementDeps['ledger']['inTx'] = async (tx, tenantId) => {
    const ledger = await deps.ledger.inTx(tx, tenantId);
    return { ...ledger, transfer: () => Promise.reject(new LedgerRefused({ index: 0, code: 'debit_account_already_closed' })) };
  };
  return { ...deps, ledger: { ...deps.ledger, inTx } };
}
