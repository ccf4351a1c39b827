import { expect, test } from 'vitest';
import { readAmount } from './read-amount.ts';

test.each([
  ['EUR/2', '1,250.50', { units: '125050' }],
  ['EUR/2', ' 7 ', { units: '700' }],
  ['JPY/0', '1200', { units: '1200' }],
  ['KWD/3', '0.001', { units: '1' }],
])('%s: %j is read as a person means it', (asset, text, read) => {
  expect(readAmount(asset, text)).toEqual(read);
});

test.each([
  ['EUR/2', '1.005'],
  ['JPY/0', '1.5'],
  ['EUR/2', '-3'],
  ['EUR/2', '0'],
  ['EUR/2', '1e3'],
  ['EUR/2', '9'.repeat(40)],
])('%s: %j is refused with a reason', (asset, text) => {
  expect(readAmount(asset, text)).toEqual({ error: expect.stringMatching(/\S/) });
});

test('nothing typed yet is no amount and no complaint', () => {
  expect(readAmount('EUR/2', ' ')).toEqual({ error: '' });
});
