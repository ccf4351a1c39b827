import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant, instants, jsonbs, texts, uuids } from '../../infra/postgres/columns.ts';
import type { RowSet, Tx } from '../../infra/postgres/db.ts';
import type { AuditEntry } from '../port.ts';

/** A row of the log with its place: `xid` is the transaction that added it. */
export type AuditRow = AuditEntry & { xid: bigint; at: Millis };

/** A place in a tenant's log. */
export type AuditPlace = { xid: bigint; id: Uuid };

export type AuditFilter = {
  actorId?: Uuid | undefined;
  actorName?: string | undefined;
  action?: string | undefined;
  subject?: string | undefined;
  outcome?: string | undefined;
  from?: Millis | undefined;
  to?: Millis | undefined;
  before?: AuditPlace | undefined;
  limit: number;
};

export const AUDIT_COLUMNS = `tenant_id as "tenantId", xid, id, at, actor_kind as "actorKind", actor_id as "actorId",
  actor_name as "actorName", action, subject, request_id as "requestId", outcome, detail`;

/** One set-wise insert, as the application for its tenant or as `rialto_writer` for many. */
export async function insertAudit(tx: Tx, rows: readonly { atMs: Millis; value: AuditEntry }[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `insert into access.audit (tenant_id, id, at, actor_kind, actor_id, actor_name, action, subject, request_id, outcome, detail)
     select unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::timestamptz[]), unnest($4::text[]), unnest($5::uuid[]), unnest($6::text[]),
       unnest($7::text[]), unnest($8::text[]), unnest($9::text[]), unnest($10::text[]), unnest($11::jsonb[])`,
    [
      uuids(rows.map((row) => row.value.tenantId)),
      uuids(rows.map((row) => row.value.id)),
      instants(rows.map((row) => row.atMs)),
      texts(rows.map((row) => row.value.actorKind)),
      uuids(rows.map((row) => row.value.actorId)),
      texts(rows.map((row) => row.value.actorName)),
      texts(rows.map((row) => row.value.action)),
      texts(rows.map((row) => row.value.subject)),
      texts(rows.map((row) => row.value.requestId)),
      texts(rows.map((row) => row.value.outcome)),
      jsonbs(rows.map((row) => row.value.detail)),
    ],
  );
}

/** Audit rows as rows of someone else's batch. */
export const auditRows: RowSet<AuditEntry> = { name: 'access.audit', needsNoAnswer: true, write: insertAudit };

/** Newest first, of the transaction's tenant. */
export async function selectAudit(tx: Tx, filter: AuditFilter): Promise<AuditRow[]> {
  const values: unknown[] = [];
  const conditions = ['true'];
  const add = (condition: (parameter: string) => string, value: unknown): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  add((p) => `actor_id = ${p}::uuid`, filter.actorId);
  add((p) => `actor_name = ${p}`, filter.actorName);
  add((p) => `action = ${p}`, filter.action);
  add((p) => `subject = ${p}`, filter.subject);
  add((p) => `outcome = ${p}`, filter.outcome);
  add((p) => `at >= ${p}`, filter.from === undefined ? undefined : instant(filter.from));
  add((p) => `at <= ${p}`, filter.to === undefined ? undefined : instant(filter.to));
  if (filter.before) {
    values.push(filter.before.xid, filter.before.id);
    conditions.push(`(xid, id) < ($${values.length - 1}::bigint, $${values.length}::uuid)`);
  }
  values.push(filter.limit);
  return await tx.query<AuditRow>(
    `select ${AUDIT_COLUMNS} from access.audit where ${conditions.join(' and ')} order by xid desc, id desc limit $${values.length}`,
    values,
  );
}

export type AuditHead = { size: bigint; root: Buffer; at: Millis };

/** The last head of the transaction's tenant. */
export async function findAuditHead(tx: Tx): Promise<AuditHead | undefined> {
  const [row] = await tx.query<AuditHead>('select size, root, at from access.audit_head order by size desc limit 1');
  return row;
}
