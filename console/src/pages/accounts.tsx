import { codeOf } from '../../../src/base/money.ts';
import { listAccounts } from '../../../src/ledger/contract.ts';
import type { WireInput, WireOutput } from '../../../src/base/client.ts';
import { useOperation } from '../api/queries.ts';
import { Choose, ChooseCurrency, ChooseParticipant, wordChoices } from '../parts/choices.tsx';
import { ClearFilters, Pager, SearchBox, useFilters } from '../parts/filters.tsx';
import { Badge } from '../ui/badge.tsx';
import { heldBalance, postedBalance } from '../ui/balance.ts';
import { PageHead } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { Table, type Column } from '../ui/table.tsx';

type Row = WireOutput<typeof listAccounts>['items'][number];

const KINDS = ['asset', 'liability', 'equity', 'income', 'expense'];

const columns: readonly Column<Row>[] = [
  {
    head: 'Account',
    grow: true,
    cell: (row) => (
      <span className="block truncate">
        <span className="font-medium">{row.name}</span>
        {row.managedBy && <span className="ml-2 text-xs text-ink-3">managed by {row.managedBy}</span>}
        {row.closedAt && <span className="ml-2 text-xs text-ink-3">closed</span>}
        <span className="block truncate text-xs text-ink-3 sm:hidden">
          {row.kind} · {codeOf(row.asset)}
        </span>
      </span>
    ),
  },
  { head: 'Kind', from: 'sm', cell: (row) => <Badge>{row.kind}</Badge> },
  {
    head: 'Pending',
    from: 'md',
    end: true,
    cell: (row) => (
      <span className="text-ink-2">
        <Money asset={row.asset} units={heldBalance(row.kind, row.balance)} bare />
      </span>
    ),
  },
  { head: 'Balance', end: true, cell: (row) => <Money asset={row.asset} units={postedBalance(row.kind, row.balance)} /> },
];

export function AccountsPage() {
  const [search] = useFilters();
  const { page: _, ...input } = search;
  const asked = useOperation(listAccounts, input as WireInput<typeof listAccounts>, { keep: true });
  return (
    <>
      <PageHead title="Accounts" name="Accounts" lead="Every account of the book with its balance, on its own side" />
      <div className="card">
        <div role="search" aria-label="Filter accounts" className="flex flex-wrap gap-2 border-b border-line p-3">
          <SearchBox label="Name or reference" />
          <Choose name="kind" label="Kind" all="Every kind" choices={wordChoices(KINDS)} />
          <ChooseCurrency />
          <ChooseParticipant name="memberId" />
          <ClearFilters names={['query', 'kind', 'asset', 'memberId']} />
        </div>
        <Table
          label="Accounts"
          columns={columns}
          rows={asked.data?.items}
          keyOf={(row) => row.id}
          to={(row) => ({ to: '/ledger/accounts/$id', params: { id: row.id } })}
          problem={asked.error}
          retry={() => void asked.refetch()}
          stale={asked.isPlaceholderData}
          empty={{ icon: 'accounts', title: 'No accounts', children: 'No account fits.' }}
        />
        <Pager rows={asked.data?.items.length} next={asked.data?.next} noun="accounts" />
      </div>
    </>
  );
}
