import { newId, type Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** What no longer opens a door: a session (version 1), or what a user or key was let in by before it had `version`. */
export type Revocation = { tenantId: Uuid; kind: 'session' | 'user' | 'key'; subjectId: Uuid; version: number };

export async function insertRevocation(tx: Tx, revocation: Revocation, at: Millis): Promise<void> {
  await tx.query('insert into access.revocation (tenant_id, id, kind, subject_id, version, at) values ($1, $2, $3, $4, $5, $6)', [
    revocation.tenantId,
    newId(),
    revocation.kind,
    revocation.subjectId,
    revocation.version,
    instant(at),
  ]);
}

/** Across tenants; needs `rialto_auth`. */
export async function selectRevocationsSince(tx: Tx, since: Millis): Promise<Revocation[]> {
  return await tx.query<Revocation>(
    'select tenant_id as "tenantId", kind, subject_id as "subjectId", version from access.revocation where at >= $1',
    [instant(since)],
  );
}

/** Needs `rialto_relay`. */
export async function deleteRevocationsBefore(tx: Tx, before: Millis): Promise<void> {
  await tx.query('delete from access.revocation where at < $1', [instant(before)]);
}
