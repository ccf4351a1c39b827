import { AppError } from '../../base/error.ts';
import type { Obligation } from '../netting/leaf.ts';

/** An obligation of a window. Those of one `bundle` settle together or not at all; without one it stands alone. */
export type BundledObligation = Obligation & { bundle?: string };

/** The same with its number in the book, by which cut-offs are drawn. */
export type SequencedObligation = BundledObligation & { seq: bigint };

/** Obligations by bundle, in the order of the first of each; one that stands alone is a bundle of its own. */
export function bundlesOf<T extends BundledObligation>(obligations: readonly T[]): Map<string, T[]> {
  return Map.groupBy(obligations, bundleOf);
}

/** Name of the bundle of an obligation. The two kinds cannot be taken for one another. */
export function bundleOf({ id, bundle }: BundledObligation): string {
  return bundle === undefined ? `alone ${id}` : `bundle ${bundle}`;
}

/**
 * Checks that obligations are a payment versus payment: two legs in two currencies between the same two participants, one each
 * way. Errors: `settlement.pvp_malformed`.
 */
export function checkPvp(legs: readonly BundledObligation[]): void {
  const [a, b] = legs;
  const holds =
    a !== undefined &&
    b !== undefined &&
    legs.length === 2 &&
    a.asset !== b.asset &&
    a.debtor === b.creditor &&
    a.creditor === b.debtor &&
    a.debtor !== a.creditor;
  if (holds) return;
  throw new AppError(
    'unprocessable',
    'settlement.pvp_malformed',
    'Payment versus payment has two legs in two currencies between the same two participants, one each way.',
  );
}

/**
 * Divides what waits at a cut-off: a bundle belongs to the window when all its legs have come by then. One of which a part came
 * later goes to the next window whole, so that no window ever holds one leg of it.
 */
export function splitAtCutOff<T extends SequencedObligation>(obligations: readonly T[], toSeq: bigint): { window: T[]; later: T[] } {
  const late = new Set(obligations.filter(({ seq }) => seq > toSeq).map(bundleOf));
  return {
    window: obligations.filter((one) => !late.has(bundleOf(one))),
    later: obligations.filter((one) => late.has(bundleOf(one))),
  };
}

/** Bundles of which some legs are in a window and some are not; empty when each is in or out whole. */
export function tornBundles(window: readonly BundledObligation[], outside: readonly BundledObligation[]): string[] {
  const beyond = new Set(outside.flatMap(({ bundle }) => (bundle === undefined ? [] : [bundle])));
  return [...new Set(window.flatMap(({ bundle }) => (bundle !== undefined && beyond.has(bundle) ? [bundle] : [])))];
}
