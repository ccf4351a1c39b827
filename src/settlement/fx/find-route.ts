import { exchange, ratioOf, type FxRate, type Hop, type Ratio } from './rate.ts';

/** What is wanted: so much of one currency turned into another, by way of at most so many exchanges. */
export type Wanted = { from: string; to: string; units: bigint; maxHops: number };

/** The way that brings the most, and what each exchange on it comes to. */
export type FxRoute = { hops: Hop[]; received: bigint };

type Label = { asset: string; units: bigint; hops: Hop[]; bound: bigint; name: string };

/**
 * The way through the rates that brings the most of the wanted currency, after fees, limits and rounding; no currency is passed
 * twice. Of several that bring as much the one with fewer exchanges, then the one whose rates' ids come first.
 *
 * A search by best bound (A*): what an amount can still become is at most what the best rates make of it without fees, limits
 * and rounding, so the first complete way that is taken up cannot be beaten. Exact whole numbers throughout: limits from above
 * mean that more is not always better, which shortest-path algorithms that keep one label a currency would get wrong.
 */
export function findRoute(rates: readonly FxRate[], { from, to, units, maxHops }: Wanted): FxRoute | undefined {
  const leaving = Map.groupBy(rates, (rate) => rate.fromAsset);
  const bounds = boundsTo(to, rates, maxHops);
  const boundOf = (asset: string, amount: bigint, hopsLeft: number): bigint | undefined => {
    const ratio = bounds[hopsLeft]?.get(asset);
    return ratio && (amount * ratio.n) / ratio.d;
  };
  const open: Label[] = [];
  const enter = (asset: string, amount: bigint, hops: Hop[]) => {
    const bound = boundOf(asset, amount, maxHops - hops.length);
    if (bound === undefined || bound < 1n) return;
    insert(open, { asset, units: amount, hops, bound, name: hops.map(({ rate }) => rate.id).join() });
  };
  if (from !== to) enter(from, units, []);
  for (let label = open.pop(); label; label = open.pop()) {
    if (label.asset === to) return { hops: label.hops, received: label.units };
    const passed = new Set([from, ...label.hops.map(({ rate }) => rate.toAsset)]);
    for (const rate of leaving.get(label.asset) ?? []) {
      const hop = passed.has(rate.toAsset) ? undefined : exchange(rate, label.units);
      if (hop) enter(rate.toAsset, hop.received, [...label.hops, hop]);
    }
  }
  return undefined;
}

/** By number of exchanges left: the most that one unit of each currency can become, if it can become anything. */
function boundsTo(to: string, rates: readonly FxRate[], maxHops: number): Map<string, Ratio>[] {
  const bounds = [new Map<string, Ratio>([[to, { n: 1n, d: 1n }]])];
  for (let hops = 1; hops <= maxHops; hops++) {
    const before = bounds[hops - 1]!;
    const now = new Map(before);
    for (const rate of rates) {
      const rest = before.get(rate.toAsset);
      // A way ends when it arrives, so nothing is made of what is there already.
      if (!rest || rate.fromAsset === to) continue;
      const ratio = ratioOf(rate);
      const product = { n: ratio.n * rest.n, d: ratio.d * rest.d };
      const standing = now.get(rate.fromAsset);
      if (!standing || product.n * standing.d > standing.n * product.d) now.set(rate.fromAsset, product);
    }
    bounds.push(now);
  }
  return bounds;
}

/** Whether a label is taken up before another. */
function isBefore(a: Label, b: Label): boolean {
  if (a.bound !== b.bound) return a.bound > b.bound;
  if (a.hops.length !== b.hops.length) return a.hops.length < b.hops.length;
  return a.name < b.name;
}

/** Keeps the labels in order, the next one last. */
function insert(open: Label[], label: Label): void {
  let [low, high] = [0, open.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(label, open[middle]!)) low = middle + 1;
    else high = middle;
  }
  open.splice(low, 0, label);
}
