import fc from 'fast-check';
import Value from 'typebox/value';
import { expect, test } from 'vitest';
import { assetOfCurrency, CURRENCIES, isKnownAsset } from './currency.ts';
import { parseDecimal } from './decimal.ts';
import {
  addMoney,
  allocate,
  Asset,
  codeOf,
  fromDecimalText,
  MAX_UNITS,
  multiplyRate,
  scaleOf,
  subtractMoney,
  toDecimalText,
  Units,
} from './money.ts';

const asset = fc.constantFrom('JPY/0', 'EUR/2', 'KWD/3', 'BTC/8', 'ETH/18');
const units = fc.bigInt({ min: -MAX_UNITS, max: MAX_UNITS });
const code = (expected: string) => expect.objectContaining({ code: expected });

test('an asset tells its code and its decimals', () => {
  expect([codeOf('ETH/18'), scaleOf('ETH/18')]).toEqual(['ETH', 18]);
  expect([codeOf('JPY/0'), scaleOf('JPY/0')]).toEqual(['JPY', 0]);
});

test('amounts of different assets never add up, not even of one code with two scales', () => {
  expect(() => addMoney({ asset: 'EUR/2', units: 1n }, { asset: 'USD/2', units: 1n })).toThrow(code('money.mixed_assets'));
  expect(() => subtractMoney({ asset: 'EUR/2', units: 1n }, { asset: 'EUR/4', units: 1n })).toThrow(code('money.mixed_assets'));
});

test('sums are exact up to 38 digits and refused beyond', () => {
  const small = fc.bigInt({ min: -(MAX_UNITS / 2n), max: MAX_UNITS / 2n });
  fc.assert(
    fc.property(small, small, (a, b) => {
      const [x, y] = [a, b].map((each) => ({ asset: 'EUR/2', units: each }));
      expect(subtractMoney(addMoney(x!, y!), y!)).toEqual(x);
    }),
  );
  expect(() => addMoney({ asset: 'EUR/2', units: MAX_UNITS }, { asset: 'EUR/2', units: 1n })).toThrow(code('money.too_large'));
});

test('an amount written in decimals is read back unchanged', () => {
  fc.assert(
    fc.property(asset, units, (a, u) => {
      expect(fromDecimalText(a, toDecimalText({ asset: a, units: u }))).toEqual({ asset: a, units: u });
    }),
  );
});

test.each([
  ['EUR/2', '125.50', 12550n],
  ['EUR/2', '125.5', 12550n],
  ['EUR/2', '0125', 12500n],
  ['JPY/0', '7', 7n],
  ['KWD/3', '-0.001', -1n],
])('%s %s is read exactly', (a, text, expected) => expect(fromDecimalText(a, text).units).toBe(expected));

test.each([
  ['EUR/2', '1.005', 'money.too_many_decimals'],
  ['JPY/0', '1.0', 'money.too_many_decimals'],
  ['EUR/2', '1'.repeat(37), 'money.too_large'],
  ['ETH/18', '1'.repeat(21), 'money.too_large'],
  ['EUR/2', '1'.repeat(101), 'money.not_a_number'],
  ['EUR/2', '1e2', 'money.not_a_number'],
  ['EUR/2', '1,50', 'money.not_a_number'],
  ['EUR/2', '', 'money.not_a_number'],
  ['EUR/2', '.5', 'money.not_a_number'],
])('%s %s is refused by name', (a, text, expected) => expect(() => fromDecimalText(a, text)).toThrow(code(expected)));

const weights = fc.array(fc.bigInt({ min: 0n, max: 10n ** 12n }), { minLength: 1, maxLength: 30 }).filter((all) => all.some((w) => w > 0n));

test('a split adds up to the whole and gives each part its share to within one unit', () => {
  fc.assert(
    fc.property(units, weights, (whole, by) => {
      const parts = allocate(whole, by);
      const total = by.reduce((sum, w) => sum + w, 0n);
      expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(whole);
      parts.forEach((part, i) => {
        const error = part * total - whole * by[i]!;
        expect(error < total && error > -total).toBe(true);
      });
    }),
  );
});

test('no part gets an extra unit while a part with a larger remainder gets none', () => {
  expect(allocate(100n, [1n, 1n, 1n])).toEqual([34n, 33n, 33n]);
  expect(allocate(-100n, [1n, 1n, 1n])).toEqual([-34n, -33n, -33n]);
  expect(allocate(10n, [1n, 0n, 6n])).toEqual([1n, 0n, 9n]);
  expect(allocate(5n, [3n, 3n, 1n])).toEqual([2n, 2n, 1n]);
});

test('a split needs weights that say something', () => {
  for (const by of [[], [0n, 0n], [2n, -1n]]) expect(() => allocate(1n, by)).toThrow(code('money.bad_weights'));
});

test('a conversion rounds once, as named', () => {
  const usd = { asset: 'USD/2', units: 10_001n };
  expect(multiplyRate(usd, parseDecimal('149.555'), 'JPY/0', 'floor')).toEqual({ asset: 'JPY/0', units: 14956n });
  expect(multiplyRate(usd, parseDecimal('149.555'), 'JPY/0', 'ceil').units).toBe(14957n);
  expect(multiplyRate({ asset: 'JPY/0', units: 1n }, parseDecimal('0.005'), 'EUR/2', 'half_even').units).toBe(0n);
  expect(multiplyRate({ asset: 'JPY/0', units: 3n }, parseDecimal('0.005'), 'EUR/2', 'half_even').units).toBe(2n);
  expect(() => multiplyRate({ asset: 'JPY/0', units: MAX_UNITS }, parseDecimal('1'), 'EUR/2', 'floor')).toThrow(code('money.too_large'));
});

test('in JSON units are digits without leading zeros or a negative zero', () => {
  expect(Value.Decode(Units, '-125000')).toBe(-125000n);
  expect(Value.Encode(Units, MAX_UNITS)).toBe('9'.repeat(38));
  for (const wire of ['-0', '01', '1.0', '', 5, '9'.repeat(39)]) expect(Value.Check(Units, wire)).toBe(false);
});

test('every active currency of ISO 4217 is an asset with the decimals of the standard', () => {
  for (const each of CURRENCIES.keys()) expect(Value.Check(Asset, assetOfCurrency(each))).toBe(true);
  expect(['EUR', 'JPY', 'KRW', 'CLP', 'BHD', 'TND', 'CLF', 'UYW', 'ISK', 'HUF', 'MGA', 'MRU'].map((each) => CURRENCIES.get(each))).toEqual([
    2, 0, 0, 0, 3, 3, 4, 4, 0, 2, 2, 2,
  ]);
});

test('currencies that ended and codes without decimals are no assets', () => {
  for (const each of ['DEM', 'HRK', 'BGN', 'ANG', 'ZWL', 'XAU', 'XDR', 'XXX', 'eur', '']) {
    expect(assetOfCurrency(each)).toBeUndefined();
    expect(isKnownAsset(`${each}/2`)).toBe(false);
  }
  expect(['EUR/2', 'JPY/0', 'EUR/3', 'JPY/2', 'EUR'].map(isKnownAsset)).toEqual([true, true, false, false, false]);
});

test('the table of currencies holds what the engine knows as currencies of today', () => {
  // Independent of our table: Unicode CLDR, through Intl. Left out are what is over or has no decimals in ISO 4217.
  const over = ['ANG', 'BGN', 'CUC', 'HRK', 'SLL', 'ZWL', 'XDR', 'XSU', 'XUA'];
  const missing = Intl.supportedValuesOf('currency').filter((each) => !CURRENCIES.has(each) && !over.includes(each));
  expect(missing).toEqual([]);
});
