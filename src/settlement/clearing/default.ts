import type { Uuid } from '../../base/id.ts';
import { resolveGridlock } from '../gridlock/resolve.ts';
import { netObligations, type NettingResult } from '../netting/net.ts';
import { bundleOf, bundlesOf, type BundledObligation } from './bundles.ts';

/** What a participant can pay in, in one currency. */
export type Funds = { participantId: Uuid; asset: string; units: bigint };

/** A window one of whose participants defaults before anything was paid out. Obligations in order of sequence. */
export type DefaultInput = {
  obligations: readonly BundledObligation[];
  defaulted: ReadonlySet<Uuid>;
  /** When given, survivors are held to it: what they can no longer cover without the defaulter's payments waits. */
  funds?: readonly Funds[];
};

/**
 * What changes for a survivor in one currency. `removed` and `carried` are the obligations, to or from it, that explain the whole
 * of `change` = `after` − `before`; where both are empty nothing changes.
 */
export type Difference = {
  participantId: Uuid;
  asset: string;
  before: bigint;
  after: bigint;
  change: bigint;
  removed: Uuid[];
  carried: Uuid[];
};

/**
 * The window without the defaulter. `removed`: every bundle in which it has a part, whole; `carried`: bundles of survivors that
 * have to wait for money. Every obligation of the input is in exactly one of the three.
 */
export type DefaultOutcome = {
  settled: BundledObligation[];
  removed: BundledObligation[];
  carried: BundledObligation[];
  before: NettingResult;
  after: NettingResult;
  differences: Difference[];
};

/**
 * Recomputes a window as though the defaulter had not taken part; nothing is unwound. Bundles go whole, and what survivors can
 * then not cover is taken out by the same rule as in gridlock resolution (from the end of each queue), so that as much as
 * possible stays. Only before pay-out has begun: what is final stays so.
 */
export function recomputeWithout({ obligations, defaulted, funds }: DefaultInput): DefaultOutcome {
  const touched = new Set(
    obligations.filter(({ debtor, creditor }) => defaulted.has(debtor) || defaulted.has(creditor)).map((one) => bundleOf(one)),
  );
  const removed = obligations.filter((one) => touched.has(bundleOf(one)));
  const rest = obligations.filter((one) => !touched.has(bundleOf(one)));
  const uncovered = funds ? uncoveredBundles(rest, funds) : new Set<string>();
  const settled = rest.filter((one) => !uncovered.has(bundleOf(one)));
  const carried = rest.filter((one) => uncovered.has(bundleOf(one)));
  const [before, after] = [netObligations(obligations), netObligations(settled)];
  return { settled, removed, carried, before, after, differences: differencesOf({ removed, carried, before, after }, defaulted) };
}

/** Bundles that are not in the largest set whose net positions have cover. */
function uncoveredBundles(rest: readonly BundledObligation[], funds: readonly Funds[]): Set<string> {
  const bundles = [...bundlesOf(rest)].map(([id, legs]) => ({ id, legs }));
  const accounts = funds.map(({ participantId, asset, units }) => ({ participantId, asset, balance: units }));
  return new Set(resolveGridlock({ bundles, accounts }, { direct: false }).waiting);
}

type Parts = Pick<DefaultOutcome, 'removed' | 'carried' | 'before' | 'after'>;

function differencesOf({ removed, carried, before, after }: Parts, defaulted: ReadonlySet<Uuid>): Difference[] {
  const nets = new Map(after.positions.map(({ asset, participantId, net }) => [`${asset} ${participantId}`, net]));
  const [gone, waiting] = [byPosition(removed), byPosition(carried)];
  // Whoever has a position without the defaulter had one with it.
  return before.positions
    .filter(({ participantId }) => !defaulted.has(participantId))
    .map(({ asset, participantId, net }) => {
      const key = `${asset} ${participantId}`;
      const now = nets.get(key) ?? 0n;
      return {
        participantId,
        asset,
        before: net,
        after: now,
        change: now - net,
        removed: gone.get(key) ?? [],
        carried: waiting.get(key) ?? [],
      };
    });
}

/** Ids of the obligations that each participant has a side in, by asset. */
function byPosition(obligations: readonly BundledObligation[]): Map<string, Uuid[]> {
  const found = new Map<string, Uuid[]>();
  for (const { id, asset, debtor, creditor } of obligations) {
    for (const participant of [debtor, creditor]) {
      const key = `${asset} ${participant}`;
      const ids = found.get(key);
      if (ids) ids.push(id);
      else found.set(key, [id]);
    }
  }
  return found;
}
