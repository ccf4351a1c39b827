import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** A key that signs on behalf of users: both halves DER, the private one sealed. */
export type KeyRow = { id: string; publicKey: Buffer; sealedPrivate: Buffer };

/** One process at a time makes keys. */
export async function lockKeys(tx: Tx, tenantId: Uuid): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('readiness.signing_key/' || $1::text, 0))`, [tenantId]);
}

/** All keys, the newest first. */
export async function selectKeys(tx: Tx): Promise<KeyRow[]> {
  return await tx.query<KeyRow>(
    `select id, public_key as "publicKey", sealed_private as "sealedPrivate" from readiness.signing_key order by created_at desc, id`,
  );
}

export async function insertKey(tx: Tx, tenantId: Uuid, key: KeyRow, at: Millis): Promise<void> {
  await tx.query('insert into readiness.signing_key (tenant_id, id, public_key, sealed_private, created_at) values ($1, $2, $3, $4, $5)', [
    tenantId,
    key.id,
    key.publicKey,
    key.sealedPrivate,
    instant(at),
  ]);
}
