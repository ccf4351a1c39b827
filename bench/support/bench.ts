import type { Load } from './keep.ts';

/** One measured number, e.g. `ledger.hot.transfers_per_s`. */
export type Figure = { name: string; value: number; unit: string };

export type BenchOptions = {
  /** Hours instead of minutes where the benchmark knows such a mode. */
  soak: boolean;
  /** Says what is going on, to people only. */
  report(text: string): void;
  /** Notes what checks of readiness may read of it, under a name of theirs. */
  keep(name: string, load: Load): void;
};

/** What `bench/<name>.ts` exports as `bench`. */
export type Bench = { summary: string; run(options: BenchOptions): Promise<Figure[]> };

/** Rounded so that the figure claims no more than was measured. */
export function figure(name: string, value: number, unit: string): Figure {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return { name, value: Number(value.toFixed(digits)), unit };
}

/** The middle one; the mean of both when there are two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** What stands at this share of the sorted values: 0.99 for the 99th percentile. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}
