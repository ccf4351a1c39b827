import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** The roles of users who may sign, in the order in which they were named. */
export async function selectSigningRoles(tx: Tx): Promise<{ userId: Uuid; role: string }[]> {
  return await tx.query(`select user_id as "userId", role from readiness.signing_role order by named_at, role`);
}

/** Replaces the roles of a user. */
export async function replaceSigningRoles(
  tx: Tx,
  of: { tenantId: Uuid; userId: Uuid },
  named: { roles: readonly string[]; by: string; at: Millis },
): Promise<void> {
  await tx.query('delete from readiness.signing_role where user_id = $1', [of.userId]);
  await tx.query(
    `insert into readiness.signing_role (tenant_id, user_id, role, named_by, named_at)
     select $1, $2, role, $4, $5 from unnest($3::text[]) as role on conflict do nothing`,
    [of.tenantId, of.userId, named.roles, named.by, instant(named.at)],
  );
}

export type WaiverRequestRow = {
  id: Uuid;
  checklist: string;
  lineId: string;
  reason: string;
  until: Millis;
  requestedBy: Uuid;
  requestedName: string;
  requestedAt: Millis;
  state: 'open' | 'granted' | 'refused';
  decidedBy: string | null;
  decidedAt: Millis | null;
};

const COLUMNS = `id, checklist, line_id as "lineId", reason, until, requested_by as "requestedBy", requested_name as "requestedName",
  requested_at as "requestedAt", state, decided_by as "decidedBy", decided_at as "decidedAt"`;

export async function insertWaiverRequest(tx: Tx, tenantId: Uuid, row: WaiverRequestRow): Promise<void> {
  await tx.query(
    `insert into readiness.waiver_request (tenant_id, id, checklist, line_id, reason, until, requested_by, requested_name, requested_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      tenantId,
      row.id,
      row.checklist,
      row.lineId,
      row.reason,
      instant(row.until),
      row.requestedBy,
      row.requestedName,
      instant(row.requestedAt),
    ],
  );
}

/** Requests of a checklist: all that are open, and the latest 200 of the others. */
export async function selectWaiverRequests(tx: Tx, checklist: string): Promise<WaiverRequestRow[]> {
  return await tx.query<WaiverRequestRow>(
    `select ${COLUMNS} from readiness.waiver_request where checklist = $1 order by (state = 'open') desc, id desc limit 200`,
    [checklist],
  );
}

export async function findWaiverRequest(tx: Tx, id: Uuid): Promise<WaiverRequestRow | undefined> {
  const [row] = await tx.query<WaiverRequestRow>(`select ${COLUMNS} from readiness.waiver_request where id = $1`, [id]);
  return row;
}

/** Locks the request, so that two decisions come one after the other. */
export async function lockWaiverRequest(tx: Tx, id: Uuid): Promise<WaiverRequestRow | undefined> {
  const [row] = await tx.query<WaiverRequestRow>(`select ${COLUMNS} from readiness.waiver_request where id = $1 for update`, [id]);
  return row;
}

export async function decideWaiverRequest(
  tx: Tx,
  id: Uuid,
  decision: { state: 'granted' | 'refused'; by: string; at: Millis },
): Promise<void> {
  await tx.query('update readiness.waiver_request set state = $2, decided_by = $3, decided_at = $4 where id = $1', [
    id,
    decision.state,
    decision.by,
    instant(decision.at),
  ]);
}
