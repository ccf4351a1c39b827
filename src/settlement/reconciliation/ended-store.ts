import type { Uuid } from '../../base/id.ts';
import type { LocalDate } from '../../base/time.ts';
import { texts, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** Money that no statement has shown, and that people have written off or booked back; it may come under its reference after all. */
export type EndedRow = { breakId: Uuid; reference: string; units: bigint; day: LocalDate };

type Ended = Omit<EndedRow, 'reference'> & { ledgerAccountId: Uuid; references: readonly string[] };

/** Remembers what people have brought to an end, under each of its references. */
export async function insertEnded(tx: Tx, tenantId: Uuid, { breakId, ledgerAccountId, units, day, references }: Ended): Promise<void> {
  await tx.query(
    `insert into settlement.ended_unshown (tenant_id, break_id, reference, ledger_account_id, units, day)
     select distinct $1::uuid, $2::uuid, r, $4::uuid, $5::numeric, $6::date from unnest($3::text[]) as t (r)`,
    [tenantId, breakId, texts(references), ledgerAccountId, units.toString(), day],
  );
}

/**
 * What has ended under any of the references and has not come since, the oldest first; no other line is taken for it meanwhile. What a
 * statement shows after all by the line that told it has come: that line knows it.
 */
export async function lockEnded(tx: Tx, tenantId: Uuid, of: { ledgerAccountId: Uuid; references: readonly string[] }): Promise<EndedRow[]> {
  return tx.query<EndedRow>(
    `select break_id as "breakId", reference, units, day from settlement.ended_unshown u
      where tenant_id = $1 and ledger_account_id = $2 and reference = any($3::text[]) and entry_id is null
        and not exists (select from settlement.recon_break b
                          join settlement.statement_entry e on e.tenant_id = b.tenant_id and e.id = b.entry_id
                          join settlement.bank_statement s on s.tenant_id = e.tenant_id and s.id = e.bank_statement_id and s.complete
                         where b.tenant_id = u.tenant_id and b.id = u.break_id)
      order by break_id, reference for update of u`,
    [tenantId, of.ledgerAccountId, texts(of.references)],
  );
}

/** Notes the lines that may be what has ended: one for each, under whichever of its references. */
export async function meetEnded(tx: Tx, tenantId: Uuid, met: readonly { breakId: Uuid; entryId: Uuid }[]): Promise<void> {
  if (met.length === 0) return;
  await tx.query(
    `update settlement.ended_unshown e set entry_id = m.entry_id
       from (select unnest($2::uuid[]) as break_id, unnest($3::uuid[]) as entry_id) as m
      where e.tenant_id = $1 and e.break_id = m.break_id and e.entry_id is null`,
    [tenantId, uuids(met.map(({ breakId }) => breakId)), uuids(met.map(({ entryId }) => entryId))],
  );
}
