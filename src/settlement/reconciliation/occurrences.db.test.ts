import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bankDocument, type BankDocument, type BankEntry } from '../../../test/support/bank-document.ts';
import { openCustodyAccount } from '../../../test/support/custody.ts';
import { admitBanks, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { DAY, fundingOf, openToldAccount, rf, type ToldAccount } from '../../../test/support/told-account.ts';
import { seededRandom, type Random } from '../../base/random.ts';
import { addDays, manualClock, type LocalDate } from '../../base/time.ts';
import type { StatementFamily } from '../iso20022/write/statement.ts';
import { listStatements } from './read-statements.ts';
import { proposeWriteOff } from './work-breaks.ts';

const clock = manualClock(Date.parse('2026-11-20T10:00:00Z'));
let house: TestHouse;
let banks: [Bank, Bank];
let account: ToldAccount;
const deps = () => house.settlement.deps;

beforeAll(async () => {
  house = await createTestHouse({ clock });
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 0n })) as [Bank, Bank];
  await openCustodyAccount(house, { number: 'MAIN0001' });
});
beforeEach(() => openOwn());
afterAll(() => house.close());

async function openOwn(): Promise<void> {
  account = await openToldAccount(house, clock);
}

/** Money for the first bank that looks like any other of the day. */
const funding = (change: Partial<BankEntry> = {}): BankEntry => fundingOf(banks[0], change);
const charge = (change: Partial<BankEntry> = {}): BankEntry => ({ units: -500n, day: DAY, reference: 'CHARGES', ...change });
const take: ToldAccount['take'] = (family, of) => account.take(family, of);
const takeBytes: ToldAccount['takeBytes'] = (bytes) => account.takeBytes(bytes);
const minted: ToldAccount['minted'] = (of) => account.minted(of);
const figures = () => account.figures();
const open = () => account.open();
const openUnits = () => account.openUnits();

describe('entries that are alike', () => {
  test('count each in one statement, whether their bank has a reference of its own, always the same one or none', async () => {
    for (const reference of [undefined, 'SAME-REF']) {
      await openOwn();
      const one = funding(reference === undefined ? {} : { reference });
      expect(await take('camt.053', { opening: 0n, entries: [one, one, one] })).toMatchObject({ fresh: 3 });
      expect([await minted(), await open(), await figures()]).toMatchObject([30_000n, [], { closing: 30_000n, difference: 0n }]);
    }
  });

  test.each([
    ['without a reference', {}],
    ['of the same reference', { reference: 'SAME-REF' }],
  ])('count each in statements of one day that follow one another, %s', async (_, change) => {
    await take('camt.053', { opening: 0n, entries: [funding(change)], at: '12:00:00' });
    expect(await take('camt.053', { opening: 10_000n, entries: [funding(change)], at: '18:00:00' })).toMatchObject({ fresh: 1 });
    expect([await minted(), await open(), await figures()]).toMatchObject([20_000n, [], { closing: 20_000n, difference: 0n }]);
  });

  test('count each on days that follow one another: a charge of every day is a break of every day', async () => {
    const next = addDays(DAY, 1);
    await take('camt.053', { opening: 10_000n, entries: [charge()] });
    expect(await take('camt.053', { opening: 9_500n, day: next, entries: [charge({ day: next })] })).toMatchObject({ fresh: 1 });
    expect([await openUnits(), (await figures()).difference]).toEqual([[10_000n, -500n, -500n], 0n]);
  });

  test('are those that were notified, as many of them as were, and others beyond', async () => {
    await take('camt.054', { entries: [funding(), funding()] });
    await take('camt.052', { entries: [funding({ number: '7' })] });
    expect(await minted()).toBe(20_000n);
    expect(await take('camt.053', { opening: 0n, entries: [funding(), funding(), funding()] })).toMatchObject({ fresh: 1 });
    await take('camt.054', { entries: [funding()] });
    expect([await minted(), await open(), await figures()]).toMatchObject([
      30_000n,
      [],
      { closing: 30_000n, inTransit: 0n, difference: 0n },
    ]);
  });

  test('of two payers are told apart by their marks, in whatever order they come again', async () => {
    const [a, b] = [funding({ reference: 'SAME-REF' }), funding({ reference: 'SAME-REF', creditorReference: rf(banks[1]) })];
    await take('camt.054', { entries: [b] });
    await take('camt.053', { opening: 0n, entries: [a, b] });
    expect([await minted(banks[0]), await minted(banks[1])]).toEqual([10_000n, 10_000n]);
  });
});

describe('an entry that is told again', () => {
  test.each<[string, Partial<BankEntry>, Partial<BankEntry>]>([
    ['with another number in its document', { number: '1' }, { number: '17', text: 'SEPA credit' }],
    ['a day later under its reference', { reference: 'R-1' }, { reference: 'R-1', day: addDays(DAY, 1) }],
    ['with a reference that it did not have', {}, { reference: 'R-1' }],
    ['without the reference that it had', { reference: 'R-1' }, {}],
    ['with more about its payment', { reference: 'R-1' }, { reference: 'R-1', endToEndId: 'E-1' }],
  ])('%s is the same one', async (_, first, again) => {
    await take('camt.054', { entries: [funding(first)] });
    await take('camt.053', { opening: 0n, day: again.day ?? DAY, entries: [funding(again)] });
    expect([await minted(), await open(), await figures()]).toMatchObject([10_000n, [], { inTransit: 0n, difference: 0n }]);
  });

  test('of another payment is another one', async () => {
    await take('camt.054', { entries: [funding({ endToEndId: 'E-1' })] });
    await take('camt.054', { entries: [funding({ endToEndId: 'E-2' })] });
    expect(await minted()).toBe(20_000n);
  });

  test('by nobody but a notification is missing when statements go on without it, until one shows it', async () => {
    await take('camt.054', { entries: [funding({ reference: 'R-1' })] });
    const later = addDays(DAY, 4);
    await take('camt.053', { opening: 0n, day: later, entries: [] });
    const [missing] = await open();
    expect(missing).toMatchObject({
      kind: 'missing',
      units: -10_000n,
      explanation: 'It was notified for 20 Nov 2026, and no statement shows it.',
    });
    // A proposal that nobody has decided on keeps nothing from being shown.
    await proposeWriteOff(deps(), house.ctx, { id: missing!.id, accountId: account.account, reason: 'It never came' });
    await take('camt.053', { opening: 0n, day: addDays(DAY, 5), entries: [funding({ reference: 'R-1', day: later })] });
    expect([await minted(), await open(), (await figures()).difference]).toEqual([10_000n, [], 0n]);
  });
});

describe('a statement', () => {
  const [first, second] = [
    { units: 10_000n, day: DAY },
    { units: 2_500n, day: DAY },
  ];
  const statements = async () => (await listStatements(deps(), house.ctx, { custodyAccountId: account.account })).items.toReversed();

  test('that is delivered again changes nothing, nor does it under another name', async () => {
    const of = { opening: 0n, entries: [funding(), funding()] };
    const bytes = bankDocument('camt.053', { id: 'ONCE', account: account.number, day: DAY, ...of });
    await takeBytes(bytes);
    expect(await takeBytes(bytes)).toMatchObject({ outcome: 'repeated', fresh: 0 });
    expect(await take('camt.053', { ...of, id: 'ONCE-MORE', at: '23:00:00' })).toMatchObject({ outcome: 'repeated', fresh: 0 });
    expect([await minted(), await open(), await figures()]).toMatchObject([20_000n, [], { closing: 20_000n, difference: 0n }]);
  });

  test.each([
    ['in order', [0, 1, 2]],
    ['the last first', [2, 0, 1]],
  ])('of a day from its beginning, as it grows, is the latest one: %s', async (_, order) => {
    const all = [funding(), funding(), funding(second)];
    const growing = [1, 2, 3].map((length) => ({ opening: 0n, entries: all.slice(0, length), at: `1${length}:00:00` }));
    for (const i of order) await take('camt.053', growing[i]!);
    expect([await minted(), await open(), await figures()]).toMatchObject([22_500n, [], { closing: 22_500n, difference: 0n }]);
    expect((await statements()).filter(({ covered }) => !covered)).toMatchObject([{ closing: 22_500n }]);
    const next = addDays(DAY, 1);
    await take('camt.053', { opening: 22_500n, day: next, entries: [funding({ day: next })] });
    expect([await minted(), await open()]).toEqual([32_500n, []]);
  });

  test('of a month beside those of its days mints nothing again', async () => {
    const days = [0, 1, 2].map((i) => addDays(DAY, i));
    for (const [i, day] of days.entries())
      await take('camt.053', { opening: BigInt(i) * 10_000n, day, from: day, entries: [funding({ day })] });
    const month = days.map((day) => funding({ day }));
    expect(await take('camt.053', { opening: 0n, day: days[2]!, from: DAY, entries: month })).toMatchObject({
      outcome: 'repeated',
      fresh: 0,
    });
    expect([await minted(), await open(), (await figures()).difference]).toEqual([30_000n, [], 0n]);
  });

  test('that begins as another did, after the account was as before, is one of its own', async () => {
    const [a, b, c] = [funding({ ...first, reference: 'R-1' }), charge({ units: -10_000n }), funding({ ...first, reference: 'R-3' })];
    const all = [
      { opening: 0n, entries: [a], at: '10:00:00' },
      { opening: 10_000n, entries: [b], at: '11:00:00' },
      { opening: 0n, entries: [c], at: '12:00:00' },
    ];
    for (const i of [2, 0, 1]) await take('camt.053', all[i]!);
    expect([await minted(), await openUnits(), (await figures()).difference]).toEqual([20_000n, [-10_000n], 0n]);
  });

  test('that tells some of what another of its days does and leaves out the rest is refused by name', async () => {
    await take('camt.053', { opening: 0n, entries: [funding({ reference: 'R-1' }), funding({ reference: 'R-2' })] });
    const other = { opening: 0n, entries: [funding({ reference: 'R-1' }), funding({ reference: 'R-3', units: 7n })] };
    await expect(take('camt.053', other)).rejects.toMatchObject({ code: 'settlement.statement_contradicts' });
    expect([await minted(), await open(), await figures()]).toMatchObject([20_000n, [], { closing: 20_000n, difference: 0n }]);
  });

  test('is told from others of its name by day and number', async () => {
    const next = addDays(DAY, 1);
    await take('camt.053', { id: 'STATEMENT', sequence: 1, opening: 0n, entries: [funding()] });
    await take('camt.053', { id: 'STATEMENT', sequence: 2, opening: 10_000n, entries: [funding()] });
    await take('camt.053', { id: 'STATEMENT', sequence: 1, opening: 20_000n, day: next, entries: [funding({ day: next })] });
    expect([await minted(), await open()]).toEqual([30_000n, []]);
  });

  test('of what its entries do not come to, though they were told, leaves a break and no difference', async () => {
    await take('camt.054', { entries: [funding({ reference: 'R-1' })] });
    await house.database.admin(`update settlement.statement_entry set units = 9000 where custody_account_id = $1`, [account.account]);
    await take('camt.053', { opening: 0n, entries: [funding({ reference: 'R-1' })] });
    expect(await openUnits()).toEqual([1_000n]);
  });

  test.each([
    [
      'a page that no message has',
      (text: string) => text.replace('</GrpHdr>', '<MsgPgntn><PgNb>999999999999</PgNb><LastPgInd>true</LastPgInd></MsgPgntn></GrpHdr>'),
    ],
    ['a day before all calendars', (text: string) => text.replaceAll(DAY, '0000-01-01')],
    [
      'a day at the end of all calendars',
      (text: string) => text.replaceAll(`${DAY}T22:00:00Z`, '9999-12-31T23:00:00-10:00').replaceAll(`<Dt>${DAY}</Dt>`, ''),
    ],
  ])('with %s is refused by name', async (_, change) => {
    const text = bankDocument('camt.053', { id: 'ODD', account: account.number, day: DAY, opening: 0n, entries: [funding()] }).toString();
    await expect(takeBytes(Buffer.from(change(text)))).rejects.toMatchObject({ code: 'settlement.statement_malformed' });
  });

  test('with entries of the last day that there is, is taken', async () => {
    const text = bankDocument('camt.053', { id: 'LAST', account: account.number, day: DAY, opening: 0n, entries: [funding()] }).toString();
    await takeBytes(Buffer.from(text.replace(`<BookgDt><Dt>${DAY}`, '<BookgDt><Dt>9999-12-31')));
    expect(await minted()).toBe(10_000n);
  });
});

/** What a bank has booked, and the reference that it has for it itself. */
type Booking = BankEntry & { own: string };

/** A bank with its habits, what it has booked, and every document that it sends about that. */
function randomBank(random: Random): { booked: Booking[]; documents: Buffer[]; last: Buffer } {
  const references = random.pick(['own', 'of each family', 'of statements', 'constant', 'none'] as const);
  const names = random.pick(['end-to-end ids', 'UETRs', 'nothing'] as const);
  const isNumbered = random.chance(0.5);
  const style = random.pick(['day', 'following', 'growing'] as const);
  const hasDebits = random.chance(0.4);
  const isSwept = random.chance(0.3);
  const isBatching = random.chance(0.4);
  /** What is told within the day is booked on the next one. */
  const isEarly = random.chance(0.3);
  const booked: Booking[] = [];
  const documents: Buffer[] = [];
  let sequence = 0;
  let balance = 0n;
  let name = 0;
  const write = (
    family: StatementFamily,
    of: Omit<Partial<BankDocument>, 'entries'> & { day: LocalDate; entries: readonly Booking[] },
  ): Buffer => {
    const at = `${String(10 + Math.floor(++sequence / 60)).padStart(2, '0')}:${String(sequence % 60).padStart(2, '0')}:00`;
    const entries = of.entries.map((one, i) => asToldBy(family, one, i));
    const number = isNumbered && family === 'camt.053' ? { sequence: ++numbers } : {};
    return account.document(family, { id: `${family}-${++name}`, at, ...number, ...of, entries });
  };
  let numbers = 0;
  const asToldBy = (family: StatementFamily, one: Booking, i: number): BankEntry => {
    const isStatement = family === 'camt.053';
    const { own, ...said } = one;
    const reference = {
      own,
      'of each family': `${family}/${own}`,
      'of statements': isStatement ? own : undefined,
      constant: 'BOOKED',
      none: undefined,
    };
    const day = isEarly && !isStatement ? addDays(said.day, -1) : said.day;
    // The place in a document and what it says in words are of the document, not of the entry.
    const changed = { ...said, day, number: String(i + 1), text: `${family} ${i}` };
    return { ...changed, ...(reference[references] !== undefined && { reference: reference[references] }) };
  };
  const sumOf = (some: readonly BankEntry[]) => some.reduce((sum, { units }) => sum + units, 0n);
  for (let i = 0; i < 3; i++) {
    const day: LocalDate = addDays(DAY, i);
    const entries: Booking[] = [];
    for (let left = random.int(0, 5); left > 0; left--) {
      const isDebit = hasDebits && random.chance(0.3);
      const held = balance + sumOf(entries);
      const isSweep = isSwept && held > 0n && random.chance(0.4);
      entries.push({
        units: isSweep ? -held : isDebit ? -100n : random.pick([100n, 100n, 250n]),
        day,
        own: `R-${++name}`,
        ...(names === 'end-to-end ids' && { endToEndId: `E-${++name}` }),
        ...(names === 'UETRs' && { uetr: `8a562c67-ca16-48ba-b074-${String(++name).padStart(12, '0')}` }),
        ...(!isDebit && !isSweep && { creditorReference: rf(random.pick(banks)) }),
      });
    }
    for (const end of [...entries.keys()].filter(() => random.chance(0.5)))
      documents.push(write(random.pick(['camt.052', 'camt.054']), { day, entries: entries.slice(random.chance(0.5) ? 0 : end, end + 1) }));
    const stated = isBatching ? batched(entries, random) : entries;
    const cuts = style === 'day' ? [] : [...stated.keys()].filter((at) => at > 0 && random.chance(0.4));
    const ends = [...cuts, stated.length];
    for (const [at, end] of ends.entries()) {
      const start = style === 'growing' || at === 0 ? 0 : ends[at - 1]!;
      const opening = balance + sumOf(stated.slice(0, start));
      documents.push(write('camt.053', { day, from: day, opening, entries: stated.slice(start, end) }));
    }
    balance += sumOf(entries);
    booked.push(...entries);
  }
  return { booked, documents, last: write('camt.053', { day: addDays(DAY, 8), opening: balance, entries: [] }) };
}

/** Credits that follow one another are booked as one entry, now and then. */
function batched(entries: readonly Booking[], random: Random): Booking[] {
  const all: Booking[] = [];
  for (const one of entries) {
    const before = all.at(-1);
    if (!before || before.units < 0n || one.units < 0n || random.chance(0.5)) all.push(one);
    else {
      const { day, payments = [before] } = before;
      all.splice(-1, 1, {
        units: before.units + one.units,
        day,
        payments: [...payments, one],
        own: `B-${one.own}`,
      });
    }
  }
  return all;
}

test.each(Array.from({ length: 32 }, (_, i) => i + 1))(
  'whatever a bank sends, in any order and again and again, what is minted is what has come in, or breaks tell (seed %i)',
  async (seed) => {
    const random = seededRandom(`occurrences ${seed}`);
    const { booked, documents, last } = randomBank(random);
    const order = random.chance(0.3) ? documents : random.shuffle(documents);
    const repeats = documents.filter(() => random.chance(0.3));
    const credited = (bank: Bank) =>
      booked.filter(({ creditorReference }) => creditorReference === rf(bank)).reduce((total, { units }) => total + units, 0n);
    let refused = 0;
    for (const bytes of [...order, ...repeats, last]) {
      await account.takeBytes(bytes).catch((error: { code?: string }) => {
        expect(error.code).toBe('settlement.statement_contradicts');
        refused++;
      });
      expect((await account.figures()).difference).toBe(0n);
      // Not for a moment is there more than has come.
      for (const bank of banks) expect(await account.minted(bank)).toBeLessThanOrEqual(credited(bank));
    }
    const breaks = await account.open();
    const isTold = refused > 0 || breaks.some(({ explanation }) => /come to|ended with|no statement|may be/.test(explanation));
    if (!isTold) for (const bank of banks) expect(await account.minted(bank)).toBe(credited(bank));
    // An account that only fills up never has the same balance twice, so that nothing is left in doubt.
    const sum = booked.reduce((total, { units }) => total + units, 0n);
    if (booked.every(({ units }) => units > 0n)) expect([isTold, (await account.figures()).closing, breaks]).toEqual([false, sum, []]);
  },
);
