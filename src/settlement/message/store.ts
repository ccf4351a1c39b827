import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Refusal } from '../iso20022/reason.ts';

/** A message that has a message id, as far as the door needs it; `answer` is empty as long as it is being taken. */
export type StandingMessage = { id: Uuid; contentHash: Buffer; answer: string };

/** The message that stands under its sender's message id. */
export async function standingMessage(
  tx: Tx,
  tenantId: Uuid,
  { sender, messageId }: { sender: string; messageId: string },
): Promise<StandingMessage | undefined> {
  const [row] = await tx.query<StandingMessage>(
    `select id, content_hash as "contentHash", answer from settlement.message where tenant_id = $1 and sender = $2 and message_id = $3`,
    [tenantId, sender, messageId],
  );
  return row;
}

/** A message that came in, without its bytes. */
export type MessageRow = {
  id: Uuid;
  sender: string;
  participantId: Uuid | null;
  messageId: string;
  kind: string;
  receivedAt: Millis;
  contentHash: Buffer;
  length: number | null;
  transactions: number | null;
  outcome: 'accepted' | 'partly' | 'refused' | null;
  answerKind: string | null;
  refusals: readonly Refusal[] | null;
};

const COLUMNS = `id, sender, participant_id as "participantId", message_id as "messageId", kind, received_at as "receivedAt",
  content_hash as "contentHash", length, transactions, outcome, answer_kind as "answerKind"`;

export type MessageFilter = { limit: number; after?: Uuid; kind?: string; participantId?: Uuid; outcome?: string; query?: string };

/** Messages that came in, newest first: their ids are ordered by time. */
export async function pageOfMessages(tx: Tx, tenantId: Uuid, filter: MessageFilter): Promise<MessageRow[]> {
  return tx.query<MessageRow>(
    `select ${COLUMNS}, null as refusals from settlement.message
      where tenant_id = $1 and ($2::uuid is null or id < $2) and ($3::text is null or kind like $3 || '%')
        and ($4::uuid is null or participant_id = $4) and ($5::text is null or outcome = $5) and ($6::text is null or message_id = $6)
      order by id desc limit $7`,
    [
      tenantId,
      filter.after ?? null,
      filter.kind ?? null,
      filter.participantId ?? null,
      filter.outcome ?? null,
      filter.query ?? null,
      filter.limit,
    ],
  );
}

export async function findMessage(tx: Tx, tenantId: Uuid, id: Uuid): Promise<MessageRow | undefined> {
  const [row] = await tx.query<MessageRow>(`select ${COLUMNS}, refusals from settlement.message where tenant_id = $1 and id = $2`, [
    tenantId,
    id,
  ]);
  return row;
}

/** The packed bytes of a message that came in (absent for one of before), and the answer that it got. */
export async function documentsOf(tx: Tx, tenantId: Uuid, id: Uuid): Promise<{ content: Buffer | null; answer: string } | undefined> {
  const [row] = await tx.query<{ content: Buffer | null; answer: string }>(
    'select content, answer from settlement.message where tenant_id = $1 and id = $2',
    [tenantId, id],
  );
  return row;
}

/** How a later message names a payment. */
export type PaymentReference = {
  uetr?: string;
  endToEndId?: string;
  instructionId?: string;
  transactionId?: string;
  originalMessageId?: string;
};

/**
 * Ids of payments that the caller may see and that a reference means: the UETR alone where it is given, else all of the
 * references together. At most two, since two are as bad as none.
 */
export async function paymentsNamed(tx: Tx, tenantId: Uuid, reference: PaymentReference): Promise<Uuid[]> {
  const { uetr, endToEndId, instructionId, transactionId, originalMessageId } = reference;
  if (uetr !== undefined) {
    const rows = await tx.query<{ id: Uuid }>('select id from settlement.payment where tenant_id = $1 and uetr = $2::uuid', [
      tenantId,
      uetr,
    ]);
    if (rows.length > 0) return rows.map(({ id }) => id);
  }
  if (originalMessageId !== undefined) {
    const rows = await tx.query<{ id: Uuid }>(
      `select p.id from settlement.message m
         join settlement.payment_origin o on o.tenant_id = m.tenant_id and o.message_id = m.id
         join settlement.payment p on p.tenant_id = o.tenant_id and p.id = o.payment_id
        where m.tenant_id = $1 and m.message_id = $2 and ($3::text is null or o.instruction_id = $3)
          and ($4::text is null or o.transaction_id = $4) and ($5::text is null or p.end_to_end_id = $5)
        limit 2`,
      [tenantId, originalMessageId, instructionId ?? null, transactionId ?? null, endToEndId ?? null],
    );
    if (rows.length > 0) return rows.map(({ id }) => id);
  }
  if (uetr !== undefined || endToEndId === undefined || endToEndId === 'NOTPROVIDED') return [];
  const rows = await tx.query<{ id: Uuid }>('select id from settlement.payment where tenant_id = $1 and end_to_end_id = $2 limit 2', [
    tenantId,
    endToEndId,
  ]);
  return rows.map(({ id }) => id);
}

/** How a payment came in: which message of whom it was in, and how it was called there. */
export type Origin = {
  paymentId: Uuid;
  kind: string;
  instructionId?: string;
  transactionId?: string;
  /** Absent for a reader who may not see the message. */
  message?: { messageId: string; kind: string };
};

type FlatOrigin = {
  payment_id: Uuid;
  kind: string;
  instruction_id: string | null;
  transaction_id: string | null;
  message_id: string | null;
  message_kind: string | null;
};

/** Origins of payments; those that came in by JSON have none. */
export async function originsOf(tx: Tx, tenantId: Uuid, paymentIds: readonly Uuid[]): Promise<Map<Uuid, Origin>> {
  const rows = await tx.query<FlatOrigin>(
    `select o.payment_id, o.kind, o.instruction_id, o.transaction_id, m.message_id, m.kind as message_kind
       from settlement.payment_origin o left join settlement.message m on m.tenant_id = o.tenant_id and m.id = o.message_id
      where o.tenant_id = $1 and o.payment_id = any($2::uuid[])`,
    [tenantId, paymentIds],
  );
  return new Map(
    rows.map((row) => [
      row.payment_id,
      {
        paymentId: row.payment_id,
        kind: row.kind,
        ...(row.instruction_id !== null && { instructionId: row.instruction_id }),
        ...(row.transaction_id !== null && { transactionId: row.transaction_id }),
        ...(row.message_id !== null && { message: { messageId: row.message_id, kind: row.message_kind! } }),
      },
    ]),
  );
}

/** Payments that came in by a message of the caller, in its order. */
export async function paymentsOfMessage(tx: Tx, tenantId: Uuid, messageId: string, limit: number): Promise<Uuid[]> {
  const rows = await tx.query<{ id: Uuid }>(
    `select o.payment_id as id from settlement.message m
       join settlement.payment_origin o on o.tenant_id = m.tenant_id and o.message_id = m.id
      where m.tenant_id = $1 and m.message_id = $2 order by o.nth limit $3`,
    [tenantId, messageId, limit],
  );
  return rows.map(({ id }) => id);
}
