import type { Uuid } from '../../base/id.ts';
import { jsons, uuids } from '../../infra/postgres/columns.ts';
import type { RowSet, Tx } from '../../infra/postgres/db.ts';
import type { Carried } from '../iso20022/carried/said.ts';

/** What goes on with a payment beside its order. Few have any, and those that came by JSON never. */
export const carriedRows: RowSet<{ paymentId: Uuid; carried: Carried }> = {
  name: 'settlement.payment_carried',
  needsNoAnswer: true,
  async write(tx, rows) {
    const values = rows.map((row) => row.value);
    await tx.query(
      `insert into settlement.payment_carried (tenant_id, payment_id, carried)
       select (select infra.tenant_id()), unnest($1::uuid[]), unnest($2::json[])`,
      [uuids(values.map(({ paymentId }) => paymentId)), jsons(values.map(({ carried }) => carried))],
    );
  },
};

/** What goes on with payments, of those that have any. */
export async function carriedWith(tx: Tx, tenantId: Uuid, paymentIds: readonly Uuid[]): Promise<Map<Uuid, Carried>> {
  const rows = await tx.query<{ id: Uuid; carried: Carried }>(
    'select payment_id as id, carried from settlement.payment_carried where tenant_id = $1 and payment_id = any($2::uuid[])',
    [tenantId, paymentIds],
  );
  return new Map(rows.map(({ id, carried }) => [id, carried]));
}
