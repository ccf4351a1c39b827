import { expect, test } from 'vitest';
import { unreadableReason } from './unreadable.ts';

test.each([
  ['Aurora Shipping AS', 'Meridian Foods Ltd', undefined],
  ['-- . --', 'Meridian Foods Ltd', 'BE08'],
  ['Aurora Shipping AS', '…', 'BE22'],
  ['Aurora Shipping AS', '\u{20001}\u{20002}', 'RR10'],
  ['\u{20001}', '…', 'RR10'],
  ['Виктор Петров', '김종민', undefined],
])('%j to %j: %s', (debtor, creditor, code) => {
  expect(unreadableReason({ debtor: { name: debtor }, creditor: { name: creditor } })).toBe(code);
});
