import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { pacs004, pacs008 } from '../../../test/support/messages.ts';
import { newId, type Uuid } from '../../base/id.ts';
import type { Money } from '../../base/money.ts';
import { seededRandom, type Random } from '../../base/random.ts';
import { manualClock, type Millis } from '../../base/time.ts';
import { post } from '../fee/posting.ts';
import { loadRates } from '../fx/load-rates.ts';
import { answerTrade, proposeTrade } from '../fx/propose-trade.ts';
import { acceptQuote, createQuote } from '../fx/quote.ts';
import { setPolicy } from '../liquidity/manage-policy.ts';
import { DEFAULT_POLICY } from '../liquidity/route.ts';
import { defundParticipant, fundParticipant } from '../participant/move-funds.ts';
import { allParticipants, type AccountRow } from '../participant/store.ts';
import { releasePayment } from '../payment/review-payment.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { submitIso20022 } from '../payment/submit-iso20022.ts';
import { runQueue } from '../queue/manage-queue.ts';
import { loadScreeningList } from '../screening/manage-lists.ts';
import { closeWindow } from '../window/close-window.ts';
import { setWindowGroup } from '../window/manage-groups.ts';
import { finalPayments } from './finals.ts';
import { PAGE_ROWS, type Days, type Row } from './kind.ts';
import { positionsReport } from './kinds/positions.ts';
import { statementPages } from './kinds/statement.ts';

const ASSETS = ['EUR/2', 'USD/2'] as const;
const DAY_MS = 86_400_000;
const clock = manualClock(Date.UTC(2026, 0, 5, 8));
let house: TestHouse;
let banks: [Bank, Bank, Bank];
const deps = () => house.settlement.deps;

type Held = { id: Uuid };
/** What was moved on the ledger alone, that no part of the network knows of. */
type Unexplained = { at: Millis; bank: Bank; asset: string; units: bigint };
const day = { held: [] as Held[], unexplained: [] as Unexplained[], acts: new Set<string>() };

let accounts: ReadonlyMap<string, AccountRow>;
const accountOf = (bank: Bank, asset: string): AccountRow => accounts.get(`${bank.id} ${asset}`)!;

async function readAccounts(): Promise<Map<string, AccountRow>> {
  const rows = await house.database.db.read({ tenantId: house.tenantId }, (tx) => allParticipants(tx, house.tenantId));
  return new Map(rows.flatMap(({ id, accounts: own }) => own.map((account) => [`${id} ${account.asset}`, account])));
}

async function fundsAt(bank: Bank, asset: string, at: Millis): Promise<bigint> {
  const { settlementAccountId, reserveAccountId } = accountOf(bank, asset);
  const balances = await deps().ledger.balancesAt(house.tenantId, [settlementAccountId, reserveAccountId], at);
  return [...balances.values()].reduce((sum, one) => sum + one.creditsPosted - one.debitsPosted, 0n);
}

async function moveUnseen(from: Bank, to: Bank, asset: string, units: bigint): Promise<void> {
  const [debit, credit] = [accountOf(from, asset), accountOf(to, asset)];
  const accounts = { debitAccountId: debit.settlementAccountId, creditAccountId: credit.settlementAccountId };
  const transfer = { id: newId(), kind: 'posted' as const, ...accounts, asset, units };
  const outcome = await deps().ledger.enact({ tenantId: house.tenantId, transfers: [transfer] });
  if (outcome.result !== 'enacted') return;
  day.unexplained.push({ at: outcome.atMs, bank: from, asset, units: -units }, { at: outcome.atMs, bank: to, asset, units });
}

/** One act of a random day, as the random numbers have it; a refusal is as good as any. */
async function act(random: Random): Promise<string> {
  const [a, b] = random.shuffle(banks) as [Bank, Bank];
  const asset = random.pick(ASSETS);
  const units = BigInt(random.int(1, 3_000));
  const send = (change: object) => sendPayment(deps(), house.ctx, orderOf(a, b, { asset, units, ...change }));
  const acts: Record<string, () => Promise<unknown>> = {
    window: () => send({}),
    instant: () => send({ priority: 'instant' }),
    held: async () =>
      day.held.push(await send({ creditor: { name: 'Viktor Baranovski' }, ...(random.chance(0.6) && { priority: 'instant' }) })),
    release: async () => {
      const [one] = day.held.splice(0, 1);
      if (one) await releasePayment(deps(), house.ctx, { id: one.id, comment: 'Looked at' });
    },
    queue: () => send({ units: units * 40n }),
    run: () => runQueue(deps(), house.ctx),
    close: () => closeWindow(deps(), house.ctx, { group: random.pick(['main', 'dollar']) }),
    fund: () => fundParticipant(deps(), house.ctx, { id: a.id, asset, units, reference: 'IN' }),
    defund: () => defundParticipant(deps(), house.ctx, { id: a.id, asset, units, reference: 'OUT' }),
    quote: async () => {
      const quote = await createQuote(deps(), house.ctx, { participant: a.bic, fromAsset: 'EUR/2', toAsset: 'USD/2', payUnits: units });
      await acceptQuote(deps(), house.ctx, { id: quote.id, reference: 'DEAL-7' });
    },
    swap: async () => {
      const terms = { giveAsset: 'EUR/2', giveUnits: units * 10n, getAsset: 'USD/2', getUnits: units * 11n, reference: 'SWAP' };
      const { id } = await proposeTrade(deps(), house.ctx, { proposer: a.bic, counterparty: b.bic, ...terms });
      await answerTrade(deps(), house.ctx, { id, answer: 'confirm', whenShort: 'queue' });
    },
    fee: () => chargeFee(a, asset, units / 10n + 1n),
    unseen: () => moveUnseen(a, b, asset, units / 10n + 1n),
  };
  const names = Object.keys(acts);
  const weights = names.map((name) => ({ window: 6, instant: 6, close: 2, unseen: 0.5 })[name] ?? 1);
  const name = random.weighted(names, weights);
  await acts[name]!().catch((error: { code?: string }) => {
    if (error.code === undefined) throw error;
  });
  return name;
}

async function chargeFee(bank: Bank, asset: string, units: bigint): Promise<void> {
  const subject = { id: newId(), number: `INV-${units}`, participantId: bank.id, asset };
  const plan = (free: bigint) => [{ from: 'settlement' as const, to: 'income' as const, units: free < units ? free : units }];
  await house.database.db.write({ tenantId: house.tenantId }, (tx) => post(deps(), tx, house.tenantId, { subject, plan }));
}

beforeAll(async () => {
  house = await createTestHouse({ clock });
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK', 'CCCCDEFF'], { 'EUR/2': 20_000n, 'USD/2': 20_000n })) as typeof banks;
  accounts = await readAccounts();
  await setPolicy(deps(), house.ctx, { policy: { ...DEFAULT_POLICY, withoutCover: 'queue' } });
  await setWindowGroup({ ...deps(), windowSeconds: 0 }, house.ctx, { id: 'dollar', name: 'Dollar', mode: 'by_hand', assets: ['USD/2'] });
  const list = Buffer.from('id,name,aliases,type,country\n1,Viktor Baranovski,,person,\n');
  await loadScreeningList(deps(), house.ctx, { id: 'house' }, { document: list });
  const rates = banks.map(({ bic }) => ({ provider: bic, source: 'desk', validUntil: clock.now() + 3 * DAY_MS }));
  for (const rate of rates) {
    const firm = { fromAsset: 'EUR/2', toAsset: 'USD/2', rate: '1.1337', feeBps: 25 };
    await loadRates(deps(), house.ctx, { ...rate, rates: [firm] });
  }
  const random = seededRandom('a day of everything');
  for (let i = 0; i < 260; i++) {
    day.acts.add(await act(random));
    clock.advance(random.weighted([0, 1, 40, 60_000, 200_000], [4, 2, 1, 1, 1]));
  }
  clock.advance(1_000);
});
afterAll(() => house.close());

const rangeOf = (fromMs: Millis, toMs: Millis): Days => {
  const dayOfMs = (ms: Millis) => new Date(ms).toISOString().slice(0, 10);
  return { from: dayOfMs(fromMs), to: dayOfMs(toMs - 1), fromMs, toMs };
};

async function statementOf(
  bank: Bank,
  asset: string,
  days: Days,
  { pageRows = PAGE_ROWS, memberId }: { pageRows?: number; memberId?: Uuid } = {},
) {
  const account = accountOf(bank, asset);
  const rows = await house.database.db.read({ tenantId: house.tenantId, ...(memberId && { memberId }) }, async (tx) => {
    const reading = { tx, tenantId: house.tenantId, ledger: deps().ledger, now: clock.now() };
    return (await Array.fromAsync(statementPages(reading, { participantId: bank.id, account, days }, pageRows))).flat();
  });
  return rows.map((row: Row) => ({
    at: row[0] as Millis,
    what: row[1] as string,
    reference: row[4] as string,
    amount: (row[6] as Money | null)?.units ?? 0n,
    balance: (row[7] as Money).units,
  }));
}

const everyAccount = () => banks.flatMap((bank) => ASSETS.map((asset) => ({ bank, asset })));

describe('a statement of a random day', () => {
  const whole = () => rangeOf(Date.UTC(2026, 0, 5), clock.now());

  test('has acts of every kind to tell of', () => {
    expect(day.acts.size).toBe(13);
    expect(day.unexplained.length).toBeGreaterThan(4);
  });

  test.each([2, PAGE_ROWS])(
    'leads from the opening to the closing balance, and each line to what the ledger held then (%i a page)',
    async (pageRows) => {
      const seen = new Set<string>();
      for (const { bank, asset } of everyAccount()) {
        const lines = await statementOf(bank, asset, whole(), { pageRows });
        expect(lines[0]).toMatchObject({ what: 'Opening balance', balance: 0n });
        expect(lines.at(-1)).toMatchObject({ what: 'Closing balance', balance: await fundsAt(bank, asset, clock.now()) });
        for (const [i, line] of lines.entries()) {
          seen.add(line.what);
          expect(line.balance).toBe((lines[i - 1]?.balance ?? 0n) + line.amount);
          expect(line.balance).toBeGreaterThanOrEqual(0n);
          expect(line.at).toBeGreaterThanOrEqual(lines[i - 1]?.at ?? 0);
          const isLastOfInstant = lines[i + 1] !== undefined && lines[i + 1]!.at > line.at;
          if (isLastOfInstant && i > 0) expect([line.at, line.balance]).toEqual([line.at, await fundsAt(bank, asset, line.at)]);
        }
      }
      const kinds = ['Payment sent', 'Payment received', 'Exchange sold', 'Exchange bought', 'Exchange fee', 'Funding', 'Defunding', 'Fee'];
      expect([...seen]).toEqual(expect.arrayContaining(kinds));
    },
  );

  test('calls other movements only what nobody explains, at the time at which the ledger moved', async () => {
    for (const { bank, asset } of everyAccount()) {
      const lines = await statementOf(bank, asset, whole(), { pageRows: 5 });
      const told = lines.filter(({ what }) => what === 'Other movements').map(({ at, amount }) => `${at} ${amount}`);
      const moved = new Map<Millis, bigint>();
      for (const one of day.unexplained) {
        if (one.bank === bank && one.asset === asset) moved.set(one.at, (moved.get(one.at) ?? 0n) + one.units);
      }
      expect(told).toEqual([...moved].map(([at, units]) => `${at} ${units}`));
    }
  });

  test('calls an exchange what its banks call it, as their messages do', async () => {
    const lines = (await Promise.all(everyAccount().map(({ bank, asset }) => statementOf(bank, asset, whole())))).flat();
    const exchanges = lines.filter(({ what }) => what.startsWith('Exchange'));
    expect(new Set(exchanges.map(({ reference }) => reference))).toEqual(new Set(['DEAL-7', 'SWAP']));
  });

  test('is the same to the bank itself', async () => {
    for (const { bank, asset } of everyAccount()) {
      expect(await statementOf(bank, asset, whole(), { memberId: bank.id })).toEqual(await statementOf(bank, asset, whole()));
    }
  });

  test('of any part of the day begins and ends with what the ledger held', async () => {
    const random = seededRandom('parts of a day');
    const begin = Date.UTC(2026, 0, 5, 8);
    for (let i = 0; i < 10; i++) {
      const [fromMs, toMs] = [0, 0].map(() => random.int(begin, clock.now())).toSorted((a, b) => a - b) as [Millis, Millis];
      const { bank, asset } = random.pick(everyAccount());
      const lines = await statementOf(bank, asset, rangeOf(fromMs, toMs), { pageRows: 4 });
      expect(lines[0]!.balance).toBe(await fundsAt(bank, asset, fromMs - 1));
      expect(lines.at(-1)!.balance).toBe(await fundsAt(bank, asset, toMs - 1));
    }
  });

  test('agrees with the positions report, whose rows add up to what the ledger changed by', async () => {
    const days = whole();
    const rows = await house.database.db.read({ tenantId: house.tenantId }, async (tx) => {
      const { pages } = await positionsReport.open({ tx, tenantId: house.tenantId, ledger: deps().ledger, now: clock.now() }, { days });
      return (await Array.fromAsync(pages)).flat();
    });
    expect(new Set(rows.map((row) => row[4]))).toEqual(new Set(['In windows', 'One by one', 'Exchanges', 'Custody', 'Fees']));
    for (const { bank, asset } of everyAccount()) {
      const own = rows.filter((row) => row[1] === bank.bic && row[3] === asset.slice(0, 3));
      const net = own.reduce((sum, row) => sum + (row[8] as Money).units, 0n);
      const unseen = day.unexplained.reduce((sum, one) => (one.bank === bank && one.asset === asset ? sum + one.units : sum), 0n);
      expect(net + unseen).toBe((await fundsAt(bank, asset, clock.now())) - (await fundsAt(bank, asset, days.fromMs - 1)));
      const lines = await statementOf(bank, asset, days);
      const turnover = lines.reduce(
        (sum, { what, amount }) => (what === 'Other movements' ? sum : sum + (amount < 0n ? -amount : amount)),
        0n,
      );
      expect(own.reduce((sum, row) => sum + (row[9] as Money).units, 0n)).toBe(turnover);
    }
  });
});

describe('a window', () => {
  test('is told whole, however many other acts lie between its payments', async () => {
    const [a, b] = banks;
    const begin = clock.now();
    await fundParticipant(deps(), house.ctx, { id: a.id, asset: 'EUR/2', units: 1_000_000n, reference: 'IN' });
    await sendPayment(deps(), house.ctx, orderOf(a, b, { units: 11n }));
    const [from, to] = [accountOf(a, 'EUR/2'), accountOf(b, 'EUR/2')];
    const transfers = Array.from({ length: PAGE_ROWS * 3 }, () => ({
      id: newId(),
      kind: 'posted' as const,
      debitAccountId: from.settlementAccountId,
      creditAccountId: to.settlementAccountId,
      asset: 'EUR/2',
      units: 1n,
    }));
    expect(await deps().ledger.enact({ tenantId: house.tenantId, transfers })).toMatchObject({ result: 'enacted' });
    await sendPayment(deps(), house.ctx, orderOf(a, b, { units: 12n }));
    clock.advance(1_000);
    await closeWindow(deps(), house.ctx);
    clock.advance(1_000);
    const lines = await statementOf(b, 'EUR/2', rangeOf(begin, clock.now()));
    expect(lines.filter(({ what }) => what === 'Payment received').map(({ amount }) => amount)).toEqual(expect.arrayContaining([11n, 12n]));
    expect(lines.filter(({ what }) => what === 'Other movements').map(({ amount }) => amount)).toEqual([BigInt(PAGE_ROWS * 3)]);
    const counted = await house.database.db.read({ tenantId: house.tenantId }, (tx) =>
      Array.fromAsync(finalPayments(tx, house.tenantId, { fromMs: begin, toMs: clock.now() })),
    );
    expect(counted.flatMap(({ payments }) => payments.map(({ units }) => units))).toEqual(expect.arrayContaining([11n, 12n]));
  });
});

test('money that comes back is told as a return', async () => {
  const [a, b] = banks;
  // Messages are of today.
  clock.set(Date.now());
  const begin = clock.now();
  const uetr = crypto.randomUUID();
  const send = (document: Uint8Array, bank: Bank) => submitIso20022(deps(), house.memberCtx(bank.id), {}, { document });
  await send(pacs008('RET-1', [{ id: 'RET-1', uetr, from: a, to: b, amount: '1.00' }]), a);
  await closeWindow(deps(), house.ctx);
  clock.advance(1_000);
  await send(pacs004('RET-2', { id: 'RET-2', uetr, from: b, original: '1.00', amount: '1.00' } as never), b);
  await closeWindow(deps(), house.ctx);
  clock.advance(1_000);
  const lines = await statementOf(b, 'EUR/2', rangeOf(begin, clock.now()));
  expect(lines.filter(({ amount }) => amount === -100n).map(({ what }) => what)).toEqual(['Return sent']);
});
