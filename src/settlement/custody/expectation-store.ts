import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { instant, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** Money that a participant has announced; open until an entry meets it or it is withdrawn. */
export type ExpectationRow = {
  id: Uuid;
  participantId: Uuid;
  asset: string;
  units: bigint;
  reference: string;
  expectedOn: LocalDate;
  createdAt: Millis;
  createdBy: string;
  entryId: Uuid | null;
  withdrawnAt: Millis | null;
};

const COLUMNS = `id, participant_id as "participantId", asset, units, reference, expected_on as "expectedOn", created_at as "createdAt",
  created_by as "createdBy", entry_id as "entryId", withdrawn_at as "withdrawnAt"`;

export async function insertExpectation(tx: Tx, tenantId: Uuid, row: ExpectationRow): Promise<void> {
  await tx.query(
    `insert into settlement.funding_expectation
       (tenant_id, id, participant_id, asset, units, reference, expected_on, created_at, created_by)
     values ($1, $2, $3, $4, $5, $6, $7::date, $8::timestamptz, $9)`,
    [
      tenantId,
      row.id,
      row.participantId,
      row.asset,
      row.units.toString(),
      row.reference,
      row.expectedOn,
      instant(row.createdAt),
      row.createdBy,
    ],
  );
}

/** Newest first, behind the announcement `after`. */
export async function pageOfExpectations(
  tx: Tx,
  tenantId: Uuid,
  page: { limit: number; after?: Uuid | undefined },
): Promise<ExpectationRow[]> {
  return tx.query<ExpectationRow>(
    `select ${COLUMNS} from settlement.funding_expectation
      where tenant_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
    [tenantId, page.after ?? null, page.limit],
  );
}

/** An announcement that nobody else changes before the transaction ends. */
export async function lockExpectation(tx: Tx, tenantId: Uuid, id: Uuid): Promise<ExpectationRow | undefined> {
  const [row] = await tx.query<ExpectationRow>(
    `select ${COLUMNS} from settlement.funding_expectation where tenant_id = $1 and id = $2 for update`,
    [tenantId, id],
  );
  return row;
}

export async function withdrawExpectation(tx: Tx, tenantId: Uuid, id: Uuid, at: Millis): Promise<void> {
  await tx.query('update settlement.funding_expectation set withdrawn_at = $3::timestamptz where tenant_id = $1 and id = $2', [
    tenantId,
    id,
    instant(at),
  ]);
}

/** Announcements under any of the references, open or not. */
export async function expectationsUnder(tx: Tx, tenantId: Uuid, references: readonly string[]): Promise<ExpectationRow[]> {
  return tx.query<ExpectationRow>(
    `select ${COLUMNS} from settlement.funding_expectation where tenant_id = $1 and reference = any($2::text[])`,
    [tenantId, references],
  );
}

/** Notes the entries that met announcements; answers how many were open still. */
export async function meetExpectations(tx: Tx, tenantId: Uuid, met: readonly { id: Uuid; entryId: Uuid }[]): Promise<number> {
  const rows = await tx.query(
    `update settlement.funding_expectation e set entry_id = m.entry_id
       from (select unnest($2::uuid[]) as id, unnest($3::uuid[]) as entry_id) as m
      where e.tenant_id = $1 and e.id = m.id and e.entry_id is null and e.withdrawn_at is null returning e.id`,
    [tenantId, uuids(met.map(({ id }) => id)), uuids(met.map(({ entryId }) => entryId))],
  );
  return rows.length;
}
