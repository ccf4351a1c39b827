import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { instant, uuids } from '../../infra/postgres/columns.ts';
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
  due: LocalDate;
  screening_set: number | null;
};

const ENTRY =
  'e.id, e.kind, e.priority, e.position, to_jsonb(e.payers) as payers, e.legs, e.entered_at, e.expires_at, e.due::text as due, e.screening_set';

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
    due: row.due,
    screeningSet: row.screening_set ?? undefined,
  };
}

/** All that waits, in order, at most `limit`; with a day, what may go on it. */
export async function waitingEntries(tx: Tx, tenantId: Uuid, { day, limit }: { day?: LocalDate; limit: number }): Promise<QueueEntry[]> {
  const rows = await tx.query<FlatEntry>(
    `select ${ENTRY} from settlement.queue_entry e where e.tenant_id = $1 and ($2::date is null or e.due <= $2)
      order by e.priority, e.position, e.id limit $3`,
    [tenantId, day ?? null, limit],
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

/** How many bundles of a participant wait that may go on a day. */
export async function countWaitingOf(tx: Tx, tenantId: Uuid, participantId: Uuid, day: LocalDate): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    'select count(*)::int as count from settlement.queue_entry e where e.tenant_id = $1 and $2::uuid = any (e.payers) and e.due <= $3::date',
    [tenantId, participantId, day],
  );
  return row!.count;
}

/** Whether anything waits that may go on a day. */
export async function isAnythingWaiting(tx: Tx, tenantId: Uuid, day: LocalDate): Promise<boolean> {
  const any = 'select from settlement.queue_entry e where e.tenant_id = $1 and e.due <= $2::date limit 1';
  return (await tx.query(any, [tenantId, day])).length > 0;
}

/** What has waited long enough. */
export async function expiredEntries(tx: Tx, tenantId: Uuid, nowMs: Millis, limit: number): Promise<QueueEntry[]> {
  const rows = await tx.query<FlatEntry>(
    `select ${ENTRY} from settlement.queue_entry e where e.tenant_id = $1 and e.expires_at <= $2::timestamptz order by e.expires_at, e.id limit $3`,
    [tenantId, instant(nowMs), limit],
  );
  return rows.map(toEntry);
}

/** Payments that wait and were screened against other lists than a set, in their order. */
export async function screenedOtherwise(
  tx: Tx,
  tenantId: Uuid,
  { set, limit }: { set: number; limit: number },
): Promise<Map<Uuid, number | null>> {
  const rows = await tx.query<{ id: Uuid; set: number | null }>(
    `select e.id, e.screening_set as set from settlement.queue_entry e
      where e.tenant_id = $1 and e.kind = 'payment' and e.screening_set is distinct from $2 order by e.priority, e.position, e.id limit $3`,
    [tenantId, set, limit],
  );
  return new Map(rows.map((row) => [row.id, row.set]));
}

/** Countries that the parties of payments have of their own. */
export async function countriesOf(
  tx: Tx,
  tenantId: Uuid,
  ids: readonly Uuid[],
): Promise<Map<Uuid, { from: string | undefined; to: string | undefined }>> {
  const rows = await tx.query<{ id: Uuid; from: string | null; to: string | null }>(
    `select p.id, p.debtor ->> 'country' as from, p.creditor ->> 'country' as to from settlement.payment p
      where p.tenant_id = $1 and p.id = any ($2::uuid[])`,
    [tenantId, uuids(ids)],
  );
  return new Map(rows.map(({ id, from, to }) => [id, { from: from ?? undefined, to: to ?? undefined }]));
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

/** Tenants in which something waits that may go on a day. */
export async function tenantsWaiting(tx: Tx, day: LocalDate): Promise<Uuid[]> {
  const rows = await tx.query<{ tenant_id: Uuid }>(
    'select distinct e.tenant_id from settlement.queue_entry e where e.due <= $1::date order by e.tenant_id',
    [day],
  );
  return rows.map((row) => row.tenant_id);
}

/** How much waits that may go on a day, by currency, in all tenants. */
export async function lengthOfQueues(tx: Tx, day: LocalDate): Promise<{ asset: string; count: number; units: bigint }[]> {
  return tx.query<{ asset: string; count: number; units: bigint }>(
    `select l.leg ->> 'asset' as asset, count(*)::int as count, sum((l.leg ->> 'units')::numeric(38, 0))::numeric(38, 0) as units
       from settlement.queue_entry e cross join lateral jsonb_array_elements(e.legs) l(leg)
      where e.due <= $1::date group by 1 order by 1`,
    [day],
  );
}
