import { repeated, type Arithmetic } from '../amounts/arithmetic.ts';
import { radixHeap } from './radix-heap.ts';
import { residualOf, type Arcs, type Residual } from './residual.ts';

/** As much as can flow from `source` to `sink`, and of that the cheapest. Costs are whole and not negative. */
export type FlowProblem<T> = { arcs: Arcs; capacity: readonly T[]; source: number; sink: number };

/**
 * `flow` by arc. `potential` proves that it is the cheapest: no arc from u to v that could carry more has
 * cost + potential(u) − potential(v) below zero, and none that carries anything above zero.
 */
export type Flow<T> = { flow: T[]; potential: Float64Array; phases: number };

type Search<T> = Residual & {
  source: number;
  sink: number;
  /** What can still be sent along. */
  left: T[];
  potential: Float64Array;
  level: Int32Array;
  cursor: Int32Array;
  path: Int32Array;
};

/**
 * The primal-dual method (Ahuja, Magnanti, Orlin, *Network Flows*, 1993, §9.8): shortest paths raise the potentials, then a
 * maximum flow along the arcs of reduced cost zero (Dinic) is sent, until nothing reaches the sink any more. One phase for
 * each length of path that occurs: with unit costs a handful, whatever the size.
 *
 * Deterministic: the same arcs in the same order give the same flow.
 */
export function minCostFlow<T>({ arcs, capacity, source, sink }: FlowProblem<T>, arithmetic: Arithmetic<T>): Flow<T> {
  const residual = residualOf(arcs);
  const left = repeated(arithmetic.zero, 2 * capacity.length);
  capacity.forEach((units, i) => {
    const place = residual.place[i]!;
    left[place] = units;
    residual.open[place] = arithmetic.isLess(arithmetic.zero, units) ? 1 : 0;
  });
  const { nodes } = arcs;
  const search: Search<T> = {
    ...residual,
    source,
    sink,
    left,
    potential: new Float64Array(nodes),
    level: new Int32Array(nodes),
    cursor: new Int32Array(nodes),
    path: new Int32Array(nodes),
  };
  let phases = 0;
  while (raisePotentials(search)) {
    while (findLevels(search)) sendAlongLevels(search, arithmetic);
    phases++;
  }
  const flow = Array.from(residual.place, (place) => left[residual.twin[place]!]!);
  return { flow, potential: search.potential, phases };
}

/**
 * Dijkstra's algorithm over the reduced costs, only as far as the sink: what lies beyond rises by the sink's distance,
 * which keeps every reduced cost at zero or above. False when the sink cannot be reached.
 */
function raisePotentials<T>({ nodes, first, head, cost, open, potential, source, sink }: Search<T>): boolean {
  const distance = new Float64Array(nodes).fill(Infinity);
  const heap = radixHeap();
  distance[source] = 0;
  heap.add(0, source);
  while (heap.take()) {
    const { key, node } = heap;
    if (key > distance[node]!) continue;
    if (node === sink) break;
    for (let e = first[node]!, end = first[node + 1]!; e < end; e++) {
      if (open[e] === 0) continue;
      const to = head[e]!;
      const through = key + cost[e]! + potential[node]! - potential[to]!;
      if (through >= distance[to]!) continue;
      distance[to] = through;
      heap.add(through, to);
    }
  }
  const reach = distance[sink]!;
  if (reach === Infinity) return false;
  for (let v = 0; v < nodes; v++) potential[v]! += Math.min(distance[v]!, reach);
  return true;
}

/** How many arcs of reduced cost zero lie between each node and the sink; false when the source has no such way. */
function findLevels<T>({ first, head, twin, cost, open, potential, level, cursor, path, source, sink }: Search<T>): boolean {
  level.fill(-1);
  level[sink] = 0;
  let [taken, put] = [0, 0];
  path[put++] = sink;
  while (taken < put) {
    const node = path[taken++]!;
    for (let e = first[node]!, end = first[node + 1]!; e < end; e++) {
      const from = head[e]!;
      // The test that looks farthest in memory comes last.
      if (level[from]! >= 0 || cost[e]! + potential[node]! !== potential[from]! || open[twin[e]!] === 0) continue;
      level[from] = level[node]! + 1;
      path[put++] = from;
    }
  }
  cursor.set(first.subarray(0, cursor.length));
  return level[source]! >= 0;
}

/**
 * Sends along ways on which every step comes one level nearer to the sink. A node without such a step is lifted to one above
 * its lowest neighbour (Ahuja and Orlin's shortest augmenting paths), which is cheaper than finding all levels anew, until
 * lifting has cost as much as that.
 */
function sendAlongLevels<T>(search: Search<T>, arithmetic: Arithmetic<T>): void {
  const { first, head, twin, cost, open, potential, level, cursor, path, source, sink } = search;
  let [depth, node, budget] = [0, source, head.length];
  for (;;) {
    if (node === sink) {
      depth = sendAlongPath(search, depth, arithmetic);
      node = head[twin[path[depth]!]!]!;
    }
    const end = first[node + 1]!;
    const nearer = level[node]! - 1;
    let e = cursor[node]!;
    while (e < end && !(level[head[e]!] === nearer && potential[head[e]!] === cost[e]! + potential[node]! && open[e] === 1)) e++;
    cursor[node] = e;
    if (e < end) {
      path[depth++] = e;
      node = head[e]!;
      continue;
    }
    budget -= end - first[node]!;
    if (budget < 0) return;
    lift(search, node);
    if (level[source]! < 0) return;
    if (depth > 0) node = head[twin[path[--depth]!]!]!;
  }
}

/** Puts a node one level above the lowest that it still leads to; below zero, for good, when there is none. */
function lift<T>({ first, head, cost, open, potential, level, cursor }: Search<T>, node: number): void {
  let lowest = Infinity;
  for (let e = first[node]!, end = first[node + 1]!; e < end; e++) {
    const to = head[e]!;
    if (level[to]! < 0 || level[to]! >= lowest || cost[e]! + potential[node]! !== potential[to]! || open[e] === 0) continue;
    lowest = level[to]!;
  }
  level[node] = lowest === Infinity ? -1 : lowest + 1;
  cursor[node] = first[node]!;
}

/** Sends the most that fits along the path and answers the place of the first arc that it fills. */
function sendAlongPath<T>({ path, left, open, twin }: Search<T>, depth: number, { subtract, add, isLess, zero }: Arithmetic<T>): number {
  let least = left[path[0]!]!;
  for (let i = 1; i < depth; i++) if (isLess(left[path[i]!]!, least)) least = left[path[i]!]!;
  let filled = depth;
  for (let i = depth - 1; i >= 0; i--) {
    const e = path[i]!;
    const rest = subtract(left[e]!, least);
    left[e] = rest;
    left[twin[e]!] = add(left[twin[e]!]!, least);
    open[twin[e]!] = 1;
    if (isLess(zero, rest)) continue;
    open[e] = 0;
    filled = i;
  }
  return filled;
}
