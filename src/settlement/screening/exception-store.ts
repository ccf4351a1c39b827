import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** Someone found not to be the entry that the name matches. `entryDigest` says what the entry was when it was looked at. */
export type ExceptionRow = {
  id: Uuid;
  name: string;
  nameKey: string;
  listId: string;
  entryId: string;
  entryDigest: string;
  reason: string;
  grantedBy: string;
  grantedAt: Millis;
  expiresAt: Millis;
  revokedAt: Millis | null;
};

const COLUMNS = `id, name, name_key as "nameKey", list_id as "listId", entry_id as "entryId", entry_digest as "entryDigest", reason,
  granted_by as "grantedBy", granted_at as "grantedAt", expires_at as "expiresAt", revoked_at as "revokedAt"`;

export async function insertException(tx: Tx, tenantId: Uuid, row: ExceptionRow): Promise<void> {
  await tx.query(
    `insert into settlement.screening_exception
       (tenant_id, id, name, name_key, list_id, entry_id, entry_digest, reason, granted_by, granted_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::timestamptz, $11::timestamptz)`,
    [
      tenantId,
      row.id,
      row.name,
      row.nameKey,
      row.listId,
      row.entryId,
      row.entryDigest,
      row.reason,
      row.grantedBy,
      instant(row.grantedAt),
      instant(row.expiresAt),
    ],
  );
}

/** Exceptions in force at an instant for names; found by the key of the name. */
export async function exceptionsFor(tx: Tx, tenantId: Uuid, nameKeys: readonly string[], at: Millis): Promise<ExceptionRow[]> {
  return tx.query<ExceptionRow>(
    `select ${COLUMNS} from settlement.screening_exception
      where tenant_id = $1 and name_key = any($2::text[]) and revoked_at is null and expires_at > $3::timestamptz`,
    [tenantId, nameKeys, instant(at)],
  );
}

/** The latest exceptions, revoked and ended ones among them. */
export async function listExceptions(tx: Tx, tenantId: Uuid, limit: number): Promise<ExceptionRow[]> {
  return tx.query<ExceptionRow>(
    `select ${COLUMNS} from settlement.screening_exception where tenant_id = $1 order by granted_at desc, id desc limit $2`,
    [tenantId, limit],
  );
}

/** Ends an exception; undefined when there is none by this id, and unchanged when it was ended before. */
export async function revokeException(tx: Tx, tenantId: Uuid, id: Uuid, at: Millis): Promise<ExceptionRow | undefined> {
  await tx.query(
    'update settlement.screening_exception set revoked_at = $3::timestamptz where tenant_id = $1 and id = $2 and revoked_at is null',
    [tenantId, id, instant(at)],
  );
  const [row] = await tx.query<ExceptionRow>(`select ${COLUMNS} from settlement.screening_exception where tenant_id = $1 and id = $2`, [
    tenantId,
    id,
  ]);
  return row;
}
