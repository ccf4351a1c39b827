import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BankEntry } from '../../../test/support/bank-document.ts';
import { admitBanks, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { DAY, fundingOf, openToldAccount, rf, type ToldAccount } from '../../../test/support/told-account.ts';
import { addDays, manualClock } from '../../base/time.ts';
import type { StatementFamily } from '../iso20022/write/statement.ts';
import { getBreak, linkBreak } from './work-breaks.ts';

const clock = manualClock(Date.parse('2026-11-20T10:00:00Z'));
const NEXT = addDays(DAY, 1);
const UETR = '8a562c67-ca16-48ba-b074-65581be6f011';
let house: TestHouse;
let banks: [Bank, Bank];
let account: ToldAccount;
const deps = () => house.settlement.deps;

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
const stands = async () => [await account.minted(), await account.openUnits(), (await account.figures()).difference];

describe('one payment', () => {
  const [apart, later]: [Partial<BankEntry>, Partial<BankEntry>][] = [
    [{ reference: 'NTF-1' }, { reference: 'STM-9' }],
    [{}, { day: NEXT }],
  ];
  test.each<[string, Partial<BankEntry>, [Partial<BankEntry>, Partial<BankEntry>]]>([
    ['of one UETR and end-to-end id, under another reference in the statement', { uetr: UETR, endToEndId: 'E-1' }, apart!],
    ['of one UETR and end-to-end id, booked a day later without a reference', { uetr: UETR, endToEndId: 'E-1' }, later!],
    ['of one UETR only, under another reference', { uetr: UETR }, apart!],
    ['of one end-to-end id, under another reference', { endToEndId: 'E-1' }, apart!],
    ['of one end-to-end id, booked a day later', { endToEndId: 'E-1' }, later!],
    ['of which only its creditor reference is told, under another reference', {}, apart!],
    ['of which only its creditor reference is told, booked a day later', {}, later!],
    ['that is named by its text only', { creditorReference: undefined as never, text: `INVOICE 7 RF-REF` }, later!],
  ])('%s, is minted once', async (_, same, [first, again]) => {
    const text = same.text?.replace('RF-REF', rf(banks[0]));
    const of = (change: Partial<BankEntry>) => funding({ ...same, ...(text !== undefined && { text }), ...change });
    for (const families of [
      ['camt.054', 'camt.053'],
      ['camt.052', 'camt.053'],
    ] as const) {
      account = await openToldAccount(house, clock);
      await tell(families[0], [of(first)]);
      await tell(families[1], [of(again)]);
      expect([...(await stands()), (await account.figures()).inTransit]).toEqual([10_000n, [], 0n, 0n]);
    }
  });

  test('whose statement comes first is not minted by a notification, nor by a report after it', async () => {
    await tell('camt.053', [funding({ reference: 'STM-9', endToEndId: 'E-1', day: NEXT })]);
    await tell('camt.054', [funding({ reference: 'NTF-1', endToEndId: 'E-1', day: NEXT })]);
    await tell('camt.052', [funding({ reference: 'RPT-5', day: NEXT })]);
    expect(await stands()).toEqual([10_000n, [], 0n]);
  });

  test('of another day and reference than the statement says, notified late, is a break and no money', async () => {
    await tell('camt.053', [funding({ reference: 'STM-9', day: NEXT })]);
    await tell('camt.054', [funding({ reference: 'NTF-7' })]);
    expect(await stands()).toEqual([10_000n, [10_000n], 0n]);
  });

  test.each(['single ones first', 'the batch first'])(
    'of several that are told one by one and as a batch is minted once: %s',
    async (order) => {
      const singles = [1, 2, 3].map((n) => funding({ endToEndId: `B-${n}`, reference: `N-${n}` }));
      const batch: BankEntry = { units: 30_000n, day: DAY, reference: 'S-1', payments: singles };
      const [first, second] = order === 'single ones first' ? [singles, [batch]] : [[batch], singles];
      await tell('camt.054', first!);
      await tell('camt.053', second!);
      expect([...(await stands()), (await account.figures()).inTransit]).toEqual([30_000n, [], 0n, 0n]);
    },
  );

  test('of a batch of which some were notified is minted once, also when the statement grows', async () => {
    const of = (n: number) => funding({ endToEndId: `B-${n}` });
    await tell('camt.054', [of(1), of(2)]);
    const batch: BankEntry = { units: 30_000n, day: DAY, payments: [of(1), of(2), of(3)] };
    await account.take('camt.053', { opening: 0n, at: '12:00:00', entries: [batch] });
    await account.take('camt.053', { opening: 0n, at: '18:00:00', entries: [batch, funding({ units: 500n, endToEndId: 'X' })] });
    await tell('camt.052', [of(3)]);
    expect([...(await stands()), (await account.figures()).inTransit]).toEqual([30_500n, [], 0n, 0n]);
  });

  test('of one UETR on two statements that follow one another is a break', async () => {
    await tell('camt.053', [funding({ uetr: UETR, reference: 'S-1' })]);
    await tell('camt.053', [funding({ uetr: UETR, reference: 'S-2', day: NEXT })], 10_000n);
    expect(await stands()).toEqual([10_000n, [10_000n], 0n]);
  });
});

describe('two payments of one amount to one participant', () => {
  test('of two end-to-end ids, or of two references in one family, are minted both at once', async () => {
    await tell('camt.054', [funding({ reference: 'N-1', endToEndId: 'E-1' })]);
    await tell('camt.052', [funding({ reference: 'R-1', endToEndId: 'E-2' })]);
    await tell('camt.054', [funding({ reference: 'N-2', endToEndId: 'E-3' })]);
    expect(await account.minted()).toBe(30_000n);
    account = await openToldAccount(house, clock);
    await tell('camt.054', [funding({ reference: 'N-1' })]);
    await tell('camt.054', [funding({ reference: 'N-2' })]);
    await tell('camt.054', [funding({ day: NEXT })]);
    expect(await account.minted()).toBe(30_000n);
  });

  test('that nothing tells apart are one and a break, until a statement shows both', async () => {
    await tell('camt.054', [funding({ reference: 'N-1' })]);
    await tell('camt.052', [funding({ reference: 'R-2' })]);
    expect(await stands()).toEqual([10_000n, [10_000n], 0n]);
    expect((await account.open())[0]!.explanation).toContain('may be what was told for 20 Nov 2026');
    await tell('camt.053', [funding({ reference: 'S-1' }), funding({ reference: 'S-2' })]);
    expect([...(await stands()), (await account.figures()).inTransit]).toEqual([20_000n, [], 0n, 0n]);
  });

  test('that were one close the break when statements go on', async () => {
    await tell('camt.054', [funding({ reference: 'N-1' })]);
    await tell('camt.052', [funding({ reference: 'R-2' })]);
    await tell('camt.053', [funding({ reference: 'R-2' })]);
    expect(await stands()).toEqual([10_000n, [10_000n], 0n]);
    await account.take('camt.053', { opening: 10_000n, day: addDays(DAY, 4), entries: [] });
    expect([...(await stands()), (await account.figures()).inTransit]).toEqual([10_000n, [], 0n, 0n]);
  });
});

test('a sum that may be what was notified one by one is no money, whatever it comes to, until statements show both', async () => {
  await tell(
    'camt.054',
    [1, 2, 3].map((n) => funding({ reference: `N-${n}` })),
  );
  await tell('camt.053', [funding({ units: 20_000n, reference: 'S-1' })]);
  await tell('camt.053', [funding({ units: 25_000n, reference: 'S-2', day: NEXT })], 20_000n);
  expect(await stands()).toEqual([30_000n, [25_000n, 20_000n], 0n]);
  // Statements show the three as well: both were more.
  const singles = [1, 2, 3].map((n) => funding({ reference: `N-${n}`, day: NEXT }));
  await account.take('camt.053', { day: NEXT, at: '23:00:00', opening: 45_000n, entries: singles });
  expect([...(await stands()), (await account.figures()).inTransit]).toEqual([75_000n, [], 0n, 0n]);
});

describe('a person', () => {
  const link = async (id: string) => {
    const { candidates } = await getBreak(deps(), house.ctx, { id });
    return linkBreak(deps(), house.ctx, { id, transferIds: candidates.map(({ transferId }) => transferId) });
  };

  test('says that what could be a repetition is one', async () => {
    await tell('camt.054', [funding({ reference: 'N-1' })]);
    await tell('camt.052', [funding({ reference: 'R-2' })]);
    const [doubt] = await account.open();
    expect(await link(doubt!.id)).toMatchObject({ state: 'resolved', resolution: expect.stringContaining('Told before') });
    await tell('camt.053', [funding({ reference: 'R-2' })]);
    expect([...(await stands()), (await account.figures()).inTransit]).toEqual([10_000n, [], 0n, 0n]);
  });

  test('says that a sum on a statement is what was notified one by one', async () => {
    await tell(
      'camt.054',
      [1, 2, 3].map((n) => funding({ endToEndId: `B-${n}` })),
    );
    await tell('camt.053', [{ units: 30_000n, day: DAY, reference: 'S-1' }]);
    expect(await stands()).toEqual([30_000n, [30_000n], 0n]);
    const [sum] = await account.open();
    await link(sum!.id);
    expect([...(await stands()), await account.figures()]).toMatchObject([30_000n, [], 0n, { inTransit: 0n, unmatched: 0n }]);
    const grown = [{ units: 30_000n, day: DAY, reference: 'S-1' }, funding({ units: 500n, endToEndId: 'X' })];
    await account.take('camt.053', { opening: 0n, at: '23:00:00', entries: grown }).catch(() => undefined);
    expect(await account.minted()).toBeLessThanOrEqual(30_500n);
  });

  test('cannot say that two which statements show are one', async () => {
    await tell('camt.053', [funding({ uetr: UETR, reference: 'S-1' })]);
    await tell('camt.053', [funding({ uetr: UETR, reference: 'S-2', day: NEXT })], 10_000n);
    const [doubt] = await account.open();
    await expect(link(doubt!.id)).rejects.toMatchObject({ code: 'settlement.movement_not_open' });
  });
});

describe('numbered statements of an account that is swept to zero within the day', () => {
  const sweep = { units: -10_000n, day: DAY };
  const all = (last: BankEntry[]) => [
    { sequence: 1, at: '10:00:00', opening: 0n, entries: [funding()] },
    { sequence: 2, at: '11:00:00', opening: 10_000n, entries: [sweep] },
    { sequence: 3, at: '12:00:00', opening: 0n, entries: last },
  ];
  test.each([
    ['in order', [0, 1, 2]],
    ['the first one last', [1, 2, 0]],
  ])('are all taken, though one begins and tells as another did: %s', async (_, order) => {
    for (const [last, total] of [
      [[funding()], 20_000n],
      [[funding(), funding({ units: 5_000n })], 25_000n],
    ] as const) {
      account = await openToldAccount(house, clock);
      for (const i of order) expect(await account.take('camt.053', all([...last])[i]!)).toMatchObject({ outcome: 'taken' });
      expect([await account.minted(), await account.openUnits(), (await account.figures()).difference]).toEqual([total, [-10_000n], 0n]);
    }
  });

  test('leave a break where the one between them has not come', async () => {
    const [first, second, third] = all([funding(), funding({ units: 5_000n })]);
    for (const one of [first!, third!, second!]) await account.take('camt.053', one);
    expect(await account.minted()).toBeLessThanOrEqual(25_000n);
    expect([(await account.open()).length > 0, (await account.figures()).difference]).toEqual([true, 0n]);
  });
});
