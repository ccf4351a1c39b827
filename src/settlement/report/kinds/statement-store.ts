import type { Uuid } from '../../../base/id.ts';
import type { Millis } from '../../../base/time.ts';
import { instant } from '../../../infra/postgres/columns.ts';
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

/** What moved on a participant's account for fees. */
export async function feePostingsOf(
  tx: Tx,
  tenantId: Uuid,
  of: { participantId: Uuid; asset: string; fromMs: Millis; toMs: Millis },
): Promise<{ transferId: Uuid; units: bigint; reference: string; recordedAt: Millis }[]> {
  return tx.query(
    `select transfer_id as "transferId", units, reference, recorded_at as "recordedAt" from settlement.fee_posting
      where tenant_id = $1 and participant_id = $2 and asset = $3 and recorded_at >= $4::timestamptz and recorded_at < $5::timestamptz
      order by recorded_at, transfer_id`,
    [tenantId, of.participantId, of.asset, instant(of.fromMs), instant(of.toMs)],
  );
}
