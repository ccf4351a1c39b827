import { useMemo } from 'react';
import { codeOf } from '../../../src/base/money.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { getForecastCalibration, listLiquidity } from '../../../src/settlement/liquidity/contract.ts';
import { useLogin, useOperation } from '../api/queries.ts';
import { useFilters } from '../parts/filters.tsx';
import { Forecast } from '../parts/forecast.tsx';
import { LineChart } from '../parts/line-chart.tsx';
import { RoutingRules } from '../parts/routing-rules.tsx';
import { Drawer } from '../ui/dialog.tsx';
import { count, moneyShort, percent } from '../ui/format.ts';
import { Card, Facts, PageHead } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { Empty, Failure, Skeleton } from '../ui/states.tsx';

type Position = WireOutput<typeof listLiquidity>['items'][number];

const EVERY_MS = 5_000;

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
          <RoutingRules className="lg:col-span-3" />
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
