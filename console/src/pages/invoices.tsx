import { Outlet } from '@tanstack/react-router';
import { useState } from 'react';
import type { WireInput, WireOutput } from '../../../src/base/client.ts';
import { codeOf } from '../../../src/base/money.ts';
import { issueInvoices, listFeeSchedules, listInvoices, previewFees, setFeeSchedule } from '../../../src/settlement/fee/contract.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { Choose, ChooseParticipant } from '../parts/choices.tsx';
import { FeeForm } from '../parts/fee-form.tsx';
import { ClearFilters, Pager, useFilters } from '../parts/filters.tsx';
import { State } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Modal } from '../ui/dialog.tsx';
import { count, day } from '../ui/format.ts';
import { Card, PageHead } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';

export type InvoiceRow = WireOutput<typeof listInvoices>['items'][number];
type Schedule = WireOutput<typeof listFeeSchedules>['items'][number];

/** `paid`, `open` or what kind of document it is. */
export const stateOf = ({ kind, open }: Pick<InvoiceRow, 'kind' | 'open'>): string =>
  kind === 'credit_note' ? 'credit_note' : open === '0' ? 'paid' : 'open';

const columns: readonly Column<InvoiceRow>[] = [
  { head: 'Document', cell: (row) => <span className="num font-medium">{row.number}</span> },
  {
    head: 'Participant',
    grow: true,
    cell: (row) => (
      <span className="block min-w-0">
        <span className="block truncate">{row.participant.name}</span>
        <span className="ident block sm:hidden">{row.month}</span>
      </span>
    ),
  },
  { head: 'Month', from: 'sm', cell: (row) => <span className="num text-ink-2">{row.month}</span> },
  { head: 'Issued', from: 'lg', cell: (row) => <Time at={row.issuedAt} show="day" /> },
  { head: 'State', from: 'sm', cell: (row) => <State of={stateOf(row)} /> },
  {
    head: 'Open',
    from: 'md',
    end: true,
    cell: (row) => (row.open === '0' ? <span className="text-ink-3">–</span> : <Money asset={row.asset} units={row.open} />),
  },
  {
    head: 'Total',
    end: true,
    cell: (row) => (
      <span className="flex flex-col items-end gap-1">
        <Money asset={row.asset} units={row.kind === 'invoice' ? row.total : `-${row.total}`} />
        <span className="sm:hidden">
          <State of={stateOf(row)} />
        </span>
      </span>
    ),
  },
];

/** The last twelve months, this one first. */
function months(): string[] {
  const now = new Date();
  return Array.from({ length: 13 }, (_, i) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - i, 1)).toISOString().slice(0, 7));
}

export function InvoicesPage() {
  const [search] = useFilters();
  const allowed = useAllowed();
  const { page: _, ...input } = search;
  const asked = useOperation(listInvoices, input as WireInput<typeof listInvoices>, { keep: true });
  return (
    <>
      <PageHead title="Invoices" name="Invoices" lead="What participants pay for the service, counted from what became final">
        {allowed(issueInvoices) && <Issue />}
        {allowed(setFeeSchedule) && <FeeForm />}
      </PageHead>
      <div className="space-y-4">
        <div className="card">
          <div role="search" aria-label="Filter invoices" className="flex flex-wrap gap-2 border-b border-line p-3">
            <ChooseParticipant name="participantId" />
            <Choose name="month" label="Month" all="All months" choices={months().map((month) => ({ value: month, text: month }))} />
            <Choose name="open" label="Payment" all="Paid and open" choices={[{ value: 'true', text: 'Open only' }]} />
            <ClearFilters names={['participantId', 'month', 'open']} />
          </div>
          <Table
            label="Invoices"
            columns={columns}
            rows={asked.data?.items}
            keyOf={(row) => row.id}
            to={(row) => ({ to: '/invoices/$id', params: { id: row.id }, search: true })}
            problem={asked.error}
            retry={() => void asked.refetch()}
            stale={asked.isPlaceholderData}
            empty={{ icon: 'invoices', title: 'No invoices', children: 'Each month is invoiced in the night after it is over.' }}
            skeletons={4}
          />
          <Pager rows={asked.data?.items.length} next={asked.data?.next} noun="documents" />
        </div>
        {search.participantId && <SoFar id={search.participantId} month={search.month ?? months()[0]!} />}
        <Prices />
      </div>
      <Outlet />
    </>
  );
}

/** Invoices the month before; final, therefore asked first. */
function Issue() {
  const month = months()[1]!;
  const [asking, setAsking] = useState(false);
  const issue = useCommand(issueInvoices, ({ issued }) => {
    setAsking(false);
    toast(issued === 0 ? `${month} is invoiced already` : `${count(issued)} invoices for ${month}`);
  });
  return (
    <>
      <Button icon="invoices" onClick={() => setAsking(true)}>
        Invoice {month}
      </Button>
      <Modal
        open={asking}
        onClose={() => setAsking(false)}
        title={`Invoice ${month}?`}
        lead="The month is closed and everyone who was not yet is invoiced. It happens by itself in the night after the month."
      >
        <div className="mt-2 space-y-4">
          <ProblemNote problem={issue.error} />
          <div className="flex justify-end gap-2">
            <Button onClick={() => setAsking(false)}>Cancel</Button>
            <Button tone="primary" busy={issue.isPending} onClick={() => issue.mutate({ month })}>
              Invoice
            </Button>
          </div>
        </div>
      </Modal>
    </>
  );
}

/** One line of what was charged, with the currency that it is in. */
export type FeeLine = { asset: string; item: string; text: string; count: number; value: string; units: string };

/** Columns of lines of fees, wherever some are shown. */
export const feeLineColumns: readonly Column<FeeLine>[] = [
  {
    head: 'What',
    grow: true,
    cell: (row) => (
      <span className="block truncate" title={row.text}>
        {row.text}
      </span>
    ),
  },
  { head: 'Count', end: true, cell: (row) => <span className="num">{count(row.count)}</span> },
  {
    head: 'Value',
    from: 'sm',
    end: true,
    cell: (row) => (row.value === '0' ? <span className="text-ink-3">–</span> : <Money asset={row.asset} units={row.value} />),
  },
  { head: 'Fee', end: true, cell: (row) => <Money asset={row.asset} units={row.units} /> },
];

/** What a participant has used in the month that is chosen. */
function SoFar({ id, month }: { id: string; month: string }) {
  const asked = useOperation(previewFees, { id, month });
  const rows = asked.data?.currencies.flatMap(({ asset, lines }) => lines.map((line) => ({ ...line, asset })));
  return (
    <Card
      title={`Used in ${month}`}
      aside={
        asked.data?.countedAt && (
          <>
            counted <Time at={asked.data.countedAt} />
          </>
        )
      }
    >
      <Table
        label="Usage"
        columns={feeLineColumns}
        rows={rows}
        keyOf={(row) => row.asset + row.item}
        problem={asked.error}
        retry={() => void asked.refetch()}
        empty={{ icon: 'invoices', title: 'Nothing used', children: 'Or there are no prices for its currencies.' }}
        skeletons={3}
      />
    </Card>
  );
}

const priceColumns: readonly Column<Schedule>[] = [
  {
    head: 'Name',
    grow: true,
    cell: (row) => (
      <span className="block min-w-0">
        <span className="block truncate font-medium">{row.name}</span>
        <span className="block truncate text-xs text-ink-3">{row.content.items.map(({ text }) => text).join(', ')}</span>
      </span>
    ),
  },
  { head: 'Currency', cell: (row) => codeOf(row.asset) },
  { head: 'For', from: 'sm', cell: (row) => <span className="text-ink-2">{row.participantId ? 'one participant' : 'everyone'}</span> },
  { head: 'From', cell: (row) => <span className="num whitespace-nowrap">{day(row.validFrom)}</span> },
  { head: 'Version', from: 'md', end: true, cell: (row) => <span className="num text-ink-2">{row.version}</span> },
  {
    head: 'Month at least',
    from: 'md',
    end: true,
    cell: (row) =>
      row.content.minimumUnits ? <Money asset={row.asset} units={row.content.minimumUnits} /> : <span className="text-ink-3">–</span>,
  },
];

function Prices() {
  const asked = useOperation(listFeeSchedules, {});
  return (
    <Card title="Prices">
      <Table
        label="Prices"
        columns={priceColumns}
        rows={asked.data?.items}
        keyOf={(row) => row.id}
        problem={asked.error}
        retry={() => void asked.refetch()}
        empty={{ icon: 'invoices', title: 'The service is free', children: 'Nothing is counted until prices are set.' }}
        skeletons={2}
      />
    </Card>
  );
}
