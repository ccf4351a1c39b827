import type { EventDraft } from '../../base/event.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { TransferDraft } from '../../ledger/port.ts';
import { insertFundings } from '../custody/mint.ts';
import { insertMovements, type MovementRow } from '../custody/movement-store.ts';
import type { SettlementDeps } from '../deps.ts';
import { reopenReturned } from '../reconciliation/reopen-returned.ts';
import { instructionMoved } from './contract.ts';
import { moved, type InstructionRow, type Move } from './instruction.ts';
import { writeMove, type InstructionChange } from './instruction-store.ts';

/** What a move is told with, and what it changes beside the state. */
export type MoveNote = { at: Millis; detail: string } & Partial<Omit<InstructionChange, 'state'>>;

/** A move that was made: the instruction after it, and what is to be sent of it. Undefined when the move is not allowed. */
export type Made = { row: InstructionRow; events: EventDraft[] } | undefined;

/**
 * Moves a locked instruction, and with it the money: accepting burns the tokens (brings a sweep to its account, ends income, sends money
 * back), refusing and cancelling give them back; a return opens its break again. The ledger comes last in the transaction.
 */
export async function moveInstruction(
  deps: Pick<SettlementDeps, 'ledger'>,
  tx: Tx,
  tenantId: Uuid,
  of: { row: InstructionRow; move: Move; note: MoveNote },
): Promise<Made> {
  const { row: before, move, note } = of;
  const state = moved(before, move);
  if (state === undefined) return undefined;
  const { at, detail, ...changes } = note;
  const unheld = state === 'held' ? {} : { suspended: false, holdCaseId: null };
  const row: InstructionRow = { ...before, reason: null, ...changes, ...unheld, state, changedAt: at };
  await writeMove(tx, tenantId, { before, after: row, detail, at });
  if (move === 'accept') await burn(deps, tx, tenantId, row);
  if (move === 'refuse' || move === 'cancel') await release(deps, tx, tenantId, { row, move, note });
  return { row, events: isTold(move) ? [movedEvent(tenantId, row)] : [] };
}

/** What banks and systems want to know of; tries and questions are between us and the rail. */
function isTold(move: Move): boolean {
  return move !== 'send' && move !== 'lose' && move !== 'absent';
}

async function burn(deps: Pick<SettlementDeps, 'ledger'>, tx: Tx, tenantId: Uuid, row: InstructionRow): Promise<void> {
  const transfer = closing('post', row);
  const ledger = await deps.ledger.inTx(tx, tenantId);
  const { atMs } = await ledger.transfer([transfer]);
  const { asset, reference, participantId, id: instructionId } = row;
  const common = { transferId: transfer.id, asset, reference, participantId, instructionId, recordedAt: atMs };
  const out: MovementRow = { ...common, ledgerAccountId: row.fromLedgerId, units: -row.units, kind: row.kind };
  if (row.toLedgerId === null) {
    await insertMovements(tx, tenantId, [out]);
    // The operator's income and what comes back to a sender are on nobody's statement but the custodian's.
    if (participantId !== null) await insertFundings(tx, tenantId, [out]);
  } else await insertMovements(tx, tenantId, [out, { ...common, ledgerAccountId: row.toLedgerId, units: row.units, kind: row.kind }]);
}

type Released = { row: InstructionRow; move: Extract<Move, 'refuse' | 'cancel'>; note: MoveNote };

async function release(deps: Pick<SettlementDeps, 'ledger'>, tx: Tx, tenantId: Uuid, { row, move, note }: Released): Promise<void> {
  const { at, detail } = note;
  if (row.kind === 'return') {
    const why = move === 'refuse' ? `refused (${detail})` : detail;
    return reopenReturned(deps, tx, tenantId, { row, voiding: closing('void', row), why, at });
  }
  const ledger = await deps.ledger.inTx(tx, tenantId);
  await ledger.transfer([closing('void', row)]);
}

/** Ends what holds the money; accounts, asset and amount are those of the hold. */
function closing(kind: 'post' | 'void', { id, transferId }: InstructionRow): TransferDraft {
  const reference = toWireId('ins', id);
  return { id: newId(), kind, pendingId: transferId, debitAccountId: '', creditAccountId: '', asset: '', units: 0n, reference };
}

function movedEvent(tenantId: Uuid, row: InstructionRow): EventDraft {
  const subject = toWireId('ins', row.id);
  const { type, version } = instructionMoved;
  const data = {
    instructionId: subject,
    kind: row.kind,
    state: row.state,
    asset: row.asset,
    units: row.units.toString(),
    reference: row.reference,
    ...(row.reason !== null && { reason: row.reason }),
  };
  const memberIds = row.participantId === null ? undefined : [row.participantId];
  return { id: newId(), tenantId, type, version, subject, data, at: row.changedAt, ...(memberIds && { memberIds }) };
}
