import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

export type TenantRow = { id: Uuid; name: string; operator: boolean; createdAt: Millis };

const COLUMNS = 'tenant_id as id, name, operator, created_at as "createdAt"';

/** Opens a tenant inside a transaction of another one, and turns back to that one for what follows. */
export async function insertTenant(tx: Tx, tenant: TenantRow, within: (tx: Tx) => Promise<void>): Promise<void> {
  const [before] = await tx.query<{ tenant: string }>(`select coalesce(current_setting('rialto.tenant', true), '') as tenant`);
  await tx.query(`select set_config('rialto.tenant', $1, true)`, [tenant.id]);
  await tx.query('insert into access.tenant (tenant_id, name, operator, created_at) values ($1, $2, $3, $4)', [
    tenant.id,
    tenant.name,
    tenant.operator,
    instant(tenant.createdAt),
  ]);
  await within(tx);
  await tx.query(`select set_config('rialto.tenant', $1, true)`, [before!.tenant]);
}

/** The tenant of the transaction; every tenant when the role is one that may look at all. */
export async function findTenant(tx: Tx, id: Uuid): Promise<TenantRow | undefined> {
  const [row] = await tx.query<TenantRow>(`select ${COLUMNS} from access.tenant where tenant_id = $1`, [id]);
  return row;
}

export async function selectTenants(tx: Tx, after: Uuid | undefined, limit: number): Promise<TenantRow[]> {
  return await tx.query<TenantRow>(
    `select ${COLUMNS} from access.tenant where $1::uuid is null or tenant_id > $1 order by tenant_id limit $2`,
    [after ?? null, limit],
  );
}

export async function selectTenantIds(tx: Tx): Promise<Uuid[]> {
  const rows = await tx.query<{ id: Uuid }>('select tenant_id as id from access.tenant order by tenant_id');
  return rows.map((row) => row.id);
}

export async function findOperatorId(tx: Tx): Promise<Uuid | undefined> {
  const [row] = await tx.query<{ id: Uuid }>('select tenant_id as id from access.tenant where operator');
  return row?.id;
}
