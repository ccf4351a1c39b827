import type { Clock } from '../base/time.ts';
import type { Db } from '../infra/postgres/db.ts';
import { checkDraft } from './check-draft.ts';
import type { LedgerPort } from './port.ts';
import { readBalances } from './store/accounts.ts';
import { balancesAtSeq, seqBefore } from './store/transfers.ts';
import type { ClockWatch } from './writer/clock-watch.ts';
import { ledgerInTx } from './writer/in-tx.ts';
import type { Writers } from './writer/writers.ts';

/** The port that other modules use, on top of the book writers. */
export function createPort(deps: { db: Db; clock: Clock; clockWatch: ClockWatch; writers: Writers }): LedgerPort {
  const { db, clock, clockWatch, writers } = deps;
  return {
    async enact(act) {
      act.transfers.forEach(checkDraft);
      return writers.enqueue(act.tenantId, act);
    },
    inTx: (tx, tenantId) => ledgerInTx(tx, tenantId, { clock, clockWatch }),
    balances: (tenantId, accountIds) => db.read({ tenantId }, (tx) => readBalances(tx, tenantId, accountIds)),
    balancesAt: (tenantId, accountIds, at) =>
      db.read({ tenantId }, async (tx) => balancesAtSeq(tx, tenantId, accountIds, await seqBefore(tx, tenantId, at + 1))),
  };
}
