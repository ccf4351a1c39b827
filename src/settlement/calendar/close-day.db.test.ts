import { afterAll, beforeAll, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { manualClock } from '../../base/time.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { cutOffDue } from '../window/cut-off-due.ts';
import { closeWindow } from '../window/close-window.ts';
import { setWindowGroup } from '../window/manage-groups.ts';
import { settleNetted } from '../window/settle-netted.ts';
import { closeBusinessDay, closeBusinessDays, getBusinessDay, listBusinessDays } from './close-day.ts';

const berlin = (day: string, time: string) => Date.parse(`${day}T${time}:00+01:00`);
const clock = manualClock(berlin('2026-11-26', '08:00'));
let house: TestHouse;
let banks: [Bank, Bank];
const deps = () => house.settlement.deps;
const pay = (from: 0 | 1, units: bigint, valueDate: string) =>
  sendPayment(deps(), house.ctx, orderOf(banks[from], banks[from === 0 ? 1 : 0], { asset: 'EUR/2', units, valueDate }));
const schedule = { zone: 'Europe/Berlin', cutOffs: ['12:00', '16:00'], calendars: ['EUR'] };
const setGroup = (settles: 'at_once' | 'by_hand') =>
  setWindowGroup({ ...deps(), windowSeconds: 0 }, house.ctx, {
    id: 'euro',
    name: 'Euro',
    mode: 'schedule',
    schedule,
    assets: ['EUR/2'],
    settles,
  });
const reach = async (day: string, time: string) => {
  clock.set(berlin(day, time));
  await cutOffDue(deps(), house.ctx);
  await closeBusinessDays(deps(), house.ctx);
};
const days = async () => (await listBusinessDays(deps(), house.ctx, { id: 'euro' })).items.map(({ day }) => day);

beforeAll(async () => {
  house = await createTestHouse({ clock });
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 10n ** 9n, 'USD/2': 10n ** 9n })) as [Bank, Bank];
  await setGroup('at_once');
});
afterAll(() => house.close());

test('a business day ends with its last cut-off: totals, positions and what is carried over add up', async () => {
  await pay(0, 100n, '2026-11-26');
  await pay(1, 30n, '2026-11-30');
  await reach('2026-11-26', '12:00');
  await pay(1, 60n, '2026-11-26');
  expect(await days()).toEqual([]);
  await expect(closeBusinessDay(deps(), house.ctx, { id: 'euro', day: '2026-11-26' })).rejects.toMatchObject({
    code: 'settlement.business_day_going_on',
  });
  await reach('2026-11-26', '16:00');
  expect(await days()).toEqual(['2026-11-26']);
  const day = await getBusinessDay(deps(), house.ctx, { id: 'euro', day: '2026-11-26' });
  expect(day).toMatchObject({ windows: 2, payments: 2, closedBy: house.ctx.actor.name });
  expect(day.currencies).toEqual([{ asset: 'EUR/2', payments: 2, gross: 160n, net: 160n, carried: 1, carriedUnits: 30n }]);
  expect(
    day.positions.map(({ bic, incoming, outgoing, net, carriedIn, carriedOut }) => [bic, incoming, outgoing, net, carriedIn, carriedOut]),
  ).toEqual([
    ['AAAAFIHH', 60n, 100n, -40n, 30n, 0n],
    ['BBBBNOKK', 100n, 60n, 40n, 0n, 30n],
  ]);
  expect(day.unsettled).toMatchObject([
    { debtorAgent: 'BBBBNOKK', creditorAgent: 'AAAAFIHH', units: 30n, why: 'value_date', due: '2026-11-30' },
  ]);
});

test('what was carried over settles on its day, and a day without windows is none', async () => {
  await reach('2026-11-27', '18:00');
  expect(await days()).toEqual(['2026-11-26']);
  await reach('2026-11-30', '12:00');
  await reach('2026-11-30', '16:00');
  expect(await days()).toEqual(['2026-11-30', '2026-11-26']);
  expect(await getBusinessDay(deps(), house.ctx, { id: 'euro', day: '2026-11-30' })).toMatchObject({
    windows: 1,
    payments: 1,
    unsettled: [],
  });
  await expect(getBusinessDay(deps(), house.ctx, { id: 'euro', day: '2026-11-27' })).rejects.toMatchObject({
    code: 'settlement.business_day_not_found',
  });
  await expect(closeBusinessDay(deps(), house.ctx, { id: 'euro', day: '2026-11-27' })).rejects.toMatchObject({
    code: 'settlement.business_day_empty',
  });
});

test('a day does not end before its last window is settled; closed again it is the same day', async () => {
  await setGroup('by_hand');
  await pay(0, 5n, '2026-12-01');
  await reach('2026-12-01', '16:00');
  expect(await days()).not.toContain('2026-12-01');
  await expect(closeBusinessDay(deps(), house.ctx, { id: 'euro', day: '2026-12-01' })).rejects.toMatchObject({
    code: 'settlement.business_day_unsettled',
  });
  const [netted] = await house.database.admin<{ id: string }>(`select id from settlement.netting_window where state = 'netted'`);
  await settleNetted(deps(), house.ctx, { id: netted!.id });
  const closed = await closeBusinessDay(deps(), house.ctx, { id: 'euro', day: '2026-12-01' });
  expect(closed).toMatchObject({ closedBy: house.ctx.actor.name, windows: 1 });
  clock.advance(5_000);
  await closeBusinessDays(deps(), house.ctx);
  expect(await closeBusinessDay(deps(), house.ctx, { id: 'euro', day: '2026-12-01' })).toEqual(closed);
  const events = await house.database.admin<{ n: bigint }>(
    `select count(*) as n from access.audit where action = 'settlement.close_business_day' and subject = 'euro 2026-12-01'`,
  );
  expect(events[0]!.n).toBeGreaterThanOrEqual(1n);
});

test('a group without a schedule goes by the UTC day', async () => {
  await sendPayment(deps(), house.ctx, orderOf(banks[0], banks[1], { asset: 'USD/2', units: 7n }));
  await closeWindow(deps(), house.ctx);
  await closeBusinessDays(deps(), house.ctx);
  expect((await listBusinessDays(deps(), house.ctx, { id: 'main' })).items).toEqual([]);
  clock.advance(86_400_000);
  await closeBusinessDays(deps(), house.ctx);
  expect((await listBusinessDays(deps(), house.ctx, { id: 'main' })).items).toMatchObject([{ windows: 1, payments: 1 }]);
});

test('a bank sees its own positions and payments, and no totals of the network', async () => {
  const stranger = (await admitBanks(house, ['CCCCDEFF'], { 'EUR/2': 1n }))[0]!;
  const key = { id: 'euro', day: '2026-11-26' };
  const own = await getBusinessDay(deps(), house.memberCtx(banks[0].id), key);
  expect(own.currencies).toEqual([]);
  expect(own.positions.map(({ bic }) => bic)).toEqual(['AAAAFIHH']);
  expect(own.unsettled).toHaveLength(1);
  expect(await getBusinessDay(deps(), house.memberCtx(stranger.id), key)).toMatchObject({ positions: [], unsettled: [], currencies: [] });
  await expect(closeBusinessDay(deps(), house.memberCtx(stranger.id), key)).rejects.toMatchObject({ code: 'settlement.operator_only' });
});
