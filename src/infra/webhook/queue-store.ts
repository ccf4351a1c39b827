import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant, instants, integers, texts, uuids } from '../postgres/columns.ts';
import { EVENTS, PLACES_BEHIND, POSITION_OF, SEGMENT, SEQ_OF } from '../outbox/places.ts';
import type { Tx } from '../postgres/db.ts';
import type { SealedEndpoint } from './endpoint.ts';
import type { Sent } from './send.ts';
import type { Verdict } from './retry.ts';

/** Where the queue has come to among the events, kept beside the positions of the consumers so that events wait for it too. */
const POSITION = 'webhooks';

/**
 * Queues the next events for the endpoints that hear them; answers with how far it came, undefined at the end. Queue and
 * position commit together, so every event is queued once, whatever happens in between.
 */
export async function enqueueNext(tx: Tx, limit: number, now: Millis): Promise<{ queued: number; more: boolean }> {
  const [at] = await tx.query<{ position: string; head: string; endpoints: number }>(
    `select coalesce((select position from infra.consumer_position where consumer = $1 and lane = 0), 0)::text as position,
            coalesce((select max(position) from infra.event_place), 0)::text as head,
            (select count(*) from infra.webhook_endpoint where state = 'active')::integer as endpoints`,
    [POSITION],
  );
  if (at!.head === at!.position) return { queued: 0, more: false };
  if (at!.endpoints === 0) {
    await savePosition(tx, at!.head);
    return { queued: 0, more: false };
  }
  const [done] = await tx.query<{ last: string | null; read: number; queued: number }>(
    `with batch as (
       select p.tenant_id, ${SEQ_OF} as seq, ${POSITION_OF} as position, e.id, e.type, e.subject, e.member_ids, e.at
         from ${PLACES_BEHIND} p ${EVENTS} where ${POSITION_OF} > $1 order by p.position, e.nth limit $2),
     queued as (
       insert into infra.webhook_message (tenant_id, endpoint_id, id, member_id, seq, type, subject, at, state, next_at)
       select e.tenant_id, w.id, e.id, w.member_id, e.seq, e.type, e.subject, e.at, 'pending', $3::timestamptz
         from batch e join infra.webhook_endpoint w on w.tenant_id = e.tenant_id and w.state = 'active' and e.seq > w.after_seq
          and ('*' = any (w.types) or e.type = any (w.types)) and (w.member_id is null or w.member_id = any (e.member_ids))
       on conflict do nothing returning 1)
     select (select max(position) from batch)::text as last, (select count(*) from batch)::integer as read,
            (select count(*) from queued)::integer as queued`,
    [at!.position, limit, instant(now)],
  );
  if (done!.last !== null) await savePosition(tx, done!.last);
  return { queued: done!.queued, more: done!.read === limit };
}

async function savePosition(tx: Tx, position: string): Promise<void> {
  await tx.query(
    `insert into infra.consumer_position as p (consumer, lane, position) values ($1, 0, $2::bigint)
     on conflict (consumer, lane) do update set position = greatest(p.position, excluded.position), seen_at = now()`,
    [POSITION, position],
  );
}

/** A message that is due, with all that sending it takes. `event` is the text of the event's data, null for a test message. */
export type DueMessage = {
  tenantId: Uuid;
  endpointId: Uuid;
  memberId: Uuid | null;
  url: string;
  failures: number;
  sealedSecret: SealedEndpoint['sealedSecret'];
  previousSecret: SealedEndpoint['previousSecret'];
  previousUntil: Millis | null;
  id: Uuid;
  seq: number | null;
  type: string;
  subject: string;
  at: Millis;
  attempts: number;
  tries: number;
  data: string | null;
  version: number | null;
};

/** What is due of each active endpoint, at most `each` of each besides those under way; endpoints that answer come first. */
export async function dueMessages(
  tx: Tx,
  { now, each, underWay }: { now: Millis; each: number; underWay: readonly Pick<DueMessage, 'endpointId' | 'id'>[] },
): Promise<DueMessage[]> {
  return await tx.query<DueMessage>(
    `select w.tenant_id as "tenantId", w.id as "endpointId", w.member_id as "memberId", w.url, w.failures,
            w.sealed_secret as "sealedSecret", w.previous_secret as "previousSecret", w.previous_until as "previousUntil",
            m.id, m.seq::float8 as seq, m.type, m.subject, m.at, m.attempts, m.tries, e.data, e.version
       from infra.webhook_endpoint w
      cross join lateral (
        select d.* from infra.webhook_message d
         where d.tenant_id = w.tenant_id and d.endpoint_id = w.id and d.state = 'pending' and d.next_at <= $1::timestamptz
           and not exists (select from unnest($2::uuid[], $3::uuid[]) u (endpoint_id, id) where u.endpoint_id = d.endpoint_id and u.id = d.id)
         order by d.next_at, d.seq limit $4) m
       left join lateral (
        select s.data[m.seq - p.seq + p.events]::text as data, s.versions[m.seq - p.seq + p.events]::integer as version
          from infra.event_place p join infra.event_segment s on s.tenant_id = p.tenant_id and s.id = p.segment_id
         where p.tenant_id = m.tenant_id and p.seq >= m.seq and p.seq < m.seq + ${SEGMENT} and p.seq - p.events < m.seq) e on true
      where w.state = 'active'
      order by w.failures > 0, m.next_at, m.seq`,
    [instant(now), uuids(underWay.map(({ endpointId }) => endpointId)), uuids(underWay.map(({ id }) => id)), each],
  );
}

/** An attempt that ended and what follows from it. */
export type Settled = { message: DueMessage; sent: Sent; at: Millis; verdict: Verdict };

/** Writes attempts, messages and the health of their endpoints. */
export async function recordAttempts(tx: Tx, settled: readonly Settled[]): Promise<void> {
  const key = [
    uuids(settled.map(({ message }) => message.tenantId)),
    uuids(settled.map(({ message }) => message.endpointId)),
    uuids(settled.map(({ message }) => message.id)),
  ];
  await tx.query(
    `insert into infra.webhook_attempt (tenant_id, endpoint_id, message_id, number, member_id, at, latency_ms, status, error, reply)
     select unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::uuid[]), unnest($4::bigint[]), unnest($5::uuid[]), unnest($6::timestamptz[]),
            unnest($7::bigint[]), unnest($8::bigint[]), unnest($9::text[]), unnest($10::text[])
     on conflict do nothing`,
    [
      ...key,
      integers(settled.map(({ message }) => message.attempts + 1)),
      uuids(settled.map(({ message }) => message.memberId)),
      instants(settled.map(({ at }) => at)),
      integers(settled.map(({ sent }) => sent.latencyMs)),
      integers(settled.map(({ sent }) => sent.status)),
      texts(settled.map(({ sent }) => sent.error)),
      texts(settled.map(({ sent }) => sent.reply)),
    ],
  );
  await tx.query(
    `update infra.webhook_message m
        set state = d.state, attempts = m.attempts + 1, tries = m.tries + 1, next_at = coalesce(d.next_at, m.next_at), status = d.status, error = d.error
       from (select unnest($1::uuid[]) as tenant_id, unnest($2::uuid[]) as endpoint_id, unnest($3::uuid[]) as id, unnest($4::text[]) as state,
                    unnest($5::timestamptz[]) as next_at, unnest($6::bigint[]) as status, unnest($7::text[]) as error) d
      where m.tenant_id = d.tenant_id and m.endpoint_id = d.endpoint_id and m.id = d.id`,
    [
      ...key,
      texts(settled.map(({ verdict }) => verdict.state)),
      instants(settled.map(({ verdict }) => ('nextAt' in verdict ? verdict.nextAt : null))),
      integers(settled.map(({ sent }) => sent.status)),
      texts(settled.map(({ sent }) => sent.error)),
    ],
  );
}

/** How the last attempts at an endpoint went. */
export type Health = { tenantId: Uuid; endpointId: Uuid; failures: number; succeeded: boolean; at: Millis };

/** Notes it; an endpoint that was well and is well costs nothing. */
export async function recordHealth(tx: Tx, health: readonly Health[]): Promise<void> {
  const rows = [uuids(health.map((one) => one.tenantId)), uuids(health.map((one) => one.endpointId))];
  await tx.query(
    `update infra.webhook_endpoint w
        set failures = case when h.succeeded then h.failures else w.failures + h.failures end,
            failing_since = case when h.failures = 0 then null when h.succeeded then h.at else coalesce(w.failing_since, h.at) end
       from (select unnest($1::uuid[]) as tenant_id, unnest($2::uuid[]) as id, unnest($3::bigint[]) as failures, unnest($4::text[]) = 'yes' as succeeded,
                    unnest($5::timestamptz[]) as at) h
      where w.tenant_id = h.tenant_id and w.id = h.id and (h.failures > 0 or w.failing_since is not null)`,
    [
      ...rows,
      integers(health.map((one) => one.failures)),
      texts(health.map((one) => (one.succeeded ? 'yes' : 'no'))),
      instants(health.map((one) => one.at)),
    ],
  );
}

/** An endpoint that was disabled just now. */
export type DisabledEndpoint = { tenantId: Uuid; id: Uuid; memberId: Uuid | null; url: string; reason: string };

/** Disables those that only failed since `since`, and those that said they are gone; what waits for them is given up. */
export async function disableFailing(
  tx: Tx,
  { since, now, gone }: { since: Millis; now: Millis; gone: readonly Uuid[] },
): Promise<DisabledEndpoint[]> {
  const disabled = await tx.query<DisabledEndpoint>(
    `update infra.webhook_endpoint
        set state = 'disabled', disabled_at = $2::timestamptz,
            reason = case when id = any ($3::uuid[]) then 'the target answered 410 Gone' else 'every attempt has failed for too long' end
      where state = 'active' and (failing_since <= $1::timestamptz or id = any ($3::uuid[]))
      returning tenant_id as "tenantId", id, member_id as "memberId", url, reason`,
    [instant(since), instant(now), gone],
  );
  for (const { tenantId, id } of disabled) {
    await tx.query(`update infra.webhook_message set state = 'dead' where tenant_id = $1 and endpoint_id = $2 and state = 'pending'`, [
      tenantId,
      id,
    ]);
  }
  return disabled;
}

/** Deletes what is older than `before` and is not waiting, and what belonged to deleted endpoints; at most `limit` rows of each kind. */
export async function trimMessages(tx: Tx, before: Millis, limit: number): Promise<number> {
  const [row] = await tx.query<{ gone: number }>(
    `with attempts as (
       delete from infra.webhook_attempt where ctid = any (array(
         select a.ctid from infra.webhook_attempt a
          where a.at < $1::timestamptz
             or exists (select from infra.webhook_endpoint w where w.tenant_id = a.tenant_id and w.id = a.endpoint_id and w.state = 'deleted')
          limit $2)) returning 1),
     messages as (
       delete from infra.webhook_message where ctid = any (array(
         select m.ctid from infra.webhook_message m
          where (m.at < $1::timestamptz and m.state <> 'pending')
             or exists (select from infra.webhook_endpoint w where w.tenant_id = m.tenant_id and w.id = m.endpoint_id and w.state = 'deleted')
          limit $2)) returning 1)
     select ((select count(*) from attempts) + (select count(*) from messages))::integer as gone`,
    [instant(before), limit],
  );
  if (row!.gone === 0) await tx.query(`delete from infra.webhook_endpoint where state = 'deleted'`);
  return row!.gone;
}

/** Messages that wait, those of them that failed at least once, and those given up: for metrics. */
export async function queueLengths(tx: Tx): Promise<{ pending: number; dead: number; oldestMs: number }> {
  const [row] = await tx.query<{ pending: number; dead: number; oldestMs: number }>(
    `select (count(*) filter (where state = 'pending'))::integer as pending, (count(*) filter (where state = 'dead'))::integer as dead,
            coalesce(extract(epoch from now() - min(at) filter (where state = 'pending')) * 1000, 0)::float8 as "oldestMs"
       from infra.webhook_message where state in ('pending', 'dead')`,
  );
  return row!;
}
