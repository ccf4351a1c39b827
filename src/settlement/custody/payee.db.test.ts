import { afterAll, beforeAll, expect, test } from 'vitest';
import { approve, openCustodyAccount, openRail } from '../../../test/support/custody.ts';
import { admitBanks, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { listInstructions } from '../rail/read-instructions.ts';
import { requestPayout } from '../rail/request.ts';
import { grantScreeningException } from '../screening/manage-exceptions.ts';
import { loadScreeningList } from '../screening/manage-lists.ts';
import { getFundingInstructions } from './funding.ts';
import { proposePayoutAccount } from './propose.ts';

const LISTED = 'Blackgate Maritime Trading';
const to = { asset: 'EUR/2', holder: 'The bank itself', number: 'FI2112345600000785', agentBic: 'NORDFIHH', reason: 'As its mandate says' };
const payout = { asset: 'EUR/2', units: 100n, reference: 'OUT-1' };
let house: TestHouse;
let bank: Bank;
const deps = () => house.settlement.deps;
const list = (rows: string) =>
  loadScreeningList(deps(), house.ctx, { id: 'house', allowSmaller: 'true' }, { document: Buffer.from(`id,name,bic\n${rows}`) });
const setAccount = (change: object = {}) => approve(house, proposePayoutAccount(deps(), house.ctx, { id: bank.id, ...to, ...change }));
const accounts = async () => (await getFundingInstructions(deps(), house.ctx, { id: bank.id })).payoutAccounts;

beforeAll(async () => {
  house = await createTestHouse();
  [bank] = (await admitBanks(house, ['AAAAFIHH'], { 'EUR/2': 100_000n })) as [Bank];
  await openCustodyAccount(house);
  await openRail(house, 'http-rail');
  await list(`1,${LISTED},\n2,Nobody Of That Name,SABRRUMM\n`);
});
afterAll(() => house.close());

test('nobody is paid out to an account whose holder or bank a list names', async () => {
  for (const change of [{ holder: LISTED }, { holder: 'BLACKGATE Maritime Trading Ltd' }, { agentBic: 'SABRRUMMXXX' }]) {
    await expect(setAccount(change)).rejects.toMatchObject({ code: 'settlement.payee_listed' });
  }
  await expect(setAccount({ holder: '-- . --' })).rejects.toMatchObject({ code: 'settlement.name_unreadable' });
  expect(await accounts()).toEqual([]);
});

test('a holder whom a list names later is paid nothing, until an exception sets the match aside', async () => {
  await setAccount();
  await requestPayout(deps(), house.ctx, { id: bank.id, ...payout });
  await list(`1,${LISTED},\n2,Nobody Of That Name,SABRRUMM\n3,${to.holder},\n`);
  const own = house.memberCtx(bank.id);
  for (const ctx of [house.ctx, own]) {
    await expect(requestPayout(deps(), ctx, { id: bank.id, ...payout })).rejects.toMatchObject({ code: 'settlement.payee_listed' });
  }
  expect((await listInstructions(deps(), house.ctx, { limit: 10 })).items).toHaveLength(1);
  const grant = { name: to.holder, listId: 'house', entryId: '3', reason: 'Another one of that name', days: 5 };
  await grantScreeningException(deps(), house.ctx, grant);
  await requestPayout(deps(), own, { id: bank.id, ...payout });
  expect((await listInstructions(deps(), house.ctx, { limit: 10 })).items).toHaveLength(2);
});
