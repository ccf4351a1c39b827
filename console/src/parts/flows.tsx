import { useMemo, useState } from 'react';
import { count } from '../ui/format.ts';
import { FlowEnd } from './flow-end.tsx';
import { layOut, type Flow, type Ribbon } from './flow-layout.ts';
import { useWidth } from './use-width.ts';

const HEIGHT = 520;

/** Who pays whom: senders on the left, receivers on the right, ribbons as thick as the number of payments. */
export function Flows({ flows }: { flows: readonly Flow[] }) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const [pointedAt, setLit] = useState<string | undefined>();
  const side = width < 520 ? 96 : 196;
  const picture = useMemo(() => layOut(flows, { width, height: HEIGHT, side }), [flows, width, side]);
  // A bank may have left the picture, or changed its name, under the pointer.
  const lit = picture.nodes.some((node) => node.name === pointedAt) ? pointedAt : undefined;
  const isLit = (ribbon: Ribbon) => lit === undefined || ribbon.from === lit || ribbon.to === lit;
  return (
    <div ref={ref} className="px-4 pb-4">
      <svg width={width} height={HEIGHT} role="img" aria-label={summary(flows)} className="block">
        {picture.ribbons.map((ribbon) => (
          <path
            key={`${ribbon.from}→${ribbon.to}`}
            d={ribbon.d}
            className={`fill-net transition-opacity ${isLit(ribbon) ? (lit ? 'opacity-60' : 'opacity-30') : 'opacity-8'}`}
          >
            <title>{`${ribbon.from} → ${ribbon.to}: ${count(ribbon.payments)}`}</title>
          </path>
        ))}
        {picture.nodes.map((node) => (
          <FlowEnd
            key={node.side + node.name}
            node={node}
            label={node.name}
            title={`${node.name}: ${count(node.payments)} ${node.side === 'from' ? 'sent' : 'received'}`}
            width={width}
            side={side}
            dim={lit !== undefined && lit !== node.name}
            onLit={setLit}
          />
        ))}
      </svg>
    </div>
  );
}

function summary(flows: readonly Flow[]): string {
  const largest = flows.reduce<Flow | undefined>((best, flow) => (!best || flow.payments > best.payments ? flow : best), undefined);
  return largest
    ? `Flows between banks; the largest is ${largest.from} to ${largest.to} with ${count(largest.payments)} payments`
    : 'No flows';
}
