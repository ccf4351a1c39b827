import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** What was remembered as of a sequence of the book, in parts. */
export type Snapshot = { seq: bigint; takenAt: Millis; parts: string[] };

/** The snapshot of a tenant; undefined when there is none for these bands. */
export async function readSnapshot(tx: Tx, tenantId: Uuid, bands: string): Promise<Snapshot | undefined> {
  const rows = await tx.query<{ seq: bigint; takenAt: Millis; content: string }>(
    'select seq, taken_at as "takenAt", content from settlement.aml_snapshot where tenant_id = $1 and bands = $2 order by part',
    [tenantId, bands],
  );
  return rows[0] && { seq: rows[0].seq, takenAt: rows[0].takenAt, parts: rows.map(({ content }) => content) };
}

/** The sequence of the snapshot that there is, whatever its bands. */
export async function snapshotSeq(tx: Tx, tenantId: Uuid): Promise<bigint | undefined> {
  const [row] = await tx.query<{ seq: bigint }>('select seq from settlement.aml_snapshot where tenant_id = $1 order by part limit 1', [
    tenantId,
  ]);
  return row?.seq;
}

/** Puts a snapshot in the place of the one before. */
export async function replaceSnapshot(
  tx: Tx,
  tenantId: Uuid,
  { seq, bands, at, parts }: { seq: bigint; bands: string; at: Millis; parts: Iterable<string> },
): Promise<number> {
  await tx.query('delete from settlement.aml_snapshot where tenant_id = $1', [tenantId]);
  let part = 0;
  for (const content of parts) {
    await tx.query(
      `insert into settlement.aml_snapshot (tenant_id, part, seq, bands, taken_at, content) values ($1, $2, $3, $4, $5::timestamptz, $6)`,
      [tenantId, part++, seq, bands, instant(at), content],
    );
  }
  return part;
}
