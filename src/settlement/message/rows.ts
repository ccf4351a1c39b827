import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { bytes, instants, integers, jsonbs, texts, uuids } from '../../infra/postgres/columns.ts';
import type { RowSet } from '../../infra/postgres/db.ts';
import type { Refusal } from '../iso20022/reason.ts';
import type { Content } from './content.ts';

/** A message on its way in, before it is known what becomes of it. */
export type ClaimRow = {
  id: Uuid;
  sender: string;
  participantId?: Uuid;
  messageId: string;
  kind: string;
  content: Content;
  transactions: number;
  receivedAt: Millis;
};

/** Control characters are in no message id, so a line break keeps the two apart. */
const keyOf = ({ sender, messageId }: Pick<ClaimRow, 'sender' | 'messageId'>) => `${sender}\n${messageId}`;

/** Claims of message ids: each names one message of its sender. */
export const messageRows: RowSet<ClaimRow> = {
  name: 'settlement.message',
  needsNoAnswer: true,
  keys: (row) => [keyOf(row)],
  async taken(tx, keys) {
    const parts = keys.map((key) => [key.slice(0, key.lastIndexOf('\n')), key.slice(key.lastIndexOf('\n') + 1)] as const);
    const rows = await tx.query<{ sender: string; messageId: string }>(
      `select k.sender, k.message_id as "messageId" from unnest($1::text[], $2::text[]) as k (sender, message_id)
        cross join lateral (select from settlement.message m
           where m.tenant_id = (select infra.tenant_id()) and m.sender = k.sender and m.message_id = k.message_id limit 1) found`,
      [texts(parts.map(([sender]) => sender)), texts(parts.map(([, messageId]) => messageId))],
    );
    return new Set(rows.map(keyOf));
  },
  async write(tx, rows) {
    const values = rows.map((row) => row.value);
    await tx.query(
      `insert into settlement.message (tenant_id, id, sender, participant_id, message_id, kind, content_hash, content, length,
                                       transactions, received_at, answer)
       select (select infra.tenant_id()), unnest($1::uuid[]), unnest($2::text[]), unnest($3::uuid[]), unnest($4::text[]), unnest($5::text[]),
         unnest($6::bytea[]), unnest($7::bytea[]), unnest($8::bigint[])::integer, unnest($9::bigint[])::integer, unnest($10::timestamptz[]), ''`,
      [
        uuids(values.map((m) => m.id)),
        texts(values.map((m) => m.sender)),
        uuids(values.map((m) => m.participantId)),
        texts(values.map((m) => m.messageId)),
        texts(values.map((m) => m.kind)),
        bytes(values.map((m) => m.content.hash)),
        bytes(values.map((m) => m.content.packed)),
        integers(values.map((m) => m.content.length)),
        integers(values.map((m) => m.transactions)),
        instants(values.map((m) => m.receivedAt)),
      ],
    );
  },
};

/** What became of a message. */
export type AnswerRow = {
  id: Uuid;
  answer: string;
  answerKind: string;
  outcome: 'accepted' | 'partly' | 'refused';
  refusals: readonly Refusal[];
};

/** Answers of messages, claimed by the message's id: the first that is kept stands. */
export const answerRows: RowSet<AnswerRow> = {
  name: 'settlement.message_answer',
  needsNoAnswer: true,
  keys: ({ id }) => [id],
  async taken(tx, keys) {
    const rows = await tx.query<{ id: Uuid }>(
      `select id from settlement.message where tenant_id = (select infra.tenant_id()) and id = any($1::uuid[]) and answer <> ''`,
      [uuids(keys)],
    );
    return new Set(rows.map(({ id }) => id));
  },
  async write(tx, rows) {
    const values = rows.map((row) => row.value);
    await tx.query(
      `update settlement.message m set answer = a.answer, answer_kind = a.kind, outcome = a.outcome, refusals = a.refusals
         from (select unnest($1::uuid[]) as id, unnest($2::text[]) as answer, unnest($3::text[]) as kind, unnest($4::text[]) as outcome,
                 unnest($5::jsonb[]) as refusals) a
        where m.tenant_id = (select infra.tenant_id()) and m.id = a.id`,
      [
        uuids(values.map((a) => a.id)),
        texts(values.map((a) => a.answer)),
        texts(values.map((a) => a.answerKind)),
        texts(values.map((a) => a.outcome)),
        jsonbs(values.map((a) => (a.refusals.length > 0 ? a.refusals : null))),
      ],
    );
  },
};

/** Which transaction of which message a payment came in by. */
export type OriginRow = {
  paymentId: Uuid;
  messageId: Uuid;
  nth: number;
  kind: string;
  instructionId?: string;
  transactionId?: string;
};

export const originRows: RowSet<OriginRow> = {
  name: 'settlement.payment_origin',
  needsNoAnswer: true,
  async write(tx, rows) {
    const values = rows.map((row) => row.value);
    await tx.query(
      `insert into settlement.payment_origin (tenant_id, payment_id, message_id, nth, kind, instruction_id, transaction_id)
       select (select infra.tenant_id()), unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::bigint[])::integer, unnest($4::text[]),
         unnest($5::text[]), unnest($6::text[])`,
      [
        uuids(values.map((o) => o.paymentId)),
        uuids(values.map((o) => o.messageId)),
        integers(values.map((o) => o.nth)),
        texts(values.map((o) => o.kind)),
        texts(values.map((o) => o.instructionId)),
        texts(values.map((o) => o.transactionId)),
      ],
    );
  },
};
