import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** A line that was told, as far as statements have shown it in parts. */
export type ToldRow = {
  id: Uuid;
  kind: 'entry' | 'gap' | 'sum';
  state: 'new' | 'matched' | 'break' | 'void';
  units: bigint;
  shown: bigint;
  bankStatementId: Uuid | null;
  /** A whole statement holds it. */
  isShown: boolean;
};

/** A line with nobody else at it. */
export async function lockTold(tx: Tx, tenantId: Uuid, id: Uuid): Promise<ToldRow | undefined> {
  const [row] = await tx.query<Omit<ToldRow, 'isShown'>>(
    `select id, kind, state, units, shown, bank_statement_id as "bankStatementId"
       from settlement.statement_entry where tenant_id = $1 and id = $2 for update`,
    [tenantId, id],
  );
  if (!row) return undefined;
  // A statement of its own: whoever was waited for above may have taken the document that holds the line.
  const [whole] = await tx.query('select 1 from settlement.bank_statement where tenant_id = $1 and id = $2 and complete', [
    tenantId,
    row.bankStatementId,
  ]);
  return { ...row, isShown: whole !== undefined };
}

/** Notes how much of a line is shown; wholly shown, a statement that shows the last of it holds it, so that it is meant no more. */
export async function writeShownLine(
  tx: Tx,
  tenantId: Uuid,
  { id, shown, heldBy }: { id: Uuid; shown: bigint; heldBy: Uuid | null },
): Promise<void> {
  await tx.query(
    `update settlement.statement_entry
        set shown = $3, bank_statement_id = case when units = $3 then coalesce(bank_statement_id, $4) else bank_statement_id end
      where tenant_id = $1 and id = $2`,
    [tenantId, id, shown.toString(), heldBy],
  );
}

type Movement = { transferId: Uuid; ledgerAccountId: Uuid };

/** Notes how much of a movement is shown; wholly shown by a line, it is linked with that. */
export async function writeShownMovement(
  tx: Tx,
  tenantId: Uuid,
  { transferId, ledgerAccountId, shown, entryId }: Movement & { shown: bigint; entryId?: Uuid },
): Promise<void> {
  await tx.query(
    `update settlement.custody_movement set shown = $4, entry_id = case when units = $4 then coalesce(entry_id, $5) else entry_id end
      where tenant_id = $1 and transfer_id = $2 and ledger_account_id = $3`,
    [tenantId, transferId, ledgerAccountId, shown.toString(), entryId ?? null],
  );
}

/** Movements that a line shows. */
export async function movementsOfLine(tx: Tx, tenantId: Uuid, entryId: Uuid): Promise<{ participantId: Uuid | null; reference: string }[]> {
  return tx.query(
    'select participant_id as "participantId", reference from settlement.custody_movement where tenant_id = $1 and entry_id = $2',
    [tenantId, entryId],
  );
}

/** What is still missing of what a break is about; nothing more, and it closes. */
export async function lessMissing(
  tx: Tx,
  tenantId: Uuid,
  of: ({ entryId: Uuid } | Movement) & { rest: bigint; resolution: string; at: Millis },
): Promise<void> {
  // Both sides of a sweep are of one transfer: that of another account is another break.
  const [about, ...values] =
    'entryId' in of
      ? ['entry_id = $2', tenantId, of.entryId]
      : [
          `transfer_id = $2 and custody_account_id = (
             select id from settlement.custody_account where tenant_id = $1 and ledger_account_id = $3)`,
          tenantId,
          of.transferId,
          of.ledgerAccountId,
        ];
  const where = `where tenant_id = $1 and kind = 'missing' and state = 'open' and ${about}`;
  const more = values.length;
  if (of.rest !== 0n) await tx.query(`update settlement.recon_break set units = $${more + 1} ${where}`, [...values, of.rest.toString()]);
  else
    await tx.query(
      `update settlement.recon_break set state = 'resolved', resolution = $${more + 1}, resolved_at = $${more + 2}::timestamptz ${where}`,
      [...values, of.resolution, instant(of.at)],
    );
}
