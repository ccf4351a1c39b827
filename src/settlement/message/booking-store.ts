import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant, texts, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { StatementEntry } from '../iso20022/write/statement.ts';
import { exchangeEntry, feeEntry, fundingEntry, type BookedLeg } from '../participant/booked-entries.ts';

/**
 * A booking besides payments of which a bank is to be notified: a transfer in or out of custody or of a fee, or a trade, whose
 * legs are told of together.
 */
export type BookingDue = { kind: 'funding' | 'fee' | 'exchange'; bookingId: Uuid };

type Posted = { transferId: Uuid; participantId: Uuid; recordedAt: Millis };

/** Notes postings on accounts of banks that want to be notified, in the transaction that makes them, so that none is lost. */
export async function noteBookings(tx: Tx, tenantId: Uuid, kind: 'funding' | 'fee', postings: readonly Posted[]): Promise<void> {
  const [first] = postings;
  if (!first) return;
  await tx.query(
    `insert into settlement.booking_due (tenant_id, owner_id, kind, booking_id, noted_at)
     select $1, n.owner_id, $2, n.id, $5::timestamptz
       from unnest($3::uuid[], $4::uuid[]) n (owner_id, id)
       join settlement.mailbox m on m.tenant_id = $1 and m.owner_id = n.owner_id and 'camt.054' = any (m.kinds)`,
    [
      tenantId,
      kind,
      uuids(postings.map(({ participantId }) => participantId)),
      uuids(postings.map(({ transferId }) => transferId)),
      instant(first.recordedAt),
    ],
  );
}

/** Notes an exchange for those of its banks that want to be notified. */
export async function noteExchange(tx: Tx, tenantId: Uuid, tradeId: Uuid, at: Millis): Promise<void> {
  await tx.query(
    `insert into settlement.booking_due (tenant_id, owner_id, kind, booking_id, noted_at)
     select $1, m.owner_id, 'exchange', t.id, $3::timestamptz
       from settlement.fx_trade t
       join settlement.mailbox m on m.tenant_id = t.tenant_id and m.owner_id = any (t.payers) and 'camt.054' = any (m.kinds)
      where t.tenant_id = $1 and t.id = $2
     on conflict do nothing`,
    [tenantId, tradeId, instant(at)],
  );
}

/** Who is to be notified of something. */
export async function bookingOwners(tx: Tx, tenantId: Uuid): Promise<Uuid[]> {
  const rows = await tx.query<{ id: Uuid }>('select distinct owner_id as id from settlement.booking_due where tenant_id = $1 order by 1', [
    tenantId,
  ]);
  return rows.map(({ id }) => id);
}

/** What an owner is to be notified of, oldest first. */
export async function bookingsDue(tx: Tx, tenantId: Uuid, ownerId: Uuid, limit: number): Promise<BookingDue[]> {
  return tx.query<BookingDue>(
    `select kind, booking_id as "bookingId" from settlement.booking_due
      where tenant_id = $1 and owner_id = $2 order by noted_at, booking_id, kind limit $3`,
    [tenantId, ownerId, limit],
  );
}

/** Takes out what was told; answers with how many there were, fewer when another process was quicker. */
export async function clearBookings(tx: Tx, tenantId: Uuid, ownerId: Uuid, dues: readonly BookingDue[]): Promise<number> {
  const rows = await tx.query(
    `delete from settlement.booking_due d using unnest($3::text[], $4::uuid[]) as k (kind, id)
      where d.tenant_id = $1 and d.owner_id = $2 and d.kind = k.kind and d.booking_id = k.id returning 1`,
    [tenantId, ownerId, texts(dues.map(({ kind }) => kind)), uuids(dues.map(({ bookingId }) => bookingId))],
  );
  return rows.length;
}

/** An entry of an account, with the currency of the account. */
export type Booked = { asset: string; entry: StatementEntry };

type FlatPosting = { kind: 'funding' | 'fee'; transferId: Uuid; asset: string; units: bigint; reference: string; recordedAt: Millis };

/** What these bookings put on the accounts of one participant, as its statements show it, in order of time. */
export async function bookedOf(tx: Tx, tenantId: Uuid, participantId: Uuid, dues: readonly BookingDue[]): Promise<Booked[]> {
  const idsOf = (wanted: BookingDue['kind']) => uuids(dues.filter(({ kind }) => kind === wanted).map(({ bookingId }) => bookingId));
  const postings = await tx.query<FlatPosting>(
    `select 'funding' as kind, transfer_id as "transferId", asset, units, reference, recorded_at as "recordedAt"
       from settlement.funding where tenant_id = $1 and participant_id = $2 and transfer_id = any ($3::uuid[])
     union all
     select 'fee', transfer_id, asset, units, reference, recorded_at
       from settlement.fee_posting where tenant_id = $1 and participant_id = $2 and transfer_id = any ($4::uuid[])`,
    [tenantId, participantId, idsOf('funding'), idsOf('fee')],
  );
  const legs = await legsOf(tx, tenantId, participantId, idsOf('exchange'));
  const booked = [
    ...postings.map(({ kind, asset, ...posting }) => ({ asset, entry: kind === 'fee' ? feeEntry(posting) : fundingEntry(posting) })),
    ...legs.map(({ asset, ...leg }) => ({ asset, entry: exchangeEntry(leg) })),
  ];
  return booked.sort((one, other) => one.entry.bookedAt - other.entry.bookedAt || (one.entry.reference < other.entry.reference ? -1 : 1));
}

/** The legs of trades that are final, at once or out of the queue, on the accounts of one participant. */
async function legsOf(tx: Tx, tenantId: Uuid, participantId: Uuid, tradeIds: Buffer): Promise<(BookedLeg & { asset: string })[]> {
  return tx.query(
    `select t.id as "tradeId", l.n::int as leg, l.leg ->> 'asset' as asset,
            case when l.leg ->> 'debtor' = $2::text then -1 else 1 end * (l.leg ->> 'units')::numeric(38, 0) as units,
            coalesce(q.decided_at, t.decided_at) as "settledAt", coalesce(t.reference, p.reference) as reference
       from settlement.fx_trade t
       left join settlement.fx_proposal p on p.tenant_id = t.tenant_id and p.id = t.id
       left join settlement.queue_exit q on q.tenant_id = t.tenant_id and q.entry_id = t.id and q.outcome = 'settled'
      cross join lateral jsonb_array_elements(t.legs) with ordinality l (leg, n)
      where t.tenant_id = $1 and t.id = any ($3::uuid[]) and (t.decision = 'settled' or q.entry_id is not null)
        and $2::text in (l.leg ->> 'debtor', l.leg ->> 'creditor')`,
    [tenantId, participantId, tradeIds],
  );
}
