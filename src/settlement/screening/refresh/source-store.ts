import type { Uuid } from '../../../base/id.ts';
import type { Millis } from '../../../base/time.ts';
import { instant } from '../../../infra/postgres/columns.ts';
import type { Tx } from '../../../infra/postgres/db.ts';
import type { Outcome, Source, SourceSettings } from './source.ts';

const COLUMNS = `tenant_id as "tenantId", list_id as "listId", url, checksum_url as "checksumUrl", sha256, format, purpose,
  interval_seconds as "intervalSeconds", minimum_entries as "minimumEntries", largest_shrink_percent as "largestShrinkPercent",
  set_by as "setBy", set_at as "setAt", etag, last_modified as "lastModified", fetched_version as "fetchedVersion", next_at as "nextAt",
  tried_at as "triedAt", outcome, code, detail, good_at as "goodAt", failures`;

export async function listSources(tx: Tx, tenantId: Uuid): Promise<Source[]> {
  return tx.query<Source>(`select ${COLUMNS} from settlement.list_source where tenant_id = $1 order by list_id`, [tenantId]);
}

/** Sources whose time has come, the longest waiting first. */
export async function dueSources(tx: Tx, tenantId: Uuid, at: Millis): Promise<Source[]> {
  return tx.query<Source>(
    `select ${COLUMNS} from settlement.list_source where tenant_id = $1 and next_at <= $2::timestamptz order by next_at, list_id`,
    [tenantId, instant(at)],
  );
}

export async function findSource(tx: Tx, tenantId: Uuid, listId: string): Promise<Source | undefined> {
  const [row] = await tx.query<Source>(`select ${COLUMNS} from settlement.list_source where tenant_id = $1 and list_id = $2`, [
    tenantId,
    listId,
  ]);
  return row;
}

/** Sets a source; what was known of the file at the address before is forgotten, and it is fetched as soon as may be. */
export async function putSource(
  tx: Tx,
  tenantId: Uuid,
  source: SourceSettings & { listId: string; setBy: string; setAt: Millis },
): Promise<Source> {
  const [row] = await tx.query<Source>(
    `insert into settlement.list_source as s (tenant_id, list_id, url, checksum_url, sha256, format, purpose, interval_seconds, minimum_entries,
                                              largest_shrink_percent, set_by, set_at, next_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::timestamptz, $12::timestamptz)
     on conflict (tenant_id, list_id) do update
       set url = excluded.url, checksum_url = excluded.checksum_url, sha256 = excluded.sha256, format = excluded.format,
           purpose = excluded.purpose, interval_seconds = excluded.interval_seconds, minimum_entries = excluded.minimum_entries,
           largest_shrink_percent = excluded.largest_shrink_percent, set_by = excluded.set_by, set_at = excluded.set_at,
           next_at = excluded.next_at, etag = null, last_modified = null, fetched_version = null, failures = 0
     returning ${COLUMNS}`,
    [
      tenantId,
      source.listId,
      source.url,
      source.checksumUrl,
      source.sha256,
      source.format,
      source.purpose,
      source.intervalSeconds,
      source.minimumEntries,
      source.largestShrinkPercent,
      source.setBy,
      instant(source.setAt),
    ],
  );
  return row!;
}

/** False when there was none. */
export async function deleteSource(tx: Tx, tenantId: Uuid, listId: string): Promise<boolean> {
  const rows = await tx.query('delete from settlement.list_source where tenant_id = $1 and list_id = $2 returning list_id', [
    tenantId,
    listId,
  ]);
  return rows.length > 0;
}

/** How a try went; `file` is what the server said of the file that is in force now. */
export type Tried = {
  outcome: Outcome;
  code: string | null;
  detail: string | null;
  triedAt: Millis;
  nextAt: Millis;
  failures: number;
  file?: { version: string; etag: string | null; lastModified: string | null };
};

/** Notes how a try went, unless the source was set anew or removed meanwhile. */
export async function noteTry(tx: Tx, source: Pick<Source, 'tenantId' | 'listId' | 'setAt'>, tried: Tried): Promise<void> {
  const { file } = tried;
  await tx.query(
    `update settlement.list_source
        set outcome = $4, code = $5, detail = $6, tried_at = $7::timestamptz, next_at = $8::timestamptz, failures = $9,
            good_at = case when $4 in ('loaded', 'unchanged') then $7::timestamptz else good_at end,
            fetched_version = case when $10 then $11 else fetched_version end,
            etag = case when $10 then $12 else etag end,
            last_modified = case when $10 then $13 else last_modified end
      where tenant_id = $1 and list_id = $2 and set_at = $3::timestamptz`,
    [
      source.tenantId,
      source.listId,
      instant(source.setAt),
      tried.outcome,
      tried.code,
      tried.detail,
      instant(tried.triedAt),
      instant(tried.nextAt),
      tried.failures,
      file !== undefined,
      file?.version ?? null,
      file?.etag ?? null,
      file?.lastModified ?? null,
    ],
  );
}
