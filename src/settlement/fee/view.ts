import { newId, toWireId, type Uuid } from '../../base/id.ts';
import type { EventDraft } from '../../base/event.ts';
import type { OutputOf } from '../../base/operation.ts';
import { invoiceIssued, type collectInvoice, type getInvoice, type setFeeSchedule } from './contract.ts';
import type { Line } from './fee.ts';
import type { InvoiceRow } from './invoice-store.ts';
import { EVERYONE } from './schedule.ts';
import type { ScheduleRow } from './store.ts';

export type InvoiceView = OutputOf<typeof collectInvoice>;
export type InvoiceDetailView = OutputOf<typeof getInvoice>;
export type FeeScheduleView = OutputOf<typeof setFeeSchedule>;

export function viewOfInvoice(row: InvoiceRow): InvoiceView {
  const { participantId, bic, name, creditsId, reason, ...rest } = row;
  return {
    ...rest,
    participant: { id: participantId, bic, name },
    ...(creditsId !== null && { creditsInvoiceId: creditsId }),
    ...(reason !== null && { reason }),
  };
}

export function lineView(line: Line): InvoiceDetailView['lines'][number] {
  return { ...line, count: Number(line.count) };
}

export function viewOfSchedule({ participantId, ...row }: ScheduleRow): FeeScheduleView {
  return { ...row, ...(participantId !== EVERYONE && { participantId }) } as FeeScheduleView;
}

/** Tells the participant and the operator of a document. */
export function issuedEvent(tenantId: Uuid, row: Omit<InvoiceRow, 'bic' | 'name'>): EventDraft {
  const invoiceId = toWireId('inv', row.id);
  const { number, kind, asset, month } = row;
  return {
    id: newId(),
    tenantId,
    type: invoiceIssued.type,
    version: invoiceIssued.version,
    subject: invoiceId,
    at: row.issuedAt,
    data: {
      invoiceId,
      number,
      kind,
      participantId: toWireId('mem', row.participantId),
      asset,
      month,
      total: row.total.toString(),
      open: row.open.toString(),
    },
    memberIds: [row.participantId],
  };
}
