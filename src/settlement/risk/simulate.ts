import { checkLimits, LIMIT_NAMES, type LimitBook, type LimitName } from './limits.ts';
import { emptyPositions, positionOf, settle, take, type LimitedPayment, type Positions } from './positions.ts';

type Side = { accepted: number; refused: number; refusedUnits: Map<string, bigint>; byLimit: Record<LimitName, number> };

/** What a change of limits would have done to traffic. Units by asset. */
export type LimitSimulation = {
  payments: number;
  before: Side;
  after: Side;
  /** Ids of payments that only the new limits refuse, and that only the old ones refused; at most 1,000 each. */
  newlyRefused: string[];
  newlyAccepted: string[];
  newlyRefusedCount: number;
  newlyAcceptedCount: number;
  /** Highest net debt within a window, by participant and asset, under the old and the new limits. */
  peaks: { participant: string; asset: string; before: bigint; after: bigint }[];
};

const LISTED = 1_000;

type Run = Side & { book: LimitBook; positions: Positions; peaks: Map<string, bigint> };

/** A simulation under way: traffic is handed to it piece by piece, so that a day need not lie in memory. */
export type Simulation = { take(item: LimitedPayment | 'window'): void; result(): LimitSimulation };

/** Runs the same traffic under two sets of limits, each with positions of its own: what one refuses does not count there. */
export function startSimulation(before: LimitBook, after: LimitBook): Simulation {
  const [old, fresh] = [runOf(before), runOf(after)];
  const [refused, accepted]: [string[], string[]] = [[], []];
  let [payments, refusedCount, acceptedCount] = [0, 0, 0];
  return {
    take(item) {
      if (item === 'window') {
        settle(old.positions);
        settle(fresh.positions);
        return;
      }
      payments++;
      const [was, is] = [passes(old, item), passes(fresh, item)];
      if (was && !is && ++refusedCount <= LISTED) refused.push(item.id);
      if (!was && is && ++acceptedCount <= LISTED) accepted.push(item.id);
    },
    result: () => ({
      payments,
      before: sideOf(old),
      after: sideOf(fresh),
      newlyRefused: refused,
      newlyAccepted: accepted,
      newlyRefusedCount: refusedCount,
      newlyAcceptedCount: acceptedCount,
      peaks: peaksOf(old.peaks, fresh.peaks),
    }),
  };
}

function runOf(book: LimitBook): Run {
  const byLimit = Object.fromEntries(LIMIT_NAMES.map((name) => [name, 0])) as Record<LimitName, number>;
  return { book, positions: emptyPositions(), peaks: new Map(), accepted: 0, refused: 0, refusedUnits: new Map(), byLimit };
}

function passes(run: Run, payment: LimitedPayment): boolean {
  const refusals = checkLimits(run.book, run.positions, payment);
  if (refusals.length > 0) {
    run.refused++;
    run.refusedUnits.set(payment.asset, (run.refusedUnits.get(payment.asset) ?? 0n) + payment.units);
    for (const { limit } of refusals) run.byLimit[limit]++;
    return false;
  }
  take(run.positions, payment);
  run.accepted++;
  const key = `${payment.debtor}\n${payment.asset}`;
  const { net } = positionOf(run.positions, payment.debtor, payment.asset);
  if (net > (run.peaks.get(key) ?? 0n)) run.peaks.set(key, net);
  return true;
}

const sideOf = ({ accepted, refused, refusedUnits, byLimit }: Run): Side => ({ accepted, refused, refusedUnits, byLimit });

function peaksOf(before: ReadonlyMap<string, bigint>, after: ReadonlyMap<string, bigint>): LimitSimulation['peaks'] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().map((key) => {
    const [participant = '', asset = ''] = key.split('\n');
    return { participant, asset, before: before.get(key) ?? 0n, after: after.get(key) ?? 0n };
  });
}
