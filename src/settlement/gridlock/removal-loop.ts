import type { Network } from './network.ts';
import type { Positions } from './positions.ts';

/**
 * The largest set of queued bundles that can settle at once: in every queue a part from its beginning, and with all of it
 * settled nobody who pays fails a test. It is unique (see the README). Taken in `positions` when this returns; answered in the
 * order of the queues.
 *
 * Everything is taken first. While somebody fails, the last of its bundles goes, and with it whatever stands behind it in any
 * queue. Each leg is taken once and given back at most once.
 *
 * Source: Bech, Soramäki, *Gridlock Resolution in Interbank Payment Systems*, Bank of Finland DP 9/2001.
 */
export function largestSet<T>(network: Network<T>, positions: Positions<T>, lists: readonly (readonly number[])[]): number[] {
  const { firstPayer, payer, firstLeg, creditor } = network;
  const { failing } = positions;
  const inSet = new Uint8Array(network.priority.length);
  /** How much of each queue is in the set. */
  const length = Int32Array.from(lists, (list) => list.length);
  const place = new Int32Array(payer.length);
  const members = takeAll(network, positions, lists, { inSet, place });
  const suspects = members.length === 0 ? [] : lists.flatMap((_, participant) => (failing[participant]! > 0 ? [participant] : []));

  const remove = (first: number) => {
    const going = [first];
    for (let bundle = going.pop(); bundle !== undefined; bundle = going.pop()) {
      if (inSet[bundle] === 0) continue;
      inSet[bundle] = 0;
      positions.giveBack(bundle);
      for (let at = firstPayer[bundle]!; at < firstPayer[bundle + 1]!; at++) {
        const participant = payer[at]!;
        for (let k = length[participant]! - 1; k >= place[at]!; k--) going.push(lists[participant]![k]!);
        length[participant] = Math.min(length[participant]!, place[at]!);
      }
      for (let leg = firstLeg[bundle]!; leg < firstLeg[bundle + 1]!; leg++) {
        if (failing[creditor[leg]!]! > 0) suspects.push(creditor[leg]!);
      }
    }
  };
  for (let participant = suspects.pop(); participant !== undefined; participant = suspects.pop()) {
    while (failing[participant]! > 0 && length[participant]! > 0) remove(lists[participant]![length[participant]! - 1]!);
  }
  return members.filter((bundle) => inSet[bundle] === 1);
}

type Marks = { inSet: Uint8Array; place: Int32Array };

/** Takes every queued bundle once, and notes where it stands with each of its payers. */
function takeAll<T>(
  { firstPayer, payer }: Network<T>,
  positions: Positions<T>,
  lists: readonly (readonly number[])[],
  { inSet, place }: Marks,
): number[] {
  const members: number[] = [];
  lists.forEach((list, participant) => {
    list.forEach((bundle, k) => {
      let at = firstPayer[bundle]!;
      while (payer[at] !== participant) at++;
      place[at] = k;
      if (inSet[bundle] === 1) return;
      inSet[bundle] = 1;
      positions.take(bundle);
      members.push(bundle);
    });
  });
  return members;
}
