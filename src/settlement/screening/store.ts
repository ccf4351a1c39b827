import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Extent, Held } from './extent.ts';
import type { ListFormat } from './lists/read-list.ts';

/** What a hit means: one on a list of sanctions holds the payment, one on a list of exposed persons is noted. */
export type ListPurpose = 'sanctions' | 'pep';

/** A list in force. `version` is the SHA-256 of its file. */
export type ListRow = {
  id: string;
  version: string;
  format: ListFormat;
  purpose: ListPurpose;
  entries: number;
  names: number;
  loadedAt: Millis;
};

export async function versionsOfLists(tx: Tx, tenantId: Uuid): Promise<ListRow[]> {
  return tx.query<ListRow>(
    `select id, version, format, purpose, entries, names, loaded_at as "loadedAt"
       from settlement.screening_list where tenant_id = $1 order by id`,
    [tenantId],
  );
}

/** Lists in words, as payments tell them: each with the beginning of its version. */
export function listsVersion(lists: readonly Pick<ListRow, 'id' | 'version' | 'purpose'>[]): string {
  return lists.map(({ id, version, purpose }) => `${id}@${version.slice(0, 16)}${purpose === 'pep' ? '/pep' : ''}`).join(' ');
}

export async function contentsOfLists(tx: Tx, tenantId: Uuid): Promise<{ id: string; content: string; format: ListFormat }[]> {
  return tx.query('select id, content, format from settlement.screening_list where tenant_id = $1 order by id', [tenantId]);
}

const lockOf = (tenantId: Uuid) => [`settlement.screening_lists ${tenantId}`];

/** From here on no list changes until the transaction ends; any number of transactions may ask for that at once. */
export async function keepLists(tx: Tx, tenantId: Uuid): Promise<void> {
  await tx.query('select pg_advisory_xact_lock_shared(hashtextextended($1, 0))', lockOf(tenantId));
}

/** Waits for those that rest on the lists as they are, before one is replaced. */
export async function awaitKeepers(tx: Tx, tenantId: Uuid): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', lockOf(tenantId));
}

/** The list in force under an id, with what a newer file is held against; no one else replaces it before the transaction ends. */
export async function lockList(
  tx: Tx,
  tenantId: Uuid,
  id: string,
): Promise<(Held & { purpose: ListPurpose; version: string }) | undefined> {
  const [row] = await tx.query<Omit<Held, 'entryHashes'> & { purpose: ListPurpose; version: string }>(
    `select version, format, purpose, entries, names, extent from settlement.screening_list where tenant_id = $1 and id = $2 for update`,
    [tenantId, id],
  );
  if (!row) return undefined;
  const [kept] = await tx.query<{ hashes: Buffer }>(
    `select entry_hashes as hashes from settlement.screening_list_version
      where tenant_id = $1 and list_id = $2 and version = $3 and entry_hashes is not null order by loaded_at desc limit 1`,
    [tenantId, id, row.version],
  );
  return { ...row, entryHashes: kept?.hashes ?? null };
}

/** Puts a list in force in place of the one with its id, and notes its version for good. */
export async function putList(
  tx: Tx,
  tenantId: Uuid,
  list: ListRow & { content: string; loadedBy: string; extent: Extent; entryHashes: Uint8Array },
): Promise<void> {
  const { id, version, format, purpose, entries, names, loadedAt } = list;
  // Columns of both tables, from $1 to $8.
  const told = [tenantId, id, version, format, purpose, entries, names, instant(loadedAt)];
  await tx.query(
    `insert into settlement.screening_list (tenant_id, id, version, format, purpose, entries, names, loaded_at, content, extent)
     values ($1, $2, $3, $4, $5, $6, $7, $8::timestamptz, $9, $10)
     on conflict (tenant_id, id) do update
       set version = excluded.version, format = excluded.format, purpose = excluded.purpose, entries = excluded.entries,
           names = excluded.names, content = excluded.content, loaded_at = excluded.loaded_at,
           extent = excluded.extent`,
    [...told, list.content, JSON.stringify(list.extent)],
  );
  await tx.query(
    `insert into settlement.screening_list_version
       (tenant_id, list_id, version, format, purpose, entries, names, loaded_at, loaded_by, entry_hashes)
     values ($1, $2, $3, $4, $5, $6, $7, $8::timestamptz, $9, $10) on conflict do nothing`,
    [...told, list.loadedBy, Buffer.from(list.entryHashes)],
  );
}

/** When versions of lists were last put in force up to an instant, and by whom; by list. */
export async function versionsNamed(
  tx: Tx,
  tenantId: Uuid,
  { lists, until }: { lists: readonly Pick<ListRow, 'id' | 'version'>[]; until: Millis },
): Promise<Map<string, { loadedAt: Millis; loadedBy: string }>> {
  const rows = await tx.query<{ id: string; loadedAt: Millis; loadedBy: string }>(
    `select distinct on (v.list_id) v.list_id as id, v.loaded_at as "loadedAt", v.loaded_by as "loadedBy"
       from settlement.screening_list_version v join unnest($2::text[], $3::text[]) as l (id, version) on v.list_id = l.id and v.version = l.version
      where v.tenant_id = $1 and v.loaded_at <= $4::timestamptz order by v.list_id, v.loaded_at desc`,
    [tenantId, lists.map(({ id }) => id), lists.map(({ version }) => version), instant(until)],
  );
  return new Map(rows.map(({ id, ...load }) => [id, load]));
}

/** A version of a list that was put in force. */
type VersionRow = Omit<ListRow, 'id'> & { loadedBy: string };

/** The versions of a list, the latest first. */
export async function versionsOfList(tx: Tx, tenantId: Uuid, id: string, limit: number): Promise<VersionRow[]> {
  return tx.query<VersionRow>(
    `select version, format, purpose, entries, names, loaded_by as "loadedBy", loaded_at as "loadedAt"
       from settlement.screening_list_version where tenant_id = $1 and list_id = $2 order by loaded_at desc limit $3`,
    [tenantId, id, limit],
  );
}
