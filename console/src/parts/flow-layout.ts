export type Flow = { from: string; to: string; payments: number };
export type Node = { side: 'from' | 'to'; name: string; payments: number; y: number; height: number };
export type Ribbon = Flow & { d: string };

/** Banks a side, the largest; the rest is one. */
const MOST = 15;
const GAP = 8;
/** Height that even the smallest bar gets, so that its name finds room. */
const LEAST = 9;
export const OTHERS = 'Others';

function totals(flows: readonly Flow[], side: 'from' | 'to'): Map<string, number> {
  const sums = new Map<string, number>();
  for (const flow of flows) sums.set(flow[side], (sums.get(flow[side]) ?? 0) + flow.payments);
  return new Map([...sums].toSorted((a, b) => Number(a[0] === OTHERS) - Number(b[0] === OTHERS) || b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
}

/** Banks beyond the largest are one: too many ribbons are a fog. */
function grouped(flows: readonly Flow[]): Flow[] {
  const kept = {
    from: new Set([...totals(flows, 'from').keys()].slice(0, MOST)),
    to: new Set([...totals(flows, 'to').keys()].slice(0, MOST)),
  };
  const merged = new Map<string, Flow>();
  for (const flow of flows) {
    const from = kept.from.has(flow.from) ? flow.from : OTHERS;
    const to = kept.to.has(flow.to) ? flow.to : OTHERS;
    if (from === OTHERS && to === OTHERS) continue;
    const before = merged.get(`${from}\n${to}`)?.payments ?? 0;
    merged.set(`${from}\n${to}`, { from, to, payments: before + flow.payments });
  }
  return [...merged.values()];
}

function column(flows: readonly Flow[], side: 'from' | 'to', height: number): Node[] {
  const sums = [...totals(flows, side)];
  const total = sums.reduce((sum, [, payments]) => sum + payments, 0);
  const room = height - GAP * Math.max(0, sums.length - 1) - LEAST * sums.length;
  let y = 0;
  return sums.map(([name, payments]) => {
    const node: Node = { side, name, payments, y, height: LEAST + (payments / total) * room };
    y += node.height + GAP;
    return node;
  });
}

/** Places of the bars and shapes of the ribbons of a two-sided flow picture; `side` pixels are left to the names. */
export function layOut(all: readonly Flow[], box: { width: number; height: number; side: number }): { nodes: Node[]; ribbons: Ribbon[] } {
  if (all.length === 0 || box.width <= 2 * box.side) return { nodes: [], ribbons: [] };
  const flows = grouped(all);
  const left = column(flows, 'from', box.height);
  const right = column(flows, 'to', box.height);
  const order = new Map(right.map((node, index) => [node.name, index]));
  const used = new Map<Node, number>();
  const take = (node: Node, payments: number): [number, number] => {
    const from = node.y + (used.get(node) ?? 0);
    const thick = (payments / node.payments) * node.height;
    used.set(node, (used.get(node) ?? 0) + thick);
    return [from, from + thick];
  };
  const ribbons = left.flatMap((source) =>
    flows
      .filter((flow) => flow.from === source.name)
      .toSorted((a, b) => order.get(a.to)! - order.get(b.to)!)
      .map((flow) => ({ ...flow, d: shape(take(source, flow.payments), take(right[order.get(flow.to)!]!, flow.payments), box) })),
  );
  return { nodes: [...left, ...right], ribbons };
}

function shape([a0, a1]: [number, number], [b0, b1]: [number, number], { width, side }: { width: number; side: number }): string {
  const [x0, x1] = [side + 2, width - side - 2];
  const mid = (x0 + x1) / 2;
  const at = (value: number) => value.toFixed(1);
  return `M${x0} ${at(a0)}C${mid} ${at(a0)} ${mid} ${at(b0)} ${x1} ${at(b0)}V${at(b1)}C${mid} ${at(b1)} ${mid} ${at(a1)} ${x0} ${at(a1)}Z`;
}
