import { idFloor, type Uuid } from '../../base/id.ts';
import { dayOf, type LocalDate, type Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Db } from '../../infra/postgres/db.ts';
import type { LimitedPayment } from './positions.ts';

const PAGE = 5_000;

type Row = { id: Uuid; debtor: Uuid; creditor: Uuid; asset: string; units: bigint; at: Millis };

/**
 * The payments of a day that were taken or that only limits refused, in the order they came in, some thousands at a time,
 * and `window` where one was cut off.
 */
export async function* trafficOf(db: Db, tenantId: Uuid, day: LocalDate): AsyncGenerator<LimitedPayment | 'window'> {
  const from = Date.parse(`${day}T00:00:00Z`);
  const until = from + 86_400_000;
  const cuts = await db.read({ tenantId }, (tx) =>
    tx.query<{ at: Millis }>(
      `select cut_off_at as at from settlement.netting_window
        where tenant_id = $1 and cut_off_at >= $2::timestamptz and cut_off_at < $3::timestamptz order by cut_off_at`,
      [tenantId, instant(from), instant(until)],
    ),
  );
  let [after, cut] = [idFloor(from), 0];
  for (;;) {
    const rows = await db.read({ tenantId }, (tx) =>
      tx.query<Row>(
        `select id, debtor_agent_id as debtor, creditor_agent_id as creditor, asset, units, received_at as at
           from settlement.payment
          where tenant_id = $1 and id > $2 and id < $3 and (decision = 'reserved' or (decision = 'rejected' and findings ? 'limits'))
          order by id limit ${PAGE}`,
        [tenantId, after, idFloor(until)],
      ),
    );
    for (const { at, ...payment } of rows) {
      for (; cut < cuts.length && cuts[cut]!.at <= at; cut++) yield 'window';
      yield { ...payment, day: dayOf(at) };
    }
    if (rows.length < PAGE) return;
    after = rows.at(-1)!.id;
  }
}
