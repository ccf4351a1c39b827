import { hash } from 'node:crypto';
import { newId, type Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { closeVoid } from './break-store.ts';

/** An amount that the balances of statements hold and no entry tells. */
export type PseudoRow = { id: Uuid; bankStatementId: Uuid; units: bigint; state: string };

export async function gapEntries(tx: Tx, tenantId: Uuid, custodyAccountId: Uuid): Promise<PseudoRow[]> {
  return tx.query<PseudoRow>(
    `select id, bank_statement_id as "bankStatementId", units, state from settlement.statement_entry
      where tenant_id = $1 and custody_account_id = $2 and kind = 'gap' and state <> 'void' for update`,
    [tenantId, custodyAccountId],
  );
}

type Pseudo = {
  custodyAccountId: Uuid;
  bankStatementId: Uuid;
  kind: 'gap' | 'sum';
  units: bigint;
  day: LocalDate;
  text: string;
  at: Millis;
};

/** Writes one down, to be worked by people. */
export async function insertPseudoEntry(tx: Tx, tenantId: Uuid, of: Pseudo): Promise<void> {
  const id = newId(of.at);
  await tx.query(
    `insert into settlement.statement_entry
       (tenant_id, id, custody_account_id, bank_statement_id, kind, key, units, booking_day, refs, remittance, state, received_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8::date, '{}', $9, 'new', $10::timestamptz)`,
    [
      tenantId,
      id,
      of.custodyAccountId,
      of.bankStatementId,
      of.kind,
      hash('sha256', `${of.kind}/${id}`, 'buffer'),
      of.units.toString(),
      of.day,
      of.text,
      instant(of.at),
    ],
  );
}

/** An amount that is no longer there has nothing to be worked either: its break closes with it. */
export async function voidEntry(tx: Tx, tenantId: Uuid, id: Uuid, at: Millis): Promise<void> {
  await tx.query(`update settlement.statement_entry set state = 'void' where tenant_id = $1 and id = $2`, [tenantId, id]);
  await closeVoid(tx, tenantId, [id], at);
}
