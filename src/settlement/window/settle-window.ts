import type { Ctx } from '../../base/context.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { TransferDraft } from '../../ledger/port.ts';
import type { SettlementDeps } from '../deps.ts';
import type { Participants } from '../participant/directory.ts';
import { systemAccounts } from '../participant/store.ts';
import { closeWindow as contract, windowSettled } from './contract.ts';
import { claimForSettlement, findWindow, positionsOf, recordFinality, type PositionRow, type WindowRow } from './store.ts';
import { viewOfWindow } from './view.ts';

/**
 * Settles a netted window: every transfer of every currency, the finality record, the event and the audit row in one
 * transaction, so that no window is ever half settled. Does nothing when another process has settled it.
 */
export async function settleWindow(deps: SettlementDeps, ctx: Ctx, window: WindowRow): Promise<WindowRow> {
  const { tenantId } = ctx;
  // Positions never change once they are recorded, so nothing of them has to be looked up under the book's lock.
  const positions = await deps.db.read({ tenantId }, (tx) => positionsOf(tx, tenantId, window.id));
  const participants = await deps.directory.of(tenantId, { ids: positions.map(({ participantId }) => participantId) });
  let claimed = true;
  const act = deps.access.command({ ...ctx, idempotency: undefined }, contract, async (tx) => {
    const subject = toWireId('win', window.id);
    claimed = await claimForSettlement(tx, tenantId, window.id);
    // Rolled back, since what did not happen is neither audited nor counted.
    if (!claimed) throw new Error('another process has settled the window');
    const clearing = await systemAccounts(tx, tenantId, 'clearing');
    const chain = settlementChain(window, positions, participants, clearing);
    const ledger = await deps.ledger.inTx(tx, tenantId);
    const { seq, atMs } = await ledger.transfer(chain);
    await recordFinality(tx, tenantId, window.id, { seq, at: atMs, transfers: chain.length });
    const settled: WindowRow = { ...window, state: 'settled', settledAt: atMs, finalitySeq: seq, transfers: chain.length };
    return {
      answer: viewOfWindow(settled),
      subject,
      events: [settledEvent(tenantId, settled)],
      detail: { step: 'settled', transfers: chain.length },
    };
  });
  await act.catch((error: unknown) => {
    if (claimed) throw error;
  });
  const settled = (await deps.db.read({ tenantId }, (tx) => findWindow(tx, tenantId, window.id)))!;
  if (claimed) deps.metrics.windowSettled(settled);
  return settled;
}

/**
 * The transfers that settle a window, payers first so that the clearing account is never overdrawn. Each participant's
 * reserve holds the gross of its outgoing payments: a net payer pays its position out of it, the rest is free again;
 * a net receiver gets all of it back and its position on top. The clearing accounts end where they began.
 */
export function settlementChain(
  window: Pick<WindowRow, 'id'>,
  positions: readonly PositionRow[],
  participants: Participants,
  clearing: ReadonlyMap<string, Uuid>,
): TransferDraft[] {
  const reference = toWireId('win', window.id);
  const payers: TransferDraft[] = [];
  const receivers: TransferDraft[] = [];
  for (const { participantId, asset, outgoing, net } of positions) {
    const { settlementAccountId, reserveAccountId } = participants.byId.get(participantId)!.accounts.get(asset)!;
    const pays = net < 0n ? -net : 0n;
    const move = (into: TransferDraft[], debitAccountId: Uuid, creditAccountId: Uuid, units: bigint) => {
      if (units > 0n) into.push({ id: newId(), kind: 'posted', debitAccountId, creditAccountId, asset, units, reference });
    };
    move(payers, reserveAccountId, clearing.get(asset)!, pays);
    move(receivers, reserveAccountId, settlementAccountId, outgoing - pays);
    move(receivers, clearing.get(asset)!, settlementAccountId, net > 0n ? net : 0n);
  }
  return [...payers, ...receivers];
}

function settledEvent(tenantId: Uuid, window: WindowRow) {
  const view = viewOfWindow(window);
  const id = toWireId('win', window.id);
  const currencies = view.currencies.map((c) => ({
    ...c,
    gross: c.gross.toString(),
    bilateralNet: c.bilateralNet.toString(),
    net: c.net.toString(),
  }));
  return {
    id: newId(),
    tenantId,
    type: windowSettled.type,
    version: windowSettled.version,
    subject: id,
    at: window.settledAt!,
    data: { windowId: id, number: window.number, currencies },
  };
}
