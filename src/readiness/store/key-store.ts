import { newId, type Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** A key that signs on behalf of users: both halves DER, the private one sealed. */
export type KeyRow = {
  id: string;
  publicKey: Buffer;
  sealedPrivate: Buffer;
  createdAt: Millis;
  /** When it was ended, and since when nothing of it counts; null while it signs. */
  endedAt: Millis | null;
  compromisedSince: Millis | null;
};

/** The end of a key, told by somebody. */
export type KeyEnd = { keyId: string; at: Millis; compromisedSince?: Millis; by: string; reason: string };

/** One process at a time makes keys. */
export async function lockKeys(tx: Tx, tenantId: Uuid): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('readiness.signing_key/' || $1::text, 0))`, [tenantId]);
}

/** All keys, the newest first. */
export async function selectKeys(tx: Tx): Promise<KeyRow[]> {
  return await tx.query<KeyRow>(
    `select k.id, k.public_key as "publicKey", k.sealed_private as "sealedPrivate", k.created_at as "createdAt",
       min(e.at) as "endedAt", min(e.compromised_since) as "compromisedSince"
     from readiness.signing_key k left join readiness.signing_key_end e on e.tenant_id = k.tenant_id and e.key_id = k.id
     group by k.tenant_id, k.id order by k.created_at desc, k.id`,
  );
}

export async function insertKeyEnd(tx: Tx, tenantId: Uuid, { keyId, at, compromisedSince, by, reason }: KeyEnd): Promise<void> {
  await tx.query(
    `insert into readiness.signing_key_end (tenant_id, id, key_id, at, compromised_since, told_by, reason)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [tenantId, newId(at), keyId, instant(at), compromisedSince === undefined ? null : instant(compromisedSince), by, reason],
  );
}

export async function insertKey(
  tx: Tx,
  tenantId: Uuid,
  key: Pick<KeyRow, 'id' | 'publicKey' | 'sealedPrivate'>,
  at: Millis,
): Promise<void> {
  await tx.query('insert into readiness.signing_key (tenant_id, id, public_key, sealed_private, created_at) values ($1, $2, $3, $4, $5)', [
    tenantId,
    key.id,
    key.publicKey,
    key.sealedPrivate,
    instant(at),
  ]);
}
