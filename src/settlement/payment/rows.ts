import type { Uuid } from '../../base/id.ts';
import type { LocalDate } from '../../base/time.ts';
import { bytes, dates, instants, integers, jsonbs, jsons, numerics, texts, uuids } from '../../infra/postgres/columns.ts';
import type { RowSet } from '../../infra/postgres/db.ts';
import type { Decision, PaymentRecord } from './payment.ts';

/** Payments of many acts in one statement. A UETR is claimed once in a tenant. */
export const paymentRows: RowSet<PaymentRecord> = {
  name: 'settlement.payment',
  needsNoAnswer: true,
  keys: (payment) => (payment.uetrIsOurs ? [] : [payment.uetr]),
  async taken(tx, keys) {
    // One index probe a key. As `uetr = any(…)` the planner, while its statistics are of a smaller table, walks all of the
    // tenant's rows in another index and filters.
    const rows = await tx.query<{ uetr: Uuid }>(
      `select k.uetr from unnest($1::uuid[]) as k (uetr)
        cross join lateral (select from settlement.payment p where p.tenant_id = (select infra.tenant_id()) and p.uetr = k.uetr limit 1) found`,
      [uuids(keys)],
    );
    return new Set(rows.map((row) => row.uetr));
  },
  async write(tx, rows) {
    const values = rows.map((row) => row.value);
    await tx.query(INSERT_PAYMENTS, [
      uuids(values.map((p) => p.id)),
      uuids(values.map((p) => p.uetr)),
      texts(values.map((p) => p.endToEndId)),
      texts(values.map((p) => p.channel)),
      texts(values.map((p) => p.decision)),
      texts(values.map((p) => p.reason?.code ?? null)),
      texts(values.map((p) => p.reason?.text ?? null)),
      uuids(values.map((p) => p.debtorAgentId)),
      uuids(values.map((p) => p.creditorAgentId)),
      jsons(values.map((p) => p.debtor)),
      jsons(values.map((p) => p.creditor)),
      texts(values.map((p) => p.asset)),
      numerics(values.map((p) => p.units)),
      dates(values.map((p) => p.valueDate)),
      texts(values.map((p) => p.purpose ?? null)),
      texts(values.map((p) => p.remittance ?? null)),
      bytes(values.map((p) => p.orderHash)),
      instants(values.map((p) => p.receivedAt)),
      instants(rows.map((row) => row.atMs)),
      integers(rows.map((row) => (hasMoved(row.value) ? row.seq : null))),
      uuids(values.map((p) => (hasMoved(p) ? (p.transferId ?? null) : null))),
      jsonbs(values.map((p) => p.screening ?? null)),
      integers(values.map((p) => p.screeningSet)),
      integers(values.map((p) => p.ruleSet)),
      integers(values.map((p) => p.limitSet)),
      integers(values.map((p) => p.risk)),
      jsonbs(values.map((p) => p.findings ?? null)),
    ]);
  },
};

/** Whether money was moved for it: set aside, or paid at once. */
const hasMoved = ({ decision }: Decision) => decision === 'reserved' || decision === 'settled';

const INSERT_PAYMENTS = `
  insert into settlement.payment (tenant_id, id, uetr, end_to_end_id, channel, decision, reason_code, reason_text, debtor_agent_id,
                                  creditor_agent_id, debtor, creditor, asset, units, value_date, purpose, remittance, order_hash,
                                  received_at, decided_at, seq, transfer_id, screening, screening_set, rule_set, limit_set, risk, findings)
  select (select infra.tenant_id()), unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::text[]), unnest($4::text[]), unnest($5::text[]),
    unnest($6::text[]), unnest($7::text[]), unnest($8::uuid[]), unnest($9::uuid[]), unnest($10::json[]), unnest($11::json[]),
    unnest($12::text[]), unnest($13::numeric[]), unnest($14::date[]), unnest($15::text[]), unnest($16::text[]), unnest($17::bytea[]),
    unnest($18::timestamptz[]), unnest($19::timestamptz[]), unnest($20::bigint[]), unnest($21::uuid[]), unnest($22::jsonb[]),
    unnest($23::bigint[]), unnest($24::bigint[]), unnest($25::bigint[]), unnest($26::bigint[]), unnest($27::jsonb[])`;

/** What one bank owes another because of a payment. `due`: of one dated ahead, the day before which no window takes it. */
export type Obligation = {
  paymentId: Uuid;
  debtorAgentId: Uuid;
  creditorAgentId: Uuid;
  asset: string;
  units: bigint;
  leaf: Buffer;
  due?: LocalDate;
};

/** Obligations stand at the sequence of their payment's act, which decides their window. */
export const obligationRows: RowSet<Obligation> = {
  name: 'settlement.obligation',
  needsNoAnswer: true,
  async write(tx, rows) {
    const values = rows.map((row) => row.value);
    await tx.query(
      `insert into settlement.obligation (tenant_id, seq, payment_id, debtor_agent_id, creditor_agent_id, asset, units, leaf, due)
       select (select infra.tenant_id()), unnest($1::bigint[]), unnest($2::uuid[]), unnest($3::uuid[]), unnest($4::uuid[]), unnest($5::text[]),
         unnest($6::numeric[]), unnest($7::bytea[]), unnest($8::date[])`,
      [
        integers(rows.map((row) => row.seq)),
        uuids(values.map((o) => o.paymentId)),
        uuids(values.map((o) => o.debtorAgentId)),
        uuids(values.map((o) => o.creditorAgentId)),
        texts(values.map((o) => o.asset)),
        numerics(values.map((o) => o.units)),
        bytes(values.map((o) => o.leaf)),
        dates(values.map((o) => o.due)),
      ],
    );
  },
};

/** The decision on a held payment; the payment is claimed, so that there is only one. */
export type Review = { paymentId: Uuid; comment: string; actorName: string; transferId?: Uuid } & Decision;

const movesMoney = ({ decision }: Review) => decision === 'reserved' || decision === 'settled';

export const reviewRows: RowSet<Review> = {
  name: 'settlement.review',
  needsNoAnswer: true,
  keys: (review) => [review.paymentId],
  async taken(tx, keys) {
    const rows = await tx.query<{ payment_id: Uuid }>(
      'select payment_id from settlement.review where tenant_id = (select infra.tenant_id()) and payment_id = any($1::uuid[])',
      [uuids(keys)],
    );
    return new Set(rows.map((row) => row.payment_id));
  },
  async write(tx, rows) {
    const values = rows.map((row) => row.value);
    await tx.query(
      `insert into settlement.review (tenant_id, payment_id, decision, reason_code, reason_text, comment, actor_name, decided_at, seq, transfer_id)
       select (select infra.tenant_id()), unnest($1::uuid[]), unnest($2::text[]), unnest($3::text[]), unnest($4::text[]), unnest($5::text[]),
         unnest($6::text[]), unnest($7::timestamptz[]), unnest($8::bigint[]), unnest($9::uuid[])`,
      [
        uuids(values.map((r) => r.paymentId)),
        texts(values.map((r) => r.decision)),
        texts(values.map((r) => r.reason?.code ?? null)),
        texts(values.map((r) => r.reason?.text ?? null)),
        texts(values.map((r) => r.comment)),
        texts(values.map((r) => r.actorName)),
        instants(rows.map((row) => row.atMs)),
        integers(rows.map((row) => (movesMoney(row.value) ? row.seq : null))),
        uuids(values.map((r) => (movesMoney(r) ? (r.transferId ?? null) : null))),
      ],
    );
  },
};
