import type { ObligationColumns } from './columns.ts';
import { netColumns, resultHashOf, type NettingResult } from './net.ts';
import { bilateralOf, type BilateralPosition } from './pairs.ts';

/** A result with its hash, and pair by pair where that was asked for. */
export type NettedColumns = NettingResult & { resultHash: Uint8Array; bilaterals: BilateralPosition[] };

/** All that is computed of a window's obligations. */
export function netTask(columns: ObligationColumns, withPairs: boolean): NettedColumns {
  const { currencies, positions } = netColumns(columns);
  return { currencies, positions, resultHash: resultHashOf(positions), bilaterals: withPairs ? bilateralOf(columns) : [] };
}
