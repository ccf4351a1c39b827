import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { UsageRow } from './count.ts';
import { firstDayOf, nextMonth, rangeOf, type Month } from './month.ts';
import { fromWireContent, type Schedule } from './schedule.ts';

export type ScheduleRow = Schedule & { name: string; createdBy: string; createdAt: Millis };

/** Newest day first. */
export async function allSchedules(tx: Tx, tenantId: Uuid): Promise<ScheduleRow[]> {
  const rows = await tx.query<Omit<ScheduleRow, 'content'> & { content: object }>(
    `select id, name, asset, participant_id as "participantId", version, valid_from::text as "validFrom", content, created_by as "createdBy",
            created_at as "createdAt"
       from settlement.fee_schedule where tenant_id = $1 order by valid_from desc, asset, participant_id, version desc`,
    [tenantId],
  );
  return rows.map((row) => ({ ...row, content: fromWireContent(row.content) }));
}

/** The version is the next of the currency and participant. */
export async function insertSchedule(
  tx: Tx,
  tenantId: Uuid,
  row: Omit<ScheduleRow, 'content' | 'version'> & { content: object },
): Promise<number> {
  const [inserted] = await tx.query<{ version: number }>(
    `insert into settlement.fee_schedule (tenant_id, id, asset, participant_id, version, name, valid_from, content, created_by, created_at)
     select $1, $2, $3, $4, 1 + coalesce(max(version), 0), $5, $6::date, $7::jsonb, $8, $9::timestamptz
       from settlement.fee_schedule where tenant_id = $1 and asset = $3 and participant_id = $4 returning version`,
    [
      tenantId,
      row.id,
      row.asset,
      row.participantId,
      row.name,
      row.validFrom,
      JSON.stringify(row.content),
      row.createdBy,
      instant(row.createdAt),
    ],
  );
  return inserted!.version;
}

export type Cursor = { seq: bigint; closedMonth: Month | null; countedAt: Millis };

export async function findCursor(tx: Tx, tenantId: Uuid): Promise<Cursor | undefined> {
  const [row] = await tx.query<Cursor>(
    'select seq, closed_month as "closedMonth", counted_at as "countedAt" from settlement.fee_cursor where tenant_id = $1',
    [tenantId],
  );
  return row;
}

/** The cursor, from the beginning when there is none; nobody else counts or closes before the transaction ends. */
export async function lockCursor(tx: Tx, tenantId: Uuid): Promise<Cursor> {
  await tx.query(`insert into settlement.fee_cursor (tenant_id, seq, counted_at) values ($1, 0, 'epoch') on conflict do nothing`, [
    tenantId,
  ]);
  const [row] = await tx.query<Cursor>(
    'select seq, closed_month as "closedMonth", counted_at as "countedAt" from settlement.fee_cursor where tenant_id = $1 for update',
    [tenantId],
  );
  return row!;
}

export async function moveCursor(tx: Tx, tenantId: Uuid, to: { seq: bigint; at: Millis }): Promise<void> {
  await tx.query('update settlement.fee_cursor set seq = $2, counted_at = $3::timestamptz where tenant_id = $1', [
    tenantId,
    to.seq,
    instant(to.at),
  ]);
}

export async function closeMonth(tx: Tx, tenantId: Uuid, month: Month): Promise<void> {
  await tx.query('update settlement.fee_cursor set closed_month = greatest(closed_month, $2) where tenant_id = $1', [tenantId, month]);
}

/** Windows that are counted in one transaction. */
const WINDOWS_AT_ONCE = 5;

/**
 * Up to which sequence to count next: the finality of the next few windows, with its time, or whatever was last when there are
 * fewer. Acts commit in order of their sequence, so that everything up to one that is seen is seen. Nothing behind `after` is
 * older than `sinceMs`.
 */
export async function nextStop(
  tx: Tx,
  tenantId: Uuid,
  { after, sinceMs }: { after: bigint; sinceMs: Millis },
): Promise<{ seq: bigint; at?: Millis }> {
  const windows = await tx.query<{ seq: bigint; at: Millis }>(
    `select finality_seq as seq, settled_at as at from settlement.netting_window
      where tenant_id = $1 and state = 'settled' and finality_seq > $2 and settled_at >= $3::timestamptz
      order by finality_seq limit ${WINDOWS_AT_ONCE}`,
    [tenantId, after, instant(sinceMs)],
  );
  if (windows.length === WINDOWS_AT_ONCE) return windows.at(-1)!;
  const [row] = await tx.query<{ seq: bigint }>(
    `select greatest($3::bigint,
       (select max(finality_seq) from settlement.netting_window
         where tenant_id = $1 and state = 'settled' and settled_at >= $2::timestamptz),
       (select max(seq) from settlement.payment where tenant_id = $1 and decision = 'settled' and decided_at >= $2::timestamptz),
       (select max(seq) from settlement.fx_trade where tenant_id = $1 and decision = 'settled' and decided_at >= $2::timestamptz),
       (select max(seq) from settlement.review where tenant_id = $1 and decision = 'settled' and decided_at >= $2::timestamptz),
       (select max(seq) from settlement.queue_exit where tenant_id = $1 and outcome = 'settled' and decided_at >= $2::timestamptz)) as seq`,
    [tenantId, instant(sinceMs), after],
  );
  return { seq: row!.seq };
}

/** Adds what was counted to what stands. */
export async function addUsage(tx: Tx, tenantId: Uuid, rows: readonly UsageRow[]): Promise<void> {
  await tx.query(
    `insert into settlement.fee_usage as u (tenant_id, participant_id, asset, day, schedule_id, item, count, value, units)
     select $1, * from unnest($2::uuid[], $3::text[], $4::date[], $5::uuid[], $6::text[], $7::bigint[], $8::numeric[], $9::numeric[])
     on conflict (tenant_id, participant_id, asset, day, schedule_id, item) do update
       set count = u.count + excluded.count, value = u.value + excluded.value, units = u.units + excluded.units`,
    [
      tenantId,
      rows.map((row) => row.participantId),
      rows.map((row) => row.asset),
      rows.map((row) => row.day),
      rows.map((row) => row.scheduleId),
      rows.map((row) => row.item),
      rows.map((row) => row.count),
      rows.map((row) => row.value),
      rows.map((row) => row.units),
    ],
  );
}

export type MonthUsage = {
  participantId: Uuid;
  asset: string;
  scheduleId: Uuid;
  item: string;
  count: bigint;
  value: bigint;
  units: bigint;
};

/** What was used in a month, by schedule in the order in which they were in force. */
export async function usageOf(tx: Tx, tenantId: Uuid, month: Month, participantId?: Uuid): Promise<MonthUsage[]> {
  return tx.query<MonthUsage>(
    `select participant_id as "participantId", asset, schedule_id as "scheduleId", item, sum(count)::bigint as count, sum(value) as value,
            sum(units) as units
       from settlement.fee_usage
      where tenant_id = $1 and day >= $2::date and day < $3::date and ($4::uuid is null or participant_id = $4)
      group by participant_id, asset, schedule_id, item order by participant_id, asset, min(day), schedule_id, item`,
    [tenantId, firstDayOf(month), firstDayOf(nextMonth(month)), participantId ?? null],
  );
}

/** How many ISO 20022 messages each participant sent in a month. */
export async function messagesOf(tx: Tx, tenantId: Uuid, month: Month, participantId?: Uuid): Promise<Map<Uuid, bigint>> {
  const { fromMs, toMs } = rangeOf(month);
  const rows = await tx.query<{ participantId: Uuid; count: bigint }>(
    `select participant_id as "participantId", count(*) as count from settlement.message
      where tenant_id = $1 and participant_id is not null and received_at >= $2::timestamptz and received_at < $3::timestamptz
        and ($4::uuid is null or participant_id = $4)
      group by participant_id`,
    [tenantId, instant(fromMs), instant(toMs), participantId ?? null],
  );
  return new Map(rows.map((row) => [row.participantId, row.count]));
}

/** Participants in their currencies that were admitted before a month was over, and whether they were billed for it. */
export async function billableOf(
  tx: Tx,
  tenantId: Uuid,
  month: Month,
  participantId?: Uuid,
): Promise<{ participantId: Uuid; bic: string; asset: string; settlementAccountId: Uuid; billed: boolean }[]> {
  return tx.query(
    `select p.id as "participantId", p.bic, a.asset, a.settlement_account_id as "settlementAccountId",
            exists (select from settlement.fee_bill b
                     where b.tenant_id = p.tenant_id and b.participant_id = p.id and b.asset = a.asset and b.month = $2) as billed
       from settlement.participant p join settlement.participant_account a on a.tenant_id = p.tenant_id and a.participant_id = p.id
      where p.tenant_id = $1 and p.created_at < $3::timestamptz and ($4::uuid is null or p.id = $4) order by p.id, a.asset`,
    [tenantId, month, instant(rangeOf(month).toMs), participantId ?? null],
  );
}

/** False when the participant was billed for the month already. */
export async function insertBill(
  tx: Tx,
  tenantId: Uuid,
  bill: { participantId: Uuid; asset: string; month: Month; invoiceId?: Uuid },
): Promise<boolean> {
  const rows = await tx.query(
    `insert into settlement.fee_bill (tenant_id, participant_id, asset, month, invoice_id) values ($1, $2, $3, $4, $5)
     on conflict do nothing returning asset`,
    [tenantId, bill.participantId, bill.asset, bill.month, bill.invoiceId ?? null],
  );
  return rows.length > 0;
}

/** The first day with usage. */
export async function firstUsage(tx: Tx, tenantId: Uuid): Promise<LocalDate | undefined> {
  const [row] = await tx.query<{ day: LocalDate | null }>('select min(day)::text as day from settlement.fee_usage where tenant_id = $1', [
    tenantId,
  ]);
  return row!.day ?? undefined;
}
