import fc from 'fast-check';
import Value from 'typebox/value';
import { expect, test } from 'vitest';
import {
  addDecimal,
  compareDecimal,
  type Decimal,
  DecimalText,
  divideDecimal,
  divideRounded,
  formatDecimal,
  multiplyDecimal,
  parseDecimal,
  rescale,
  type Rounding,
  subtractDecimal,
} from './decimal.ts';

const decimal = fc.record({ units: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), scale: fc.nat(20) });
const roundings: readonly Rounding[] = ['floor', 'ceil', 'trunc', 'half_even', 'half_up'];
const rounding = fc.constantFrom(...roundings);
const same = (a: Decimal, b: Decimal) => compareDecimal(a, b) === 0;

test('what is written is read back, digit for digit', () => {
  fc.assert(
    fc.property(decimal, (value) => {
      expect(parseDecimal(formatDecimal(value))).toEqual(value);
    }),
  );
});

test.each(['', '-', '.5', '5.', '01.5', '+1', '1e5', '1,5', '١', ' 1', '1 ', '--1', '0x10', 'NaN', 'Infinity'])(
  'text that is not one plain number is refused: %j',
  (text) => expect(() => parseDecimal(text)).toThrow(expect.objectContaining({ code: 'decimal.malformed' })),
);

test('numbers of more than 76 digits are refused before any arithmetic', () => {
  expect(parseDecimal(`-${'9'.repeat(38)}.${'9'.repeat(38)}`).scale).toBe(38);
  for (const text of ['9'.repeat(77), `0.${'1'.repeat(76)}`, '9'.repeat(1_000_000)]) {
    expect(() => parseDecimal(text)).toThrow(expect.objectContaining({ code: 'decimal.too_large' }));
  }
});

test('sums, differences and products are exact', () => {
  fc.assert(
    fc.property(decimal, decimal, decimal, (a, b, c) => {
      expect(same(subtractDecimal(addDecimal(a, b), b), a)).toBe(true);
      expect(same(multiplyDecimal(a, addDecimal(b, c)), addDecimal(multiplyDecimal(a, b), multiplyDecimal(a, c)))).toBe(true);
    }),
  );
});

test('comparison is by value, whatever the scale', () => {
  expect(compareDecimal(parseDecimal('1.0'), parseDecimal('1.00'))).toBe(0);
  expect(compareDecimal(parseDecimal('-1.01'), parseDecimal('-1'))).toBe(-1);
  expect(compareDecimal(parseDecimal('0.10'), parseDecimal('0.09'))).toBe(1);
});

test.each([
  ['2.5', '-2.5', { floor: ['2', '-3'], ceil: ['3', '-2'], trunc: ['2', '-2'], half_even: ['2', '-2'], half_up: ['3', '-3'] }],
  ['3.5', '-3.5', { floor: ['3', '-4'], ceil: ['4', '-3'], trunc: ['3', '-3'], half_even: ['4', '-4'], half_up: ['4', '-4'] }],
  ['2.51', '-2.51', { floor: ['2', '-3'], ceil: ['3', '-2'], trunc: ['2', '-2'], half_even: ['3', '-3'], half_up: ['3', '-3'] }],
  ['2.49', '-2.49', { floor: ['2', '-3'], ceil: ['3', '-2'], trunc: ['2', '-2'], half_even: ['2', '-2'], half_up: ['2', '-2'] }],
  ['0.5', '-0.5', { floor: ['0', '-1'], ceil: ['1', '0'], trunc: ['0', '0'], half_even: ['0', '0'], half_up: ['1', '-1'] }],
])('%s and %s round to whole numbers as each rule is named', (up, down, expected) => {
  for (const rule of roundings) {
    const rounded = [up, down].map((text) => formatDecimal(rescale(parseDecimal(text), 0, rule)));
    expect([rule, ...rounded]).toEqual([rule, ...expected[rule]]);
  }
});

test('a rounded quotient is off by less than one unit, by at most half a unit for the half rules, and exact when it can be', () => {
  const numerator = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });
  const denominator = fc.bigInt({ min: -(10n ** 10n), max: 10n ** 10n }).filter((d) => d !== 0n);
  fc.assert(
    fc.property(numerator, denominator, rounding, (n, d, rule) => {
      const error = divideRounded(n, d, rule) * d - n;
      const [size, width] = [error < 0n ? -error : error, d < 0n ? -d : d];
      expect(rule.startsWith('half') ? 2n * size <= width : size < width).toBe(true);
      if (n % d === 0n) expect(error).toBe(0n);
      // floor never exceeds the quotient and ceil never falls short of it.
      if (rule === 'floor') expect(error * (d < 0n ? -1n : 1n) <= 0n).toBe(true);
      if (rule === 'ceil') expect(error * (d < 0n ? -1n : 1n) >= 0n).toBe(true);
    }),
  );
});

test('a product divided by a factor gives the other factor', () => {
  fc.assert(
    fc.property(
      decimal,
      decimal.filter((b) => b.units !== 0n),
      rounding,
      (a, b, rule) => {
        expect(divideDecimal(multiplyDecimal(a, b), b, a.scale, rule)).toEqual(a);
      },
    ),
  );
});

test('division needs a divisor other than zero', () => {
  expect(() => divideDecimal(parseDecimal('1'), parseDecimal('0.00'), 2, 'floor')).toThrow(
    expect.objectContaining({ code: 'decimal.division_by_zero' }),
  );
  expect(formatDecimal(divideDecimal(parseDecimal('2'), parseDecimal('-3'), 4, 'half_even'))).toBe('-0.6667');
});

test('a finer scale never changes the value', () => {
  fc.assert(fc.property(decimal, fc.nat(10), rounding, (a, more, rule) => same(rescale(a, a.scale + more, rule), a)));
});

test('in JSON a decimal is a string that keeps its decimals', () => {
  expect(Value.Decode(DecimalText, '101.250')).toEqual({ units: 101250n, scale: 3 });
  expect(Value.Encode(DecimalText, { units: -5n, scale: 2 })).toBe('-0.05');
  for (const wire of [101.25, '1e3', '1.', `1${'0'.repeat(38)}`]) expect(Value.Check(DecimalText, wire)).toBe(false);
});
