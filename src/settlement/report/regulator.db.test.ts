import { afterAll, beforeAll, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { toWireId } from '../../base/id.ts';
import { manualClock } from '../../base/time.ts';
import { excludeParticipant } from '../clearing/exclude-participant.ts';
import { loadRates } from '../fx/load-rates.ts';
import { answerTrade, proposeTrade } from '../fx/propose-trade.ts';
import { acceptQuote, createQuote } from '../fx/quote.ts';
import { fundParticipant } from '../participant/move-funds.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { runQueue } from '../queue/manage-queue.ts';
import { closeWindow } from '../window/close-window.ts';
import { setWindowGroup } from '../window/manage-groups.ts';
import { settleNetted } from '../window/settle-netted.ts';
import { PAGE_ROWS, type Cell, type Row } from './kind.ts';
import { regulatorReport } from './kinds/regulator.ts';

const clock = manualClock(Date.UTC(2026, 10, 23, 9));
const DAY = '2026-11-23';
const days = { from: DAY, to: DAY, fromMs: Date.UTC(2026, 10, 23), toMs: Date.UTC(2026, 10, 24) };
/** The day so many days later. */
function dayAfter(n: number): typeof days {
  const day = `2026-11-${23 + n}`;
  return { from: day, to: day, fromMs: days.fromMs + n * 86_400_000, toMs: days.toMs + n * 86_400_000 };
}

let house: TestHouse;
let banks: [Bank, Bank, Bank];
const deps = () => house.settlement.deps;

beforeAll(async () => {
  house = await createTestHouse({ clock });
  const funds = { 'EUR/2': 1_000_000n, 'USD/2': 1_000_000n };
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK', 'CCCCDEFF'], funds)) as typeof banks;
});
afterAll(() => house.close());

async function rowsOf(of = days, asset?: string): Promise<Row[]> {
  const reading = { tenantId: house.tenantId, ledger: deps().ledger, now: clock.now() };
  return house.database.db.read({ tenantId: house.tenantId }, async (tx) => {
    const rows: Row[] = [];
    const { pages } = await regulatorReport.open({ tx, ...reading }, { days: of, ...(asset && { asset }) });
    for await (const page of pages) {
      expect(page.length).toBeLessThanOrEqual(PAGE_ROWS);
      rows.push(...page);
    }
    expect(rows.at(-1)![7]).toBe(rows.length - 1);
    return rows;
  });
}

const shown = (cell: Cell): string => (cell !== null && typeof cell === 'object' ? String(cell.units) : String(cell ?? '-'));
const recordsOf = (rows: readonly Row[], record: string) =>
  rows.filter(([first]) => first === record).map((row) => row.slice(1, 10).map(shown).join(' '));

const propose = (giveUnits: bigint, getUnits: bigint) =>
  proposeTrade(deps(), house.ctx, {
    proposer: banks[0].bic,
    counterparty: banks[1].bic,
    giveAsset: 'EUR/2',
    giveUnits,
    getAsset: 'USD/2',
    getUnits,
    reference: 'FX-1',
  });

test('every leg of an exchange that became final is told on its day, those out of the queue too, and no exchange that did not', async () => {
  const [settled, declined, queued] = [await propose(1_000n, 1_100n), await propose(5n, 5n), await propose(2_000_000n, 7n)];
  const answer = (id: string, said: 'confirm' | 'decline') => answerTrade(deps(), house.ctx, { id, answer: said, whenShort: 'queue' });
  await answer(settled.id, 'confirm');
  await answer(declined.id, 'decline');
  expect(await answer(queued.id, 'confirm')).toMatchObject({ state: 'queued' });
  const early = recordsOf(await rowsOf(), 'E');
  const of = (id: string) => toWireId('fxt', id);
  const first = [
    `${DAY} EUR FI NO AAAAFIHH BBBBNOKK 1 1000 ${of(settled.id)}`,
    `${DAY} USD NO FI BBBBNOKK AAAAFIHH 1 1100 ${of(settled.id)}`,
  ];
  expect(early).toEqual(first);
  clock.advance(60_000);
  await fundParticipant(deps(), house.ctx, { id: banks[0].id, asset: 'EUR/2', units: 2_000_000n, reference: 'FUND' });
  await runQueue(deps(), house.ctx);
  const legs = recordsOf(await rowsOf(), 'E');
  expect(legs.slice(0, 2)).toEqual(first);
  expect(legs.slice(2).map((line) => line.split(' ').at(-1))).toEqual([of(queued.id), of(queued.id)]);
  expect(recordsOf(await rowsOf(days, 'USD/2'), 'E')).toHaveLength(2);
  expect(recordsOf(await rowsOf(dayAfter(1)), 'E')).toEqual([]);
  clock.advance(86_400_000);
});

test('what an exchange leaves to the operator (fee, rounding) is a leg without creditor agent, so its legs add up', async () => {
  const rates = [{ fromAsset: 'EUR/2', toAsset: 'USD/2', rate: '1.08', feeBps: 5 }];
  await loadRates(deps(), house.ctx, { provider: banks[1].bic, source: 'desk', validUntil: Date.UTC(2027, 0, 1), rates });
  const { id, receiveUnits } = await createQuote(deps(), house.ctx, {
    participant: banks[2].bic,
    fromAsset: 'EUR/2',
    toAsset: 'USD/2',
    payUnits: 10_001n,
  });
  await acceptQuote(deps(), house.ctx, { id });
  const legs = (await rowsOf(dayAfter(1))).filter((row) => row[0] === 'E' && row[9] === toWireId('fxt', id));
  const units = (row: Row) => (row[8] as { units: bigint }).units;
  const paid = legs.filter((row) => row[5] === banks[2].bic);
  expect(paid.reduce((sum, row) => sum + units(row), 0n)).toBe(10_001n);
  expect(legs.filter((row) => row[6] === banks[2].bic).map(units)).toEqual([receiveUnits]);
  const own = legs.filter((row) => row[6] === null);
  expect(own.length).toBeGreaterThan(0);
  for (const row of own) expect(row[4]).toBeNull();
});

test('a participant that was taken out of a window is told with what it owed and was owed by currency, and what became of it', async () => {
  await setWindowGroup({ ...deps(), windowSeconds: 0 }, house.ctx, { id: 'main', name: 'All', mode: 'by_hand', settles: 'by_hand' });
  const pay = (from: number, to: number, units: bigint, asset = 'EUR/2') =>
    sendPayment(deps(), house.ctx, orderOf(banks[from]!, banks[to]!, { units, asset }));
  clock.advance(86_400_000);
  await pay(0, 1, 100n);
  await pay(0, 2, 50n);
  await pay(1, 2, 40n);
  await pay(2, 0, 70n);
  await pay(1, 0, 5n, 'USD/2');
  const { id, number } = await closeWindow(deps(), house.ctx);
  await excludeParticipant(deps(), house.ctx, {
    id,
    participantId: banks[0].id,
    fate: 'return',
    reason: 'Moratorium ordered by the court',
  });
  await settleNetted(deps(), house.ctx, { id });
  const of = dayAfter(2);
  const rows = await rowsOf(of);
  expect(recordsOf(rows, 'X')).toEqual([
    `2026-11-25 EUR FI - AAAAFIHH - 2 150 window ${number} returned`,
    `2026-11-25 EUR - FI - AAAAFIHH 1 70 window ${number} returned`,
    `2026-11-25 USD - FI - AAAAFIHH 1 5 window ${number} returned`,
  ]);
  // What was returned did not settle.
  expect(recordsOf(rows, 'D')).toEqual(['2026-11-25 EUR NO DE - - 1 40 -']);
  expect(recordsOf(await rowsOf(of, 'USD/2'), 'X')).toHaveLength(1);
  expect(recordsOf(await rowsOf(), 'X')).toEqual([]);
});
