import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** A file that a bank sent and the answer it got. */
export type MessageRow = { sender: string; messageId: string; contentHash: Buffer; receivedAt: Millis; answer: string };

export async function findMessage(tx: Tx, tenantId: Uuid, sender: string, messageId: string): Promise<MessageRow | undefined> {
  const [row] = await tx.query<{ content_hash: Buffer; received_at: Millis; answer: string }>(
    'select content_hash, received_at, answer from settlement.message where tenant_id = $1 and sender = $2 and message_id = $3',
    [tenantId, sender, messageId],
  );
  return row && { sender, messageId, contentHash: row.content_hash, receivedAt: row.received_at, answer: row.answer };
}

/** Keeps the first answer; a second writer of the same message changes nothing. */
export async function keepMessage(tx: Tx, tenantId: Uuid, row: MessageRow): Promise<void> {
  await tx.query(
    `insert into settlement.message (tenant_id, sender, message_id, content_hash, received_at, answer)
     values ($1, $2, $3, $4, $5::timestamptz, $6) on conflict do nothing`,
    [tenantId, row.sender, row.messageId, row.contentHash, instant(row.receivedAt), row.answer],
  );
}
