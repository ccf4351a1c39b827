import { idFloor, type Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant, numerics, texts, uuids } from '../../infra/postgres/columns.ts';
import type { RowSet, Tx } from '../../infra/postgres/db.ts';

/** Stands in the place of a counterparty for the whole network. */
export const NETWORK: Uuid = '00000000-0000-0000-0000-000000000000';

/** A cap that the database keeps watch over, on what one participant owes the network or one other. */
export type Cap = { participantId: Uuid; counterpartyId: Uuid; asset: string; netCap?: bigint; dayCap?: bigint };

/** A cap with how far it is used. `sent` is of the day `sentOn`. */
export type Exposure = Cap & { net: bigint; sent: bigint; sentOn: string | null };

/**
 * Makes the caps given the ones that are watched, each with what is owed at this moment. The caller holds the lock of the
 * book (`ledger.inTx`), so that no obligation comes in between.
 */
export async function replaceCaps(tx: Tx, tenantId: Uuid, caps: readonly Cap[], now: Millis): Promise<void> {
  await tx.query('delete from settlement.exposure where tenant_id = $1', [tenantId]);
  if (caps.length === 0) return;
  const startOfDay = now - (now % 86_400_000);
  await tx.query(
    `with cap as (
       select unnest($2::uuid[]) as participant_id, unnest($3::uuid[]) as counterparty_id, unnest($4::text[]) as asset,
              unnest($5::numeric[]) as net_cap, unnest($6::numeric[]) as day_cap
     ), open as (
       select o.* from settlement.netting_window w cross join lateral settlement.window_obligations(w.tenant_id, w.id) o
        where w.tenant_id = $1 and w.state <> 'settled'
       union all
       select debtor_agent_id, creditor_agent_id, asset, units from settlement.carried_obligation
        where tenant_id = $1 and joined_window_id is null and not returned
     ), owed as (
       select m.participant_id, m.counterparty_id, m.asset, sum(m.net) as net
         from open o
        cross join lateral (values
          (o.debtor_agent_id, $7::uuid, o.asset, o.units), (o.creditor_agent_id, $7::uuid, o.asset, -o.units),
          (o.debtor_agent_id, o.creditor_agent_id, o.asset, o.units), (o.creditor_agent_id, o.debtor_agent_id, o.asset, -o.units)
        ) as m (participant_id, counterparty_id, asset, net)
        group by m.participant_id, m.counterparty_id, m.asset
     ), sent as (
       select debtor_agent_id as participant_id, asset, sum(units) as units
         from (select p.debtor_agent_id, p.asset, p.units from settlement.payment p
                where p.tenant_id = $1 and p.id >= $8::uuid and p.decision in ('reserved', 'settled')
               union all
               select p.debtor_agent_id, p.asset, p.units from settlement.payment p
                where p.tenant_id = $1 and p.id >= $8::uuid and p.decision = 'queued'
                  and not exists (select from settlement.queue_exit x where x.tenant_id = $1 and x.entry_id = p.id and x.outcome = 'rejected')
               union all
               select p.debtor_agent_id, p.asset, p.units from settlement.review r
                 join settlement.payment p on p.tenant_id = r.tenant_id and p.id = r.payment_id
                where r.tenant_id = $1 and r.decided_at >= $9::timestamptz and r.decision in ('reserved', 'settled', 'queued')
                  and not exists (select from settlement.queue_exit x where x.tenant_id = $1 and x.entry_id = p.id and x.outcome = 'rejected')
               union all
               select c.debtor_agent_id, c.asset, -c.units from settlement.carried_obligation c
                 join settlement.payment p on p.tenant_id = c.tenant_id and p.id = c.payment_id
                 left join settlement.review r on r.tenant_id = p.tenant_id and r.payment_id = p.id
                where c.tenant_id = $1 and c.cancelled_by is not null and c.returned_at >= $9::timestamptz
                  and case when r.decided_at is null then p.id >= $8::uuid else r.decided_at >= $9::timestamptz end) as today
        group by debtor_agent_id, asset
     )
     insert into settlement.exposure (tenant_id, participant_id, counterparty_id, asset, net, net_cap, sent_on, sent, day_cap)
     select $1, c.participant_id, c.counterparty_id, c.asset, coalesce(o.net, 0), c.net_cap, (now() at time zone 'utc')::date,
            case when c.counterparty_id = $7::uuid then coalesce(s.units, 0) else 0 end, c.day_cap
       from cap c
       left join owed o on o.participant_id = c.participant_id and o.counterparty_id = c.counterparty_id and o.asset = c.asset
       left join sent s on s.participant_id = c.participant_id and s.asset = c.asset`,
    [
      tenantId,
      uuids(caps.map((cap) => cap.participantId)),
      uuids(caps.map((cap) => cap.counterpartyId)),
      texts(caps.map((cap) => cap.asset)),
      numerics(caps.map((cap) => cap.netCap ?? null)),
      numerics(caps.map((cap) => cap.dayCap ?? null)),
      NETWORK,
      idFloor(startOfDay),
      instant(startOfDay),
    ],
  );
}

/** What a participant sends outside the windows. */
export type Sent = { participantId: Uuid; asset: string; units: bigint };

/** Counts towards the limits for a day. Passing one is told as by obligations, see `judge.refusedBy`. */
export const sentRows: RowSet<Sent> = {
  name: 'settlement.sent',
  needsNoAnswer: true,
  async write(tx, rows) {
    const values = rows.map((row) => row.value);
    await tx.query('select settlement.count_sent($1::uuid[], $2::text[], $3::numeric[])', [
      uuids(values.map((sent) => sent.participantId)),
      texts(values.map((sent) => sent.asset)),
      numerics(values.map((sent) => sent.units)),
    ]);
  },
};

const COLUMNS = `participant_id as "participantId", counterparty_id as "counterpartyId", asset, net, net_cap as "netCap",
  sent, sent_on::text as "sentOn", day_cap as "dayCap"`;

type Flat = Omit<Exposure, 'netCap' | 'dayCap'> & { netCap: bigint | null; dayCap: bigint | null };

const toExposure = ({ netCap, dayCap, ...row }: Flat): Exposure => ({
  ...row,
  ...(netCap !== null && { netCap }),
  ...(dayCap !== null && { dayCap }),
});

/** Every cap that is watched, with its use. */
export async function readExposures(tx: Tx, tenantId: Uuid): Promise<Exposure[]> {
  const rows = await tx.query<Flat>(`select ${COLUMNS} from settlement.exposure where tenant_id = $1`, [tenantId]);
  return rows.map(toExposure);
}

/** Changes whenever something that was owed has become final or was returned, by whichever process. */
export async function lastFreed(tx: Tx, tenantId: Uuid): Promise<string> {
  const [row] = await tx.query<{ mark: string }>(
    `select concat_ws(' ', (select w.finality_seq from settlement.netting_window w
                             where w.tenant_id = $1 and w.state = 'settled' order by w.settled_at desc, w.finality_seq desc limit 1),
                           (select max(c.returned_at) from settlement.carried_obligation c where c.tenant_id = $1 and c.returned)) as mark`,
    [tenantId],
  );
  return row!.mark;
}

/** The caps that are used most, by the larger of both parts. */
export async function fullestExposures(tx: Tx, tenantId: Uuid, limit: number): Promise<Exposure[]> {
  const rows = await tx.query<Flat>(
    `select ${COLUMNS} from settlement.exposure where tenant_id = $1
      order by greatest(net / nullif(net_cap, 0), case when sent_on = (now() at time zone 'utc')::date then sent / nullif(day_cap, 0) end) desc nulls last,
               participant_id, counterparty_id, asset limit $2`,
    [tenantId, limit],
  );
  return rows.map(toExposure);
}

/** How many accounts of participants there are, and how many caps on the network as a whole: whether someone came in since. */
export async function accountsAndCaps(tx: Tx, tenantId: Uuid): Promise<{ accounts: number; newest: Uuid | null }> {
  const [row] = await tx.query<{ accounts: number; newest: Uuid | null }>(
    `select count(*)::int as accounts, (select id from settlement.participant where tenant_id = $1 order by id desc limit 1) as newest
       from settlement.participant_account where tenant_id = $1`,
    [tenantId],
  );
  return row!;
}
