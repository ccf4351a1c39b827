import type { Uuid } from '../../../base/id.ts';
import { instant } from '../../../infra/postgres/columns.ts';
import type { Tx } from '../../../infra/postgres/db.ts';
import { GROSS_SOURCES } from '../finals.ts';
import type { Days } from '../kind.ts';

/** How money moved. Together they are all that changes what a participant has. */
const WAYS = ['windows', 'alone', 'exchanges', 'custody', 'fees'] as const;
export type Way = (typeof WAYS)[number];

/** What a participant got and gave one way in a range of time; `count`: windows, payments, legs of exchanges or postings. */
export type Turnover = {
  participantId: Uuid;
  bic: string;
  name: string;
  asset: string;
  way: Way;
  count: bigint;
  incoming: bigint;
  outgoing: bigint;
};

const rankOf = (way: Way): number => WAYS.indexOf(way);
const within = (time: string) => `x.tenant_id = $1 and ${time} >= $2::timestamptz and ${time} < $3::timestamptz`;

const WINDOWS = `
  select ${rankOf('windows')} as way, p.participant_id, p.asset, p.incoming, p.outgoing
    from settlement.netting_window x join settlement.position p on p.tenant_id = x.tenant_id and p.window_id = x.id
   where ${within('x.settled_at')} and x.state = 'settled'`;

const ALONE = GROSS_SOURCES.map(
  ({ table, id, only }) => `
  select ${rankOf('alone')}, s.participant_id, p.asset, s.incoming, s.outgoing
    from ${table} x join settlement.payment p on p.tenant_id = x.tenant_id and p.id = x.${id}
   cross join lateral (values (p.creditor_agent_id, p.units, 0), (p.debtor_agent_id, 0, p.units)) s (participant_id, incoming, outgoing)
   where ${within('x.decided_at')} and ${only}`,
);

/** The operator's own accounts in an exchange are no participants. */
const EXCHANGES = [
  { from: 'settlement.fx_trade x', legs: 'x', only: `x.decision = 'settled'` },
  {
    from: 'settlement.queue_exit x join settlement.fx_trade t on t.tenant_id = x.tenant_id and t.id = x.entry_id',
    legs: 't',
    only: `x.outcome = 'settled' and x.kind = 'pvp'`,
  },
].map(
  ({ from, legs, only }) => `
  select ${rankOf('exchanges')}, s.party::uuid, l.leg ->> 'asset', s.incoming, s.outgoing
    from ${from}
   cross join lateral jsonb_array_elements(${legs}.legs) l (leg)
   cross join lateral (values (l.leg ->> 'creditor', (l.leg ->> 'units')::numeric(38, 0), 0),
                              (l.leg ->> 'debtor', 0, (l.leg ->> 'units')::numeric(38, 0))) s (party, incoming, outgoing)
   where ${within('x.decided_at')} and ${only} and s.party not like 'fx\\_%'`,
);

const POSTINGS = [
  { table: 'settlement.funding', way: 'custody' },
  { table: 'settlement.fee_posting', way: 'fees' },
].map(
  ({ table, way }) => `
  select ${rankOf(way as Way)}, x.participant_id, x.asset, greatest(x.units, 0), greatest(-x.units, 0) from ${table} x
   where ${within('x.recorded_at')}`,
);

/**
 * What every participant got and gave in a range of time, by currency and way: rows by how large the network is, however many
 * payments there were. The net of a participant's rows in a currency is what the ledger says its funds have changed by.
 */
export async function turnoverOf(
  tx: Tx,
  tenantId: Uuid,
  { fromMs, toMs }: Pick<Days, 'fromMs' | 'toMs'>,
  only: { participantId?: Uuid | undefined; asset?: string | undefined },
): Promise<Turnover[]> {
  const rows = await tx.query<Omit<Turnover, 'way'> & { way: number }>(
    `select t.way, t.participant_id as "participantId", m.bic, m.name, t.asset, t.count, t.incoming, t.outgoing
       from (select way, participant_id, asset, count(*) as count, sum(incoming)::numeric(38, 0) as incoming, sum(outgoing)::numeric(38, 0) as outgoing
               from (${[WINDOWS, ...ALONE, ...EXCHANGES, ...POSTINGS].join(' union all ')}) flow
              where ($4::uuid is null or participant_id = $4) and ($5::text is null or asset = $5)
              group by way, participant_id, asset) t
       join settlement.participant m on m.tenant_id = $1 and m.id = t.participant_id
      order by t.participant_id, t.asset, t.way`,
    [tenantId, instant(fromMs), instant(toMs), only.participantId ?? null, only.asset ?? null],
  );
  return rows.map((row) => ({ ...row, way: WAYS[row.way]! }));
}
