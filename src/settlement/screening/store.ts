import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** A list in force. `version` is the SHA-256 of its file. */
export type ListRow = { id: string; version: string; entries: number; names: number; loadedAt: Millis };

export async function versionsOfLists(tx: Tx, tenantId: Uuid): Promise<ListRow[]> {
  return tx.query<ListRow>(
    'select id, version, entries, names, loaded_at as "loadedAt" from settlement.screening_list where tenant_id = $1 order by id',
    [tenantId],
  );
}

export async function contentsOfLists(tx: Tx, tenantId: Uuid): Promise<{ id: string; content: string }[]> {
  return tx.query('select id, content from settlement.screening_list where tenant_id = $1 order by id', [tenantId]);
}

/** Puts a list in force in place of the one with its id. */
export async function putList(tx: Tx, tenantId: Uuid, list: ListRow & { content: string }): Promise<void> {
  await tx.query(
    `insert into settlement.screening_list (tenant_id, id, version, entries, names, content, loaded_at)
     values ($1, $2, $3, $4, $5, $6, $7::timestamptz)
     on conflict (tenant_id, id) do update
       set version = excluded.version, entries = excluded.entries, names = excluded.names, content = excluded.content, loaded_at = excluded.loaded_at`,
    [tenantId, list.id, list.version, list.entries, list.names, list.content, instant(list.loadedAt)],
  );
}
