import type { Event } from '../../base/event.ts';
import type { Db, Tx } from '../postgres/db.ts';

/** True when this transaction is the one that takes the event. A second one waits for the first to commit or roll back. */
export async function insertTaken(tx: Tx, consumer: string, event: Pick<Event, 'id' | 'tenantId'>): Promise<boolean> {
  const rows = await tx.query(
    `insert into infra.inbox (tenant_id, consumer, event_id) values ($1, $2, $3) on conflict do nothing returning 1`,
    [event.tenantId, consumer, event.id],
  );
  return rows.length === 1;
}

/** Deletes at most `limit` marks older than `keepMs`; answers with how many. */
export async function deleteTaken(db: Db, keepMs: number, limit: number): Promise<number> {
  const [row] = await db.write({ role: 'rialto_relay' }, (tx) =>
    tx.query<{ gone: number }>(
      `with gone as (
         delete from infra.inbox where ctid = any (array(
           select ctid from infra.inbox where at < now() - $1 * interval '1 millisecond' limit $2))
         returning 1)
       select count(*)::integer as gone from gone`,
      [keepMs, limit],
    ),
  );
  return row!.gone;
}
