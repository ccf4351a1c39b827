import { useMemo, useState } from 'react';
import { count } from '../ui/format.ts';
import { PLACES } from './places.ts';
import { useWidth } from './use-width.ts';

/** What was paid from one country to another. */
export type Corridor = { from: string; to: string; payments: number };

type Props = { corridors: readonly Corridor[]; chosen: string | undefined; onChoose: (corridor: string) => void };

/** The part of the world that is drawn: where its countries lie, with some room around. */
function frameOf(countries: readonly string[]) {
  const known = countries.flatMap((code) => (PLACES[code] ? [PLACES[code]] : []));
  const [lats, longs] = [known.map(([lat]) => lat), known.map(([, long]) => long)];
  const pad = 12;
  return {
    north: Math.min(75, Math.max(20, ...lats) + pad),
    south: Math.max(-55, Math.min(0, ...lats) - pad),
    west: Math.min(-20, ...longs) - pad,
    east: Math.max(40, ...longs) + pad,
  };
}

/** Names of the countries' codes in the language of the console. */
const names = new Intl.DisplayNames(['en'], { type: 'region' });
export const countryName = (code: string): string => {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
};

/** A small disc has its name below it, which needs room as well. */
const room = ({ r }: { r: number }) => (r >= 9 ? r + 4 : r + 8);

/** Several places of one region would lie on each other: they are pushed apart until their discs do not touch. */
function spread(spots: Map<string, { x: number; y: number; r: number }>, width: number, height: number): void {
  const all = [...spots.values()];
  for (let round = 0; round < 120; round++) {
    for (const [i, a] of all.entries()) {
      for (const b of all.slice(i + 1)) {
        const [dx, dy] = [b.x - a.x, b.y - a.y];
        const distance = Math.hypot(dx, dy) || 0.01;
        const overlap = room(a) + room(b) - distance;
        if (overlap <= 0) continue;
        const [px, py] = [((dx || 0.01) / distance) * overlap * 0.5, (dy / distance) * overlap * 0.5];
        a.x -= px;
        a.y -= py;
        b.x += px;
        b.y += py;
      }
    }
    for (const one of all) {
      one.x = Math.min(width - one.r - 4, Math.max(one.r + 4, one.x));
      one.y = Math.min(height - one.r - 14, Math.max(one.r + 6, one.y));
    }
  }
}

/** Countries where they lie, and arcs between them as thick as what was paid. Each way bows to its own side. */
export function FlowMap({ corridors, chosen, onChoose }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const [lit, setLit] = useState<string | undefined>();
  const height = Math.round(Math.min(520, Math.max(260, width * 0.5)));
  const spots = useMemo(() => {
    const totals = new Map<string, number>();
    for (const { from, to, payments } of corridors) {
      totals.set(from, (totals.get(from) ?? 0) + payments);
      totals.set(to, (totals.get(to) ?? 0) + payments);
    }
    const frame = frameOf([...totals.keys()]);
    const largest = Math.max(1, ...totals.values());
    const found = new Map<string, { x: number; y: number; r: number }>();
    let lost = 0;
    for (const [code, total] of totals) {
      const place = PLACES[code];
      const r = 4 + Math.sqrt(total / largest) * (width < 520 ? 8 : 13);
      const x = place ? ((place[1] - frame.west) / (frame.east - frame.west)) * width : 30 + 40 * lost++;
      const y = place ? ((frame.north - place[0]) / (frame.north - frame.south)) * height : height - 20;
      found.set(code, { x, y, r });
    }
    if (width > 0) spread(found, width, height);
    return found;
  }, [corridors, width, height]);
  const most = Math.max(1, ...corridors.map(({ payments }) => payments));
  const shown = corridors.toSorted((a, b) => a.payments - b.payments);
  const isLit = ({ from, to }: Corridor) => (lit ? from === lit || to === lit : chosen === undefined || chosen === `${from} ${to}`);
  return (
    <div ref={ref} className="px-4 pb-3" style={{ minHeight: height }}>
      {width > 0 && (
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={`Payments between ${spots.size} countries along ${corridors.length} corridors`}
          className="block rounded-lg bg-sunken/50"
        >
          <Graticule width={width} height={height} />
          {shown.map((corridor) => {
            const [a, b] = [spots.get(corridor.from)!, spots.get(corridor.to)!];
            const thickness = 0.5 + 7 * Math.sqrt(corridor.payments / most);
            const key = `${corridor.from} ${corridor.to}`;
            return (
              <path
                key={key}
                d={arc(a, b)}
                fill="none"
                strokeWidth={thickness}
                strokeLinecap="round"
                onClick={() => onChoose(key)}
                className={`cursor-pointer transition-opacity ${chosen === key ? 'stroke-outgoing' : 'stroke-net'} ${isLit(corridor) ? (lit || chosen ? 'opacity-80' : 'opacity-20') : 'opacity-8'}`}
              >
                <title>{`${countryName(corridor.from)} → ${countryName(corridor.to)}: ${count(corridor.payments)} payments`}</title>
              </path>
            );
          })}
          {[...spots].map(([code, { x, y, r }]) => (
            <g
              key={code}
              onMouseEnter={() => setLit(code)}
              onMouseLeave={() => setLit(undefined)}
              className={`transition-opacity ${lit && lit !== code ? 'opacity-60' : ''}`}
            >
              <title>{countryName(code)}</title>
              <circle cx={x} cy={y} r={r} className="fill-surface stroke-accent" strokeWidth={1.5} />
              <text
                x={x}
                y={r >= 9 ? y : y + r + 10}
                dy={r >= 9 ? '0.35em' : 0}
                textAnchor="middle"
                className="fill-ink text-2xs font-semibold"
              >
                {code}
              </text>
            </g>
          ))}
        </svg>
      )}
    </div>
  );
}

/** Lines of a map without land: enough to say that this is one. */
function Graticule({ width, height }: { width: number; height: number }) {
  const [columns, rows] = [12, 6];
  return (
    <g className="stroke-line" strokeWidth={0.75}>
      {Array.from({ length: columns - 1 }, (_, i) => (
        <line key={`c${i}`} x1={((i + 1) * width) / columns} x2={((i + 1) * width) / columns} y1={0} y2={height} />
      ))}
      {Array.from({ length: rows - 1 }, (_, i) => (
        <line key={`r${i}`} x1={0} x2={width} y1={((i + 1) * height) / rows} y2={((i + 1) * height) / rows} />
      ))}
    </g>
  );
}

type Spot = { x: number; y: number; r: number };

function arc(a: Spot, b: Spot): string {
  if (a === b) return `M${a.x - 3} ${a.y - a.r}C${a.x - 26} ${a.y - a.r - 30} ${a.x + 26} ${a.y - a.r - 30} ${a.x + 3} ${a.y - a.r}`;
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const bow = 0.2;
  return `M${a.x.toFixed(1)} ${a.y.toFixed(1)}Q${((a.x + b.x) / 2 + dy * bow).toFixed(1)} ${((a.y + b.y) / 2 - dx * bow).toFixed(1)} ${b.x.toFixed(1)} ${b.y.toFixed(1)}`;
}
