import type { Uuid } from '../../../base/id.ts';
import type { Tx } from '../../../infra/postgres/db.ts';

type Parties = { endToEndId: string; uetr: string; debtorBic: string; debtorName: string; creditorBic: string; creditorName: string };

/** Who paid whom in each of some payments. */
export async function partiesOf(tx: Tx, tenantId: Uuid, paymentIds: readonly Uuid[]): Promise<Map<Uuid, Parties>> {
  const rows = await tx.query<Parties & { id: Uuid }>(
    `select p.id, p.end_to_end_id as "endToEndId", p.uetr, d.bic as "debtorBic", p.debtor ->> 'name' as "debtorName",
            c.bic as "creditorBic", p.creditor ->> 'name' as "creditorName"
       from settlement.payment p
       join settlement.participant d on d.tenant_id = p.tenant_id and d.id = p.debtor_agent_id
       join settlement.participant c on c.tenant_id = p.tenant_id and c.id = p.creditor_agent_id
      where p.tenant_id = $1 and p.id = any($2::uuid[])`,
    [tenantId, paymentIds],
  );
  return new Map(rows.map(({ id, ...parties }) => [id, parties]));
}
