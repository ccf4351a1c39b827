/** A directed graph by columns: arc `i` goes from `tail[i]` to `head[i]` and costs `cost[i]` ≥ 0 for each unit. */
export type Arcs = { nodes: number; tail: Int32Array; head: Int32Array; cost: Float64Array };

/**
 * The residual graph of a flow: every arc and its reverse, sorted by the node they leave (`first[v]` up to `first[v + 1]`),
 * arcs before reverses and each in the order they came in. `twin` is the other direction of the same arc, `open` tells
 * whether more can be sent along.
 */
export type Residual = {
  nodes: number;
  first: Int32Array;
  head: Int32Array;
  twin: Int32Array;
  cost: Float64Array;
  open: Uint8Array;
  /** Where arc `i` stands. */
  place: Int32Array;
};

/** Puts arcs into their residual graph, all of them closed. */
export function residualOf({ nodes, tail, head, cost }: Arcs): Residual {
  const count = tail.length;
  const first = new Int32Array(nodes + 1);
  for (let i = 0; i < count; i++) {
    first[tail[i]! + 1]! += 1;
    first[head[i]! + 1]! += 1;
  }
  for (let v = 0; v < nodes; v++) first[v + 1]! += first[v]!;
  const next = first.slice(0, nodes);
  const residual: Residual = {
    nodes,
    first,
    head: new Int32Array(2 * count),
    twin: new Int32Array(2 * count),
    cost: new Float64Array(2 * count),
    open: new Uint8Array(2 * count),
    place: new Int32Array(count),
  };
  for (let i = 0; i < count; i++) residual.place[i] = put(residual, next[tail[i]!]!++, head[i]!, cost[i]!);
  for (let i = 0; i < count; i++) {
    const [here, back] = [residual.place[i]!, put(residual, next[head[i]!]!++, tail[i]!, -cost[i]!)];
    residual.twin[here] = back;
    residual.twin[back] = here;
  }
  return residual;
}

function put(residual: Residual, at: number, head: number, cost: number): number {
  residual.head[at] = head;
  residual.cost[at] = cost;
  return at;
}
