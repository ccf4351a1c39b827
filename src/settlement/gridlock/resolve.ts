import { bigNumbers, exactNumbers, fitsExactNumbers, type Arithmetic } from '../amounts/arithmetic.ts';
import type { GridlockInput } from './bundle.ts';
import { networkOf, type Network } from './network.ts';
import { positionsOf } from './positions.ts';
import { createQueues, fixedQueues, type Queues } from './queues.ts';
import { runQueues, type Settlement } from './run-order.ts';
import { testsOf } from './tests.ts';

/** Bundles that settle at the same moment, by id: one atomic transaction of the ledger each. */
export type SettledTogether = { step: Settlement['step']; bundleIds: string[] };

/** What settles, one after the other, and what goes on waiting, in the order of the input. */
export type Resolution = {
  settlements: SettledTogether[];
  waiting: string[];
  balances: { participantId: string; asset: string; balance: bigint }[];
};

/** Which steps to take; all when left out. */
export type Steps = { direct?: boolean; bilateral?: boolean; multilateral?: boolean };

/**
 * Settles what can settle now of all that waits: bundles alone, two by two, and then the largest set at once. With
 * `multilateral` alone, all that can settle settles in one go; the outcome is the same, since every smaller step is part of
 * the largest set.
 *
 * Throws RangeError for input that cannot be: bundles without legs, amounts below one, legs to oneself, ids, accounts or limits
 * that occur twice, limits below zero, missing rates, and an order that is not one of the participant's own bundles.
 */
export function resolveGridlock(input: GridlockInput, steps: Steps = {}): Resolution {
  return fitsExactNumbers(largestSum(input)) ? resolve(input, steps, exactNumbers) : resolve(input, steps, bigNumbers);
}

const size = (units: bigint) => (units < 0n ? -units : units);

/** No sum of amounts and limits comes out larger. */
function largestSum({ bundles, accounts, bilateralLimits = [], risk }: GridlockInput): bigint {
  let sum = 0n;
  for (const { legs } of bundles) for (const { units } of legs) sum += units;
  for (const { balance, creditLine = 0n, reserved = [], netSent = 0n, netSenderLimit = 0n } of accounts) {
    sum += [balance, creditLine, netSent, netSenderLimit, ...reserved].reduce((all, one) => all + size(one), 0n);
  }
  for (const { limit, netSent = 0n } of bilateralLimits) sum += size(limit) + size(netSent);
  for (const { shortLimits } of risk?.members ?? []) for (const limit of shortLimits?.values() ?? []) sum += size(limit);
  return sum;
}

function resolve<T>(
  input: GridlockInput,
  { direct = true, bilateral = true, multilateral = true }: Steps,
  arithmetic: Arithmetic<T>,
): Resolution {
  const network = networkOf(input, arithmetic);
  const positions = positionsOf(network, testsOf(input, network, arithmetic), arithmetic);
  const queues = queuesOf(input, network);
  const everybody = direct ? network.participants.keys() : [];
  const settlements = runQueues({ network, positions, queues }, everybody, { bilateral, multilateral });
  const gone = new Set(settlements.flatMap(({ bundles }) => bundles));
  return {
    settlements: settlements.map(({ step, bundles }) => ({ step, bundleIds: bundles.map((bundle) => input.bundles[bundle]!.id) })),
    waiting: input.bundles.filter((_, bundle) => !gone.has(bundle)).map(({ id }) => id),
    balances: input.accounts.map(({ participantId, asset }) => {
      const cell = network.participants.indexOf(participantId) * network.assets.length + network.assets.indexOf(asset);
      return { participantId, asset, balance: arithmetic.units(positions.balance[cell]!) };
    }),
  };
}

function queuesOf<T>({ bundles, orders }: GridlockInput, network: Network<T>): Queues {
  const queues = createQueues(network);
  bundles.forEach((_, bundle) => queues.enter(bundle));
  if (!orders || orders.size === 0) return queues;
  const place = new Map(bundles.map(({ id }, bundle) => [id, bundle]));
  return fixedQueues(
    network.participants.map((participantId, participant) => {
      const [own, chosen] = [queues.list(participant), orders.get(participantId)];
      if (!chosen) return own;
      const order = chosen.map((id) => place.get(id) ?? -1);
      if (order.length !== own.length || new Set([...order, ...own]).size !== own.length)
        throw new RangeError(`the order of ${participantId} is not one of its own ${own.length} bundles`);
      return order;
    }),
  );
}
