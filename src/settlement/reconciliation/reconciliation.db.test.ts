import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { approve, openCustodyAccount, openRail, setPayoutAccount } from '../../../test/support/custody.ts';
import { admitBanks, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { entry, statementOf, type StatementSetup } from '../../../test/support/statement.ts';
import { creditorReferenceOf } from '../../base/check-digit.ts';
import { fromWireId, newId, type Uuid } from '../../base/id.ts';
import { manualClock } from '../../base/time.ts';
import { openAccount } from '../../ledger/contract.ts';
import { announceFunding } from '../custody/funding.ts';
import { proposeMint } from '../custody/propose.ts';
import { getReserves } from '../custody/reserves.ts';
import type { StatementEntry, StatementFamily } from '../iso20022/write/statement.ts';
import { createDirectory } from '../participant/directory.ts';
import { getParticipant } from '../participant/read-participants.ts';
import { nameOf } from '../rail/instruction.ts';
import { getInstruction } from '../rail/read-instructions.ts';
import { requestPayout } from '../rail/request.ts';
import { callerOf } from '../../../test/support/access.ts';
import { listBreaks as listContract } from './break-contract.ts';
import { matchNew } from './match-entries.ts';
import { readStatement } from './read-statement.ts';
import { getEndOfDay, listStatementEntries, listStatements } from './read-statements.ts';
import { takeStatement } from './take-statement.ts';
import { assignBreak, commentBreak, getBreak, linkBreak, listBreaks, proposeBreakFunding, proposeWriteOff } from './work-breaks.ts';

const clock = manualClock(Date.parse('2026-11-20T10:00:00Z'));
let house: TestHouse;
let bank: Bank;
let other: Bank;
let account: Uuid;
let mainId: Uuid;
let number: string;
let made = 0;
const deps = () => house.settlement.deps;

beforeAll(async () => {
  house = await createTestHouse({ clock });
  [bank, other] = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 0n })) as [Bank, Bank];
  // The ledger account that the demonstration funds by; the tests have accounts of their own beside it.
  mainId = await openCustodyAccount(house, { number: 'MAIN0001' });
  await openRail(house, 'rail');
  await setPayoutAccount(house, bank.id);
});
/** Each test has a custody account of its own, so that what one leaves open is not another's. */
beforeEach(async () => {
  clock.advance(1_000);
  number = `TEST${String(++made).padStart(6, '0')}`;
  account = await openCustodyAccount(house, { number });
});
afterAll(() => house.close());

const rf = (of: Bank) => creditorReferenceOf(of.bic);
const take = async (family: StatementFamily, entries: readonly StatementEntry[], setup: Partial<StatementSetup> = {}) =>
  takeBytes(await statementOf(family, entries, { id: `S-${++made}`, number, ...setup }));
const takeBytes = async (bytes: Buffer) => {
  const [taken] = await takeStatement(deps(), house.ctx, readStatement([bytes]));
  await matchNew(deps(), house.ctx);
  return taken!;
};
const euros = async (of = bank) => (await getParticipant(deps(), house.ctx, of)).accounts[0]!.available;
const figures = async () => {
  const [euro] = (await getReserves(deps(), house.ctx)).items;
  return euro!.statements.find(({ custodyAccountId }) => custodyAccountId === account)!;
};
const open = async () => (await listBreaks(deps(), house.ctx, { state: 'open', custodyAccountId: account, limit: 500 })).items;

describe('money that comes in', () => {
  test('is minted exactly, once, to whom its reference names, however often it is told', async () => {
    const [before, told] = [await euros(), entry(5_000n, rf(bank))];
    await take('camt.054', [told]);
    expect([await euros(), (await figures()).difference]).toEqual([before + 5_000n, 0n]);
    await take('camt.054', [told]);
    const statement = await statementOf('camt.053', [told, entry(100n, 'NOBODY')], { id: 'DAY-1', number });
    expect(await takeBytes(statement)).toMatchObject({ outcome: 'taken', entries: 2, fresh: 1, opening: 0n, closing: 5_100n });
    expect(await takeBytes(statement)).toMatchObject({ outcome: 'repeated', fresh: 0 });
    expect([await euros(), (await open()).length]).toEqual([before + 5_000n, 1]);
    expect(await figures()).toMatchObject({ closing: 5_100n, ledger: 5_000n, inTransit: 0n, unmatched: 100n, difference: 0n });
  });

  test('taken by many processes at once is minted once', async () => {
    const before = await euros();
    const bytes = await statementOf('camt.053', [entry(7n, rf(bank)), entry(8n, rf(bank))], { id: 'AT-ONCE', number });
    await Promise.all(Array.from({ length: 4 }, () => takeStatement(deps(), house.ctx, readStatement([bytes]))));
    await Promise.all(Array.from({ length: 4 }, () => matchNew(deps(), house.ctx)));
    expect([await euros(), (await figures()).difference]).toEqual([before + 15n, 0n]);
  });

  test('for a bank that another process has just admitted is minted, announced or not, and no break', async () => {
    const directory = createDirectory(house.database.db, clock);
    await directory.of(house.tenantId);
    const [newcomer, later] = (await admitBanks(house, ['NEWBFRPP', 'LATEDEFF'], { 'EUR/2': 0n })) as [Bank, Bank];
    const { reference } = await announceFunding(deps(), house.ctx, { id: later.id, asset: 'EUR/2', units: 6n, expectedOn: '2026-11-20' });
    const bytes = await statementOf('camt.053', [entry(5n, rf(newcomer)), entry(6n, reference)], { id: 'NEWCOMER', number });
    await takeStatement(deps(), house.ctx, readStatement([bytes]));
    await matchNew({ ...deps(), directory }, house.ctx);
    expect([await euros(newcomer), await euros(later), await open()]).toEqual([5n, 6n, []]);
  });

  test('that was announced is minted when it is what was announced, else it is a break', async () => {
    const before = await euros();
    const announce = (units: bigint) =>
      announceFunding(deps(), house.ctx, { id: bank.id, asset: 'EUR/2', units, expectedOn: '2026-11-20' });
    const [right, wrong] = [await announce(300n), await announce(400n)];
    await take('camt.053', [entry(300n, right.reference), entry(401n, wrong.reference)]);
    expect([await euros(), (await open()).map(({ units }) => units)]).toEqual([before + 300n, [401n]]);
  });

  test('that names nobody is minted by two people, or booked by two on an account of the operator', async () => {
    const before = await euros(other);
    await take('camt.053', [entry(600n, 'UNKNOWN-1'), entry(25n, 'INTEREST')]);
    const [first, second] = await open();
    await expect(
      proposeWriteOff(deps(), house.ctx, { id: second!.id, accountId: await settlementAccount(), reason: 'To a bank' }),
    ).rejects.toMatchObject({
      code: 'settlement.write_off_account_invalid',
    });
    await approve(
      house,
      proposeBreakFunding(deps(), house.ctx, { id: first!.id, participantId: other.id, reason: 'Confirmed by the sender' }),
    );
    await approve(
      house,
      proposeWriteOff(deps(), house.ctx, { id: second!.id, accountId: await ownAccount('income'), reason: 'Interest of November' }),
    );
    expect([await euros(other), await open()]).toEqual([before + 600n, []]);
    expect(await figures()).toMatchObject({ closing: 625n, ledger: 625n, unmatched: 0n, difference: 0n, open: 0 });
    await expect(
      proposeBreakFunding(deps(), house.ctx, { id: first!.id, participantId: other.id, reason: 'Once more' }),
    ).rejects.toMatchObject({
      code: 'settlement.break_resolved',
    });
  });
});

const settlementAccount = async () => (await getParticipant(deps(), house.ctx, bank)).accounts[0]!.settlementAccountId;
const ownAccount = async (kind: 'income' | 'expense') =>
  (await callerOf(house.ledger.routes).output(openAccount, house.ctx, { name: `Own ${++made}`, kind, asset: 'EUR/2' } as never)).id;

describe('money that goes out', () => {
  const payout = async () => {
    // The account that the rail pays from is the first one; the statement has to be of it.
    const { id } = await requestPayout(deps(), house.ctx, { id: bank.id, asset: 'EUR/2', units: 50n, reference: `OUT-${++made}` });
    return id;
  };

  test('and that the rail has said nothing of is settled by the statement that shows it', async () => {
    await take('camt.054', [entry(10_000n, rf(bank))], { number: 'MAIN0001' });
    const [id, before] = [await payout(), await euros()];
    await house.database.admin(`update settlement.instruction set state = 'unknown', attempts = 1 where id = $1`, [id]);
    await take('camt.054', [entry(-50n, nameOf(id))], { number: 'MAIN0001' });
    expect([(await getInstruction(deps(), house.ctx, { id })).state, await euros()]).toEqual(['confirmed', before]);
    // Shown again by another entry, it is not settled again.
    await take('camt.054', [entry(-50n, nameOf(id))], { number: 'MAIN0001' });
    const [twice] = (await listBreaks(deps(), house.ctx, { state: 'open', custodyAccountId: mainId, limit: 500 })).items.slice(-1);
    expect(twice).toMatchObject({ units: -50n, explanation: expect.stringContaining('another entry has shown') });
  });

  test('of another amount than was instructed is a break, and the instruction stays as it is', async () => {
    const id = await payout();
    await house.database.admin(`update settlement.instruction set state = 'unknown', attempts = 1 where id = $1`, [id]);
    await take('camt.054', [entry(-51n, nameOf(id))], { number: 'MAIN0001' });
    expect((await getInstruction(deps(), house.ctx, { id })).state).toBe('unknown');
  });
});

describe('a statement', () => {
  test('that does not add up to the cent is refused, and nothing of it is taken', async () => {
    await expect(take('camt.053', [entry(100n, rf(bank))], { closing: 101n })).rejects.toMatchObject({
      code: 'settlement.statement_does_not_add_up',
      message: expect.stringContaining('1.00, not to 1.01'),
    });
    expect([(await listStatements(deps(), house.ctx, { custodyAccountId: account })).items, await figures()]).toMatchObject([
      [],
      { ledger: 0n },
    ]);
  });

  test.each([
    ['of an account that is none of ours', { number: 'DE02120300000000202051' }, 'settlement.statement_account_unknown'],
    ['in another currency', { asset: 'USD/2' }, 'settlement.statement_account_unknown'],
  ])('%s is refused by name', async (_, setup, code) => {
    await expect(take('camt.053', [entry(1n, 'X')], setup)).rejects.toMatchObject({ code });
  });

  test('of another custodian than the one that speaks is refused', async () => {
    const bytes = await statementOf('camt.053', [entry(1n, 'X')], { id: 'FORGED', number });
    await expect(takeStatement(deps(), house.ctx, readStatement([bytes]), { servicerBic: 'EVILFRPP' })).rejects.toMatchObject({
      code: 'settlement.statement_account_unknown',
    });
  });

  test('under a name that was taken with other content is refused, and the first stays', async () => {
    await take('camt.053', [entry(100n, rf(bank))], { id: 'SAME' });
    await expect(take('camt.053', [entry(100n, rf(bank)), entry(5n, rf(bank))], { id: 'SAME' })).rejects.toMatchObject({
      code: 'settlement.statement_contradicts',
    });
    expect(await figures()).toMatchObject({ closing: 100n, ledger: 100n, difference: 0n });
  });

  test('that is missing shows as a gap, which closes by itself when it comes', async () => {
    const day = (opening: bigint, units: bigint, of: string) => take('camt.053', [entry(units, rf(bank))], { id: of, day: of, opening });
    await day(0n, 10n, '2026-11-17');
    await day(30n, 5n, '2026-11-19');
    expect((await open()).map(({ units, explanation }) => [units, explanation.includes('more than the one before it ended with')])).toEqual(
      [[20n, true]],
    );
    expect((await figures()).difference).toBe(0n);
    await day(10n, 20n, '2026-11-18');
    expect([await open(), await figures()]).toMatchObject([[], { closing: 35n, ledger: 35n, unmatched: 0n, difference: 0n }]);
  });

  test('that begins with money that nobody knows of is a break from the first day', async () => {
    await take('camt.053', [entry(1n, rf(bank))], { opening: 999n });
    expect((await open()).map(({ units }) => units)).toEqual([999n]);
    expect((await figures()).difference).toBe(0n);
  });

  test('in pages tells its balance when all have come, in any order, each once', async () => {
    const [a, b] = [entry(10n, rf(bank)), entry(20n, rf(bank))];
    const page = (entries: StatementEntry[], n: number, isLast: boolean) =>
      take('camt.053', entries, { id: 'PAGES', page: { number: n, isLast }, closing: 30n });
    const second = await statementOf('camt.053', [b], {
      id: 'PAGES',
      number,
      opening: 0n,
      closing: 30n,
      page: { number: 2, isLast: true },
    });
    expect(await takeBytes(second)).toMatchObject({ outcome: 'waiting' });
    expect(await takeBytes(second)).toMatchObject({ outcome: 'repeated' });
    expect((await figures()).closing).toBeUndefined();
    expect(await page([a], 1, false)).toMatchObject({ outcome: 'taken', entries: 2 });
    expect([await open(), await figures()]).toMatchObject([[], { closing: 30n, ledger: 30n, inTransit: 0n, difference: 0n }]);
  });

  test('in pages that do not add up leaves what is missing as a break', async () => {
    const page = (units: bigint, n: number, isLast: boolean) =>
      take('camt.053', [entry(units, rf(bank))], { id: 'TORN', page: { number: n, isLast }, closing: 30n });
    await page(10n, 1, false);
    await page(15n, 2, true);
    expect((await open()).map(({ units }) => units)).toEqual([5n]);
    expect((await figures()).difference).toBe(0n);
  });

  test('of thousands of entries is taken whole, and each of them is matched or a break', async () => {
    const entries = Array.from({ length: 2_500 }, (_, i) => entry(BigInt(i + 1), i % 5 === 0 ? `NOBODY-${i}` : rf(bank)));
    const before = await euros();
    expect(await take('camt.053', entries)).toMatchObject({ fresh: 2_500 });
    const named = entries.filter((_, i) => i % 5 !== 0).reduce((sum, { units }) => sum + units, 0n);
    expect([await euros(), (await figures()).open, (await figures()).difference]).toEqual([before + named, 500, 0n]);
  });
});

test('the check of the reserves tells that something is not matched', async () => {
  await take('camt.053', [entry(9n, 'NOBODY')]);
  const check = house.settlement.checks.find(({ name }) => name === 'settlement.reserves')!;
  clock.advance(60_000);
  expect(await check.run()).toMatchObject({ ok: false, detail: expect.stringContaining('not matched in EUR/2') });
});

test('at the end of a day ledger and statement agree, or the difference is told', async () => {
  await take('camt.053', [entry(40n, rf(bank)), entry(2n, 'NOBODY')], { day: '2026-11-20' });
  const { items } = await getEndOfDay(deps(), house.ctx, { day: '2026-11-20' });
  expect(items.find(({ custodyAccountId }) => custodyAccountId === account)).toMatchObject({
    closing: 42n,
    ledger: 40n,
    difference: -2n,
    agrees: false,
  });
  const [one] = await open();
  await approve(
    house,
    proposeWriteOff(deps(), house.ctx, { id: one!.id, accountId: fromWireIdOf(await ownAccount('income')), reason: 'Interest' }),
  );
  const again = await getEndOfDay(deps(), house.ctx, { day: '2026-11-20' });
  expect(again.items.find(({ custodyAccountId }) => custodyAccountId === account)).toMatchObject({ difference: 0n, agrees: true });
});

describe('a break', () => {
  test('is given to somebody, noted on, and resolved by what the ledger had all along', async () => {
    const main = 'MAIN0001';
    const mintFor = async (units: bigint, reference: string) =>
      approve(house, proposeMint(deps(), house.ctx, { id: bank.id, asset: 'EUR/2', units, reference, reason: 'By telephone' }));
    await mintFor(70n, 'TEL-70');
    await mintFor(30n, 'TEL-30');
    await take('camt.054', [entry(100n, 'BOTH-TOGETHER')], { number: main });
    const all = (await listBreaks(deps(), house.ctx, { state: 'open', custodyAccountId: mainId, limit: 500 })).items;
    const { id } = all.find(({ units }) => units === 100n)!;
    await assignBreak(deps(), house.ctx, { id, assignee: 'desk@rialto.test' });
    await commentBreak(deps(), house.ctx, { id, text: 'Two by telephone, one by the custodian' });
    const detail = await getBreak(deps(), house.ctx, { id });
    expect(detail).toMatchObject({
      assignee: 'desk@rialto.test',
      notes: [{ text: 'Given to desk@rialto.test' }, { text: expect.stringContaining('telephone') }],
    });
    const byReference = (reference: string) => detail.candidates.find((one) => one.reference === reference)!.transferId;
    await expect(linkBreak(deps(), house.ctx, { id, transferIds: [byReference('TEL-70')] })).rejects.toMatchObject({
      code: 'settlement.link_does_not_add_up',
    });
    await expect(linkBreak(deps(), house.ctx, { id, transferIds: [newId()] })).rejects.toMatchObject({
      code: 'settlement.movement_not_open',
    });
    const resolved = await linkBreak(deps(), house.ctx, { id, transferIds: [byReference('TEL-70'), byReference('TEL-30')] });
    expect(resolved).toMatchObject({ state: 'resolved', resolution: expect.stringContaining('TEL-30') });
    await expect(linkBreak(deps(), house.ctx, { id, transferIds: [byReference('TEL-70')] })).rejects.toMatchObject({
      code: 'settlement.break_resolved',
    });
  });

  test('opens for what the ledger has and statements do not show, and closes when one does', async () => {
    await approve(
      house,
      proposeMint(deps(), house.ctx, { id: bank.id, asset: 'EUR/2', units: 11n, reference: 'LATE-11', reason: 'By telephone' }),
    );
    const main = async () =>
      (await listBreaks(deps(), house.ctx, { state: 'open', custodyAccountId: mainId, limit: 500 })).items.filter(
        ({ kind }) => kind === 'missing',
      );
    clock.advance(4 * 86_400_000);
    await take('camt.053', [], { id: 'LATER', number: 'MAIN0001', day: '2026-11-24' });
    const missing = (await main()).find(({ units }) => units === -11n)!;
    expect(missing.explanation).toContain('LATE-11');
    const wanted = { id: missing.id, participantId: other.id, reason: 'It never came' };
    await expect(proposeBreakFunding(deps(), house.ctx, wanted)).rejects.toMatchObject({ code: 'settlement.break_has_no_entry' });
    await take('camt.054', [entry(11n, 'LATE-11')], { number: 'MAIN0001' });
    expect((await main()).map(({ id }) => id)).not.toContain(missing.id);
  });

  test('is the operator’s alone', async () => {
    await take('camt.053', [entry(3n, 'NOBODY')]);
    const [{ id }] = (await open()) as unknown as [{ id: Uuid }];
    const member = house.memberCtx(bank.id);
    expect((await callerOf(house.settlement.routes).output(listContract, member, {})).items).toEqual([]);
    await expect(getBreak(deps(), member, { id })).rejects.toMatchObject({ code: 'settlement.break_not_found' });
    expect((await listStatementEntries(deps(), member, {})).items).toEqual([]);
    await expect(commentBreak(deps(), member, { id, text: 'Mine' })).rejects.toMatchObject({ code: 'settlement.break_not_found' });
  });
});

const fromWireIdOf = (id: string): Uuid => (id.includes('_') ? fromWireId(id) : id);
