import type { Uuid } from '../../../base/id.ts';
import type { LocalDate } from '../../../base/time.ts';
import { instant } from '../../../infra/postgres/columns.ts';
import type { Tx } from '../../../infra/postgres/db.ts';
import { PAGE_ROWS, pagesOf, type ReportKind, type Resolved } from '../kind.ts';
import { notesOf } from './notes.ts';

type Line = {
  invoiceId: Uuid;
  place: number;
  number: string;
  kind: 'invoice' | 'credit_note';
  month: string;
  issuedOn: LocalDate;
  bic: string;
  name: string;
  asset: string;
  text: string;
  count: bigint;
  value: bigint;
  units: bigint;
};

/** Fees as they were charged: each line of each invoice and credit note. */
export const feesReport: ReportKind = {
  name: 'fees',
  title: 'Fees',
  about: 'Every line of the invoices and credit notes that were issued in these days',
  scope: 'settlement:read',
  forParticipants: true,
  needs: ['from'],
  takes: ['from', 'to', 'period', 'calendar', 'participantId', 'asset'],
  columns: [
    { name: 'Document', type: 'text', width: 18 },
    { name: 'Issued', type: 'day', width: 12 },
    { name: 'Month', type: 'text', width: 9 },
    { name: 'BIC', type: 'text', width: 12 },
    { name: 'Participant', type: 'text', width: 28 },
    { name: 'Currency', type: 'text', width: 9, wideOnly: true },
    { name: 'What', type: 'text', width: 34 },
    { name: 'Count', type: 'integer', width: 10 },
    { name: 'Value', type: 'money', width: 24 },
    { name: 'Fee', type: 'money', width: 20 },
  ],
  async open({ tx, tenantId }, parameters) {
    const page = (last: Line | undefined) => linesBehind(tx, tenantId, parameters, last);
    return {
      notes: await notesOf(tx, tenantId, parameters),
      pages: pagesOf(page, ({ number, kind, issuedOn, month, bic, name, asset, text, count, value, units }) => [
        number,
        issuedOn,
        month,
        bic,
        name,
        asset.slice(0, asset.indexOf('/')),
        text,
        count,
        { asset, units: value },
        { asset, units: kind === 'invoice' ? units : -units },
      ]),
    };
  },
};

function linesBehind(tx: Tx, tenantId: Uuid, { days, participantId, asset }: Resolved, last: Line | undefined): Promise<Line[]> {
  return tx.query<Line>(
    `select i.id as "invoiceId", l.place, i.number, i.kind, i.month, (i.issued_at at time zone 'utc')::date::text as "issuedOn", m.bic,
            m.name, i.asset, l.text, l.count, l.value, l.units
       from settlement.invoice i
       join settlement.invoice_line l on l.tenant_id = i.tenant_id and l.invoice_id = i.id
       join settlement.participant m on m.tenant_id = i.tenant_id and m.id = i.participant_id
      where i.tenant_id = $1 and i.issued_at >= $2::timestamptz and i.issued_at < $3::timestamptz
        and ($4::uuid is null or i.participant_id = $4) and ($5::text is null or i.asset = $5)
        and ($6::uuid is null or (i.id, l.place) > ($6, $7::int))
      order by i.id, l.place limit ${PAGE_ROWS}`,
    [
      tenantId,
      instant(days!.fromMs),
      instant(days!.toMs),
      participantId ?? null,
      asset ?? null,
      last?.invoiceId ?? null,
      last?.place ?? null,
    ],
  );
}
