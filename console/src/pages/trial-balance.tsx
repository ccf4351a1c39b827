import { codeOf } from '../../../src/base/money.ts';
import { logHead, trialBalance } from '../../../src/ledger/contract.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { useOperation } from '../api/queries.ts';
import { useFilters } from '../parts/filters.tsx';
import { Badge } from '../ui/badge.tsx';
import { Copyable } from '../ui/copy.tsx';
import { count } from '../ui/format.ts';
import { Choose, currencyChoices } from '../parts/choices.tsx';
import { Icon } from '../ui/icon.tsx';
import { Card, PageHead } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { Table, type Column } from '../ui/table.tsx';

type Answer = WireOutput<typeof trialBalance>;
type AssetRow = Answer['assets'][number];
type KindRow = Answer['kinds'][number];

const assetColumns: readonly Column<AssetRow>[] = [
  { head: 'Currency', cell: (row) => <span className="font-medium">{codeOf(row.asset)}</span> },
  { head: 'Debits', end: true, from: 'sm', grow: true, cell: (row) => <Money asset={row.asset} units={row.debitsPosted} bare /> },
  { head: 'Credits', end: true, cell: (row) => <Money asset={row.asset} units={row.creditsPosted} bare /> },
  {
    head: 'Pending',
    end: true,
    from: 'md',
    cell: (row) => (
      <span className="text-ink-2">
        <Money asset={row.asset} units={row.debitsPending} bare />
      </span>
    ),
  },
  {
    head: 'Debits = credits',
    end: true,
    cell: (row) =>
      row.balanced ? (
        <Badge tone="good">
          <Icon name="check" size={12} /> balanced
        </Badge>
      ) : (
        <Badge tone="bad">
          <Icon name="warning" size={12} /> not balanced
        </Badge>
      ),
  },
];

const kindColumns: readonly Column<KindRow>[] = [
  { head: 'Currency', cell: (row) => <span className="text-ink-2">{codeOf(row.asset)}</span> },
  { head: 'Kind', cell: (row) => <span className="font-medium">{row.kind}</span> },
  { head: 'Accounts', end: true, from: 'sm', cell: (row) => <span className="num text-ink-2">{count(row.accounts)}</span> },
  { head: 'Debits', end: true, from: 'sm', grow: true, cell: (row) => <Money asset={row.asset} units={row.debitsPosted} bare /> },
  { head: 'Credits', end: true, cell: (row) => <Money asset={row.asset} units={row.creditsPosted} bare /> },
];

/** The book at one glance: in every currency debits equal credits, or something is very wrong. */
export function TrialBalancePage() {
  const asked = useOperation(trialBalance, {});
  const head = useOperation(logHead, {});
  const [search] = useFilters();
  const kinds = asked.data?.kinds.filter((row) => !search.asset || row.asset === search.asset);
  return (
    <>
      <PageHead
        title="Trial balance"
        name="Trial balance"
        lead={
          <span className="flex flex-wrap items-center gap-x-4">
            {asked.data && <span className="num">Sequence {asked.data.seq}</span>}
            {head.data && (
              <span>
                log of {count(head.data.size)} transfers, root <Copyable text={head.data.root} label="root" />
              </span>
            )}
          </span>
        }
      />
      <div className="space-y-4">
        <div className="card">
          <Table
            label="Sums by currency"
            columns={assetColumns}
            rows={asked.data?.assets}
            keyOf={(row) => row.asset}
            problem={asked.error}
            retry={() => void asked.refetch()}
            empty={{ icon: 'balance', title: 'The book is empty' }}
          />
        </div>
        {kinds && kinds.length > 0 && (
          <Card
            title="By kind of account"
            aside={
              <Choose
                name="asset"
                label="Currency of the kinds"
                all="All currencies"
                choices={currencyChoices(asked.data?.assets.map(({ asset }) => asset) ?? [])}
              />
            }
          >
            <Table
              label="Sums by kind of account"
              columns={kindColumns}
              rows={kinds}
              keyOf={(row) => row.asset + row.kind}
              empty={{ icon: 'balance', title: 'Nothing' }}
            />
          </Card>
        )}
      </div>
    </>
  );
}
