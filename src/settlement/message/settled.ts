import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { PaymentOrder } from '../payment/payment.ts';
import { returnLinks, type ReturnLink } from '../return/store.ts';
import type { Carried } from '../iso20022/carried/said.ts';
import { carriedWith } from './carried-store.ts';
import { originsOf, type Origin } from './store.ts';

type Party = Pick<
  PaymentOrder['debtor'],
  'name' | 'account' | 'country' | 'town' | 'bic' | 'lei' | 'ultimate' | 'initiator' | 'banks' | 'mentions'
>;

/** A payment as messages about it need it, after its fate is known. */
export type ToldPayment = {
  id: Uuid;
  uetr: Uuid;
  endToEndId: string;
  debtorAgentId: Uuid;
  creditorAgentId: Uuid;
  debtorAgent: string;
  creditorAgent: string;
  debtor: Party;
  creditor: Party;
  asset: string;
  units: bigint;
  valueDate: LocalDate;
  purpose?: string;
  remittance?: string;
  receivedAt: Millis;
  /** When it became final, or was rejected. */
  decidedAt: Millis;
  reason?: { code: string; text: string };
  origin?: Origin;
  /** What else its sender said that goes on with it. */
  carried?: Carried;
  /** Of a return: which payment's money comes back, and why. */
  returns?: ReturnLink & { original: ToldPayment };
};

type Flat = Omit<ToldPayment, 'purpose' | 'remittance' | 'reason'> & {
  purpose: string | null;
  remittance: string | null;
  reason_code: string | null;
  reason_text: string | null;
};

/** Payments by id, in the order asked, with how they came in and what they return. Read with the eyes of the operator. */
export async function toldPayments(tx: Tx, tenantId: Uuid, ids: readonly Uuid[]): Promise<ToldPayment[]> {
  const links = await returnLinks(tx, tenantId, ids);
  const originals = [...links.values()].map(({ originalId }) => originalId);
  const all = [...new Set([...ids, ...originals])];
  const [rows, origins, carried] = [
    await rowsOf(tx, tenantId, all),
    await originsOf(tx, tenantId, all),
    await carriedWith(tx, tenantId, ids),
  ];
  const plain = new Map(rows.map((row) => [row.id, toldOf(row, origins.get(row.id), carried.get(row.id))]));
  return ids.flatMap((id) => {
    const payment = plain.get(id);
    const link = links.get(id);
    if (!payment) return [];
    return [link ? { ...payment, returns: { ...link, original: plain.get(link.originalId)! } } : payment];
  });
}

async function rowsOf(tx: Tx, tenantId: Uuid, ids: readonly Uuid[]): Promise<Flat[]> {
  return tx.query<Flat>(
    `select p.id, p.uetr, p.end_to_end_id as "endToEndId", p.debtor_agent_id as "debtorAgentId", p.creditor_agent_id as "creditorAgentId",
            d.bic as "debtorAgent", c.bic as "creditorAgent", p.debtor, p.creditor, p.asset, p.units, p.value_date::text as "valueDate",
            p.purpose, p.remittance, p.received_at as "receivedAt", coalesce(q.decided_at, h.decided_at, r.decided_at, p.decided_at) as "decidedAt",
            coalesce(q.reason_code, h.reason_code, r.reason_code, p.reason_code) as reason_code, coalesce(q.reason_text, h.reason_text, r.reason_text, p.reason_text) as reason_text
       from settlement.payment p
       join settlement.participant d on d.tenant_id = p.tenant_id and d.id = p.debtor_agent_id
       join settlement.participant c on c.tenant_id = p.tenant_id and c.id = p.creditor_agent_id
       left join settlement.review r on r.tenant_id = p.tenant_id and r.payment_id = p.id
       left join settlement.queue_exit q on q.tenant_id = p.tenant_id and q.entry_id = p.id
       left join settlement.payment_hold h on h.tenant_id = p.tenant_id and h.payment_id = p.id and h.outcome = 'rejected'
      where p.tenant_id = $1 and p.id = any($2::uuid[])`,
    [tenantId, ids],
  );
}

function toldOf({ purpose, remittance, reason_code, reason_text, ...row }: Flat, origin?: Origin, carried?: Carried): ToldPayment {
  return {
    ...row,
    ...(purpose !== null && { purpose }),
    ...(remittance !== null && { remittance }),
    ...(reason_code !== null && { reason: { code: reason_code, text: reason_text ?? '' } }),
    ...(origin && { origin }),
    ...(carried && { carried }),
  };
}
