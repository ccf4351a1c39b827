import type { Uuid } from '../../../base/id.ts';
import { instant } from '../../../infra/postgres/columns.ts';
import type { Tx } from '../../../infra/postgres/db.ts';
import type { Days } from '../kind.ts';

/** How many payments were held for review on a day, and how many cases were closed on it as reported to the authority. */
export async function complianceCountsOf(tx: Tx, tenantId: Uuid, { fromMs, toMs }: Days): Promise<{ held: bigint; reported: bigint }> {
  const [row] = await tx.query<{ held: bigint; reported: bigint }>(
    `select (select count(*) from settlement.payment
              where tenant_id = $1 and decision = 'held' and received_at >= $2::timestamptz and received_at < $3::timestamptz) as held,
            (select count(*) from settlement.compliance_case
              where tenant_id = $1 and outcome = 'reported' and closed_at >= $2::timestamptz and closed_at < $3::timestamptz) as reported`,
    [tenantId, instant(fromMs), instant(toMs)],
  );
  return row!;
}
