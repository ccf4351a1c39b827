import { Link, useParams } from '@tanstack/react-router';
import { accountBalance, accountStatement, getAccount } from '../../../src/ledger/contract.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { useOperation } from '../api/queries.ts';
import { Moment, Pager, useFilters } from '../parts/filters.tsx';
import { Reference } from '../parts/reference.tsx';
import { Badge, State } from '../ui/badge.tsx';
import { heldBalance, postedBalance, type Sums } from '../ui/balance.ts';
import { buttonClass } from '../ui/button.tsx';
import { Copyable } from '../ui/copy.tsx';
import { Card, Facts, PageHead } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { FailurePage, ProblemNote, Skeleton } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';

type Account = WireOutput<typeof getAccount>;
type Entry = WireOutput<typeof accountStatement>['items'][number];

export function AccountPage() {
  const { id } = useParams({ strict: false });
  const asked = useOperation(getAccount, { id: id! });
  const account = asked.data;
  if (asked.error && !account) return <FailurePage problem={asked.error} retry={() => void asked.refetch()} />;
  return (
    <>
      <PageHead
        name={account?.name ?? 'Account'}
        title={account?.name ?? <Skeleton className="h-7 w-64" />}
        lead={account && <Lead account={account} />}
      >
        {account && (
          <Link to="/ledger/transfers" search={{ accountId: account.id }} className={buttonClass()}>
            Its transfers
          </Link>
        )}
      </PageHead>
      {account ? <Body account={account} /> : <Skeleton className="h-96 rounded-xl" />}
    </>
  );
}

function Lead({ account }: { account: Account }) {
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <Badge>{account.kind}</Badge>
      <Copyable text={account.id} label="account id" />
      {account.memberId && (
        <Link to="/participants/$id" params={{ id: account.memberId }} className="rounded text-accent hover:underline">
          its participant
        </Link>
      )}
      {account.debitsMustNotExceedCredits && <span>never overdrawn</span>}
      {account.creditsMustNotExceedDebits && <span>never in credit</span>}
      {account.managedBy && <span>managed by {account.managedBy}</span>}
      {account.closedAt && <span className="text-bad">closed</span>}
    </span>
  );
}

function Body({ account }: { account: Account }) {
  return (
    <div className="space-y-4">
      <div className="grid gap-4 lg:grid-cols-2">
        <Card title="Balance now">
          <Sides account={account} sums={account.balance} />
        </Card>
        <BalanceAt account={account} />
      </div>
      <Statement account={account} />
    </div>
  );
}

function Sides({ account: { asset, kind }, sums }: { account: Account; sums: Sums }) {
  return (
    <div className="px-4 pb-4">
      <p className="text-2xl font-semibold tracking-tight">
        <Money asset={asset} units={postedBalance(kind, sums)} />
      </p>
      <p className="mb-4 text-sm text-ink-2">
        of which <Money asset={asset} units={heldBalance(kind, sums)} bare /> pending
      </p>
      <Facts
        items={[
          ['Debits posted', <Money key="d" asset={asset} units={sums.debitsPosted} bare />],
          ['Credits posted', <Money key="c" asset={asset} units={sums.creditsPosted} bare />],
          ['Debits pending', <Money key="p" asset={asset} units={sums.debitsPending} bare />],
          ['Credits pending', <Money key="q" asset={asset} units={sums.creditsPending} bare />],
        ]}
      />
    </div>
  );
}

/** The balance as it stood at a moment, by the order of recording. */
function BalanceAt({ account }: { account: Account }) {
  const [search, set] = useFilters();
  const asked = useOperation(accountBalance, { id: account.id, at: search.at ?? '' }, { enabled: !!search.at, keep: true });
  return (
    <Card
      title="Balance at"
      aside={
        <input
          type="datetime-local"
          aria-label="Balance at (UTC)"
          step={1}
          value={search.at?.slice(0, 19) ?? ''}
          onChange={(event) => set({ at: event.target.value ? `${event.target.value.padEnd(19, ':00')}.000Z` : undefined })}
          className="control num"
        />
      }
    >
      {search.at && asked.data ? (
        <Sides account={account} sums={asked.data} />
      ) : (
        <div className="px-4 pb-4 text-sm text-ink-2">
          {asked.error ? <ProblemNote problem={asked.error} /> : 'Choose a moment (UTC) to see what the account held then.'}
        </div>
      )}
    </Card>
  );
}

const columns = (account: Account): readonly Column<Entry>[] => [
  { head: '№', cell: (row) => <span className="num text-xs text-ink-2">{row.transfer.seq}</span> },
  { head: 'Recorded', from: 'sm', cell: (row) => <Time at={row.transfer.recordedAt} /> },
  { head: 'Kind', from: 'sm', cell: (row) => <State of={row.transfer.kind} /> },
  {
    head: 'Reference',
    grow: true,
    cell: (row) => (
      <span className="block truncate">
        <Reference text={row.transfer.reference} />
      </span>
    ),
  },
  { head: 'Debit', end: true, cell: (row) => row.side === 'debit' && <Money asset={account.asset} units={row.transfer.units} bare /> },
  { head: 'Credit', end: true, cell: (row) => row.side === 'credit' && <Money asset={account.asset} units={row.transfer.units} bare /> },
  {
    head: 'Balance after',
    from: 'md',
    end: true,
    cell: (row) => <Money asset={account.asset} units={postedBalance(account.kind, row.balance)} bare />,
  },
];

function Statement({ account }: { account: Account }) {
  const [search] = useFilters();
  const { from, to, after } = search;
  const asked = useOperation(
    accountStatement,
    { id: account.id, ...(from ? { from } : {}), ...(to ? { to } : {}), ...(after ? { after } : {}) },
    { keep: true },
  );
  const said = asked.data;
  return (
    <Card
      title="Statement"
      aside={
        <span className="flex flex-wrap items-center gap-2">
          <Moment label="Recorded from (UTC)" name="from" />
          <Moment label="Recorded before (UTC)" name="to" />
        </span>
      }
    >
      {said && (
        <p className="flex flex-wrap justify-between gap-x-6 px-4 pb-2 text-sm text-ink-2">
          <span>
            Opening <Money asset={account.asset} units={postedBalance(account.kind, said.opening)} />
          </span>
          <span>
            Closing <Money asset={account.asset} units={postedBalance(account.kind, said.closing)} />
          </span>
        </p>
      )}
      <Table
        label="Statement"
        columns={columns(account)}
        rows={said?.items}
        keyOf={(row) => `${row.transfer.id}${row.side}`}
        to={(row) => ({ to: '/ledger/transfers/$id', params: { id: row.transfer.id }, search: {} })}
        problem={asked.error}
        retry={() => void asked.refetch()}
        stale={asked.isPlaceholderData}
        empty={{ icon: 'accounts', title: 'No entries', children: 'Nothing was recorded in this time.' }}
      />
      <Pager rows={said?.items.length} next={said?.next} noun="entries" />
    </Card>
  );
}
