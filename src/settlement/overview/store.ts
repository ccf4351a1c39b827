import { idFloor, type Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { HOLD } from '../payment/hold-store.ts';
import { CANCELLED_AHEAD, RETURNED_ON_DEFAULT } from '../payment/payment.ts';
import { WINDOW } from '../payment/store.ts';

export type Day = { tenantId: Uuid; fromMs: Millis; toMs: Millis };

/** Why an obligation was returned that nobody held. */
const returned = (part: 'code' | 'text') =>
  `case when m.cancelled_by is null then '${RETURNED_ON_DEFAULT[part]}' else '${CANCELLED_AHEAD[part]}' end`;

/** Each payment of the day once, with the status it has now; the same rule as in payment/store. */
const DAY = `
  with day as materialized (
    select p.received_at, p.asset, p.units, p.debtor_agent_id, p.creditor_agent_id,
           coalesce(w.settled_at, q.decided_at, case when coalesce(r.decision, p.decision) = 'settled' then coalesce(r.decided_at, p.decided_at) end) as settled_at,
           case when m.returned then coalesce(h.reason_code, ${returned('code')}) else coalesce(q.reason_code, r.reason_code, p.reason_code) end as reason_code,
           case when m.returned then coalesce(h.reason_text, ${returned('text')}) else coalesce(q.reason_text, r.reason_text, p.reason_text) end as reason_text,
           case when h.id is not null and h.outcome is null then 'held'
                when coalesce(r.decision, p.decision) <> 'reserved' then coalesce(q.outcome, r.decision, p.decision)
                when m.returned then 'rejected'
                when w.state = 'settled' then 'settled' when w.state = 'open' then 'reserved' else 'clearing' end as status
      from settlement.payment p
      left join settlement.review r on r.tenant_id = p.tenant_id and r.payment_id = p.id
      left join settlement.queue_exit q on q.tenant_id = p.tenant_id and q.entry_id = p.id
      ${WINDOW}
      ${HOLD}
     where p.tenant_id = $1 and p.received_at >= $2::timestamptz and p.received_at < $3::timestamptz
       and p.id >= $4::uuid and p.id < $5::uuid)`;

/** Ids tell their time, so the primary key finds the day; a busy millisecond may push one a little past its own. */
const SLACK_MS = 60_000;

export type DayRow =
  | { part: 'status'; key: string; count: number }
  | { part: 'failure'; key: string; text: string; count: number }
  | { part: 'bucket'; key: string; count: number; rejected: number }
  | { part: 'flow'; key: string; text: string; count: number }
  | { part: 'finality'; p50: number; p95: number; max: number };

const BUCKETS = 60;

/** All that is counted over the day, in one pass over its payments. Buckets are sixtieths of the time that had payments. */
export async function countDay(tx: Tx, day: Day): Promise<DayRow[]> {
  return tx.query<DayRow>(
    `${DAY}, span as (select min(received_at) as first, greatest(extract(epoch from max(received_at) - min(received_at)), 1) / ${BUCKETS} as step from day)
     select 'status' as part, status as key, null as text, count(*)::int as count, null::int as rejected, null::float8 as p50, null::float8 as p95, null::float8 as max
       from day group by status
     union all
     select 'failure', reason_code, min(reason_text), count(*)::int, null, null, null, null from day where status = 'rejected' group by reason_code
     union all
     select 'bucket', floor(extract(epoch from span.first) * 1000 + b.n * span.step * 1000)::bigint::text, null, coalesce(c.count, 0)::int, coalesce(c.rejected, 0)::int, null, null, null
       from span cross join generate_series(0, ${BUCKETS - 1}) b(n)
       left join (select least(floor(extract(epoch from received_at - span.first) / span.step), ${BUCKETS - 1})::int as n, count(*) as count,
                         count(*) filter (where status = 'rejected') as rejected
                    from day cross join span group by 1) c on c.n = b.n
      where span.first is not null
     union all
     (select 'flow', d.bic, c.bic, count(*)::int, null, null, null, null
        from day join settlement.participant d on d.tenant_id = $1 and d.id = day.debtor_agent_id
                 join settlement.participant c on c.tenant_id = $1 and c.id = day.creditor_agent_id
       where status not in ('rejected', 'held', 'queued') group by d.bic, c.bic order by 4 desc, 2, 3 limit 40)
     union all
     select 'finality', null, null, null, null, percentile_cont(0.5) within group (order by ms), percentile_cont(0.95) within group (order by ms), max(ms)
       from (select extract(epoch from settled_at - received_at)::float8 * 1000 as ms from day where status = 'settled') s having count(*) > 0`,
    [day.tenantId, instant(day.fromMs), instant(day.toMs), idFloor(day.fromMs), idFloor(day.toMs + SLACK_MS)],
  );
}

export type CurrencyDay = { asset: string; payments: number; gross: bigint; net: bigint };

/** Per currency, what the windows settled that day came to. */
export async function currenciesOfDay(tx: Tx, day: Day): Promise<CurrencyDay[]> {
  return tx.query<CurrencyDay>(
    `select c.asset, sum(c.payments)::int as payments, sum(c.gross)::numeric(38, 0) as gross, sum(c.net)::numeric(38, 0) as net
       from settlement.window_currency c
       join settlement.netting_window w on w.tenant_id = c.tenant_id and w.id = c.window_id
      where c.tenant_id = $1 and w.settled_at >= $2::timestamptz and w.settled_at < $3::timestamptz
      group by c.asset order by payments desc, c.asset`,
    [day.tenantId, instant(day.fromMs), instant(day.toMs)],
  );
}

/**
 * The same for one bank, of its own: what it paid in the windows settled that day, gross, and what it had to bring for it
 * after netting. The network's totals are the operator's.
 */
export async function ownCurrenciesOfDay(tx: Tx, day: Day, memberId: Uuid): Promise<CurrencyDay[]> {
  return tx.query<CurrencyDay>(
    `with settled as (
       select w.id from settlement.netting_window w
        where w.tenant_id = $1 and w.settled_at >= $2::timestamptz and w.settled_at < $3::timestamptz)
     select p.asset, sum(p.outgoing)::numeric(38, 0) as gross, sum(greatest(-p.net, 0))::numeric(38, 0) as net,
            ((select count(*)::int from settled s
               join settlement.window_span n on n.tenant_id = $1 and n.window_id = s.id and n.asset = p.asset
               join settlement.obligation o on o.tenant_id = $1 and o.asset = n.asset and o.seq > n.from_seq and o.seq <= n.to_seq
              where o.debtor_agent_id = $4
                and not exists (select from settlement.carried_obligation c where c.tenant_id = $1 and c.seq = o.seq and c.left_window_id = s.id))
             + (select count(*)::int from settled s
                 join settlement.carried_obligation c on c.tenant_id = $1 and c.joined_window_id = s.id and c.debtor_agent_id = $4 and c.asset = p.asset
                where not exists (select from settlement.carried_obligation x where x.tenant_id = $1 and x.seq = c.seq and x.left_window_id = s.id))) as payments
       from settlement.position p join settled on settled.id = p.window_id
      where p.tenant_id = $1 and p.participant_id = $4
      group by p.asset having sum(p.outgoing) > 0 order by payments desc, p.asset`,
    [day.tenantId, instant(day.fromMs), instant(day.toMs), memberId],
  );
}

export async function windowsOfDay(tx: Tx, day: Day): Promise<{ open: number; settled: number }> {
  const [row] = await tx.query<{ open: number; settled: number }>(
    `select count(*) filter (where state <> 'settled')::int as open,
            count(*) filter (where settled_at >= $2::timestamptz and settled_at < $3::timestamptz)::int as settled
       from settlement.netting_window where tenant_id = $1`,
    [day.tenantId, instant(day.fromMs), instant(day.toMs)],
  );
  return row!;
}
