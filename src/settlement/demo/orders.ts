import { pow10 } from '../../base/decimal.ts';
import { scaleOf } from '../../base/money.ts';
import type { Random } from '../../base/random.ts';
import type { Order } from '../iso20022/pacs008-transaction.ts';
import { CURRENCY_USE, type DemoBank } from './network.ts';

/** An order with the bank that sends it and the millisecond of the day at which it does. */
export type TimedOrder = { atMs: number; sender: number; order: Order };

/** A bank that has next to nothing in one of its currencies, in which nobody pays it: whatever it sends there is short of funds. */
export type Underfunded = { bank: number; asset: string };

const OPEN_MS = 7 * 3_600_000;
const CLOSE_MS = 18 * 3_600_000;
/** Spread of amounts: most are small, a few are hundreds of times the median. */
const SIGMA = 1.3;
const LARGEST = 2_000;

/** Orders of a day in order of time. */
export function ordersOf(random: Random, banks: readonly DemoBank[], underfunded: Underfunded, count: number): TimedOrder[] {
  const times = Array.from({ length: count }, () => timeOfDay(random)).sort((a, b) => a - b);
  // Partners pay each other about equally often: that is what makes netting worth while.
  const lines = banks.flatMap(({ partners }, a) => partners.filter((b) => a < b).map((b): [number, number] => [a, b]));
  const weights = lines.map(([a, b]) => banks[a]!.weight * banks[b]!.weight);
  return times.map((atMs, n): TimedOrder => {
    const [a, b] = random.weighted(lines, weights);
    const [sender, receiver] = random.chance(0.5) ? [a, b] : [b, a];
    return { atMs, sender, order: orderOf(random, banks, { sender, receiver }, underfunded, n) };
  });
}

/** Two humps, before and after noon. */
function timeOfDay(random: Random): number {
  for (;;) {
    const hour = random.chance(0.55) ? 10 + 1.4 * random.normal() : 15 + 1.3 * random.normal();
    const atMs = Math.floor(hour * 3_600_000);
    if (atMs >= OPEN_MS && atMs < CLOSE_MS) return atMs;
  }
}

type Line = { sender: number; receiver: number };

function orderOf(random: Random, banks: readonly DemoBank[], { sender, receiver }: Line, underfunded: Underfunded, n: number): Order {
  const [debtor, creditor] = [banks[sender]!, banks[receiver]!];
  const shared = CURRENCY_USE.filter(
    ({ asset }) =>
      debtor.assets.includes(asset) && creditor.assets.includes(asset) && !(receiver === underfunded.bank && asset === underfunded.asset),
  );
  const use = random.weighted(
    shared,
    shared.map(({ share }) => share),
  );
  const invoice = random.int(1000, 99_999);
  return {
    uetr: uuid4(random),
    endToEndId: `${debtor.bic.slice(0, 4)}-${String(n).padStart(6, '0')}`,
    debtorAgent: debtor.bic,
    creditorAgent: creditor.bic,
    debtor: random.pick(debtor.customers),
    creditor: random.pick(creditor.customers),
    asset: use.asset,
    units: unitsOf(random, use.asset, use.median),
    ...(random.chance(0.4) && { purpose: random.pick(['SUPP', 'SALA', 'TRAD', 'INTC', 'SERV']) }),
    ...(random.chance(0.6) && { remittance: `Invoice ${invoice}` }),
  };
}

/** Lognormal around the median; people like round amounts, so a third are rounded to whole hundreds. */
function unitsOf(random: Random, asset: string, median: number): bigint {
  const whole = Math.min(random.lognormal(Math.log(median), SIGMA), median * LARGEST);
  const scale = scaleOf(asset);
  const round = random.chance(0.33) && whole > 100;
  if (round) return BigInt(Math.floor(whole / 100) * 100) * pow10(scale);
  return BigInt(Math.max(1, Math.floor(whole * 10 ** scale)));
}

/** A UUID of version 4 out of repeatable randomness. */
export function uuid4(random: Random): string {
  const hex = Array.from({ length: 4 }, () => random.int(0, 0xffff_ffff).toString(16).padStart(8, '0')).join('');
  const variant = (8 + (parseInt(hex[16]!, 16) & 3)).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
