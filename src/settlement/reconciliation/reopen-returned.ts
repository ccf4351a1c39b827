import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { TransferDraft } from '../../ledger/port.ts';
import { endMovement, insertMovements, lockMovements } from '../custody/movement-store.ts';
import type { SettlementDeps } from '../deps.ts';
import { systemAccounts } from '../participant/store.ts';
import type { InstructionRow } from '../rail/instruction.ts';
import { insertNote, lockBreak, reopenBreak } from './break-store.ts';
import { writeVerdicts } from './entry-store.ts';
import { lessMissing, lockTold } from './shown-store.ts';

/**
 * A return that was not paid is as if it had never been asked for: its money leaves suspense, the entry is one that nothing explains, and
 * its break is open again with the reason among its notes. `voiding` frees what was held for it. Locked are, behind the instruction, the
 * movement, the line that it was shown by, and its breaks; the book last (see the README).
 */
export async function reopenReturned(
  deps: Pick<SettlementDeps, 'ledger'>,
  tx: Tx,
  tenantId: Uuid,
  { row, voiding, why, at }: { row: InstructionRow; voiding: TransferDraft; why: string; at: Millis },
): Promise<void> {
  const { fromLedgerId: ledgerAccountId, breakId, asset, units } = row;
  const { transferId } = row.returnOf!;
  const [movement] = await lockMovements(tx, tenantId, { ledgerAccountId, transferIds: [transferId] });
  if (!movement?.entryId || !breakId) throw new Error('what a return was booked for is gone');
  await lockTold(tx, tenantId, movement.entryId);
  const { explanation } = (await lockBreak(tx, tenantId, breakId))!;
  await endMovement(tx, tenantId, { transferId, ledgerAccountId });
  await writeVerdicts(tx, tenantId, [{ id: movement.entryId, state: 'break', rule: 'return', explanation }]);
  await reopenBreak(tx, tenantId, breakId);
  const text = `${toWireId('ins', row.id)} to ${row.creditor.name}: ${why}. The money is here.`;
  await insertNote(tx, tenantId, breakId, { by: row.railId, text, at });
  await lessMissing(tx, tenantId, {
    entryId: movement.entryId,
    rest: 0n,
    resolution: 'Its return was not paid; the entry is open again.',
    at,
  });
  const suspense = (await systemAccounts(tx, tenantId, 'suspense')).get(asset)!;
  const { reference } = movement;
  const back = {
    id: newId(),
    kind: 'posted',
    debitAccountId: suspense,
    creditAccountId: ledgerAccountId,
    asset,
    units,
    reference,
  } as const;
  const ledger = await deps.ledger.inTx(tx, tenantId);
  const { atMs } = await ledger.transfer([voiding, back]);
  const undone = { transferId: back.id, ledgerAccountId, asset, units: -units, shown: -units, reference, recordedAt: atMs };
  await insertMovements(tx, tenantId, [{ ...undone, kind: 'unexpected' }]);
}
