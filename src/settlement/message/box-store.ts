import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { bytes, instant, instants, integers, texts, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Letter } from './mailbox.ts';

/** A box: what its owner wants, what is in it, how far it was fetched. */
export type BoxRow = {
  ownerId: Uuid;
  kinds: readonly string[];
  lastSeq: bigint;
  fetchedSeq: bigint;
  fetchedAt: Millis | null;
  statementDay: LocalDate | null;
};

const BOX = `owner_id as "ownerId", to_jsonb(kinds) as kinds, last_seq as "lastSeq", fetched_seq as "fetchedSeq",
  fetched_at as "fetchedAt", statement_day::text as "statementDay"`;

export async function findBox(tx: Tx, tenantId: Uuid, ownerId: Uuid): Promise<BoxRow | undefined> {
  const [row] = await tx.query<BoxRow>(`select ${BOX} from settlement.mailbox where tenant_id = $1 and owner_id = $2`, [tenantId, ownerId]);
  return row;
}

/** Boxes whose owners want something. */
export async function subscribedBoxes(tx: Tx, tenantId: Uuid): Promise<BoxRow[]> {
  return tx.query<BoxRow>(`select ${BOX} from settlement.mailbox where tenant_id = $1 and kinds <> '{}' order by owner_id`, [tenantId]);
}

/** Says what the owner wants from now on; its statements begin with the day. */
export async function subscribe(tx: Tx, tenantId: Uuid, ownerId: Uuid, kinds: readonly string[], today: LocalDate): Promise<BoxRow> {
  const [row] = await tx.query<BoxRow>(
    `insert into settlement.mailbox as b (tenant_id, owner_id, kinds, statement_day) values ($1, $2, $3::text[], $4::date - 1)
     on conflict (tenant_id, owner_id) do update set kinds = excluded.kinds,
       statement_day = case when 'camt.053' = any (b.kinds) then b.statement_day else excluded.statement_day end
     returning ${BOX}`,
    [tenantId, ownerId, kinds, today],
  );
  return row!;
}

/** Notes that statements were made up to a day. */
export async function statementsMade(tx: Tx, tenantId: Uuid, ownerId: Uuid, day: LocalDate): Promise<void> {
  await tx.query('update settlement.mailbox set statement_day = $3::date where tenant_id = $1 and owner_id = $2', [tenantId, ownerId, day]);
}

/**
 * Puts letters into a box in their order, those that are in it left out. The box's row is locked until the transaction ends,
 * so that numbers have no gap and who reads up to a number misses nothing before it.
 */
export async function deliver(tx: Tx, tenantId: Uuid, ownerId: Uuid, letters: readonly Letter[]): Promise<number> {
  if (letters.length === 0) return 0;
  await tx.query(`insert into settlement.mailbox (tenant_id, owner_id, kinds) values ($1, $2, '{}') on conflict do nothing`, [
    tenantId,
    ownerId,
  ]);
  const [box] = await tx.query<{ seq: bigint }>(
    'select last_seq as seq from settlement.mailbox where tenant_id = $1 and owner_id = $2 for update',
    [tenantId, ownerId],
  );
  const there = await tx.query<{ id: string }>(
    'select message_id as id from settlement.outgoing_message where tenant_id = $1 and owner_id = $2 and message_id = any($3::text[])',
    [tenantId, ownerId, letters.map(({ messageId }) => messageId)],
  );
  const known = new Set(there.map(({ id }) => id));
  const fresh = letters.filter(({ messageId }) => !known.has(messageId));
  if (fresh.length === 0) return 0;
  await tx.query(
    `insert into settlement.outgoing_message (tenant_id, owner_id, seq, id, message_id, kind, subject, made_at, content_hash, length, content)
     select $1, $2, unnest($3::bigint[]), unnest($4::uuid[]), unnest($5::text[]), unnest($6::text[]), unnest($7::text[]),
       unnest($8::timestamptz[]), unnest($9::bytea[]), unnest($10::bigint[])::integer, unnest($11::bytea[])`,
    [
      tenantId,
      ownerId,
      integers(fresh.map((_, i) => box!.seq + BigInt(i + 1))),
      uuids(fresh.map((l) => l.id)),
      texts(fresh.map((l) => l.messageId)),
      texts(fresh.map((l) => l.kind)),
      texts(fresh.map((l) => l.subject)),
      instants(fresh.map((l) => l.madeAt)),
      bytes(fresh.map((l) => l.content.hash)),
      integers(fresh.map((l) => l.content.length)),
      bytes(fresh.map((l) => l.content.packed)),
    ],
  );
  await tx.query('update settlement.mailbox set last_seq = last_seq + $3 where tenant_id = $1 and owner_id = $2', [
    tenantId,
    ownerId,
    fresh.length,
  ]);
  return fresh.length;
}

/** A message in a box, without its bytes. */
export type OutgoingRow = {
  seq: bigint;
  id: Uuid;
  ownerId: Uuid;
  messageId: string;
  kind: string;
  subject: string;
  madeAt: Millis;
  contentHash: Buffer;
  length: number;
};

const OUTGOING = `seq, id, owner_id as "ownerId", message_id as "messageId", kind, subject, made_at as "madeAt",
  content_hash as "contentHash", length`;

export type OutgoingFilter = { ownerId: Uuid; after: bigint; limit: number; kind?: string };

/** Messages of a box behind a number, in order. */
export async function outgoingAfter(tx: Tx, tenantId: Uuid, filter: OutgoingFilter): Promise<OutgoingRow[]> {
  return tx.query<OutgoingRow>(
    `select ${OUTGOING} from settlement.outgoing_message
      where tenant_id = $1 and owner_id = $2 and seq > $3 and ($4::text is null or kind like $4 || '%') order by seq limit $5`,
    [tenantId, filter.ownerId, filter.after, filter.kind ?? null, filter.limit],
  );
}

/** The packed bytes of messages of a box from one number to another. */
export async function contentsBetween(
  tx: Tx,
  tenantId: Uuid,
  range: { ownerId: Uuid; from: bigint; to: bigint },
): Promise<Map<bigint, Buffer>> {
  const rows = await tx.query<{ seq: bigint; content: Buffer }>(
    'select seq, content from settlement.outgoing_message where tenant_id = $1 and owner_id = $2 and seq >= $3 and seq <= $4',
    [tenantId, range.ownerId, range.from, range.to],
  );
  return new Map(rows.map(({ seq, content }) => [seq, content]));
}

export async function findOutgoing(tx: Tx, tenantId: Uuid, id: Uuid): Promise<(OutgoingRow & { content: Buffer }) | undefined> {
  const [row] = await tx.query<OutgoingRow & { content: Buffer }>(
    `select ${OUTGOING}, content from settlement.outgoing_message where tenant_id = $1 and id = $2`,
    [tenantId, id],
  );
  return row;
}

/** Notes that a box was fetched up to a number, which never goes back; undefined when the box has no such message. */
export async function markFetched(tx: Tx, tenantId: Uuid, ownerId: Uuid, through: bigint, at: Millis): Promise<BoxRow | undefined> {
  const [row] = await tx.query<BoxRow>(
    `update settlement.mailbox set fetched_seq = greatest(fetched_seq, $3), fetched_at = $4::timestamptz
      where tenant_id = $1 and owner_id = $2 and last_seq >= $3 returning ${BOX}`,
    [tenantId, ownerId, through, instant(at)],
  );
  return row;
}
