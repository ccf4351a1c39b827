import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instants, texts, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Act, Capacity } from './obligation.ts';

/** What somebody did to an obligation, and in which capacity. */
export type DoneRow = { act: 'submit' | Act; as: Capacity; actorName: string; reason: string | null; at: Millis };

/** Keeps acts for good, under the lock of their obligations. */
export async function insertActs(tx: Tx, tenantId: Uuid, rows: readonly (DoneRow & { obligationId: Uuid })[]): Promise<void> {
  await tx.query(
    `insert into settlement.obligation_act (tenant_id, obligation_id, number, act, done_as, actor_name, reason, done_at)
     select $1, n.id, 1 + (select count(*) from settlement.obligation_act a where a.tenant_id = $1 and a.obligation_id = n.id)::int,
            n.act, n.done_as, n.actor_name, n.reason, n.done_at
       from (select unnest($2::uuid[]) as id, unnest($3::text[]) as act, unnest($4::text[]) as done_as, unnest($5::text[]) as actor_name,
                    unnest($6::text[]) as reason, unnest($7::timestamptz[]) as done_at) n`,
    [
      tenantId,
      uuids(rows.map((row) => row.obligationId)),
      texts(rows.map((row) => row.act)),
      texts(rows.map((row) => row.as)),
      texts(rows.map((row) => row.actorName)),
      texts(rows.map((row) => row.reason)),
      instants(rows.map((row) => row.at)),
    ],
  );
}

/** What was done to an obligation, first to last. */
export async function actsOn(tx: Tx, tenantId: Uuid, obligationId: Uuid): Promise<DoneRow[]> {
  return tx.query<DoneRow>(
    `select act, done_as as "as", actor_name as "actorName", reason, done_at as at from settlement.obligation_act
      where tenant_id = $1 and obligation_id = $2 order by number`,
    [tenantId, obligationId],
  );
}
