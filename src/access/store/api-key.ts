import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant, instants, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { ScopeName } from '../role.ts';

export type ApiKeyRow = {
  tenantId: Uuid;
  id: Uuid;
  name: string;
  prefix: string;
  hash: Buffer;
  previousHash: Buffer | null;
  overlapUntil: Millis | null;
  scopes: ScopeName[];
  memberId: Uuid | null;
  version: number;
  createdAt: Millis;
  createdBy: string;
  expiresAt: Millis | null;
  revokedAt: Millis | null;
  lastUsedAt: Millis | null;
};

const COLUMNS = `tenant_id as "tenantId", id, name, prefix, hash, previous_hash as "previousHash", overlap_until as "overlapUntil", scopes,
  member_id as "memberId", version, created_at as "createdAt", created_by as "createdBy", expires_at as "expiresAt", revoked_at as "revokedAt",
  last_used_at as "lastUsedAt"`;

const maybe = (at: Millis | null): string | null => (at === null ? null : instant(at));

export async function insertApiKey(tx: Tx, key: ApiKeyRow): Promise<void> {
  await tx.query(
    `insert into access.api_key (tenant_id, id, name, prefix, hash, scopes, member_id, version, created_at, created_by, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      key.tenantId,
      key.id,
      key.name,
      key.prefix,
      key.hash,
      key.scopes,
      key.memberId,
      key.version,
      instant(key.createdAt),
      key.createdBy,
      maybe(key.expiresAt),
    ],
  );
}

/** Across tenants; needs `rialto_auth`. Prefixes are random, so there is one row, or by a rare chance a second. */
export async function findApiKeysByPrefix(tx: Tx, prefix: string): Promise<ApiKeyRow[]> {
  return await tx.query<ApiKeyRow>(`select ${COLUMNS} from access.api_key where prefix = $1`, [prefix]);
}

/** Locks the row until the transaction ends. */
export async function lockApiKey(tx: Tx, id: Uuid): Promise<ApiKeyRow | undefined> {
  const [row] = await tx.query<ApiKeyRow>(`select ${COLUMNS} from access.api_key where id = $1 for update`, [id]);
  return row;
}

export async function selectApiKeys(tx: Tx, after: Uuid | undefined, limit: number): Promise<ApiKeyRow[]> {
  return await tx.query<ApiKeyRow>(`select ${COLUMNS} from access.api_key where $1::uuid is null or id > $1 order by id limit $2`, [
    after ?? null,
    limit,
  ]);
}

/** Writes what may change of a key. */
export async function updateApiKey(tx: Tx, key: ApiKeyRow): Promise<void> {
  await tx.query(
    'update access.api_key set hash = $2, previous_hash = $3, overlap_until = $4, revoked_at = $5, version = $6 where id = $1',
    [key.id, key.hash, key.previousHash, maybe(key.overlapUntil), maybe(key.revokedAt), key.version],
  );
}

/** Notes when keys were used, across tenants; needs `rialto_auth`. */
export async function updateLastUsed(tx: Tx, uses: readonly { tenantId: Uuid; id: Uuid; at: Millis }[]): Promise<void> {
  await tx.query(
    `update access.api_key k set last_used_at = u.at
     from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as u (tenant_id, id, at)
     where k.tenant_id = u.tenant_id and k.id = u.id and (k.last_used_at is null or k.last_used_at < u.at)`,
    [uuids(uses.map((use) => use.tenantId)), uuids(uses.map((use) => use.id)), instants(uses.map((use) => use.at))],
  );
}
