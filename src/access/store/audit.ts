import { newId, type Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant, instants, jsonbs, texts, uuids } from '../../infra/postgres/columns.ts';
import type { RowSet, Tx } from '../../infra/postgres/db.ts';
import { gather, stemOf, type TimedEntry } from '../audit/gather.ts';
import type { AuditEntry } from '../port.ts';

/** What stands in a row of the log, with its place: `xid` is the transaction that added it. */
type PlacedEntry = AuditEntry & { id: Uuid; xid: bigint; at: Millis };

/** A row of the log. `subjects`, in order, where there are several, `subject` being the first; null where it is the only one. */
export type AuditRow = PlacedEntry & { subjects: readonly string[] | null };

/** A row as it is listed: how many subjects it has when these are several, and which they are if that was asked. */
export type ListedAuditRow = PlacedEntry & { subjectCount: number | null; subjects: readonly string[] | null };

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
  /** With all subjects of each row. */
  allSubjects?: boolean | undefined;
  limit: number;
};

const PLACED_COLUMNS = `tenant_id as "tenantId", xid, id, at, actor_kind as "actorKind", actor_id as "actorId",
  actor_name as "actorName", action, subject, request_id as "requestId", outcome, detail`;

export const AUDIT_COLUMNS = `${PLACED_COLUMNS}, subjects`;

/** One set-wise insert, as the application for its tenant or as `rialto_writer` for many. Entries that say the same share a row. */
export async function insertAudit(tx: Tx, entries: readonly TimedEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const rows = gather(entries);
  await tx.query(
    `insert into access.audit (tenant_id, id, at, actor_kind, actor_id, actor_name, action, subject, request_id, outcome, detail, subjects)
     select unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::timestamptz[]), unnest($4::text[]), unnest($5::uuid[]), unnest($6::text[]),
       unnest($7::text[]), unnest($8::text[]), unnest($9::text[]), unnest($10::text[]), unnest($11::jsonb[]),
       string_to_array(unnest($12::text[]), ' ')`,
    [
      uuids(rows.map((row) => row.value.tenantId)),
      uuids(rows.map(() => newId())),
      instants(rows.map((row) => row.atMs)),
      texts(rows.map((row) => row.value.actorKind)),
      uuids(rows.map((row) => row.value.actorId)),
      texts(rows.map((row) => row.value.actorName)),
      texts(rows.map((row) => row.value.action)),
      texts(rows.map((row) => row.value.subject)),
      texts(rows.map((row) => row.value.requestId)),
      texts(rows.map((row) => row.value.outcome)),
      jsonbs(rows.map((row) => row.value.detail)),
      // Only ids share a row, and an id has no space.
      texts(rows.map((row) => row.subjects?.join(' '))),
    ],
  );
}

/** Audit rows as rows of someone else's batch. */
export const auditRows: RowSet<AuditEntry> = { name: 'access.audit', needsNoAnswer: true, write: insertAudit };

const NEWEST_FIRST = 'order by xid desc, id desc';

/** Newest first, of the transaction's tenant. */
export async function selectAudit(tx: Tx, filter: AuditFilter): Promise<ListedAuditRow[]> {
  const values: unknown[] = [];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const conditions = conditionsOf(filter, parameter);
  const limit = `${NEWEST_FIRST} limit ${parameter(filter.limit)}`;
  const columns = `${PLACED_COLUMNS}, cardinality(subjects) as "subjectCount", ${filter.allSubjects ? 'subjects' : 'null::text[] as subjects'}`;
  const { subject } = filter;
  if (subject === undefined)
    return await tx.query<ListedAuditRow>(`select ${columns} from access.audit where ${conditions} ${limit}`, values);
  const wanted = parameter(subject);
  const first = `select * from access.audit where subject = ${wanted} and ${conditions} ${limit}`;
  const stem = stemOf(subject);
  if (stem === undefined) return await tx.query<ListedAuditRow>(`select ${columns} from (${first}) as found ${limit}`, values);
  // Rows that name it behind their first subject. They are few, and found by themselves: else the planner may look for them
  // in all of the log, from its end.
  return await tx.query<ListedAuditRow>(
    `with among as materialized (
       select * from access.audit where subjects is not null and subject collate "C" >= ${parameter(stem)} and subject collate "C" < ${wanted}
         and ${wanted} = any(subjects)
     ), found as (
       (${first}) union all (select * from among where ${conditions} ${limit})
     )
     select ${columns} from found ${limit}`,
    values,
  );
}

/** All but the subject. */
function conditionsOf(filter: AuditFilter, parameter: (value: unknown) => string): string {
  const { actorId, actorName, action, outcome, from, to, before } = filter;
  const conditions = ['true'];
  if (actorId !== undefined) conditions.push(`actor_id = ${parameter(actorId)}::uuid`);
  if (actorName !== undefined) conditions.push(`actor_name = ${parameter(actorName)}`);
  if (action !== undefined) conditions.push(`action = ${parameter(action)}`);
  if (outcome !== undefined) conditions.push(`outcome = ${parameter(outcome)}`);
  if (from !== undefined) conditions.push(`at >= ${parameter(instant(from))}`);
  if (to !== undefined) conditions.push(`at <= ${parameter(instant(to))}`);
  if (before) conditions.push(`(xid, id) < (${parameter(before.xid)}::bigint, ${parameter(before.id)}::uuid)`);
  return conditions.join(' and ');
}

export type AuditHead = { size: bigint; root: Buffer; at: Millis };

/** The last head of the transaction's tenant. */
export async function findAuditHead(tx: Tx): Promise<AuditHead | undefined> {
  const [row] = await tx.query<AuditHead>('select size, root, at from access.audit_head order by size desc limit 1');
  return row;
}
