import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ibanOf, isBic, isIban, isLei, leiOf } from './check-digit.ts';

test.each([
  ['506700GE1G29325QX363', 'Global Legal Entity Identifier Foundation'],
  ['HWUPKR0MPOU8FGXBT394', 'Apple Inc.'],
  ['8I5DZWZKVSZI1NUHU748', 'JPMorgan Chase & Co.'],
  ['7LTWFZYICNSX8D621K86', 'Deutsche Bank AG'],
  ['5493001KJTIIGC8Y1R12', 'Bloomberg Finance L.P.'],
])('the published identifier %s (%s) is valid and computed alike', (lei) => {
  expect(isLei(lei)).toBe(true);
  expect(leiOf(lei.slice(0, 18))).toBe(lei);
});

test('a digit changed for a digit, a letter for a letter, or two such neighbours swapped makes an identifier invalid', () => {
  const digit = (char: string) => /[0-9]/.test(char);
  const alphabet = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const start = fc.string({ unit: fc.constantFrom(...alphabet), minLength: 18, maxLength: 18 });
  fc.assert(
    fc.property(start, fc.nat(17), fc.constantFrom(...alphabet), (first18, at, other) => {
      const lei = leiOf(first18);
      expect(isLei(lei)).toBe(true);
      if (other !== lei[at] && digit(other) === digit(lei[at]!)) expect(isLei(lei.slice(0, at) + other + lei.slice(at + 1))).toBe(false);
      const [a, b] = [lei[at]!, lei[at + 1]!];
      if (a !== b && digit(a) === digit(b)) expect(isLei(lei.slice(0, at) + b + a + lei.slice(at + 2))).toBe(false);
    }),
  );
});

test.each(['506700GE1G29325QX36', '506700ge1g29325qx363', '506700GE1G29325QX3633', '506700GE1G29325QX3 3', ''])(
  '%j is not an identifier',
  (text) => expect(isLei(text)).toBe(false),
);

test.each([
  ['GB', 'NWBK60161331926819', 'GB29NWBK60161331926819'],
  ['DE', '370400440532013000', 'DE89370400440532013000'],
  ['FR', '20041010050500013M02606', 'FR1420041010050500013M02606'],
  ['NO', '86011117947', 'NO9386011117947'],
  ['CH', '00762011623852957', 'CH9300762011623852957'],
  ['SA', '80000000608010167519', 'SA0380000000608010167519'],
  ['MT', 'MALT011000012345MTLCAST001S', 'MT84MALT011000012345MTLCAST001S'],
])('the example of the IBAN registry for %s is computed and valid', (country, number, iban) => {
  expect(ibanOf(country, number)).toBe(iban);
  expect(isIban(iban)).toBe(true);
});

test.each([
  ['wrong check digits', 'GB28NWBK60161331926819'],
  ['the wrong length for its country', ibanOf('DE', '37040044053201300')],
  ['letters where the country has digits', ibanOf('DE', 'ABCD00440532013000')],
  ['a country without IBANs', ibanOf('ZZ', '370400440532013000')],
  ['spaces', 'GB29 NWBK 6016 1331 9268 19'],
  ['nothing', ''],
])('a number with %s is not an IBAN', (_, text) => expect(isIban(text)).toBe(false));

test('what cannot become an identifier or an IBAN is refused', () => {
  for (const work of [() => leiOf('short'), () => leiOf('506700ge1g29325qx3'), () => ibanOf('D', '1'), () => ibanOf('DE', 'ä')]) {
    expect(work).toThrow(RangeError);
  }
});

test.each(['DEUTDEFF', 'DEUTDEFF500', 'NEDSZAJJXXX', 'CHASUS33', '1234DEFF'])('%s has the form of a BIC', (text) =>
  expect(isBic(text)).toBe(true),
);

test.each(['DEUTDEF', 'DEUTDEFF5', 'DEUTDEFF50', 'deutdeff', 'DEUT1EFF', 'DEUTDEFF5000', 'DEUT DEFF', ''])('%j does not', (text) =>
  expect(isBic(text)).toBe(false),
);
