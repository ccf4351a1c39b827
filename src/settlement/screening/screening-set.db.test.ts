import { afterAll, beforeAll, expect, test } from 'vitest';
import { admitBanks, orderOf } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { manualClock } from '../../base/time.ts';
import { getPayment } from '../payment/read-payments.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { getScreeningSet } from './get-screening-set.ts';
import { grantScreeningException } from './manage-exceptions.ts';
import { loadScreeningList } from './manage-lists.ts';
import { createScreening } from './screening.ts';
import { claimSet } from './screening-set.ts';

const clock = manualClock(Date.now());
let house: TestHouse;
const deps = () => house.settlement.deps;
beforeAll(async () => {
  house = await createTestHouse({ clock });
});
afterAll(() => house.close());

const load = (text: string, query: object = {}) =>
  loadScreeningList(deps(), house.ctx, { id: 'house', ...query }, { document: Buffer.from(text) });
const parties = (debtor: string) => ({ debtor: { name: debtor }, creditor: { name: 'Nordlys Foods AS' } });
const setOf = async (screening = deps().screening) => (await screening.screenParties(house.tenantId, parties('Anna Lind'))).set;
const allSets = () => house.database.admin<{ id: number }>('select id from settlement.screening_set order by id');

test('names screened against no list at all say so by a set without lists', async () => {
  const set = await getScreeningSet(deps(), house.ctx, { id: await setOf() });
  expect(set).toMatchObject({ id: 1, lists: [], rules: expect.stringContaining('names-') });
});

test('a changed list or another use of it is another set, the same again is the same, and each tells what it was', async () => {
  const first = await load('id,name\n1,Viktor Baranovski\n');
  const one = await setOf();
  await load('id,name\n1,Viktor Baranovski\n2,Oksana Petrenko\n');
  const two = await setOf();
  await load('id,name\n1,Viktor Baranovski\n2,Oksana Petrenko\n', { purpose: 'pep' });
  const noted = await setOf();
  clock.advance(60_000);
  await load('id,name\n1,Viktor Baranovski\n', { purpose: 'sanctions' });
  expect(new Set([one, two, noted]).size).toBe(3);
  expect(await setOf()).toBe(one);
  const { lists } = await getScreeningSet(deps(), house.ctx, { id: one });
  expect(lists).toEqual([
    {
      id: 'house',
      version: first.version,
      purpose: 'sanctions',
      format: 'plain_csv',
      entries: 1,
      names: 1,
      loadedAt: first.loadedAt,
      loadedBy: house.ctx.actor.name,
    },
  ]);
});

test('processes that meet new lists at once give them one number, and different lists different ones', async () => {
  const before = (await allSets()).length;
  const lists = (version: string) => [
    { id: 'x', version, purpose: 'sanctions' as const, format: 'plain_csv' as const, entries: 1, names: 1 },
  ];
  const claims = ['a', 'b', 'a', 'c', 'b', 'a', 'c', 'a'].map((version) =>
    claimSet(deps().db, house.tenantId, lists(version), clock.now()),
  );
  const [a, b, a2, c, b2, a3, c2, a4] = await Promise.all(claims);
  expect([a2, a3, a4, b2, c2]).toEqual([a, a, a, b, c]);
  expect(new Set([a, b, c]).size).toBe(3);
  const ids = (await allSets()).map(({ id }) => id);
  expect(ids).toEqual(Array.from({ length: before + 3 }, (_, i) => i + 1));
});

test('a process that still has the lists before says so: the number is that of what was compared', async () => {
  const own = manualClock(clock.now());
  const late = createScreening(deps().db, own);
  const before = await setOf(late);
  await load('id,name\n1,Viktor Baranovski\n3,Ilya Sokolov\n');
  expect(await setOf(late)).toBe(before);
  expect((await late.screenParties(house.tenantId, parties('Ilya Sokolov'))).hits).toEqual([]);
  await late.reload(house.tenantId);
  expect(await setOf(late)).toBe(await setOf());
  expect(await setOf(late)).not.toBe(before);
});

test('screening asks the database nothing while the lists are known, and two clean names share their answer', async () => {
  let asked = 0;
  const counting = { ...deps().db, read: (...call: Parameters<typeof house.database.db.read>) => (asked++, deps().db.read(...call)) };
  const screening = createScreening(counting as typeof house.database.db, manualClock(clock.now()));
  const first = await screening.screenParties(house.tenantId, parties('Anna Lind'));
  const reads = asked;
  expect(await screening.screenParties(house.tenantId, parties('Berit Holm'))).toBe(first);
  expect(asked).toBe(reads);
});

test('a set of another tenant or one that never was is not found', async () => {
  await expect(getScreeningSet(deps(), house.ctx, { id: 9_999 })).rejects.toMatchObject({ code: 'settlement.screening_set_not_found' });
});

test('a payment shows its set, notices and what exceptions set aside to the operator, and to no bank', async () => {
  const banks = await admitBanks(house, ['NORDFIHH', 'AURONOKK'], { 'EUR/2': 10n ** 9n });
  const { id } = await sendPayment(deps(), house.ctx, orderOf(banks[0]!, banks[1]!));
  const set = await setOf();
  expect((await getPayment(deps(), house.ctx, { id })).screening).toEqual({ set, hits: [] });
  const hit = { party: 'debtor', listed: 'Severin Mandelbrot', listId: 'pep', entryId: '7', score: 1, explanation: ['The same.'] };
  const kept = { set, hits: [], notices: [hit], cleared: [{ ...hit, listId: 'house', exceptionId: id }] };
  await house.database.admin('update settlement.payment set screening_set = $2, screening = $3::jsonb where id = $1', [
    id,
    set,
    JSON.stringify(kept),
  ]);
  const seen = await getPayment(deps(), house.ctx, { id });
  expect(seen.screening).toEqual(kept);
  expect(seen.timeline[1]?.text).toBe('Exposed persons noted: Severin Mandelbrot. Set aside by an exception: Severin Mandelbrot.');
  for (const bank of banks) {
    const theirs = await getPayment(deps(), house.memberCtx(bank.id), { id });
    expect([theirs.screening, theirs.timeline[1]?.text]).toEqual([{ hits: [] }, 'Both names were screened.']);
  }
});

test('a match with exposed persons, and one that an exception sets aside, pass and are kept with the payment', async () => {
  const banks = await admitBanks(house, ['PEPSFIHH', 'PEPSNOKK'], { 'EUR/2': 10n ** 9n });
  const document = Buffer.from('id,name\n7,Severin Mandelbrot\n');
  await loadScreeningList(deps(), house.ctx, { id: 'pep', purpose: 'pep' }, { document });
  await load('id,name\n1,Viktor Baranovski\n');
  const exception = { name: 'Viktor Baranovski', listId: 'house', entryId: '1', reason: 'Another date of birth', days: 30 };
  const granted = await grantScreeningException(deps(), house.ctx, exception);
  const parties = { debtor: { name: 'Severin Mandelbrot' }, creditor: { name: 'Viktor Baranovski' } };
  const { id, status } = await sendPayment(deps(), house.ctx, orderOf(banks[0]!, banks[1]!, parties));
  expect(status).not.toBe('held');
  expect((await getPayment(deps(), house.ctx, { id })).screening).toMatchObject({
    set: await setOf(),
    hits: [],
    notices: [{ party: 'debtor', listId: 'pep', entryId: '7' }],
    cleared: [{ party: 'creditor', listId: 'house', entryId: '1', exceptionId: granted.id }],
  });
});
