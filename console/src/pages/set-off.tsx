import { Link, Outlet } from '@tanstack/react-router';
import type { WireInput, WireOutput } from '../../../src/base/client.ts';
import { codeOf } from '../../../src/base/money.ts';
import { listObligations, submitObligations } from '../../../src/settlement/obligation/contract.ts';
import { listSetOffRounds, runSetOff } from '../../../src/settlement/obligation/round-contract.ts';
import { useAllowed, useLogin, useOperation } from '../api/queries.ts';
import { Choose, ChooseCurrency, ChooseParticipant, wordChoices } from '../parts/choices.tsx';
import { ClearFilters, Pager, SearchBox, useFilters } from '../parts/filters.tsx';
import { askedOf, type Obligation } from '../parts/obligation-acts.tsx';
import { FromTo } from '../parts/from-to.tsx';
import { Badge, State } from '../ui/badge.tsx';
import { buttonClass } from '../ui/button.tsx';
import { count, day, percent, share } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { PageHead } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { Time } from '../ui/time.tsx';

const FILTERS = ['state', 'asset', 'participantId', 'reference'] as const;
const STATES = ['proposed', 'confirmed', 'disputed', 'discharged', 'withdrawn'];
const TABS = [
  ['obligations', 'Obligations'],
  ['rounds', 'Rounds'],
] as const;

/** What participants owe each other beside payments, and the rounds in which it is set off. */
export function SetOffPage() {
  const [search, set] = useFilters();
  const allowed = useAllowed();
  const isOperator = useLogin().user.memberId === undefined;
  const tab = search.show === 'rounds' ? 'rounds' : 'obligations';
  return (
    <>
      <PageHead
        title="Set-off"
        name="Set-off"
        lead="Debts that run in circles are cleared without any money; everybody’s net position stays as it is"
      >
        {allowed(submitObligations) && (
          <Link to="/set-off/obligations/new" search={true} className={buttonClass()}>
            <Icon name="plus" size={15} /> Bring in
          </Link>
        )}
        {isOperator && allowed(runSetOff) && (
          <Link to="/set-off/preview" search={search.asset ? { asset: search.asset } : {}} className={buttonClass('primary')}>
            <Icon name="setOff" size={15} /> Look at a round
          </Link>
        )}
      </PageHead>
      <Tabs
        label="Lists"
        tabs={TABS}
        at={tab}
        onPick={(name) =>
          set({ show: name === 'obligations' ? undefined : name, ...Object.fromEntries(FILTERS.map((f) => [f, undefined])) })
        }
      />
      {tab === 'obligations' ? <Obligations /> : <Rounds />}
      <Outlet />
    </>
  );
}

function columnsFor(memberId: string | undefined): readonly Column<Obligation>[] {
  return [
    {
      head: 'Obligation',
      grow: true,
      cell: (row) => (
        <span className="block min-w-0">
          <FromTo from={row.debtor.name} word="owes" to={row.creditor.name} />
          <span className="ident block truncate text-ink-3">{row.reference}</span>
        </span>
      ),
    },
    { head: 'Brought in', from: 'xl', cell: (row) => <Time at={row.submittedAt} show="day" /> },
    {
      head: 'Due',
      from: 'md',
      cell: (row) => <span className="num text-ink-2">{row.dueDay ? day(row.dueDay) : '–'}</span>,
    },
    { head: 'State', from: 'sm', cell: (row) => <Standing row={row} memberId={memberId} /> },
    {
      head: 'Open',
      end: true,
      cell: (row) => (
        <span className="flex flex-col items-end gap-0.5">
          <Money asset={row.asset} units={row.openUnits} />
          {row.openUnits !== row.units && (
            <span className="text-2xs text-ink-3">
              of <Money asset={row.asset} units={row.units} bare />
            </span>
          )}
          <span className="sm:hidden">
            <Standing row={row} memberId={memberId} />
          </span>
        </span>
      ),
    },
  ];
}

/** The state, and for whom it waits. */
function Standing({ row, memberId }: { row: Obligation; memberId: string | undefined }) {
  if (row.state !== 'proposed') return <State of={row.state} />;
  const asked = askedOf(row);
  if (asked.some(({ id }) => id === memberId)) return <Badge tone="warn">you are asked</Badge>;
  return <Badge tone="accent">waits for {asked.map(({ bic }) => bic).join(', ')}</Badge>;
}

function Obligations() {
  const [search] = useFilters();
  const { memberId } = useLogin().user;
  const { page: _, show: __, ...input } = search;
  const asked = useOperation(listObligations, input as WireInput<typeof listObligations>, { keep: true });
  return (
    <div className="card">
      <div role="search" aria-label="Filter obligations" className="flex flex-wrap gap-2 border-b border-line p-3">
        <SearchBox label="Reference" name="reference" />
        <Choose name="state" label="State" all="Any state" choices={wordChoices(STATES)} />
        <ChooseCurrency />
        <ChooseParticipant name="participantId" />
        <ClearFilters names={FILTERS} />
      </div>
      <Table
        label="Obligations"
        columns={columnsFor(memberId)}
        rows={asked.data?.items}
        keyOf={(row) => row.id}
        to={(row) => ({ to: '/set-off/obligations/$id', params: { id: row.id }, search: true })}
        problem={asked.error}
        retry={() => void asked.refetch()}
        stale={asked.isPlaceholderData}
        empty={{
          icon: 'setOff',
          title: 'No obligations',
          children: FILTERS.some((name) => search[name])
            ? 'None fits these filters.'
            : 'One bank brings in what it owes or is owed, the other confirms it; then a round can set it off. What the operator brings in both confirm.',
        }}
      />
      <Pager rows={asked.data?.items.length} next={asked.data?.next} noun="obligations" />
    </div>
  );
}

type Round = WireOutput<typeof listSetOffRounds>['items'][number];

const roundColumns: readonly Column<Round>[] = [
  { head: 'Round', cell: (row) => <span className="num font-medium">#{row.number}</span> },
  { head: 'When', from: 'sm', cell: (row) => <Time at={row.ranAt} /> },
  { head: 'Currency', cell: (row) => codeOf(row.asset) },
  { head: 'First', from: 'lg', cell: (row) => <span className="text-ink-2">{orderWords(row.order)}</span> },
  { head: 'Obligations', from: 'md', end: true, cell: (row) => <span className="num">{count(row.obligations)}</span> },
  {
    head: 'Cleared',
    end: true,
    grow: true,
    cell: (row) => (
      <span className="font-medium">
        <Money asset={row.asset} units={row.cleared} bare />
      </span>
    ),
  },
  { head: 'Of', from: 'sm', end: true, cell: (row) => <Money asset={row.asset} units={row.gross} bare /> },
  { head: 'Share', end: true, cell: (row) => <span className="num text-good">{percent(share(row.cleared, row.gross))}</span> },
];

/** What is cleared first, as people say it. */
export const orderWords = (order: Round['order']): string => (order === 'amount' ? 'as much as can be' : 'overdue before others');

function Rounds() {
  const [{ after }] = useFilters();
  const asked = useOperation(listSetOffRounds, { ...(after && { after }) }, { keep: true });
  return (
    <div className="card">
      <Table
        label="Rounds of set-off"
        columns={roundColumns}
        rows={asked.data?.items}
        keyOf={(row) => row.id}
        to={(row) => ({ to: '/set-off/rounds/$id', params: { id: row.id } })}
        problem={asked.error}
        retry={() => void asked.refetch()}
        stale={asked.isPlaceholderData}
        empty={{ icon: 'setOff', title: 'No round yet', children: 'The operator looks at what a round would clear, and runs it.' }}
        skeletons={4}
      />
      <Pager rows={asked.data?.items.length} next={asked.data?.next} noun="rounds" />
    </div>
  );
}
