import { repeated, type Arithmetic } from '../amounts/arithmetic.ts';
import { minCostFlow } from './min-cost-flow.ts';

/**
 * A graph of debts by columns, participants by number. `line` is what each may draw from its liquidity (its own money or a
 * credit line); left out, no money moves.
 */
export type Debts<T> = {
  participants: number;
  debtor: ArrayLike<number>;
  creditor: ArrayLike<number>;
  weight: ArrayLike<number>;
  units: readonly T[];
  line?: readonly T[];
};

/**
 * `cleared` by debt, `drawn` and `received` by participant (both zero without liquidity). `potential` has one whole number
 * for each participant and, last, one for the source of liquidity: the certificate.
 */
export type LargestSetOff<T> = { cleared: T[]; drawn: T[]; received: T[]; potential: Float64Array; phases: number };

/**
 * Clears as much weight × amount as can be cleared while every participant pays out what it takes in: the largest
 * circulation in the graph of debts. With liquidity a participant may pay what it draws beside, and be left with what it
 * receives; of all largest results one that draws the least is taken.
 *
 * Solved on what is left over. Left-over debts are the cheapest flow from those who owe more than they are owed to those
 * who are owed more, where an arc costs its weight. With liquidity the costs are doubled and drawing one unit costs 1: less
 * than any debt is worth, more than nothing.
 *
 * Sums must fit the arithmetic: all debts, all lines and one.
 */
export function largestSetOff<T>(debts: Debts<T>, arithmetic: Arithmetic<T>): LargestSetOff<T> {
  const { participants, units, line } = debts;
  const { subtract, zero } = arithmetic;
  const builder = arcBuilder<T>();
  const scale = line ? 2 : 1;
  const [liquidity, source, sink] = [participants, participants + 1, participants + 2];
  units.forEach((amount, i) => builder.add(debts.debtor[i]!, debts.creditor[i]!, scale * debts.weight[i]!, amount));
  if (line) addLiquidity(builder, liquidity, line, arithmetic);
  addBalances(builder, { source, sink }, debts, arithmetic);
  const { flow, potential, phases } = minCostFlow(
    { arcs: builder.arcs(participants + 3), capacity: builder.capacity, source, sink },
    arithmetic,
  );
  const none = () => repeated(zero, participants);
  const from = units.length;
  return {
    cleared: units.map((amount, i) => subtract(amount, flow[i]!)),
    drawn: line ? flow.slice(from, from + participants) : none(),
    received: line ? flow.slice(from + participants, from + 2 * participants) : none(),
    potential: potential.slice(0, participants + 1),
    phases,
  };
}

type ArcBuilder<T> = ReturnType<typeof arcBuilder<T>>;

function arcBuilder<T>() {
  const [tail, head, cost, capacity]: [number[], number[], number[], T[]] = [[], [], [], []];
  return {
    capacity,
    add(from: number, to: number, costOfUnit: number, units: T) {
      tail.push(from);
      head.push(to);
      cost.push(costOfUnit);
      capacity.push(units);
    },
    arcs: (nodes: number) => ({ nodes, tail: Int32Array.from(tail), head: Int32Array.from(head), cost: Float64Array.from(cost) }),
  };
}

/** Drawing frees a participant of what it owes beyond its income; receiving takes what nobody else's debt brings. */
function addLiquidity<T>(builder: ArcBuilder<T>, liquidity: number, line: readonly T[], { add, of, zero }: Arithmetic<T>): void {
  line.forEach((units, v) => builder.add(v, liquidity, 1, units));
  // More than can ever flow, so that this side is never the limit and the certificate can say so.
  const endless = line.reduce((sum, units) => add(sum, units), add(zero, of(1n)));
  line.forEach((_, v) => builder.add(liquidity, v, 0, endless));
}

/** The source feeds the net debtors, the sink takes from the net creditors. */
function addBalances<T>(
  builder: ArcBuilder<T>,
  { source, sink }: { source: number; sink: number },
  debts: Debts<T>,
  { add, subtract, isLess, zero }: Arithmetic<T>,
): void {
  const net = repeated(zero, debts.participants);
  debts.units.forEach((units, i) => {
    const [u, v] = [debts.debtor[i]!, debts.creditor[i]!];
    net[u] = subtract(net[u]!, units);
    net[v] = add(net[v]!, units);
  });
  net.forEach((units, v) => {
    if (isLess(units, zero)) builder.add(source, v, 0, subtract(zero, units));
    if (isLess(zero, units)) builder.add(v, sink, 0, units);
  });
}
