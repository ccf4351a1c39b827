import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** A back-test as it is kept; `report` is JSON of what was found. */
export type BackTestRow = { id: Uuid; ruleSet: number; from: LocalDate; to: LocalDate; report: object; runBy: string; runAt: Millis };

export async function insertBackTest(tx: Tx, tenantId: Uuid, row: BackTestRow): Promise<void> {
  await tx.query(
    `insert into settlement.aml_back_test (tenant_id, id, rule_set, from_day, to_day, report, run_by_name, run_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8::timestamptz)`,
    [tenantId, row.id, row.ruleSet, row.from, row.to, JSON.stringify(row.report), row.runBy, instant(row.runAt)],
  );
}

export async function lastBackTest(tx: Tx, tenantId: Uuid, ruleSet: number): Promise<BackTestRow | undefined> {
  const [row] = await tx.query<BackTestRow>(
    `select id, rule_set as "ruleSet", from_day::text as from, to_day::text as to, report, run_by_name as "runBy", run_at as "runAt"
       from settlement.aml_back_test where tenant_id = $1 and rule_set = $2 order by id desc limit 1`,
    [tenantId, ruleSet],
  );
  return row;
}
