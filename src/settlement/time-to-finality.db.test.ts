import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { dayOf, manualClock } from '../base/time.ts';
import { createMetrics, type MetricsRegistry } from '../infra/metrics/metrics.ts';
import { excludeParticipant } from './clearing/exclude-participant.ts';
import type { SettlementDeps } from './deps.ts';
import { setPolicy } from './liquidity/manage-policy.ts';
import { DEFAULT_POLICY } from './liquidity/route.ts';
import { settlementMetrics } from './metrics.ts';
import { fundParticipant } from './participant/move-funds.ts';
import { releasePayment } from './payment/review-payment.ts';
import { sendPayment } from './payment/send-payment.ts';
import { runQueue } from './queue/manage-queue.ts';
import { createQueueRunner } from './queue/runner.ts';
import { loadScreeningList } from './screening/manage-lists.ts';
import { closeWindow } from './window/close-window.ts';
import { setWindowGroup } from './window/manage-groups.ts';
import { settleNetted } from './window/settle-netted.ts';

const DAY_MS = 86_400_000;
const clock = manualClock(Date.UTC(2026, 10, 23, 9));
let house: TestHouse;
let registry: MetricsRegistry;
let own: Pick<SettlementDeps, 'metrics' | 'queue'>;
let banks: [Bank, Bank, Bank];
const deps = () => ({ ...house.settlement.deps, ...own });

beforeAll(async () => {
  house = await createTestHouse({ clock });
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK', 'CCCCDEFF'], { 'EUR/2': 10_000n })) as [Bank, Bank, Bank];
  await loadScreeningList(house.settlement.deps, house.ctx, { id: 'house' }, { document: Buffer.from('id,name\n1,Viktor Baranovski\n') });
});
beforeEach(async () => {
  await own?.queue.close();
  registry = createMetrics({ processMetrics: false });
  const metrics = settlementMetrics(registry);
  own = { metrics, queue: createQueueRunner({ ...house.settlement.deps, metrics }) };
});
afterAll(async () => {
  await own.queue.close();
  await house.close();
});

const pay = (from: 0 | 1 | 2, to: 0 | 1 | 2, change = {}) =>
  sendPayment(deps(), house.ctx, orderOf(banks[from], banks[to], { units: 10n, ...change }));

/** How many payments each way took, and how many seconds together. */
async function taken(): Promise<Record<string, [payments: number, seconds: number]>> {
  const text = await registry.text();
  const read = (part: string) =>
    Array.from(text.matchAll(new RegExp(`^rialto_settlement_time_seconds_${part}{way="(\\w+)"} (\\S+)$`, 'gm')), ([, way, value]) => [
      way!,
      Number(value),
    ]) as [string, number][];
  const sums = new Map(read('sum'));
  return Object.fromEntries(read('count').map(([way, payments]) => [way, [payments, Math.round(sums.get(way)!)]]));
}

/** In windows how long a payment took is told to a sixteenth of a bucket. */
const about = (seconds: number) => expect.toSatisfy((found: number) => Math.abs(found - seconds) < seconds / 10) as number;

test('a payment that settles at once is counted when it does, and one in a window when that is final, each from its acceptance', async () => {
  await pay(0, 1, { priority: 'instant' });
  await pay(0, 1);
  clock.advance(30_000);
  await pay(1, 2);
  expect(await taken()).toEqual({ at_once: [1, 0] });
  clock.advance(50_000);
  await closeWindow(deps(), house.ctx);
  expect(await taken()).toEqual({ at_once: [1, 0], window: [2, about(130)] });
  const bounds = await registry.text();
  expect(bounds).toContain('rialto_settlement_time_seconds_bucket{le="60",way="window"} 1');
  expect(bounds).toContain('rialto_settlement_time_seconds_bucket{le="120",way="window"} 2');
});

test('what waits for its value date is counted in the window of its day, and what is returned from a window never', async () => {
  await setWindowGroup({ ...deps(), windowSeconds: 0 }, house.ctx, { id: 'main', name: 'Main', mode: 'by_hand', settles: 'by_hand' });
  await pay(0, 1, { valueDate: dayOf(clock.now() + DAY_MS) });
  await pay(1, 2);
  await pay(2, 1);
  const window = await closeWindow(deps(), house.ctx);
  await excludeParticipant(deps(), house.ctx, { id: window.id, participantId: banks[2].id, fate: 'return', reason: 'A default of it' });
  await pay(0, 1);
  await settleNetted(deps(), house.ctx, { id: window.id });
  expect(await taken()).toEqual({});
  clock.advance(DAY_MS);
  const next = await closeWindow(deps(), house.ctx);
  await settleNetted(deps(), house.ctx, { id: next.id });
  expect(await taken()).toEqual({ window: [2, about((2 * DAY_MS) / 1_000)] });
  await setWindowGroup({ ...deps(), windowSeconds: 0 }, house.ctx, { id: 'main', name: 'Main', mode: 'by_hand', settles: 'at_once' });
});

test('a payment that waited for money or for people is counted with its waiting, under its own way', async () => {
  await setPolicy(deps(), house.ctx, { policy: { ...DEFAULT_POLICY, withoutCover: 'queue', queueMinutes: 600 } });
  await pay(0, 1, { units: 50_000n });
  const { id } = await pay(1, 0, { priority: 'instant', creditor: { name: 'Viktor Baranovski' } });
  clock.advance(20_000);
  await releasePayment(deps(), house.ctx, { id, comment: 'Another person' });
  expect(await taken()).toEqual({ review: [1, 20] });
  clock.advance(20_000);
  await fundParticipant(deps(), house.ctx, { id: banks[0].id, asset: 'EUR/2', units: 60_000n, reference: 'IN' });
  await runQueue(deps(), house.ctx);
  expect(await taken()).toEqual({ review: [1, 20], queue: [1, 40] });
});
