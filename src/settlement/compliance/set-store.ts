import type { Actor } from '../../base/context.ts';
import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** Tables of numbered sets that people propose and activate: AML rules and limits. */
export type SetTable = 'aml_rule_set' | 'limit_set';

/** A numbered set; `content` is JSON that its part understands, `version` the SHA-256 of its canonical form. */
export type NumberedSet = {
  number: number;
  version: string;
  content: unknown;
  note: string;
  proposedBy: Uuid;
  proposedByName: string;
  proposedAt: Millis;
  activatedByName?: string;
  activatedAt?: Millis;
};

type Flat = Omit<NumberedSet, 'activatedByName' | 'activatedAt'> & { activatedByName: string | null; activatedAt: Millis | null };

const COLUMNS = `number, version, content, note, proposed_by as "proposedBy", proposed_by_name as "proposedByName", proposed_at as "proposedAt",
  activated_by_name as "activatedByName", activated_at as "activatedAt"`;

function toSet({ activatedByName, activatedAt, ...row }: Flat): NumberedSet {
  return { ...row, ...(activatedByName !== null && { activatedByName }), ...(activatedAt !== null && { activatedAt }) };
}

/** Who does something to a set. */
export type SetActor = Pick<Actor, 'id' | 'name'>;

/** Stands for the product itself as proposer. */
export const SHIPPED_BY: SetActor = { id: '00000000-0000-0000-0000-000000000000', name: 'Shipped with Rialto' };

/** Adds a set with the next number; the setting is locked by the caller, so that numbers have no gap and no double. */
export async function insertSet(
  tx: Tx,
  tenantId: Uuid,
  table: SetTable,
  set: { version: string; content: unknown; note: string; by: SetActor; at: Millis },
): Promise<NumberedSet> {
  const [row] = await tx.query<Flat>(
    `insert into settlement.${table} (tenant_id, number, version, content, note, proposed_by, proposed_by_name, proposed_at)
     select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7::timestamptz from settlement.${table} where tenant_id = $1
     returning ${COLUMNS}`,
    [tenantId, set.version, JSON.stringify(set.content), set.note, set.by.id, set.by.name, instant(set.at)],
  );
  return toSet(row!);
}

export async function findSet(tx: Tx, tenantId: Uuid, table: SetTable, number: number): Promise<NumberedSet | undefined> {
  const [row] = await tx.query<Flat>(`select ${COLUMNS} from settlement.${table} where tenant_id = $1 and number = $2`, [tenantId, number]);
  return row && toSet(row);
}

/** The latest sets, newest first. */
export async function latestSets(tx: Tx, tenantId: Uuid, table: SetTable, limit: number): Promise<NumberedSet[]> {
  const rows = await tx.query<Flat>(`select ${COLUMNS} from settlement.${table} where tenant_id = $1 order by number desc limit $2`, [
    tenantId,
    limit,
  ]);
  return rows.map(toSet);
}

export async function markActivated(
  tx: Tx,
  tenantId: Uuid,
  table: SetTable,
  { number, by, at }: { number: number; by: SetActor; at: Millis },
): Promise<NumberedSet> {
  const [row] = await tx.query<Flat>(
    `update settlement.${table} set activated_by = $3, activated_by_name = $4, activated_at = $5::timestamptz
      where tenant_id = $1 and number = $2 returning ${COLUMNS}`,
    [tenantId, number, by.id, by.name, instant(at)],
  );
  return toSet(row!);
}
