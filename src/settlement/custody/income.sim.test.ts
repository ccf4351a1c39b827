import { afterAll, beforeAll, expect, test } from 'vitest';
import { approve, openCustodyAccount, openRail, setPayoutAccount } from '../../../test/support/custody.ts';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { AppError } from '../../base/error.ts';
import { seededRandom, type Random } from '../../base/random.ts';
import { manualClock } from '../../base/time.ts';
import { issueInvoice } from '../fee/issue-invoices.ts';
import { listInvoices } from '../fee/read-invoices.ts';
import { collectInvoice, creditInvoice } from '../fee/settle-invoice.ts';
import { loadRates } from '../fx/load-rates.ts';
import { acceptQuote, createQuote } from '../fx/quote.ts';
import { getParticipant } from '../participant/read-participants.ts';
import { sendPayment } from '../payment/send-payment.ts';
import type { RailCall } from '../rail/adapter.ts';
import { allRails } from '../rail/rail-store.ts';
import { cancelInstruction, listInstructions } from '../rail/read-instructions.ts';
import { requestPayout } from '../rail/request.ts';
import { runRail, takeOver, type RunDeps } from '../rail/run-rail.ts';
import { closeWindow } from '../window/close-window.ts';
import { proposeMint } from './propose.ts';
import { getIncome, proposeIncomePayout } from './income-payout.ts';
import { getReserves } from './reserves.ts';

const clock = manualClock(Date.UTC(2026, 10, 23, 9));
const EURO = 'EUR/2';
let house: TestHouse;
let banks: [Bank, Bank, Bank];
let made = 0;
const deps = () => house.settlement.deps;

beforeAll(async () => {
  house = await createTestHouse({ clock });
  banks = (await admitBanks(house, ['ISAAFIHH', 'ISBBNOKK', 'ISCCDEFF'], { [EURO]: 20_000n, 'USD/2': 100_000n })) as typeof banks;
  await openCustodyAccount(house);
  await openRail(house, 'rail');
  for (const { id } of banks) await setPayoutAccount(house, id);
  const rates = [{ fromAsset: EURO, toAsset: 'USD/2', rate: '1.0837', feeBps: 70 }];
  await loadRates(deps(), house.ctx, { provider: banks[2].bic, source: 'desk', validUntil: Date.UTC(2028, 0, 1), rates });
});
afterAll(() => house.close());

/** Invoices a bank for a month that it was not invoiced for; it may not have so much. */
async function invoice(bank: Bank, units: bigint): Promise<void> {
  const { accounts } = await getParticipant(deps(), house.ctx, bank);
  const { settlementAccountId } = accounts.find(({ asset }) => asset === EURO)!;
  const month = `${2000 + Math.floor(++made / 12)}-${String(1 + (made % 12)).padStart(2, '0')}`;
  const lines = [{ item: 'windows', text: 'Windows', count: 1n, value: 0n, units }];
  const bill = { participantId: bank.id, bic: bank.bic, asset: EURO, settlementAccountId, billed: false, lines };
  await issueInvoice(deps(), house.ctx, month, bill);
}

type Document = Awaited<ReturnType<typeof listInvoices>>['items'][number];

/** Does something with one of the latest invoices, when there is one. */
async function withInvoice(random: Random, act: (invoice: Document) => Promise<unknown>): Promise<void> {
  const { items } = await listInvoices(deps(), house.ctx, { limit: 20 });
  const invoices = items.filter(({ kind }) => kind === 'invoice');
  if (invoices.length > 0) await act(random.pick(invoices));
}

async function exchange(bank: Bank, payUnits: bigint): Promise<void> {
  const { id } = await createQuote(deps(), house.ctx, { participant: bank.bic, fromAsset: EURO, toAsset: 'USD/2', payUnits });
  await acceptQuote(deps(), house.memberCtx(bank.id), { id });
}

/** The rail decides on what waits, by lot. */
async function rail(random: Random): Promise<void> {
  const answer = (call: RailCall) => {
    const { idempotencyKey: id } = call as unknown as { idempotencyKey: string };
    return JSON.stringify({ id, status: random.chance(0.7) ? 'accepted' : 'refused' });
  };
  const run: RunDeps = {
    ...deps(),
    transport: {
      call: async (_tenant, _rail, call) => ({ kind: 'http', status: 200, body: answer(call) }),
      documents: async () => [],
      putAway: async (_tenant, _rail, name) => name,
      close: async () => undefined,
    },
  };
  const [row] = await deps().db.read({ tenantId: house.tenantId }, (tx) => allRails(tx, house.tenantId));
  await runRail(run, await takeOver(run, house.tenantId, row!), new AbortController().signal);
}

const TO = { holder: 'The operator', number: 'FI2112345600000785', agentBic: 'NORDFIHH', reason: 'For a simulation' };

/** What may happen; each may be refused by name, and then nothing of it has happened. */
function acts(random: Random): [weight: number, act: () => Promise<unknown>][] {
  const bank = random.pick(banks);
  const units = BigInt(random.int(1, 6_000));
  const source = random.pick(['fees', 'fees', 'exchange_fees'] as const);
  const reference = `SIM-${++made}`;
  const payOut = (much: bigint) =>
    approve(house, proposeIncomePayout(deps(), house.ctx, { asset: EURO, source, units: much, reference, ...TO }));
  return [
    [3, () => invoice(bank, units)],
    [2, () => withInvoice(random, ({ id }) => collectInvoice(deps(), house.ctx, { id }))],
    [2, () => withInvoice(random, ({ id }) => creditInvoice(deps(), house.ctx, { id, units, reason: 'By lot' }))],
    [2, () => exchange(bank, units)],
    [
      2,
      () =>
        sendPayment(
          deps(),
          house.ctx,
          orderOf(
            bank,
            banks.find((one) => one !== bank)!,
            { units },
          ),
        ),
    ],
    [1, () => closeWindow(deps(), house.ctx)],
    [1, () => approve(house, proposeMint(deps(), house.ctx, { id: bank.id, asset: EURO, units, reference, reason: TO.reason }))],
    [2, () => requestPayout(deps(), house.ctx, { id: bank.id, asset: EURO, units, reference })],
    [3, () => payOut(units)],
    [2, async () => payOut((await payableOf(source)) || 1n)],
    [1, cancelNewest],
    [2, () => rail(random)],
  ];
}

async function payableOf(source: string): Promise<bigint> {
  const { items } = await getIncome(deps(), house.ctx);
  return items.find((one) => one.asset === EURO && one.source === source)?.payable ?? 0n;
}

async function cancelNewest(): Promise<void> {
  const [newest] = (await listInstructions(deps(), house.ctx, { limit: 1 })).items;
  if (newest) await cancelInstruction(deps(), house.ctx, { id: newest.id });
}

/** What every act has to leave as it is. */
async function holds(after: string): Promise<void> {
  const { items } = await getIncome(deps(), house.ctx);
  for (const { asset, outstanding, operator, custody, statements, state } of (await getReserves(deps(), house.ctx)).items) {
    expect(custody, `${asset} after ${after}: every token stands against money`).toBe(outstanding + operator);
    expect(operator, `${asset} after ${after}: custody covers what is owed`).toBeGreaterThanOrEqual(0n);
    expect(state, `${asset} after ${after}`).not.toBe('short');
    expect(statements.every(({ difference }) => difference === 0n)).toBe(true);
    const own = items.filter((one) => one.asset === asset);
    const earned = own.reduce((sum, { stands, unpaid }) => sum + stands - unpaid, 0n);
    expect(operator, `${asset} after ${after}: what is beyond the tokens is what was earned and not paid out`).toBe(earned);
    for (const { stands, unpaid, payingOut, payable } of own) {
      const money = stands - unpaid - payingOut;
      expect(payable >= 0n && payable <= (money > 0n ? money : 0n), `${asset} after ${after}: payable`).toBe(true);
    }
  }
}

const SEEDS = [1, 2, 3];

test.each(SEEDS)(
  'reserves equal tokens and what was earned through any sequence of business with payouts of income (seed %i)',
  async (seed) => {
    const random = seededRandom(`income ${seed}`);
    const refused = new Set<string>();
    for (let step = 0; step < 60; step++) {
      const all = acts(random);
      const [, act] = random.weighted(
        all,
        all.map(([weight]) => weight),
      );
      clock.advance(1_000);
      await act().catch((error: unknown) => {
        if (!(error instanceof AppError)) throw error;
        refused.add(error.code);
      });
      await holds(`step ${step}`);
    }
    // In the end everything that was earned is taken out, and custody holds the tokens and not a unit more.
    while ((await listInstructions(deps(), house.ctx, { limit: 1, state: 'waiting' })).items.length > 0) await rail(random);
    for (let left = 1; left > 0;) {
      left = 0;
      for (const source of ['fees', 'exchange_fees'] as const) {
        const units = await payableOf(source);
        if (units === 0n) continue;
        left++;
        await approve(house, proposeIncomePayout(deps(), house.ctx, { asset: EURO, source, units, reference: `END-${++made}`, ...TO }));
      }
      await rail(random);
    }
    await holds('the end');
    const euro = (await getReserves(deps(), house.ctx)).items.find(({ asset }) => asset === EURO)!;
    expect([euro.operator, euro.custody]).toEqual([0n, euro.outstanding]);
    expect([...refused]).toContain('settlement.income_short');
  },
);
