import { countPayments, pageOfPayments, type PaymentFilter, type StandingPayment } from '../../payment/store.ts';
import { PAGE_ROWS, pagesOf, type ReportKind, type Resolved, type Row } from '../kind.ts';
import { notesOf } from './notes.ts';

/** Every payment that was received, newest first, and where it stands. */
export const paymentsReport: ReportKind = {
  name: 'payments',
  title: 'Payments',
  about: 'Every payment received in these days, where it stands and when it became final',
  scope: 'payments:read',
  forParticipants: true,
  needs: ['from'],
  takes: ['from', 'to', 'period', 'calendar', 'participantId', 'asset', 'status'],
  columns: [
    { name: 'Received', type: 'instant', width: 19 },
    { name: 'Status', type: 'text', width: 10 },
    { name: 'Debtor agent', type: 'text', width: 12 },
    { name: 'Debtor', type: 'text', width: 24 },
    { name: 'Creditor agent', type: 'text', width: 12 },
    { name: 'Creditor', type: 'text', width: 24 },
    { name: 'Currency', type: 'text', width: 8, wideOnly: true },
    { name: 'Amount', type: 'money', width: 20 },
    { name: 'Value date', type: 'day', width: 11, wideOnly: true },
    { name: 'End-to-end id', type: 'text', width: 20 },
    { name: 'UETR', type: 'text', width: 24, wideOnly: true },
    { name: 'Reason', type: 'text', width: 8 },
    { name: 'Window', type: 'integer', width: 8 },
    { name: 'Settled', type: 'instant', width: 19 },
  ],
  async open({ tx, tenantId }, parameters) {
    const filter = filterOf(parameters);
    const page = (last: StandingPayment | undefined) =>
      pageOfPayments(tx, tenantId, { ...filter, limit: PAGE_ROWS, ...(last && { after: last.record.id }) });
    return {
      notes: await notesOf(tx, tenantId, parameters),
      total: await countPayments(tx, tenantId, filter),
      pages: pagesOf(page, rowOf),
    };
  },
};

function filterOf({ days, participantId, asset, status }: Resolved): Omit<PaymentFilter, 'limit'> {
  return {
    fromMs: days!.fromMs,
    toMs: days!.toMs,
    ...(participantId !== undefined && { participantId }),
    ...(asset !== undefined && { asset }),
    ...(status !== undefined && { status }),
  };
}

function rowOf({ record, status, agents, reason, window }: StandingPayment): Row {
  const { asset, units } = record;
  return [
    record.receivedAt,
    status,
    agents.debtorAgent.bic,
    record.debtor.name,
    agents.creditorAgent.bic,
    record.creditor.name,
    asset.slice(0, asset.indexOf('/')),
    { asset, units },
    record.valueDate,
    record.endToEndId,
    record.uetr,
    reason?.code ?? null,
    window?.number ?? null,
    window?.settledAt ?? null,
  ];
}
