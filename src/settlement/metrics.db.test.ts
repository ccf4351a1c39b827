import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { createMetrics, type MetricsRegistry } from '../infra/metrics/metrics.ts';
import type { SettlementDeps } from './deps.ts';
import { loadRates } from './fx/load-rates.ts';
import { answerTrade, proposeTrade } from './fx/propose-trade.ts';
import { setPolicy } from './liquidity/manage-policy.ts';
import { DEFAULT_POLICY } from './liquidity/route.ts';
import { settlementMetrics } from './metrics.ts';
import { fundParticipant } from './participant/move-funds.ts';
import { rejectPayment, releasePayment } from './payment/review-payment.ts';
import { sendPayment } from './payment/send-payment.ts';
import { runQueue } from './queue/manage-queue.ts';
import { createQueueRunner } from './queue/runner.ts';
import { loadScreeningList } from './screening/manage-lists.ts';

let house: TestHouse;
let registry: MetricsRegistry;
let own: Pick<SettlementDeps, 'metrics' | 'queue'>;
let banks: [Bank, Bank];
const deps = () => ({ ...house.settlement.deps, ...own });

/** Counts anew from here on. */
async function countAnew(): Promise<void> {
  await own?.queue.close();
  registry = createMetrics({ processMetrics: false });
  const metrics = settlementMetrics(registry);
  own = { metrics, queue: createQueueRunner({ ...house.settlement.deps, metrics }) };
}

const LISTED = { creditor: { name: 'Viktor Baranovski' } };

beforeAll(async () => {
  house = await createTestHouse();
  await countAnew();
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 1_000_000n, 'USD/2': 0n })) as [Bank, Bank];
  const list = Buffer.from('id,name,aliases,type,country\n1,Viktor Baranovski,,person,\n');
  await loadScreeningList(deps(), house.ctx, { id: 'house' }, { document: list });
});
beforeEach(countAnew);
afterAll(async () => {
  await own.queue.close();
  await house.close();
});

const send = (units: bigint, change: object = {}) => sendPayment(deps(), house.ctx, orderOf(...banks, { units, ...change }));
const release = (id: string) => releasePayment(deps(), house.ctx, { id, comment: 'Looked at' });

/** The series of a metric, by the labels asked for. */
async function seriesOf(name: string, ...labels: string[]): Promise<Record<string, number>> {
  const lines = (await registry.text()).split('\n').filter((line) => line.startsWith(`${name}{`));
  return Object.fromEntries(
    lines.map((line) => [
      labels.map((label) => new RegExp(`${label}="([^"]*)"`).exec(line)![1]).join(' '),
      Number(line.slice(line.lastIndexOf(' '))),
    ]),
  );
}

const value = () => seriesOf('rialto_settlement_payments_value_total', 'asset');
const payments = () => seriesOf('rialto_settlement_payments_total', 'status', 'route');

test('payments are told by the way they went, under the shipped policy and under rules alike', async () => {
  await send(100n);
  await send(200n, { priority: 'instant' });
  await send(300n, LISTED);
  await send(10n ** 9n);
  await setPolicy(deps(), house.ctx, { policy: { ...DEFAULT_POLICY, withoutCover: 'queue' } });
  await send(400n);
  await send(10n ** 9n, { priority: 'instant' });
  expect(await payments()).toEqual({
    'reserved window': 2,
    'settled instant': 1,
    'held none': 1,
    'rejected none': 1,
    'queued queue': 1,
  });
  expect(await value()).toEqual({ 'EUR/2': 7 });
});

test('the value of a payment is counted once, when it is reserved or settled: at the door, on release or out of the queue', async () => {
  const [a, b] = (await admitBanks(house, ['CCCCDEFF', 'DDDDFRPP'], { 'EUR/2': 1_000n, 'USD/2': 0n })) as [Bank, Bank];
  banks = [a, b];
  await release((await send(100n, LISTED)).id);
  await release((await send(200n, { ...LISTED, priority: 'instant' })).id);
  expect(await value()).toEqual({ 'EUR/2': 3 });
  const rejected = await send(50n, LISTED);
  await rejectPayment(deps(), house.ctx, { id: rejected.id, comment: 'No' });
  const waiting = await send(5_000n, LISTED);
  expect((await release(waiting.id)).status).toBe('queued');
  expect((await send(6_000n)).status).toBe('queued');
  expect(await value()).toEqual({ 'EUR/2': 3 });
  await fundParticipant(deps(), house.ctx, { id: a.id, asset: 'EUR/2', units: 20_000n, reference: 'IN' });
  await runQueue(deps(), house.ctx);
  expect(await value()).toEqual({ 'EUR/2': 113 });
});

test('an exchange that waited is no payment', async () => {
  const [a, b] = banks;
  const rate = { provider: b.bic, source: 'desk', validUntil: Date.now() + 3_600_000 };
  await loadRates(deps(), house.ctx, { ...rate, rates: [{ fromAsset: 'EUR/2', toAsset: 'USD/2', rate: '1.1' }] });
  const terms = { giveAsset: 'EUR/2', giveUnits: 100n, getAsset: 'USD/2', getUnits: 110n, reference: 'FX' };
  const { id } = await proposeTrade(deps(), house.ctx, { proposer: a.bic, counterparty: b.bic, ...terms });
  expect(await answerTrade(deps(), house.ctx, { id, answer: 'confirm', whenShort: 'queue' })).toMatchObject({ state: 'queued' });
  await fundParticipant(deps(), house.ctx, { id: b.id, asset: 'USD/2', units: 1_000n, reference: 'IN' });
  await runQueue(deps(), house.ctx);
  expect(await seriesOf('rialto_settlement_queue_released_total', 'how')).not.toEqual({});
  expect(await value()).toEqual({});
});
