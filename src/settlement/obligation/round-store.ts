import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { dates, instant, integers, numerics, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { Entry, Ordering, Share } from './plan.ts';

/** A round as it stands in its table. */
export type RoundRow = {
  id: Uuid;
  number: number;
  asset: string;
  ordering: Ordering;
  day: LocalDate;
  obligations: number;
  root: Buffer;
  ranAt: Millis;
};

/** A round with its sums; for a bank they are its own. */
export type RoundSums = RoundRow & { gross: bigint; cleared: bigint };

/** The number of the next round. Rounds of a tenant are carried out one after the other from here on. */
export async function nextNumber(tx: Tx, tenantId: Uuid): Promise<number> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`settlement.set_off ${tenantId}`]);
  const [row] = await tx.query<{ number: number }>(
    'select coalesce(max(number), 0) + 1 as number from settlement.set_off_round where tenant_id = $1',
    [tenantId],
  );
  return row!.number;
}

export async function insertRound(tx: Tx, tenantId: Uuid, row: Omit<RoundRow, 'root'> & { root: Uint8Array }): Promise<void> {
  await tx.query(
    `insert into settlement.set_off_round (tenant_id, id, number, asset, ordering, day, obligations, root, ran_at)
     values ($1, $2, $3, $4, $5, $6::date, $7, $8, $9::timestamptz)`,
    [tenantId, row.id, row.number, row.asset, row.ordering, row.day, row.obligations, Buffer.from(row.root), instant(row.ranAt)],
  );
}

/** Writes entries in their published order. */
export async function insertEntries(tx: Tx, tenantId: Uuid, roundId: Uuid, entries: readonly Entry[]): Promise<void> {
  await tx.query(
    `insert into settlement.set_off_entry (tenant_id, round_id, position, obligation_id, debtor_id, creditor_id, units, due_day, weight, cleared)
     select $1, $2, unnest($3::bigint[])::int, unnest($4::uuid[]), unnest($5::uuid[]), unnest($6::uuid[]), unnest($7::numeric[]),
            unnest($8::date[]), unnest($9::bigint[])::int, unnest($10::numeric[])`,
    [
      tenantId,
      roundId,
      integers(entries.map((_, i) => i)),
      uuids(entries.map((entry) => entry.id)),
      uuids(entries.map((entry) => entry.debtor)),
      uuids(entries.map((entry) => entry.creditor)),
      numerics(entries.map((entry) => entry.units)),
      dates(entries.map((entry) => entry.dueDay)),
      integers(entries.map((entry) => entry.weight)),
      numerics(entries.map((entry) => entry.cleared)),
    ],
  );
}

export async function insertShares(tx: Tx, tenantId: Uuid, roundId: Uuid, shares: readonly Share[]): Promise<void> {
  await tx.query(
    `insert into settlement.set_off_participant (tenant_id, round_id, participant_id, owes, owed, cleared, potential)
     select $1, $2, unnest($3::uuid[]), unnest($4::numeric[]), unnest($5::numeric[]), unnest($6::numeric[]), unnest($7::bigint[])`,
    [
      tenantId,
      roundId,
      uuids(shares.map((share) => share.participantId)),
      numerics(shares.map((share) => share.owes)),
      numerics(shares.map((share) => share.owed)),
      numerics(shares.map((share) => share.cleared)),
      integers(shares.map((share) => share.potential)),
    ],
  );
}

const ROUND = `
  select r.id, r.number, r.asset, r.ordering, r.day::text as day, r.obligations, r.root, r.ran_at as "ranAt", s.gross, s.cleared
    from settlement.set_off_round r
   cross join lateral (select coalesce(sum(p.owes), 0)::numeric(38, 0) as gross, coalesce(sum(p.cleared), 0)::numeric(38, 0) as cleared
                         from settlement.set_off_participant p where p.tenant_id = r.tenant_id and p.round_id = r.id) s`;

export async function findRound(tx: Tx, tenantId: Uuid, id: Uuid): Promise<RoundSums | undefined> {
  const [row] = await tx.query<RoundSums>(`${ROUND} where r.tenant_id = $1 and r.id = $2`, [tenantId, id]);
  return row;
}

/** Newest first. */
export async function pageOfRounds(tx: Tx, tenantId: Uuid, page: { limit: number; after?: Uuid | undefined }): Promise<RoundSums[]> {
  return tx.query<RoundSums>(`${ROUND} where r.tenant_id = $1 and ($2::uuid is null or r.id < $2) order by r.id desc limit $3`, [
    tenantId,
    page.after ?? null,
    page.limit,
  ]);
}

/** Of everybody in a round, in order of id; of a bank its own. */
export async function sharesOf(tx: Tx, tenantId: Uuid, roundId: Uuid): Promise<Share[]> {
  const rows = await tx.query<Omit<Share, 'potential'> & { potential: bigint }>(
    `select participant_id as "participantId", owes, owed, cleared, potential from settlement.set_off_participant
      where tenant_id = $1 and round_id = $2 order by participant_id`,
    [tenantId, roundId],
  );
  return rows.map((row) => ({ ...row, potential: Number(row.potential) }));
}

/** Some entries of a round from a place on, in order. */
export async function entriesFrom(tx: Tx, tenantId: Uuid, of: { roundId: Uuid; from: number; limit: number }): Promise<Entry[]> {
  return tx.query<Entry>(
    `select obligation_id as id, debtor_id as debtor, creditor_id as creditor, units, due_day::text as "dueDay", weight, cleared
       from settlement.set_off_entry where tenant_id = $1 and round_id = $2 and position >= $3 order by position limit $4`,
    [tenantId, of.roundId, of.from, of.limit],
  );
}

/** What one participant owed another in a round; with how many pairs there are in all, and what they come to. */
type FlowRow = {
  debtor: Uuid;
  creditor: Uuid;
  obligations: number;
  units: bigint;
  cleared: bigint;
  pairs: number;
  gross: bigint;
  clearedInAll: bigint;
};

/** The largest flows of a round. Added up by the database, so a round of any size gives few rows. */
export async function flowsOf(tx: Tx, tenantId: Uuid, of: { roundId: Uuid; limit: number }): Promise<FlowRow[]> {
  return tx.query<FlowRow>(
    `select p.*, (count(*) over ())::int as pairs, (sum(p.units) over ())::numeric(38, 0) as gross,
            (sum(p.cleared) over ())::numeric(38, 0) as "clearedInAll"
       from (select debtor_id as debtor, creditor_id as creditor, count(*)::int as obligations, sum(units)::numeric(38, 0) as units,
                    sum(cleared)::numeric(38, 0) as cleared
               from settlement.set_off_entry where tenant_id = $1 and round_id = $2 group by 1, 2) p
      order by p.units desc, p.debtor, p.creditor limit $3`,
    [tenantId, of.roundId, of.limit],
  );
}

/** One set-off of an obligation: what was open before, and what of it was cleared. */
export type ClearedRow = { roundId: Uuid; number: number; units: bigint; cleared: bigint; ranAt: Millis };

/** What rounds have cleared of an obligation, first to last. */
export async function clearedOf(tx: Tx, tenantId: Uuid, obligationId: Uuid): Promise<ClearedRow[]> {
  return tx.query<ClearedRow>(
    `select r.id as "roundId", r.number, e.units, e.cleared, r.ran_at as "ranAt"
       from settlement.set_off_entry e join settlement.set_off_round r on r.tenant_id = e.tenant_id and r.id = e.round_id
      where e.tenant_id = $1 and e.obligation_id = $2 and e.cleared > 0 order by r.number`,
    [tenantId, obligationId],
  );
}
