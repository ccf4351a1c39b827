import type { Uuid } from '../../../base/id.ts';
import type { Millis } from '../../../base/time.ts';
import { instant } from '../../../infra/postgres/columns.ts';
import type { Tx } from '../../../infra/postgres/db.ts';

/** How an alert ended: a good file came, somebody dismissed it, or its source is no more. */
export type Closing = 'loaded' | 'dismissed' | 'source_removed';

/** That a list could not be replaced, or loaded at all. */
export type AlertRow = {
  id: Uuid;
  listId: string;
  code: string;
  detail: string;
  source: string;
  raisedAt: Millis;
  lastAt: Millis;
  times: number;
  closedAt: Millis | null;
  closing: Closing | null;
  closedBy: string | null;
  comment: string | null;
  /** Whether a list is in force under this id. */
  inForce: boolean;
};

const COLUMNS = `id, list_id as "listId", code, detail, source, raised_at as "raisedAt", last_at as "lastAt", times, closed_at as "closedAt", closing,
  closed_by as "closedBy", comment,
  exists (select from settlement.screening_list l where l.tenant_id = screening_alert.tenant_id and l.id = screening_alert.list_id) as "inForce"`;

/** The latest alert of a list, open or not; undefined when it never had one. */
export async function latestAlert(tx: Tx, tenantId: Uuid, listId: string): Promise<AlertRow | undefined> {
  const [row] = await tx.query<AlertRow>(
    `select ${COLUMNS} from settlement.screening_alert where tenant_id = $1 and list_id = $2
      order by (closed_at is null) desc, raised_at desc, id desc limit 1 for update`,
    [tenantId, listId],
  );
  return row;
}

/** Notes that the same happened again. */
export async function repeatAlert(
  tx: Tx,
  tenantId: Uuid,
  alert: Pick<AlertRow, 'id' | 'code' | 'detail' | 'source' | 'lastAt'>,
): Promise<void> {
  await tx.query(
    `update settlement.screening_alert set times = times + 1, code = $3, detail = $4, source = $5, last_at = $6::timestamptz
      where tenant_id = $1 and id = $2`,
    [tenantId, alert.id, alert.code, alert.detail, alert.source, instant(alert.lastAt)],
  );
}

/** Opens an alert; false when the list has an open one by now, which then tells of this as well. */
export async function insertAlert(
  tx: Tx,
  tenantId: Uuid,
  alert: Pick<AlertRow, 'id' | 'listId' | 'code' | 'detail' | 'source' | 'raisedAt'>,
): Promise<boolean> {
  const [row] = await tx.query<{ raised: boolean }>(
    `insert into settlement.screening_alert as a (tenant_id, id, list_id, code, detail, source, raised_at, last_at)
     values ($1, $2, $3, $4, $5, $6, $7::timestamptz, $7::timestamptz)
     on conflict (tenant_id, list_id) where closed_at is null
       do update set times = a.times + 1, code = excluded.code, detail = excluded.detail, last_at = excluded.last_at
     returning id = $2 as raised`,
    [tenantId, alert.id, alert.listId, alert.code, alert.detail, alert.source, instant(alert.raisedAt)],
  );
  return row!.raised;
}

/** Ends the open alert of a list, if there is one, or the one with an id. */
export async function closeAlert(
  tx: Tx,
  tenantId: Uuid,
  end: { closing: Closing; by: string; at: Millis; comment?: string } & ({ listId: string } | { id: Uuid }),
): Promise<AlertRow | undefined> {
  const [column, value] = 'id' in end ? ['id', end.id] : ['list_id', end.listId];
  const [row] = await tx.query<AlertRow>(
    `update settlement.screening_alert set closing = $3, closed_by = $4, closed_at = $5::timestamptz, comment = $6
      where tenant_id = $1 and ${column} = $2 and closed_at is null returning ${COLUMNS}`,
    [tenantId, value, end.closing, end.by, instant(end.at), end.comment ?? null],
  );
  return row;
}

export async function findAlert(tx: Tx, tenantId: Uuid, id: Uuid): Promise<AlertRow | undefined> {
  const [row] = await tx.query<AlertRow>(`select ${COLUMNS} from settlement.screening_alert where tenant_id = $1 and id = $2`, [
    tenantId,
    id,
  ]);
  return row;
}

/** Open alerts first, then the latest. */
export async function listAlerts(tx: Tx, tenantId: Uuid, limit: number): Promise<AlertRow[]> {
  return tx.query<AlertRow>(
    `select ${COLUMNS} from settlement.screening_alert where tenant_id = $1 order by (closed_at is null) desc, raised_at desc, id desc limit $2`,
    [tenantId, limit],
  );
}

export async function countOpenAlerts(tx: Tx, tenantId: Uuid): Promise<number> {
  const [row] = await tx.query<{ open: number }>(
    'select count(*)::integer as open from settlement.screening_alert where tenant_id = $1 and closed_at is null',
    [tenantId],
  );
  return row!.open;
}

/** How many lists are in force. */
export async function countLists(tx: Tx, tenantId: Uuid): Promise<number> {
  const [row] = await tx.query<{ lists: number }>('select count(*)::integer as lists from settlement.screening_list where tenant_id = $1', [
    tenantId,
  ]);
  return row!.lists;
}

/** When a list was last found good: loaded, or found unchanged at its source; undefined when none is in force under this id. */
export async function lastGoodAt(tx: Tx, tenantId: Uuid, listId: string): Promise<Millis | undefined> {
  const [row] = await tx.query<{ at: Millis }>(
    `select greatest(l.loaded_at, s.good_at) as at from settlement.screening_list l
       left join settlement.list_source s on s.tenant_id = l.tenant_id and s.list_id = l.id
      where l.tenant_id = $1 and l.id = $2`,
    [tenantId, listId],
  );
  return row?.at;
}
