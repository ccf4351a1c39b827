import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';

/** A range of the book's sequence that a window holds of a currency: `fromSeq` < seq ≤ `toSeq`. */
export type Span = { asset: string; fromSeq: bigint; toSeq: bigint };

/** Currencies of an open window: where each of its ranges begins. */
export type OpenSpan = { asset: string; fromSeq: bigint; windowId: Uuid };

/** Where the open range of every currency begins, and in which window. */
export async function openSpans(tx: Tx, tenantId: Uuid): Promise<OpenSpan[]> {
  return tx.query<OpenSpan>(
    `select asset, from_seq as "fromSeq", window_id as "windowId" from settlement.window_span where tenant_id = $1 and to_seq is null order by asset`,
    [tenantId],
  );
}

/** The ranges of a window that was cut off. */
async function spansOf(tx: Tx, tenantId: Uuid, windowId: Uuid): Promise<Span[]> {
  return tx.query<Span>(
    `select asset, from_seq as "fromSeq", to_seq as "toSeq" from settlement.window_span
      where tenant_id = $1 and window_id = $2 and to_seq is not null order by asset`,
    [tenantId, windowId],
  );
}

/** The ranges of a window, open ones among them. */
export async function allSpansOf(
  tx: Tx,
  tenantId: Uuid,
  windowId: Uuid,
): Promise<{ asset: string; fromSeq: bigint; toSeq: bigint | null }[]> {
  return tx.query(
    `select asset, from_seq as "fromSeq", to_seq as "toSeq" from settlement.window_span where tenant_id = $1 and window_id = $2 order by asset`,
    [tenantId, windowId],
  );
}

/**
 * How many obligations came over from earlier windows, and how many left; of a bank's own when a bank asks, which is not told of
 * payments to it that left because they were held.
 */
export async function movesOf(tx: Tx, tenantId: Uuid, windowId: Uuid): Promise<{ joined: number; left: number }> {
  const [row] = await tx.query<{ joined: number; left: number }>(
    `select (select count(*)::int from settlement.carried_obligation where tenant_id = $1 and joined_window_id = $2) as joined,
            (select count(*)::int from settlement.carried_obligation where tenant_id = $1 and left_window_id = $2
                and (why <> 'hold' or creditor_agent_id is distinct from (select infra.member_id()))) as left`,
    [tenantId, windowId],
  );
  return row!;
}

/**
 * Begins the chain of ranges of currencies that have none, in the open window of a group. Nothing was owed in them so far, so
 * they may begin where the window does.
 */
export async function beginSpans(tx: Tx, tenantId: Uuid, groupId: string, assets: readonly string[]): Promise<void> {
  await tx.query(
    `insert into settlement.window_span (tenant_id, asset, from_seq, window_id)
     select $1, a.asset, w.from_seq, w.id from unnest($3::text[]) as a (asset), settlement.netting_window w
      where w.tenant_id = $1 and w.group_id = $2 and w.state = 'open'
        and not exists (select from settlement.window_span s where s.tenant_id = $1 and s.asset = a.asset)
     on conflict do nothing`,
    [tenantId, groupId, assets],
  );
}

/**
 * Gives the open ranges of some currencies to another open window, which then begins no later than they do. What has left such a
 * range, being held, goes with it: it has left the window that has the range (a foreign key sees to that).
 */
export async function moveSpans(tx: Tx, tenantId: Uuid, windowId: Uuid, assets: readonly string[]): Promise<void> {
  await tx.query(
    `with moved as (
       update settlement.window_span set window_id = $2 where tenant_id = $1 and asset = any($3::text[]) and to_seq is null returning from_seq)
     update settlement.netting_window set from_seq = least(from_seq, (select min(from_seq) from moved))
      where tenant_id = $1 and id = $2 and exists (select from moved)`,
    [tenantId, windowId, assets],
  );
}

/** Ends the ranges of a window at its cut-off; the next window goes on with them. One that has only just begun moves there whole. */
export async function cutSpans(tx: Tx, tenantId: Uuid, cut: { windowId: Uuid; nextId: Uuid; toSeq: bigint }): Promise<void> {
  await tx.query(
    `update settlement.window_span set to_seq = $3 where tenant_id = $1 and window_id = $2 and to_seq is null and from_seq < $3`,
    [tenantId, cut.windowId, cut.toSeq],
  );
  await tx.query(
    `insert into settlement.window_span (tenant_id, asset, from_seq, after_seq, window_id)
     select tenant_id, asset, to_seq, to_seq, $3 from settlement.window_span where tenant_id = $1 and window_id = $2 and to_seq = $4`,
    [tenantId, cut.windowId, cut.nextId, cut.toSeq],
  );
  await tx.query(`update settlement.window_span set window_id = $3 where tenant_id = $1 and window_id = $2 and to_seq is null`, [
    tenantId,
    cut.windowId,
    cut.nextId,
  ]);
}

/**
 * Lets what waits join a window that is cut off at the very sequence at which some of its ranges begin: they stay empty and go on in
 * the next window whole, so that nothing could be found by them later. Comes before `cutSpans`.
 */
export async function joinWithoutRange(tx: Tx, tenantId: Uuid, window: { id: Uuid; toSeq: bigint; valueDay: LocalDate }): Promise<void> {
  await tx.query(
    `update settlement.carried_obligation c set joined_window_id = $2
       from settlement.window_span s
      where s.tenant_id = $1 and s.window_id = $2 and s.to_seq is null and s.from_seq = $3 and c.tenant_id = $1 and c.asset = s.asset
        and c.joined_window_id is null and not c.returned and not c.held and (c.due is null or c.due <= $4::date)`,
    [tenantId, window.id, window.toSeq, window.valueDay],
  );
}

/** Whether something that is due on a day is owed in the ranges of an open window behind `afterSeq`, or waits to join it. */
export async function hasMembers(
  tx: Tx,
  tenantId: Uuid,
  windowId: Uuid,
  range: { afterSeq: bigint; toSeq: bigint; day: LocalDate },
): Promise<boolean> {
  const [row] = await tx.query<{ any: boolean }>(
    `with own as materialized (select asset, from_seq from settlement.window_span where tenant_id = $1 and window_id = $2 and to_seq is null)
     select exists (select from settlement.obligation o join own on own.asset = o.asset and o.seq > own.from_seq
                     where o.tenant_id = $1 and o.seq > $3 and o.seq <= $4 and coalesce(o.due <= $5::date, true)
                       and not exists (select from settlement.carried_obligation x
                                        where x.tenant_id = $1 and x.seq = o.seq and x.left_window_id = $2))
         or exists (select from settlement.carried_obligation c join own on own.asset = c.asset and c.seq <= own.from_seq
                     where c.tenant_id = $1 and c.joined_window_id is null and not c.returned and not c.held
                       and coalesce(c.due <= $5::date, true)) as any`,
    [tenantId, windowId, range.afterSeq, range.toSeq, range.day],
  );
  return row!.any;
}

/** The last sequence at which something is owed, of any currency; 0 when nothing ever was. */
export async function lastObligation(tx: Tx, tenantId: Uuid): Promise<bigint> {
  const [row] = await tx.query<{ seq: bigint | null }>('select max(seq) as seq from settlement.obligation where tenant_id = $1', [
    tenantId,
  ]);
  return row?.seq ?? 0n;
}

/** Windows of a group that were cut off and whose members are not fixed, oldest first, up to one of them; locked. */
export async function lockUnfixed(
  tx: Tx,
  tenantId: Uuid,
  window: { groupId: string; number: number },
): Promise<{ id: Uuid; valueDay: LocalDate }[]> {
  return tx.query(
    `select id, value_day::text as "valueDay" from settlement.netting_window
      where tenant_id = $1 and group_id = $2 and number <= $3 and state = 'cut_off' and not input_fixed order by number for update`,
    [tenantId, window.groupId, window.number],
  );
}

/**
 * Fixes who is in a window: what is due later leaves it, what waits and is due joins it. Windows of a group are fixed in their order,
 * so that nothing is passed over. What leaves and was named by a list since the cut-off joins no other before it is decided on.
 */
export async function fixMembers(tx: Tx, tenantId: Uuid, window: { id: Uuid; valueDay: LocalDate }, at: Millis): Promise<void> {
  // Asked for by the day, of which few lie ahead: looking at the date of each obligation would read the whole window.
  await tx.query(
    `insert into settlement.carried_obligation
       (tenant_id, seq, step, payment_id, debtor_agent_id, creditor_agent_id, asset, units, left_window_id, range_from, why, due, left_at, held)
     select o.tenant_id, o.seq, 1, o.payment_id, o.debtor_agent_id, o.creditor_agent_id, o.asset, o.units, $2, s.from_seq, 'value_date', o.due,
            $4::timestamptz, exists (select from settlement.late_hold l where l.tenant_id = o.tenant_id and l.seq = o.seq and l.window_id = $2)
       from settlement.window_span s
       join settlement.obligation o on o.tenant_id = s.tenant_id and o.asset = s.asset and o.seq > s.from_seq and o.seq <= s.to_seq
      where s.tenant_id = $1 and s.window_id = $2 and o.due > $3::date
        and not exists (select from settlement.carried_obligation x where x.tenant_id = $1 and x.seq = o.seq and x.left_window_id = $2)`,
    [tenantId, window.id, window.valueDay, instant(at)],
  );
  // A currency may have come from another group: only what left an earlier range of it can join.
  await tx.query(
    `update settlement.carried_obligation c set joined_window_id = $2
       from settlement.window_span s
      where s.tenant_id = $1 and s.window_id = $2 and c.tenant_id = $1 and c.asset = s.asset and c.seq <= s.from_seq
        and c.joined_window_id is null and not c.returned and not c.held and (c.due is null or c.due <= $3::date)`,
    [tenantId, window.id, window.valueDay],
  );
  await tx.query('update settlement.netting_window set input_fixed = true where tenant_id = $1 and id = $2', [tenantId, window.id]);
}

/** An obligation of a window. `left`: the window that it left for this one; `removed`: on whose default it was taken out of it. */
export type MemberRow = {
  seq: bigint;
  id: Uuid;
  debtor: Uuid;
  creditor: Uuid;
  asset: string;
  units: bigint;
  leaf: Buffer;
  left?: Uuid | null;
  removed?: Uuid | null;
};

/** What of a window is to be read: its ranges, and whether obligations joined or left it. */
export type Membership = { windowId: Uuid; spans: readonly Span[]; moved: boolean };

/** The members of a window that was cut off, to be read by `membersBehind`. */
export async function membershipOf(tx: Tx, tenantId: Uuid, windowId: Uuid): Promise<Membership> {
  const spans = await spansOf(tx, tenantId, windowId);
  const [row] = await tx.query<{ moved: boolean }>(
    `select exists (select from settlement.carried_obligation where tenant_id = $1 and left_window_id = $2)
         or exists (select from settlement.carried_obligation where tenant_id = $1 and joined_window_id = $2) as moved`,
    [tenantId, windowId],
  );
  return { windowId, spans, moved: row!.moved };
}

const COLUMNS = 'o.seq, o.payment_id as id, o.debtor_agent_id as debtor, o.creditor_agent_id as creditor, o.asset, o.units, o.leaf';

type Ranges = { sql: string; values: unknown[]; from: bigint; to: bigint };

/** Behind every sequence that there can be. */
const NO_RANGE = 2n ** 63n - 1n;

/**
 * Obligations in the ranges of a window: of one range for all currencies, or of one for each. A window without a range of its own has
 * members all the same when what waited joined it, and these lie before any. The values begin at the fifth placeholder.
 */
export function inRanges(spans: readonly Span[]): Ranges {
  const from = spans.reduce((least, { fromSeq }) => (fromSeq < least ? fromSeq : least), spans[0]?.fromSeq ?? NO_RANGE);
  const to = spans.reduce((most, { toSeq }) => (toSeq > most ? toSeq : most), from);
  const assets = spans.map(({ asset }) => asset);
  if (spans.every(({ fromSeq, toSeq }) => fromSeq === from && toSeq === to)) {
    return { sql: 'o.asset = any($5::text[])', values: [assets], from, to };
  }
  return {
    sql: `exists (select from unnest($5::text[], $6::bigint[], $7::bigint[]) as s (asset, from_seq, to_seq)
                   where s.asset = o.asset and o.seq > s.from_seq and o.seq <= s.to_seq)`,
    values: [assets, spans.map(({ fromSeq }) => fromSeq), spans.map(({ toSeq }) => toSeq)],
    from,
    to,
  };
}

/**
 * Obligations of a window in order of sequence, some at a time; empty behind the last. What left for its value date, or because
 * its payment was held, is none of it.
 *
 * Asked for by short ranges of the sequence, longer ones while nothing is found: by a limit alone the planner, which takes the
 * policy for more selective than it is, reads and sorts the whole window for every page of it.
 */
export async function membersBehind(
  tx: Tx,
  tenantId: Uuid,
  membership: Membership,
  page: { afterSeq: bigint; limit: number },
): Promise<MemberRow[]> {
  const ranges = inRanges(membership.spans);
  const read = membership.moved ? movedBetween : plainBetween;
  let from = page.afterSeq;
  if (from < ranges.from) {
    // Before the first range there is only what came over from earlier windows.
    const before = membership.moved ? await joinedUpTo(tx, tenantId, membership.windowId, { ...page, toSeq: ranges.from }) : [];
    if (before.length > 0) return before;
    from = ranges.from;
  }
  for (let step = BigInt(page.limit); ; step *= 2n) {
    const to = from + step < ranges.to ? from + step : ranges.to;
    const rows = await read(tx, tenantId, { membership, ranges, from, to, limit: page.limit });
    if (rows.length > 0 || to === ranges.to) return rows;
    from = to;
  }
}

type Between = { membership: Membership; ranges: Ranges; from: bigint; to: bigint; limit: number };

const IN_RANGE = `from settlement.obligation o where o.tenant_id = $1 and o.seq > $2 and o.seq <= $3`;

function plainBetween(tx: Tx, tenantId: Uuid, { ranges: { sql, values }, from, to, limit }: Between): Promise<MemberRow[]> {
  return tx.query<MemberRow>(`select ${COLUMNS} ${IN_RANGE} and ${sql} order by o.seq limit $4`, [tenantId, from, to, limit, ...values]);
}

const JOINED = `
  select c.left_window_id as left, ${COLUMNS} from settlement.carried_obligation c
    join settlement.obligation o on o.tenant_id = c.tenant_id and o.seq = c.seq
   where c.tenant_id = $1 and c.seq > $2 and c.seq <= $3`;

/** Members with the participant on whose default each was taken out, if it was; `window` is the placeholder of the window. */
const withRemoved = (members: string, window: string) => `
  select m.*, d.participant_id as removed from (${members}) m
    left join settlement.carried_obligation x on x.tenant_id = $1 and x.seq = m.seq and x.left_window_id = ${window}
    left join settlement.window_default d on d.tenant_id = $1 and d.id = x.default_id
   order by m.seq limit $4`;

function movedBetween(tx: Tx, tenantId: Uuid, { membership, ranges: { sql, values }, from, to, limit }: Between): Promise<MemberRow[]> {
  const window = `$${5 + values.length}`;
  const members = `
    (select null::uuid as left, ${COLUMNS} ${IN_RANGE} and ${sql}
        and not exists (select from settlement.carried_obligation x
                         where x.tenant_id = $1 and x.seq = o.seq and x.left_window_id = ${window} and x.why <> 'default')
      order by o.seq limit $4)
    union all
    (${JOINED} and c.joined_window_id = ${window} order by c.seq limit $4)`;
  return tx.query<MemberRow>(withRemoved(members, window), [tenantId, from, to, limit, ...values, membership.windowId]);
}

function joinedUpTo(
  tx: Tx,
  tenantId: Uuid,
  windowId: Uuid,
  page: { afterSeq: bigint; toSeq: bigint; limit: number },
): Promise<MemberRow[]> {
  return tx.query<MemberRow>(withRemoved(`${JOINED} and c.joined_window_id = $5 order by c.seq limit $4`, '$5'), [
    tenantId,
    page.afterSeq,
    page.toSeq,
    page.limit,
    windowId,
  ]);
}

/** What one participant owes another in a window; with how many pairs there are in all, and what they owe together. */
export type FlowRow = {
  debtor: Uuid;
  debtorBic: string;
  debtorName: string;
  creditor: Uuid;
  creditorBic: string;
  creditorName: string;
  payments: number;
  units: bigint;
  pairs: number;
  gross: bigint;
};

/** The largest flows of a window in a currency, before netting. Added up by the database, so a window of any size gives few rows. */
export async function flowsOf(tx: Tx, tenantId: Uuid, windowId: Uuid, of: { asset: string; limit: number }): Promise<FlowRow[]> {
  return tx.query<FlowRow>(
    `with pair as (
       select m.debtor_agent_id, m.creditor_agent_id, count(*)::int as payments, sum(m.units)::numeric(38, 0) as units from (
         select o.seq, o.debtor_agent_id, o.creditor_agent_id, o.units from settlement.window_span s
           join settlement.obligation o on o.tenant_id = s.tenant_id and o.asset = s.asset and o.seq > s.from_seq
            and o.seq <= coalesce(s.to_seq, 9223372036854775807)
          where s.tenant_id = $1 and s.window_id = $2 and s.asset = $3
         union all
         select c.seq, c.debtor_agent_id, c.creditor_agent_id, c.units from settlement.carried_obligation c
          where c.tenant_id = $1 and c.joined_window_id = $2 and c.asset = $3) m
        where not exists (select from settlement.carried_obligation x where x.tenant_id = $1 and x.seq = m.seq and x.left_window_id = $2)
        group by 1, 2)
     select p.debtor_agent_id as debtor, d.bic as "debtorBic", d.name as "debtorName", p.creditor_agent_id as creditor, c.bic as "creditorBic",
            c.name as "creditorName", p.payments, p.units, (count(*) over ())::int as pairs, (sum(p.units) over ())::numeric(38, 0) as gross
       from pair p
       join settlement.participant d on d.tenant_id = $1 and d.id = p.debtor_agent_id
       join settlement.participant c on c.tenant_id = $1 and c.id = p.creditor_agent_id
      order by p.units desc, d.bic, c.bic limit $4`,
    [tenantId, windowId, of.asset, of.limit],
  );
}
