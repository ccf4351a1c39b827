import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { OPERATOR_BOX } from './mailbox.ts';

/**
 * How far the messages of a settled window have been made. One run serves all boxes, so that the window's payments are read
 * once; it stands under nobody's id.
 */
export type Run = { windowId: Uuid; afterSeq: bigint };

/** Notes that a window's messages are to be made; does nothing the second time. */
export async function beginRun(tx: Tx, tenantId: Uuid, windowId: Uuid, at: Millis): Promise<void> {
  await tx.query(
    `insert into settlement.message_run (tenant_id, window_id, owner_id, kinds, after_seq, begun_at)
     values ($1, $2, $3, '{}', 0, $4::timestamptz) on conflict do nothing`,
    [tenantId, windowId, OPERATOR_BOX, instant(at)],
  );
}

/** Runs that are not at their end, oldest first. */
export async function openRuns(tx: Tx, tenantId: Uuid): Promise<Run[]> {
  return tx.query<Run>(
    `select window_id as "windowId", after_seq as "afterSeq" from settlement.message_run
      where tenant_id = $1 and owner_id = $2 and done_at is null order by begun_at, window_id`,
    [tenantId, OPERATOR_BOX],
  );
}

/** Moves a run on; false when another process has. Without a sequence the run is at its end. */
export async function advanceRun(tx: Tx, tenantId: Uuid, run: Run, to: { seq: bigint } | { doneAt: Millis }): Promise<boolean> {
  const rows = await tx.query(
    `update settlement.message_run set after_seq = coalesce($4::bigint, after_seq), done_at = $5::timestamptz
      where tenant_id = $1 and window_id = $2 and owner_id = $6 and after_seq = $3 and done_at is null returning window_id`,
    [tenantId, run.windowId, run.afterSeq, 'seq' in to ? to.seq : null, 'doneAt' in to ? instant(to.doneAt) : null, OPERATOR_BOX],
  );
  return rows.length > 0;
}

/** A payment of which a bank is to be told, outside of windows. */
export type Due = { ownerId: Uuid; paymentId: Uuid; what: 'rejected' | 'settled' };

export async function noteDue(tx: Tx, tenantId: Uuid, dues: readonly Due[], at: Millis): Promise<void> {
  for (const { ownerId, paymentId, what } of dues) {
    await tx.query(
      `insert into settlement.message_due (tenant_id, owner_id, payment_id, what, noted_at) values ($1, $2, $3, $4, $5::timestamptz)
       on conflict do nothing`,
      [tenantId, ownerId, paymentId, what, instant(at)],
    );
  }
}

/** Whom is to be told something. */
export async function dueOwners(tx: Tx, tenantId: Uuid): Promise<Uuid[]> {
  const rows = await tx.query<{ id: Uuid }>('select distinct owner_id as id from settlement.message_due where tenant_id = $1 order by 1', [
    tenantId,
  ]);
  return rows.map(({ id }) => id);
}

/** What an owner is to be told, oldest first. */
export async function duesOf(tx: Tx, tenantId: Uuid, ownerId: Uuid, limit: number): Promise<Due[]> {
  return tx.query<Due>(
    `select owner_id as "ownerId", payment_id as "paymentId", what from settlement.message_due
      where tenant_id = $1 and owner_id = $2 order by noted_at, payment_id limit $3`,
    [tenantId, ownerId, limit],
  );
}

/** Takes out what was told; answers with how many there were, fewer when another process was quicker. */
export async function clearDues(tx: Tx, tenantId: Uuid, ownerId: Uuid, dues: readonly Due[]): Promise<number> {
  const rows = await tx.query(
    `delete from settlement.message_due d using unnest($3::uuid[], $4::text[]) as k (payment_id, what)
      where d.tenant_id = $1 and d.owner_id = $2 and d.payment_id = k.payment_id and d.what = k.what returning 1`,
    [tenantId, ownerId, dues.map(({ paymentId }) => paymentId), dues.map(({ what }) => what)],
  );
  return rows.length;
}
