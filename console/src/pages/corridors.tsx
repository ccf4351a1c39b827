import { useMemo, useState, type FormEvent } from 'react';
import { codeOf } from '../../../src/base/money.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { listParticipants } from '../../../src/settlement/participant/contract.ts';
import { acceptFxQuote, createFxQuote, listFxRates, listFxTrades } from '../../../src/settlement/fx/contract.ts';
import { listCorridors } from '../../../src/settlement/liquidity/contract.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { AmountField } from '../parts/amount-field.tsx';
import { useFilters } from '../parts/filters.tsx';
import { readAmount } from '../parts/read-amount.ts';
import { countryName, FlowMap } from '../parts/flow-map.tsx';
import { State } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { SelectField } from '../ui/field.tsx';
import { count, moneyShort } from '../ui/format.ts';
import { readForm } from '../ui/form.ts';
import { Icon } from '../ui/icon.tsx';
import { Card, PageHead } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { Empty, Failure, ProblemNote, Skeleton } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';
import { Forecast } from './liquidity.tsx';

type Row = WireOutput<typeof listCorridors>['items'][number];
type Rate = WireOutput<typeof listFxRates>['items'][number];
type Quote = WireOutput<typeof createFxQuote>;
type Trade = WireOutput<typeof listFxTrades>['items'][number];

const EVERY_MS = 10_000;
/** Lines that a picture can hold. */
const DRAWN = 160;

export function CorridorsPage() {
  const [search, set] = useFilters();
  const day = search.day ?? new Date().toISOString().slice(0, 10);
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

function Largest({ items, problem }: { items: readonly Row[] | undefined; problem: Parameters<typeof Table<Row>>[0]['problem'] }) {
  const columns: readonly Column<Row>[] = [
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
  return (
    <Card title="The largest" aside="by number of payments">
      <Table
        label="Corridors"
        columns={columns}
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

/** A firm price by the cheapest way. */
function Exchange() {
  const allowed = useAllowed();
  const banks = useOperation(listParticipants, { limit: '500' }, { staleMs: 60_000, enabled: allowed(listParticipants) });
  const rates = useOperation(listFxRates, {});
  const [quote, setQuote] = useState<Quote | undefined>();
  const ask = useCommand(createFxQuote, setQuote);
  const accept = useCommand(acceptFxQuote, ({ state }) => {
    toast(state === 'settled' ? 'Every leg is settled' : 'All legs wait in the queue');
    setQuote(undefined);
  });
  const assets = [...new Set(rates.data?.items.flatMap(({ fromAsset, toAsset }) => [fromAsset, toAsset]))].sort();
  const [fromAsset, setFrom] = useState('');
  const [text, setText] = useState('');
  const paid = fromAsset || assets[0] || 'EUR/2';
  const dealing = (banks.data?.items ?? []).filter(
    ({ accounts, state }) => state === 'active' && accounts.some(({ asset }) => asset === paid),
  );
  function submit(event: FormEvent<HTMLFormElement>) {
    const form = readForm(event);
    const amount = readAmount(paid, text);
    if ('units' in amount)
      ask.mutate({ participant: form('participant'), fromAsset: paid, toAsset: form('toAsset'), payUnits: amount.units, ttlSeconds: 60 });
  }
  return (
    <Card title="Exchange" aside={rates.data && `${count(rates.data.items.length)} rates hold now`}>
      {rates.data?.items.length === 0 ? (
        <Empty icon="transfers" title="No rates hold now">
          Banks publish theirs with <code className="font-mono">POST /v1/fx/rates</code>.
        </Empty>
      ) : (
        <div className="px-4 pb-4">
          {allowed(createFxQuote) && (
            <form onSubmit={submit} className="grid gap-3 sm:grid-cols-2">
              <SelectField label="Bank" name="participant">
                {dealing.map(({ bic, name }) => (
                  <option key={bic} value={bic}>
                    {name}
                  </option>
                ))}
              </SelectField>
              <SelectField label="Pays in" value={paid} onChange={(event) => setFrom(event.target.value)}>
                {assets.map((asset) => (
                  <option key={asset} value={asset}>
                    {codeOf(asset)}
                  </option>
                ))}
              </SelectField>
              <AmountField asset={paid} text={text} onText={setText} />
              <SelectField label="Receives" name="toAsset">
                {assets
                  .filter((asset) => asset !== paid)
                  .map((asset) => (
                    <option key={asset} value={asset}>
                      {codeOf(asset)}
                    </option>
                  ))}
              </SelectField>
              <div className="sm:col-span-2">
                <Button type="submit" busy={ask.isPending}>
                  Ask for a price
                </Button>
              </div>
            </form>
          )}
          <BestRates rates={rates.data?.items ?? []} assets={assets} />
          <div className="mt-3" aria-live="polite">
            <ProblemNote problem={ask.error ?? accept.error} />
            {quote && <Offer quote={quote} busy={accept.isPending} onAccept={() => accept.mutate({ id: quote.id })} />}
          </div>
        </div>
      )}
    </Card>
  );
}

/** The best of each pair after its fee, whoever gives it. */
function BestRates({ rates, assets }: { rates: readonly Rate[]; assets: readonly string[] }) {
  const best = useMemo(() => {
    const found = new Map<string, Rate>();
    const net = ({ rate, feeBps }: Rate) => Number(rate) * (1 - feeBps / 10_000);
    for (const one of rates) {
      const key = `${one.fromAsset} ${one.toAsset}`;
      const standing = found.get(key);
      if (!standing || net(one) > net(standing)) found.set(key, one);
    }
    return found;
  }, [rates]);
  if (assets.length === 0 || assets.length > 12) return null;
  return (
    <div className="mt-4 overflow-x-auto">
      <table aria-label="The best rate of each pair" className="w-full border-separate border-spacing-0.5 text-xs">
        <thead>
          <tr>
            <th scope="col" className="py-1 text-left font-medium text-ink-3">
              one of ↓ for →
            </th>
            {assets.map((asset) => (
              <th key={asset} scope="col" className="px-1 text-right font-medium text-ink-3">
                {codeOf(asset)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {assets.map((from) => (
            <tr key={from}>
              <th scope="row" className="text-left font-medium">
                {codeOf(from)}
              </th>
              {assets.map((to) => {
                const one = best.get(`${from} ${to}`);
                return (
                  <td
                    key={to}
                    title={one && `${one.provider.name}, ${one.source}, fee ${one.feeBps / 100} %`}
                    className={`num rounded px-1.5 py-1 text-right ${from === to ? '' : one ? 'bg-sunken' : 'bg-sunken/40 text-ink-3'}`}
                  >
                    {from === to ? '' : one ? Number(one.rate).toPrecision(5) : '–'}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The way of a quote: what is paid, by whom it is exchanged at which rate, what arrives. */
function Offer({ quote, busy, onAccept }: { quote: Quote; busy: boolean; onAccept: () => void }) {
  return (
    <div className="mt-3 rounded-lg border border-line bg-sunken/50 p-3">
      <ol className="flex flex-wrap items-center gap-x-2 gap-y-2 text-sm">
        <li className="font-medium">
          <Money asset={quote.fromAsset} units={quote.payUnits} />
        </li>
        {quote.hops.map((hop) => (
          <li key={hop.rateId} className="flex items-center gap-2">
            <span className="flex flex-col items-center">
              <span className="num text-2xs text-ink-3">× {hop.rate}</span>
              <Icon name="arrow" size={16} className="text-accent" />
              <span className="max-w-28 truncate text-2xs text-ink-2" title={hop.provider.name}>
                {hop.provider.name}
              </span>
            </span>
            <span className="font-medium">
              <Money asset={hop.toAsset} units={hop.received} />
            </span>
          </li>
        ))}
      </ol>
      <div className="mt-3 flex flex-wrap items-center justify-between gap-3">
        <p className="text-xs text-ink-2">
          Fees{' '}
          {quote.hops
            .filter(({ fee }) => fee !== '0')
            .map(({ fee, fromAsset }) => moneyText(fromAsset, fee))
            .join(' and ') || 'none'}
          . Good once, until <Time at={quote.expiresAt} show="clock" />.
        </p>
        <Button tone="primary" busy={busy} onClick={onAccept}>
          Exchange
        </Button>
      </div>
    </div>
  );
}

const moneyText = (asset: string, units: string) => `${moneyShort(asset, units)} ${codeOf(asset)}`;

function Trades() {
  const asked = useOperation(listFxTrades, { limit: '20' }, { everyMs: EVERY_MS, keep: true });
  const columns: readonly Column<Trade>[] = [
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
  return (
    <Card title="Exchanges" aside="payment versus payment">
      <Table
        label="Exchanges"
        columns={columns}
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
