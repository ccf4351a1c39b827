import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitBanks, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { textsOf, valid } from '../../../test/support/messages.ts';
import { toWireId } from '../../base/id.ts';
import { seededRandom } from '../../base/random.ts';
import { dayOf, manualClock } from '../../base/time.ts';
import { fundParticipant } from '../participant/move-funds.ts';
import { getStatement } from '../participant/get-statement.ts';
import { free, getParticipant } from '../participant/read-participants.ts';
import { runQueue } from '../queue/manage-queue.ts';
import { listQueue } from '../queue/read-queue.ts';
import { listRates, loadRates } from './load-rates.ts';
import { answerTrade, listTrades, proposeTrade } from './propose-trade.ts';
import { acceptQuote, createQuote, getQuote } from './quote.ts';
import { fxAccounts } from './store.ts';

let house: TestHouse;
let banks: [Bank, Bank, Bank, Bank];
const clock = manualClock(Date.UTC(2026, 10, 23, 9));
const deps = () => house.settlement.deps;
const UNTIL = Date.UTC(2027, 0, 1);

async function freeOf(bank: Bank, asset: string): Promise<bigint> {
  const { accounts } = await getParticipant(deps(), house.ctx, { id: bank.id });
  return accounts.find((account) => account.asset === asset)!.available;
}
const fund = (bank: Bank, asset: string, units: bigint) =>
  fundParticipant(deps(), house.ctx, { id: bank.id, asset, units, reference: 'FUND' });

async function ownFunds(role: string, asset: string): Promise<bigint> {
  const account = (await deps().db.read(house.ctx, (tx) => fxAccounts(tx, house.tenantId))).get(`${role} ${asset}`)!;
  return free((await deps().ledger.balances(house.tenantId, [account])).get(account));
}

const rates = (provider: Bank, list: { fromAsset: string; toAsset: string; rate: string; feeBps?: number; maxUnits?: bigint }[]) =>
  loadRates(deps(), house.ctx, { provider: provider.bic, source: 'desk', validUntil: UNTIL, rates: list });
const quote = (payUnits: bigint, change = {}) =>
  createQuote(deps(), house.ctx, { participant: banks[0].bic, fromAsset: 'EUR/2', toAsset: 'JPY/0', payUnits, ...change });
const propose = (from: Bank, to: Bank, change = {}) =>
  proposeTrade(deps(), house.ctx, {
    proposer: from.bic,
    counterparty: to.bic,
    giveAsset: 'EUR/2',
    giveUnits: 1_000n,
    getAsset: 'USD/2',
    getUnits: 1_100n,
    reference: 'FX-1',
    ...change,
  });

beforeAll(async () => {
  house = await createTestHouse({ clock });
  const assets = { 'EUR/2': 100_000n, 'USD/2': 0n, 'JPY/0': 0n };
  banks = (await admitBanks(house, ['FXAAFIHH', 'FXBBNOKK', 'FXCCDEFF', 'FXDDGB2L'], assets)) as typeof banks;
  await fund(banks[1], 'USD/2', 1_000_000n);
  await fund(banks[2], 'JPY/0', 50_000_000n);
  await rates(banks[1], [{ fromAsset: 'EUR/2', toAsset: 'USD/2', rate: '1.08', feeBps: 5 }]);
  await rates(banks[2], [
    { fromAsset: 'USD/2', toAsset: 'JPY/0', rate: '150.123' },
    { fromAsset: 'EUR/2', toAsset: 'JPY/0', rate: '155' },
  ]);
});
afterAll(() => house.close());

describe('a quote', () => {
  test('goes the cheapest way, and settles all its legs at once with fees and rounding on accounts of their own', async () => {
    const { id, receiveUnits, hops } = await quote(10_001n);
    expect(hops.map(({ fromAsset, toAsset }) => `${fromAsset} ${toAsset}`)).toEqual(['EUR/2 USD/2', 'USD/2 JPY/0']);
    const jpyBefore = await freeOf(banks[2], 'JPY/0');
    const trade = await acceptQuote(deps(), house.memberCtx(banks[0].id), { id });
    expect(trade).toMatchObject({ state: 'settled', settledAt: clock.now() });
    expect(await freeOf(banks[0], 'EUR/2')).toBe(100_000n - 10_001n);
    expect(await freeOf(banks[0], 'USD/2')).toBe(0n);
    expect(await freeOf(banks[0], 'JPY/0')).toBe(receiveUnits);
    expect(await ownFunds('fx_fees', 'EUR/2')).toBe(hops[0]!.fee);
    expect(await ownFunds('fx_rounding', 'USD/2')).toBe(hops[0]!.given - hops[0]!.received);
    expect(await ownFunds('fx_rounding', 'JPY/0')).toBe(hops[1]!.given - hops[1]!.received);
    expect(jpyBefore - (await freeOf(banks[2], 'JPY/0'))).toBe(hops[1]!.given);
    expect(await getQuote(deps(), house.ctx, { id })).toMatchObject({ state: 'settled' });
  });

  test('is good once, however often it is accepted at the same time', async () => {
    const { id } = await quote(1_000n);
    const before = await freeOf(banks[0], 'EUR/2');
    const answers = await Promise.allSettled(Array.from({ length: 8 }, () => acceptQuote(deps(), house.ctx, { id })));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const rejected = answers.filter((answer) => answer.status === 'rejected').map(({ reason }) => reason.code);
    expect(new Set(rejected)).toEqual(new Set(['settlement.fx_decided']));
    expect(before - (await freeOf(banks[0], 'EUR/2'))).toBe(1_000n);
  });

  test('accepted again with the same key answers with the same trade', async () => {
    const { id } = await quote(1_000n);
    const before = await freeOf(banks[0], 'EUR/2');
    const first = await acceptQuote(deps(), house.keyed('fx-1'), { id });
    expect(await acceptQuote(deps(), house.keyed('fx-1'), { id })).toEqual(first);
    expect(before - (await freeOf(banks[0], 'EUR/2'))).toBe(1_000n);
  });

  test('holds its price against newer rates, until it expires', async () => {
    const [kept, late] = [await quote(1_000n), await quote(1_000n, { ttlSeconds: 5 })];
    clock.advance(1_000);
    await rates(banks[1], [{ fromAsset: 'EUR/2', toAsset: 'USD/2', rate: '0.5' }]);
    expect((await quote(1_000n)).receiveUnits).toBeLessThan(kept.receiveUnits);
    const before = await freeOf(banks[0], 'JPY/0');
    await acceptQuote(deps(), house.ctx, { id: kept.id });
    expect((await freeOf(banks[0], 'JPY/0')) - before).toBe(kept.receiveUnits);
    clock.advance(5_000);
    await expect(acceptQuote(deps(), house.ctx, { id: late.id })).rejects.toMatchObject({ code: 'settlement.fx_expired' });
    expect(await getQuote(deps(), house.ctx, { id: late.id })).toMatchObject({ state: 'expired' });
    await rates(banks[1], [{ fromAsset: 'EUR/2', toAsset: 'USD/2', rate: '1.08', feeBps: 5 }]);
    clock.advance(1);
  });

  test('is seen and accepted by its own bank only, and rates are published by their own provider', async () => {
    const { id } = await quote(1_000n);
    await expect(acceptQuote(deps(), house.memberCtx(banks[3].id), { id })).rejects.toMatchObject({
      code: 'settlement.fx_quote_not_found',
    });
    const foreign = {
      provider: banks[1].bic,
      source: 'x',
      validUntil: UNTIL,
      rates: [{ fromAsset: 'EUR/2', toAsset: 'USD/2', rate: '9' }],
    };
    await expect(loadRates(deps(), house.memberCtx(banks[3].id), foreign)).rejects.toMatchObject({
      code: 'settlement.fx_provider_foreign',
    });
    await expect(quote(1n, { fromAsset: 'JPY/0', toAsset: 'EUR/2' })).rejects.toMatchObject({ code: 'settlement.fx_no_route' });
  });

  test('whose provider has not enough moves nothing and can be accepted later', async () => {
    await rates(banks[3], [{ fromAsset: 'EUR/2', toAsset: 'JPY/0', rate: '170' }]);
    const { id } = await quote(1_000n, { ttlSeconds: 600 });
    const before = await freeOf(banks[0], 'EUR/2');
    await expect(acceptQuote(deps(), house.ctx, { id })).rejects.toMatchObject({ code: 'settlement.fx_no_cover' });
    expect(await freeOf(banks[0], 'EUR/2')).toBe(before);
    await fund(banks[3], 'JPY/0', 1_700n);
    expect(await acceptQuote(deps(), house.ctx, { id })).toMatchObject({ state: 'settled' });
    expect((await listRates(deps(), house.ctx, { toAsset: 'JPY/0' })).items).toHaveLength(3);
  });
});

describe('payment versus payment', () => {
  test('settles when the other bank confirms; nobody else can', async () => {
    const { id } = await propose(banks[0], banks[1]);
    await expect(answerTrade(deps(), house.memberCtx(banks[0].id), { id, answer: 'confirm' })).rejects.toMatchObject({
      code: 'settlement.fx_answer_foreign',
    });
    await expect(answerTrade(deps(), house.memberCtx(banks[2].id), { id, answer: 'confirm' })).rejects.toMatchObject({
      code: 'settlement.fx_trade_not_found',
    });
    expect(await answerTrade(deps(), house.memberCtx(banks[1].id), { id, answer: 'confirm' })).toMatchObject({ state: 'settled' });
    await expect(answerTrade(deps(), house.memberCtx(banks[1].id), { id, answer: 'decline' })).rejects.toMatchObject({
      code: 'settlement.fx_decided',
    });
  });

  test('that was declined never settles', async () => {
    const { id } = await propose(banks[0], banks[1]);
    expect(await answerTrade(deps(), house.memberCtx(banks[0].id), { id, answer: 'decline' })).toMatchObject({ state: 'declined' });
    await expect(answerTrade(deps(), house.ctx, { id, answer: 'confirm' })).rejects.toMatchObject({ code: 'settlement.fx_decided' });
  });

  test('without cover on one side waits as one bundle in both queues, and settles whole when money has come', async () => {
    const [a, b] = [banks[0], banks[3]];
    const { id } = await propose(a, b, { getUnits: 5_000n });
    const euros = await freeOf(a, 'EUR/2');
    expect(await answerTrade(deps(), house.ctx, { id, answer: 'confirm', whenShort: 'queue' })).toMatchObject({ state: 'queued' });
    for (const bank of [a, b]) {
      const { items } = await listQueue(deps(), house.memberCtx(bank.id), {});
      expect(items).toMatchObject([{ kind: 'pvp', tradeId: id, place: 1, legs: [{}, {}] }]);
    }
    expect(await freeOf(a, 'EUR/2')).toBe(euros);
    await fund(b, 'USD/2', 5_000n);
    await runQueue(deps(), house.ctx);
    expect(await freeOf(a, 'EUR/2')).toBe(euros - 1_000n);
    const { items } = await listTrades(deps(), house.memberCtx(b.id), {});
    expect(items.find((trade) => trade.id === id)).toMatchObject({ state: 'settled' });
  });

  test('has no state in which one leg is final and the other open, through 60 trades in random order with too little money', async () => {
    const random = seededRandom('pvp');
    const before = await sums();
    const ids: string[] = [];
    for (let i = 0; i < 60; i++) {
      const [from, to] = random.shuffle([...banks]) as [Bank, Bank];
      const [giveAsset, getAsset] = random.shuffle(['EUR/2', 'USD/2', 'JPY/0']) as [string, string];
      const change = { giveAsset, getAsset, giveUnits: BigInt(random.int(1, 40_000)), getUnits: BigInt(random.int(1, 40_000)) };
      ids.push((await propose(from, to, change)).id);
    }
    await Promise.all(
      ids.map((id) =>
        answerTrade(deps(), house.ctx, { id, answer: 'confirm', whenShort: random.int(0, 1) === 1 ? 'queue' : 'refuse' }).catch(
          () => undefined,
        ),
      ),
    );
    await runQueue(deps(), house.ctx);
    const { items } = await listTrades(deps(), house.ctx, { limit: 500 });
    const mine = items.filter(({ id }) => ids.includes(id));
    expect(new Set(mine.map(({ state }) => state))).toEqual(new Set(['open', 'queued', 'settled']));
    // What the banks have is what they had, and both legs of exactly those trades that are settled.
    const expected = new Map(before);
    for (const { legs } of mine.filter(({ state }) => state === 'settled')) {
      for (const { debtor, creditor, asset, units } of legs) {
        expected.set(`${debtor.id} ${asset}`, expected.get(`${debtor.id} ${asset}`)! - units);
        expected.set(`${creditor!.id} ${asset}`, expected.get(`${creditor!.id} ${asset}`)! + units);
      }
    }
    expect(await sums()).toEqual(expected);
  });
});

async function sums(): Promise<Map<string, bigint>> {
  const all = new Map<string, bigint>();
  for (const bank of banks) for (const asset of ['EUR/2', 'USD/2', 'JPY/0']) all.set(`${bank.id} ${asset}`, await freeOf(bank, asset));
  return all;
}

test('a day of exchanges, at once and out of the queue, stands in the statements of all banks, which add up', async () => {
  const day = new Date(clock.now()).toISOString().slice(0, 10);
  clock.advance(2_000);
  let exchanges = 0;
  for (const bank of banks) {
    for (const asset of ['EUR/2', 'USD/2', 'JPY/0']) {
      const xml = await getStatement(deps(), house.memberCtx(bank.id), { id: bank.id, asset, day });
      expect(xml).toContain('<Cd>CLBD</Cd>');
      exchanges += xml.split('<Prtry><Cd>FX</Cd>').length - 1;
    }
  }
  expect(exchanges).toBeGreaterThan(60);
});

test('an exchange on a quote is called on statements what it was accepted with, and nothing where nothing was said', async () => {
  const called = async (change: object) => {
    const { id } = await quote(1_000n);
    const trade = await acceptQuote(deps(), house.memberCtx(banks[0].id), { id, ...change });
    clock.advance(2_000);
    const day = dayOf(clock.now());
    const xml = valid(await getStatement(deps(), house.memberCtx(banks[0].id), { id: banks[0].id, asset: 'EUR/2', day }));
    const entry = (xml.match(/<Ntry>.*?<\/Ntry>/gs) ?? []).findLast((one) => one.includes(toWireId('fxt', id)))!;
    return [trade.reference, textsOf(entry, 'EndToEndId'), textsOf(entry, 'AcctSvcrRef')[0]!.slice(0, 32) === id.replaceAll('-', '')];
  };
  expect(await called({ reference: 'TREASURY-7' })).toEqual(['TREASURY-7', ['TREASURY-7'], true]);
  expect(await called({})).toEqual([undefined, [], true]);
  const { items } = await listTrades(deps(), house.memberCtx(banks[0].id), {});
  expect(items.some(({ reference }) => reference === 'TREASURY-7')).toBe(true);
});
