import { Fragment, useMemo, type FormEvent, useState } from 'react';
import { codeOf } from '../../../src/base/money.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import {
  getForecast,
  getForecastCalibration,
  getLiquidityPolicy,
  listLiquidity,
  setLiquidityPolicy,
} from '../../../src/settlement/liquidity/contract.ts';
import { useAllowed, useCommand, useLogin, useOperation } from '../api/queries.ts';
import { useFilters } from '../parts/filters.tsx';
import { Legend, LineChart, ticksTo } from '../parts/line-chart.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Drawer, Modal } from '../ui/dialog.tsx';
import { TextArea } from '../ui/field.tsx';
import { count, moneyShort, percent } from '../ui/format.ts';
import { readForm } from '../ui/form.ts';
import { Card, Facts, PageHead } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { Empty, Failure, ProblemNote, Skeleton } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';

type Position = WireOutput<typeof listLiquidity>['items'][number];
type Standing = WireOutput<typeof getLiquidityPolicy>;
type Policy = Standing['policy'];

const EVERY_MS = 5_000;
const HOUR_MS = 3_600_000;

export function LiquidityPage() {
  const [search, set] = useFilters();
  const asked = useOperation(listLiquidity, {}, { everyMs: EVERY_MS, keep: true });
  const items = asked.data?.items;
  const chosen = items?.find(({ participant, asset }) => participant.id === search.bank && asset === search.in);
  return (
    <>
      <PageHead
        title="Liquidity"
        name="Liquidity"
        lead="Who has how much in which currency, what waits for it, and what is expected to come"
      />
      <div className="space-y-4">
        <Card title="Money by bank and currency" aside={<Scale />}>
          {asked.error && !items ? (
            <Failure problem={asked.error} retry={() => void asked.refetch()} />
          ) : !items ? (
            <Skeleton className="mx-4 mb-4 h-96" />
          ) : items.length === 0 ? (
            <Empty icon="accounts" title="No bank has an account yet" />
          ) : (
            <HeatMap items={items} onPick={(one) => set({ bank: one.participant.id, in: one.asset })} />
          )}
        </Card>
        <div className="grid gap-4 lg:grid-cols-5">
          <Rules className="lg:col-span-3" />
          <Calibration className="lg:col-span-2" assets={[...new Set(items?.map(({ asset }) => asset))].sort()} />
        </div>
      </div>
      {chosen && <Detail position={chosen} onClose={() => set({ bank: undefined, in: undefined })} />}
    </>
  );
}

/** How well a bank's money stands up to what it has waiting. */
function toneOf({ needs, queuedOut, available }: Position): { tone: string; word: string } {
  if (needs.now !== '0') return { tone: 'bad', word: 'not enough for what waits' };
  if (queuedOut !== '0') return { tone: 'warn', word: 'enough, yet something waits' };
  return available === '0' ? { tone: 'line-strong', word: 'nothing there' } : { tone: 'net', word: 'free' };
}

function Scale() {
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      {[
        ['net', 'free, the darker the more'],
        ['warn', 'something waits'],
        ['bad', 'not enough for what waits'],
      ].map(([tone, word]) => (
        <span key={tone} className="flex items-center gap-1.5">
          <span className="size-2.5 rounded-sm" style={{ background: `var(--${tone})` }} aria-hidden="true" />
          {word}
        </span>
      ))}
    </span>
  );
}

/** A cell for each account, tinted by its share of the largest of its currency; what is short stands out. */
function HeatMap({ items, onPick }: { items: readonly Position[]; onPick: (position: Position) => void }) {
  const { banks, assets, cells, most } = useMemo(() => {
    const largest = new Map<string, bigint>();
    for (const { asset, available } of items) {
      const units = BigInt(available);
      if (units > (largest.get(asset) ?? 0n)) largest.set(asset, units);
    }
    return {
      banks: [...new Map(items.map(({ participant }) => [participant.id, participant])).values()],
      assets: [...new Set(items.map(({ asset }) => asset))].sort(),
      cells: new Map(items.map((one) => [`${one.participant.id} ${one.asset}`, one])),
      most: largest,
    };
  }, [items]);
  return (
    <div className="overflow-x-auto pb-3">
      <table aria-label="Money by bank and currency" className="w-full min-w-180 border-separate border-spacing-0.5 px-3 text-xs">
        <thead>
          <tr>
            <th scope="col" className="sticky left-0 z-10 bg-surface py-1 pr-2 text-left font-medium text-ink-3">
              Bank
            </th>
            {assets.map((asset) => (
              <th key={asset} scope="col" className="px-1 py-1 text-right font-medium text-ink-3">
                {codeOf(asset)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {banks.map((bank) => (
            <tr key={bank.id}>
              <th scope="row" className="sticky left-0 z-10 max-w-40 truncate bg-surface py-0 pr-2 text-left font-medium" title={bank.name}>
                {bank.name}
              </th>
              {assets.map((asset) => {
                const one = cells.get(`${bank.id} ${asset}`);
                return (
                  <td key={asset} className="p-0">
                    {one ? <Cell position={one} most={most.get(asset) ?? 1n} onPick={onPick} /> : <span className="block h-7" />}
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

function Cell({ position, most, onPick }: { position: Position; most: bigint; onPick: (position: Position) => void }) {
  const { tone, word } = toneOf(position);
  const { asset, available, participant } = position;
  const part = most === 0n ? 0 : Number((BigInt(available) * 1_000n) / most) / 1_000;
  // Square roots, or one large account would leave all others pale.
  const strength = tone === 'net' ? 6 + Math.sqrt(part) * 44 : 46;
  return (
    <button
      type="button"
      onClick={() => onPick(position)}
      aria-label={`${participant.name}, ${moneyShort(asset, available)} ${codeOf(asset)}, ${word}`}
      title={`${moneyShort(asset, available)} ${codeOf(asset)}: ${word}`}
      className="num block h-7 w-full rounded px-1.5 text-right hover:outline-2 hover:outline-accent"
      style={{ background: `color-mix(in oklab, var(--${tone}) ${strength.toFixed(0)}%, var(--surface))` }}
    >
      {moneyShort(asset, available)}
    </button>
  );
}

function Detail({ position, onClose }: { position: Position; onClose: () => void }) {
  const { participant, asset, needs } = position;
  const isMember = useLogin().user.memberId !== undefined;
  return (
    <Drawer open onClose={onClose} title={participant.name} lead={`${participant.bic} in ${codeOf(asset)}`}>
      <div className="space-y-4">
        <Card title="What would have to be brought">
          <div className="grid gap-px px-4 pb-4 sm:grid-cols-3">
            <Need title="now" units={needs.now} asset={asset} about="to pay all that waits, counting on nobody" />
            {needs.ifAllSettles !== undefined && (
              <Need title="if all settles" units={needs.ifAllSettles} asset={asset} about="were everything that waits settled at once" />
            )}
            <Need title="for the largest" units={needs.largest} asset={asset} about="to let the largest payment go by itself" />
          </div>
        </Card>
        <Card title="As it stands">
          <div className="px-4 pb-4">
            <Facts
              items={[
                ['Free', <Money key="free" asset={asset} units={position.available} />],
                ['Set aside for the window', <Money key="reserved" asset={asset} units={position.reserved} />],
                ['Waits to pay', <Money key="out" asset={asset} units={position.queuedOut} />],
                position.queuedIn !== undefined && ['Others wait to pay it', <Money key="in" asset={asset} units={position.queuedIn} />],
              ]}
            />
          </div>
        </Card>
        <Forecast title="What comes in" asset={asset} participantId={isMember ? undefined : participant.id} />
      </div>
    </Drawer>
  );
}

function Need({ title, units, asset, about }: { title: string; units: string; asset: string; about: string }) {
  return (
    <div className="py-1">
      <p className="text-xs text-ink-3">{title}</p>
      <p className={`num text-lg font-semibold ${units === '0' ? 'text-good' : 'text-bad'}`}>
        {units === '0' ? 'nothing' : moneyShort(asset, units)}
      </p>
      <p className="text-xs text-ink-2">{about}</p>
    </div>
  );
}

type Of = { asset: string; participantId?: string | undefined; from?: string; to?: string };

/** Yesterday as it was foretold and came, and the coming day. */
export function Forecast({ title, ...of }: Of & { title: string }) {
  const { asset, participantId, from, to } = of;
  const asked = useOperation(getForecast, { asset, ...(participantId && { participantId }), ...(from && { from }), ...(to && { to }) });
  const hours = asked.data?.hours.map((one) => ({ ...one, x: Date.parse(one.hour) }));
  if (asked.error && !hours) return <Failure problem={asked.error} retry={() => void asked.refetch()} />;
  if (!hours) return <Skeleton className="h-64 w-full rounded-xl" />;
  const top = Math.max(1, ...hours.flatMap(({ high, actual = 0 }) => [high, actual]));
  const scale = [1e12, 1e9, 1e6, 1e3].find((step) => top >= step) ?? 1;
  const unit = { 1e12: 'tn', 1e9: 'bn', 1e6: 'm', 1e3: 'k' }[scale] ?? '';
  const text = (value: number) => (value === 0 ? '0' : `${(value / scale).toFixed(top / scale < 10 ? 1 : 0)}${unit}`);
  const now = Date.now();
  return (
    <Card
      title={title}
      aside={
        <Legend
          entries={[
            { name: 'expected, nine in ten on each side', colour: 'net' },
            { name: 'came', colour: 'outgoing' },
          ]}
        />
      }
    >
      <LineChart
        label={`${title} by the hour, expected and come`}
        height={240}
        bands={[{ name: 'band', colour: 'net', points: hours.map(({ x, low, high }) => ({ x, low, high })) }]}
        lines={[
          { name: 'expected', colour: 'net', points: hours.map(({ x, median }) => ({ x, y: median })) },
          { name: 'came', colour: 'outgoing', points: hours.flatMap(({ x, actual }) => (actual === undefined ? [] : [{ x, y: actual }])) },
        ]}
        x={{
          min: hours[0]!.x,
          max: hours.at(-1)!.x,
          ticks: hours.filter(({ x }) => (x / HOUR_MS) % 6 === 0).map(({ x }) => x),
          text: (x) => `${String(new Date(x).getUTCHours()).padStart(2, '0')}:00`,
          title: 'UTC',
        }}
        y={{ min: 0, max: top * 1.05, ticks: ticksTo(top), text, title: codeOf(asset) }}
        mark={{ x: now, text: 'now' }}
        read={(x, near) => {
          const hour = hours.reduce((best, one) => (Math.abs(one.x - x) < Math.abs(best.x - x) ? one : best));
          const came = near.find(({ line, point }) => line.name === 'came' && point.x === hour.x);
          return `${hour.hour.slice(11, 16)} · expected ${text(hour.low)} to ${text(hour.high)}, half of the times below ${text(hour.median)}${came ? ` · came ${text(came.point.y)}` : ''} · ${hour.samples} hours like it`;
        }}
      />
    </Card>
  );
}

const CONDITIONS: { [K in keyof Policy['rules'][number]['when']]-?: (value: NonNullable<Policy['rules'][number]['when'][K]>) => string } = {
  priorities: (all) => `asked for as ${all.join(' or ')}`,
  bands: (bands) =>
    bands
      .map(({ asset, minUnits, maxUnits }) => {
        const [from, to] = [minUnits && moneyShort(asset, minUnits), maxUnits && moneyShort(asset, maxUnits)];
        return `${codeOf(asset)} ${from && to ? `${from} to ${to}` : from ? `from ${from}` : to ? `up to ${to}` : 'of any amount'}`;
      })
      .join(', '),
  valueDate: (when) => (when === 'later' ? 'value date to come' : 'value date has come'),
  leftBpsAtLeast: (bps) => `at least ${percent(bps / 10_000, 0)} of the free money is left`,
  leftBpsBelow: (bps) => `less than ${percent(bps / 10_000, 0)} of the free money would be left`,
  inflowCovers: (yes) => (yes ? 'this hour’s income covers it, nine times in ten' : 'this hour’s income does not cover it'),
  senderQueues: (yes) => (yes ? 'the bank has something waiting' : 'the bank has nothing waiting'),
};

const ROUTE_TONES = { instant: 'good', queue: 'warn', window: 'calm' } as const;

/** The rules in force, in their order, in words. */
function Rules({ className }: { className: string }) {
  const allowed = useAllowed();
  const isMember = useLogin().user.memberId !== undefined;
  const asked = useOperation(getLiquidityPolicy, {});
  const standing = asked.data;
  return (
    <Card
      title="Which way payments go"
      aside={standing && (standing.version === 0 ? 'no rules set' : `version ${standing.version}`)}
      className={className}
    >
      {asked.error && !standing && <Failure problem={asked.error} retry={() => void asked.refetch()} />}
      {!standing && !asked.error && <Skeleton className="mx-4 mb-4 h-40" />}
      {standing && (
        <>
          <ol className="px-4">
            {standing.policy.rules.map((rule, i) => (
              <RuleLine key={rule.name} number={String(i + 1)} name={rule.name} route={rule.route} when={rule.when} />
            ))}
            <RuleLine number="–" name="Everything else" route={standing.policy.otherwise} />
          </ol>
          <div className="flex flex-wrap items-end justify-between gap-3 px-4 pt-2 pb-4">
            <p className="text-xs text-ink-2">
              Without cover a payment{' '}
              {standing.policy.withoutCover === 'queue'
                ? `waits, up to ${standing.policy.queueMinutes} minutes and not beyond its day`
                : 'is rejected'}
              {'. '}
              The largest set is looked for every {standing.policy.loopSeconds} s, or when {count(standing.policy.loopQueued)} wait.
            </p>
            {allowed(setLiquidityPolicy) && !isMember && <EditRules policy={standing.policy} />}
          </div>
        </>
      )}
    </Card>
  );
}

type LineProps = { number: string; name: string; route: Policy['otherwise']; when?: Policy['rules'][number]['when'] };

function RuleLine({ number, name, route, when = {} }: LineProps) {
  const words = Object.entries(when).flatMap(([key, value]) => {
    const say = CONDITIONS[key as keyof typeof CONDITIONS] as ((value: unknown) => string) | undefined;
    return value === undefined || !say ? [] : [say(value)];
  });
  return (
    <li className="flex items-start gap-3 border-b border-line py-2.5 last:border-0">
      <span className="num w-4 text-xs text-ink-3">{number}</span>
      <span className="min-w-0 flex-1">
        <span className="block text-sm font-medium">{name}</span>
        <span className="block text-xs text-ink-2">
          {words.map((text, i) => (
            <Fragment key={text}>
              {i > 0 && <span className="text-ink-3"> and </span>}
              {text}
            </Fragment>
          ))}
        </span>
      </span>
      <Badge tone={ROUTE_TONES[route]}>{route === 'instant' ? 'at once' : route}</Badge>
    </li>
  );
}

/** Rules are data; who keeps them edits the data. */
function EditRules({ policy }: { policy: Policy }) {
  const [open, setOpen] = useState(false);
  const [broken, setBroken] = useState<string | undefined>();
  const put = useCommand(setLiquidityPolicy, ({ version }) => {
    setOpen(false);
    toast(`Version ${version} is in force`);
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    const text = readForm(event)('policy');
    try {
      setBroken(undefined);
      put.mutate({ policy: JSON.parse(text) as Policy });
    } catch (error) {
      setBroken(error instanceof Error ? error.message : String(error));
    }
  }
  return (
    <>
      <Button onClick={() => setOpen(true)}>Edit the rules</Button>
      <Modal
        open={open}
        onClose={() => setOpen(false)}
        wide
        title="Rules"
        lead="The first rule of which everything holds decides. They count for payments that come from now on."
      >
        <form onSubmit={submit} className="mt-2 space-y-4">
          <TextArea
            label="Policy"
            name="policy"
            required
            rows={18}
            spellCheck={false}
            className="font-mono"
            defaultValue={JSON.stringify(policy, null, 2)}
            error={broken}
          />
          <ProblemNote problem={put.error} />
          <div className="flex justify-end gap-2">
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button type="submit" tone="primary" busy={put.isPending}>
              Put in force
            </Button>
          </div>
        </form>
      </Modal>
    </>
  );
}

/** How far forecasts can be trusted: what was promised against what came. */
function Calibration({ assets, className }: { assets: readonly string[]; className: string }) {
  const [search, set] = useFilters();
  const asset = search.asset ?? (assets.includes('EUR/2') ? 'EUR/2' : assets[0]);
  const asked = useOperation(getForecastCalibration, { asset: asset ?? 'EUR/2' }, { enabled: asset !== undefined, staleMs: 60_000 });
  const found = asked.data;
  return (
    <Card
      title="How well forecasts hold"
      className={className}
      aside={
        asset && (
          <select aria-label="Currency" value={asset} onChange={(event) => set({ asset: event.target.value })} className="control h-7 py-0">
            {assets.map((one) => (
              <option key={one} value={one}>
                {codeOf(one)}
              </option>
            ))}
          </select>
        )
      }
    >
      {asked.error && !found && <Failure problem={asked.error} retry={() => void asked.refetch()} />}
      {!found && !asked.error && <Skeleton className="mx-4 mb-4 h-60" />}
      {found?.hours === 0 && (
        <Empty icon="windows" title="Nothing to measure on yet">
          Hours are counted once they are over; ten days of them are held out.
        </Empty>
      )}
      {found && found.hours > 0 && (
        <>
          <LineChart
            label="Share of hours that stayed below each quantile, promised and measured"
            height={250}
            lines={[
              {
                name: 'ideal',
                colour: 'line-strong',
                dashed: true,
                points: [
                  { x: 0, y: 0 },
                  { x: 1, y: 1 },
                ],
              },
              {
                name: 'measured',
                colour: 'net',
                dots: true,
                points: found.points.map(({ nominal, measured }) => ({ x: nominal, y: measured })),
              },
            ]}
            x={{ min: 0, max: 1, ticks: [0, 0.25, 0.5, 0.75, 1], text: (value) => percent(value, 0), title: 'promised' }}
            y={{ min: 0, max: 1.02, ticks: [0, 0.25, 0.5, 0.75, 1], text: (value) => percent(value, 0), title: 'measured' }}
            read={(_, near) => {
              const one = near.find(({ line }) => line.name === 'measured');
              return one ? `${percent(one.point.y)} of the hours stayed below the ${percent(one.point.x, 0)} line` : '';
            }}
          />
          <p className="px-4 pb-4 text-xs text-ink-2">
            Of {count(found.hours)} hours held out, <span className="num font-medium text-ink">{percent(found.band80, 0)}</span> came within
            the band that promises 80 %.
          </p>
        </>
      )}
    </Card>
  );
}
