import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { manualClock } from '../../base/time.ts';
import { getPayment } from '../payment/read-payments.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { countFlows } from './count-flows.ts';
import { insertFlows } from './flow-store.ts';
import { listLiquidity } from './list-liquidity.ts';
import { getPolicy, setPolicy } from './manage-policy.ts';
import { getCalibration, getForecast, listCorridors } from './read-forecast.ts';
import { DEFAULT_POLICY, type Policy } from './route.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Monday, 10:30. */
const NOW = Date.UTC(2026, 10, 23, 10, 30);
let house: TestHouse;
let banks: [Bank, Bank, Bank];
const clock = manualClock(NOW);
const deps = () => house.settlement.deps;
const send = (from: Bank, to: Bank, units: bigint, change = {}) => sendPayment(deps(), house.ctx, orderOf(from, to, { units, ...change }));
const put = (change: Partial<Policy>) => setPolicy(deps(), house.ctx, { policy: { ...DEFAULT_POLICY, ...change } });

beforeAll(async () => {
  house = await createTestHouse({ clock });
  banks = (await admitBanks(house, ['LQAAFIHH', 'LQBBNOKK', 'LQCCDEFF'], { 'EUR/2': 1_000_000n })) as typeof banks;
  // Eight weeks in which the second bank was paid 1,000.00 to 1,700.00 each working day at ten.
  const flows = Array.from({ length: 56 }, (_, i) => ({ hour: Math.floor(NOW / DAY) * DAY - (i + 1) * DAY + 10 * HOUR, n: i }))
    .filter(({ hour }) => ![0, 6].includes(new Date(hour).getUTCDay()))
    .map(({ hour, n }) => ({
      hour,
      debtorId: banks[0].id,
      creditorId: banks[1].id,
      asset: 'EUR/2',
      payments: 10,
      units: 100_000n + BigInt(n % 8) * 10_000n,
    }));
  await deps().db.write(house.ctx, (tx) => insertFlows(tx, house.tenantId, flows));
});
afterAll(() => house.close());

describe('the policy', () => {
  test('is that of a network without rules until one is put in force, and is numbered', async () => {
    expect(await getPolicy(deps(), house.ctx)).toEqual({ policy: DEFAULT_POLICY, version: 0 });
    expect(await send(banks[0], banks[1], 100n)).toMatchObject({ status: 'reserved' });
    expect((await put({ withoutCover: 'queue' })).version).toBe(1);
    expect((await put({ withoutCover: 'reject' })).version).toBe(2);
    expect((await getPolicy(deps(), house.memberCtx(banks[0].id))).changedBy).toBeUndefined();
  });

  test('is the operator’s to set, and refuses bands that cannot be', async () => {
    await expect(setPolicy(deps(), house.memberCtx(banks[0].id), { policy: DEFAULT_POLICY })).rejects.toMatchObject({
      code: 'settlement.policy_operator_only',
    });
    const band = { asset: 'EUR/2', minUnits: 2n, maxUnits: 1n };
    await expect(put({ rules: [{ name: 'x', route: 'instant', when: { bands: [band] } }] })).rejects.toMatchObject({
      code: 'settlement.policy_invalid',
    });
  });

  test('sends payments their way, and keeps which and why', async () => {
    await put({
      withoutCover: 'queue',
      rules: [
        { name: 'Small and affordable', route: 'instant', when: { bands: [{ asset: 'EUR/2', maxUnits: 50_000n }], leftBpsAtLeast: 5_000 } },
        { name: 'Income will pay for it', route: 'queue', when: { leftBpsBelow: 1_000, inflowCovers: true } },
      ],
    });
    const small = await send(banks[0], banks[2], 20_000n);
    expect(small).toMatchObject({ status: 'settled', route: { kind: 'instant', rule: 'Small and affordable' } });
    expect(small.route!.reason).toContain('EUR 200.00 is in the band; 97');
    const large = await send(banks[0], banks[2], 900_000n);
    expect(large).toMatchObject({ status: 'reserved', route: { kind: 'window', rule: 'Otherwise' } });
    expect((await getPayment(deps(), house.ctx, { id: large.id })).route).toEqual(large.route);
    // The second bank is paid about 1,000.00 at ten, so what exceeds its money a little can wait for that.
    await send(banks[1], banks[2], 950_000n);
    const waits = await send(banks[1], banks[2], 60_000n);
    expect(waits).toMatchObject({ status: 'queued', route: { kind: 'queue', rule: 'Income will pay for it' } });
    expect(waits.route!.reason).toContain('is expected to come in this hour');
  });
});

describe('liquidity', () => {
  test('tells what each bank would have to bring for what it has waiting', async () => {
    await put({ withoutCover: 'queue' });
    await send(banks[2], banks[0], 3_000_000n);
    await send(banks[0], banks[2], 500_000n);
    const { items } = await listLiquidity(deps(), house.ctx, { asset: 'EUR/2', participantId: banks[2].id });
    const [row] = items;
    expect(row).toMatchObject({ queuedOut: 3_000_000n, queuedIn: 560_000n });
    expect(row!.needs).toEqual({
      now: 3_000_000n - row!.available,
      largest: 3_000_000n - row!.available,
      ifAllSettles: 3_000_000n - 560_000n - row!.available,
    });
    const own = await listLiquidity(deps(), house.memberCtx(banks[2].id), {});
    expect(own.items).toHaveLength(1);
    expect(own.items[0]!.queuedIn).toBeUndefined();
    expect(own.items[0]!.needs.ifAllSettles).toBeUndefined();
  });

  test('expects the income that the past speaks for', async () => {
    const { items } = await listLiquidity(deps(), house.ctx, { participantId: banks[1].id });
    const { low, median, high } = items[0]!.expected;
    expect(low).toBeGreaterThanOrEqual(1_000);
    expect(median).toBeGreaterThan(low);
    expect(high).toBeLessThanOrEqual(1_700);
  });

  test('is foretold by the hour, of a participant or a corridor, and the past beside it', async () => {
    const { hours } = await getForecast(deps(), house.ctx, { asset: 'EUR/2', participantId: banks[1].id });
    expect(hours).toHaveLength(48);
    expect(hours.find(({ hour }) => hour === Date.UTC(2026, 10, 23, 10))!.median).toBeGreaterThan(1_000);
    expect(hours.find(({ hour }) => hour === Date.UTC(2026, 10, 23, 11))).toMatchObject({ low: 0, high: 0 });
    const corridor = await getForecast(deps(), house.ctx, { asset: 'EUR/2', from: 'FI', to: 'NO' });
    expect(corridor.hours.map(({ median }) => median)).toEqual(hours.map(({ median }) => median));
    expect((await getForecast(deps(), house.ctx, { asset: 'EUR/2', from: 'DE', to: 'NO' })).hours.every(({ high }) => high === 0)).toBe(
      true,
    );
    await expect(getForecast(deps(), house.ctx, { asset: 'EUR/2', participantId: banks[1].id, from: 'FI' })).rejects.toMatchObject({
      code: 'settlement.forecast_of_what',
    });
    const { hours: counted, band80 } = await getCalibration(deps(), house.ctx, { asset: 'EUR/2', days: '14' });
    expect(counted).toBe(10);
    expect(band80).toBeGreaterThan(0.4);
  });

  test('is counted once an hour is over, and only once', async () => {
    expect(await countFlows(deps(), house.tenantId)).toBeGreaterThan(0);
    clock.set(NOW + HOUR);
    expect(await countFlows(deps(), house.tenantId)).toBe(1);
    expect(await countFlows(deps(), house.tenantId)).toBe(0);
    const { hours } = await getForecast(deps(), house.ctx, { asset: 'EUR/2', participantId: banks[0].id, direction: 'outgoing' });
    expect(hours.find(({ hour }) => hour === Date.UTC(2026, 10, 23, 10))!.actual).toBe((100 + 20_000 + 900_000 + 500_000) / 100);
  });

  test('flows between countries add up to the payments of the day that were taken', async () => {
    const { items } = await listCorridors(deps(), house.ctx, { day: '2026-11-23' });
    expect(items.find(({ from, to }) => from === 'FI' && to === 'NO')).toMatchObject({ asset: 'EUR/2', payments: 1, units: 100n });
    expect(items.reduce((sum, { payments }) => sum + payments, 0)).toBe(7);
    const own = await listCorridors(deps(), house.memberCtx(banks[1].id), { day: '2026-11-23' });
    expect(own.items.every(({ from, to }) => from === 'NO' || to === 'NO')).toBe(true);
  });
});
