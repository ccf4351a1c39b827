import { OTHERS, type Node } from './flow-layout.ts';

/** Height of a line of text: a bar that is lower can still be pointed at by its name. */
const LINE = 9;

type Props = {
  node: Node;
  /** The name as it is written beside the bar, cut where there is no room. */
  label: string;
  /** What pointing at it tells. */
  title: string;
  width: number;
  side: number;
  dim: boolean;
  onLit: (name: string | undefined) => void;
};

/** One bank of a picture of flows: its bar and its name, on the left for what it sends and on the right for what it receives. */
export function FlowEnd({ node, label, title, width, side, dim, onLit }: Props) {
  const left = node.side === 'from';
  const x = left ? side - 6 : width - side;
  const room = Math.max(4, Math.floor((side - 18) / 6.2));
  const name = label.length > room ? `${label.slice(0, room - 1)}…` : label;
  return (
    <g
      onMouseEnter={() => onLit(node.name)}
      onMouseLeave={() => onLit(undefined)}
      className={`transition-opacity ${dim ? 'opacity-45' : ''}`}
    >
      <title>{title}</title>
      <rect x={left ? 0 : width - side} y={node.y} width={side} height={Math.max(node.height, LINE)} fill="transparent" />
      <rect
        x={x}
        y={node.y}
        width={6}
        height={node.height}
        rx={2}
        className={node.name === OTHERS ? 'fill-ink-3' : left ? 'fill-outgoing' : 'fill-accent'}
      />
      <text
        x={left ? x - 8 : x + 14}
        y={node.y + node.height / 2}
        dy="0.35em"
        textAnchor={left ? 'end' : 'start'}
        className="fill-ink-2 text-2xs"
      >
        {name}
      </text>
    </g>
  );
}
