import { useEffect, useMemo } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { count } from '../ui/format.ts';
import { watchTheme } from './theme.ts';
import { useWidth } from './use-width.ts';

type Bucket = { startMs: number; received: number; rejected: number };

const HEIGHT = 228;

/** The colours of the theme as a canvas understands them. */
function colours(host: HTMLElement) {
  const probe = document.createElement('span');
  host.append(probe);
  const of = (token: string) => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  };
  const found = { net: of('--net'), bad: of('--bad'), ink: of('--ink-3'), line: of('--line') };
  probe.remove();
  return found;
}

const two = (value: number) => String(value).padStart(2, '0');

/** The clock in UTC; with seconds where minutes alone would repeat. */
function utcClock(seconds: number, withSeconds: boolean): string {
  const at = new Date(seconds * 1000);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}${withSeconds ? `:${two(at.getUTCSeconds())}` : ''}`;
}

const LONG_MS = 15 * 60_000;

function isShort(buckets: readonly Bucket[]): boolean {
  return buckets.at(-1)!.startMs - buckets[0]!.startMs < LONG_MS;
}

function optionsFor(host: HTMLElement, width: number, withSeconds: boolean): uPlot.Options {
  const { net, bad, ink, line } = colours(host);
  const font = `11px ${getComputedStyle(host).fontFamily}`;
  const axis = { stroke: ink, font, grid: { stroke: line, width: 1 }, ticks: { show: false } };
  return {
    width,
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    legend: { show: false },
    cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        values: (_, splits) => splits.map((at) => utcClock(at, withSeconds)),
        space: withSeconds ? 72 : 56,
      },
      { ...axis, size: 44, values: (_, splits) => splits.map((value) => (Number.isInteger(value) ? count(value) : '')), space: 34 },
    ],
    series: [
      {},
      { stroke: net, width: 1.75, fill: withAlpha(net, 0.13), points: { show: false } },
      { stroke: bad, width: 1.5, points: { show: false } },
    ],
  };
}

function withAlpha(colour: string, alpha: number): string {
  return colour.replace(/\)$/, ` / ${alpha})`);
}

/** What the cursor is over, in words beside it. */
function readout(element: HTMLElement, buckets: readonly Bucket[]): uPlot.Plugin {
  return {
    hooks: {
      setCursor(plot) {
        const bucket = buckets[plot.cursor.idx ?? -1];
        element.textContent = bucket
          ? `${utcClock(bucket.startMs / 1000, isShort(buckets))} · ${count(bucket.received)} received · ${count(bucket.rejected)} rejected`
          : '';
      },
    },
  };
}

/** Payments received and rejected over the day. */
export function SeriesChart({ series }: { series: readonly Bucket[] }) {
  const buckets = useMemo(() => series.toSorted((a, b) => a.startMs - b.startMs), [series]);
  const [ref, width] = useWidth<HTMLDivElement>();
  useEffect(() => {
    const host = ref.current;
    if (!host || width === 0 || buckets.length === 0) return;
    const words = host.previousElementSibling as HTMLElement;
    const data: uPlot.AlignedData = [
      buckets.map(({ startMs }) => startMs / 1000),
      buckets.map(({ received }) => received),
      buckets.map(({ rejected }) => rejected),
    ];
    let plot: uPlot | undefined;
    const draw = () => {
      plot?.destroy();
      plot = new uPlot({ ...optionsFor(host, width, isShort(buckets)), plugins: [readout(words, buckets)] }, data, host);
    };
    draw();
    const unwatch = watchTheme(draw);
    return () => {
      unwatch();
      plot?.destroy();
    };
  }, [ref, width, buckets]);
  const most = buckets.reduce((best, bucket) => Math.max(best, bucket.received), 0);
  return (
    <div className="px-4 pb-3">
      <p className="num h-4 text-xs text-ink-2" aria-hidden="true" />
      <div ref={ref} role="img" aria-label={`Payments received over the day, at most ${count(most)} a bucket`} className="min-h-57" />
    </div>
  );
}
