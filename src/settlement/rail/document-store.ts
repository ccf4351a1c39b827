import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** A document of a rail that could not be taken at first, or at all. */
export type DocumentRow = {
  id: Uuid;
  railId: string;
  /** As the rail calls it, and as it is kept in `refused`; null while it lies where the rail has put it. */
  name: string;
  keptAs: string | null;
  state: 'failing' | 'set_aside' | 'replaced' | 'taken';
  /** SHA-256 of what failed, null when it could not be read: whether what lies there under its name is still this. */
  digest: Buffer | null;
  attempts: number;
  /** When it is looked at again. */
  nextAt: Millis;
  code: string;
  detail: string;
  failedAt: Millis;
  changedAt: Millis;
};

const COLUMNS = `id, rail_id as "railId", name, kept_as as "keptAs", state, attempts, next_at as "nextAt", code, detail, failed_at as "failedAt",
  changed_at as "changedAt", digest`;

/** Documents that lie where the rail has put them and have failed before, by name. */
export async function standingDocuments(tx: Tx, tenantId: Uuid, railId: string): Promise<Map<string, DocumentRow>> {
  const rows = await tx.query<DocumentRow>(
    `select ${COLUMNS} from settlement.rail_document
      where tenant_id = $1 and rail_id = $2 and (state = 'failing' or (state = 'set_aside' and kept_as is null))`,
    [tenantId, railId],
  );
  return new Map(rows.map((row) => [row.name, row]));
}

/** Writes how a document stands, for the first time or again. */
export async function writeDocument(tx: Tx, tenantId: Uuid, row: DocumentRow): Promise<void> {
  await tx.query(
    `insert into settlement.rail_document
       (tenant_id, id, rail_id, name, kept_as, state, attempts, next_at, code, detail, failed_at, changed_at, digest)
     values ($1, $2, $3, $4, $5, $6, $7, $8::timestamptz, $9, $10, $11::timestamptz, $12::timestamptz, $13)
     on conflict (tenant_id, id) do update set kept_as = excluded.kept_as, state = excluded.state, attempts = excluded.attempts,
       next_at = excluded.next_at, code = excluded.code, detail = excluded.detail, changed_at = excluded.changed_at,
       digest = excluded.digest`,
    [
      tenantId,
      row.id,
      row.railId,
      row.name,
      row.keptAs,
      row.state,
      row.attempts,
      instant(row.nextAt),
      row.code,
      row.detail,
      instant(row.failedAt),
      instant(row.changedAt),
      row.digest,
    ],
  );
}

/** Those that were not taken, newest first, behind the document `after`. */
export async function pageOfDocuments(
  tx: Tx,
  tenantId: Uuid,
  { railId, limit, after }: { railId: string; limit: number; after?: Uuid | undefined },
): Promise<DocumentRow[]> {
  return tx.query<DocumentRow>(
    `select ${COLUMNS} from settlement.rail_document
      where tenant_id = $1 and rail_id = $2 and state <> 'taken' and ($3::uuid is null or id < $3) order by id desc limit $4`,
    [tenantId, railId, after ?? null, limit],
  );
}
