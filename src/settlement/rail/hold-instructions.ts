import type { EventDraft } from '../../base/event.ts';
import { newId, type Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { SettlementDeps } from '../deps.ts';
import { HELD } from '../payment/payment.ts';
import type { InstructionRow } from './instruction.ts';
import { lockOpenOf, takeBackClearance, writeMove } from './instruction-store.ts';
import { moveInstruction, type MoveNote } from './move-instruction.ts';

/** What the bank itself is told; why it was suspended is the operator's. */
export const TOLD = 'The participant is suspended.';

/** What an instruction is held with. */
export function holdNote(at: Millis, detail: string): MoveNote {
  return { at, detail, reason: TOLD, cleared: false, suspended: true };
}

/**
 * Holds what a participant has asked for and no rail has been handed yet, those let go before included. Its money stays where it is
 * held. What was handed over runs its course: it may have been paid. What is held already is noted as held for this reason as well,
 * so that people decide on it anew.
 */
export async function holdInstructions(
  deps: Pick<SettlementDeps, 'ledger'>,
  tx: Tx,
  tenantId: Uuid,
  { participantId, at, why }: { participantId: Uuid; at: Millis; why: string },
): Promise<EventDraft[]> {
  const events: EventDraft[] = [];
  for (const row of await lockOpenOf(tx, tenantId, participantId)) {
    if (row.state === 'held') await writeMove(tx, tenantId, { before: row, after: { ...row, suspended: true }, detail: why, at });
    const made = await moveInstruction(deps, tx, tenantId, { row, move: 'hold', note: holdNote(at, why) });
    events.push(...(made?.events ?? []));
  }
  await takeBackClearance(tx, tenantId, participantId);
  return events;
}

/**
 * Holds a locked instruction whose payee a list names, until its case decides; the bank is told what it is told of a payment. What is
 * held already is noted as held for this as well, so that what was proposed before decides nothing.
 */
export async function holdListed(
  deps: Pick<SettlementDeps, 'ledger'>,
  tx: Tx,
  tenantId: Uuid,
  { row, set, at, why }: { row: InstructionRow; set: number; at: Millis; why: string },
): Promise<EventDraft[]> {
  const hold = { holdCaseId: row.holdCaseId ?? newId(at), screeningSet: set };
  if (row.state === 'held') {
    await writeMove(tx, tenantId, { before: row, after: { ...row, ...hold }, detail: why, at });
    return [];
  }
  const note = { at, detail: why, reason: HELD.text, ...hold };
  return (await moveInstruction(deps, tx, tenantId, { row, move: 'hold', note }))?.events ?? [];
}

/**
 * Whether an instruction may not leave, because its participant is not active and nobody has let it go. Nobody suspends the participant
 * before the transaction ends.
 */
export async function mayNotLeave(tx: Tx, tenantId: Uuid, { participantId, cleared }: InstructionRow): Promise<boolean> {
  return participantId !== null && !cleared && !(await isActive(tx, tenantId, { participantId }, 'for share'));
}

/** Whether the participant that an instruction is of may pay; `for share` so until the transaction ends. */
export async function isActive(
  tx: Tx,
  tenantId: Uuid,
  { participantId }: Pick<InstructionRow, 'participantId'>,
  lock: 'for share' | '' = '',
): Promise<boolean> {
  const [row] = await tx.query<{ state: string }>(`select state from settlement.participant where tenant_id = $1 and id = $2 ${lock}`, [
    tenantId,
    participantId,
  ]);
  return row?.state === 'active';
}
