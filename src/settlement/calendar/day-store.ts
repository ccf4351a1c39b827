import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** A business day of a group. */
export type DayKey = { groupId: string; day: LocalDate };

export type DayRow = {
  group: string;
  day: LocalDate;
  windows: number;
  payments: number;
  toSeq: bigint;
  closedAt: Millis;
  closedBy: string;
};

const DAY = `group_id as group, day::text as day, windows, payments, to_seq as "toSeq", closed_at as "closedAt", closed_by as "closedBy"`;

export async function daysOf(tx: Tx, tenantId: Uuid, groupId: string, limit: number): Promise<DayRow[]> {
  return tx.query<DayRow>(`select ${DAY} from settlement.business_day where tenant_id = $1 and group_id = $2 order by day desc limit $3`, [
    tenantId,
    groupId,
    limit,
  ]);
}

export async function findDay(tx: Tx, tenantId: Uuid, { groupId, day }: DayKey): Promise<DayRow | undefined> {
  const [row] = await tx.query<DayRow>(
    `select ${DAY} from settlement.business_day where tenant_id = $1 and group_id = $2 and day = $3::date`,
    [tenantId, groupId, day],
  );
  return row;
}

/** Business days before one of which windows were cut off and which are not closed, oldest first. */
export async function openDaysBefore(tx: Tx, tenantId: Uuid, { groupId, day }: DayKey): Promise<LocalDate[]> {
  const rows = await tx.query<{ day: LocalDate }>(
    `select distinct w.business_day::text as day from settlement.netting_window w
      where w.tenant_id = $1 and w.group_id = $2 and w.business_day < $3::date
        and not exists (select from settlement.business_day d where d.tenant_id = $1 and d.group_id = $2 and d.day = w.business_day)
      order by 1`,
    [tenantId, groupId, day],
  );
  return rows.map((row) => row.day);
}

/** What the windows of a day come to: how many, how many of them are not settled, their payments, and where the last was cut off. */
export async function windowsOfDay(
  tx: Tx,
  tenantId: Uuid,
  { groupId, day }: DayKey,
): Promise<{ windows: number; unsettled: number; payments: number; toSeq: bigint | null }> {
  const [row] = await tx.query<{ windows: number; unsettled: number; payments: number; toSeq: bigint | null }>(
    `select count(*)::int as windows, (count(*) filter (where w.state <> 'settled'))::int as unsettled, max(w.to_seq) as "toSeq",
            coalesce((select sum(c.payments)::int from settlement.window_currency c
                       join settlement.netting_window x on x.tenant_id = c.tenant_id and x.id = c.window_id
                      where x.tenant_id = $1 and x.group_id = $2 and x.business_day = $3::date), 0) as payments
       from settlement.netting_window w where w.tenant_id = $1 and w.group_id = $2 and w.business_day = $3::date`,
    [tenantId, groupId, day],
  );
  return row!;
}

/** False when the day is closed already. */
export async function insertDay(tx: Tx, tenantId: Uuid, row: DayRow): Promise<boolean> {
  const rows = await tx.query(
    `insert into settlement.business_day (tenant_id, group_id, day, windows, payments, to_seq, closed_at, closed_by)
     values ($1, $2, $3::date, $4, $5, $6, $7::timestamptz, $8) on conflict do nothing returning day`,
    [tenantId, row.group, row.day, row.windows, row.payments, row.toSeq, instant(row.closedAt), row.closedBy],
  );
  return rows.length > 0;
}

const WINDOWS_OF_DAY = `select id from settlement.netting_window where tenant_id = $1 and group_id = $2 and business_day = $3::date`;

/** Writes down what waits at the end of a day: what was cut off with it or before, in currencies of the group, and did not settle. */
export async function snapshotUnsettled(tx: Tx, tenantId: Uuid, { groupId, day }: DayKey, toSeq: bigint): Promise<number> {
  const rows = await tx.query<{ seq: bigint }>(
    `insert into settlement.business_day_unsettled (tenant_id, group_id, day, seq, payment_id, debtor_agent_id, creditor_agent_id, asset, units, why, due)
     select c.tenant_id, $2, $3::date, c.seq, c.payment_id, c.debtor_agent_id, c.creditor_agent_id, c.asset, c.units, c.why, c.due
       from settlement.carried_obligation c
       join settlement.window_span s on s.tenant_id = c.tenant_id and s.asset = c.asset and s.to_seq is null
       join settlement.netting_window w on w.tenant_id = s.tenant_id and w.id = s.window_id and w.group_id = $2
      where c.tenant_id = $1 and c.joined_window_id is null and not c.returned and not c.held and c.seq <= $4
     returning seq`,
    [tenantId, groupId, day, toSeq],
  );
  return rows.length;
}

/** Adds up the day by currency and by participant: what was settled, and what goes over into the next. */
export async function sumDay(tx: Tx, tenantId: Uuid, { groupId, day }: DayKey): Promise<void> {
  await tx.query(
    `insert into settlement.business_day_currency (tenant_id, group_id, day, asset, payments, gross, net, carried, carried_units)
     select $1, $2, $3::date, asset, sum(payments)::int, sum(gross), sum(net), sum(carried)::int, sum(carried_units) from (
       select c.asset, c.payments, c.gross, c.net, 0 as carried, 0::numeric as carried_units
         from settlement.window_currency c where c.tenant_id = $1 and c.window_id in (${WINDOWS_OF_DAY})
       union all
       select asset, 0, 0, 0, 1, units from settlement.business_day_unsettled where tenant_id = $1 and group_id = $2 and day = $3::date) parts
      group by asset`,
    [tenantId, groupId, day],
  );
  await tx.query(
    `insert into settlement.business_day_position (tenant_id, group_id, day, participant_id, asset, incoming, outgoing, carried_in, carried_out)
     select $1, $2, $3::date, participant_id, asset, sum(incoming), sum(outgoing), sum(carried_in), sum(carried_out) from (
       select p.participant_id, p.asset, p.incoming, p.outgoing, 0::numeric as carried_in, 0::numeric as carried_out
         from settlement.position p where p.tenant_id = $1 and p.window_id in (${WINDOWS_OF_DAY})
       union all
       select s.participant, u.asset, 0, 0, s.carried_in, s.carried_out from settlement.business_day_unsettled u
        cross join lateral (values (u.creditor_agent_id, u.units, 0), (u.debtor_agent_id, 0, u.units)) as s (participant, carried_in, carried_out)
        where u.tenant_id = $1 and u.group_id = $2 and u.day = $3::date) parts
      group by participant_id, asset`,
    [tenantId, groupId, day],
  );
}

export type DayCurrency = { asset: string; payments: number; gross: bigint; net: bigint; carried: number; carriedUnits: bigint };

export async function currenciesOfDay(tx: Tx, tenantId: Uuid, { groupId, day }: DayKey): Promise<DayCurrency[]> {
  return tx.query<DayCurrency>(
    `select asset, payments, gross, net, carried, carried_units as "carriedUnits" from settlement.business_day_currency
      where tenant_id = $1 and group_id = $2 and day = $3::date order by asset`,
    [tenantId, groupId, day],
  );
}

export type DayPosition = {
  participantId: Uuid;
  bic: string;
  name: string;
  asset: string;
  incoming: bigint;
  outgoing: bigint;
  net: bigint;
  carriedIn: bigint;
  carriedOut: bigint;
};

export async function positionsOfDay(tx: Tx, tenantId: Uuid, { groupId, day }: DayKey): Promise<DayPosition[]> {
  return tx.query<DayPosition>(
    `select p.participant_id as "participantId", m.bic, m.name, p.asset, p.incoming, p.outgoing, p.incoming - p.outgoing as net,
            p.carried_in as "carriedIn", p.carried_out as "carriedOut"
       from settlement.business_day_position p join settlement.participant m on m.tenant_id = p.tenant_id and m.id = p.participant_id
      where p.tenant_id = $1 and p.group_id = $2 and p.day = $3::date order by p.asset, m.bic`,
    [tenantId, groupId, day],
  );
}

export type UnsettledRow = {
  paymentId: Uuid;
  seq: bigint;
  debtorAgent: string;
  creditorAgent: string;
  asset: string;
  units: bigint;
  why: 'value_date' | 'default' | 'hold' | null;
  due: LocalDate | null;
};

/**
 * What was unsettled at the end of a day. To the bank that is paid a hold is never told (decision 5), nor by what is left unsaid: it
 * reads the value date as the reason when that lies ahead, whatever the reason was, and else none but a default. A payment that was
 * held or rejected since does not exist for it.
 */
export async function unsettledOfDay(tx: Tx, tenantId: Uuid, { groupId, day }: DayKey, limit: number): Promise<UnsettledRow[]> {
  return tx.query<UnsettledRow>(
    `select u.payment_id as "paymentId", u.seq, d.bic as "debtorAgent", c.bic as "creditorAgent", u.asset, u.units,
            case when u.creditor_agent_id is distinct from (select infra.member_id()) or u.why = 'default' then u.why
                 when u.due > u.day then 'value_date' end as why, u.due::text as due
       from settlement.business_day_unsettled u
       join settlement.participant d on d.tenant_id = u.tenant_id and d.id = u.debtor_agent_id
       join settlement.participant c on c.tenant_id = u.tenant_id and c.id = u.creditor_agent_id
      where u.tenant_id = $1 and u.group_id = $2 and u.day = $3::date
        and exists (select from settlement.payment p where p.tenant_id = u.tenant_id and p.id = u.payment_id)
      order by u.seq limit $4`,
    [tenantId, groupId, day, limit],
  );
}
