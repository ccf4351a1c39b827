import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant, instants, integers, texts, uuids } from '../postgres/columns.ts';
import type { Tx } from '../postgres/db.ts';
import type { Attempt, Endpoint, Message, MessageState, SealedEndpoint } from './endpoint.ts';
import type { HeardEvent } from './heard-store.ts';

const COLUMNS = `tenant_id as "tenantId", id, member_id as "memberId", url, types, description, state, reason, disabled_at as "disabledAt",
  previous_until as "previousUntil", failures, failing_since as "failingSince", created_by as "createdBy", created_at as "createdAt"`;

/** The tenant's endpoints that the transaction may see, eldest first. */
export async function selectEndpoints(tx: Tx): Promise<Endpoint[]> {
  return await tx.query<Endpoint>(`select ${COLUMNS} from infra.webhook_endpoint where state <> 'deleted' order by id`);
}

export async function findEndpoint(tx: Tx, id: Uuid): Promise<Endpoint | undefined> {
  const [row] = await tx.query<Endpoint>(`select ${COLUMNS} from infra.webhook_endpoint where id = $1 and state <> 'deleted'`, [id]);
  return row;
}

/** The endpoint, locked until the transaction ends. */
export async function lockEndpoint(tx: Tx, id: Uuid): Promise<SealedEndpoint | undefined> {
  const [row] = await tx.query<SealedEndpoint>(
    `select ${COLUMNS}, sealed_secret as "sealedSecret", previous_secret as "previousSecret"
       from infra.webhook_endpoint where id = $1 and state <> 'deleted' for update`,
    [id],
  );
  return row;
}

/** Writes a new endpoint; it hears events behind the tenant's last one. */
export async function insertEndpoint(tx: Tx, endpoint: SealedEndpoint): Promise<void> {
  await tx.query(
    `insert into infra.webhook_endpoint
       (tenant_id, id, member_id, url, types, description, state, sealed_secret, after_seq, created_by, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, coalesce((select seq from infra.event_head where tenant_id = $1), 0), $9, $10)`,
    [
      endpoint.tenantId,
      endpoint.id,
      endpoint.memberId,
      endpoint.url,
      endpoint.types,
      endpoint.description,
      endpoint.state,
      endpoint.sealedSecret,
      endpoint.createdBy,
      instant(endpoint.createdAt),
    ],
  );
}

/** Writes what a person may change; whoever makes it active again gives it a new chance. */
export async function updateEndpoint(
  tx: Tx,
  { id, url, types, description, state }: Pick<Endpoint, 'id' | 'url' | 'types' | 'description' | 'state'>,
): Promise<void> {
  await tx.query(
    `update infra.webhook_endpoint
        set url = $2, types = $3, description = $4, state = $5, failures = 0, failing_since = null,
            reason = case when $5 = 'disabled' then reason end, disabled_at = case when $5 = 'disabled' then disabled_at end
      where id = $1`,
    [id, url, types, description, state],
  );
}

export async function updateSecret(
  tx: Tx,
  { id, sealedSecret, previousSecret, previousUntil }: Pick<SealedEndpoint, 'id' | 'sealedSecret' | 'previousSecret' | 'previousUntil'>,
): Promise<void> {
  await tx.query(
    `update infra.webhook_endpoint set sealed_secret = $2, previous_secret = $3, previous_until = $4::timestamptz where id = $1`,
    [id, sealedSecret, previousSecret, previousUntil === null ? null : instant(previousUntil)],
  );
}

/** From now on nothing is sent and nobody sees it; its rows go with the next clean-up. */
export async function removeEndpoint(tx: Tx, id: Uuid): Promise<void> {
  await tx.query(`update infra.webhook_endpoint set state = 'deleted' where id = $1`, [id]);
}

const MESSAGE = `m.id, m.seq::float8 as seq, m.type, m.subject, m.at, m.state, m.attempts, m.next_at as "nextAt", m.status, m.error`;

/** A page of an endpoint's messages, newest first, behind the message `after`. */
export async function pageOfMessages(
  tx: Tx,
  endpointId: Uuid,
  page: { limit: number; after?: Uuid | undefined; state?: MessageState | undefined },
): Promise<Message[]> {
  return await tx.query<Message>(
    `select ${MESSAGE} from infra.webhook_message m
      where m.endpoint_id = $1 and m.tenant_id = infra.tenant_id() and ($2::text is null or m.state = $2) and ($3::uuid is null or m.id < $3)
      order by m.id desc limit $4`,
    [endpointId, page.state ?? null, page.after ?? null, page.limit],
  );
}

export async function findMessage(tx: Tx, endpointId: Uuid, id: Uuid): Promise<Message | undefined> {
  const [row] = await tx.query<Message>(
    `select ${MESSAGE} from infra.webhook_message m where m.tenant_id = infra.tenant_id() and m.endpoint_id = $1 and m.id = $2`,
    [endpointId, id],
  );
  return row;
}

/** The attempts at one message, the latest 100, newest first. */
export async function attemptsAt(tx: Tx, endpointId: Uuid, messageId: Uuid): Promise<Attempt[]> {
  return await tx.query<Attempt>(
    `select number, at, latency_ms as "latencyMs", status, error, reply from infra.webhook_attempt
      where tenant_id = infra.tenant_id() and endpoint_id = $1 and message_id = $2 order by number desc limit 100`,
    [endpointId, messageId],
  );
}

/** How many messages of each endpoint wait and how many were given up. */
export async function countMessages(tx: Tx): Promise<{ endpointId: Uuid; pending: number; dead: number }[]> {
  return await tx.query(
    `select endpoint_id as "endpointId", (count(*) filter (where state = 'pending'))::integer as pending,
            (count(*) filter (where state = 'dead'))::integer as dead
       from infra.webhook_message where tenant_id = infra.tenant_id() and state in ('pending', 'dead') group by endpoint_id`,
  );
}

/** Queues a test message, which has no event behind it. */
export async function insertTestMessage(tx: Tx, endpoint: Endpoint, message: { id: Uuid; type: string; at: Millis }): Promise<void> {
  await tx.query(
    `insert into infra.webhook_message (tenant_id, endpoint_id, id, member_id, type, subject, at, state, next_at)
     values ($1, $2, $3, $4, $5, '', $6, 'pending', $6)`,
    [endpoint.tenantId, endpoint.id, message.id, endpoint.memberId, message.type, instant(message.at)],
  );
}

/** Puts messages that are there already back into the queue; answers with how many. */
export async function requeue(
  tx: Tx,
  endpointId: Uuid,
  which: { messageIds: readonly Uuid[] } | { state: 'dead' },
  at: { now: Millis; limit: number },
): Promise<number> {
  const ids = 'messageIds' in which ? which.messageIds : null;
  const rows = await tx.query(
    `update infra.webhook_message m set state = 'pending', tries = 0, next_at = $4::timestamptz
      where m.tenant_id = infra.tenant_id() and m.endpoint_id = $1 and m.id = any (array(
        select o.id from infra.webhook_message o
         where o.tenant_id = infra.tenant_id() and o.endpoint_id = $1
           and case when $2::uuid[] is null then o.state = 'dead' else o.id = any ($2) end
         order by o.id limit $3))
    returning 1`,
    [endpointId, ids, at.limit, instant(at.now)],
  );
  return rows.length;
}

/** Queues events for the endpoint that hears them, sent before or not; answers with how many. */
export async function requeueEvents(tx: Tx, endpoint: Endpoint, events: readonly HeardEvent[], now: Millis): Promise<number> {
  const rows = await tx.query(
    `insert into infra.webhook_message as m (tenant_id, endpoint_id, id, member_id, seq, type, subject, at, state, next_at)
     select $1, $2, unnest($3::uuid[]), $4::uuid, unnest($5::bigint[]), unnest($6::text[]), unnest($7::text[]), unnest($8::timestamptz[]),
       'pending', $9::timestamptz
     on conflict (tenant_id, endpoint_id, id) do update set state = 'pending', tries = 0, next_at = excluded.next_at
     returning 1`,
    [
      endpoint.tenantId,
      endpoint.id,
      uuids(events.map(({ id }) => id)),
      endpoint.memberId,
      integers(events.map(({ seq }) => seq)),
      texts(events.map(({ type }) => type)),
      texts(events.map(({ subject }) => subject)),
      instants(events.map(({ at }) => at)),
      instant(now),
    ],
  );
  return rows.length;
}
