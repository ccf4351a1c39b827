import { Link, Outlet } from '@tanstack/react-router';
import { listPayments, sendPayment } from '../../../src/settlement/payment/contract.ts';
import { listWindows } from '../../../src/settlement/window/contract.ts';
import type { WireInput, WireOutput } from '../../../src/base/client.ts';
import { useAllowed, useOperation } from '../api/queries.ts';
import { Choose, ChooseCurrency, ChooseParticipant, wordChoices } from '../parts/choices.tsx';
import { ClearFilters, Moment, Pager, SearchBox, useFilters } from '../parts/filters.tsx';
import { FromTo } from '../parts/from-to.tsx';
import { buttonClass } from '../ui/button.tsx';
import { State } from '../ui/badge.tsx';
import { Icon } from '../ui/icon.tsx';
import { PageHead } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';

export type PaymentRow = WireOutput<typeof listPayments>['items'][number];

const FILTERS = ['status', 'asset', 'participantId', 'windowId', 'query', 'from', 'to'] as const;
const STATUSES = ['reserved', 'clearing', 'settled', 'queued', 'held', 'rejected'];

/** Columns of a list of payments, wherever one is shown. */
export const paymentColumns: readonly Column<PaymentRow>[] = [
  {
    head: 'Payment',
    grow: true,
    cell: (row) => (
      <span className="block min-w-0">
        <FromTo from={row.debtorAgent.name} word="to" to={row.creditorAgent.name} />
        <span className="block truncate text-xs text-ink-3">
          <span className="sm:hidden">
            <Time at={row.receivedAt} show="clock" /> ·{' '}
          </span>
          <bdi>{row.debtor.name}</bdi> → <bdi>{row.creditor.name}</bdi>
        </span>
      </span>
    ),
  },
  { head: 'Reference', from: 'lg', cell: (row) => <span className="ident block max-w-44 truncate">{row.endToEndId}</span> },
  {
    head: 'Window',
    from: 'xl',
    end: true,
    cell: (row) => (row.window ? <span className="num text-ink-2">#{row.window.number}</span> : <span className="text-ink-3">–</span>),
  },
  { head: 'Received', from: 'sm', cell: (row) => <Time at={row.receivedAt} /> },
  {
    head: 'Status',
    from: 'sm',
    cell: (row) => (
      <span className="flex items-center gap-2">
        <State of={row.status} />
        {row.reason && (
          <span className="hidden font-mono text-xs text-ink-3 md:inline" title={row.reason.text}>
            {row.reason.code}
          </span>
        )}
      </span>
    ),
  },
  {
    head: 'Amount',
    end: true,
    cell: (row) => (
      <span className="flex flex-col items-end gap-1">
        <Money asset={row.asset} units={row.units} />
        <span className="sm:hidden">
          <State of={row.status} />
        </span>
      </span>
    ),
  },
];

export function PaymentsPage() {
  const [search] = useFilters();
  const allowed = useAllowed();
  const { page: _, ...input } = search;
  const asked = useOperation(listPayments, input as WireInput<typeof listPayments>, { keep: true });
  return (
    <>
      <PageHead title="Payments" name="Payments" lead="Every payment that was received, newest first">
        {allowed(sendPayment) && (
          <>
            <Link to="/payments/file" search={true} className={buttonClass()}>
              <Icon name="upload" size={15} /> Send a file
            </Link>
            <Link to="/payments/new" search={true} className={buttonClass('primary')}>
              <Icon name="plus" size={15} /> Send a payment
            </Link>
          </>
        )}
      </PageHead>
      <div className="card">
        <Filters />
        <Table
          label="Payments"
          columns={paymentColumns}
          rows={asked.data?.items}
          keyOf={(row) => row.id}
          to={(row) => ({ to: '/payments/$id', params: { id: row.id }, search: true })}
          problem={asked.error}
          retry={() => void asked.refetch()}
          stale={asked.isPlaceholderData}
          empty={{
            icon: 'payments',
            title: 'No payments',
            children: FILTERS.some((name) => search[name]) ? 'No payment fits these filters.' : 'The first one will appear here by itself.',
          }}
        />
        <Pager rows={asked.data?.items.length} next={asked.data?.next} noun="payments" />
      </div>
      <Outlet />
    </>
  );
}

function Filters() {
  const windows = useOperation(listWindows, { limit: '50' });
  const numbered = windows.data?.items.map((one) => ({ value: one.id, text: `#${one.number}` })) ?? [];
  return (
    <div role="search" aria-label="Filter payments" className="flex flex-wrap gap-2 border-b border-line p-3">
      <SearchBox label="Reference or name" />
      <Choose name="status" label="Status" all="Any status" choices={wordChoices(STATUSES)} />
      <ChooseCurrency />
      <ChooseParticipant name="participantId" />
      <Choose name="windowId" label="Window" all="All windows" choices={numbered} />
      <Moment label="Received from (UTC)" name="from" />
      <Moment label="Received before (UTC)" name="to" />
      <ClearFilters names={FILTERS} />
    </div>
  );
}
