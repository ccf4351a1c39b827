import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant, integers, numerics, texts, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

export type Fate = 'return' | 'carry';

/** A participant that was taken out of a window, and by what hashes of the result before and after. */
export type DefaultRow = {
  id: Uuid;
  windowId: Uuid;
  participantId: Uuid;
  fate: Fate;
  reason: string;
  actorName: string;
  obligations: number;
  hashBefore: Uint8Array;
  hashAfter: Uint8Array;
  at: Millis;
};

/** False when the participant was taken out of the window before. */
export async function insertDefault(tx: Tx, tenantId: Uuid, row: DefaultRow): Promise<boolean> {
  const rows = await tx.query(
    `insert into settlement.window_default (tenant_id, id, window_id, participant_id, fate, reason, actor_name, obligations, hash_before, hash_after, recorded_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::timestamptz) on conflict do nothing returning id`,
    [
      tenantId,
      row.id,
      row.windowId,
      row.participantId,
      row.fate,
      row.reason,
      row.actorName,
      row.obligations,
      Buffer.from(row.hashBefore),
      Buffer.from(row.hashAfter),
      instant(row.at),
    ],
  );
  return rows.length > 0;
}

/** How many obligations of a window a participant has a side in, of those that have not left it. */
export async function countOf(tx: Tx, tenantId: Uuid, windowId: Uuid, participantId: Uuid): Promise<number> {
  const [row] = await tx.query<{ n: number }>(`select count(*)::int as n from (${OWN}) own`, [tenantId, windowId, participantId]);
  return row!.n;
}

/** Obligations of a window in which a participant has a side and which have not left it, with the step of their last move, or the range that they fell into. */
const OWN = `
  select o.*, m.step, m.range_from from (
    select o.seq, 0 as step, s.from_seq as range_from from settlement.window_span s
      join settlement.obligation o on o.tenant_id = s.tenant_id and o.asset = s.asset and o.seq > s.from_seq and o.seq <= s.to_seq
     where s.tenant_id = $1 and s.window_id = $2 and (o.debtor_agent_id = $3 or o.creditor_agent_id = $3)
    union all
    select c.seq, c.step, null from settlement.carried_obligation c
     where c.tenant_id = $1 and c.joined_window_id = $2 and (c.debtor_agent_id = $3 or c.creditor_agent_id = $3)) m
    join settlement.obligation o on o.tenant_id = $1 and o.seq = m.seq
   where not exists (select from settlement.carried_obligation x where x.tenant_id = $1 and x.seq = m.seq and x.left_window_id = $2)`;

/**
 * Moves them out of it: to wait for the next window, or to be owed no longer. What a list has named since the cut-off does not wait for
 * the next window but to be decided on; so does what is held already, whatever the fate, since nothing is set aside for it.
 */
export async function removeObligations(
  tx: Tx,
  tenantId: Uuid,
  of: { windowId: Uuid; participantId: Uuid; defaultId: Uuid; fate: Fate; at: Millis },
): Promise<void> {
  await tx.query(
    `insert into settlement.carried_obligation
       (tenant_id, seq, step, payment_id, debtor_agent_id, creditor_agent_id, asset, units, left_window_id, range_from, why, default_id, left_at,
        returned, returned_at, held)
     select $1, own.seq, own.step + 1, own.payment_id, own.debtor_agent_id, own.creditor_agent_id, own.asset, own.units, $2, own.range_from, 'default',
            $4, $5::timestamptz, $6 and not h.held, case when $6 and not h.held then $5::timestamptz end, h.held or (not $6 and h.late)
       from (${OWN}) own
      cross join lateral (
        select exists (select from settlement.payment_hold s where s.tenant_id = $1 and s.payment_id = own.payment_id and s.outcome is null) as held,
               exists (select from settlement.late_hold l where l.tenant_id = $1 and l.seq = own.seq and l.window_id = $2) as late) h`,
    [tenantId, of.windowId, of.participantId, of.defaultId, instant(of.at), of.fate === 'return'],
  );
}

/**
 * What was removed, by participant and currency: how many obligations, what it would have got and what it would have paid, and how
 * much of that is owed no longer.
 */
export type RemovedSum = {
  participantId: Uuid;
  asset: string;
  removed: number;
  removedIn: bigint;
  removedOut: bigint;
  returnedOut: bigint;
};

export async function removedSums(tx: Tx, tenantId: Uuid, defaultId: Uuid): Promise<RemovedSum[]> {
  return tx.query<RemovedSum>(
    `select s.participant as "participantId", s.asset, count(*)::int as removed, sum(s.incoming)::numeric(38, 0) as "removedIn", sum(s.outgoing)::numeric(38, 0) as "removedOut",
            coalesce(sum(s.outgoing) filter (where c.returned), 0)::numeric(38, 0) as "returnedOut"
       from settlement.carried_obligation c
      cross join lateral (values (c.creditor_agent_id, c.asset, c.units, 0), (c.debtor_agent_id, c.asset, 0, c.units)) as s (participant, asset, incoming, outgoing)
      where c.tenant_id = $1 and c.default_id = $2 group by 1, 2`,
    [tenantId, defaultId],
  );
}

/** An obligation that was returned, as its payment's banks are told of it. */
export type ReturnedRow = { seq: bigint; paymentId: Uuid; debtorAgentId: Uuid; creditorAgentId: Uuid; asset: string; units: bigint };

/** What was returned on a default, in order, some at a time. */
export async function returnedBehind(
  tx: Tx,
  tenantId: Uuid,
  defaultId: Uuid,
  page: { afterSeq: bigint; limit: number },
): Promise<ReturnedRow[]> {
  return tx.query<ReturnedRow>(
    `select seq, payment_id as "paymentId", debtor_agent_id as "debtorAgentId", creditor_agent_id as "creditorAgentId", asset, units
       from settlement.carried_obligation where tenant_id = $1 and default_id = $2 and seq > $3 and returned
      order by seq limit $4`,
    [tenantId, defaultId, page.afterSeq, page.limit],
  );
}

export type DifferenceRow = Omit<RemovedSum, 'returnedOut'> & { before: bigint; after: bigint };

export async function insertDifferences(tx: Tx, tenantId: Uuid, defaultId: Uuid, rows: readonly DifferenceRow[]): Promise<void> {
  await tx.query(
    `insert into settlement.window_difference (tenant_id, default_id, participant_id, asset, before, after, removed, removed_in, removed_out)
     select $1, $2, unnest($3::uuid[]), unnest($4::text[]), unnest($5::numeric[]), unnest($6::numeric[]), unnest($7::bigint[]), unnest($8::numeric[]), unnest($9::numeric[])`,
    [
      tenantId,
      defaultId,
      uuids(rows.map((row) => row.participantId)),
      texts(rows.map((row) => row.asset)),
      numerics(rows.map((row) => row.before)),
      numerics(rows.map((row) => row.after)),
      integers(rows.map((row) => row.removed)),
      numerics(rows.map((row) => row.removedIn)),
      numerics(rows.map((row) => row.removedOut)),
    ],
  );
}

/** Takes the result of a netted window away, for another to take its place in the same transaction. */
export async function dropResult(tx: Tx, tenantId: Uuid, windowId: Uuid, next: { resultHash: Uint8Array; at: Millis }): Promise<void> {
  await tx.query('delete from settlement.position where tenant_id = $1 and window_id = $2', [tenantId, windowId]);
  await tx.query('delete from settlement.window_currency where tenant_id = $1 and window_id = $2', [tenantId, windowId]);
  await tx.query(
    `update settlement.netting_window set result_hash = $3, netted_at = $4::timestamptz, blocked_participant_id = null, blocked_reason = null
      where tenant_id = $1 and id = $2`,
    [tenantId, windowId, Buffer.from(next.resultHash), instant(next.at)],
  );
}

/** A default as it is shown: with what changed for each participant, or for the bank that asks. */
export type DefaultView = {
  id: Uuid;
  participantId: Uuid;
  bic: string;
  fate: Fate;
  reason: string;
  by: string;
  at: Millis;
  obligations: number;
  differences: { participantId: Uuid; bic: string; name: string; asset: string; before: bigint; after: bigint; obligations: number }[];
};

type FlatDifference = DefaultView['differences'][number] & { defaultId: Uuid };

/** The defaults of a window, the first first. */
export async function defaultsOf(tx: Tx, tenantId: Uuid, windowId: Uuid): Promise<DefaultView[]> {
  const defaults = await tx.query<Omit<DefaultView, 'differences'>>(
    `select d.id, d.participant_id as "participantId", m.bic, d.fate, d.reason, d.actor_name as by, d.recorded_at as at, d.obligations
       from settlement.window_default d join settlement.participant m on m.tenant_id = d.tenant_id and m.id = d.participant_id
      where d.tenant_id = $1 and d.window_id = $2 order by d.recorded_at, d.id`,
    [tenantId, windowId],
  );
  if (defaults.length === 0) return [];
  const differences = await tx.query<FlatDifference>(
    `select f.default_id as "defaultId", f.participant_id as "participantId", m.bic, m.name, f.asset, f.before, f.after, f.removed as obligations
       from settlement.window_default d
       join settlement.window_difference f on f.tenant_id = d.tenant_id and f.default_id = d.id
       join settlement.participant m on m.tenant_id = f.tenant_id and m.id = f.participant_id
      where d.tenant_id = $1 and d.window_id = $2 order by f.asset, m.bic`,
    [tenantId, windowId],
  );
  return defaults.map((one) => ({
    ...one,
    differences: differences.filter(({ defaultId }) => defaultId === one.id).map(({ defaultId: _id, ...rest }) => rest),
  }));
}
