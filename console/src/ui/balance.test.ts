import { expect, test } from 'vitest';
import { heldBalance, postedBalance } from './balance.ts';

const sums = { debitsPosted: '30', creditsPosted: '100', debitsPending: '5', creditsPending: '7' };

test.each(['liability', 'equity', 'income'])('a %s grows with credits, and what waits to leave it are debits', (kind) => {
  expect([postedBalance(kind, sums), heldBalance(kind, sums)]).toEqual(['70', '5']);
});

test.each(['asset', 'expense'])('an %s grows with debits, and what waits to leave it are credits', (kind) => {
  expect([postedBalance(kind, sums), heldBalance(kind, sums)]).toEqual(['-70', '7']);
});
