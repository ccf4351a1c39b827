import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { instant } from '../../infra/postgres/columns.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { noteBookings } from '../message/booking-store.ts';
import type { Line } from './fee.ts';
import type { Month } from './month.ts';
import { EVERYONE } from './schedule.ts';

export type InvoiceRow = {
  id: Uuid;
  number: string;
  kind: 'invoice' | 'credit_note';
  participantId: Uuid;
  bic: string;
  name: string;
  asset: string;
  month: Month;
  total: bigint;
  open: bigint;
  credited: bigint;
  creditsId: Uuid | null;
  reason: string | null;
  issuedAt: Millis;
};

const SELECT = `
  select i.id, i.number, i.kind, i.participant_id as "participantId", m.bic, m.name, i.asset, i.month, i.total, i.open, i.credited,
         i.credits_id as "creditsId", i.reason, i.issued_at as "issuedAt"
    from settlement.invoice i join settlement.participant m on m.tenant_id = i.tenant_id and m.id = i.participant_id`;

/** `INV-2026-000001`: the next number of a series and year, which nobody else gets before the transaction ends. */
export async function nextNumber(tx: Tx, tenantId: Uuid, series: string): Promise<string> {
  const [row] = await tx.query<{ number: number }>(
    `insert into settlement.invoice_number as n (tenant_id, series, next) values ($1, $2, 2)
     on conflict (tenant_id, series) do update set next = n.next + 1 returning next - 1 as number`,
    [tenantId, series],
  );
  return `${series}-${String(row!.number).padStart(6, '0')}`;
}

export async function insertInvoice(tx: Tx, tenantId: Uuid, row: Omit<InvoiceRow, 'bic' | 'name'>, lines: readonly Line[]): Promise<void> {
  await tx.query(
    `insert into settlement.invoice
       (tenant_id, id, number, kind, participant_id, asset, month, total, open, credited, credits_id, reason, issued_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::timestamptz)`,
    [
      tenantId,
      row.id,
      row.number,
      row.kind,
      row.participantId,
      row.asset,
      row.month,
      row.total,
      row.open,
      row.credited,
      row.creditsId,
      row.reason,
      instant(row.issuedAt),
    ],
  );
  await tx.query(
    `insert into settlement.invoice_line (tenant_id, invoice_id, participant_id, place, item, text, count, value, units)
     select $1, $2, $3, * from unnest($4::int[], $5::text[], $6::text[], $7::bigint[], $8::numeric[], $9::numeric[])`,
    [
      tenantId,
      row.id,
      row.participantId,
      lines.map((_, i) => i + 1),
      lines.map((line) => line.item),
      lines.map((line) => line.text),
      lines.map((line) => line.count),
      lines.map((line) => line.value),
      lines.map((line) => line.units),
    ],
  );
}

export async function findInvoice(tx: Tx, tenantId: Uuid, id: Uuid): Promise<InvoiceRow | undefined> {
  const [row] = await tx.query<InvoiceRow>(`${SELECT} where i.tenant_id = $1 and i.id = $2`, [tenantId, id]);
  return row;
}

/** The row, which nobody else pays or credits before the transaction ends. */
export async function lockInvoice(tx: Tx, tenantId: Uuid, id: Uuid): Promise<InvoiceRow | undefined> {
  const [row] = await tx.query<InvoiceRow>(`${SELECT} where i.tenant_id = $1 and i.id = $2 for update of i`, [tenantId, id]);
  return row;
}

export async function linesOfInvoice(tx: Tx, tenantId: Uuid, id: Uuid): Promise<Line[]> {
  return tx.query<Line>(
    'select item, text, count, value, units from settlement.invoice_line where tenant_id = $1 and invoice_id = $2 order by place',
    [tenantId, id],
  );
}

export type InvoiceFilter = {
  limit: number;
  after?: Uuid | undefined;
  participantId?: Uuid | undefined;
  month?: Month | undefined;
  open: boolean;
};

/** Newest first. */
export async function pageOfInvoices(tx: Tx, tenantId: Uuid, filter: InvoiceFilter): Promise<InvoiceRow[]> {
  return tx.query<InvoiceRow>(
    `${SELECT}
      where i.tenant_id = $1 and ($2::uuid is null or i.id < $2) and ($3::uuid is null or i.participant_id = $3)
        and ($4::text is null or i.month = $4) and (not $5 or i.open > 0)
      order by i.id desc limit $6`,
    [tenantId, filter.after ?? null, filter.participantId ?? null, filter.month ?? null, filter.open, filter.limit],
  );
}

/** Invoices that are not paid in full, oldest first. */
export async function openInvoices(tx: Tx, tenantId: Uuid, limit: number): Promise<Uuid[]> {
  const rows = await tx.query<{ id: Uuid }>('select id from settlement.invoice where tenant_id = $1 and open > 0 order by id limit $2', [
    tenantId,
    limit,
  ]);
  return rows.map(({ id }) => id);
}

export async function setBalance(tx: Tx, tenantId: Uuid, id: Uuid, balance: { open: bigint; credited: bigint }): Promise<void> {
  await tx.query('update settlement.invoice set open = $3, credited = $4 where tenant_id = $1 and id = $2', [
    tenantId,
    id,
    balance.open,
    balance.credited,
  ]);
}

/** The ledger account for fees of a participant (what it owes) or of everyone (income); the one that stands when there is one. */
export async function claimFeeAccount(tx: Tx, tenantId: Uuid, of: { asset: string; participantId: Uuid; accountId: Uuid }): Promise<Uuid> {
  await tx.query(
    'insert into settlement.fee_account (tenant_id, asset, participant_id, account_id) values ($1, $2, $3, $4) on conflict do nothing',
    [tenantId, of.asset, of.participantId, of.accountId],
  );
  const [row] = await tx.query<{ account_id: Uuid }>(
    'select account_id from settlement.fee_account where tenant_id = $1 and asset = $2 and participant_id = $3',
    [tenantId, of.asset, of.participantId],
  );
  return row!.account_id;
}

/** Every account for fees: what each participant owes, and the income of a currency. */
export async function feeAccounts(tx: Tx, tenantId: Uuid): Promise<{ asset: string; accountId: Uuid; isIncome: boolean }[]> {
  return tx.query(
    'select asset, account_id as "accountId", participant_id = $2 as "isIncome" from settlement.fee_account where tenant_id = $1',
    [tenantId, EVERYONE],
  );
}

export async function insertPosting(
  tx: Tx,
  tenantId: Uuid,
  row: { transferId: Uuid; participantId: Uuid; asset: string; units: bigint; invoiceId: Uuid; reference: string; recordedAt: Millis },
): Promise<void> {
  await tx.query(
    `insert into settlement.fee_posting (tenant_id, transfer_id, participant_id, asset, units, invoice_id, reference, recorded_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8::timestamptz)`,
    [tenantId, row.transferId, row.participantId, row.asset, row.units, row.invoiceId, row.reference, instant(row.recordedAt)],
  );
  await noteBookings(tx, tenantId, 'fee', [row]);
}

/** What moved on a participant's settlement account for fees: below zero it paid. */
export type FeePosting = { transferId: Uuid; units: bigint; reference: string; recordedAt: Millis };

/** In order of time. */
export async function feePostingsOf(
  tx: Tx,
  tenantId: Uuid,
  of: { participantId: Uuid; asset: string; fromMs: Millis; toMs: Millis },
): Promise<FeePosting[]> {
  return tx.query<FeePosting>(
    `select transfer_id as "transferId", units, reference, recorded_at as "recordedAt" from settlement.fee_posting
      where tenant_id = $1 and participant_id = $2 and asset = $3 and recorded_at >= $4::timestamptz and recorded_at < $5::timestamptz
      order by recorded_at, transfer_id`,
    [tenantId, of.participantId, of.asset, instant(of.fromMs), instant(of.toMs)],
  );
}
