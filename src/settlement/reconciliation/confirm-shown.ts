import type { EventDraft } from '../../base/event.ts';
import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { instructionsOf, lockMovements, type MovementRow } from '../custody/movement-store.ts';
import type { SettlementDeps } from '../deps.ts';
import { lockInstructionsNamed } from '../rail/instruction-store.ts';
import { moveInstruction } from '../rail/move-instruction.ts';

/** Movements that people link, and before them the instructions that they were made by: that is the order of the house. */
export async function lockLinked(
  tx: Tx,
  tenantId: Uuid,
  of: { ledgerAccountId: Uuid; transferIds: readonly Uuid[] },
): Promise<MovementRow[]> {
  await lockInstructionsNamed(tx, tenantId, { ids: await instructionsOf(tx, tenantId, of) });
  return lockMovements(tx, tenantId, of);
}

/**
 * Confirms instructions of which a statement shows the movement, by one entry or by the last of its parts. A sweep is shown by two
 * accounts; the first of them confirms it.
 */
export async function confirmShown(
  deps: Pick<SettlementDeps, 'ledger'>,
  tx: Tx,
  tenantId: Uuid,
  { ids, at }: { ids: readonly Uuid[]; at: Millis },
): Promise<EventDraft[]> {
  const events: EventDraft[] = [];
  for (const row of await lockInstructionsNamed(tx, tenantId, { ids })) {
    const note = { at, detail: 'a statement shows it', railReference: row.railReference };
    const made = await moveInstruction(deps, tx, tenantId, { row, move: 'confirm', note });
    if (made) events.push(...made.events);
  }
  return events;
}
