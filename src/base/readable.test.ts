import { expect, test } from 'vitest';
import { amountInWords, dayInWords, grouped } from './readable.ts';

test('amounts and days stand in sentences as people write them', () => {
  expect(amountInWords({ asset: 'EUR/2', units: -5_000_000n })).toBe('-50,000.00 EUR');
  expect(amountInWords({ asset: 'JPY/0', units: 999n })).toBe('999 JPY');
  expect(dayInWords('2026-11-03')).toBe('3 Nov 2026');
  expect(['1', '1000', '123456', '1234567.5'].map(grouped)).toEqual(['1', '1,000', '123,456', '1,234,567.5']);
});
