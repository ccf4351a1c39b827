import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { CaseOutcome } from './case.ts';

/** Cases opened and closed by day (UTC) since an instant. */
export async function casesByDay(tx: Tx, tenantId: Uuid, since: Millis): Promise<{ day: LocalDate; opened: number; closed: number }[]> {
  return tx.query(
    `select day::text as day, sum(opened)::int as opened, sum(closed)::int as closed
       from (
         select (opened_at at time zone 'utc')::date as day, 1 as opened, 0 as closed from settlement.compliance_case where tenant_id = $1 and opened_at >= $2::timestamptz
         union all
         select (closed_at at time zone 'utc')::date, 0, 1 from settlement.compliance_case where tenant_id = $1 and closed_at >= $2::timestamptz
       ) moves group by day order by day`,
    [tenantId, instant(since)],
  );
}

/** How cases were decided since an instant: outcomes, the median time in minutes, and how many were late. */
export async function caseOutcomes(
  tx: Tx,
  tenantId: Uuid,
  since: Millis,
): Promise<{ outcomes: { outcome: CaseOutcome; cases: number }[]; medianMinutes: number | null; late: number }> {
  const outcomes = await tx.query<{ outcome: CaseOutcome; cases: number }>(
    `select outcome, count(*)::int as cases from settlement.compliance_case
      where tenant_id = $1 and closed_at >= $2::timestamptz and outcome is not null group by outcome order by outcome`,
    [tenantId, instant(since)],
  );
  const [row] = await tx.query<{ median: number | null; late: number }>(
    `select percentile_cont(0.5) within group (order by extract(epoch from closed_at - opened_at)::float8 / 60) as median,
            (count(*) filter (where closed_at > due_at))::int as late
       from settlement.compliance_case where tenant_id = $1 and closed_at >= $2::timestamptz`,
    [tenantId, instant(since)],
  );
  return { outcomes, medianMinutes: row!.median, late: row!.late };
}

/** Who has how many open cases, and who decided how many since an instant. */
export async function casesByPerson(tx: Tx, tenantId: Uuid, since: Millis): Promise<{ name: string; open: number; closed: number }[]> {
  return tx.query(
    `select name, sum(open)::int as open, sum(closed)::int as closed
       from (
         select assignee_name as name, 1 as open, 0 as closed from settlement.compliance_case where tenant_id = $1 and state <> 'closed' and assignee_name is not null
         union all
         select closed_by_name, 0, 1 from settlement.compliance_case where tenant_id = $1 and closed_at >= $2::timestamptz and closed_by_name is not null
       ) people group by name order by sum(closed) desc, name limit 50`,
    [tenantId, instant(since)],
  );
}
