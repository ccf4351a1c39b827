import { randomUUID } from 'node:crypto';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { LedgerRefused, type LedgerTx } from '../../ledger/port.ts';
import type { SettlementDeps } from '../deps.ts';
import { sendableFrom } from './cut-off.ts';
import type { InstructionRow } from './instruction.ts';
import { insertInstruction } from './instruction-store.ts';
import { custodyShort, type WayOut } from './way-out.ts';

type Wanted = Pick<InstructionRow, 'asset' | 'units' | 'reference' | 'creditor' | 'requestedBy' | 'screeningSet'>;

/** An instruction that waits for its rail, as a payout; what else it is its caller says. */
export function draftInstruction(
  { clock, calendars }: Pick<SettlementDeps, 'clock' | 'calendars'>,
  { account, rail }: WayOut,
  wanted: Wanted,
): InstructionRow {
  const now = clock.now();
  return {
    ...wanted,
    id: newId(now),
    kind: 'payout',
    railId: rail.id,
    participantId: null,
    fromAccountId: account.id,
    fromLedgerId: account.ledgerAccountId,
    toLedgerId: null,
    incomeSource: null,
    proposalId: null,
    breakId: null,
    returnOf: null,
    debtor: { name: account.name, number: account.number, agentBic: account.servicerBic },
    uetr: randomUUID(),
    transferId: newId(),
    state: 'waiting',
    attempts: 0,
    asked: 0,
    cleared: false,
    suspended: false,
    holdCaseId: null,
    nextAt: sendableFrom(rail, account.asset, now, calendars),
    reason: null,
    railReference: null,
    requestedAt: now,
    changedAt: now,
  };
}

/**
 * Writes an instruction and holds its money on the account that it is taken from, as the last thing in the transaction.
 * Errors: `settlement.custody_short`; `LedgerRefused` when that account does not have so much.
 */
export async function writeHeld(
  tx: Tx,
  ledger: LedgerTx,
  tenantId: Uuid,
  { row, debitAccountId }: { row: InstructionRow; debitAccountId: Uuid },
): Promise<void> {
  const { id, transferId, asset, units, fromLedgerId } = row;
  await insertInstruction(tx, tenantId, row);
  const reference = toWireId('ins', id);
  const hold = { id: transferId, kind: 'pending' as const, debitAccountId, creditAccountId: fromLedgerId, asset, units, reference };
  await ledger.transfer([hold]).catch((error: unknown) => {
    // The custody account's own limit is that of its credits.
    if (error instanceof LedgerRefused && (error.refusal.code as string) === 'exceeds_debits') throw custodyShort();
    throw error;
  });
}
