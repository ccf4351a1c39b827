import { ibanOf, isIban, leiOf } from '../../base/check-digit.ts';
import type { Random } from '../../base/random.ts';
import type { Order } from '../iso20022/pacs008-transaction.ts';
import { BANKS, companyName, personName } from './names.ts';

/** A bank to admit: contents of `POST /v1/participants`. */
export type DemoParticipant = { name: string; bic: string; lei: string; assets: string[] };

/** How a bank sends its payments. */
export type Channel = 'payment' | 'batch' | 'file';

export type DemoBank = DemoParticipant & {
  country: string;
  channel: Channel;
  weight: number;
  partners: number[];
  customers: Order['debtor'][];
};

/** Currency, its share of payments, and the median payment in whole units. */
export const CURRENCY_USE: readonly { asset: string; share: number; median: number }[] = [
  { asset: 'USD/2', share: 30, median: 9_000 },
  { asset: 'EUR/2', share: 26, median: 8_000 },
  { asset: 'GBP/2', share: 9, median: 7_000 },
  { asset: 'JPY/0', share: 7, median: 1_200_000 },
  { asset: 'CHF/2', share: 5, median: 8_500 },
  { asset: 'CNY/2', share: 5, median: 60_000 },
  { asset: 'SGD/2', share: 4, median: 12_000 },
  { asset: 'AED/2', share: 4, median: 33_000 },
  { asset: 'INR/2', share: 4, median: 700_000 },
  { asset: 'KRW/0', share: 3, median: 11_000_000 },
  { asset: 'KWD/3', share: 2, median: 2_700 },
  { asset: 'BHD/3', share: 1, median: 3_300 },
];

/** Banks of the core; each deals with every other one of it. */
const CORE = 8;
const CUSTOMERS = 60;

/**
 * Forty banks. The core deals among itself and in every currency; each further bank has a few partners, chosen the more
 * likely the more a bank has already (Barabási and Albert, 1999), so that few banks carry most of the traffic.
 */
export function networkOf(random: Random): DemoBank[] {
  const partners = partnersOf(random.fork('partners'), BANKS.length);
  return BANKS.map(({ name, country, bic }, i) => {
    const own = random.fork(bic);
    return {
      name,
      country,
      bic,
      lei: leiOf(
        `${own.int(1000, 9999)}00${Array.from({ length: 12 }, () => own.pick(Array.from('0123456789ABCDEFGHJKLMNPQRSTUVWXYZ'))).join('')}`,
      ),
      assets: assetsOf(own, i),
      channel: (['file', 'batch', 'payment'] as const)[i % 3]!,
      weight: Math.sqrt(partners[i]!.length / (i + 3)),
      partners: partners[i]!,
      customers: Array.from({ length: CUSTOMERS }, (_, n) => customer(own.fork(`customer ${n}`), country)),
    };
  });
}

function partnersOf(random: Random, count: number): number[][] {
  const sets = Array.from({ length: count }, () => new Set<number>());
  const connect = (a: number, b: number) => {
    sets[a]!.add(b);
    sets[b]!.add(a);
  };
  for (let a = 0; a < count; a++) {
    if (a < CORE) for (let b = 0; b < a; b++) connect(a, b);
    else
      for (let links = random.int(3, 6); links > 0; links--)
        connect(
          a,
          random.weighted(
            sets.slice(0, a).map((_, b) => b),
            sets.slice(0, a).map(({ size }) => size),
          ),
        );
  }
  return sets.map((set) => [...set].sort((a, b) => a - b));
}

/** Everyone has dollars and euros, the core everything. */
function assetsOf(random: Random, rank: number): string[] {
  const [usd, eur, ...others] = CURRENCY_USE.map(({ asset }) => asset);
  return [usd!, eur!, ...(rank < CORE ? others : random.shuffle(others).slice(0, random.int(1, 5)))].sort();
}

/** Countries whose account numbers have no check of their own inside, and how many digits they have. */
const IBAN_DIGITS: Readonly<Record<string, number>> = { DE: 18, AT: 16, CH: 17, AE: 19, SA: 20 };

function customer(random: Random, country: string): Order['debtor'] {
  const name = random.chance(0.7) ? companyName(random, country) : personName(random);
  const digits = (count: number) => Array.from({ length: count }, () => random.int(0, 9)).join('');
  const length = IBAN_DIGITS[country];
  const iban = length === undefined ? undefined : ibanOf(country, digits(length));
  return { name, account: iban !== undefined && isIban(iban) ? iban : digits(12), country };
}
