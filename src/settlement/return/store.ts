import type { Uuid } from '../../base/id.ts';
import type { LocalDate, Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { findPayment } from '../payment/store.ts';

/** A return of a payment as it stands; `isAlive` unless it was rejected, so that its amount counts. */
export type StandingReturn = { paymentId: Uuid; uetr: Uuid; nth: number; units: bigint; isAlive: boolean };

/** All returns of a payment. A held or queued one counts: it may still be reserved. */
export async function returnsOf(tx: Tx, tenantId: Uuid, originalId: Uuid): Promise<StandingReturn[]> {
  const rows = await tx.query<{ paymentId: Uuid; nth: number }>(
    `select payment_id as "paymentId", nth from settlement.payment_return where tenant_id = $1 and original_id = $2 order by nth`,
    [tenantId, originalId],
  );
  const returns: StandingReturn[] = [];
  for (const { paymentId, nth } of rows) {
    const { record, status } = (await findPayment(tx, tenantId, paymentId))!;
    returns.push({ paymentId, uetr: record.uetr, nth, units: record.units, isAlive: status !== 'rejected' });
  }
  return returns;
}

/** Whether a payment is itself a return. */
export async function isReturn(tx: Tx, tenantId: Uuid, paymentId: Uuid): Promise<boolean> {
  return (
    (await tx.query('select from settlement.payment_return where tenant_id = $1 and payment_id = $2', [tenantId, paymentId])).length > 0
  );
}

/** Which payment a return brings back, and why. */
export type ReturnLink = { paymentId: Uuid; originalId: Uuid; returnId: string; reasonCode: string; reasonText: string | null };

/** Links of those payments that are returns. */
export async function returnLinks(tx: Tx, tenantId: Uuid, paymentIds: readonly Uuid[]): Promise<Map<Uuid, ReturnLink>> {
  const rows = await tx.query<ReturnLink>(
    `select payment_id as "paymentId", original_id as "originalId", return_id as "returnId", reason_code as "reasonCode",
            reason_text as "reasonText"
       from settlement.payment_return where tenant_id = $1 and payment_id = any($2::uuid[])`,
    [tenantId, paymentIds],
  );
  return new Map(rows.map((row) => [row.paymentId, row]));
}

export type RecallState = 'pending' | 'accepted' | 'refused';

export type RecallRow = {
  id: Uuid;
  paymentId: Uuid;
  requesterId: Uuid;
  responderId: Uuid;
  assignmentId: string;
  cancellationId: string | null;
  caseId: string | null;
  reasonCode: string;
  reasonText: string | null;
  state: RecallState;
  askedAt: Millis;
  dueOn: LocalDate;
  answeredAt: Millis | null;
  answerCode: string | null;
  answerText: string | null;
};

const RECALL = `r.id, r.payment_id as "paymentId", r.requester_id as "requesterId", r.responder_id as "responderId",
  r.assignment_id as "assignmentId", r.cancellation_id as "cancellationId", r.case_id as "caseId", r.reason_code as "reasonCode",
  r.reason_text as "reasonText", r.state, r.asked_at as "askedAt", r.due_on::text as "dueOn", r.answered_at as "answeredAt",
  r.answer_code as "answerCode", r.answer_text as "answerText"`;

/** False when the payment has a recall that waits for its answer. */
export async function insertRecall(tx: Tx, tenantId: Uuid, row: RecallRow): Promise<boolean> {
  const rows = await tx.query(
    `insert into settlement.recall (tenant_id, id, payment_id, requester_id, responder_id, assignment_id, cancellation_id, case_id,
                                    reason_code, reason_text, state, asked_at, due_on)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'pending', $11::timestamptz, $12::date)
     on conflict (tenant_id, payment_id) where state = 'pending' do nothing returning id`,
    [
      tenantId,
      row.id,
      row.paymentId,
      row.requesterId,
      row.responderId,
      row.assignmentId,
      row.cancellationId,
      row.caseId,
      row.reasonCode,
      row.reasonText,
      instant(row.askedAt),
      row.dueOn,
    ],
  );
  return rows.length > 0;
}

/** The last recall of a payment. */
export async function lastRecall(tx: Tx, tenantId: Uuid, paymentId: Uuid): Promise<RecallRow | undefined> {
  const [row] = await tx.query<RecallRow>(
    `select ${RECALL} from settlement.recall r where r.tenant_id = $1 and r.payment_id = $2 order by r.id desc limit 1`,
    [tenantId, paymentId],
  );
  return row;
}

/** False when the recall was answered before. */
export async function answerRecall(
  tx: Tx,
  tenantId: Uuid,
  answer: { id: Uuid; state: Exclude<RecallState, 'pending'>; at: Millis; code?: string; text?: string },
): Promise<boolean> {
  const rows = await tx.query(
    `update settlement.recall set state = $3, answered_at = $4::timestamptz, answer_code = $5, answer_text = $6
      where tenant_id = $1 and id = $2 and state = 'pending' returning id`,
    [tenantId, answer.id, answer.state, instant(answer.at), answer.code ?? null, answer.text ?? null],
  );
  return rows.length > 0;
}

/** Whether a payment `x`, reviewed by `v`, left its window by a default and is owed no longer. */
const TAKEN_OUT = `exists (select from settlement.carried_obligation c
                            where c.tenant_id = x.tenant_id and c.seq = coalesce(v.seq, x.seq) and c.returned)`;

/**
 * What has come back of the payment of a recall `r`: the whole, when the payment was taken out of its window and its money is
 * free again, so that nobody owes an answer any more; else all its returns but those that were rejected or taken out themselves.
 */
const BROUGHT_BACK = `select coalesce(sum(y.units), 0)::numeric(38, 0) as units from (
          select x.units from settlement.payment x
            left join settlement.review v on v.tenant_id = x.tenant_id and v.payment_id = x.id
           where x.tenant_id = r.tenant_id and x.id = r.payment_id and ${TAKEN_OUT}
          union all
          select x.units from settlement.payment_return t
            join settlement.payment x on x.tenant_id = t.tenant_id and x.id = t.payment_id
            left join settlement.review v on v.tenant_id = x.tenant_id and v.payment_id = x.id
            left join settlement.queue_exit e on e.tenant_id = x.tenant_id and e.entry_id = x.id
           where t.tenant_id = r.tenant_id and t.original_id = r.payment_id
             and coalesce(e.outcome, v.decision, x.decision) <> 'rejected' and not ${TAKEN_OUT}) y`;

export type OverdueRecall = Pick<RecallRow, 'id' | 'paymentId' | 'requesterId' | 'responderId' | 'reasonCode' | 'dueOn'> & {
  requesterBic: string;
  responderBic: string;
};

/** Marks recalls that wait, and of whose money nothing has come back, though their day has passed, as told of; answers with those that were not before. */
export async function claimOverdue(
  tx: Tx,
  tenantId: Uuid,
  { today, at, limit }: { today: LocalDate; at: Millis; limit: number },
): Promise<OverdueRecall[]> {
  return tx.query<OverdueRecall>(
    `with late as (
       select r.id from settlement.recall r
        where r.tenant_id = $1 and r.state = 'pending' and r.overdue_told_at is null and r.due_on < $2::date
          and (${BROUGHT_BACK}) = 0
        order by r.due_on limit $4 for update skip locked
     )
     update settlement.recall r set overdue_told_at = $3::timestamptz
       from late, settlement.participant q, settlement.participant a
      where r.tenant_id = $1 and r.id = late.id
        and q.tenant_id = $1 and q.id = r.requester_id and a.tenant_id = $1 and a.id = r.responder_id
     returning r.id, r.payment_id as "paymentId", r.requester_id as "requesterId", r.responder_id as "responderId",
               r.reason_code as "reasonCode", r.due_on::text as "dueOn", q.bic as "requesterBic", a.bic as "responderBic"`,
    [tenantId, today, instant(at), limit],
  );
}

/** A recall as it is listed: with its payment, and what has come back of it. */
export type ListedRecall = RecallRow & {
  uetr: Uuid;
  endToEndId: string;
  asset: string;
  units: bigint;
  returnedUnits: bigint;
  requesterBic: string;
  responderBic: string;
};

export type RecallFilter = { limit: number; after?: Uuid; state?: string; paymentId?: Uuid };

/** Newest first. `returned` are those of whose payment money came back, whatever was answered. */
export async function pageOfRecalls(tx: Tx, tenantId: Uuid, filter: RecallFilter): Promise<ListedRecall[]> {
  return tx.query<ListedRecall>(
    `select ${RECALL}, p.uetr, p.end_to_end_id as "endToEndId", p.asset, p.units, b.units as "returnedUnits", q.bic as "requesterBic",
            s.bic as "responderBic"
       from settlement.recall r
       join settlement.payment p on p.tenant_id = r.tenant_id and p.id = r.payment_id
       join settlement.participant q on q.tenant_id = r.tenant_id and q.id = r.requester_id
       join settlement.participant s on s.tenant_id = r.tenant_id and s.id = r.responder_id
      cross join lateral (
        ${BROUGHT_BACK}) b
      where r.tenant_id = $1 and ($2::uuid is null or r.id < $2) and ($4::uuid is null or r.payment_id = $4)
        and ($3::text is null or $3 = case when b.units > 0 then 'returned' else r.state end)
      order by r.id desc limit $5`,
    [tenantId, filter.after ?? null, filter.state ?? null, filter.paymentId ?? null, filter.limit],
  );
}
