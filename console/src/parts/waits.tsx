import { useMemo, useState } from 'react';
import { moneyShort } from '../ui/format.ts';
import { useWidth } from './use-width.ts';

/** Who waits to pay whom, in one currency, added up. */
export type Wait = { from: string; to: string; units: bigint; count: number };
/** A bank in the picture; `cover` is the share of what it waits to pay that it could pay now. */
export type Waiter = { name: string; cover: number; outgoing: bigint; available: bigint };

type Props = { waits: readonly Wait[]; banks: readonly Waiter[]; asset: string; label: string; settled?: boolean };

const NODE = 21;

/**
 * Banks on a circle, an arrow for what each waits to pay another, as thick as it is much. The ring of a bank fills with the part
 * of it that its money covers: who stands in the way has an empty ring and thick arrows going out.
 */
export function Waits({ waits, banks, asset, label, settled = false }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const [lit, setLit] = useState<string | undefined>();
  const height = Math.min(440, Math.max(280, width * 0.72));
  const centre = { x: width / 2, y: height / 2 };
  const radius = { x: Math.min(width / 2 - 62, 320), y: height / 2 - 48 };
  const places = useMemo(() => {
    const order = banks.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return new Map(order.map((bank, i) => [bank.name, { bank, angle: (i / order.length) * 2 * Math.PI - Math.PI / 2 }]));
  }, [banks]);
  const spot = (name: string) => {
    const angle = places.get(name)?.angle ?? 0;
    return { x: centre.x + radius.x * Math.cos(angle), y: centre.y + radius.y * Math.sin(angle) };
  };
  const most = waits.reduce((best, { units }) => (units > best ? units : best), 1n);
  const thickness = (units: bigint) => 1.5 + 9 * Math.sqrt(Number((units * 10_000n) / most) / 10_000);
  const isLit = (wait: Wait) => lit === undefined || wait.from === lit || wait.to === lit;
  return (
    <div ref={ref} className="px-4 pb-4" style={{ minHeight: height }}>
      {width > 0 && (
        <svg width={width} height={height} role="img" aria-label={label} className="block">
          {waits.map((wait) => {
            const width = thickness(wait.units);
            const { line, head } = arrow(spot(wait.from), spot(wait.to), { centre, width });
            return (
              <g
                key={`${wait.from} ${wait.to}`}
                className={`${settled ? 'fill-good stroke-good' : 'fill-outgoing stroke-outgoing'} transition-opacity ${isLit(wait) ? (lit ? 'opacity-95' : 'opacity-65') : 'opacity-10'}`}
              >
                <title>{`${wait.from} → ${wait.to}: ${moneyShort(asset, wait.units.toString())} in ${wait.count}`}</title>
                <path d={line} fill="none" strokeWidth={width} />
                <path d={head} stroke="none" />
              </g>
            );
          })}
          {[...places.values()].map(({ bank, angle }) => (
            <Node
              key={bank.name}
              bank={bank}
              asset={asset}
              at={spot(bank.name)}
              angle={angle}
              dim={lit !== undefined && lit !== bank.name}
              onLit={setLit}
              settled={settled}
            />
          ))}
        </svg>
      )}
    </div>
  );
}

type Spot = { x: number; y: number };

/** A line bowed towards the centre, and the head in which it ends, at the edge of the bank's circle. */
function arrow(from: Spot, to: Spot, { centre, width }: { centre: Spot; width: number }): { line: string; head: string } {
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  // To one side, so that what goes there and what comes back do not lie on each other.
  const bend = {
    x: middle.x + (centre.x - middle.x) * 0.35 - (dy / length) * 18,
    y: middle.y + (centre.y - middle.y) * 0.35 + (dx / length) * 18,
  };
  const cut = (end: Spot, gap: number) => {
    const distance = Math.hypot(end.x - bend.x, end.y - bend.y) || 1;
    const [ux, uy] = [(end.x - bend.x) / distance, (end.y - bend.y) / distance];
    return { x: end.x - ux * gap, y: end.y - uy * gap, ux, uy };
  };
  const size = 6 + width * 1.3;
  const [start, neck, tip] = [cut(from, NODE + 3), cut(to, NODE + 4 + size), cut(to, NODE + 4)];
  const side = size * 0.62;
  const at = (x: number, y: number) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  return {
    line: `M${at(start.x, start.y)}Q${at(bend.x, bend.y)} ${at(neck.x, neck.y)}`,
    head: `M${at(tip.x, tip.y)}L${at(neck.x - tip.uy * side, neck.y + tip.ux * side)}L${at(neck.x + tip.uy * side, neck.y - tip.ux * side)}Z`,
  };
}

type NodeProps = {
  bank: Waiter;
  asset: string;
  at: Spot;
  angle: number;
  dim: boolean;
  settled: boolean;
  onLit: (name: string | undefined) => void;
};

function Node({ bank, asset, at, angle, dim, settled, onLit }: NodeProps) {
  const around = 2 * Math.PI * (NODE - 2);
  const cover = Math.min(1, Math.max(0, bank.cover));
  const outgoing = bank.outgoing > 0n;
  const tone = settled || !outgoing || cover >= 1 ? 'var(--good)' : cover > 0.5 ? 'var(--warn)' : 'var(--bad)';
  const below = Math.sin(angle) > -0.2;
  return (
    <g
      onMouseEnter={() => onLit(bank.name)}
      onMouseLeave={() => onLit(undefined)}
      className={`transition-opacity ${dim ? 'opacity-40' : ''}`}
    >
      <title>
        {outgoing
          ? `${bank.name}: waits to pay ${moneyShort(asset, bank.outgoing.toString())}, has ${moneyShort(asset, bank.available.toString())}`
          : `${bank.name}: only waits to be paid`}
      </title>
      <circle cx={at.x} cy={at.y} r={NODE - 2} className="fill-surface stroke-line" strokeWidth={4} />
      <circle
        cx={at.x}
        cy={at.y}
        r={NODE - 2}
        fill="none"
        stroke={tone}
        strokeWidth={4}
        strokeDasharray={`${around * (outgoing ? cover : 1)} ${around}`}
        transform={`rotate(-90 ${at.x} ${at.y})`}
      />
      <text x={at.x} y={at.y} dy="0.35em" textAnchor="middle" className="fill-ink text-2xs font-semibold">
        {bank.name.slice(0, 4)}
      </text>
      <text x={at.x} y={at.y + (below ? NODE + 14 : -NODE - 8)} textAnchor="middle" className="num fill-ink-2 text-2xs">
        {outgoing ? `−${moneyShort(asset, bank.outgoing.toString())}` : ''}
      </text>
    </g>
  );
}
