import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BankEntry } from '../../../test/support/bank-document.ts';
import { admitBanks, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { DAY, fundingOf, openToldAccount, rf, type ToldAccount } from '../../../test/support/told-account.ts';
import { seededRandom, type Random } from '../../base/random.ts';
import { addDays, manualClock } from '../../base/time.ts';
import type { StatementFamily } from '../iso20022/write/statement.ts';

const clock = manualClock(Date.parse('2026-11-20T10:00:00Z'));
const NEXT = addDays(DAY, 1);
let house: TestHouse;
let banks: [Bank, Bank];
let account: ToldAccount;

beforeAll(async () => {
  house = await createTestHouse({ clock });
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 0n })) as [Bank, Bank];
});
beforeEach(async () => {
  account = await openToldAccount(house, clock);
});
afterAll(() => house.close());

const funding = (change: Partial<BankEntry> = {}) => fundingOf(banks[0], change);
const tell = (family: StatementFamily, entries: readonly BankEntry[], opening = 0n) =>
  account.take(family, { day: entries[0]!.day, entries, ...(family === 'camt.053' && { opening }) });
const sum = (change: Partial<BankEntry> = {}) => funding({ units: 30_000n, ...change });
const parts = (change: (n: number) => Partial<BankEntry> = () => ({})) => [1, 2, 3].map((n) => funding(change(n)));

describe('money that is told as one sum and in parts', () => {
  const ways: [string, () => BankEntry[], () => BankEntry[]][] = [
    ['the sum first', () => [sum()], () => parts()],
    ['the sum first, of which the parts have references', () => [sum()], () => parts((n) => ({ reference: `S-${n}` }))],
    ['the sum first, which has a reference', () => [sum({ reference: 'N-1' })], () => parts()],
    ['the sum first, booked a day later', () => [sum()], () => parts(() => ({ day: NEXT }))],
    ['the parts first', () => parts(), () => [sum()]],
    ['the parts first, with references', () => parts((n) => ({ reference: `N-${n}` })), () => [sum({ reference: 'S-1', day: NEXT })]],
    ['two of the three parts first', () => parts((n) => ({ reference: `N-${n}` })).slice(1), () => [sum({ reference: 'S-1' })]],
    ['a part and a sum first', () => [funding(), funding({ units: 20_000n })], () => [sum()]],
    ['a part and a sum first, then all parts', () => [funding({ units: 20_000n }), funding()], () => parts()],
  ];
  test.each(ways)('is minted once, whether a statement or a notification says it first: %s', async (_, first, again) => {
    for (const [one, other] of [
      ['camt.054', 'camt.053'],
      ['camt.053', 'camt.054'],
      ['camt.052', 'camt.053'],
      ['camt.053', 'camt.052'],
      ['camt.054', 'camt.052'],
    ] as const) {
      account = await openToldAccount(house, clock);
      await tell(one, first());
      await tell(other, again());
      expect(await account.minted(), `${one}, ${other}`).toBeLessThanOrEqual(30_000n);
      expect((await account.figures()).difference).toBe(0n);
      expect((await account.open()).some(({ explanation }) => explanation.includes('may be what was told'))).toBe(true);
    }
  });

  test('is minted once when its parts come one after the other, on several statements', async () => {
    await tell('camt.054', [sum()]);
    for (const n of [0, 1, 2]) await tell('camt.053', [funding({ day: addDays(DAY, n) })], BigInt(n) * 10_000n);
    expect(await account.minted()).toBe(30_000n);
  });

  test('is minted again once statements show both, since then it has come twice', async () => {
    await tell('camt.054', [sum({ reference: 'N-1' })]);
    await tell('camt.053', parts());
    expect(await account.minted()).toBe(30_000n);
    await tell('camt.053', [sum({ day: NEXT })], 30_000n);
    expect([await account.minted(), await account.openUnits()]).toEqual([60_000n, []]);
  });

  test('keeps nothing up that names another participant, or another payment', async () => {
    await tell('camt.054', [sum({ endToEndId: 'E-1' })]);
    await tell('camt.053', [funding({ creditorReference: rf(banks[1]) }), funding({ endToEndId: 'E-2' })]);
    expect(await account.minted()).toBe(50_000n);
  });

  test('keeps no notification up of a custodian that notifies all that it books', async () => {
    await tell('camt.054', parts());
    await tell('camt.053', parts());
    await tell('camt.054', [sum({ day: NEXT })]);
    expect([await account.minted(), await account.openUnits()]).toEqual([60_000n, []]);
  });
});

/** Some bookings of a day as a document may tell them: any of them drawn together, in any order. */
function told(bookings: readonly BankEntry[], random: Random, name: string): BankEntry[] {
  const groups = new Map<string, BankEntry[]>();
  for (const one of random.shuffle(bookings)) {
    const group = `${one.creditorReference} ${random.int(1, 3)}`;
    groups.set(group, [...(groups.get(group) ?? []), one]);
  }
  const isNamed = random.chance(0.5);
  return [...groups.values()].map((some, i) => ({
    ...some[0]!,
    units: some.reduce((total, { units }) => total + units, 0n),
    ...(isNamed && { reference: `${name}-${i}` }),
  }));
}

test.each(Array.from({ length: 24 }, (_, i) => i + 1))(
  'however sums and parts are drawn together and apart, no more is minted than statements come to in the end (seed %i)',
  async (seed) => {
    const random = seededRandom(`lumps ${seed}`);
    const credited = new Map(banks.map((bank) => [bank.id, 0n]));
    const documents: Buffer[] = [];
    let balance = 0n;
    for (let i = 0; i < 3; i++) {
      const day = addDays(DAY, i);
      const bookings = Array.from({ length: random.int(1, 5) }, () => {
        const bank = random.pick(banks);
        const units = random.pick([100n, 100n, 200n, 300n, 250n]);
        credited.set(bank.id, credited.get(bank.id)! + units);
        return fundingOf(bank, { units, day });
      });
      const booked = told(bookings, random, `S-${seed}-${i}`);
      documents.push(account.document('camt.053', { day, from: day, opening: balance, entries: booked }));
      balance += bookings.reduce((total, { units }) => total + units, 0n);
      // Each family tells each booking once, a day before or after as it likes.
      for (const family of ['camt.052', 'camt.054'] as const) {
        const on = addDays(day, random.int(-1, 1));
        const some = bookings.filter(() => random.chance(0.8)).map((one) => ({ ...one, day: on }));
        if (some.length > 0) documents.push(account.document(family, { day: on, entries: told(some, random, `${family}-${seed}-${i}`) }));
      }
    }
    const order = random.shuffle(documents);
    for (const bytes of [...order, ...documents.filter(() => random.chance(0.3))]) {
      await account.takeBytes(bytes);
      expect((await account.figures()).difference).toBe(0n);
      for (const bank of banks) expect(await account.minted(bank)).toBeLessThanOrEqual(credited.get(bank.id)!);
    }
    await account.take('camt.053', { day: addDays(DAY, 9), opening: balance, entries: [] });
    for (const bank of banks) expect(await account.minted(bank)).toBeLessThanOrEqual(credited.get(bank.id)!);
  },
);
