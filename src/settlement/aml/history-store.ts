import { idFloor, type Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import type { Db, Tx } from '../../infra/postgres/db.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { PartySide, Seen } from './observe.ts';

const PAGE = 5_000;

type Row = {
  id: Uuid;
  at: Millis;
  debtor: PartySide;
  creditor: PartySide;
  debtorAgentId: Uuid;
  debtorBic: string;
  creditorAgentId: Uuid;
  creditorBic: string;
  asset: string;
  units: bigint;
  decision?: 'reserved' | 'rejected' | null;
};

const FIELDS = `p.id, p.received_at as at, p.debtor, p.creditor, p.debtor_agent_id as "debtorAgentId", d.bic as "debtorBic",
  p.creditor_agent_id as "creditorAgentId", c.bic as "creditorBic", p.asset, p.units`;
const AGENTS = `
  join settlement.participant d on d.tenant_id = p.tenant_id and d.id = p.debtor_agent_id
  join settlement.participant c on c.tenant_id = p.tenant_id and c.id = p.creditor_agent_id`;

function toSeen({ debtorAgentId, debtorBic, creditorAgentId, creditorBic, ...row }: Omit<Row, 'decision'>): Seen {
  const { id, at, debtor, creditor, asset, units } = row;
  const agents = { debtorAgent: { id: debtorAgentId, bic: debtorBic }, creditorAgent: { id: creditorAgentId, bic: creditorBic } };
  return { id, at, debtor, creditor, ...agents, asset, units };
}

/** Where following stands: everything up to the sequence was seen; what came later was decided after `since`. */
export type Followed = { seq: bigint; since: Millis };

/**
 * Payments that became owed or final behind a sequence of the book, in its order: at the door, by a release, or out of the
 * queue. What does not go through a window is looked for by its time, for which there are indexes.
 */
export async function paidBehind(tx: Tx, tenantId: Uuid, { seq, since }: Followed, limit = PAGE): Promise<{ seq: bigint; id: Uuid }[]> {
  return tx.query<{ seq: bigint; id: Uuid }>(
    `select seq, id from (
       (select seq, payment_id as id from settlement.obligation where tenant_id = $1 and seq > $2 order by seq limit $3)
       union all
       (select seq, id from settlement.payment where tenant_id = $1 and decision = 'settled' and decided_at >= $4::timestamptz and seq > $2)
       union all
       (select seq, entry_id from settlement.queue_exit
         where tenant_id = $1 and kind = 'payment' and outcome = 'settled' and decided_at >= $4::timestamptz and seq > $2)
     ) paid order by seq limit $3`,
    [tenantId, seq, limit, instant(since)],
  );
}

/** Payments by their ids. */
export async function paymentsNamed(tx: Tx, tenantId: Uuid, ids: readonly Uuid[]): Promise<Map<Uuid, Seen>> {
  const rows = await tx.query<Row>(
    `select ${FIELDS} from settlement.payment p ${AGENTS} where p.tenant_id = $1 and p.id = any ($2::uuid[])`,
    [tenantId, ids],
  );
  return new Map(rows.map((row) => [row.id, toSeen(row)]));
}

/** A sequence of the book behind which everything lies that was paid since an instant; some of it may be older. */
export async function seqBefore(tx: Tx, tenantId: Uuid, at: Millis): Promise<bigint> {
  const [row] = await tx.query<{ seq: bigint | null }>(
    `select max(to_seq) as seq from settlement.netting_window where tenant_id = $1 and cut_off_at < $2::timestamptz`,
    [tenantId, instant(at)],
  );
  return row?.seq ?? 0n;
}

/**
 * The payments of a range of days that were taken or held, in the order they came in, some thousands at a time. One that
 * people decided on is labelled: suspicious when they rejected it.
 */
export async function* historyOf(
  db: Db,
  tenantId: Uuid,
  { from, to }: { from: LocalDate; to: LocalDate },
): AsyncGenerator<{ payment: Seen; suspicious?: boolean }> {
  const until = idFloor(Date.parse(`${to}T00:00:00Z`) + 86_400_000);
  let after = idFloor(Date.parse(`${from}T00:00:00Z`));
  for (;;) {
    const rows = await db.read({ tenantId }, (tx) =>
      tx.query<Row>(
        `select ${FIELDS}, r.decision
           from settlement.payment p ${AGENTS}
           left join settlement.review r on r.tenant_id = p.tenant_id and r.payment_id = p.id and p.decision = 'held'
          where p.tenant_id = $1 and p.id > $2 and p.id < $3 and p.decision <> 'rejected' order by p.id limit ${PAGE}`,
        [tenantId, after, until],
      ),
    );
    for (const row of rows) yield { payment: toSeen(row), ...(row.decision && { suspicious: row.decision === 'rejected' }) };
    if (rows.length < PAGE) return;
    after = rows.at(-1)!.id;
  }
}
