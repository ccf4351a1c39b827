import { Outlet } from '@tanstack/react-router';
import { listTransfers } from '../../../src/ledger/contract.ts';
import type { WireInput, WireOutput } from '../../../src/base/client.ts';
import { useOperation } from '../api/queries.ts';
import { ClearFilters, Pager, SearchBox, useFilters } from '../parts/filters.tsx';
import { Reference } from '../parts/reference.tsx';
import { State } from '../ui/badge.tsx';
import { shortId } from '../ui/format.ts';
import { PageHead } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';

type Row = WireOutput<typeof listTransfers>['items'][number];

const columns: readonly Column<Row>[] = [
  { head: '№', cell: (row) => <span className="num font-medium">{row.seq}</span> },
  { head: 'Recorded', from: 'sm', cell: (row) => <Time at={row.recordedAt} /> },
  { head: 'Kind', cell: (row) => <State of={row.kind} /> },
  {
    head: 'Reference',
    from: 'md',
    grow: true,
    cell: (row) => (
      <span className="block truncate">
        <Reference text={row.reference} />
      </span>
    ),
  },
  { head: 'Debit', from: 'xl', cell: (row) => <span className="ident">{shortId(row.debitAccountId)}</span> },
  { head: 'Credit', from: 'xl', cell: (row) => <span className="ident">{shortId(row.creditAccountId)}</span> },
  { head: 'Amount', end: true, cell: (row) => <Money asset={row.asset} units={row.units} /> },
];

export function TransfersPage() {
  const [search, set] = useFilters();
  const { accountId, reference, metadataKey, metadataValue, after } = search;
  const asked = useOperation(
    listTransfers,
    { accountId, reference, metadataKey, metadataValue, after } as WireInput<typeof listTransfers>,
    { keep: true },
  );
  return (
    <>
      <PageHead title="Transfers" name="Transfers" lead="Every movement in the book, newest first; none is ever changed" />
      <div className="card">
        <div role="search" aria-label="Filter transfers" className="flex flex-wrap items-center gap-2 border-b border-line p-3">
          <SearchBox label="Reference" name="reference" />
          {accountId && (
            <button
              type="button"
              onClick={() => set({ accountId: undefined })}
              className="control inline-flex items-center gap-2"
              aria-label="Remove the account filter"
            >
              account <span className="ident">{shortId(accountId)}</span> ×
            </button>
          )}
          <ClearFilters names={['reference', 'accountId', 'metadataKey', 'metadataValue']} />
        </div>
        <Table
          label="Transfers"
          columns={columns}
          rows={asked.data?.items}
          keyOf={(row) => row.id}
          to={(row) => ({ to: '/ledger/transfers/$id', params: { id: row.id }, search: true })}
          problem={asked.error}
          retry={() => void asked.refetch()}
          stale={asked.isPlaceholderData}
          empty={{ icon: 'transfers', title: 'No transfers', children: 'No transfer fits.' }}
        />
        <Pager rows={asked.data?.items.length} next={asked.data?.next} noun="transfers" />
      </div>
      <Outlet />
    </>
  );
}
