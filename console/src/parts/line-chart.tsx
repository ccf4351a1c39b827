import { useId, useMemo, useState, type PointerEvent } from 'react';
import { useWidth } from './use-width.ts';

export type ChartPoint = { x: number; y: number };
/** A line; `colour` is a token of the theme without its dashes, such as `net`. */
export type ChartLine = {
  name: string;
  colour: string;
  points: readonly ChartPoint[];
  dots?: boolean;
  dashed?: boolean;
  /** Fills the space below the line. */
  filled?: boolean;
  /** Shown a step back, as what the others are compared with. */
  faint?: boolean;
};
/** Space between a low and a high line. */
export type ChartBand = { name: string; colour: string; points: readonly { x: number; low: number; high: number }[] };

type Axis = { min: number; max: number; ticks: readonly number[]; text: (value: number) => string; title?: string };

type Props = {
  label: string;
  lines: readonly ChartLine[];
  bands?: readonly ChartBand[];
  x: Axis;
  y: Axis;
  height?: number;
  /** An upright mark, such as now or a chosen time. */
  mark?: { x: number; text: string };
  /** What is under the pointer, in words. */
  read?: (x: number, values: readonly { line: ChartLine; point: ChartPoint }[]) => string;
  onPick?: (x: number) => void;
};

const LEFT = 46;
const BOTTOM = 34;
const TOP = 10;
const RIGHT = 14;

/** Round steps for an axis from 0. */
export function ticksTo(max: number, about = 4): number[] {
  if (!(max > 0)) return [0];
  const raw = max / about;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= raw) ?? raw;
  const ticks = [];
  for (let value = 0; value <= max * 1.0001; value += step) ticks.push(value);
  return ticks;
}

/** Lines and bands on two axes, drawn to the width there is. The nearest points follow the pointer. */
export function LineChart({ label, lines, bands = [], x, y, height = 260, mark, read, onPick }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const clip = useId();
  const [over, setOver] = useState<number | undefined>();
  const place = useMemo(() => {
    const inner = { width: Math.max(0, width - LEFT - RIGHT), height: height - TOP - BOTTOM };
    return {
      inner,
      x: (value: number) => LEFT + ((value - x.min) / (x.max - x.min || 1)) * inner.width,
      y: (value: number) => TOP + (1 - (value - y.min) / (y.max - y.min || 1)) * inner.height,
      back: (px: number) => x.min + ((px - LEFT) / (inner.width || 1)) * (x.max - x.min),
    };
  }, [width, height, x.min, x.max, y.min, y.max]);
  const near =
    over === undefined
      ? []
      : lines.flatMap((line) => {
          const point = nearest(line.points, over);
          return point ? [{ line, point }] : [];
        });
  const move = (event: PointerEvent<SVGSVGElement>) => {
    const at = place.back(event.clientX - event.currentTarget.getBoundingClientRect().left);
    setOver(Math.min(x.max, Math.max(x.min, at)));
  };
  return (
    <div className="px-4 pb-3">
      <p className="num h-4 truncate text-xs text-ink-2" aria-hidden="true">
        {over !== undefined && read?.(over, near)}
      </p>
      <div ref={ref} style={{ minHeight: height }}>
        {width > 0 && (
          <svg
            width={width}
            height={height}
            role="img"
            aria-label={label}
            className={`block touch-pan-y select-none ${onPick ? 'cursor-crosshair' : ''}`}
            onPointerMove={move}
            onPointerLeave={() => setOver(undefined)}
            onPointerDown={() => over !== undefined && onPick?.(over)}
          >
            <clipPath id={clip}>
              <rect x={LEFT} y={TOP - 4} width={place.inner.width} height={place.inner.height + 8} />
            </clipPath>
            <Grid x={x} y={y} place={place} width={width} height={height} />
            <g clipPath={`url(#${clip})`}>
              {bands.map((band) => (
                <path key={band.name} d={bandPath(band, place)} fill={`var(--${band.colour})`} opacity={0.16} />
              ))}
              {lines.map((line) => (
                <Line key={line.name} line={line} place={place} floor={y.min} />
              ))}
              {mark && (
                <line
                  x1={place.x(mark.x)}
                  x2={place.x(mark.x)}
                  y1={TOP}
                  y2={height - BOTTOM}
                  className="stroke-ink-3"
                  strokeDasharray="3 3"
                />
              )}
            </g>
            {mark && (
              <text x={place.x(mark.x) + 5} y={height - BOTTOM - 7} className="fill-ink-3 text-2xs">
                {mark.text}
              </text>
            )}
            {near.map(({ line, point }) => (
              <circle
                key={line.name}
                cx={place.x(point.x)}
                cy={place.y(point.y)}
                r={4}
                fill={`var(--${line.colour})`}
                stroke="var(--surface)"
                strokeWidth={1.5}
              />
            ))}
          </svg>
        )}
      </div>
    </div>
  );
}

type Place = { inner: { width: number; height: number }; x: (value: number) => number; y: (value: number) => number };

function Grid({ x, y, place, width, height }: { x: Axis; y: Axis; place: Place; width: number; height: number }) {
  // Labels that would run into each other are left out.
  const every = Math.max(1, Math.ceil((x.ticks.length * 46) / Math.max(1, place.inner.width)));
  return (
    <g className="text-2xs">
      {y.ticks.map((value) => (
        <g key={value}>
          <line x1={LEFT} x2={width - RIGHT} y1={place.y(value)} y2={place.y(value)} className="stroke-line" />
          <text x={LEFT - 7} y={place.y(value)} dy="0.32em" textAnchor="end" className="num fill-ink-3">
            {y.text(value)}
          </text>
        </g>
      ))}
      {x.ticks.map(
        (value, i) =>
          i % every === 0 && (
            <text key={value} x={place.x(value)} y={height - BOTTOM + 15} textAnchor="middle" className="num fill-ink-3">
              {x.text(value)}
            </text>
          ),
      )}
      {x.title && (
        <text x={width - RIGHT} y={height - 4} textAnchor="end" className="fill-ink-3">
          {x.title}
        </text>
      )}
      {y.title && (
        <text x={LEFT + 5} y={TOP + 9} className="fill-ink-3">
          {y.title}
        </text>
      )}
    </g>
  );
}

function Line({ line, place, floor }: { line: ChartLine; place: Place; floor: number }) {
  const { points, colour, dots, dashed, filled, faint } = line;
  if (points.length === 0) return null;
  const d = points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${place.x(x).toFixed(1)} ${place.y(y).toFixed(1)}`).join('');
  const stroke = `var(--${colour})`;
  return (
    <g opacity={faint ? 0.45 : 1}>
      {filled && (
        <path
          d={`${d}L${place.x(points.at(-1)!.x).toFixed(1)} ${place.y(floor).toFixed(1)}L${place.x(points[0]!.x).toFixed(1)} ${place.y(floor).toFixed(1)}Z`}
          fill={stroke}
          opacity={0.12}
        />
      )}
      <path d={d} fill="none" stroke={stroke} strokeWidth={2} strokeLinejoin="round" {...(dashed && { strokeDasharray: '5 4' })} />
      {dots &&
        points.map(({ x, y }) => (
          <circle key={x} cx={place.x(x)} cy={place.y(y)} r={3} fill={stroke} stroke="var(--surface)" strokeWidth={1} />
        ))}
    </g>
  );
}

function bandPath({ points }: ChartBand, place: Place): string {
  const up = points.map(({ x, high }) => `${place.x(x).toFixed(1)} ${place.y(high).toFixed(1)}`);
  const down = points.toReversed().map(({ x, low }) => `${place.x(x).toFixed(1)} ${place.y(low).toFixed(1)}`);
  return points.length === 0 ? '' : `M${[...up, ...down].join('L')}Z`;
}

function nearest(points: readonly ChartPoint[], x: number): ChartPoint | undefined {
  return points.reduce<ChartPoint | undefined>(
    (best, point) => (!best || Math.abs(point.x - x) < Math.abs(best.x - x) ? point : best),
    undefined,
  );
}

/** What the lines of a chart are called. */
export function Legend({ entries }: { entries: readonly { name: string; colour: string }[] }) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-2">
      {entries.map(({ name, colour }) => (
        <li key={name} className="flex items-center gap-1.5">
          <span className="h-0.5 w-4 rounded" style={{ background: `var(--${colour})` }} aria-hidden="true" />
          {name}
        </li>
      ))}
    </ul>
  );
}
