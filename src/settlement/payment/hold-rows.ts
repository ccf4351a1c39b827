import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instants, integers, jsonbs, texts, uuids } from '../../infra/postgres/columns.ts';
import { rowOf, type RowOf } from '../../ledger/port.ts';
import type { RowSet, Tx } from '../../infra/postgres/db.ts';
import type { Hit, Reason, ScreeningResult } from './payment.ts';
import { reviewRows, type Review } from './rows.ts';
import { WINDOW, type StandingPayment } from './store.ts';

/** Why a payment that was taken is held again: by which lists it was screened, and which matches nobody has decided on. */
export type Hold = { id: Uuid; screening: Pick<ScreeningResult, 'set'> & { hits: readonly Hit[] } };

/** A payment that waits for the cut-off of its window, or for its value date, and is held now. */
type WindowHold = { paymentId: Uuid; hold: Hold };

/** What is claimed by whatever takes a payment out of the window that it waits for: being held, being cancelled. One of them does. */
export const LEAVING = 'settlement.leaving_window';

/** Those of the payments that are not in an open window or waiting for one. */
export async function notWaiting(tx: Tx, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ id: Uuid }>(
    `select p.id from settlement.payment p
       left join settlement.review r on r.tenant_id = p.tenant_id and r.payment_id = p.id and p.decision = 'held'
       ${WINDOW}
      where p.tenant_id = (select infra.tenant_id()) and p.id = any ($1::uuid[])
        and coalesce(r.decision, p.decision) = 'reserved' and m.returned is not true and m.held is not true and w.state = 'open'`,
    [uuids(ids)],
  );
  const waiting = new Set<string>(rows.map((row) => row.id));
  return new Set(ids.filter((id) => !waiting.has(id)));
}

/**
 * Takes obligations out of the window that is open, before anything of it is published, and keeps them out of those to come.
 * What was set aside is freed by a transfer of the same act. Claimed, so that it is held once and in no window that was cut off.
 */
export const windowHoldRows: RowSet<WindowHold> = {
  name: 'settlement.window_hold',
  claims: LEAVING,
  keys: ({ paymentId }) => [paymentId],
  taken: notWaiting,
  async write(tx, rows) {
    const holds = rows.map((row) => row.value);
    const held = await tx.query<{ payment_id: Uuid }>(HOLD_IN_WINDOWS, [
      uuids(holds.map(({ hold }) => hold.id)),
      uuids(holds.map(({ paymentId }) => paymentId)),
      integers(holds.map(({ hold }) => hold.screening.set)),
      jsonbs(holds.map(({ hold }) => hold.screening.hits)),
      instants(rows.map((row) => row.atMs)),
    ]);
    // A window that is being fixed has just taken what waited: it is too late then, and the act must not be done.
    if (held.length < holds.length) {
      throw new AppError('conflict', 'settlement.payment_not_open', 'The payment is in a window that was cut off meanwhile.');
    }
  },
};

const HOLD_IN_WINDOWS = `
  with holds as materialized (
    select unnest($1::uuid[]) as id, unnest($2::uuid[]) as payment_id, unnest($3::bigint[]) as screening_set, unnest($4::jsonb[]) as hits,
           unnest($5::timestamptz[]) as at),
  owed as materialized (
    select h.*, p.tenant_id, p.debtor_agent_id, p.creditor_agent_id, p.asset, p.units, p.value_date, coalesce(r.seq, p.seq) as seq,
           m.step, m.joined_window_id, s.window_id, s.from_seq as range_from
      from holds h
      join settlement.payment p on p.tenant_id = (select infra.tenant_id()) and p.id = h.payment_id
      left join settlement.review r on r.tenant_id = p.tenant_id and r.payment_id = p.id and p.decision = 'held'
      join settlement.window_span s on s.tenant_id = p.tenant_id and s.asset = p.asset and s.to_seq is null
      left join lateral (
        select c.step, c.joined_window_id from settlement.carried_obligation c
         where c.tenant_id = p.tenant_id and c.seq = coalesce(r.seq, p.seq) order by c.step desc limit 1) m on true),
  waiting as (
    update settlement.carried_obligation c set held = true from owed o
     where o.step is not null and c.tenant_id = o.tenant_id and c.seq = o.seq and c.step = o.step
       and c.joined_window_id is null and not c.returned
    returning c.payment_id),
  leaving as (
    insert into settlement.carried_obligation
      (tenant_id, seq, step, payment_id, debtor_agent_id, creditor_agent_id, asset, units, left_window_id, range_from, why, due, left_at, held)
    select o.tenant_id, o.seq, 1, o.payment_id, o.debtor_agent_id, o.creditor_agent_id, o.asset, o.units, o.window_id, o.range_from, 'hold',
           o.value_date, o.at, true
      from owed o where o.step is null and o.seq > o.range_from
    returning payment_id)
  insert into settlement.payment_hold
    (tenant_id, id, payment_id, debtor_agent_id, creditor_agent_id, screening_set, hits, place, held_at)
  select o.tenant_id, o.id, o.payment_id, o.debtor_agent_id, o.creditor_agent_id, o.screening_set, o.hits, 'window', o.at
    from owed o join (select payment_id from waiting union all select payment_id from leaving) x on x.payment_id = o.payment_id
  returning payment_id`;

/** Until when a payment waits that goes back into the queue, and by which lists it was judged when it was released. */
export type Waits = { expiresAt: Millis; screeningSet: number };

/** How a hold ends. */
type HoldEnd = { paymentId: Uuid; comment: string; actorName: string; waits?: Waits | undefined } & (
  | { outcome: 'released' }
  | { outcome: 'rejected'; reason: Reason }
);

async function notHeld(tx: Tx, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ id: Uuid }>(
    `select k.id from unnest($1::uuid[]) as k (id)
      where not exists (select from settlement.payment_hold h
                         where h.tenant_id = (select infra.tenant_id()) and h.payment_id = k.id and h.outcome is null)`,
    [uuids(ids)],
  );
  return new Set(rows.map((row) => row.id));
}

/** Ends holds, each once: back to the place where the payment waited, or out of it for good. */
const holdEndRows: RowSet<HoldEnd> = {
  name: 'settlement.hold_end',
  keys: ({ paymentId }) => [paymentId],
  taken: notHeld,
  async write(tx, rows) {
    const ends = rows.map((row) => row.value);
    const published = await tx.query(END_HOLDS, [
      uuids(ends.map((end) => end.paymentId)),
      texts(ends.map((end) => end.outcome)),
      texts(ends.map((end) => (end.outcome === 'rejected' ? end.reason.code : null))),
      texts(ends.map((end) => (end.outcome === 'rejected' ? end.reason.text : null))),
      texts(ends.map((end) => end.comment)),
      texts(ends.map((end) => end.actorName)),
      instants(ends.map((end) => end.waits?.expiresAt ?? 0)),
      integers(ends.map((end) => end.waits?.screeningSet ?? null)),
      instants(rows.map((row) => row.atMs)),
      integers(rows.map((row) => row.seq)),
    ]);
    // What a window has published is owed in it, whatever is decided.
    if (published.length > 0) {
      throw new AppError('conflict', 'settlement.payment_not_open', 'The payment is in a window that was cut off; it cannot be rejected.');
    }
  },
};

/**
 * A payment goes back to where it waited. One that is released while the range is open that its obligation fell into is in that
 * window again; what left a window that was cut off meanwhile waits for the next one. Answers with those that are rejected and have
 * left no window.
 */
const END_HOLDS = `
  with ends as materialized (
    select unnest($1::uuid[]) as payment_id, unnest($2::text[]) as outcome, unnest($3::text[]) as reason_code, unnest($4::text[]) as reason_text,
           unnest($5::text[]) as comment, unnest($6::text[]) as actor_name, unnest($7::timestamptz[]) as expires_at,
           unnest($8::bigint[]) as screening_set, unnest($9::timestamptz[]) as at, unnest($10::bigint[]) as seq),
  ended as (
    update settlement.payment_hold h
       set outcome = x.outcome, reason_code = x.reason_code, reason_text = x.reason_text, comment = x.comment, actor_name = x.actor_name,
           decided_at = x.at
      from ends x
     where h.tenant_id = (select infra.tenant_id()) and h.payment_id = x.payment_id and h.outcome is null
    returning h.tenant_id, h.payment_id, h.place, h.priority, h.position, h.entered_at, x.screening_set, x.outcome, x.reason_code,
              x.reason_text, x.actor_name, x.expires_at, x.at, x.seq),
  again as (
    insert into settlement.queue_entry (tenant_id, id, kind, priority, position, payers, legs, entered_at, expires_at, due, screening_set)
    select e.tenant_id, e.payment_id, 'payment', e.priority, e.position, array[p.debtor_agent_id],
           jsonb_build_array(jsonb_build_object('debtor', p.debtor_agent_id, 'creditor', p.creditor_agent_id, 'asset', p.asset,
                                                'units', p.units::text)),
           e.entered_at, e.expires_at, greatest(p.value_date, (e.entered_at at time zone 'UTC')::date), e.screening_set
      from ended e join settlement.payment p on p.tenant_id = e.tenant_id and p.id = e.payment_id
     where e.place = 'queue' and e.outcome = 'released'),
  gone as (
    insert into settlement.queue_exit (tenant_id, entry_id, kind, outcome, reason_code, reason_text, actor_name, entered_at, decided_at, seq)
    select e.tenant_id, e.payment_id, 'payment', 'rejected', e.reason_code, e.reason_text, e.actor_name, e.entered_at, e.at, e.seq
      from ended e where e.place = 'queue' and e.outcome = 'rejected'),
  place as materialized (
    select c.tenant_id, c.seq, c.step, e.payment_id, e.outcome, e.at, e.outcome = 'released' and c.why = 'hold' and s.window_id is not null as never_left
      from ended e
      join settlement.payment p on p.tenant_id = e.tenant_id and p.id = e.payment_id
      left join settlement.review r on r.tenant_id = p.tenant_id and r.payment_id = p.id and p.decision = 'held'
      join settlement.carried_obligation c on c.tenant_id = e.tenant_id and c.seq = coalesce(r.seq, p.seq) and c.held
      left join settlement.window_span s on s.tenant_id = c.tenant_id and s.asset = c.asset and s.from_seq = c.range_from and s.to_seq is null
     where e.place = 'window'),
  stays as (
    delete from settlement.carried_obligation c using place x
     where x.never_left and c.tenant_id = x.tenant_id and c.seq = x.seq and c.step = x.step),
  waits as (
    update settlement.carried_obligation c
       set held = false, returned = x.outcome = 'rejected', returned_at = case when x.outcome = 'rejected' then x.at end
      from place x
     where not x.never_left and c.tenant_id = x.tenant_id and c.seq = x.seq and c.step = x.step)
  select e.payment_id from ended e
   where e.place = 'window' and e.outcome = 'rejected' and not exists (select from place x where x.payment_id = e.payment_id)`;

/**
 * The row that decides on a payment that is held: its review when it was held at the door, the end of its hold when it had been
 * taken before.
 */
export function decisionRow({ hold }: Pick<StandingPayment, 'hold'>, review: Review, waits?: Waits): RowOf {
  if (!hold) return rowOf(reviewRows, review);
  const { paymentId, comment, actorName } = review;
  const end = { paymentId, comment, actorName, waits };
  return review.decision === 'rejected'
    ? rowOf(holdEndRows, { ...end, outcome: 'rejected', reason: review.reason! })
    : rowOf(holdEndRows, { ...end, outcome: 'released' });
}

/** The case in which a held payment is decided on. */
export function caseOfHeld({ record, hold }: Pick<StandingPayment, 'record' | 'hold'>): Uuid {
  return hold?.id ?? record.id;
}
