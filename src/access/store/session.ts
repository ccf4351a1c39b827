import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

export type SessionRow = {
  tenantId: Uuid;
  id: Uuid;
  userId: Uuid;
  generation: number;
  rotatedAt: Millis;
  startedAt: Millis;
  endedAt: Millis | null;
};

/** Which session and generation a refresh token belongs to. */
export type RefreshToken = { tenantId: Uuid; sessionId: Uuid; generation: number };

const COLUMNS = `tenant_id as "tenantId", id, user_id as "userId", generation, rotated_at as "rotatedAt", started_at as "startedAt",
  ended_at as "endedAt"`;

export async function insertSession(tx: Tx, session: SessionRow, from: { remoteAddress: string; userAgent: string }): Promise<void> {
  await tx.query(
    `insert into access.session (tenant_id, id, user_id, generation, rotated_at, started_at, remote_address, user_agent)
     values ($1, $2, $3, $4, $5, $6, $7, left($8, 200))`,
    [
      session.tenantId,
      session.id,
      session.userId,
      session.generation,
      instant(session.rotatedAt),
      instant(session.startedAt),
      from.remoteAddress,
      from.userAgent,
    ],
  );
}

export async function insertRefreshToken(tx: Tx, token: RefreshToken, hash: Buffer): Promise<void> {
  await tx.query('insert into access.refresh_token (tenant_id, hash, session_id, generation) values ($1, $2, $3, $4)', [
    token.tenantId,
    hash,
    token.sessionId,
    token.generation,
  ]);
}

/** Addresses from which the user with this e-mail address has signed in lately; undefined when nobody has it. Needs `rialto_auth`. */
export async function selectPlacesOf(tx: Tx, email: string): Promise<string[] | undefined> {
  const rows = await tx.query<{ place: string | null }>(
    `select s.remote_address as place from access."user" u left join access.session s on s.tenant_id = u.tenant_id and s.user_id = u.id
     where u.email = $1 order by s.started_at desc nulls last limit 100`,
    [email],
  );
  if (rows.length === 0) return undefined;
  return [...new Set(rows.flatMap(({ place }) => place ?? []))];
}

/** Across tenants; needs `rialto_auth`. */
export async function findRefreshToken(tx: Tx, hash: Buffer): Promise<RefreshToken | undefined> {
  const [row] = await tx.query<RefreshToken>(
    'select tenant_id as "tenantId", session_id as "sessionId", generation from access.refresh_token where hash = $1',
    [hash],
  );
  return row;
}

/** Locks the row, so that two exchanges of one session come one after the other. */
export async function lockSession(tx: Tx, id: Uuid): Promise<SessionRow | undefined> {
  const [row] = await tx.query<SessionRow>(`select ${COLUMNS} from access.session where id = $1 for update`, [id]);
  return row;
}

export async function updateGeneration(tx: Tx, id: Uuid, generation: number, at: Millis): Promise<void> {
  await tx.query('update access.session set generation = $2, rotated_at = $3 where id = $1', [id, generation, instant(at)]);
}

/** Ends one session; false when it had ended before. */
export async function endSession(tx: Tx, id: Uuid, reason: string, at: Millis): Promise<boolean> {
  const rows = await tx.query('update access.session set ended_at = $2, end_reason = $3 where id = $1 and ended_at is null returning id', [
    id,
    instant(at),
    reason,
  ]);
  return rows.length === 1;
}

/** Ends all sessions of a user but the one named. */
export async function endSessionsOf(tx: Tx, userId: Uuid, except: Uuid | undefined, end: { reason: string; at: Millis }): Promise<void> {
  await tx.query(
    `update access.session set ended_at = $3, end_reason = $4
     where user_id = $1 and ended_at is null and ($2::uuid is null or id <> $2)`,
    [userId, except ?? null, instant(end.at), end.reason],
  );
}

/** Notes that the user proved the password again; false when the session is not the user's or has ended. */
export async function updateSteppedUpAt(tx: Tx, of: { id: Uuid; userId: Uuid }, at: Millis): Promise<boolean> {
  const rows = await tx.query(
    'update access.session set stepped_up_at = $3 where id = $1 and user_id = $2 and ended_at is null returning id',
    [of.id, of.userId, instant(at)],
  );
  return rows.length === 1;
}

/** When the user of a session that goes on last proved the password again; undefined when never, or when it may not act. */
export async function findSteppedUpAt(tx: Tx, of: { id: Uuid; userId: Uuid }): Promise<Millis | undefined> {
  const [row] = await tx.query<{ at: Millis | null }>(
    `select s.stepped_up_at as at from access.session s join access.user u on u.tenant_id = s.tenant_id and u.id = s.user_id
     where s.id = $1 and s.user_id = $2 and s.ended_at is null and u.disabled_at is null`,
    [of.id, of.userId],
  );
  return row?.at ?? undefined;
}

/** Removes sessions, and with them their tokens, of which nothing can come any more; needs `rialto_relay`. */
export async function deleteSessionsBefore(tx: Tx, startedBefore: Millis): Promise<void> {
  await tx.query('delete from access.session where started_at < $1', [instant(startedBefore)]);
}
