import type { Uuid } from '../../base/id.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Findings } from '../compliance/findings.ts';

/** What is kept with a payment of how it was judged. */
export type JudgedBy = {
  risk: number;
  ruleSet: number;
  limitSet: number;
  screeningSet: number | null;
  findings: Partial<Findings> | null;
};

/** Undefined for a payment that was taken before rules and limits were kept with it. */
export async function judgedBy(tx: Tx, tenantId: Uuid, id: Uuid): Promise<JudgedBy | undefined> {
  const [row] = await tx.query<JudgedBy>(
    `select risk, rule_set as "ruleSet", coalesce(limit_set, 0) as "limitSet", screening_set as "screeningSet", findings
       from settlement.payment where tenant_id = $1 and id = $2 and risk is not null and rule_set is not null`,
    [tenantId, id],
  );
  return row;
}
