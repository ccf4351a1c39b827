import { useState } from 'react';
import { codeOf } from '../../../src/base/money.ts';
import { getForecast } from '../../../src/settlement/liquidity/contract.ts';
import { useOperation } from '../api/queries.ts';
import { Card } from '../ui/layout.tsx';
import { Failure, Skeleton } from '../ui/states.tsx';
import { Legend, LineChart, ticksTo } from './line-chart.tsx';

const HOUR_MS = 3_600_000;

type Of = { asset: string; participantId?: string | undefined; from?: string; to?: string };

/** Yesterday as it was foretold and came, and the coming day. */
export function Forecast({ title, ...of }: Of & { title: string }) {
  const { asset, participantId, from, to } = of;
  const [now] = useState(() => Date.now());
  const asked = useOperation(getForecast, { asset, ...(participantId && { participantId }), ...(from && { from }), ...(to && { to }) });
  const hours = asked.data?.hours.map((one) => ({ ...one, x: Date.parse(one.hour) }));
  if (asked.error && !hours) return <Failure problem={asked.error} retry={() => void asked.refetch()} />;
  if (!hours) return <Skeleton className="h-64 w-full rounded-xl" />;
  const top = Math.max(1, ...hours.flatMap(({ high, actual = 0 }) => [high, actual]));
  const scale = [1e12, 1e9, 1e6, 1e3].find((step) => top >= step) ?? 1;
  const unit = { 1e12: 'tn', 1e9: 'bn', 1e6: 'm', 1e3: 'k' }[scale] ?? '';
  const text = (value: number) => (value === 0 ? '0' : `${(value / scale).toFixed(top / scale < 10 ? 1 : 0)}${unit}`);
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
