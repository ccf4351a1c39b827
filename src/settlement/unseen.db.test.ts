import { afterAll, expect, test } from 'vitest';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';

const house: TestHouse = await createTestHouse();
afterAll(() => house.close());

test('where nothing was netted, screened or kept in custody yet, no check tells that all is well', async () => {
  const checks = [...house.settlement.checks, ...house.ledger.checks.filter(({ name }) => name === 'ledger.log')];
  const told = await Promise.all(checks.map(async (check) => `${check.name}: ${(await check.run()).unseen ? 'unseen' : 'seen'}`));
  expect(told.toSorted()).toEqual([
    'ledger.log: unseen',
    'screening lists: unseen',
    'settlement.reserves: unseen',
    'settlement.set_aside: unseen',
    'windows: unseen',
  ]);
});
