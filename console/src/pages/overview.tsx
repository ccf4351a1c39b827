import { Link } from '@tanstack/react-router';
import { useMemo, type ReactNode } from 'react';
import { getOverview } from '../../../src/settlement/overview/contract.ts';
import { listParticipants } from '../../../src/settlement/participant/contract.ts';
import { listWindows } from '../../../src/settlement/window/contract.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { useAllowed, useOperation } from '../api/queries.ts';
import { useFilters } from '../parts/filters.tsx';
import { Flows } from '../parts/flows.tsx';
import { GrossNet, GrossNetKey } from '../parts/gross-net.tsx';
import { SeriesChart } from '../parts/series-chart.tsx';
import { WindowTimeline } from '../parts/window-timeline.tsx';
import { IconButton } from '../ui/button.tsx';
import { count, duration, longDay, percent } from '../ui/format.ts';
import { Card, PageHead } from '../ui/layout.tsx';
import { Empty, Failure, Skeleton } from '../ui/states.tsx';

type Day = WireOutput<typeof getOverview>;

/** The business day at one glance. */
export function OverviewPage() {
  const [search] = useFilters();
  const asked = useOperation(getOverview, search.day ? { day: search.day } : {}, { keep: true });
  const overview = asked.data;
  return (
    <>
      <PageHead title="Overview" name="Overview" lead={overview ? longDay(overview.day) : <Skeleton className="mt-1.5 h-3.5 w-44" />}>
        {overview && <DayPicker day={overview.day} />}
      </PageHead>
      {asked.error && !overview ? (
        <div className="card">
          <Failure problem={asked.error} retry={() => void asked.refetch()} />
        </div>
      ) : (
        <div
          aria-busy={asked.isPlaceholderData}
          className={`grid gap-4 transition-opacity lg:grid-cols-3 ${asked.isPlaceholderData ? 'opacity-60' : ''}`}
        >
          {overview ? <Pictures overview={overview} /> : <LoadingPictures />}
        </div>
      )}
    </>
  );
}

function shifted(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

function DayPicker({ day }: { day: string }) {
  const [search, set] = useFilters();
  return (
    <div className="flex items-center gap-1">
      <IconButton label="Day before" icon="back" onClick={() => set({ day: shifted(day, -1) })} />
      <input
        type="date"
        aria-label="Day"
        value={day}
        onChange={(event) => set({ day: event.target.value || undefined })}
        className="control num w-36"
      />
      <IconButton label="Day after" icon="chevron" onClick={() => set({ day: shifted(day, 1) })} />
      {search.day && (
        <button
          type="button"
          onClick={() => set({ day: undefined })}
          className="rounded px-2 text-sm font-medium text-accent hover:underline"
        >
          Today
        </button>
      )}
    </div>
  );
}

function Pictures({ overview }: { overview: Day }) {
  const quiet = overview.payments.received === 0;
  if (quiet) {
    return (
      <div className="card lg:col-span-3">
        <Empty icon="payments" title="No payments on this day">
          Payments appear here as soon as they are received. Choose another day above.
        </Empty>
      </div>
    );
  }
  return (
    <>
      <Figures overview={overview} />
      <Card title="Received" aside={<SeriesKey buckets={overview.series} />} className="lg:col-span-2">
        <SeriesChart series={overview.series} />
      </Card>
      <Card title="Not taken" aside={`${count(overview.payments.rejected)} rejected`}>
        <Failures failures={overview.failures} />
      </Card>
      <Windows />
      <Card title="Gross against net" aside={<GrossNetKey />} className="lg:col-span-3 xl:col-span-1">
        {overview.currencies.length > 0 ? (
          <GrossNet currencies={overview.currencies} label="Gross against net by currency" />
        ) : (
          <Empty icon="windows" title="Nothing netted yet" />
        )}
      </Card>
      <Card title="Who pays whom" aside="payments between banks, the largest flows" className="lg:col-span-3 xl:col-span-2">
        <NamedFlows flows={overview.flows} />
      </Card>
    </>
  );
}

/** The overview names banks by BIC; people know them by name. */
function NamedFlows({ flows }: { flows: Day['flows'] }) {
  const allowed = useAllowed();
  const asked = useOperation(listParticipants, { limit: '500' }, { staleMs: 60_000, enabled: allowed(listParticipants) });
  const banks = asked.data?.items;
  const named = useMemo(() => {
    const names = new Map(banks?.map((bank) => [bank.bic, bank.name]));
    return flows.map((flow) => ({ ...flow, from: names.get(flow.from) ?? flow.from, to: names.get(flow.to) ?? flow.to }));
  }, [flows, banks]);
  if (asked.isLoading) return <Skeleton className="mx-4 mb-4 h-130" />;
  return flows.length > 0 ? <Flows flows={named} /> : <Empty icon="payments" title="Nothing flows yet" />;
}

const STEPS = [
  ['settled', 'bg-good'],
  ['clearing', 'bg-calm'],
  ['reserved', 'bg-accent'],
  ['held', 'bg-warn'],
  ['queued', 'bg-line-strong'],
  ['rejected', 'bg-bad'],
] as const;

function Figures({ overview: { payments, timeToFinalityMs, currencies } }: { overview: Day }) {
  const best =
    currencies.reduce((sum, one) => sum + one.efficiency * one.payments, 0) /
    Math.max(
      1,
      currencies.reduce((sum, one) => sum + one.payments, 0),
    );
  return (
    <section aria-label="Figures of the day" className="card lg:col-span-3">
      <div className="grid grid-cols-2 sm:grid-cols-3 xl:grid-cols-6">
        <Figure label="Received" value={count(payments.received)} to={{}} />
        <Figure
          label="Settled"
          value={count(payments.settled)}
          to={{ status: 'settled' }}
          note={percent(payments.settled / payments.received)}
        />
        <Figure
          label="On their way"
          value={count(payments.reserved + payments.clearing)}
          to={{ status: 'reserved' }}
          note={`${count(payments.clearing)} clearing`}
        />
        <Figure
          label="Held for review"
          value={count(payments.held)}
          to={{ status: 'held' }}
          note={payments.held > 0 ? 'needs a decision' : 'none waiting'}
        />
        <Figure label="Netting saves" value={percent(best)} note="of gross, by payments" />
        <Figure
          label="Time to finality"
          value={timeToFinalityMs ? duration(timeToFinalityMs.p50) : '–'}
          note={timeToFinalityMs ? `95 % within ${duration(timeToFinalityMs.p95)}` : 'nothing final yet'}
        />
      </div>
      <div
        className="flex h-1.5 gap-px overflow-hidden rounded-b-xl"
        role="img"
        aria-label={STEPS.map(([step]) => `${step} ${payments[step]}`).join(', ')}
      >
        {STEPS.map(
          ([step, fill]) =>
            payments[step] > 0 && (
              <span key={step} className={fill} style={{ flexGrow: payments[step] }} title={`${step}: ${count(payments[step])}`} />
            ),
        )}
      </div>
    </section>
  );
}

function Figure({ label, value, note, to }: { label: string; value: string; note?: ReactNode; to?: Record<string, string> }) {
  const body = (
    <>
      <span className="block text-xs text-ink-2">{label}</span>
      <span className="num mt-0.5 block text-2xl font-semibold tracking-tight">{value}</span>
      <span className="num block min-h-4.5 text-xs text-ink-3">{note}</span>
    </>
  );
  const box = 'block border-line px-4 pt-3.5 pb-3 max-xl:border-b xl:border-l xl:first:border-l-0';
  return to ? (
    <Link to="/payments" search={to} className={`${box} -outline-offset-2 transition-colors hover:bg-sunken/60`}>
      {body}
    </Link>
  ) : (
    <div className={box}>{body}</div>
  );
}

function SeriesKey({ buckets }: { buckets: Day['series'] }) {
  const starts = buckets.map((bucket) => bucket.startMs);
  const lengthMs = buckets.length > 1 ? (Math.max(...starts) - Math.min(...starts)) / (buckets.length - 1) : 60_000;
  return (
    <span className="flex items-center gap-4">
      <span className="flex items-center gap-1.5">
        <span className="h-0.5 w-3 rounded bg-net" aria-hidden="true" /> received
      </span>
      <span className="flex items-center gap-1.5">
        <span className="h-0.5 w-3 rounded bg-bad" aria-hidden="true" /> rejected
      </span>
      <span>per {lengthMs === 60_000 ? 'minute' : duration(lengthMs)}, UTC</span>
    </span>
  );
}

function Failures({ failures }: { failures: Day['failures'] }) {
  if (failures.length === 0) return <Empty icon="check" title="Nothing was rejected" />;
  const most = Math.max(...failures.map((failure) => failure.count));
  return (
    <ul className="space-y-3 px-4 pt-1 pb-4">
      {failures.slice(0, 6).map((failure) => (
        <li key={failure.code}>
          <div className="flex items-baseline justify-between gap-3 text-sm">
            <span className="min-w-0">
              <span className="mr-2 font-mono text-xs text-ink-3">{failure.code}</span>
              {failure.text}
            </span>
            <span className="num font-medium">{count(failure.count)}</span>
          </div>
          <div className="mt-1 h-1.5 rounded-full bg-sunken">
            <div className="h-full rounded-full bg-bad/75" style={{ width: `${(failure.count / most) * 100}%` }} />
          </div>
        </li>
      ))}
    </ul>
  );
}

function Windows() {
  const asked = useOperation(listWindows, { limit: '16' });
  return (
    <Card
      title="Windows"
      aside={
        <Link to="/windows" className="font-medium text-accent hover:underline">
          All windows
        </Link>
      }
      className="lg:col-span-3"
    >
      {asked.data ? (
        <WindowTimeline windows={asked.data.items} nowMs={asked.dataUpdatedAt} />
      ) : asked.error ? (
        <Failure problem={asked.error} />
      ) : (
        <Skeleton className="mx-4 mb-4 h-20" />
      )}
    </Card>
  );
}

function LoadingPictures() {
  return (
    <>
      <Skeleton className="h-25 rounded-xl lg:col-span-3" />
      <Skeleton className="h-64 rounded-xl lg:col-span-2" />
      <Skeleton className="h-64 rounded-xl" />
      <Skeleton className="h-32 rounded-xl lg:col-span-3" />
      <Skeleton className="h-110 rounded-xl xl:col-span-1 lg:col-span-3" />
      <Skeleton className="h-110 rounded-xl xl:col-span-2 lg:col-span-3" />
    </>
  );
}
