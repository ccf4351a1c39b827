import { afterAll, beforeAll, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { manualClock } from '../../base/time.ts';
import { loadRates } from '../fx/load-rates.ts';
import { answerTrade, proposeTrade } from '../fx/propose-trade.ts';
import { acceptQuote, createQuote } from '../fx/quote.ts';
import { fundParticipant } from '../participant/move-funds.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { runQueue } from '../queue/manage-queue.ts';
import { closeWindow } from '../window/close-window.ts';
import { countUsage } from './count-usage.ts';
import { issueDue } from './issue-invoices.ts';
import { getInvoice, listInvoices, previewFees } from './read-invoices.ts';
import { setFeeSchedule } from './set-schedule.ts';

const JANUARY = Date.UTC(2026, 0, 5, 9);
const clock = manualClock(JANUARY);
let house: TestHouse;
let banks: [Bank, Bank, Bank];
const deps = () => house.settlement.deps;

const CONTENT = {
  items: [
    { item: 'exchanges', kind: 'per_exchange' as const, text: 'Exchanges settled', tiers: [{ upTo: 2, units: 50n }, { units: 20n }] },
  ],
};

const propose = async (from: Bank, to: Bank, getUnits = 110n): Promise<string> => {
  const terms = { giveAsset: 'EUR/2', giveUnits: 100n, getAsset: 'USD/2', getUnits, reference: 'FX' };
  return (await proposeTrade(deps(), house.ctx, { proposer: from.bic, counterparty: to.bic, ...terms })).id;
};
const confirm = (id: string) => answerTrade(deps(), house.ctx, { id, answer: 'confirm', whenShort: 'queue' });

/** How many exchanges each bank is charged for in a month, and what for them. */
async function charged(month: string): Promise<(readonly [number, bigint] | undefined)[]> {
  const seen = await Promise.all(banks.map(({ id }) => previewFees(deps(), house.memberCtx(id), { id, month })));
  return seen.map(({ currencies }) => {
    const lines = currencies.flatMap((currency) => currency.lines);
    expect(lines.length).toBeLessThan(2);
    return lines[0] && [lines[0].count, lines[0].units];
  });
}

beforeAll(async () => {
  house = await createTestHouse({ clock });
  banks = (await admitBanks(house, ['FEAAFIHH', 'FEBBNOKK', 'FECCDEFF'], { 'EUR/2': 100_000n, 'USD/2': 1_000n })) as typeof banks;
  await setFeeSchedule(deps(), house.ctx, { name: 'Standard', asset: 'EUR/2', validFrom: '2026-01-01', content: CONTENT });
});
afterAll(() => house.close());

test('an exchange is charged to both banks once it is settled, and to nobody as long as it is not', async () => {
  const [a, b, c] = banks;
  expect(await confirm(await propose(a, b))).toMatchObject({ state: 'settled' });
  const declined = await propose(a, c);
  await answerTrade(deps(), house.ctx, { id: declined, answer: 'decline' });
  await propose(a, c);
  expect(await confirm(await propose(a, c, 5_000n))).toMatchObject({ state: 'queued' });
  await Promise.all([1, 2, 3].map(() => countUsage(deps(), house.tenantId)));
  clock.advance(86_400_000);
  expect(await runQueue(deps(), house.ctx)).toMatchObject({ settled: [] });
  await countUsage(deps(), house.tenantId);
  expect(await charged('2026-01')).toEqual([[1, 50n], [1, 50n], undefined]);
});

test('an exchange that was settled out of the queue is charged in the month in which it became final', async () => {
  const [a, b, c] = banks;
  expect(await confirm(await propose(a, c, 2_000n))).toMatchObject({ state: 'queued' });
  await fundParticipant(deps(), house.ctx, { id: c.id, asset: 'USD/2', units: 1_000n, reference: 'MORE' });
  await runQueue(deps(), house.ctx);
  clock.set(Date.UTC(2026, 0, 31, 23, 59, 59));
  expect(await confirm(await propose(b, c, 500n))).toMatchObject({ state: 'queued' });
  await countUsage(deps(), house.tenantId);
  clock.set(Date.UTC(2026, 1, 1));
  // What waits ends with its day; a run that had begun before midnight settles behind it all the same.
  await house.database.admin(`update settlement.queue_entry set expires_at = '2026-02-02'`);
  await fundParticipant(deps(), house.ctx, { id: c.id, asset: 'USD/2', units: 500n, reference: 'MORE' });
  await runQueue(deps(), house.ctx);
  await countUsage(deps(), house.tenantId);
  expect(await charged('2026-01')).toEqual([
    [2, 100n],
    [1, 50n],
    [1, 50n],
  ]);
  expect(await charged('2026-02')).toEqual([undefined, [1, 50n], [1, 50n]]);
});

test('an exchange on a quote is charged to the taker and the provider', async () => {
  const [a, b] = banks;
  const rate = { fromAsset: 'EUR/2', toAsset: 'USD/2', rate: '1.1', feeBps: 50 };
  await loadRates(deps(), house.ctx, { provider: b.bic, source: 'desk', validUntil: Date.UTC(2027, 0), rates: [rate] });
  const { id } = await createQuote(deps(), house.ctx, { participant: a.bic, fromAsset: 'EUR/2', toAsset: 'USD/2', payUnits: 99n });
  await acceptQuote(deps(), house.ctx, { id });
  await countUsage(deps(), house.tenantId);
  expect(await charged('2026-02')).toEqual([
    [1, 50n],
    [2, 100n],
    [1, 50n],
  ]);
});

test('exchanges are invoiced once, the third at the price of its tier', async () => {
  const [a, b] = banks;
  expect(await confirm(await propose(b, a))).toMatchObject({ state: 'settled' });
  clock.set(Date.UTC(2026, 2, 1, 2));
  const system = deps().access.systemCtx('test', house.tenantId);
  await Promise.all([issueDue(deps(), system), issueDue(deps(), system)]);
  await issueDue(deps(), system);
  const { items } = await listInvoices(deps(), house.ctx, { participantId: b.id });
  expect(new Map(items.map(({ month, total }) => [month, total]))).toEqual(
    new Map([
      ['2026-01', 50n],
      ['2026-02', 120n],
    ]),
  );
  const february = items.find(({ month }) => month === '2026-02')!;
  const { lines } = await getInvoice(deps(), house.memberCtx(b.id), { id: february.id });
  expect(lines).toEqual([{ item: 'exchanges', text: 'Exchanges settled', count: 3, value: 0n, units: 120n }]);
});

test('an exchange is charged however long ago it was when counting comes to it, behind windows that fill a turn', async () => {
  const [a, b] = banks;
  for (let i = 0; i < 5; i++) {
    await sendPayment(deps(), house.ctx, orderOf(a, b, { units: 1n }));
    await closeWindow(deps(), house.ctx);
  }
  expect(await confirm(await propose(a, b))).toMatchObject({ state: 'settled' });
  clock.set(Date.UTC(2026, 2, 5));
  await countUsage(deps(), house.tenantId);
  expect(await charged('2026-03')).toEqual([[1, 50n], [1, 50n], undefined]);
});
