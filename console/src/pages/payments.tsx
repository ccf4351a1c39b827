import { Link, Outlet } from '@tanstack/react-router';
import { listParticipants } from '../../../src/settlement/participant/contract.ts';
import { listPayments, sendPayment } from '../../../src/settlement/payment/contract.ts';
import { listWindows } from '../../../src/settlement/window/contract.ts';
import type { WireInput, WireOutput } from '../../../src/base/client.ts';
import { useAllowed, useOperation } from '../api/queries.ts';
import { ClearFilters, Pager, SearchBox, useFilters } from '../parts/filters.tsx';
import { codeOf } from '../../../src/base/money.ts';
import { buttonClass } from '../ui/button.tsx';
import { State } from '../ui/badge.tsx';
import { Select } from '../ui/field.tsx';
import { Icon } from '../ui/icon.tsx';
import { PageHead } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';

export type PaymentRow = WireOutput<typeof listPayments>['items'][number];

const FILTERS = ['status', 'asset', 'participantId', 'windowId', 'query', 'from', 'to'] as const;
const STATUSES = ['reserved', 'clearing', 'settled', 'held', 'rejected'];

/** Columns of a list of payments, wherever one is shown. */
export const paymentColumns: readonly Column<PaymentRow>[] = [
  {
    head: 'Payment',
    grow: true,
    cell: (row) => (
      <span className="block min-w-0">
        <span className="block truncate">
          <span className="font-medium">{row.debtorAgent.name}</span>
          <span className="max-sm:block max-sm:truncate">
            <Icon name="arrow" size={13} className="mr-1.5 inline align-[-2px] text-ink-3 sm:ml-1.5" />
            <span className="sr-only">to</span>
            <span className="font-medium">{row.creditorAgent.name}</span>
          </span>
        </span>
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
  const [search, set] = useFilters();
  const banks = useOperation(listParticipants, { limit: '500' }, { staleMs: 60_000 });
  const windows = useOperation(listWindows, { limit: '50' });
  const assets = [...new Set(banks.data?.items.flatMap((bank) => bank.accounts.map((account) => account.asset)) ?? [])].toSorted();
  return (
    <div role="search" aria-label="Filter payments" className="flex flex-wrap gap-2 border-b border-line p-3">
      <SearchBox label="Reference or name" />
      <Select
        aria-label="Status"
        value={search.status ?? ''}
        onChange={(event) => set({ status: event.target.value })}
        className="max-sm:basis-[calc(50%-0.25rem)]"
      >
        <option value="">Any status</option>
        {STATUSES.map((status) => (
          <option key={status}>{status}</option>
        ))}
      </Select>
      <Select
        aria-label="Currency"
        value={search.asset ?? ''}
        onChange={(event) => set({ asset: event.target.value })}
        className="max-sm:basis-[calc(50%-0.25rem)]"
      >
        <option value="">All currencies</option>
        {withKept(assets, search.asset).map((asset) => (
          <option key={asset} value={asset}>
            {codeOf(asset)}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Participant"
        value={search.participantId ?? ''}
        onChange={(event) => set({ participantId: event.target.value })}
        className="sm:max-w-52 max-sm:basis-[calc(50%-0.25rem)]"
      >
        <option value="">All participants</option>
        {banks.data?.items.map((bank) => (
          <option key={bank.id} value={bank.id}>
            {bank.name}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Window"
        value={search.windowId ?? ''}
        onChange={(event) => set({ windowId: event.target.value })}
        className="max-sm:basis-[calc(50%-0.25rem)]"
      >
        <option value="">All windows</option>
        {windows.data?.items.map((one) => (
          <option key={one.id} value={one.id}>
            #{one.number}
          </option>
        ))}
      </Select>
      <Moment label="Received from (UTC)" name="from" />
      <Moment label="Received before (UTC)" name="to" />
      <ClearFilters names={FILTERS} />
    </div>
  );
}

/** A kept choice stays visible while the choices load. */
function withKept(values: readonly string[], kept: string | undefined): readonly string[] {
  return kept && !values.includes(kept) ? [kept, ...values] : values;
}

/** A point in time in UTC; the browser's field has no zone, so its text is taken as it stands. */
export function Moment({ label, name }: { label: string; name: string }) {
  const [search, set] = useFilters();
  return (
    <input
      type="datetime-local"
      aria-label={label}
      title={label}
      value={search[name]?.slice(0, 16) ?? ''}
      onChange={(event) => set({ [name]: event.target.value ? `${event.target.value}:00.000Z` : undefined })}
      className="control num hidden w-46 lg:block"
    />
  );
}
