import { idFloor, type Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { HourValue } from './forecast.ts';

const HOUR_MS = 3_600_000;
/** Ids tell their time, so the primary key finds an hour; a busy millisecond may push one a little past its own. */
const SLACK_MS = 60_000;

/** The last hour that was counted, and the first. */
export async function countedSpan(tx: Tx, tenantId: Uuid): Promise<{ from: Millis; to: Millis } | undefined> {
  const [row] = await tx.query<{ from: Millis | null; to: Millis | null }>(
    `select min(c.hour)::timestamptz(3) as "from", max(c.hour)::timestamptz(3) as "to" from settlement.flow_hour_counted c where c.tenant_id = $1`,
    [tenantId],
  );
  return row && row.from !== null && row.to !== null ? { from: row.from, to: row.to } : undefined;
}

/** When the first payment came, if there is one. */
export async function firstPaymentAt(tx: Tx, tenantId: Uuid): Promise<Millis | undefined> {
  const [row] = await tx.query<{ at: Millis }>(
    'select p.received_at as at from settlement.payment p where p.tenant_id = $1 order by p.id limit 1',
    [tenantId],
  );
  return row?.at;
}

/** Counts an hour, once: of the payments that came in it those that were taken, whether they are settled yet or wait. */
export async function countHour(tx: Tx, tenantId: Uuid, hour: Millis): Promise<boolean> {
  const claimed = await tx.query(
    'insert into settlement.flow_hour_counted (tenant_id, hour) values ($1, $2::timestamptz) on conflict do nothing returning hour',
    [tenantId, instant(hour)],
  );
  if (claimed.length === 0) return false;
  await tx.query(
    `insert into settlement.flow_hour (tenant_id, hour, debtor_agent_id, creditor_agent_id, asset, payments, units)
     select $1, $2::timestamptz, p.debtor_agent_id, p.creditor_agent_id, p.asset, count(*)::int, sum(p.units)
       from settlement.payment p
      where p.tenant_id = $1 and p.received_at >= $2::timestamptz and p.received_at < $3::timestamptz and p.id >= $4::uuid and p.id < $5::uuid
        and (p.decision in ('reserved', 'settled', 'queued')
             or (p.decision = 'held' and exists (select from settlement.review r where r.tenant_id = $1 and r.payment_id = p.id and r.decision <> 'rejected')))
      group by p.debtor_agent_id, p.creditor_agent_id, p.asset`,
    [tenantId, instant(hour), instant(hour + HOUR_MS), idFloor(hour), idFloor(hour + HOUR_MS + SLACK_MS)],
  );
  return true;
}

/** Which payments a series is of. */
export type Series = { asset: string; creditorId?: Uuid; debtorId?: Uuid; from?: string; to?: string };

/** The country of a bank is the fifth and sixth letter of its BIC. */
const COUNTRY_JOINS = `
  join settlement.participant d on d.tenant_id = f.tenant_id and d.id = f.debtor_agent_id
  join settlement.participant c on c.tenant_id = f.tenant_id and c.id = f.creditor_agent_id`;

/** A series by the hour, in minor units as a statistic. */
export async function hoursOf(tx: Tx, tenantId: Uuid, series: Series, sinceMs: Millis): Promise<HourValue[]> {
  const rows = await tx.query<{ hour: Millis; value: number }>(
    `select f.hour::timestamptz(3) as hour, sum(f.units)::float8 as value from settlement.flow_hour f ${COUNTRY_JOINS}
      where f.tenant_id = $1 and f.asset = $2 and f.hour >= $3::timestamptz
        and ($4::uuid is null or f.creditor_agent_id = $4) and ($5::uuid is null or f.debtor_agent_id = $5)
        and ($6::text is null or substr(d.bic, 5, 2) = $6) and ($7::text is null or substr(c.bic, 5, 2) = $7)
      group by f.hour order by f.hour`,
    [tenantId, series.asset, instant(sinceMs), series.creditorId ?? null, series.debtorId ?? null, series.from ?? null, series.to ?? null],
  );
  return rows;
}

/** Hours of one currency or all; `timeOfDay`: only those that begin at that hour of their day (UTC). */
export type Hours = { asset?: string; sinceMs: Millis; timeOfDay?: number };

const AT_TIME = (place: number) => `($${place}::int is null or extract(hour from f.hour at time zone 'UTC') = $${place})`;

/** The income of every participant by the hour. */
export async function incomeByHour(
  tx: Tx,
  tenantId: Uuid,
  { asset, sinceMs, timeOfDay }: Hours,
): Promise<{ participantId: Uuid; asset: string; hour: Millis; value: number }[]> {
  return tx.query(
    `select f.creditor_agent_id as "participantId", f.asset, f.hour::timestamptz(3) as hour, sum(f.units)::float8 as value from settlement.flow_hour f
      where f.tenant_id = $1 and f.hour >= $2::timestamptz and ($3::text is null or f.asset = $3) and ${AT_TIME(4)}
      group by f.creditor_agent_id, f.asset, f.hour order by f.creditor_agent_id, f.asset, f.hour`,
    [tenantId, instant(sinceMs), asset ?? null, timeOfDay ?? null],
  );
}

/** The same by corridor of countries. */
export async function corridorsByHour(
  tx: Tx,
  tenantId: Uuid,
  { asset, sinceMs, timeOfDay }: Hours,
): Promise<{ from: string; to: string; asset: string; hour: Millis; value: number }[]> {
  return tx.query(
    `select substr(d.bic, 5, 2) as "from", substr(c.bic, 5, 2) as "to", f.asset, f.hour::timestamptz(3) as hour, sum(f.units)::float8 as value
       from settlement.flow_hour f ${COUNTRY_JOINS}
      where f.tenant_id = $1 and f.hour >= $2::timestamptz and ($3::text is null or f.asset = $3) and ${AT_TIME(4)}
      group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
    [tenantId, instant(sinceMs), asset ?? null, timeOfDay ?? null],
  );
}

export type CorridorRow = { from: string; to: string; asset: string; payments: number; units: bigint };

/** What was paid between countries in a range of time, the rejected and held left out. */
export async function corridorsBetween(
  tx: Tx,
  tenantId: Uuid,
  { fromMs, toMs, asset }: { fromMs: Millis; toMs: Millis; asset?: string },
): Promise<CorridorRow[]> {
  return tx.query<CorridorRow>(
    `select substr(d.bic, 5, 2) as "from", substr(c.bic, 5, 2) as "to", f.asset, count(*)::int as payments, sum(f.units)::numeric(38, 0) as units
       from settlement.payment f ${COUNTRY_JOINS}
      where f.tenant_id = $1 and f.received_at >= $2::timestamptz and f.received_at < $3::timestamptz and f.id >= $4::uuid and f.id < $5::uuid
        and f.decision in ('reserved', 'settled', 'queued') and ($6::text is null or f.asset = $6)
      group by 1, 2, 3 order by payments desc, 1, 2, 3 limit 2000`,
    [tenantId, instant(fromMs), instant(toMs), idFloor(fromMs), idFloor(toMs + SLACK_MS), asset ?? null],
  );
}

/** Puts hours in that were counted elsewhere, as those of an invented past. */
export async function insertFlows(
  tx: Tx,
  tenantId: Uuid,
  flows: readonly { hour: Millis; debtorId: Uuid; creditorId: Uuid; asset: string; payments: number; units: bigint }[],
): Promise<void> {
  await tx.query(
    `insert into settlement.flow_hour_counted (tenant_id, hour) select distinct $1::uuid, to_timestamp(h / 1000) from unnest($2::float8[]) h on conflict do nothing`,
    [tenantId, flows.map(({ hour }) => hour)],
  );
  await tx.query(
    `insert into settlement.flow_hour (tenant_id, hour, debtor_agent_id, creditor_agent_id, asset, payments, units)
     select $1, to_timestamp(f.h / 1000), f.d, f.c, f.a, f.p, f.u
       from unnest($2::float8[], $3::uuid[], $4::uuid[], $5::text[], $6::int[], $7::numeric[]) f (h, d, c, a, p, u) on conflict do nothing`,
    [
      tenantId,
      flows.map(({ hour }) => hour),
      flows.map(({ debtorId }) => debtorId),
      flows.map(({ creditorId }) => creditorId),
      flows.map(({ asset }) => asset),
      flows.map(({ payments }) => payments),
      flows.map(({ units }) => units.toString()),
    ],
  );
}
