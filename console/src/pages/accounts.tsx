import { codeOf } from '../../../src/base/money.ts';
import { listAccounts } from '../../../src/ledger/contract.ts';
import { listParticipants } from '../../../src/settlement/participant/contract.ts';
import type { WireInput, WireOutput } from '../../../src/base/client.ts';
import { useAllowed, useOperation } from '../api/queries.ts';
import { ClearFilters, Pager, SearchBox, useFilters } from '../parts/filters.tsx';
import { Badge } from '../ui/badge.tsx';
import { heldBalance, postedBalance } from '../ui/balance.ts';
import { Select } from '../ui/field.tsx';
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
  const [search, set] = useFilters();
  const { page: _, ...input } = search;
  const asked = useOperation(listAccounts, input as WireInput<typeof listAccounts>, { keep: true });
  const allowed = useAllowed();
  const banks = useOperation(listParticipants, { limit: '500' }, { staleMs: 60_000, enabled: allowed(listParticipants) });
  const assets = [...new Set(banks.data?.items.flatMap((bank) => bank.accounts.map((account) => account.asset)) ?? [])].toSorted();
  return (
    <>
      <PageHead title="Accounts" name="Accounts" lead="Every account of the book with its balance, on its own side" />
      <div className="card">
        <div role="search" aria-label="Filter accounts" className="flex flex-wrap gap-2 border-b border-line p-3">
          <SearchBox label="Name or reference" />
          <Select
            aria-label="Kind"
            value={search.kind ?? ''}
            onChange={(event) => set({ kind: event.target.value })}
            className="max-sm:basis-[calc(50%-0.25rem)]"
          >
            <option value="">Every kind</option>
            {KINDS.map((kind) => (
              <option key={kind}>{kind}</option>
            ))}
          </Select>
          <Select
            aria-label="Currency"
            value={search.asset ?? ''}
            onChange={(event) => set({ asset: event.target.value })}
            className="max-sm:basis-[calc(50%-0.25rem)]"
          >
            <option value="">All currencies</option>
            {(search.asset && !assets.includes(search.asset) ? [search.asset, ...assets] : assets).map((asset) => (
              <option key={asset} value={asset}>
                {codeOf(asset)}
              </option>
            ))}
          </Select>
          <Select
            aria-label="Participant"
            value={search.memberId ?? ''}
            onChange={(event) => set({ memberId: event.target.value })}
            className="sm:max-w-52 max-sm:basis-[calc(50%-0.25rem)]"
          >
            <option value="">All participants</option>
            {banks.data?.items.map((bank) => (
              <option key={bank.id} value={bank.id}>
                {bank.name}
              </option>
            ))}
          </Select>
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
