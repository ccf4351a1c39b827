import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDecimal } from '../../base/decimal.ts';
import { findRoute, type Wanted } from './find-route.ts';
import { exchange, legsOf, type FxRate, type Hop } from './rate.ts';

let made = 0;
const rateOf = (fromAsset: string, toAsset: string, rate: string, change: Partial<FxRate> = {}): FxRate => ({
  id: `r${String(++made).padStart(6, '0')}`,
  providerId: 'P',
  source: 'test',
  fromAsset,
  toAsset,
  rate: parseDecimal(rate),
  feeBps: 0,
  minUnits: 1n,
  validFrom: 0,
  validUntil: 1,
  ...change,
});

/** Every way there is, tried one by one. */
function bruteForce(rates: readonly FxRate[], { from, to, units, maxHops }: Wanted): { hops: Hop[]; received: bigint } | undefined {
  const ends: { hops: Hop[]; received: bigint }[] = [];
  const walk = (asset: string, amount: bigint, hops: Hop[], passed: string[]) => {
    if (asset === to) return void ends.push({ hops, received: amount });
    if (hops.length === maxHops) return;
    for (const rate of rates) {
      if (rate.fromAsset !== asset || passed.includes(rate.toAsset)) continue;
      const hop = exchange(rate, amount);
      if (hop) walk(rate.toAsset, hop.received, [...hops, hop], [...passed, rate.toAsset]);
    }
  };
  if (from !== to) walk(from, units, [], [from]);
  const name = (end: { hops: Hop[] }) => end.hops.map(({ rate }) => rate.id).join();
  return ends.sort((a, b) =>
    a.received !== b.received ? (a.received > b.received ? -1 : 1) : a.hops.length - b.hops.length || (name(a) < name(b) ? -1 : 1),
  )[0];
}

const ASSETS = ['EUR/2', 'USD/2', 'JPY/0', 'BHD/3', 'GBP/2'];
const anyRate = fc.record({
  from: fc.constantFrom(...ASSETS),
  to: fc.constantFrom(...ASSETS),
  units: fc.bigInt({ min: 1n, max: 30_000n }),
  scale: fc.integer({ min: 0, max: 6 }),
  feeBps: fc.integer({ min: 0, max: 300 }),
  min: fc.bigInt({ min: 1n, max: 2_000n }),
  max: fc.option(fc.bigInt({ min: 2_000n, max: 200_000n }), { nil: undefined }),
});

const ratesFrom = (
  drawn: readonly { from: string; to: string; units: bigint; scale: number; feeBps: number; min: bigint; max: bigint | undefined }[],
) =>
  drawn.flatMap(({ from, to, units, scale, feeBps, min, max }, i) =>
    from === to
      ? []
      : [
          {
            ...rateOf(from, to, '1'),
            id: `r${i}`,
            providerId: `P${i % 3}`,
            rate: { units, scale },
            feeBps,
            minUnits: min,
            ...(max !== undefined && { maxUnits: max }),
          },
        ],
  );

describe('the way through the rates', () => {
  test('is the one of all ways that brings the most, by brute force over 2,000 networks', () => {
    fc.assert(
      fc.property(
        fc.array(anyRate, { minLength: 1, maxLength: 14 }),
        fc.bigInt({ min: 1n, max: 100_000n }),
        fc.integer({ min: 1, max: 4 }),
        (drawn, units, maxHops) => {
          const rates = ratesFrom(drawn);
          const wanted = { from: 'EUR/2', to: 'BHD/3', units, maxHops };
          const [found, expected] = [findRoute(rates, wanted), bruteForce(rates, wanted)];
          expect(found?.received).toBe(expected?.received);
          expect(found?.hops.map(({ rate }) => rate.id)).toEqual(expected?.hops.map(({ rate }) => rate.id));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('goes around where that is cheaper, and straight where a limit stands in the way', () => {
    const straight = rateOf('EUR/2', 'JPY/0', '160');
    const around = [rateOf('EUR/2', 'USD/2', '1.1'), rateOf('USD/2', 'JPY/0', '150', { maxUnits: 110_000n })];
    const wanted = { from: 'EUR/2', to: 'JPY/0', maxHops: 3 };
    expect(findRoute([straight, ...around], { ...wanted, units: 100_000n })).toMatchObject({ received: 165_000n });
    expect(findRoute([straight, ...around], { ...wanted, units: 100_100n })).toMatchObject({ received: 160_160n, hops: [{}] });
  });

  test('does not exist where no rate leads, nor from a currency to itself', () => {
    const rates = [rateOf('EUR/2', 'USD/2', '1.1')];
    expect(findRoute(rates, { from: 'USD/2', to: 'EUR/2', units: 100n, maxHops: 4 })).toBeUndefined();
    expect(findRoute(rates, { from: 'EUR/2', to: 'EUR/2', units: 100n, maxHops: 4 })).toBeUndefined();
    expect(findRoute(rates, { from: 'EUR/2', to: 'USD/2', units: 100n, maxHops: 0 })).toBeUndefined();
  });
});

describe('an exchange', () => {
  test('gives the taker what the rate makes of it rounded down, and the unit in between to rounding', () => {
    const hop = exchange(rateOf('EUR/2', 'JPY/0', '163.457', { feeBps: 5 }), 10_001n)!;
    // The fee is 5.0005 cents, 6 when rounded up; 99.95 EUR make 16,337.52715 yen.
    expect(hop).toMatchObject({ fee: 6n, exchanged: 9_995n, received: 16_337n, given: 16_338n });
    expect(legsOf('T', [hop])).toEqual([
      { debtor: 'T', creditor: 'fx_fees', asset: 'EUR/2', units: 6n },
      { debtor: 'T', creditor: 'P', asset: 'EUR/2', units: 9_995n },
      { debtor: 'P', creditor: 'T', asset: 'JPY/0', units: 16_337n },
      { debtor: 'P', creditor: 'fx_rounding', asset: 'JPY/0', units: 1n },
    ]);
  });

  test('neither makes nor loses a unit of any currency, whatever the rates', () => {
    fc.assert(
      fc.property(fc.array(anyRate, { minLength: 1, maxLength: 10 }), fc.bigInt({ min: 1n, max: 10n ** 12n }), (drawn, units) => {
        const route = findRoute(ratesFrom(drawn), { from: 'EUR/2', to: 'JPY/0', units, maxHops: 4 });
        if (!route) return;
        const sums = new Map<string, bigint>();
        const add = (party: string, asset: string, amount: bigint) =>
          sums.set(`${party} ${asset}`, (sums.get(`${party} ${asset}`) ?? 0n) + amount);
        for (const { debtor, creditor, asset, units: amount } of legsOf('T', route.hops)) {
          expect(amount > 0n).toBe(true);
          add(debtor, asset, -amount);
          add(creditor, asset, amount);
        }
        expect(sums.get('T EUR/2')).toBe(-units);
        expect(sums.get('T JPY/0')).toBe(route.received);
        for (const { rate, given, received } of route.hops) {
          expect(given - received === 0n || given - received === 1n).toBe(true);
          if (rate.toAsset !== 'JPY/0') expect(sums.get(`T ${rate.toAsset}`)).toBe(0n);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('there and back at one rate never brings more than was paid, and nothing of too little', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 9n }), (paid) => {
        const there = exchange(rateOf('EUR/2', 'USD/2', '2'), paid);
        const back = there && exchange(rateOf('USD/2', 'EUR/2', '0.5'), there.received);
        expect(back === undefined || back.received <= paid).toBe(true);
      }),
    );
    expect(exchange(rateOf('JPY/0', 'EUR/2', '0.000001'), 100n)).toBeUndefined();
    expect(exchange(rateOf('EUR/2', 'USD/2', '1', { minUnits: 100n }), 99n)).toBeUndefined();
    expect(exchange(rateOf('EUR/2', 'USD/2', '1', { feeBps: 9_999 }), 1n)).toBeUndefined();
  });
});
