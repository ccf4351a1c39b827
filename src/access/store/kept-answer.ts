import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { bytes, instant, instants, texts, uuids } from '../../infra/postgres/columns.ts';
import type { RowSet, Tx } from '../../infra/postgres/db.ts';
import type { KeptAnswer } from '../port.ts';

/** `answer` is null only for the transaction that has claimed the key and not finished. */
export type KeptRow = { bodyHash: Buffer; operation: string; answer: string | null };
export type KeyRef = { tenantId: Uuid; actorId: Uuid; key: string };
export type Claim = KeyRef & { bodyHash: string; operation: string; at: Millis };

export async function findKept(tx: Tx, { tenantId, actorId, key }: KeyRef): Promise<KeptRow | undefined> {
  const [row] = await tx.query<KeptRow>(
    `select body_hash as "bodyHash", operation, answer from access.kept_answer where tenant_id = $1 and actor_id = $2 and key = $3`,
    [tenantId, actorId, key],
  );
  return row;
}

/** Takes the key for this transaction; waits for another that is just doing so. False when it is taken. */
export async function claimKey(tx: Tx, claim: Claim): Promise<boolean> {
  const rows = await tx.query(
    `insert into access.kept_answer (tenant_id, actor_id, key, body_hash, operation, answer, at)
     values ($1, $2, $3, decode($4, 'hex'), $5, null, $6) on conflict do nothing returning key`,
    [claim.tenantId, claim.actorId, claim.key, claim.bodyHash, claim.operation, instant(claim.at)],
  );
  return rows.length === 1;
}

export async function keepAnswer(tx: Tx, { tenantId, actorId, key }: KeyRef, answer: object): Promise<void> {
  await tx.query('update access.kept_answer set answer = $4 where tenant_id = $1 and actor_id = $2 and key = $3', [
    tenantId,
    actorId,
    key,
    JSON.stringify(answer),
  ]);
}

/** Removes at most `limit` answers older than a time and tells how many; needs `rialto_relay`. */
export async function deleteKeptBefore(tx: Tx, before: Millis, limit: number): Promise<number> {
  const rows = await tx.query(
    `delete from access.kept_answer where ctid = any (array(select ctid from access.kept_answer where at < $1 limit $2)) returning 1 as one`,
    [instant(before), limit],
  );
  return rows.length;
}

const UUID_LENGTH = 36;

/** Kept answers as rows of someone else's batch. A row claims `<tenant>/<actor>/<key>`. */
export const keptAnswerRows: RowSet<KeptAnswer> = {
  name: 'access.kept_answer',
  needsNoAnswer: true,
  keys: (value) => [`${value.tenantId}/${value.actorId}/${value.key}`],
  async taken(tx, keys) {
    const rows = await tx.query<{ claim: string }>(
      // One look at the index for each key, whatever the planner believes of a table that grows this fast.
      `select c.tenant_id || '/' || c.actor_id || '/' || c.key as claim
       from unnest($1::uuid[], $2::uuid[], $3::text[]) as c (tenant_id, actor_id, key)
       cross join lateral (
         select from access.kept_answer k where (k.tenant_id, k.actor_id, k.key) = (c.tenant_id, c.actor_id, c.key) limit 1
       ) as k`,
      [
        uuids(keys.map((key) => key.slice(0, UUID_LENGTH))),
        uuids(keys.map((key) => key.slice(UUID_LENGTH + 1, 2 * UUID_LENGTH + 1))),
        texts(keys.map((key) => key.slice(2 * UUID_LENGTH + 2))),
      ],
    );
    return new Set(rows.map((row) => row.claim));
  },
  async write(tx, rows) {
    await tx.query(
      `insert into access.kept_answer (tenant_id, actor_id, key, body_hash, operation, answer, at)
       select unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::text[]), unnest($4::bytea[]), unnest($5::text[]), unnest($6::text[]), unnest($7::timestamptz[])`,
      [
        uuids(rows.map((row) => row.value.tenantId)),
        uuids(rows.map((row) => row.value.actorId)),
        texts(rows.map((row) => row.value.key)),
        bytes(rows.map((row) => Buffer.from(row.value.bodyHash, 'hex'))),
        texts(rows.map((row) => row.value.operation)),
        texts(rows.map((row) => JSON.stringify(row.value.answer(row.seq, row.atMs)))),
        instants(rows.map((row) => row.atMs)),
      ],
    );
  },
};
