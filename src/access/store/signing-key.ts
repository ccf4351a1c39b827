import type { JWK } from 'jose';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

export type SigningKeyRow = { kid: string; publicJwk: JWK; sealedPrivate: Buffer; activeFrom: Millis };

/** One process at a time makes keys. */
export async function lockSigningKeys(tx: Tx): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('access.signing_key', 0))`);
}

export async function selectSigningKeys(tx: Tx): Promise<SigningKeyRow[]> {
  return await tx.query<SigningKeyRow>(
    `select kid, public_jwk as "publicJwk", sealed_private as "sealedPrivate", active_from as "activeFrom"
     from access.signing_key order by active_from`,
  );
}

export async function insertSigningKey(tx: Tx, key: SigningKeyRow): Promise<void> {
  await tx.query('insert into access.signing_key (kid, public_jwk, sealed_private, active_from) values ($1, $2, $3, $4)', [
    key.kid,
    JSON.stringify(key.publicJwk),
    key.sealedPrivate,
    instant(key.activeFrom),
  ]);
}

export async function deleteSigningKeys(tx: Tx, kids: readonly string[]): Promise<void> {
  await tx.query('delete from access.signing_key where kid = any ($1::text[])', [kids]);
}
