import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clock, count, day, duration, longDay, money, moneyParts, moneyShort, nameOf, percent, share, shortId } from './format.ts';

test.each([
  ['EUR/2', '1234567', '12,345.67 EUR'],
  ['EUR/2', '5', '0.05 EUR'],
  ['EUR/2', '-100000', '−1,000.00 EUR'],
  ['EUR/2', '0', '0.00 EUR'],
  ['JPY/0', '1000', '1,000 JPY'],
  ['JPY/0', '999', '999 JPY'],
  ['KWD/3', '1500', '1.500 KWD'],
  ['ETH/18', '9223372036854775808', '9.223372036854775808 ETH'],
])('%s %s is shown as %s', (asset, units, shown) => {
  expect(money(asset, units)).toBe(shown);
});

test('no digit of an amount is lost or made up, whatever its size and scale', () => {
  const amounts = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n });
  fc.assert(
    fc.property(amounts, fc.integer({ min: 0, max: 18 }), (units, scale) => {
      const { sign, whole, fraction } = moneyParts(`XYZ/${scale}`, units.toString());
      const back = BigInt(`${sign === '' ? '' : '-'}${whole.replaceAll(',', '')}${fraction}`);
      return back === units && fraction.length === scale;
    }),
  );
});

test.each([
  ['EUR/2', '99999', '999'],
  ['EUR/2', '100000', '1.00k'],
  ['EUR/2', '1234567', '12.3k'],
  ['EUR/2', '123456789', '1.23m'],
  ['EUR/2', '99999999999', '999m'],
  ['JPY/0', '123456789012', '123bn'],
  ['JPY/0', '1234567890123456', '1234tn'],
  ['EUR/2', '-123456789', '−1.23m'],
])('%s %s is %s in short, never more than there is', (asset, units, shown) => {
  expect(moneyShort(asset, units)).toBe(shown);
});

test('a share of sums beyond what a number can hold is still right, and of nothing it is none', () => {
  expect(share('25000000000000000000000000000000000000', '100000000000000000000000000000000000000')).toBe(0.25);
  expect(share(1n, 0n)).toBe(0);
});

test('times and counts read as people write them, in UTC', () => {
  expect([0, 340, 1000, 59_949, 59_950, 125_000, 4_800_000, 259_200_000].map(duration)).toEqual([
    '0 ms',
    '340 ms',
    '1.0 s',
    '59.9 s',
    '1 min',
    '2 min 5 s',
    '1 h 20 min',
    '3 days',
  ]);
  expect(count(1_234_567)).toBe('1,234,567');
  expect(percent(0.8213)).toBe('82.1 %');
  expect(day('2026-11-02T23:59:59.999Z')).toBe('2 Nov 2026');
  expect(longDay('2026-11-22')).toBe('Sunday, 22 Nov 2026');
  expect(clock('2026-11-22T09:30:05.120Z')).toBe('09:30:05');
  expect(shortId('pay_0192837465ab7def8192837465abcdef')).toBe('pay_0192…abcdef');
  expect(shortId('short')).toBe('short');
});

test('somebody is shown by name, without the account that the log keeps beside it', () => {
  expect(nameOf('Ada Lind <usr_018f3a>')).toBe('Ada Lind');
  for (const whole of ['Ada Lind', 'Ada <ada@example.org>', '<usr_018f3a>']) expect(nameOf(whole)).toBe(whole);
});
