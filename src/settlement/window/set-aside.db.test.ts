import { afterAll, beforeAll, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { createMetrics } from '../../infra/metrics/metrics.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { closeWindow } from './close-window.ts';
import { setWindowGroup } from './manage-groups.ts';
import { createSetAsideWatch, setAsideDifferences } from './set-aside.ts';
import { settleNetted } from './settle-netted.ts';

let house: TestHouse;
let banks: Bank[];
const deps = () => house.settlement.deps;
const differences = () => setAsideDifferences(deps(), house.tenantId);
const pay = (from: number, to: number, units: bigint) =>
  sendPayment(deps(), house.ctx, orderOf(banks[from]!, banks[to]!, { asset: 'EUR/2', units }));

beforeAll(async () => {
  house = await createTestHouse();
  banks = await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 1_000_000n });
});
afterAll(() => house.close());

test('what is set aside is what is owed at every step of a window', async () => {
  expect(await differences()).toEqual([]);
  await setWindowGroup({ ...deps(), windowSeconds: 0 }, house.ctx, { id: 'main', name: 'All', mode: 'by_hand', settles: 'by_hand' });
  await pay(0, 1, 700n);
  await pay(1, 0, 200n);
  expect(await differences()).toEqual([]);
  const { id, state } = await closeWindow(deps(), house.ctx);
  expect(state).toBe('netted');
  await pay(0, 1, 50n);
  expect(await differences()).toEqual([]);
  await settleNetted(deps(), house.ctx, { id });
  expect(await differences()).toEqual([]);
});

test('money that stays set aside for a window called settled is told by log, metric and check', async () => {
  const metrics = createMetrics({ processMetrics: false });
  const errors: string[] = [];
  const log = { ...deps().log, error: (text: string) => void errors.push(text) };
  const watch = createSetAsideWatch({ ...deps(), log }, metrics);
  expect(await watch.check.run()).toMatchObject({ ok: true, detail: 'this process has not looked yet' });
  await closeWindow(deps(), house.ctx);
  await house.database.admin(
    `update settlement.netting_window set state = 'settled', settled_at = now(), finality_seq = to_seq where state = 'netted'`,
  );
  expect(await differences()).toEqual([{ bic: 'AAAAFIHH', asset: 'EUR/2', setAside: 50n, owed: 0n }]);
  await watch.look();
  expect(errors).toEqual(['Money set aside is not what is owed']);
  expect(await watch.check.run()).toEqual({ ok: false, detail: 'AAAAFIHH has 0.50 EUR set aside and owes 0.00' });
  expect(await metrics.text()).toContain('rialto_settlement_set_aside_difference{asset="EUR/2"} 0.5');
});
