import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { CaseDecision, CaseKind, CaseOutcome, CaseState, Priority } from './case.ts';

/** What one person proposed and a second one has to confirm; `id` names this proposal and no other. */
export type Proposal = { id: Uuid; decision: CaseDecision; comment: string; byId: Uuid; byName: string; byKind: string; at: Millis };

export type CaseRow = {
  id: Uuid;
  number: number;
  kind: CaseKind;
  state: CaseState;
  priority: Priority;
  title: string;
  summary: string;
  score: number;
  paymentId: Uuid | null;
  /** The instruction to a rail that it decides on. */
  instructionId: Uuid | null;
  asset: string | null;
  units: bigint | null;
  partyKey: string | null;
  inputs: object;
  assigneeId: Uuid | null;
  assigneeName: string | null;
  openedAt: Millis;
  dueAt: Millis;
  breachedAt: Millis | null;
  proposal: Proposal | null;
  outcome: CaseOutcome | null;
  closedByName: string | null;
  closedAt: Millis | null;
};

const COLUMNS = `c.id, c.number, c.kind, c.state, c.priority, c.title, c.summary, c.score, c.payment_id as "paymentId", c.instruction_id as "instructionId", c.asset, c.units,
  c.party_key as "partyKey", c.inputs, c.assignee_id as "assigneeId", c.assignee_name as "assigneeName", c.opened_at as "openedAt",
  c.due_at as "dueAt", c.breached_at as "breachedAt", c.proposal, c.outcome, c.closed_by_name as "closedByName", c.closed_at as "closedAt"`;

export async function findCase(tx: Tx, tenantId: Uuid, id: Uuid): Promise<CaseRow | undefined> {
  const [row] = await tx.query<CaseRow>(`select ${COLUMNS} from settlement.compliance_case c where c.tenant_id = $1 and c.id = $2`, [
    tenantId,
    id,
  ]);
  return row;
}

/** Locks a case until the transaction ends. */
export async function lockCase(tx: Tx, tenantId: Uuid, id: Uuid): Promise<CaseRow | undefined> {
  const [row] = await tx.query<CaseRow>(
    `select ${COLUMNS} from settlement.compliance_case c where c.tenant_id = $1 and c.id = $2 for update`,
    [tenantId, id],
  );
  return row;
}

export type CaseFilter = {
  limit: number;
  after?: Uuid;
  state?: CaseState | 'active';
  kind?: CaseKind;
  priority?: Priority;
  assignee?: 'me' | 'nobody';
  me: Uuid;
  overdueAt?: Millis;
  query?: string;
  sort: 'due' | 'newest';
};

/** A page of cases: by when they are due, or the newest first. */
export async function pageOfCases(tx: Tx, tenantId: Uuid, filter: CaseFilter): Promise<CaseRow[]> {
  const values: unknown[] = [tenantId];
  const where = ['c.tenant_id = $1'];
  const add = (condition: (placeholder: string) => string, value: unknown) => {
    if (value !== undefined) where.push(condition(`$${values.push(value)}`));
  };
  if (filter.state === 'active') where.push(`c.state <> 'closed'`);
  else add((v) => `c.state = ${v}`, filter.state);
  add((v) => `c.kind = ${v}`, filter.kind);
  add((v) => `c.priority = ${v}`, filter.priority);
  if (filter.assignee === 'nobody') where.push('c.assignee_id is null');
  add((v) => `c.assignee_id = ${v}`, filter.assignee === 'me' ? filter.me : undefined);
  add(
    (v) => `c.state <> 'closed' and c.due_at < ${v}::timestamptz`,
    filter.overdueAt === undefined ? undefined : instant(filter.overdueAt),
  );
  add(
    (v) => `(c.number::text = ${v} or position(lower(${v}) in lower(c.title)) > 0 or position(lower(${v}) in lower(c.summary)) > 0
      or exists (select from settlement.payment p where p.tenant_id = c.tenant_id and p.id = c.payment_id and (p.end_to_end_id = ${v} or p.uetr::text = ${v})))`,
    filter.query,
  );
  const isDue = filter.sort === 'due';
  add((v) => {
    const last = `(select l.due_at, l.id from settlement.compliance_case l where l.tenant_id = $1 and l.id = ${v}::uuid)`;
    return isDue
      ? `(c.due_at, c.id) > ${last}`
      : `c.number < (select l.number from settlement.compliance_case l where l.tenant_id = $1 and l.id = ${v}::uuid)`;
  }, filter.after);
  const order = isDue ? 'c.due_at, c.id' : 'c.number desc';
  return tx.query<CaseRow>(
    `select ${COLUMNS} from settlement.compliance_case c where ${where.join(' and ')} order by ${order} limit $${values.push(filter.limit)}`,
    values,
  );
}

type NewCase = Omit<CaseRow, 'number' | 'breachedAt' | 'proposal' | 'assigneeId' | 'assigneeName'>;

/** Opens a case under the next number; undefined when there is one with this id, or an open one of this party. */
export async function insertCase(tx: Tx, tenantId: Uuid, row: NewCase): Promise<number | undefined> {
  const [made] = await tx.query<{ number: number }>(
    `insert into settlement.compliance_case (tenant_id, id, number, kind, state, priority, title, summary, score, payment_id, asset, units,
       party_key, inputs, opened_at, due_at, outcome, closed_by_name, closed_at, instruction_id)
     select $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::timestamptz, $15::timestamptz, $16, $17, $18::timestamptz, $19
       from settlement.compliance_case where tenant_id = $1
     on conflict do nothing returning number`,
    [
      tenantId,
      row.id,
      row.kind,
      row.state,
      row.priority,
      row.title,
      row.summary,
      row.score,
      row.paymentId,
      row.asset,
      row.units?.toString() ?? null,
      row.partyKey,
      JSON.stringify(row.inputs),
      instant(row.openedAt),
      instant(row.dueAt),
      row.outcome,
      row.closedByName,
      row.closedAt === null ? null : instant(row.closedAt),
      row.instructionId,
    ],
  );
  return made?.number;
}

/** Writes what a move changed. */
export async function updateCase(
  tx: Tx,
  tenantId: Uuid,
  row: Pick<CaseRow, 'id' | 'state' | 'assigneeId' | 'assigneeName' | 'proposal' | 'outcome' | 'closedByName' | 'closedAt'>,
): Promise<void> {
  await tx.query(
    `update settlement.compliance_case set state = $3, assignee_id = $4, assignee_name = $5, proposal = $6, outcome = $7, closed_by_name = $8, closed_at = $9::timestamptz
      where tenant_id = $1 and id = $2`,
    [
      tenantId,
      row.id,
      row.state,
      row.assigneeId,
      row.assigneeName,
      row.proposal ? JSON.stringify(row.proposal) : null,
      row.outcome,
      row.closedByName,
      row.closedAt === null ? null : instant(row.closedAt),
    ],
  );
}

/** Raises how urgent an open case is, never lowers it. */
export async function raiseCase(tx: Tx, tenantId: Uuid, id: Uuid, to: { score: number; priority: Priority; dueAt: Millis }): Promise<void> {
  await tx.query(
    `update settlement.compliance_case set score = greatest(score, $3),
            priority = case when due_at > $5::timestamptz then $4 else priority end, due_at = least(due_at, $5::timestamptz)
      where tenant_id = $1 and id = $2 and state <> 'closed'`,
    [tenantId, id, to.score, to.priority, instant(to.dueAt)],
  );
}

export async function openCaseOfParty(tx: Tx, tenantId: Uuid, kind: CaseKind, partyKey: string): Promise<CaseRow | undefined> {
  const [row] = await tx.query<CaseRow>(
    `select ${COLUMNS} from settlement.compliance_case c where c.tenant_id = $1 and c.kind = $2 and c.party_key = $3 and c.state <> 'closed'`,
    [tenantId, kind, partyKey],
  );
  return row;
}

/** Closes cases, some at a time, that stand open for payments on which a review has decided, and answers with them. */
export async function closeDecided(tx: Tx, tenantId: Uuid, limit: number): Promise<CaseRow[]> {
  return tx.query<CaseRow>(
    `update settlement.compliance_case c
        set state = 'closed', outcome = d.outcome, closed_by_name = d.actor_name, closed_at = d.decided_at
       from (select b.id, coalesce(h.actor_name, r.actor_name) as actor_name, coalesce(h.decided_at, r.decided_at) as decided_at,
                    case coalesce(h.outcome, r.decision) when 'rejected' then 'rejected' else 'released' end as outcome
               from settlement.compliance_case b
               left join settlement.review r on r.tenant_id = b.tenant_id and r.payment_id = b.id
               left join settlement.payment_hold h on h.tenant_id = b.tenant_id and h.id = b.id and h.outcome is not null
              where b.tenant_id = $1 and b.kind = 'payment' and b.state <> 'closed' and (r.payment_id is not null or h.id is not null)
              order by b.due_at limit $2) d
      where c.tenant_id = $1 and c.id = d.id and c.state <> 'closed'
      returning ${COLUMNS}`,
    [tenantId, limit],
  );
}

/** Closes cases, some at a time, whose instruction they hold no longer: a rail has paid it after all. Answers with them. */
export async function closeOvertaken(
  tx: Tx,
  tenantId: Uuid,
  { at, by, limit }: { at: Millis; by: string; limit: number },
): Promise<CaseRow[]> {
  return tx.query<CaseRow>(
    `update settlement.compliance_case c
        set state = 'closed', outcome = 'released', closed_by_name = $3, closed_at = $2::timestamptz
       from (select b.id from settlement.compliance_case b
              where b.tenant_id = $1 and b.kind = 'instruction' and b.state <> 'closed'
                and not exists (select from settlement.instruction i where i.tenant_id = b.tenant_id and i.hold_case_id = b.id)
              order by b.due_at limit $4) d
      where c.tenant_id = $1 and c.id = d.id and c.state <> 'closed'
      returning ${COLUMNS}`,
    [tenantId, instant(at), by, limit],
  );
}

/** Marks cases whose time is over, some at a time, and answers with them. */
export async function markBreached(tx: Tx, tenantId: Uuid, at: Millis, limit: number): Promise<CaseRow[]> {
  return tx.query<CaseRow>(
    `update settlement.compliance_case c set breached_at = $2::timestamptz
      where c.tenant_id = $1 and c.id in (
        select b.id from settlement.compliance_case b
         where b.tenant_id = $1 and b.state <> 'closed' and b.breached_at is null and b.due_at < $2::timestamptz order by b.due_at limit $3)
      returning ${COLUMNS}`,
    [tenantId, instant(at), limit],
  );
}

export type OpenCount = { priority: Priority; state: CaseState; cases: number; overdue: number };

export async function countOpen(tx: Tx, tenantId: Uuid, at: Millis): Promise<OpenCount[]> {
  return tx.query<OpenCount>(
    `select priority, state, count(*)::int as cases, (count(*) filter (where due_at < $2::timestamptz))::int as overdue
       from settlement.compliance_case where tenant_id = $1 and state <> 'closed' group by priority, state order by priority, state`,
    [tenantId, instant(at)],
  );
}
