import { afterAll, beforeAll, expect, test } from 'vitest';
import { admitBanks, orderOf } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { dayOf } from '../../base/time.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { demoTraffic } from './demo-traffic.ts';
import { exportSimulation, failLost, getSimulation, listSimulations, startSimulation } from './manage-simulations.ts';
import { createSimulations, type Simulations } from './run-simulations.ts';
import { simulate } from './simulate.ts';
import { curveCsv } from './tables.ts';

let house: TestHouse;
let simulations: Simulations;
const deps = () => ({ ...house.settlement.deps, simulations });

beforeAll(async () => {
  house = await createTestHouse();
  simulations = createSimulations();
});
afterAll(async () => {
  await simulations.close();
  await house.close();
});

async function ended(id: string) {
  for (;;) {
    const simulation = await getSimulation(deps(), house.ctx, { id });
    if (simulation.state !== 'running') return simulation;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const small = { name: 'Small', seed: 'test', payments: 200, options: { levels: 2 } };

test('an invented day is replayed in a thread, and its result is that of the same day replayed here', async () => {
  const started = await startSimulation(deps(), house.ctx, small);
  expect(started).toMatchObject({ state: 'running', progress: 0, seed: 'test' });
  const done = await ended(started.id);
  expect(done).toMatchObject({ state: 'done', progress: 1 });
  const expected = await simulate(demoTraffic('test', 200), { levels: 2 });
  expect(done.result).toEqual(expected);
  expect(await exportSimulation(deps(), house.ctx, { id: started.id, table: 'curve' })).toBe(curveCsv(expected));
  expect((await listSimulations(deps(), house.ctx)).items.map(({ id }) => id)).toContain(started.id);
});

test('a past day of the network is replayed with the payments that were taken on it', async () => {
  const [a, b] = await admitBanks(house, ['SIMAFIHH', 'SIMBNOKK'], { 'EUR/2': 1_000n });
  await sendPayment(deps(), house.ctx, orderOf(a!, b!, { units: 600n }));
  await sendPayment(deps(), house.ctx, orderOf(b!, a!, { units: 500n }));
  await sendPayment(deps(), house.ctx, orderOf(a!, b!, { units: 10n ** 9n }));
  const { id } = await startSimulation(deps(), house.ctx, { name: 'Today', day: dayOf(Date.now()), options: { levels: 2 } });
  const { result } = await ended(id);
  expect(result).toMatchObject({ payments: 2, participants: 2, currencies: [{ asset: 'EUR/2', gross: 1_100n, lower: 100n }] });
});

test('a day without payments, one that is none, and a bank that asks are refused by name', async () => {
  await expect(startSimulation(deps(), house.ctx, { name: 'x', day: '2001-01-01' })).rejects.toMatchObject({
    code: 'settlement.day_empty',
  });
  await expect(startSimulation(deps(), house.ctx, { name: 'x', day: '2001-02-30' })).rejects.toMatchObject({
    code: 'settlement.day_invalid',
  });
  await expect(startSimulation(deps(), house.memberCtx(house.tenantId), small)).rejects.toMatchObject({
    code: 'settlement.simulation_operator_only',
  });
});

test('the same request under one key is one simulation', async () => {
  const [one, two] = [await startSimulation(deps(), house.keyed('sim'), small), await startSimulation(deps(), house.keyed('sim'), small)];
  expect(two.id).toBe(one.id);
  await ended(one.id);
});

test('what its process left running is told as failed, and has no table', async () => {
  const stuck: Simulations = { busy: () => 0, run: () => undefined, close: () => Promise.resolve() };
  const { id } = await startSimulation({ ...deps(), simulations: stuck }, house.ctx, small);
  await expect(exportSimulation(deps(), house.ctx, { id, table: 'series' })).rejects.toMatchObject({
    code: 'settlement.simulation_not_done',
  });
  await failLost({ ...deps(), clock: { now: () => Date.now() + 3_600_000 } }, house.tenantId);
  expect(await getSimulation(deps(), house.ctx, { id })).toMatchObject({ state: 'failed', error: 'It was interrupted.' });
});
