import { afterAll, beforeAll, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { onRefusingLedger } from '../../test/support/refusing-ledger.ts';
import { manualClock } from '../base/time.ts';
import { createMetrics } from '../infra/metrics/metrics.ts';
import { sendPayment } from './payment/send-payment.ts';
import { showUnsettled } from './unsettled.ts';
import { closeWindow } from './window/close-window.ts';
import { setWindowGroup } from './window/manage-groups.ts';
import { settleNetted } from './window/settle-netted.ts';

const DAY_MS = 86_400_000;
const clock = manualClock(Date.UTC(2026, 10, 23, 9));
let house: TestHouse;
let banks: [Bank, Bank];
const deps = () => house.settlement.deps;
const registry = createMetrics({ processMetrics: false });

beforeAll(async () => {
  house = await createTestHouse({ clock });
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 10_000n })) as [Bank, Bank];
  showUnsettled(deps(), registry);
});
afterAll(() => house.close());

const unsettled = async () => Number(/^rialto_settlement_window_unsettled_seconds (\S+)$/m.exec(await registry.text())![1]);
const settles = (how: 'at_once' | 'by_hand') =>
  setWindowGroup({ ...deps(), windowSeconds: 0 }, house.ctx, { id: 'main', name: 'Main', mode: 'by_hand', settles: how });
const pay = () => sendPayment(deps(), house.ctx, orderOf(banks[0], banks[1], { units: 10n }));

test('a window that should settle by itself and does not is told from its cut-off on', async () => {
  expect(await unsettled()).toBe(0);
  await settles('at_once');
  await pay();
  await expect(closeWindow(onRefusingLedger(deps()), house.ctx)).rejects.toMatchObject({ code: 'settlement.window_blocked' });
  clock.advance(70_000);
  expect(await unsettled()).toBe(70);
});

test('a window that waits for people by its settings is told only when something blocks it, or a day is over', async () => {
  const [{ id: blocked }] = (await house.database.admin<{ id: string }>(
    `select id from settlement.netting_window where state = 'netted'`,
  )) as [{ id: string }];
  await settleNetted(deps(), house.ctx, { id: blocked });
  await settles('by_hand');
  await pay();
  const { id } = await closeWindow(deps(), house.ctx);
  clock.advance(DAY_MS);
  expect(await unsettled()).toBe(0);
  clock.advance(90_000);
  expect(await unsettled()).toBe(90);
  await expect(settleNetted(onRefusingLedger(deps()), house.ctx, { id })).rejects.toMatchObject({ code: 'settlement.window_blocked' });
  expect(await unsettled()).toBe(DAY_MS / 1_000 + 90);
  await settleNetted(deps(), house.ctx, { id });
  expect(await unsettled()).toBe(0);
});
