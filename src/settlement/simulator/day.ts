import { exactNumbers } from '../amounts/arithmetic.ts';
import { AppError } from '../../base/error.ts';
import { networkOf, type Network } from '../gridlock/network.ts';
import type { TrafficPayment } from './traffic.ts';

/** What a currency comes to in a day. `lower`: least liquidity with which everything can settle at all; `upper`: with which nothing ever waits. */
export type CurrencyDay = { asset: string; payments: number; gross: bigint; lower: bigint; upper: bigint; share: number };

/**
 * A day's traffic by numbers, in order of time. Payment i is bundle i of the network, with one leg. Amounts count in the
 * largest unit that divides every amount of their currency (`quantum`), so that plain numbers hold their sums exactly.
 */
export type Day = {
  network: Network<number>;
  atMs: Float64Array;
  /** By payment: its currency, by place in `currencies`. */
  asset: Int32Array;
  quantum: bigint[];
  currencies: CurrencyDay[];
  /** By cell: net debit of the day, and the lowest point of the balance were everything settled at once. */
  lower: Float64Array;
  upper: Float64Array;
  openMs: number;
  endMs: number;
};

/** One queue for each participant over all its currencies, or one for each of its accounts. */
export type QueuesBy = 'participant' | 'account';

export type DayOptions = {
  queues: QueuesBy;
  endMs?: number;
  /** Value of one minor unit of each asset in any common unit; without, a currency weighs as much as its number of payments. */
  rates?: ReadonlyMap<string, number>;
};

const HOUR_MS = 3_600_000;
const MAX_SUM = BigInt(Number.MAX_SAFE_INTEGER) / 4n;

/** Numbers a day. Errors: `settlement.traffic_empty`, `settlement.traffic_too_large`, `settlement.traffic_ends_early`, `settlement.rate_missing`. */
export function dayOf(traffic: readonly TrafficPayment[], options: DayOptions): Day {
  if (traffic.length === 0) throw new AppError('invalid', 'settlement.traffic_empty', 'There is no payment in the traffic.');
  const payments = traffic.toSorted((a, b) => a.atMs - b.atMs);
  const assets = [...new Set(payments.map(({ asset }) => asset))].sort();
  const place = new Map(assets.map((asset, i) => [asset, i]));
  const asset = Int32Array.from(payments, (payment) => place.get(payment.asset)!);
  const quantum = quantaOf(payments, asset, assets);
  const name = (id: string, of: string) => (options.queues === 'account' ? `${id} ${of}` : id);
  const network = networkOf(
    {
      accounts: [],
      bundles: payments.map(({ debtor, creditor, asset: of, units, priority }, i) => ({
        id: String(i),
        legs: [{ debtor: name(debtor, of), creditor: name(creditor, of), asset: of, units: units / quantum[asset[i]!]! }],
        priority,
      })),
    },
    exactNumbers,
  );
  const [first, last] = [payments[0]!.atMs, payments.at(-1)!.atMs];
  const endMs = options.endMs ?? (Math.floor(last / HOUR_MS) + 1) * HOUR_MS;
  if (endMs <= last) throw new AppError('invalid', 'settlement.traffic_ends_early', 'The day ends before its last payment.');
  const day: Day = {
    network,
    atMs: Float64Array.from(payments, (payment) => payment.atMs),
    asset,
    quantum,
    currencies: [],
    ...boundsOf(network),
    openMs: Math.floor(first / HOUR_MS) * HOUR_MS,
    endMs,
  };
  return { ...day, currencies: currenciesOf(day, options.rates) };
}

/** The greatest amount of each currency of which every payment is a multiple. */
function quantaOf(payments: readonly TrafficPayment[], asset: Int32Array, assets: readonly string[]): bigint[] {
  const [quanta, sums] = [assets.map(() => 0n), assets.map(() => 0n)];
  payments.forEach(({ units, debtor, creditor }, i) => {
    if (units < 1n || debtor === creditor) throw new RangeError(`payment ${i} is of ${units} units from ${debtor} to ${creditor}`);
    quanta[asset[i]!] = divisor(quanta[asset[i]!]!, units);
    sums[asset[i]!]! += units;
  });
  sums.forEach((sum, i) => {
    if (sum / quanta[i]! > MAX_SUM)
      throw new AppError(
        'invalid',
        'settlement.traffic_too_large',
        `The payments in ${assets[i]} come to more than can be simulated exactly.`,
      );
  });
  return quanta;
}

function divisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : divisor(b, a % b);
}

function boundsOf({ debtorCell, creditorCell, units, participants, assets }: Network<number>): Pick<Day, 'lower' | 'upper'> {
  const cells = participants.length * assets.length;
  const [balance, upper] = [new Float64Array(cells), new Float64Array(cells)];
  units.forEach((amount, i) => {
    const from = debtorCell[i]!;
    balance[from]! -= amount;
    upper[from] = Math.max(upper[from]!, -balance[from]!);
    balance[creditorCell[i]!]! += amount;
  });
  return { lower: balance.map((net) => Math.max(0, -net)), upper };
}

function currenciesOf({ network, asset, quantum, lower, upper }: Day, rates: DayOptions['rates']): CurrencyDay[] {
  const sum = (cells: Float64Array, of: number) =>
    cells.reduce((all, one, cell) => (cell % network.assets.length === of ? all + one : all), 0);
  const days = network.assets.map((name, of): CurrencyDay => {
    const own = network.units.filter((_, i) => asset[i] === of);
    const gross = BigInt(own.reduce((all, one) => all + one, 0)) * quantum[of]!;
    return {
      asset: name,
      payments: own.length,
      gross,
      lower: BigInt(sum(lower, of)) * quantum[of]!,
      upper: BigInt(sum(upper, of)) * quantum[of]!,
      share: rates ? Number(gross) * rateOf(rates, name) : own.length,
    };
  });
  const total = days.reduce((all, { share }) => all + share, 0);
  return days.map((one) => ({ ...one, share: one.share / total }));
}

function rateOf(rates: ReadonlyMap<string, number>, asset: string): number {
  const rate = rates.get(asset);
  if (rate === undefined || !(rate > 0)) throw new AppError('invalid', 'settlement.rate_missing', `There is no rate for ${asset}.`);
  return rate;
}
