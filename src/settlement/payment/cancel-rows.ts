import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import { instants, texts, uuids } from '../../infra/postgres/columns.ts';
import type { RowSet } from '../../infra/postgres/db.ts';
import { LEAVING, notWaiting } from './hold-rows.ts';

/** A payment that its bank cancels while it waits for its value date, and who did. */
type Cancellation = { paymentId: Uuid; actorName: string };

/**
 * Takes obligations out of the window that is open, or out of waiting for one, for good. What was set aside is freed by a transfer of
 * the same act. Claimed, so that none is cancelled twice, nor when it was held before, nor in a window that was cut off.
 */
export const cancellationRows: RowSet<Cancellation> = {
  name: 'settlement.cancellation',
  claims: LEAVING,
  keys: ({ paymentId }) => [paymentId],
  taken: notWaiting,
  async write(tx, rows) {
    const gone = await tx.query(CANCEL, [
      uuids(rows.map(({ value }) => value.paymentId)),
      texts(rows.map(({ value }) => value.actorName)),
      instants(rows.map(({ atMs }) => atMs)),
    ]);
    // A window that is being fixed has just taken what waited, or somebody has held it: the act must not be done.
    if (gone.length < rows.length) throw new AppError('conflict', 'settlement.payment_not_open', 'The payment waits no longer.');
  },
};

const CANCEL = `
  with cancelled as materialized (
    select unnest($1::uuid[]) as payment_id, unnest($2::text[]) as actor_name, unnest($3::timestamptz[]) as at),
  owed as materialized (
    select x.*, p.tenant_id, p.debtor_agent_id, p.creditor_agent_id, p.asset, p.units, p.value_date, coalesce(r.seq, p.seq) as seq,
           m.step, s.window_id, s.from_seq as range_from
      from cancelled x
      join settlement.payment p on p.tenant_id = (select infra.tenant_id()) and p.id = x.payment_id
      left join settlement.review r on r.tenant_id = p.tenant_id and r.payment_id = p.id and p.decision = 'held'
      join settlement.window_span s on s.tenant_id = p.tenant_id and s.asset = p.asset and s.to_seq is null
      left join lateral (
        select c.step from settlement.carried_obligation c
         where c.tenant_id = p.tenant_id and c.seq = coalesce(r.seq, p.seq) order by c.step desc limit 1) m on true),
  waiting as (
    update settlement.carried_obligation c set returned = true, returned_at = o.at, cancelled_by = o.actor_name from owed o
     where o.step is not null and c.tenant_id = o.tenant_id and c.seq = o.seq and c.step = o.step
       and c.joined_window_id is null and not c.returned and not c.held
    returning c.payment_id),
  leaving as (
    insert into settlement.carried_obligation
      (tenant_id, seq, step, payment_id, debtor_agent_id, creditor_agent_id, asset, units, left_window_id, range_from, why, due, left_at,
       returned, returned_at, cancelled_by)
    select o.tenant_id, o.seq, 1, o.payment_id, o.debtor_agent_id, o.creditor_agent_id, o.asset, o.units, o.window_id, o.range_from, 'cancel',
           o.value_date, o.at, true, o.at, o.actor_name
      from owed o where o.step is null and o.seq > o.range_from
    returning payment_id)
  select payment_id from waiting union all select payment_id from leaving`;
