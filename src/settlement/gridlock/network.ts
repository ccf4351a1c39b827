import type { Arithmetic } from '../amounts/arithmetic.ts';
import type { BilateralLimit, Bundle, GridlockInput } from './bundle.ts';

/**
 * Bundles by numbers. A cell is a participant's account in one currency: participant × assets + asset. The legs of bundle b
 * are those from `firstLeg[b]` up to `firstLeg[b + 1]`; whoever pays one of them, each once, stands in `payer` from `firstPayer[b]`.
 */
export type Network<T> = {
  participants: readonly string[];
  assets: readonly string[];
  /** Number of priority classes. */
  classes: number;
  priority: Int32Array;
  firstLeg: Int32Array;
  debtor: Int32Array;
  creditor: Int32Array;
  debtorCell: Int32Array;
  creditorCell: Int32Array;
  units: readonly T[];
  firstPayer: Int32Array;
  payer: Int32Array;
  /** By leg: which bilateral limit it uses up, and which it gives back; −1 for none. */
  usesLimit: Int32Array;
  givesBackLimit: Int32Array;
};

/**
 * Numbers everything. Throws RangeError for a bundle without legs, an amount below one, a leg to oneself, a bad priority and an
 * id or a limit that occurs twice.
 */
export function networkOf<T>(input: GridlockInput, { of }: Arithmetic<T>): Network<T> {
  const { bundles, bilateralLimits = [] } = input;
  check(bundles);
  const legs = bundles.flatMap((bundle) => bundle.legs);
  const participants = sorted([
    ...legs.flatMap(({ debtor, creditor }) => [debtor, creditor]),
    ...input.accounts.map(({ participantId }) => participantId),
    ...(input.risk?.members ?? []).map(({ participantId }) => participantId),
  ]);
  const assets = sorted([
    ...legs.map(({ asset }) => asset),
    ...input.accounts.map(({ asset }) => asset),
    ...(input.risk?.members ?? []).flatMap(({ shortLimits = new Map<string, bigint>() }) => [...shortLimits.keys()]),
  ]);
  const [who, what] = [numbered(participants), numbered(assets)];
  const limitAt = limitPlaces(bilateralLimits);
  const limitOf = (from: string, to: string, asset: string) => limitAt.get(`${from} ${to} ${asset}`) ?? -1;
  const cell = (participant: string, asset: string) => who.get(participant)! * assets.length + what.get(asset)!;
  const payers = bundles.map((bundle) => [...new Set(bundle.legs.map(({ debtor }) => who.get(debtor)!))].sort((a, b) => a - b));
  const priority = Int32Array.from(bundles, (bundle) => bundle.priority ?? 0);
  return {
    participants,
    assets,
    classes: Math.max(0, ...new Set(priority), ...input.accounts.map(({ reserved = [] }) => reserved.length - 1)) + 1,
    priority,
    firstLeg: starts(bundles.map((bundle) => bundle.legs.length)),
    debtor: Int32Array.from(legs, (leg) => who.get(leg.debtor)!),
    creditor: Int32Array.from(legs, (leg) => who.get(leg.creditor)!),
    debtorCell: Int32Array.from(legs, (leg) => cell(leg.debtor, leg.asset)),
    creditorCell: Int32Array.from(legs, (leg) => cell(leg.creditor, leg.asset)),
    units: legs.map((leg) => of(leg.units)),
    firstPayer: starts(payers.map((all) => all.length)),
    payer: Int32Array.from(payers.flat()),
    usesLimit: Int32Array.from(legs, ({ debtor, creditor, asset }) => limitOf(debtor, creditor, asset)),
    givesBackLimit: Int32Array.from(legs, ({ debtor, creditor, asset }) => limitOf(creditor, debtor, asset)),
  };
}

const MAX_CLASSES = 100;

function check(bundles: readonly Bundle[]): void {
  const ids = new Set<string>();
  for (const { id, legs, priority = 0 } of bundles) {
    if (ids.has(id)) throw new RangeError(`bundle ${id} is there twice`);
    ids.add(id);
    if (legs.length === 0) throw new RangeError(`bundle ${id} has no legs`);
    if (!Number.isInteger(priority) || priority < 0 || priority >= MAX_CLASSES)
      throw new RangeError(`bundle ${id} has the priority ${priority}`);
    for (const { debtor, creditor, units } of legs) {
      if (units < 1n) throw new RangeError(`a leg of bundle ${id} is of ${units} units`);
      if (debtor === creditor) throw new RangeError(`a leg of bundle ${id} is owed to its own debtor`);
    }
  }
}

const sorted = (all: readonly string[]) => [...new Set(all)].sort();
const numbered = (all: readonly string[]) => new Map(all.map((name, i) => [name, i]));

/** Where each group begins, and after the last where it ends. */
function starts(sizes: readonly number[]): Int32Array {
  const first = new Int32Array(sizes.length + 1);
  sizes.forEach((size, i) => {
    first[i + 1] = first[i]! + size;
  });
  return first;
}

function limitPlaces(limits: readonly BilateralLimit[]): Map<string, number> {
  const places = new Map<string, number>();
  limits.forEach(({ participantId, counterpartyId, asset }, i) => {
    const key = `${participantId} ${counterpartyId} ${asset}`;
    if (places.has(key)) throw new RangeError(`participant ${participantId} has two limits towards ${counterpartyId} in ${asset}`);
    places.set(key, i);
  });
  return places;
}
