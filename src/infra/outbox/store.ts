import type { Event } from '../../base/event.ts';
import type { Uuid } from '../../base/id.ts';
import type { EventLog, LoggedEvent, Stretch } from '../bus/port.ts';
import { texts } from '../postgres/columns.ts';
import type { Db, Tx } from '../postgres/db.ts';
import type { AppendRow } from './append.ts';
import { EVENTS, PLACES_BEHIND, POSITION_OF, SEGMENT, SEQ_OF } from './places.ts';

/** Wakes the relay: something was appended. */
export const APPENDED = 'rialto_appended';
/** Wakes every process's bus: something was published. */
export const PUBLISHED = 'rialto_published';

const RELAY = { role: 'rialto_relay' } as const;

/**
 * Writes each tenant's events as segments; `wake` sends a notification that leaves with the commit. All is asked for before anything is
 * waited for: whoever commits behind what was asked for at once (the ledger's writer) leaves no tenant's events out.
 */
export async function insertSegments(tx: Tx, rows: readonly AppendRow[], wake: boolean): Promise<void> {
  await Promise.all(rows.map((row, index) => insertOf(tx, row, wake && index === 0)));
}

function insertOf(tx: Tx, row: AppendRow, wake: boolean): Promise<unknown> {
  return tx.query(
    `with put as (
       insert into infra.event_segment (tenant_id, events, ids, types, versions, subjects, members, ats, data)
       select $1, least(${SEGMENT}, $10 - n), ($2::uuid[])[n + 1:n + ${SEGMENT}], ($3::text[])[n + 1:n + ${SEGMENT}], ($4::bigint[])[n + 1:n + ${SEGMENT}],
         ($5::text[])[n + 1:n + ${SEGMENT}], ($6::text[])[n + 1:n + ${SEGMENT}], ($7::timestamptz[])[n + 1:n + ${SEGMENT}], ($8::json[])[n + 1:n + ${SEGMENT}]
       from generate_series(0, $10::integer - 1, ${SEGMENT}) as n)
     select pg_notify('${APPENDED}', '') where $9::boolean`,
    [row.tenantId, row.ids, row.types, row.versions, row.subjects, row.members, row.ats, row.data, wake, row.events],
  );
}

/**
 * One step of the relay, all inside the database: takes the oldest stamps of about `limit` events and gives their segments the
 * next places. Places are given here and not at the commit, so an act that commits later than another one was placed
 * never slips in before it; among those that wait together the stamp decides. The position is drawn beside the transaction: what
 * is rolled back leaves a gap in it.
 */
const PLACE = `
with oldest as (
  select stamp, tenant_id, segment_id, events from infra.outbox_stamp order by stamp limit 1000
), due as (
  select stamp, tenant_id, segment_id, events from (select *, sum(events) over (order by stamp) - events as before from oldest) as o where before < $1
), unstamped as (
  delete from infra.outbox_stamp s using due d where s.tenant_id = d.tenant_id and s.stamp = d.stamp
), totals as (
  select tenant_id, sum(events) as events from due group by tenant_id
), heads as (
  insert into infra.event_head as h (tenant_id, seq) select tenant_id, events from totals order by tenant_id
  on conflict (tenant_id) do update set seq = h.seq + excluded.seq
  returning tenant_id, seq
), positions as (
  select setval('infra.last_event_position', (select last_value from infra.last_event_position) + sum(events)::bigint) - sum(events) as before from totals having count(*) > 0
), placed as (
  insert into infra.event_place (tenant_id, seq, events, position, segment_id)
  select d.tenant_id, h.seq - t.events + sum(d.events) over (partition by d.tenant_id order by d.stamp), d.events,
    p.before + sum(d.events) over (order by d.stamp), d.segment_id
  from due d join totals t using (tenant_id) join heads h using (tenant_id) cross join positions p
  returning events
)
select coalesce(sum(events), 0)::integer as placed from placed`;

/** Gives what waits its places; answers with how many events. One relay at a time: the lock is held until the commit. */
export function placeEvents(db: Db, limit: number): Promise<number> {
  return db.write(RELAY, async (tx) => {
    // A statement of its own, so that the snapshot of the step is taken when the relay before has committed.
    // Its name is not that of a lease (`rialto:…`), which another session holds all the time.
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('place infra.event', 0))`);
    const [row] = await tx.query<{ placed: number }>(PLACE, [limit]);
    if (row!.placed > 0) await tx.query(`select pg_notify('${PUBLISHED}', '')`);
    return row!.placed;
  });
}

/** How many events wait for the relay, and for how long the oldest has, in milliseconds. */
export async function outboxBacklog(db: Db): Promise<{ events: number; oldestMs: number }> {
  const [row] = await db.read(RELAY, (tx) =>
    tx.query<{ events: number; oldest_ms: number }>(
      `select coalesce(sum(events), 0)::float8 as events,
         coalesce(extract(epoch from now() - (select ats[1] from infra.event_segment s
           where (s.tenant_id, s.id) = (select tenant_id, segment_id from infra.outbox_stamp order by stamp limit 1))) * 1000, 0)::float8 as oldest_ms
       from infra.outbox_stamp`,
    ),
  );
  return { events: row!.events, oldestMs: Math.max(0, Math.round(row!.oldest_ms)) };
}

/** An event `e` of the segment at place `p`. */
const COLUMNS = `(${POSITION_OF})::text as position, p.tenant_id::text as tenant_id, (${SEQ_OF})::text as seq, e.id::text as id,
  e.type, e.version::integer as version, e.subject, e.member_ids::text as members,
  to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, e.data::text as data`;

type Row = {
  position: string;
  tenant_id: Uuid;
  seq: string;
  id: Uuid;
  type: string;
  version: number;
  subject: string;
  members: string;
  at: string;
  data: string;
};

function toEvent(row: Row): LoggedEvent {
  return {
    position: Number(row.position),
    tenantId: row.tenant_id,
    seq: Number(row.seq),
    id: row.id,
    type: row.type,
    version: row.version,
    subject: row.subject,
    ...(row.members === '{}' ? {} : { memberIds: row.members.slice(1, -1).split(',') }),
    at: row.at,
    data: JSON.parse(row.data) as object,
  };
}

async function eventsAfter(tx: Tx, position: number, limit: number): Promise<Stretch> {
  const rows = await tx.query<Row>(
    `select ${COLUMNS} from ${PLACES_BEHIND} p ${EVENTS} where ${POSITION_OF} > $1 order by p.position, e.nth limit $2`,
    [position, limit],
  );
  const events = rows.map(toEvent);
  return { events, reached: events.at(-1)?.position ?? position };
}

/** Both statements see the same places. Of segments in which nothing is wanted only the types are read. */
async function wantedAfter(tx: Tx, position: number, limit: number, wanted: ReadonlySet<string>): Promise<Stretch> {
  const [last] = await tx.query<{ reached: string }>(
    `select coalesce(max(position - greatest(before + least(events, position - $1) - $2, 0)), $1)::text as reached from ${PLACES_BEHIND} p`,
    [position, limit],
  );
  const reached = Number(last!.reached);
  if (wanted.size === 0 || reached === position) return { events: [], reached };
  const rows = await tx.query<Row>(
    `select ${COLUMNS} from infra.event_place p ${EVENTS}
     where p.position > $1 and p.position < $2 + ${SEGMENT} and s.types && $3::text[]
       and ${POSITION_OF} > $1 and ${POSITION_OF} <= $2 and e.type = any ($3::text[])
     order by p.position, e.nth`,
    [position, reached, texts([...wanted])],
  );
  return { events: rows.map(toEvent), reached };
}

/** The published events of all tenants, for the bus. */
export function eventLog(db: Db): EventLog {
  return {
    after: (position, limit, wanted = 'all') =>
      db.read(RELAY, (tx) => (wanted === 'all' ? eventsAfter(tx, position, limit) : wantedAfter(tx, position, limit, wanted))),
    async head() {
      const [row] = await db.read(RELAY, (tx) =>
        tx.query<{ position: string }>(`select coalesce(max(position), 0)::text as position from infra.event_place`),
      );
      return Number(row!.position);
    },
    async before(sinceMs) {
      const [row] = await db.read(RELAY, (tx) =>
        tx.query<{ position: string }>(
          `select coalesce(min(position - events), (select max(position) from infra.event_place), 0)::text as position
           from infra.event_place where published_at >= $1`,
          [new Date(sinceMs).toISOString()],
        ),
      );
      return Number(row!.position);
    },
  };
}

/**
 * A tenant's events behind `afterSeq` as the scope may see them, and how far the kept ones reach. Segments hold what concerns
 * several members: those of one are picked out here, by the role that may read all. Segments that do not
 * name it are passed over before they are unpacked.
 */
export async function readHistory(
  db: Db,
  { tenantId, memberId }: { tenantId: Uuid; memberId?: Uuid },
  afterSeq: number,
  limit: number,
): Promise<{ head: number; trimmed: number; events: Event[] }> {
  return db.read(memberId ? RELAY : { tenantId }, async (tx) => {
    const rows = await tx.query<Row>(
      `select ${COLUMNS} from infra.event_place p ${EVENTS}
       where p.tenant_id = $1 and p.seq > $2 and ${SEQ_OF} > $2
         and ($4::uuid is null or position($4::text in array_to_string(s.members, ',')) > 0)
         and ($4::uuid is null or $4 = any (e.member_ids))
       order by p.seq, e.nth limit $3`,
      [tenantId, afterSeq, limit, memberId ?? null],
    );
    // The same snapshot as the events.
    const [head] = await tx.query<{ seq: string; trimmed: string }>(
      `select seq::text as seq, trimmed::text as trimmed from infra.event_head where tenant_id = $1`,
      [tenantId],
    );
    const events = rows.map((row) => {
      const { position: _, ...event } = toEvent(row);
      return event;
    });
    return { head: Number(head?.seq ?? 0), trimmed: Number(head?.trimmed ?? 0), events };
  });
}

/**
 * Deletes one range of the oldest segments published before the cut-off; answers with how many. Stops before what a
 * consumer that was alive since the cut-off has not taken whole.
 */
export async function trimEvents(db: Db, cutoffMs: number, limit: number): Promise<number> {
  const [row] = await db.write(RELAY, (tx) =>
    tx.query<{ trimmed: number }>(
      `with oldest as (
         select position, published_at from infra.event_place order by position limit $2
       ), gone as (
         delete from infra.event_place p using oldest o
         where p.position = o.position and o.published_at < $1
           and o.position <= coalesce((select min(position) from infra.consumer_position where seen_at >= $1), o.position)
         returning p.tenant_id, p.seq, p.segment_id
       ), emptied as (
         delete from infra.event_segment s using gone g where s.tenant_id = g.tenant_id and s.id = g.segment_id
       ), heads as (
         update infra.event_head h set trimmed = greatest(h.trimmed, g.seq)
         from (select tenant_id, max(seq) as seq from gone group by tenant_id) as g where h.tenant_id = g.tenant_id
       )
       select count(*)::integer as trimmed from gone`,
      [new Date(cutoffMs).toISOString(), limit],
    ),
  );
  return row!.trimmed;
}
