import type { Uuid } from '../../base/id.ts';
import { integers, texts, uuids } from '../../infra/postgres/columns.ts';
import type { RowSet } from '../../infra/postgres/db.ts';

/** That a payment is the nth return of another one; the number is claimed, so that no two returns count on the same rest. */
export type ReturnRow = { paymentId: Uuid; originalId: Uuid; nth: number; returnId: string; reasonCode: string; reasonText?: string };

export const returnRows: RowSet<ReturnRow> = {
  name: 'settlement.payment_return',
  keys: ({ originalId, nth }) => [`${originalId} ${nth}`],
  async taken(tx, keys) {
    const parts = keys.map((key) => key.split(' ') as [Uuid, string]);
    const rows = await tx.query<{ key: string }>(
      `select r.original_id || ' ' || r.nth as key from unnest($1::uuid[], $2::bigint[]) as k (original_id, nth)
         join settlement.payment_return r
           on r.tenant_id = (select infra.tenant_id()) and r.original_id = k.original_id and r.nth = k.nth::integer`,
      [uuids(parts.map(([id]) => id)), integers(parts.map(([, nth]) => Number(nth)))],
    );
    return new Set(rows.map(({ key }) => key));
  },
  async write(tx, rows) {
    const values = rows.map((row) => row.value);
    await tx.query(
      `insert into settlement.payment_return (tenant_id, payment_id, original_id, nth, return_id, reason_code, reason_text)
       select (select infra.tenant_id()), unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::bigint[])::integer, unnest($4::text[]),
         unnest($5::text[]), unnest($6::text[])`,
      [
        uuids(values.map((r) => r.paymentId)),
        uuids(values.map((r) => r.originalId)),
        integers(values.map((r) => r.nth)),
        texts(values.map((r) => r.returnId)),
        texts(values.map((r) => r.reasonCode)),
        texts(values.map((r) => r.reasonText)),
      ],
    );
  },
};
