import { expect, test } from 'vitest';
import { creditorReferenceOf } from '../../base/check-digit.ts';
import { toldOf } from './lines.ts';
import type { EntryReading } from './read-statement.ts';

const DAY = '2026-11-23';
const euros = (units: bigint) => ({ asset: 'EUR/2', units });
const reference = creditorReferenceOf('AAAAFIHH');
const detail = (units: bigint | undefined, change: object = {}) => ({
  remittance: { structured: [{ reference }] },
  ...(units !== undefined && { amount: euros(units) }),
  ...change,
});
/** An entry of 300.00 with what it tells of its payments. */
const told = (change: Partial<EntryReading>) =>
  toldOf({ amount: euros(30_000n), direction: 'CRDT', status: 'BOOK', ...change } as EntryReading, DAY)!;
const isNamed = (change: Partial<EntryReading>) => told(change).lines.some(({ refs }) => refs.includes(reference));

test('one payment of several that an entry is made of does not name the rest', () => {
  expect(isNamed({ details: [detail(30_000n)] })).toBe(true);
  expect(isNamed({ details: [detail(undefined)] })).toBe(true);
  expect(isNamed({ details: [detail(10_000n)] })).toBe(false);
  expect(isNamed({ details: [detail(undefined, { transactionAmount: euros(10_000n) })] })).toBe(false);
  expect(isNamed({ details: [detail(undefined)], batches: [{ transactions: 3 }] })).toBe(false);
  expect(isNamed({ details: [detail(undefined)], batches: [{ transactions: 1 }, { transactions: 1 }] })).toBe(false);
  expect(isNamed({ details: [detail(30_000n)], batches: [{ transactions: 1 }] })).toBe(true);
  expect(told({ details: [detail(10_000n, { debtor: { name: 'Nordlys AS' } })], text: 'Collected' }).lines).toMatchObject([
    { units: 30_000n, sender: null, counterparty: null, marks: [], remittance: 'Collected' },
  ]);
});

test('a payment of which charges were taken names what is left of it', () => {
  expect(isNamed({ details: [detail(30_500n)] })).toBe(true);
  expect(isNamed({ direction: 'DBIT', details: [detail(29_500n)] })).toBe(true);
});

test('an amount in another currency says nothing of how much of an entry a payment is', () => {
  const dollars = (units: bigint) => ({ asset: 'USD/2', units });
  expect(isNamed({ details: [{ ...detail(undefined), amount: dollars(10_000n) }] })).toBe(true);
  const both = [dollars(10_000n), dollars(20_000n)].map((amount) => ({ ...detail(undefined), amount }));
  expect(told({ details: both }).lines).toMatchObject([{ units: 30_000n, refs: [] }]);
  const amounts = [10_000n, 20_000n].map((units) => ({
    ...detail(undefined),
    amount: dollars(units + 1n),
    transactionAmount: euros(units),
  }));
  expect(told({ details: amounts }).lines).toMatchObject([{ units: 10_000n }, { units: 20_000n }]);
});
