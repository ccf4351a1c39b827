import { idFloor, type Uuid } from '../../base/id.ts';
import { mergeInOrder } from '../../base/merge.ts';
import { dayOf, type LocalDate, type Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Db } from '../../infra/postgres/db.ts';
import { WINDOW } from '../payment/store.ts';
import type { Traffic } from './simulate.ts';

const PAGE = 5_000;

/** A day of a tenant: half-open, in UTC. */
type Day = { tenantId: Uuid; from: Millis; until: Millis };

/**
 * What happened on a day as far as limits see it, in order of time, some thousands at a time: what was owed when it began,
 * payments that were taken at the door or released from review or that only limits refused, what was held or cancelled later, and
 * cut-offs. Exchanges count under no limit.
 */
export async function* trafficOf(db: Db, tenantId: Uuid, day: LocalDate): AsyncGenerator<Traffic> {
  const from = Date.parse(`${day}T00:00:00Z`);
  const of = { tenantId, from, until: from + 86_400_000 };
  yield* mergeInOrder<Traffic>(
    [owedBefore(db, of), cutOffs(db, of), paymentsOf(db, of, RELEASED), paymentsOf(db, of, AT_THE_DOOR), movesOf(db, of)],
    (one, other) => one.at < other.at,
  );
}

type OwedRow = {
  id: Uuid | null;
  debtor: Uuid;
  creditor: Uuid;
  asset: string;
  units: bigint;
  freedAt: Millis | null;
  isSent: boolean;
};

/**
 * What was owed from before the day and not final when it began: of windows that settled later or not yet, what came to such a
 * window from others, what waits, and what was returned later, by a default, a rejection or its bank. Sums by pair, by when each was
 * owed no longer, and by whether it was sent in the window that was open then; by itself what was held or cancelled since.
 */
const OWED = `
  with late as (
    select id, settled_at from settlement.netting_window
     where tenant_id = $1 and state <> 'settled'
    union all
    select id, settled_at from settlement.netting_window
     where tenant_id = $1 and state = 'settled' and settled_at >= $2::timestamptz
  ), beginning as (
    select coalesce((select p.seq from settlement.payment p where p.tenant_id = $1 and p.id >= $3 and p.seq is not null order by p.id limit 1),
                    9223372036854775807) as seq
  ), member as (
    select o.payment_id, o.debtor_agent_id, o.creditor_agent_id, o.asset, o.units, w.settled_at as freed_at
      from late w
      join settlement.window_span s on s.tenant_id = $1 and s.window_id = w.id and s.from_seq < (select seq from beginning)
      join settlement.obligation o on o.tenant_id = $1 and o.asset = s.asset and o.seq > s.from_seq and (s.to_seq is null or o.seq <= s.to_seq)
       and o.seq < (select seq from beginning)
     where not exists (select from settlement.carried_obligation c where c.tenant_id = $1 and c.seq = o.seq)
    union all
    select c.payment_id, c.debtor_agent_id, c.creditor_agent_id, c.asset, c.units, w.settled_at
      from late w join settlement.carried_obligation c on c.tenant_id = $1 and c.joined_window_id = w.id
     where not exists (select from settlement.carried_obligation x where x.tenant_id = $1 and x.seq = c.seq and x.step > c.step)
    union all
    select payment_id, debtor_agent_id, creditor_agent_id, asset, units, null
      from settlement.carried_obligation where tenant_id = $1 and joined_window_id is null and not returned
    union all
    select payment_id, debtor_agent_id, creditor_agent_id, asset, units, returned_at
      from settlement.carried_obligation where tenant_id = $1 and returned and returned_at >= $2::timestamptz
  ), hold as (
    select payment_id, bool_or(held_at >= $2::timestamptz) as later,
           bool_or(held_at < $2::timestamptz and coalesce(decided_at >= $2::timestamptz, true)) as stands,
           max(decided_at) filter (where outcome = 'released' and decided_at < $2::timestamptz) as released_at
      from settlement.payment_hold where tenant_id = $1 and place = 'window' group by payment_id
  ), cancelled as (
    select payment_id from settlement.carried_obligation where tenant_id = $1 and cancelled_by is not null and returned_at >= $2::timestamptz
  ), collecting as (
    select distinct on (s.asset) s.asset, s.from_seq, w.opened_at
      from settlement.netting_window w
      join settlement.window_span s on s.tenant_id = $1 and s.window_id = w.id
     where w.tenant_id = $1 and w.opened_at < $2::timestamptz and coalesce(w.cut_off_at >= $2::timestamptz, true) order by s.asset, s.from_seq
  )
  select case when h.stands or h.later or x.payment_id is not null then m.payment_id end as id, m.debtor_agent_id as debtor,
         m.creditor_agent_id as creditor, m.asset, sum(m.units)::numeric(38, 0) as units, m.freed_at as "freedAt",
         h.stands is not true and coalesce(coalesce(r.seq, p.seq) > o.from_seq or h.released_at >= o.opened_at, false) as "isSent"
    from member m
    join settlement.payment p on p.tenant_id = $1 and p.id = m.payment_id
    left join settlement.review r on r.tenant_id = $1 and r.payment_id = m.payment_id
    left join hold h on h.payment_id = m.payment_id
    left join cancelled x on x.payment_id = m.payment_id
    left join collecting o on o.asset = m.asset
   where coalesce(r.decided_at, p.received_at) < $2::timestamptz
   group by 1, 2, 3, 4, 6, 7`;

async function* owedBefore(db: Db, { tenantId, from }: Day): AsyncGenerator<Traffic> {
  const rows = await db.read({ tenantId }, (tx) => tx.query<OwedRow>(OWED, [tenantId, instant(from), idFloor(from)]));
  for (const { id, freedAt, isSent, ...owed } of rows) yield { kind: 'owed', at: from, owed, freedAt, isSent, ...(id !== null && { id }) };
}

type MoveRow = { id: Uuid; debtor: Uuid; creditor: Uuid; asset: string; units: bigint; kind: 'left' | 'back'; at: Millis };

/** When payments of windows were held, released or cancelled on a day: what is held or gone is sent in no window. */
const MOVES = `
  select p.id, p.debtor_agent_id as debtor, p.creditor_agent_id as creditor, p.asset, p.units, m.kind, m.at
    from (
      select payment_id, 'left' as kind, held_at as at from settlement.payment_hold
       where tenant_id = $1 and place = 'window' and held_at >= $2::timestamptz and held_at < $3::timestamptz
      union all
      select payment_id, 'back', decided_at from settlement.payment_hold
       where tenant_id = $1 and place = 'window' and outcome = 'released' and decided_at >= $2::timestamptz and decided_at < $3::timestamptz
      union all
      select payment_id, 'left', returned_at from settlement.carried_obligation
       where tenant_id = $1 and cancelled_by is not null and returned_at >= $2::timestamptz and returned_at < $3::timestamptz) m
    join settlement.payment p on p.tenant_id = $1 and p.id = m.payment_id
   order by m.at, m.kind desc`;

async function* movesOf(db: Db, { tenantId, from, until }: Day): AsyncGenerator<Traffic> {
  const rows = await db.read({ tenantId }, (tx) => tx.query<MoveRow>(MOVES, [tenantId, instant(from), instant(until)]));
  for (const { kind, at, ...owed } of rows) yield { kind, at, payment: { ...owed, day: dayOf(at) } };
}

async function* cutOffs(db: Db, { tenantId, from, until }: Day): AsyncGenerator<Traffic> {
  const rows = await db.read({ tenantId }, (tx) =>
    tx.query<{ at: Millis; assets: string[]; freedAt: Millis | null }>(
      `select w.cut_off_at as at, w.settled_at as "freedAt",
              array(select s.asset from settlement.window_span s
                     where s.tenant_id = w.tenant_id and s.window_id = w.id and s.to_seq is not null order by s.asset) as assets
         from settlement.netting_window w
        where w.tenant_id = $1 and w.cut_off_at >= $2::timestamptz and w.cut_off_at < $3::timestamptz order by w.cut_off_at, w.number`,
      [tenantId, instant(from), instant(until)],
    ),
  );
  for (const row of rows) yield { kind: 'cut_off', ...row };
}

type Row = {
  id: Uuid;
  debtor: Uuid;
  creditor: Uuid;
  asset: string;
  units: bigint;
  decision: 'reserved' | 'settled' | 'queued' | 'rejected';
  at: Millis;
  freedAt: Millis | null;
  givenBackAt: Millis | null;
  moves: boolean;
};

const WAYS = { reserved: 'window', settled: 'alone', queued: 'alone', rejected: 'unknown' } as const;

type Last = Pick<Row, 'at' | 'id'>;
type Source = { from: 'door' | 'review'; sql: string; start(day: Day): Last; values(day: Day, last: Last): unknown[] };
type Part = { at: string; decision: string; rows: string; only: string; order: string };

/** What comes to nothing on a later day than that on which it was let wait is not given back. */
const sqlOf = ({ at, decision, rows, only, order }: Part): string => `
  select p.id, p.debtor_agent_id as debtor, p.creditor_agent_id as creditor, p.asset, p.units, ${decision} as decision, ${at} as at,
         case when m.returned then m.returned_at else w.settled_at end as "freedAt",
         coalesce(q.decided_at, case when m.cancelled_by is not null and m.returned_at < $3::timestamptz then m.returned_at end) as "givenBackAt",
         m.cancelled_by is not null
           or exists (select from settlement.payment_hold h where h.tenant_id = p.tenant_id and h.payment_id = p.id and h.place = 'window') as moves
    from ${rows} ${WINDOW}
    left join settlement.queue_exit q on ${decision} = 'queued' and q.tenant_id = p.tenant_id and q.entry_id = p.id
     and q.outcome = 'rejected' and q.entered_at >= $2::timestamptz and q.decided_at < $3::timestamptz
   where p.tenant_id = $1 and ${only} order by ${order} limit ${PAGE}`;

const dayOfSource = ({ tenantId, from, until }: Day) => [tenantId, instant(from), instant(until)];

/** In order of id, which is that of receipt. */
const AT_THE_DOOR: Source = {
  from: 'door',
  sql: sqlOf({
    at: 'p.received_at',
    decision: 'p.decision',
    rows: 'settlement.payment p cross join (select null::text as decision, null::bigint as seq) r',
    only: `p.id > $4 and p.id < $5
     and (p.decision in ('reserved', 'settled', 'queued') or (p.decision = 'rejected' and p.findings ? 'limits'))`,
    order: 'p.id',
  }),
  start: ({ from }) => ({ at: from, id: idFloor(from) }),
  values: (day, last) => [...dayOfSource(day), last.id, idFloor(day.until)],
};

const NO_ID: Uuid = '00000000-0000-0000-0000-000000000000';

const RELEASED: Source = {
  from: 'review',
  sql: sqlOf({
    at: 'r.decided_at',
    decision: 'r.decision',
    rows: 'settlement.review r join settlement.payment p on p.tenant_id = r.tenant_id and p.id = r.payment_id',
    only: `r.tenant_id = $1 and (r.decided_at, r.payment_id) > ($4::timestamptz, $5::uuid) and r.decided_at < $3::timestamptz
     and r.decision in ('reserved', 'settled', 'queued')`,
    order: 'r.decided_at, r.payment_id',
  }),
  start: ({ from }) => ({ at: from, id: NO_ID }),
  values: (day, last) => [...dayOfSource(day), instant(last.at), last.id],
};

async function* paymentsOf(db: Db, day: Day, { from, sql, start, values }: Source): AsyncGenerator<Traffic> {
  for (let last = start(day); ;) {
    const rows = await db.read({ tenantId: day.tenantId }, (tx) => tx.query<Row>(sql, values(day, last)));
    for (const { at, decision, freedAt, givenBackAt, moves, ...payment } of rows) {
      const limited = { ...payment, day: dayOf(at) };
      yield { kind: 'payment', at, payment: limited, way: WAYS[decision], from, freedAt, givenBackAt, moves };
    }
    if (rows.length < PAGE) return;
    last = rows.at(-1)!;
  }
}
