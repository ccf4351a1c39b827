import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** A policy as it is kept: in wire form. */
export type PolicyRow = { policy: object; version: number; changedBy: string; changedAt: Millis };

export async function findPolicy(tx: Tx, tenantId: Uuid): Promise<PolicyRow | undefined> {
  const [row] = await tx.query<PolicyRow>(
    `select policy, version, changed_by as "changedBy", changed_at as "changedAt" from settlement.liquidity_policy where tenant_id = $1`,
    [tenantId],
  );
  return row;
}

/** Puts a policy in force and answers with its number. */
export async function savePolicy(tx: Tx, tenantId: Uuid, row: Omit<PolicyRow, 'version'>): Promise<number> {
  const [saved] = await tx.query<{ version: number }>(
    `insert into settlement.liquidity_policy as p (tenant_id, policy, version, changed_by, changed_at) values ($1, $2::jsonb, 1, $3, $4::timestamptz)
     on conflict (tenant_id) do update set policy = excluded.policy, version = p.version + 1, changed_by = excluded.changed_by, changed_at = excluded.changed_at
     returning version`,
    [tenantId, JSON.stringify(row.policy), row.changedBy, instant(row.changedAt)],
  );
  return saved!.version;
}
