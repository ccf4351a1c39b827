import { useMemo } from 'react';
import { FlowEnd } from './flow-end.tsx';
import { layOut, type Flow } from './flow-layout.ts';
import { useWidth } from './use-width.ts';

/** A side on which a BIC fits and most names do not. */
const NARROW = 100;

type Props = {
  title: string;
  sum: string;
  exact: string;
  flows: readonly Flow[];
  height: number;
  bics: ReadonlyMap<string, string>;
  lit: string | undefined;
  onLit: (name: string | undefined) => void;
};

/** One side of a picture of before and after: ribbons between those who pay and those who receive. */
export function FlowHalf({ title, sum, exact, flows, height, bics, lit, onLit }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const side = width < 420 ? 84 : 150;
  const picture = useMemo(() => layOut(flows, { width, height, side }), [flows, width, height, side]);
  return (
    <figure className="flex min-w-0 flex-col">
      <figcaption className="mb-2 flex flex-wrap items-baseline justify-between gap-x-3 text-xs text-ink-2">
        <span className="font-medium">{title}</span>
        <span className="num" title={exact}>
          {sum}
        </span>
      </figcaption>
      <div ref={ref} className="flex grow items-center">
        <svg width={width} height={height} role="img" aria-label={`${title}: ${exact}`} className="block">
          {picture.ribbons.map((ribbon) => {
            const isLit = lit === undefined || ribbon.from === lit || ribbon.to === lit;
            return (
              <path
                key={`${ribbon.from}→${ribbon.to}`}
                d={ribbon.d}
                className={`fill-net transition-opacity ${isLit ? (lit ? 'opacity-60' : 'opacity-30') : 'opacity-8'}`}
              >
                <title>{`${ribbon.from} → ${ribbon.to}`}</title>
              </path>
            );
          })}
          {picture.nodes.map((node) => (
            <FlowEnd
              key={node.side + node.name}
              node={node}
              title={node.name}
              label={side < NARROW ? (bics.get(node.name) ?? node.name) : node.name}
              width={width}
              side={side}
              dim={lit !== undefined && lit !== node.name}
              onLit={onLit}
            />
          ))}
        </svg>
      </div>
    </figure>
  );
}
