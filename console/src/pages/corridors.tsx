import { useMemo, useState } from 'react';
import { codeOf } from '../../../src/base/money.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { listFxTrades } from '../../../src/settlement/fx/contract.ts';
import { listCorridors } from '../../../src/settlement/liquidity/contract.ts';
import { useOperation } from '../api/queries.ts';
import { Exchange } from '../parts/exchange.tsx';
import { useFilters } from '../parts/filters.tsx';
import { countryName, FlowMap } from '../parts/flow-map.tsx';
import { Forecast } from '../parts/forecast.tsx';
import { State } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { count, moneyShort } from '../ui/format.ts';
import { Card, PageHead } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { Empty, Failure, Skeleton } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';

type Row = WireOutput<typeof listCorridors>['items'][number];
type Trade = WireOutput<typeof listFxTrades>['items'][number];

const EVERY_MS = 10_000;
/** Lines that a picture can hold. */
const DRAWN = 160;

export function CorridorsPage() {
  const [search, set] = useFilters();
  const [today] = useState(() => new Date().toISOString().slice(0, 10));
  const day = search.day ?? today;
  const asked = useOperation(listCorridors, { day, ...(search.asset && { asset: search.asset }) }, { everyMs: EVERY_MS, keep: true });
  const items = asked.data?.items;
  const corridors = useMemo(() => byCountries(items ?? []), [items]);
  const assets = [...new Set(items?.map(({ asset }) => asset))].sort();
  const [from, to] = search.corridor?.split(' ') ?? [];
  return (
    <>
      <PageHead title="Corridors" name="Corridors" lead="What is paid between countries, and the exchange of currencies on the way">
        <input
          type="date"
          aria-label="Day (UTC)"
          value={day}
          onChange={(event) => set({ day: event.target.value })}
          className="control num"
        />
        <select
          aria-label="Currency"
          value={search.asset ?? ''}
          onChange={(event) => set({ asset: event.target.value })}
          className="control"
        >
          <option value="">All currencies</option>
          {(search.asset && !assets.includes(search.asset) ? [search.asset, ...assets] : assets).map((asset) => (
            <option key={asset} value={asset}>
              {codeOf(asset)}
            </option>
          ))}
        </select>
      </PageHead>
      <div className="space-y-4">
        <Card title="Between countries" aside={items && `${count(corridors.reduce((sum, { payments }) => sum + payments, 0))} payments`}>
          {asked.error && !items ? (
            <Failure problem={asked.error} retry={() => void asked.refetch()} />
          ) : !items ? (
            <Skeleton className="mx-4 mb-4 h-96" />
          ) : corridors.length === 0 ? (
            <Empty icon="corridors" title="No payment on that day" />
          ) : (
            <FlowMap
              corridors={corridors.slice(0, DRAWN)}
              chosen={search.corridor}
              onChoose={(one) => set({ corridor: one === search.corridor ? undefined : one })}
            />
          )}
        </Card>
        {from && to && <OneCorridor from={from} to={to} items={items ?? []} />}
        <div className="grid gap-4 xl:grid-cols-2">
          <Largest items={items} problem={asked.error} />
          <Exchange />
        </div>
        <Trades />
      </div>
    </>
  );
}

function byCountries(items: readonly Row[]) {
  const lines = new Map<string, { from: string; to: string; payments: number }>();
  for (const { from, to, payments } of items) {
    const line = lines.get(`${from} ${to}`) ?? { from, to, payments: 0 };
    line.payments += payments;
    lines.set(`${from} ${to}`, line);
  }
  return [...lines.values()].sort((a, b) => b.payments - a.payments);
}

/** A corridor by itself: what went through it, and what is expected. */
function OneCorridor({ from, to, items }: { from: string; to: string; items: readonly Row[] }) {
  const [, set] = useFilters();
  const own = items.filter((row) => row.from === from && row.to === to);
  const [asset, setAsset] = useState<string | undefined>();
  const shown = own.find((row) => row.asset === asset) ?? own[0];
  return (
    <Card
      title={`${countryName(from)} → ${countryName(to)}`}
      aside={
        <Button tone="quiet" onClick={() => set({ corridor: undefined })}>
          Close
        </Button>
      }
    >
      <div className="flex flex-wrap gap-1 px-3 pb-2">
        {own.map((row) => (
          <button
            key={row.asset}
            type="button"
            aria-pressed={row === shown}
            onClick={() => setAsset(row.asset)}
            className={`rounded-lg px-3 py-1.5 text-left ${row === shown ? 'bg-accent-soft' : 'hover:bg-sunken'}`}
          >
            <span className="num block text-sm font-semibold">
              {moneyShort(row.asset, row.units)} {codeOf(row.asset)}
            </span>
            <span className="num block text-xs text-ink-2">{count(row.payments)} payments</span>
          </button>
        ))}
      </div>
      {shown && (
        <div className="px-3 pb-3">
          <Forecast title={`By the hour in ${codeOf(shown.asset)}`} asset={shown.asset} from={from} to={to} />
        </div>
      )}
    </Card>
  );
}

const LARGEST = 12;

const corridorColumns: readonly Column<Row>[] = [
  {
    head: 'Corridor',
    grow: true,
    cell: (row) => (
      <span className="block truncate">
        {countryName(row.from)} <span className="text-ink-3">→</span> {countryName(row.to)}
      </span>
    ),
  },
  {
    head: 'Paid',
    end: true,
    cell: (row) => <span className="num font-medium">{`${moneyShort(row.asset, row.units)} ${codeOf(row.asset)}`}</span>,
  },
  { head: 'Payments', end: true, from: 'sm', cell: (row) => <span className="num text-ink-2">{count(row.payments)}</span> },
  {
    head: 'Next hour',
    end: true,
    from: 'md',
    cell: ({ nextHour }) =>
      nextHour && nextHour.high > 0 ? (
        <span className="num text-xs text-ink-2">
          {short(nextHour.low)} – {short(nextHour.high)}
        </span>
      ) : (
        <span className="text-ink-3">–</span>
      ),
  },
];

function Largest({ items, problem }: { items: readonly Row[] | undefined; problem: Parameters<typeof Table<Row>>[0]['problem'] }) {
  return (
    <Card title="The largest" aside="by number of payments">
      <Table
        label="Corridors"
        columns={corridorColumns}
        rows={items?.slice(0, LARGEST)}
        keyOf={(row) => `${row.from} ${row.to} ${row.asset}`}
        {...(problem !== undefined && { problem })}
        empty={{ icon: 'corridors', title: 'No payment on that day' }}
        skeletons={6}
      />
    </Card>
  );
}

const short = (value: number) => moneyShort('XXX/0', String(Math.round(value)));

const tradeColumns: readonly Column<Trade>[] = [
  { head: 'State', cell: (row) => <State of={row.state} /> },
  {
    head: 'Legs, settled together or not at all',
    grow: true,
    cell: (row) => (
      <span className="block min-w-0 space-y-0.5">
        {row.legs.map((leg, i) => (
          <span key={i} className="flex items-baseline justify-between gap-3">
            <span className="truncate text-ink-2">
              {leg.debtor.name} <span className="text-ink-3">→</span> {leg.creditor?.name ?? 'operator'}
            </span>
            <Money asset={leg.asset} units={leg.units} />
          </span>
        ))}
      </span>
    ),
  },
  {
    head: 'Kind',
    from: 'md',
    cell: (row) => <span className="text-xs text-ink-2">{row.kind === 'quote' ? 'by quote' : (row.reference ?? 'between two')}</span>,
  },
  { head: 'When', from: 'sm', end: true, cell: (row) => <Time at={row.settledAt ?? row.madeAt} /> },
];

function Trades() {
  const asked = useOperation(listFxTrades, { limit: '20' }, { everyMs: EVERY_MS, keep: true });
  return (
    <Card title="Exchanges" aside="payment versus payment">
      <Table
        label="Exchanges"
        columns={tradeColumns}
        rows={asked.data?.items}
        keyOf={(row) => row.id}
        problem={asked.error}
        retry={() => void asked.refetch()}
        empty={{ icon: 'transfers', title: 'Nothing was exchanged yet' }}
        skeletons={4}
      />
    </Card>
  );
}
