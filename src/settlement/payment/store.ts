import { idFloor, type Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { instant, uuids } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { FoundNames } from '../party-search/find-names.ts';
import { findPayments } from '../party-search/find-payments.ts';
import { GROSS } from './gross-store.ts';
import { HOLD, HOLD_VALUE, type StandingHold } from './hold-store.ts';
import { CANCELLED_AHEAD, HELD, RETURNED_ON_DEFAULT, type PaymentRecord, type PaymentView, type ScreeningResult } from './payment.ts';

type Flat = {
  tenant_id: Uuid;
  id: Uuid;
  uetr: Uuid;
  end_to_end_id: string;
  channel: PaymentRecord['channel'];
  decision: PaymentRecord['decision'];
  reason_code: string | null;
  reason_text: string | null;
  debtor_agent_id: Uuid;
  creditor_agent_id: Uuid;
  debtor: PaymentRecord['debtor'];
  creditor: PaymentRecord['creditor'];
  asset: string;
  units: bigint;
  value_date: LocalDate;
  purpose: string | null;
  remittance: string | null;
  order_hash: Buffer | null;
  received_at: Millis;
  decided_at: Millis;
  seq: bigint | null;
  transfer_id: Uuid | null;
  screening: ScreeningResult | null;
  screening_set: number | null;
  route: PaymentRecord['route'] | null;
};

/** A payment as it stands now: the record, the decision of a review, what became of it in the queue, and the window that its sequence falls into. */
export type StandingPayment = {
  record: PaymentRecord;
  status: PaymentView['status'];
  decidedAt: Millis;
  seq?: bigint;
  transferId?: Uuid;
  reason?: { code: string; text: string };
  review?: { decision: ReviewDecision; comment: string; actorName: string; decidedAt: Millis };
  /** How it left the queue. */
  exit?: { outcome: 'settled' | 'rejected'; settlementId?: Uuid; actorName: string; decidedAt: Millis };
  window?: { id: Uuid; number: number; cutOffAt?: Millis; nettedAt?: Millis; settledAt?: Millis };
  /** When it was returned, after it had been reserved. */
  returnedAt?: Millis;
  /** Who cancelled it while it waited for its value date. */
  cancelledBy?: string;
  /** The last time that it was held after it had been taken; without an outcome it is held now. */
  hold?: StandingHold;
  agents: { debtorAgent: AgentRow; creditorAgent: AgentRow };
};

/** What a review comes to; `queued` and `settled` as at the door. */
type ReviewDecision = Exclude<PaymentRecord['decision'], 'held'>;

export type AgentRow = { id: Uuid; bic: string; name: string };

type Standing = Flat & {
  status: PaymentView['status'];
  review: {
    decision: ReviewDecision;
    reason_code: string | null;
    reason_text: string | null;
    comment: string;
    actor_name: string;
    at_ms: number;
  } | null;
  exit: {
    outcome: 'settled' | 'rejected';
    reason_code: string | null;
    reason_text: string | null;
    settlement_id: Uuid | null;
    actor_name: string;
    at_ms: number;
  } | null;
  book_seq: bigint | null;
  book_transfer_id: Uuid | null;
  window_id: Uuid | null;
  window_number: number | null;
  cut_off_at: Millis | null;
  netted_at: Millis | null;
  settled_at: Millis | null;
  returned_at: Millis | null;
  cancelled_by: string | null;
  hold: StandingHold | null;
  debtor_bic: string;
  debtor_name: string;
  creditor_bic: string;
  creditor_name: string;
};

/** `value_date::text`, since a calendar day has no zone to shift it. */
const COLUMNS = `p.tenant_id, p.id, p.uetr, p.end_to_end_id, p.channel, p.decision, p.reason_code, p.reason_text, p.debtor_agent_id,
  p.creditor_agent_id, p.debtor, p.creditor, p.asset, p.units, p.value_date::text as value_date, p.purpose, p.remittance, p.order_hash,
  p.received_at, p.decided_at, p.seq, p.transfer_id, p.screening, p.screening_set,
  (select jsonb_build_object('kind', t.route, 'priority', t.priority, 'rule', t.rule, 'reason', t.reason)
     from settlement.payment_route t where t.tenant_id = p.tenant_id and t.payment_id = p.id) as route`;

/**
 * The ranges of a currency follow one another without a gap, so the last one that begins before a sequence is the one that holds
 * it, and its window the payment's: unless the obligation has left it. Then it is the window that it joined, or while it waits the
 * one that is open.
 */
export const WINDOW = `
    left join lateral (
      select m.joined_window_id, m.returned, m.held, m.returned_at, m.cancelled_by, m.joined_window_id is null as waits from settlement.carried_obligation m
       where m.tenant_id = p.tenant_id and m.seq = coalesce(r.seq, p.seq) order by m.step desc limit 1) m
    on coalesce(r.decision, p.decision) = 'reserved'
    left join lateral (
      select n.window_id from settlement.window_span n
       where n.tenant_id = p.tenant_id and n.asset = p.asset
         and n.from_seq < case when m.waits then 9223372036854775807 else coalesce(r.seq, p.seq) end
       order by n.from_seq desc limit 1) n
    on coalesce(r.decision, p.decision) = 'reserved' and m.returned is not true and m.held is not true
    left join settlement.netting_window w on w.tenant_id = p.tenant_id and w.id = coalesce(m.joined_window_id, n.window_id)`;

const STANDING = `
  select ${COLUMNS}, s.status, to_jsonb(r) as review, to_jsonb(q) as exit, s.book_seq,
         coalesce(q.transfer_id, r.transfer_id, p.transfer_id) as book_transfer_id,
         w.id as window_id, w.number as window_number, w.cut_off_at, w.netted_at, w.settled_at,
         m.returned_at, m.cancelled_by, ${HOLD_VALUE} as hold,
         d.bic as debtor_bic, d.name as debtor_name, c.bic as creditor_bic, c.name as creditor_name
    from settlement.payment p
    join settlement.participant d on d.tenant_id = p.tenant_id and d.id = p.debtor_agent_id
    join settlement.participant c on c.tenant_id = p.tenant_id and c.id = p.creditor_agent_id
    left join lateral (
      select decision, reason_code, reason_text, comment, actor_name, (extract(epoch from decided_at) * 1000)::bigint as at_ms, seq, transfer_id
        from settlement.review r where r.tenant_id = p.tenant_id and r.payment_id = p.id) r on p.decision = 'held'
    ${WINDOW}
    ${HOLD}
    left join lateral (
      select outcome, reason_code, reason_text, settlement_id, actor_name, (extract(epoch from decided_at) * 1000)::bigint as at_ms, seq, transfer_id
        from settlement.queue_exit q where q.tenant_id = p.tenant_id and q.entry_id = p.id) q on coalesce(r.decision, p.decision) = 'queued'
   cross join lateral (
      select coalesce(q.seq, r.seq, p.seq) as book_seq,
             case when h.id is not null and h.outcome is null then 'held'
                  when coalesce(r.decision, p.decision) <> 'reserved' then coalesce(q.outcome, r.decision, p.decision)
                  when m.returned then 'rejected'
                  when w.state = 'settled' then 'settled' when w.state = 'open' then 'reserved' else 'clearing' end as status) s`;

function toRecord(row: Flat): PaymentRecord {
  return {
    tenantId: row.tenant_id,
    id: row.id,
    uetr: row.uetr,
    endToEndId: row.end_to_end_id,
    channel: row.channel,
    decision: row.decision,
    ...(row.reason_code && { reason: { code: row.reason_code, text: row.reason_text ?? '' } }),
    debtorAgentId: row.debtor_agent_id,
    creditorAgentId: row.creditor_agent_id,
    debtor: row.debtor,
    creditor: row.creditor,
    asset: row.asset,
    units: row.units,
    valueDate: row.value_date,
    ...(row.purpose !== null && { purpose: row.purpose }),
    ...(row.remittance !== null && { remittance: row.remittance }),
    ...(row.order_hash && { orderHash: row.order_hash }),
    receivedAt: row.received_at,
    ...(row.transfer_id !== null && { transferId: row.transfer_id }),
    ...(row.screening_set !== null && { screeningSet: row.screening_set }),
    ...(row.screening && { screening: row.screening }),
    ...(row.route && { route: row.route }),
    ...(row.decision === 'settled' && { settledAt: row.decided_at }),
  };
}

function toStanding(row: Standing): StandingPayment {
  const record = toRecord(row);
  const [{ review, exit, hold }, reason] = [row, reasonOfStanding(record, row)];
  return {
    record,
    status: row.status,
    decidedAt: row.decided_at,
    ...(row.book_seq !== null && { seq: row.book_seq }),
    ...(row.book_transfer_id !== null && { transferId: row.book_transfer_id }),
    ...(reason && { reason }),
    ...(review && {
      review: { decision: review.decision, comment: review.comment, actorName: review.actor_name, decidedAt: review.at_ms },
    }),
    ...(exit && {
      exit: {
        outcome: exit.outcome,
        ...(exit.settlement_id !== null && { settlementId: exit.settlement_id }),
        actorName: exit.actor_name,
        decidedAt: exit.at_ms,
      },
    }),
    ...(row.returned_at !== null && hold?.end?.outcome !== 'rejected' && { returnedAt: row.returned_at }),
    ...(row.cancelled_by !== null && { cancelledBy: row.cancelled_by }),
    ...(hold && { hold }),
    ...(row.window_id !== null && {
      window: {
        id: row.window_id,
        number: row.window_number!,
        cutOffAt: row.cut_off_at ?? undefined,
        nettedAt: row.netted_at ?? undefined,
        settledAt: row.settled_at ?? undefined,
      },
    }),
    agents: {
      debtorAgent: { id: row.debtor_agent_id, bic: row.debtor_bic, name: row.debtor_name },
      creditorAgent: { id: row.creditor_agent_id, bic: row.creditor_bic, name: row.creditor_name },
    },
  };
}

/** What its bank is told of where it stands: of the last decision on it. */
function reasonOfStanding(
  record: PaymentRecord,
  { review, exit, hold, returned_at, cancelled_by }: Standing,
): StandingPayment['reason'] | null | '' {
  if (hold && (!hold.end || hold.end.reason)) return hold.end?.reason ?? HELD;
  if (returned_at !== null) return cancelled_by === null ? RETURNED_ON_DEFAULT : CANCELLED_AHEAD;
  const last = exit ?? review;
  return last ? last.reason_code && { code: last.reason_code, text: last.reason_text ?? '' } : record.reason;
}

/** The record as it was taken, by its UETR or its id. */
export async function paymentByUetr(tx: Tx, tenantId: Uuid, by: { uetr: Uuid } | { id: Uuid }): Promise<PaymentRecord | undefined> {
  const [column, value] = 'uetr' in by ? ['uetr', by.uetr] : ['id', by.id];
  const [row] = await tx.query<Flat>(`select ${COLUMNS} from settlement.payment p where p.tenant_id = $1 and p.${column} = $2`, [
    tenantId,
    value,
  ]);
  return row && toRecord(row);
}

export async function findPayment(tx: Tx, tenantId: Uuid, id: Uuid): Promise<StandingPayment | undefined> {
  const [row] = await tx.query<Standing>(`${STANDING} where p.tenant_id = $1 and p.id = $2`, [tenantId, id]);
  return row && toStanding(row);
}

/** Payments of the windows that a condition on `x` names, by way of the obligations, whose key is the sequence; `of` is one on `o`. */
const obligedIn = (windows: string, of = 'true') => `
  select o.payment_id from settlement.netting_window x
    join settlement.obligation o on o.tenant_id = x.tenant_id and o.seq > x.from_seq and (x.to_seq is null or o.seq <= x.to_seq)
   where x.tenant_id = $1 and ${windows} and ${of}
     and exists (select from settlement.window_span n
                  where n.tenant_id = x.tenant_id and n.window_id = x.id and n.asset = o.asset
                    and o.seq > n.from_seq and (n.to_seq is null or o.seq <= n.to_seq))
     and not exists (select from settlement.carried_obligation c where c.tenant_id = x.tenant_id and c.seq = o.seq and c.left_window_id = x.id)
  union all
  select o.payment_id from settlement.carried_obligation o
    join settlement.netting_window x on x.tenant_id = o.tenant_id and (x.id = o.joined_window_id or (
           o.joined_window_id is null and not o.returned and not o.held and x.state = 'open'
           and exists (select from settlement.window_span n
                        where n.tenant_id = x.tenant_id and n.window_id = x.id and n.asset = o.asset and n.to_seq is null)))
   where x.tenant_id = $1 and ${windows} and ${of}
     and not exists (select from settlement.carried_obligation c where c.tenant_id = x.tenant_id and c.seq = o.seq and c.left_window_id = x.id)`;

/** The few payments that can have a status, found by an index; which of them do have it, their rows tell. */
const CANDIDATES: Readonly<Record<PaymentView['status'], string>> = {
  held: `(p.decision = 'held' or p.id in (select h.payment_id from settlement.payment_hold h where h.tenant_id = $1 and h.outcome is null))`,
  rejected: `(p.decision <> 'reserved' or p.id in (select c.payment_id from settlement.carried_obligation c where c.tenant_id = $1 and c.returned))`,
  reserved: `p.id in (${obligedIn(`x.state = 'open'`)})`,
  clearing: `p.id in (${obligedIn(`x.state in ('cut_off', 'netted')`)})`,
  settled: `p.decision <> 'rejected'`,
  queued: `p.decision in ('queued', 'held')`,
};

/** How far the time in an id may be ahead of the time of receipt, as after a clock was set back. */
const ID_AHEAD_MS = 86_400_000;

export type PaymentFilter = {
  limit: number;
  after?: Uuid;
  status?: PaymentView['status'];
  asset?: string;
  participantId?: Uuid;
  windowId?: Uuid;
  query?: string;
  /** What `findNames` answered to the query; without it payments are walked. */
  names?: FoundNames | undefined;
  fromMs?: Millis;
  toMs?: Millis;
};

const ALL_PAYMENTS = 'settlement.payment p';

/**
 * The payments of one side and those of the other, which never overlap. Each side's index has them in order of id, so the
 * newest are merged from both; an `or` would read a tenant's payments from the newest on until enough have been found.
 */
function paymentsWith(participant: string): string {
  const side = (name: string) => `select * from settlement.payment where tenant_id = $1 and ${name}_agent_id = ${participant}`;
  return `(${side('debtor')} union all ${side('creditor')}) p`;
}

/** What the search of a filter finds; undefined when there is none, or it finds too much to be told apart from the others. */
async function searched(tx: Tx, tenantId: Uuid, filter: PaymentFilter): Promise<Uuid[] | undefined> {
  const { query, names, after } = filter;
  if (query === undefined || !names) return undefined;
  const others = [filter.status, filter.asset, filter.participantId, filter.windowId, filter.fromMs, filter.toMs];
  // The newest that are found are the answer only when nothing else is asked and all of them are shown.
  const isAlone = names.seesAll && others.every((other) => other === undefined);
  return await findPayments(tx, tenantId, { query, names, after, limit: isAlone ? filter.limit : undefined });
}

/** What a filter asks for as SQL: where payments come from, the conditions on them, and their values. */
function conditionsOf(
  tenantId: Uuid,
  filter: Omit<PaymentFilter, 'limit'>,
  found?: readonly Uuid[],
): { source: string; where: string[]; values: unknown[] } {
  const where = ['p.tenant_id = $1'];
  const values: unknown[] = [tenantId];
  const source = filter.participantId === undefined ? ALL_PAYMENTS : paymentsWith(`$${values.push(filter.participantId)}::uuid`);
  const add = (condition: (placeholder: string) => string, value: unknown) => {
    if (value === undefined) return;
    values.push(value);
    where.push(condition(`$${values.length}`));
  };
  add((v) => `p.id < ${v}::uuid`, filter.after);
  add((v) => `s.status = ${v}`, filter.status);
  if (filter.status) where.push(CANDIDATES[filter.status]);
  add((v) => `p.asset = ${v}`, filter.asset);
  add((v) => `p.id in (${obligedIn(`x.id = ${v}::uuid`)})`, filter.windowId);
  const { fromMs, toMs } = filter;
  add((v) => `p.received_at >= ${v}::timestamptz`, fromMs === undefined ? undefined : instant(fromMs));
  add((v) => `p.id >= ${v}::uuid`, fromMs === undefined ? undefined : idFloor(fromMs));
  add((v) => `p.received_at < ${v}::timestamptz`, toMs === undefined ? undefined : instant(toMs));
  add((v) => `p.id < ${v}::uuid`, toMs === undefined ? undefined : idFloor(toMs + ID_AHEAD_MS));
  if (found) {
    add((v) => `p.id = any(${v}::uuid[])`, uuids(found));
    return { source, where, values };
  }
  // Without the names that were found, by walking the payments from the newest on.
  add(
    (v) =>
      `(p.end_to_end_id = ${v} or p.uetr::text = ${v} or position(lower(${v}) in lower(p.debtor ->> 'name')) > 0 or position(lower(${v}) in lower(p.creditor ->> 'name')) > 0
        or position(lower(${v}) in lower(concat_ws(' ', p.debtor -> 'ultimate' ->> 'name', p.creditor -> 'ultimate' ->> 'name', p.debtor -> 'initiator' ->> 'name'))) > 0)`,
    filter.query,
  );
  return { source, where, values };
}

/** Newest first: ids are ordered by time, so the id is order and cursor at once. */
export async function pageOfPayments(tx: Tx, tenantId: Uuid, filter: PaymentFilter): Promise<StandingPayment[]> {
  const { source, where, values } = conditionsOf(tenantId, filter, await searched(tx, tenantId, filter));
  values.push(filter.limit);
  const rows = await tx.query<Standing>(
    `${STANDING.replace(ALL_PAYMENTS, source)} where ${where.join(' and ')} order by p.id desc limit $${values.length}`,
    values,
  );
  return rows.map(toStanding);
}

/** How many payments a filter finds. Where they stand is only worked out when the filter asks for it. */
export async function countPayments(tx: Tx, tenantId: Uuid, filter: Omit<PaymentFilter, 'limit' | 'after'>): Promise<number> {
  const { source, where, values } = conditionsOf(tenantId, filter);
  const from = filter.status === undefined ? `select 1 from ${source}` : STANDING.replace(ALL_PAYMENTS, source);
  const [row] = await tx.query<{ n: bigint }>(`select count(*) as n from (${from} where ${where.join(' and ')}) x`, values);
  return Number(row!.n);
}

/** When a payment became final; undefined when it is not. */
export function settledAtOf({ record, exit, review, window, status }: StandingPayment): Millis | undefined {
  if (status !== 'settled') return undefined;
  return window?.settledAt ?? exit?.decidedAt ?? review?.decidedAt ?? record.settledAt;
}

/** Payments that became final in a range of time, of which the participant was one side. */
export async function settledPaymentsOf(
  tx: Tx,
  tenantId: Uuid,
  of: { participantId: Uuid; asset: string; fromMs: Millis; toMs: Millis },
): Promise<StandingPayment[]> {
  const rows = await tx.query<Standing>(
    `${STANDING}
      where p.tenant_id = $1 and p.asset = $3 and p.id in (${obligedIn(
        'x.settled_at >= $4::timestamptz and x.settled_at < $5::timestamptz',
        'o.asset = $3 and (o.debtor_agent_id = $2 or o.creditor_agent_id = $2)',
      )}
        union all ${GROSS})
        and (p.debtor_agent_id = $2 or p.creditor_agent_id = $2)
      order by s.book_seq`,
    [tenantId, of.participantId, of.asset, instant(of.fromMs), instant(of.toMs)],
  );
  return rows.map(toStanding);
}

/** Payments by their ids, in no order; those that are not there, or not seen, are missing. */
export async function paymentsNamed(tx: Tx, tenantId: Uuid, ids: readonly Uuid[]): Promise<StandingPayment[]> {
  const rows = await tx.query<Standing>(`${STANDING} where p.tenant_id = $1 and p.id = any($2::uuid[])`, [tenantId, uuids(ids)]);
  return rows.map(toStanding);
}
