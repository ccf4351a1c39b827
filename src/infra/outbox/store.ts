import type { Event } from '../../base/event.ts';
import type { Uuid } from '../../base/id.ts';
import type { EventLog, LoggedEvent, Stretch } from '../bus/port.ts';
import { texts } from '../postgres/columns.ts';
import type { Db, Tx } from '../postgres/db.ts';
import type { AppendRow } from './append.ts';

/** Wakes the relay: something was appended. */
export const APPENDED = 'rialto_appended';
/** Wakes every process's bus: something was published. */
export const PUBLISHED = 'rialto_published';

const RELAY = { role: 'rialto_relay' } as const;

/** Inserts one row for each tenant; `wake` sends a notification that leaves with the commit. */
export async function insertOutbox(tx: Tx, rows: readonly AppendRow[], wake: boolean): Promise<void> {
  for (const [index, row] of rows.entries()) {
    await tx.query(
      `with put as (
         insert into infra.outbox (tenant_id, events, ids, types, versions, subjects, members, ats, data)
         values ($1, $10, $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::timestamptz[], $8::json[]))
       select pg_notify('${APPENDED}', '') where $9::boolean`,
      [row.tenantId, row.ids, row.types, row.versions, row.subjects, row.members, row.ats, row.data, wake && index === 0, row.events],
    );
  }
}

/**
 * One step of the relay, all inside the database: takes the oldest appends of about `limit` events, gives each tenant's
 * events the next numbers and writes them to infra.event. A number is given when its event moves, so an act that
 * commits later than another one moved never slips in before it; among those that wait together the stamp decides.
 */
const MOVE = `
with oldest as (
  select stamp, tenant_id, outbox_id, events from infra.outbox_stamp order by stamp limit 1000
), due as (
  select stamp, tenant_id, outbox_id from (select *, sum(events) over (order by stamp) - events as before from oldest) as o where before < $1
), unstamped as (
  delete from infra.outbox_stamp s using due d where s.tenant_id = d.tenant_id and s.stamp = d.stamp
), taken as (
  delete from infra.outbox o using due d where o.tenant_id = d.tenant_id and o.id = d.outbox_id returning d.stamp, o.*
), totals as (
  select tenant_id, sum(events) as events from taken group by tenant_id
), heads as (
  insert into infra.event_head as h (tenant_id, seq) select tenant_id, events from totals order by tenant_id
  on conflict (tenant_id) do update set seq = h.seq + excluded.seq
  returning tenant_id, seq
), placed as (
  select t.*, h.seq - s.events + sum(t.events) over (partition by t.tenant_id order by t.stamp) - t.events as seq_before
  from taken t join totals s using (tenant_id) join heads h using (tenant_id)
), moved as (
  insert into infra.event (tenant_id, seq, id, type, version, subject, member_ids, at, data)
  select tenant_id, seq, id, type, version, subject, members::uuid[], at, data
  from (
    select tenant_id, seq_before + generate_series(1, events) as seq, unnest(ids) as id, unnest(types) as type, unnest(versions) as version,
      unnest(subjects) as subject, unnest(members) as members, unnest(ats) as at, unnest(data) as data
    from (select * from placed order by stamp) as p
  ) as e
  returning 1
)
select count(*)::integer as moved from moved`;

/** Moves what waits; answers with how many events. One relay at a time: the lock is held until the commit. */
export function moveOutbox(db: Db, limit: number): Promise<number> {
  return db.write(RELAY, async (tx) => {
    // A statement of its own, so that the snapshot of the move is taken when the relay before has committed.
    // Its name is not that of a lease (`rialto:…`), which another session holds all the time.
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('move infra.outbox', 0))`);
    const [row] = await tx.query<{ moved: number }>(MOVE, [limit]);
    if (row!.moved > 0) await tx.query(`select pg_notify('${PUBLISHED}', '')`);
    return row!.moved;
  });
}

/** How many events wait for the relay, and for how long the oldest has, in milliseconds. */
export async function outboxBacklog(db: Db): Promise<{ events: number; oldestMs: number }> {
  const [row] = await db.read(RELAY, (tx) =>
    tx.query<{ events: number; oldest_ms: number }>(
      `select coalesce(sum(events), 0)::float8 as events,
         coalesce(extract(epoch from now() - (select ats[1] from infra.outbox o
           where (o.tenant_id, o.id) = (select tenant_id, outbox_id from infra.outbox_stamp order by stamp limit 1))) * 1000, 0)::float8 as oldest_ms
       from infra.outbox_stamp`,
    ),
  );
  return { events: row!.events, oldestMs: Math.max(0, Math.round(row!.oldest_ms)) };
}

const COLUMNS = `position::text as position, tenant_id::text as tenant_id, seq::text as seq, id::text as id, type, version, subject,
  member_ids::text as members, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, data::text as data`;

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
  const rows = await tx.query<Row>(`select ${COLUMNS} from infra.event where position > $1 order by infra.event.position limit $2`, [
    position,
    limit,
  ]);
  const events = rows.map(toEvent);
  return { events, reached: events.at(-1)?.position ?? position };
}

/** Both statements see the same rows. Of those that nobody wants no more than the position is read. */
async function wantedAfter(tx: Tx, position: number, limit: number, wanted: ReadonlySet<string>): Promise<Stretch> {
  const [last] = await tx.query<{ reached: string }>(
    `select coalesce(max(position), $1)::text as reached from (select position from infra.event where position > $1 order by position limit $2) as next`,
    [position, limit],
  );
  const reached = Number(last!.reached);
  if (wanted.size === 0 || reached === position) return { events: [], reached };
  const rows = await tx.query<Row>(
    `select ${COLUMNS} from infra.event where position > $1 and position <= $2 and type = any ($3::text[]) order by infra.event.position`,
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
        tx.query<{ position: string }>(`select coalesce(max(position), 0)::text as position from infra.event`),
      );
      return Number(row!.position);
    },
    async before(sinceMs) {
      const [row] = await db.read(RELAY, (tx) =>
        tx.query<{ position: string }>(
          `select coalesce(min(position) - 1, (select max(position) from infra.event), 0)::text as position
           from infra.event where published_at >= $1`,
          [new Date(sinceMs).toISOString()],
        ),
      );
      return Number(row!.position);
    },
  };
}

/** A tenant's events behind `afterSeq` as the scope may see them, and how far the kept ones reach. */
export async function readHistory(
  db: Db,
  scope: { tenantId: Uuid; memberId?: Uuid },
  afterSeq: number,
  limit: number,
): Promise<{ head: number; trimmed: number; events: Event[] }> {
  return db.read(scope, async (tx) => {
    const rows = await tx.query<Row>(
      `select ${COLUMNS} from infra.event where tenant_id = $1 and infra.event.seq > $2 order by infra.event.seq limit $3`,
      [scope.tenantId, afterSeq, limit],
    );
    // The same snapshot as the events.
    const [head] = await tx.query<{ seq: string; trimmed: string }>(
      `select seq::text as seq, trimmed::text as trimmed from infra.event_head where tenant_id = $1`,
      [scope.tenantId],
    );
    const events = rows.map((row) => {
      const { position: _, ...event } = toEvent(row);
      return event;
    });
    return { head: Number(head?.seq ?? 0), trimmed: Number(head?.trimmed ?? 0), events };
  });
}

/**
 * Deletes one range of the oldest events published before the cut-off; answers with how many. Stops before what a
 * consumer that was alive since the cut-off has not taken.
 */
export async function trimEvents(db: Db, cutoffMs: number, limit: number): Promise<number> {
  const [row] = await db.write(RELAY, (tx) =>
    tx.query<{ trimmed: number }>(
      `with oldest as (
         select position, published_at from infra.event order by position limit $2
       ), gone as (
         delete from infra.event e using oldest o
         where e.position = o.position and o.published_at < $1
           and o.position <= coalesce((select min(position) from infra.consumer_position where seen_at >= $1), o.position)
         returning e.tenant_id, e.seq
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
