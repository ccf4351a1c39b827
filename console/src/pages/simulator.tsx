import { useState, type FormEvent } from 'react';
import type { WireOutput } from '../../../src/base/client.ts';
import { exportSimulation, getSimulation, listSimulations, startSimulation } from '../../../src/settlement/simulator/contract.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { call } from '../api/session.ts';
import { download } from '../parts/download.ts';
import { useFilters } from '../parts/filters.tsx';
import { Legend, LineChart, ticksTo, type ChartLine } from '../parts/line-chart.tsx';
import { Badge, State } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { FormButtons } from '../ui/form-buttons.tsx';
import { Modal } from '../ui/dialog.tsx';
import { SelectField, TextField } from '../ui/field.tsx';
import { count, percent } from '../ui/format.ts';
import { readForm } from '../ui/form.ts';
import { Card, PageHead } from '../ui/layout.tsx';
import { Empty, Failure, ProblemNote, Skeleton } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { toast } from '../ui/toast.tsx';

type Summary = WireOutput<typeof listSimulations>['items'][number];
type Detail = WireOutput<typeof getSimulation>;
type Result = NonNullable<Detail['result']>;
type Run = Result['runs'][number];
type Regime = Run['regime'];

/** How each regime is called and coloured, in every picture alike. */
const REGIMES: Record<Regime, { name: string; short: string; colour: string }> = {
  rtgs: { name: 'Real time, one by one', short: 'Real time', colour: 'outgoing' },
  rtgs_gridlock: { name: 'Real time, gridlock resolved', short: 'Gridlock resolved', colour: 'net' },
  windows: { name: 'Netting windows', short: 'Windows', colour: 'calm' },
  set_off: { name: 'Obligation set-off', short: 'Set-off', colour: 'good' },
};

const RUNNING_EVERY_MS = 700;
const HOUR_MS = 3_600_000;

export function SimulatorPage() {
  const [search] = useFilters();
  const allowed = useAllowed();
  const list = useOperation(listSimulations, {}, { everyMs: 5_000 });
  const items = list.data?.items;
  const id = search.id ?? items?.[0]?.id;
  return (
    <>
      <PageHead
        title="Simulator"
        name="Simulator"
        lead="A day of payments under four ways of settling it: how much money each needs, and how long payments wait for it"
      >
        {allowed(startSimulation) && <Start />}
      </PageHead>
      <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_19rem]">
        <div className="min-w-0 space-y-4">{id ? <Chosen id={id} /> : items && <NoneYet />}</div>
        <Card title="Simulations" className="self-start">
          {list.error && !items ? <Failure problem={list.error} retry={() => void list.refetch()} /> : <Runs items={items} chosen={id} />}
        </Card>
      </div>
    </>
  );
}

function NoneYet() {
  return (
    <div className="card">
      <Empty icon="simulator" title="Nothing was simulated yet">
        Replay the demonstration’s invented day, or a past day of this network, and see what liquidity buys.
      </Empty>
    </div>
  );
}

function Runs({ items, chosen }: { items: readonly Summary[] | undefined; chosen: string | undefined }) {
  const [, set] = useFilters();
  if (!items) return <Skeleton className="mx-4 mb-4 h-24" />;
  if (items.length === 0) return <p className="px-4 pb-4 text-sm text-ink-2">The first one appears here.</p>;
  return (
    <ul className="max-h-120 overflow-y-auto px-2 pb-2">
      {items.map((one) => (
        <li key={one.id}>
          <button
            type="button"
            aria-current={one.id === chosen}
            onClick={() => set({ id: one.id, level: undefined })}
            className={`block w-full rounded-lg px-2.5 py-2 text-left ${one.id === chosen ? 'bg-accent-soft' : 'hover:bg-sunken'}`}
          >
            <span className="flex items-center justify-between gap-2">
              <span className="truncate text-sm font-medium">{one.name}</span>
              {one.state !== 'done' && <State of={one.state} />}
            </span>
            <span className="mt-0.5 flex justify-between gap-2 text-xs text-ink-3">
              <span className="truncate">{one.day ?? `invented day “${one.seed}”`}</span>
              <Time at={one.startedAt} show="clock" />
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Chosen({ id }: { id: string }) {
  const first = useOperation(getSimulation, { id });
  const running = first.data?.state === 'running';
  const asked = useOperation(getSimulation, { id }, running ? { everyMs: RUNNING_EVERY_MS } : {});
  const simulation = asked.data ?? first.data;
  if (asked.error && !simulation) return <Failure problem={asked.error} retry={() => void asked.refetch()} />;
  if (!simulation) return <Skeleton className="h-96 w-full rounded-xl" />;
  if (simulation.state === 'running') return <Running simulation={simulation} />;
  if (!simulation.result)
    return (
      <div className="card">
        <Empty icon="warning" title="This simulation failed">
          {simulation.error}
        </Empty>
      </div>
    );
  return <Finished simulation={simulation} result={simulation.result} />;
}

function Running({ simulation: { name, progress } }: { simulation: Detail }) {
  return (
    <Card title={name}>
      <div className="px-4 pt-2 pb-8">
        <p className="text-sm text-ink-2">The day is being replayed at every level of liquidity.</p>
        <div className="mt-3 h-1.5 overflow-hidden rounded-full bg-sunken" role="progressbar" aria-valuenow={Math.round(progress * 100)}>
          <div
            className="h-full rounded-full bg-accent transition-[width] duration-700"
            style={{ width: `${Math.max(2, progress * 100)}%` }}
          />
        </div>
        <p className="num mt-1.5 text-xs text-ink-3">{percent(progress, 0)}</p>
      </div>
    </Card>
  );
}

function Finished({ simulation, result }: { simulation: Detail; result: Result }) {
  const [search, set] = useFilters();
  const levels = [...new Set(result.runs.map(({ level }) => level))].sort((a, b) => a - b);
  const wanted = Number(search.level ?? levels[Math.floor(levels.length / 3)]);
  const level = levels.reduce((best, one) => (Math.abs(one - wanted) < Math.abs(best - wanted) ? one : best), levels[0] ?? 0);
  const runs = result.runs.filter((run) => run.level === level);
  return (
    <>
      <Curve result={result} level={level} onLevel={(one) => set({ level: String(one) })} levels={levels} />
      <Verdict result={result} runs={runs} level={level} levels={levels} onLevel={(one) => set({ level: String(one) })} />
      <div className="grid gap-4 lg:grid-cols-2">
        <Course title="Value settled over the day" runs={runs} result={result} of={(point) => point.settledShare} whole />
        <Course title="Value waiting over the day" runs={runs} result={result} of={(point) => point.queuedShare} />
      </div>
      <Downloads simulation={simulation} />
    </>
  );
}

const regimesOf = (runs: readonly Run[]) => [...new Set(runs.map(({ regime }) => regime))];

/** The picture a payment system is designed by. */
function Curve({
  result,
  level,
  levels,
  onLevel,
}: {
  result: Result;
  level: number;
  levels: readonly number[];
  onLevel: (level: number) => void;
}) {
  const lines = regimesOf(result.runs).map((regime): ChartLine => ({
    ...REGIMES[regime],
    dots: true,
    points: result.runs.filter((run) => run.regime === regime).map(({ liquidity, delay }) => ({ x: liquidity, y: delay })),
  }));
  const [least, most] = [Math.min(...lines.flatMap(({ points }) => points.map(({ x }) => x))), 1];
  const top = Math.max(0.05, ...lines.flatMap(({ points }) => points.map(({ y }) => y)));
  const ofLevel = (x: number) => {
    const run = result.runs.reduce(
      (best, one) => (Math.abs(one.liquidity - x) < Math.abs(best.liquidity - x) ? one : best),
      result.runs[0]!,
    );
    onLevel(run.level);
  };
  const at = result.runs.find((run) => run.level === level)?.liquidity;
  return (
    <Card title="Liquidity against delay" aside={<Legend entries={lines} />}>
      <p className="max-w-prose px-4 text-xs text-ink-3">
        Further left is less money brought in, further down is less waiting. The line nearest to the corner settles the day best. Choose a
        point to see the day at that level.
      </p>
      <LineChart
        label={`Liquidity against delay of ${lines.length} ways of settling, at ${levels.length} levels`}
        height={340}
        lines={lines}
        x={{
          min: least * 0.96,
          max: most * 1.01,
          ticks: [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1].filter((tick) => tick >= least),
          text: (value) => percent(value, 0),
          title: 'liquidity, share of what lets nothing wait',
        }}
        y={{
          min: 0,
          max: top * 1.08,
          ticks: ticksTo(top),
          text: (value) => percent(value, value < 0.1 ? 1 : 0),
          title: 'delay, share of the worst',
        }}
        {...(at !== undefined && { mark: { x: at, text: `level ${percent(level, 0)}` } })}
        read={(_, near) =>
          near.map(({ line, point }) => `${line.name}: ${percent(point.y)} delay with ${percent(point.x, 0)}`).join('  ·  ')
        }
        onPick={ofLevel}
      />
    </Card>
  );
}

const runColumns: readonly Column<Run>[] = [
  {
    head: 'Way of settling',
    grow: true,
    cell: ({ regime }) => (
      <span className="flex items-center gap-2">
        <span className="size-2.5 shrink-0 rounded-full" style={{ background: `var(--${REGIMES[regime].colour})` }} aria-hidden="true" />
        <span className="truncate font-medium">{REGIMES[regime].name}</span>
      </span>
    ),
  },
  { head: 'Delay', end: true, cell: (run) => <span className="num font-medium">{percent(run.delay)}</span> },
  { head: 'Settled', end: true, from: 'sm', cell: (run) => <span className="num">{percent(run.settledShare)}</span> },
  { head: 'Money used', end: true, from: 'md', cell: (run) => <span className="num text-ink-2">{percent(run.liquidityUsed)}</span> },
  { head: 'Longest queue', end: true, from: 'sm', cell: (run) => <span className="num text-ink-2">{count(run.queue.longest)}</span> },
  {
    head: 'Unsettled',
    end: true,
    cell: (run) =>
      run.unsettledPayments === 0 ? <Badge tone="good">none</Badge> : <span className="num text-bad">{count(run.unsettledPayments)}</span>,
  },
];

/** What the choice of a regime comes to at one level of liquidity. */
type VerdictProps = { result: Result; runs: readonly Run[]; level: number; levels: readonly number[]; onLevel: (level: number) => void };

function Verdict({ result, runs, level, levels, onLevel }: VerdictProps) {
  return (
    <Card
      title={`The day at level ${percent(level, 0)}`}
      aside={`${count(result.payments)} payments · ${count(result.participants)} participants · ${result.currencies.length} currencies`}
    >
      <Table label="Ways of settling" columns={runColumns} rows={runs} keyOf={(run) => run.regime} empty={{ title: 'No run' }} />
      <label className="flex items-center gap-3 border-t border-line px-4 py-3 text-xs text-ink-2">
        Level of liquidity
        <input
          type="range"
          min={0}
          max={levels.length - 1}
          value={levels.indexOf(level)}
          onChange={(event) => onLevel(levels[Number(event.target.value)] ?? level)}
          aria-valuetext={percent(level, 0)}
          className="min-w-24 flex-1 accent-accent"
        />
        <span className="num w-10 text-right">{percent(level, 0)}</span>
      </label>
    </Card>
  );
}

function Course({
  title,
  runs,
  result,
  of,
  whole = false,
}: {
  title: string;
  runs: readonly Run[];
  result: Result;
  of: (point: Run['series'][number]) => number;
  whole?: boolean;
}) {
  const lines = runs.map((run): ChartLine => ({
    ...REGIMES[run.regime],
    name: REGIMES[run.regime].short,
    points: run.series.map((point) => ({ x: point.atMs, y: of(point) })),
  }));
  const top = whole ? 1 : Math.max(0.01, ...lines.flatMap(({ points }) => points.map(({ y }) => y)));
  const hours = Array.from({ length: 25 }, (_, hour) => hour * HOUR_MS).filter((at) => at >= result.openMs && at <= result.endMs);
  return (
    <Card title={title}>
      <LineChart
        label={title}
        height={240}
        lines={lines}
        x={{ min: result.openMs, max: result.endMs, ticks: hours, text: (at) => `${String(at / HOUR_MS).padStart(2, '0')}:00` }}
        y={{ min: 0, max: top * 1.02, ticks: ticksTo(top), text: (value) => percent(value, top < 0.1 ? 1 : 0) }}
        read={(at, near) => `${clockOf(at)}  ${near.map(({ line, point }) => `${line.name} ${percent(point.y)}`).join('  ·  ')}`}
      />
    </Card>
  );
}

const clockOf = (ms: number) =>
  `${String(Math.floor(ms / HOUR_MS)).padStart(2, '0')}:${String(Math.floor(ms / 60_000) % 60).padStart(2, '0')}`;

function Downloads({ simulation }: { simulation: Detail }) {
  const tables = [
    ['curve', 'The curve'],
    ['series', 'The course of the day'],
    ['currencies', 'By currency'],
  ] as const;
  const fetchTable = async (table: (typeof tables)[number][0]) => {
    try {
      download(`${simulation.name}-${table}.csv`, await call(exportSimulation, { id: simulation.id, table }), 'text/csv');
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Card title="Take it with you" aside="CSV">
      <div className="flex flex-wrap gap-2 px-4 pb-4">
        {tables.map(([table, name]) => (
          <Button key={table} icon="download" onClick={() => void fetchTable(table)}>
            {name}
          </Button>
        ))}
      </div>
    </Card>
  );
}

function Start() {
  const [open, setOpen] = useState(false);
  const [, set] = useFilters();
  const [source, setSource] = useState('invented');
  const [today] = useState(() => new Date().toISOString().slice(0, 10));
  const start = useCommand(startSimulation, ({ id }) => {
    setOpen(false);
    set({ id, level: undefined });
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    const form = readForm(event);
    const levels = Number(form('levels'));
    const windowMinutes = Number(form('windowMinutes'));
    const traffic = source === 'invented' ? { seed: form('seed'), payments: Number(form('payments')) } : { day: form('day') };
    start.mutate({ name: form('name'), ...traffic, options: { levels, windowMinutes } });
  }
  return (
    <>
      <Button tone="primary" icon="plus" onClick={() => setOpen(true)}>
        Simulate a day
      </Button>
      <Modal open={open} onClose={() => setOpen(false)} title="Simulate a day" lead="Runs beside everything else and touches no account.">
        <form onSubmit={submit} className="mt-2 space-y-4">
          <TextField label="Name" name="name" required maxLength={80} defaultValue="What if" />
          <SelectField label="Payments" value={source} onChange={(event) => setSource(event.target.value)}>
            <option value="invented">An invented day of 40 banks</option>
            <option value="day">A past day of this network</option>
          </SelectField>
          {source === 'invented' ? (
            <div className="grid grid-cols-2 gap-3">
              <TextField
                label="Seed"
                name="seed"
                required
                maxLength={40}
                pattern="[A-Za-z0-9 _.\-]+"
                defaultValue="rialto"
                hint="Same seed, same day."
              />
              <TextField label="How many" name="payments" type="number" required min={100} max={100_000} defaultValue={20_000} />
            </div>
          ) : (
            <TextField label="Day (UTC)" name="day" type="date" required defaultValue={today} />
          )}
          <div className="grid grid-cols-2 gap-3">
            <TextField label="Levels of liquidity" name="levels" type="number" required min={2} max={21} defaultValue={9} />
            <TextField label="Minutes between windows" name="windowMinutes" type="number" required min={1} max={480} defaultValue={30} />
          </div>
          <ProblemNote problem={start.error} />
          <FormButtons close={() => setOpen(false)} act="Start" busy={start.isPending} />
        </form>
      </Modal>
    </>
  );
}
