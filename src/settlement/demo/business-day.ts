import { type Random, seededRandom } from '../../base/random.ts';
import type { LocalDate } from '../../base/time.ts';
import { badTransactions, FLAWS, spoiledFiles } from './flaws.ts';
import { DISGUISES, listedNamesCsv } from './listed-names.ts';
import { type DemoBank, type DemoParticipant, networkOf } from './network.ts';
import { ordersOf, type TimedOrder, type Underfunded } from './orders.ts';
import { type Submission, submissionsOf } from './submissions.ts';

/** Money brought into custody for a bank before the day begins. */
export type DemoFunding = { bic: string; asset: string; units: bigint; reference: string };

/**
 * What a network that works comes to when all submissions are sent in their order, whatever the number and time of its
 * netting windows. Every order of the day is in exactly one of the five fates.
 */
export type Expectation = {
  orders: number;
  /** Taken, and settled by the end. `currencies` adds them up. */
  reserved: number;
  held: number;
  /** Recorded as rejected with AM04. */
  insufficientFunds: number;
  /** Sent again, same UETR and content: answered with the first payment, nothing new recorded. */
  repeated: number;
  /** Transactions of files that are refused, by reason; not recorded. DUPL: a known UETR with other content, in any channel. */
  refused: Record<string, number>;
  /** Files beside the orders, of which nothing may be taken: refused by reason code, or not even read, by error. */
  files: { refused: Record<string, number>; unreadable: Record<string, number> };
  currencies: { asset: string; payments: number; gross: bigint }[];
};

/** A day of a network, invented but plausible. Same seed, same options: the same day, byte by byte. */
export type BusinessDay = {
  day: LocalDate;
  participants: DemoParticipant[];
  assets: string[];
  fundings: DemoFunding[];
  screeningList: { id: string; csv: string };
  /** In order of time; `atMs` counts from midnight UTC. */
  submissions: Submission[];
  expectation: Expectation;
};

type Fate = 'reserved' | 'held' | 'insufficientFunds' | 'repeated' | 'DUPL' | (typeof FLAWS)[number];

/** An order with what becomes of it. */
export type FatedOrder = TimedOrder & { fate: Fate };

/** Which bank runs out of which currency. */
const UNDERFUNDED: Underfunded = { bank: 1, asset: 'USD/2' };
const REPEATED = 12;
const CONFLICTING = 8;
const EVENING_MS = 18.5 * 3_600_000;

/** Makes the day. `payments` is the number of orders, 1,000 or more; all else scales with nothing. */
export function businessDay(seed: string | number, options: { day?: LocalDate; payments?: number } = {}): BusinessDay {
  const { day = '2026-11-23', payments = 20_000 } = options;
  const random = seededRandom(seed);
  const banks = networkOf(random.fork('network'));
  const plain = ordersOf(random.fork('orders'), banks, UNDERFUNDED, payments - REPEATED - CONFLICTING);
  const orders = withRepeats(random.fork('repeats'), withFates(random.fork('fates'), banks, plain));
  const startMs = Date.parse(`${day}T00:00:00Z`);
  const spoiled = spoiledFiles(random.fork('spoiled'), banks, startMs);
  const submissions = [
    ...submissionsOf(random.fork('submissions'), banks, orders, startMs),
    ...spoiled.map(({ submission }) => submission),
  ];
  return {
    day,
    participants: banks.map(({ name, bic, lei, assets }) => ({ name, bic, lei, assets })),
    assets: [...new Set(banks.flatMap(({ assets }) => assets))].sort(),
    fundings: fundingsOf(banks, orders),
    screeningList: { id: 'demo-list', csv: listedNamesCsv() },
    submissions: submissions.sort((a, b) => a.atMs - b.atMs),
    expectation: expectationOf(orders, spoiled),
  };
}

/** Gives some orders a listed name, some a flaw; those of the underfunded bank in its short currency are short of funds. */
function withFates(random: Random, banks: readonly DemoBank[], orders: readonly TimedOrder[]): FatedOrder[] {
  const isShort = ({ sender, order }: TimedOrder) => sender === UNDERFUNDED.bank && order.asset === UNDERFUNDED.asset;
  const fated = orders.map((order): FatedOrder => ({ ...order, fate: isShort(order) ? 'insufficientFunds' : 'reserved' }));
  const free = random.shuffle(fated.filter(({ fate }) => fate === 'reserved'));
  DISGUISES.forEach(({ name }, i) => {
    const one = free[i]!;
    // A few of them pay, most are paid.
    const party = i % 5 === 4 ? 'debtor' : 'creditor';
    one.order = { ...one.order, [party]: { ...one.order[party], name } };
    one.fate = 'held';
  });
  const inFiles = free.slice(DISGUISES.length).filter(({ sender }) => banks[sender]!.channel === 'file');
  FLAWS.forEach((flaw, i) => {
    inFiles[i]!.fate = flaw;
    inFiles[i]!.order = badTransactions[flaw](inFiles[i]!.order);
  });
  return fated;
}

/** In the evening some banks send payments again: most as they were, some with another amount under the same UETR. */
function withRepeats(random: Random, orders: readonly FatedOrder[]): FatedOrder[] {
  const first = random.shuffle(orders.filter(({ fate }) => fate === 'reserved')).slice(0, REPEATED + CONFLICTING);
  const again = first.map((one, i): FatedOrder => {
    const atMs = EVENING_MS + i * 10_000;
    if (i < REPEATED) return { ...one, atMs, fate: 'repeated' };
    return { ...one, atMs, fate: 'DUPL', order: { ...one.order, units: one.order.units + 1n } };
  });
  return [...orders, ...again];
}

/**
 * Every bank gets what it is going to send in all, and a twentieth more: payments are reserved gross until their window
 * settles, so with less the outcome would hang on when that is. The underfunded bank gets one unit.
 */
function fundingsOf(banks: readonly DemoBank[], orders: readonly FatedOrder[]): DemoFunding[] {
  const needed = new Map<string, bigint>();
  for (const { order, fate } of orders) {
    if (fate !== 'reserved' && fate !== 'held') continue;
    const key = `${order.debtorAgent} ${order.asset}`;
    needed.set(key, (needed.get(key) ?? 0n) + order.units);
  }
  const roundTo = 100_000n;
  return banks.flatMap(({ bic, assets }, i) =>
    assets.map((asset): DemoFunding => {
      const reference = `FUND-${bic.slice(0, 4)}-${asset.slice(0, 3)}`;
      if (i === UNDERFUNDED.bank && asset === UNDERFUNDED.asset) return { bic, asset, units: 1n, reference };
      const units = ((needed.get(`${bic} ${asset}`) ?? 0n) * 21n) / 20n;
      return { bic, asset, units: (units / roundTo + 1n) * roundTo, reference };
    }),
  );
}

function expectationOf(orders: readonly FatedOrder[], spoiled: readonly { refused?: string; unreadable?: string }[]): Expectation {
  const count = (fate: Fate) => orders.filter((one) => one.fate === fate).length;
  const tally = (names: readonly (string | undefined)[]) => {
    const present = names.filter((name) => name !== undefined);
    return Object.fromEntries([...Map.groupBy(present, (name) => name)].map(([name, all]) => [name, all.length]));
  };
  const taken = orders.filter(({ fate }) => fate === 'reserved');
  const currencies = [...Map.groupBy(taken, ({ order }) => order.asset)].map(([asset, all]) => ({
    asset,
    payments: all.length,
    gross: all.reduce((sum, { order }) => sum + order.units, 0n),
  }));
  return {
    orders: orders.length,
    reserved: taken.length,
    held: count('held'),
    insufficientFunds: count('insufficientFunds'),
    repeated: count('repeated'),
    refused: tally(orders.map(({ fate }) => (fate === 'DUPL' || FLAWS.includes(fate as never) ? fate : undefined))),
    files: { refused: tally(spoiled.map(({ refused }) => refused)), unreadable: tally(spoiled.map(({ unreadable }) => unreadable)) },
    currencies: currencies.sort((a, b) => (a.asset < b.asset ? -1 : 1)),
  };
}
