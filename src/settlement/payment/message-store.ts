import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** A file that a bank sent and the answer it got, which is empty as long as the file is being taken. */
export type MessageRow = { sender: string; messageId: string; contentHash: Buffer; receivedAt: Millis; answer: string };

async function findMessage(tx: Tx, tenantId: Uuid, sender: string, messageId: string): Promise<MessageRow | undefined> {
  const [row] = await tx.query<{ content_hash: Buffer; received_at: Millis; answer: string }>(
    'select content_hash, received_at, answer from settlement.message where tenant_id = $1 and sender = $2 and message_id = $3',
    [tenantId, sender, messageId],
  );
  return row && { sender, messageId, contentHash: row.content_hash, receivedAt: row.received_at, answer: row.answer };
}

/** Claims a message id for a file, unless a file has it already; answers with the row that stands. */
export async function claimMessage(tx: Tx, tenantId: Uuid, row: Omit<MessageRow, 'answer'>): Promise<MessageRow> {
  await tx.query(
    `insert into settlement.message (tenant_id, sender, message_id, content_hash, received_at, answer)
     values ($1, $2, $3, $4, $5::timestamptz, '') on conflict do nothing`,
    [tenantId, row.sender, row.messageId, row.contentHash, instant(row.receivedAt)],
  );
  return (await findMessage(tx, tenantId, row.sender, row.messageId))!;
}

/** Keeps the first answer of a claimed message, and answers with the one that is kept. */
export async function keepAnswer(tx: Tx, tenantId: Uuid, { sender, messageId, answer }: MessageRow): Promise<string> {
  await tx.query(`update settlement.message set answer = $4 where tenant_id = $1 and sender = $2 and message_id = $3 and answer = ''`, [
    tenantId,
    sender,
    messageId,
    answer,
  ]);
  return (await findMessage(tx, tenantId, sender, messageId))!.answer;
}
