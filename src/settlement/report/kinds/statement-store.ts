import type { Uuid } from '../../../base/id.ts';
import type { Millis } from '../../../base/time.ts';
import { instant } from '../../../infra/postgres/columns.ts';
import type { Tx } from '../../../infra/postgres/db.ts';
import { GROSS_SOURCES, NO_ID, type OfWhom } from '../finals.ts';
import { PAGE_ROWS } from '../kind.ts';

type Parties = {
  endToEndId: string;
  uetr: string;
  debtorBic: string;
  debtorName: string;
  creditorBic: string;
  creditorName: string;
  /** It brings money of another payment back. */
  isReturn: boolean;
};

/** Who paid whom in each of some payments. */
export async function partiesOf(tx: Tx, tenantId: Uuid, paymentIds: readonly Uuid[]): Promise<Map<Uuid, Parties>> {
  const rows = await tx.query<Parties & { id: Uuid }>(
    `select p.id, p.end_to_end_id as "endToEndId", p.uetr, d.bic as "debtorBic", p.debtor ->> 'name' as "debtorName",
            c.bic as "creditorBic", p.creditor ->> 'name' as "creditorName", r.payment_id is not null as "isReturn"
       from settlement.payment p
       join settlement.participant d on d.tenant_id = p.tenant_id and d.id = p.debtor_agent_id
       join settlement.participant c on c.tenant_id = p.tenant_id and c.id = p.creditor_agent_id
       left join settlement.payment_return r on r.tenant_id = p.tenant_id and r.payment_id = p.id
      where p.tenant_id = $1 and p.id = any($2::uuid[])`,
    [tenantId, paymentIds],
  );
  return new Map(rows.map(({ id, ...parties }) => [id, parties]));
}

/**
 * What moved a bank's money in one currency outside the windows. `act` names what became final at once, and within it what came
 * in stands before what went out, so that no balance is shown that never was. `other`: the bank on the other side of an exchange;
 * `note`: a reference, or the account of the operator's on the other side;
 * `called`: what its banks call an exchange.
 */
export type Movement = {
  at: Millis;
  seq: bigint;
  act: Uuid;
  outgoing: number;
  id: Uuid;
  leg: number;
  kind: 'payment' | 'exchange' | 'funding' | 'fee';
  units: bigint;
  other: Uuid | null;
  note: string | null;
  called: string | null;
};

/** The place of a movement among all. */
type Place = Pick<Movement, 'at' | 'seq' | 'act' | 'outgoing' | 'id' | 'leg'>;

/** Before every movement from an instant on. */
export const placeBefore = (fromMs: Millis): Place => ({ at: fromMs, seq: -1n, act: NO_ID, outgoing: 0, id: NO_ID, leg: 0 });

const PAYMENTS = GROSS_SOURCES.map(
  ({ table, id, act, only }) => `
  select x.decided_at as at, x.seq, x.${act} as act, (p.debtor_agent_id = $2)::integer as outgoing, p.id, 0 as leg, 'payment' as kind,
         case when p.debtor_agent_id = $2 then -p.units else p.units end as units, null::uuid as other, null::text as note, null::text as called
    from ${table} x join settlement.payment p on p.tenant_id = x.tenant_id and p.id = x.${id}
   where x.tenant_id = $1 and ${only} and p.asset = $3 and $2 in (p.debtor_agent_id, p.creditor_agent_id)
     and x.decided_at >= $4::timestamptz and x.decided_at < $5::timestamptz`,
);

/** Exchanges that settled at once, and those that did out of the queue. */
const EXCHANGES = [
  { from: 'settlement.fx_trade x', act: 'x.id', trade: 'x', only: `x.decision = 'settled'` },
  {
    from: `settlement.queue_exit x join settlement.fx_trade t on t.tenant_id = x.tenant_id and t.id = x.entry_id`,
    act: 'x.settlement_id',
    trade: 't',
    only: `x.outcome = 'settled' and x.kind = 'pvp'`,
  },
].map(
  ({ from, act, trade, only }) => `
  select x.decided_at as at, x.seq, ${act} as act, s.outgoing::integer, ${trade}.id, l.n::integer as leg, 'exchange' as kind,
         case when s.outgoing then -s.units else s.units end as units, case when s.other like 'fx\\_%' then null else s.other::uuid end as other,
         s.other as note, coalesce(${trade}.reference, o.reference) as called
    from ${from}
    left join settlement.fx_proposal o on o.tenant_id = $1 and o.id = ${trade}.id
   cross join lateral jsonb_array_elements(${trade}.legs) with ordinality l (leg, n)
   cross join lateral (select l.leg ->> 'debtor' = $2::text as outgoing, (l.leg ->> 'units')::numeric(38, 0) as units,
                              case when l.leg ->> 'debtor' = $2::text then l.leg ->> 'creditor' else l.leg ->> 'debtor' end as other) s
   where x.tenant_id = $1 and ${only} and $2 = any (${trade}.payers) and l.leg ->> 'asset' = $3
     and $2::text in (l.leg ->> 'debtor', l.leg ->> 'creditor') and x.decided_at >= $4::timestamptz and x.decided_at < $5::timestamptz`,
);

/**
 * Money that came or went, and fees. Each is an act by itself; of those within one millisecond that have no sequence here, what
 * comes in stands first and what goes out last.
 */
const POSTINGS = [
  { table: 'settlement.funding', kind: 'funding' },
  { table: 'settlement.fee_posting', kind: 'fee' },
].map(
  ({ table, kind }) => `
  select x.recorded_at as at, case when x.units > 0 then 0 else ${2n ** 63n - 1n} end as seq, x.transfer_id as act, (x.units < 0)::integer as outgoing,
         x.transfer_id as id, 0 as leg, '${kind}' as kind, x.units, null::uuid as other, x.reference as note, null::text as called
    from ${table} x
   where x.tenant_id = $1 and x.participant_id = $2 and x.asset = $3 and x.recorded_at >= $4::timestamptz and x.recorded_at < $5::timestamptz`,
);

const IN_ORDER = 'at, seq, act, outgoing, id, leg';

/** Each source is read along its index of times, on from where the page before ended. */
const MOVEMENTS = [...PAYMENTS, ...EXCHANGES, ...POSTINGS]
  .map(
    (source) => `
  (select * from (${source}) m
    where (m.at, m.seq, m.act, m.outgoing, m.id, m.leg) > ($4::timestamptz, $6::bigint, $7::uuid, $8::integer, $9::uuid, $10::integer)
    order by ${IN_ORDER} limit $11)`,
  )
  .join(' union all ');

/** The next movements of a bank in one currency that became final before an instant, in the order in which they did. */
export async function movementsBehind(
  tx: Tx,
  tenantId: Uuid,
  { participantId, asset }: OfWhom,
  { behind, toMs, limit = PAGE_ROWS }: { behind: Place; toMs: Millis; limit?: number },
): Promise<Movement[]> {
  return tx.query<Movement>(`select * from (${MOVEMENTS}) m order by ${IN_ORDER} limit $11`, [
    tenantId,
    participantId,
    asset,
    instant(behind.at),
    instant(toMs),
    behind.seq,
    behind.act,
    behind.outgoing,
    behind.id,
    behind.leg,
    limit,
  ]);
}
