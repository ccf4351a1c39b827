import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { QueueEntry } from './entry.ts';
import type { QueueSettlement } from './rows.ts';

type FlatLeg = { debtor: string; creditor: string; asset: string; units: string };
type FlatEntry = {
  id: Uuid;
  kind: QueueEntry['kind'];
  priority: number;
  position: bigint;
  payers: Uuid[];
  legs: FlatLeg[];
  entered_at: Millis;
  expires_at: Millis;
};

const ENTRY = 'e.id, e.kind, e.priority, e.position, to_jsonb(e.payers) as payers, e.legs, e.entered_at, e.expires_at';

function toEntry(row: FlatEntry): QueueEntry {
  return {
    id: row.id,
    kind: row.kind,
    priority: row.priority,
    position: row.position,
    payers: row.payers,
    legs: row.legs.map((leg) => ({ ...leg, units: BigInt(leg.units) })),
    enteredAt: row.entered_at,
    expiresAt: row.expires_at,
  };
}

/** All that waits, in order; at most `limit`. */
export async function waitingEntries(tx: Tx, tenantId: Uuid, limit: number): Promise<QueueEntry[]> {
  const rows = await tx.query<FlatEntry>(
    `select ${ENTRY} from settlement.queue_entry e where e.tenant_id = $1 order by e.priority, e.position, e.id limit $2`,
    [tenantId, limit],
  );
  return rows.map(toEntry);
}

export async function findEntry(tx: Tx, tenantId: Uuid, id: Uuid): Promise<QueueEntry | undefined> {
  const [row] = await tx.query<FlatEntry>(`select ${ENTRY} from settlement.queue_entry e where e.tenant_id = $1 and e.id = $2`, [
    tenantId,
    id,
  ]);
  return row && toEntry(row);
}

/** The queue of one participant, in order. */
export async function queueOf(tx: Tx, tenantId: Uuid, participantId: Uuid): Promise<QueueEntry[]> {
  const rows = await tx.query<FlatEntry>(
    `select ${ENTRY} from settlement.queue_entry e where e.tenant_id = $1 and $2::uuid = any (e.payers) order by e.priority, e.position, e.id`,
    [tenantId, participantId],
  );
  return rows.map(toEntry);
}

export async function countWaitingOf(tx: Tx, tenantId: Uuid, participantId: Uuid): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    'select count(*)::int as count from settlement.queue_entry e where e.tenant_id = $1 and $2::uuid = any (e.payers)',
    [tenantId, participantId],
  );
  return row!.count;
}

export async function isAnythingWaiting(tx: Tx, tenantId: Uuid): Promise<boolean> {
  return (await tx.query('select from settlement.queue_entry e where e.tenant_id = $1 limit 1', [tenantId])).length > 0;
}

/** What has waited long enough. */
export async function expiredEntries(tx: Tx, tenantId: Uuid, nowMs: Millis, limit: number): Promise<QueueEntry[]> {
  const rows = await tx.query<FlatEntry>(
    `select ${ENTRY} from settlement.queue_entry e where e.tenant_id = $1 and e.expires_at <= $2::timestamptz order by e.expires_at, e.id limit $3`,
    [tenantId, instant(nowMs), limit],
  );
  return rows.map(toEntry);
}

/** What people call the payments that wait: their end-to-end ids. */
export async function namesOf(tx: Tx, tenantId: Uuid, ids: readonly Uuid[]): Promise<Map<Uuid, string>> {
  const rows = await tx.query<{ id: Uuid; end_to_end_id: string }>(
    'select p.id, p.end_to_end_id from settlement.payment p where p.tenant_id = $1 and p.id = any ($2::uuid[])',
    [tenantId, ids],
  );
  return new Map(rows.map((row) => [row.id, row.end_to_end_id]));
}

/** A set that settled, as it is kept. */
export type SettlementRow = QueueSettlement & { settledAt: Millis; seq: bigint };

type FlatSettlement = Omit<SettlementRow, 'totals'> & { totals: { asset: string; entries: number; gross: string; net: string }[] };

/** Sets that settled, the newest first. */
export async function recentSettlements(tx: Tx, tenantId: Uuid, page: { limit: number; after?: Uuid }): Promise<SettlementRow[]> {
  const rows = await tx.query<FlatSettlement>(
    `select s.id, s.step, s.entries, s.totals, s.settled_at as "settledAt", s.seq from settlement.queue_settlement s
      where s.tenant_id = $1 and ($2::uuid is null or s.id < $2) order by s.id desc limit $3`,
    [tenantId, page.after ?? null, page.limit],
  );
  return rows.map((row) => ({ ...row, totals: row.totals.map((t) => ({ ...t, gross: BigInt(t.gross), net: BigInt(t.net) })) }));
}

/** What was paid in a set: its payments, by whom to whom. */
export type SettledLeg = { paymentId: Uuid; debtorId: Uuid; creditorId: Uuid; asset: string; units: bigint; waitedMs: number };

export async function paymentsSettledIn(
  tx: Tx,
  tenantId: Uuid,
  settlementIds: readonly Uuid[],
): Promise<(SettledLeg & { settlementId: Uuid })[]> {
  return tx.query<SettledLeg & { settlementId: Uuid }>(
    `select q.settlement_id as "settlementId", p.id as "paymentId", p.debtor_agent_id as "debtorId", p.creditor_agent_id as "creditorId", p.asset, p.units,
            (extract(epoch from q.decided_at - q.entered_at) * 1000)::float8 as "waitedMs"
       from settlement.queue_exit q join settlement.payment p on p.tenant_id = q.tenant_id and p.id = q.entry_id
      where q.tenant_id = $1 and q.settlement_id = any ($2::uuid[]) and q.kind = 'payment' order by q.entered_at, p.id`,
    [tenantId, settlementIds],
  );
}

/** What left the queues since an instant, by how. */
export async function exitsSince(
  tx: Tx,
  tenantId: Uuid,
  sinceMs: Millis,
): Promise<{ settled: number; rejected: number; medianWaitMs: number | null }> {
  const [row] = await tx.query<{ settled: number; rejected: number; medianWaitMs: number | null }>(
    `select count(*) filter (where q.outcome = 'settled')::int as settled, count(*) filter (where q.outcome = 'rejected')::int as rejected,
            percentile_cont(0.5) within group (order by extract(epoch from q.decided_at - q.entered_at)::float8 * 1000) as "medianWaitMs"
       from settlement.queue_exit q where q.tenant_id = $1 and q.decided_at >= $2::timestamptz`,
    [tenantId, instant(sinceMs)],
  );
  return row!;
}

/** Tenants in which something waits. */
export async function tenantsWaiting(tx: Tx): Promise<Uuid[]> {
  const rows = await tx.query<{ tenant_id: Uuid }>('select distinct e.tenant_id from settlement.queue_entry e order by e.tenant_id');
  return rows.map((row) => row.tenant_id);
}

/** How much waits, by currency, in all tenants. */
export async function lengthOfQueues(tx: Tx): Promise<{ asset: string; count: number; units: bigint }[]> {
  return tx.query<{ asset: string; count: number; units: bigint }>(
    `select l.leg ->> 'asset' as asset, count(*)::int as count, sum((l.leg ->> 'units')::numeric(38, 0))::numeric(38, 0) as units
       from settlement.queue_entry e cross join lateral jsonb_array_elements(e.legs) l(leg) group by 1 order by 1`,
  );
}
