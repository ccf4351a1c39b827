import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { TransferDraft } from '../../ledger/port.ts';
import type { SettlementDeps } from '../deps.ts';
import { loadScreeningList } from '../screening/contract.ts';
import { recordedEvent } from './act-rows.ts';
import { holdLeft, type LateHeld } from './late-hold-store.ts';
import { HELD } from './payment.ts';

/**
 * Holds what has just left a window and is named by a list since it was cut off, and tells its bank: in the transaction of whatever
 * took it out, whose last act is `freeHeld`.
 */
export async function holdWhatLeft(
  deps: SettlementDeps,
  tx: Tx,
  tenantId: Uuid,
  { windowId, at }: { windowId: Uuid; at: Millis },
): Promise<LateHeld[]> {
  const held = await holdLeft(tx, tenantId, { windowId, at, idOf: () => newId(at) });
  if (held.length === 0) return held;
  const ids = held.flatMap(({ debtorAgentId, creditorAgentId }) => [debtorAgentId, creditorAgentId]);
  const { byId } = await deps.directory.of(tenantId, { ids: [...new Set(ids)] });
  const ctx = deps.access.systemCtx('settlement.rescreen', tenantId);
  await deps.access.rows.audit.write(
    tx,
    held.map(({ id, set }) => {
      const act = { subject: toWireId('pay', id), outcome: 'held', detail: { set } };
      return { seq: 0n, atMs: at, value: deps.access.auditEntry(ctx, loadScreeningList, act) };
    }),
  );
  await deps.outbox.append(
    tx,
    held.map((payment) => {
      const agents = { debtorAgent: byId.get(payment.debtorAgentId)!, creditorAgent: byId.get(payment.creditorAgentId)! };
      return recordedEvent({ ...payment, tenantId, decision: 'held', reason: HELD }, agents, at);
    }),
  );
  return held;
}

/** Frees what was set aside for payments that are held since. */
export async function freeHeld(deps: SettlementDeps, tx: Tx, tenantId: Uuid, held: readonly LateHeld[]): Promise<void> {
  if (held.length === 0) return;
  const { byId } = await deps.directory.of(tenantId, { ids: [...new Set(held.map(({ debtorAgentId }) => debtorAgentId))] });
  const ledger = await deps.ledger.inTx(tx, tenantId);
  await ledger.transfer(
    held.map(({ id, debtorAgentId, asset, units }): TransferDraft => {
      const { reserveAccountId: debitAccountId, settlementAccountId: creditAccountId } = byId.get(debtorAgentId)!.accounts.get(asset)!;
      return { id: newId(), kind: 'posted', debitAccountId, creditAccountId, asset, units, reference: toWireId('pay', id) };
    }),
  );
}
