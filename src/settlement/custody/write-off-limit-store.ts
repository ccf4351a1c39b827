import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** Up to how much of a currency is written off without an administrator. */
export type WriteOffLimit = { asset: string; units: bigint };

/** By currency; those that are not among them have none. */
export async function writeOffLimits(tx: Tx, tenantId: Uuid): Promise<WriteOffLimit[]> {
  return tx.query<WriteOffLimit>('select asset, units from settlement.write_off_limit where tenant_id = $1 order by asset', [tenantId]);
}

export async function putWriteOffLimit(tx: Tx, tenantId: Uuid, { asset, units }: WriteOffLimit, at: Millis): Promise<void> {
  await tx.query(
    `insert into settlement.write_off_limit (tenant_id, asset, units, changed_at) values ($1, $2, $3, $4::timestamptz)
     on conflict (tenant_id, asset) do update set units = excluded.units, changed_at = excluded.changed_at`,
    [tenantId, asset, units.toString(), instant(at)],
  );
}

export async function deleteWriteOffLimit(tx: Tx, tenantId: Uuid, asset: string): Promise<void> {
  await tx.query('delete from settlement.write_off_limit where tenant_id = $1 and asset = $2', [tenantId, asset]);
}
