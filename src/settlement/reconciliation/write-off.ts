import { AppError } from '../../base/error.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { LedgerRefused, type TransferDraft } from '../../ledger/port.ts';
import type { BreakRow } from './break-store.ts';

/**
 * Breaks are written off to the operator's own accounts only: never to one of a participant, which would be minting or burning by
 * another name, nor to one in custody or clearing, nor to what banks owe in fees or what fees and exchanges have earned, which leaves
 * by an instruction. Errors: `settlement.write_off_account_invalid`.
 */
export async function requireOwnAccount(tx: Tx, tenantId: Uuid, accountId: Uuid): Promise<void> {
  const [taken] = await tx.query(
    `select 1 from settlement.participant_account where tenant_id = $1 and $2 in (settlement_account_id, reserve_account_id)
      union all select 1 from settlement.system_account where tenant_id = $1 and account_id = $2
      union all select 1 from settlement.custody_account where tenant_id = $1 and ledger_account_id = $2
      union all select 1 from settlement.fee_account where tenant_id = $1 and account_id = $2
      union all select 1 from settlement.fx_account where tenant_id = $1 and account_id = $2 limit 1`,
    [tenantId, accountId],
  );
  if (taken) throw invalidAccount();
}

function invalidAccount(): AppError {
  return new AppError(
    'unprocessable',
    'settlement.write_off_account_invalid',
    "A break is written off to an account of the operator's own in its currency, such as charges or interest.",
  );
}

/** What is booked on custody for a break: `units`, below zero off it, against another account; by whose approval. */
type Booking = { row: BreakRow; ledgerAccountId: Uuid; against: Uuid; units: bigint; proposalId: Uuid };

/** The transfer of such a booking, and what its movement has of it. */
export function bookingOf({ row, ledgerAccountId, against, units, proposalId }: Booking) {
  const { asset } = row;
  const sides =
    units > 0n
      ? { debitAccountId: ledgerAccountId, creditAccountId: against }
      : { debitAccountId: against, creditAccountId: ledgerAccountId };
  const reference = toWireId('brk', row.id);
  const transfer: TransferDraft = { id: newId(), kind: 'posted', ...sides, asset, units: units < 0n ? -units : units, reference };
  const movement = { transferId: transfer.id, ledgerAccountId, asset, units, reference: reference.slice(0, 35), proposalId };
  return { transfer, movement };
}

/**
 * Why the ledger refuses what is booked on custody (`units`, below zero off it): the account against it is not there, closed, of
 * another currency or at its limit; or more would leave custody than the ledger has there.
 */
export function explainRefusal(units: bigint): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof LedgerRefused)) throw error;
    if (units > 0n || (error.refusal.code as string) !== 'exceeds_debits') throw invalidAccount();
    throw new AppError(
      'unprocessable',
      'settlement.custody_short',
      'More would leave custody than the ledger has there. Work first what has come in and is not explained.',
    );
  };
}
