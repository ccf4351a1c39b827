import { Link } from '@tanstack/react-router';
import type { WireOutput } from '../../../src/base/client.ts';
import { codeOf } from '../../../src/base/money.ts';
import { getBusinessDay, listBusinessDays } from '../../../src/settlement/calendar/contract.ts';
import { listWindowGroups } from '../../../src/settlement/window/group-contract.ts';
import { useOperation } from '../api/queries.ts';
import { useFilters } from '../parts/filters.tsx';
import { buttonClass } from '../ui/button.tsx';
import { Select } from '../ui/field.tsx';
import { count, day, longDay, words } from '../ui/format.ts';
import { Card, PageHead } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { Empty, Failure, Skeleton } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';

type Detail = WireOutput<typeof getBusinessDay>;

const MAIN = 'main';

/** The ends of business days of a group: what was settled, what is carried over, and what was not settled. */
export function BusinessDaysPage() {
  const [search, set] = useFilters();
  const groups = useOperation(listWindowGroups, {}).data?.items ?? [];
  const group = search.group ?? MAIN;
  const days = useOperation(listBusinessDays, { id: group });
  const chosen = search.day ?? days.data?.items[0]?.day;
  return (
    <>
      <PageHead title="Business days" name="Business days" lead="A day of a group ends once the windows of its last cut-off are settled">
        <Select aria-label="Group" value={group} onChange={(event) => set({ group: event.target.value, day: undefined })}>
          {groups.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
        {days.data && days.data.items.length > 0 && (
          <Select aria-label="Day" value={chosen ?? ''} onChange={(event) => set({ day: event.target.value })}>
            {days.data.items.map((one) => (
              <option key={one.day} value={one.day}>
                {day(one.day)}
              </option>
            ))}
          </Select>
        )}
        <Link to="/windows" search={{ group }} className={buttonClass()}>
          Its windows
        </Link>
      </PageHead>
      {days.error && !days.data ? (
        <Failure problem={days.error} retry={() => void days.refetch()} />
      ) : days.data?.items.length === 0 ? (
        <div className="card">
          <Empty icon="windows" title="No business day is over yet">
            The first one ends after its last cut-off, or at midnight UTC for groups without a schedule.
          </Empty>
        </div>
      ) : chosen ? (
        <Day group={group} day={chosen} />
      ) : (
        <Skeleton className="h-96 rounded-xl" />
      )}
    </>
  );
}

function Day({ group, day: of }: { group: string; day: string }) {
  const asked = useOperation(getBusinessDay, { id: group, day: of }, { keep: true });
  if (asked.error && !asked.data) return <Failure problem={asked.error} retry={() => void asked.refetch()} />;
  if (!asked.data) return <Skeleton className="h-96 rounded-xl" />;
  const end = asked.data;
  return (
    <div className="grid gap-4">
      <Card
        title={longDay(end.day)}
        aside={
          <>
            {count(end.windows)} windows, {count(end.payments)} payments · closed <Time at={end.closedAt} /> by {end.closedBy}
          </>
        }
      >
        {end.currencies.length > 0 ? (
          <Table
            label="Totals of the day"
            columns={totalColumns}
            rows={end.currencies}
            keyOf={(row) => row.asset}
            empty={{ title: 'Nothing' }}
          />
        ) : (
          <p className="px-4 pb-4 text-sm text-ink-2">What the network came to in all is not shown to banks.</p>
        )}
      </Card>
      <Card title="Positions, and what is carried over">
        <Table
          label="Positions of the day"
          columns={positionColumns}
          rows={end.positions}
          keyOf={(row) => `${row.asset} ${row.participantId}`}
          empty={{ icon: 'participants', title: 'No position that day' }}
        />
      </Card>
      <Card title="Not settled that day" aside={end.unsettled.length === 500 ? 'the first 500' : undefined}>
        <Table
          label="Unsettled payments"
          columns={unsettledColumns}
          rows={end.unsettled}
          keyOf={(row) => row.paymentId}
          to={(row) => ({ to: '/payments/$id', params: { id: row.paymentId } })}
          empty={{ icon: 'check', title: 'Everything was settled', children: 'Nothing went over into the next day.' }}
        />
      </Card>
    </div>
  );
}

const totalColumns: readonly Column<Detail['currencies'][number]>[] = [
  { head: 'Currency', cell: (row) => <span className="font-medium">{codeOf(row.asset)}</span> },
  { head: 'Gross', end: true, grow: true, cell: (row) => <Money asset={row.asset} units={row.gross} bare /> },
  { head: 'Net', from: 'sm', end: true, cell: (row) => <Money asset={row.asset} units={row.net} bare /> },
  { head: 'Payments', from: 'md', end: true, cell: (row) => <span className="num">{count(row.payments)}</span> },
  { head: 'Carried over', end: true, cell: (row) => <Money asset={row.asset} units={row.carriedUnits} bare /> },
];

const positionColumns: readonly Column<Detail['positions'][number]>[] = [
  {
    head: 'Participant',
    cell: (row) => (
      <span className="block max-w-32 truncate sm:max-w-56">
        <span className="font-medium">{row.name}</span>
        <span className="ident block">{row.bic}</span>
      </span>
    ),
  },
  { head: 'Received', from: 'lg', end: true, grow: true, cell: (row) => <Money asset={row.asset} units={row.incoming} bare /> },
  { head: 'Paid', from: 'lg', end: true, cell: (row) => <Money asset={row.asset} units={row.outgoing} bare /> },
  { head: 'Net', end: true, cell: (row) => <Money asset={row.asset} units={row.net} signed /> },
  { head: 'To receive', from: 'md', end: true, cell: (row) => <Money asset={row.asset} units={row.carriedIn} bare /> },
  { head: 'To pay', from: 'md', end: true, cell: (row) => <Money asset={row.asset} units={row.carriedOut} bare /> },
];

const unsettledColumns: readonly Column<Detail['unsettled'][number]>[] = [
  { head: 'From', cell: (row) => <span className="ident">{row.debtorAgent}</span> },
  { head: 'To', from: 'sm', cell: (row) => <span className="ident">{row.creditorAgent}</span> },
  {
    head: 'Why',
    from: 'md',
    grow: true,
    cell: (row) => <span className="text-ink-2">{row.due ? `due ${day(row.due)}` : words(row.why ?? 'carried over')}</span>,
  },
  { head: 'Amount', end: true, cell: (row) => <Money asset={row.asset} units={row.units} /> },
];
