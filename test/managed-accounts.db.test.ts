import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runJob } from './support/access.ts';
import { type Api, must } from './support/api.ts';
import { openCustodyAccount, openRail, setPayoutAccount } from './support/custody.ts';
import { admitBanks, orderOf, type Bank } from './support/fixtures.ts';
import { serveHouse, type HouseHttp } from './support/house-http.ts';
import { createTestHouse, type TestHouse } from './support/house.ts';
import { newId, toWireId } from '../src/base/id.ts';
import { manualClock } from '../src/base/time.ts';
import { verifyLedger } from '../src/ledger/verify/verify.ts';
import { getReserves } from '../src/settlement/custody/reserves.ts';
import { countUsage } from '../src/settlement/fee/count-usage.ts';
import { issueInvoices } from '../src/settlement/fee/issue-invoices.ts';
import { setFeeSchedule } from '../src/settlement/fee/set-schedule.ts';
import { loadRates } from '../src/settlement/fx/load-rates.ts';
import { acceptQuote, createQuote } from '../src/settlement/fx/quote.ts';
import { getStatement } from '../src/settlement/participant/get-statement.ts';
import { fundParticipant } from '../src/settlement/participant/move-funds.ts';
import { sendPayment } from '../src/settlement/payment/send-payment.ts';
import { requestPayout } from '../src/settlement/rail/request.ts';
import { closeWindow } from '../src/settlement/window/close-window.ts';

type Account = { id: string; name: string; asset: string; managedBy?: string; closedAt?: string; balance: object };
type Result = { result: string };

const clock = manualClock(Date.UTC(2026, 0, 5, 9));
let house: TestHouse;
let http: HouseHttp;
let books: Api;
let banks: [Bank, Bank];
let own: Account, other: Account;
/** The pending transfer of a payout under way. */
let held: string;
const deps = () => house.settlement.deps;

beforeAll(async () => {
  house = await createTestHouse({ clock });
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 1_000_000n, 'USD/2': 1_000_000n })) as [Bank, Bank];
  await runJob(house.ledger, 'ledger.grow_log');
  await useEveryAccount();
  http = await serveHouse(house);
  books = await http.caller(['ledger:read', 'ledger:write']);
  [own, other] = [await open('Own'), await open('Other')];
});
afterAll(async () => {
  await http.close();
  await house.close();
});

/** Lets the network open every kind of account it has: participants', custody, clearing, exchange, fees. */
async function useEveryAccount(): Promise<void> {
  const [a, b] = banks;
  await setFeeSchedule(deps(), house.ctx, {
    name: 'Standard',
    asset: 'EUR/2',
    validFrom: '2026-01-01',
    content: { items: [{ item: 'payments', kind: 'per_payment', text: 'Payments sent', tiers: [{ units: 100n }] }] },
  });
  await loadRates(deps(), house.ctx, {
    provider: b.bic,
    source: 'desk',
    validUntil: Date.UTC(2027, 0, 1),
    rates: [{ fromAsset: 'EUR/2', toAsset: 'USD/2', rate: '1.08', feeBps: 5 }],
  });
  await sendPayment(deps(), house.ctx, orderOf(a, b));
  await closeWindow(deps(), house.ctx);
  clock.set(Date.UTC(2026, 1, 2, 9));
  await countUsage(deps(), house.tenantId);
  await issueInvoices(deps(), house.ctx, { month: '2026-01' });
  for (const number of ['MAIN0001', 'MAIN0002']) await openCustodyAccount(house, { number });
  await openRail(house, 'bank');
  await setPayoutAccount(house, a.id);
  await requestPayout(deps(), house.ctx, { id: a.id, asset: 'EUR/2', units: 50n, reference: 'OUT-1' });
  const [hold] = await house.database.admin<{ id: string }>(`select transfer_id as id from ledger.hold where state = 'pending'`);
  held = toWireId('trf', hold!.id);
}

const open = (name: string) =>
  must(books<Account>('POST /v1/ledger/accounts', { key: newId(), json: { name, kind: 'asset', asset: 'EUR/2' } }));

async function accounts(): Promise<Account[]> {
  return (await must(books<{ items: Account[] }>('GET /v1/ledger/accounts?limit=100'))).items;
}

const between = (debit: string, credit: string, more: object = {}) => ({
  id: toWireId('trf', newId()),
  kind: 'posted',
  debitAccountId: debit,
  creditAccountId: credit,
  asset: 'EUR/2',
  units: '1',
  ...more,
});

async function ask(chain: object[], dryRun = false): Promise<string[]> {
  const answer = await must(books<{ chains: Result[][] }>('POST /v1/ledger/transfers', { json: { chains: [chain], dryRun } }));
  return answer.chains[0]!.map(({ result }) => result);
}

test('every account that the network opens is shown as managed by it, and those of people are not', async () => {
  const all = await accounts();
  const named = all.filter(({ managedBy }) => managedBy === 'settlement').map(({ name, asset }) => name.replace(` ${asset}`, ''));
  expect(new Set(named)).toEqual(
    new Set([
      ...banks.flatMap(({ bic }) => [`${bic} settlement`, `${bic} reserve`]),
      'Custody',
      'Custody MAIN0002',
      'Clearing',
      'Exchange fees',
      'Exchange rounding',
      'Fees receivable from AAAAFIHH EUR',
      'Fee income EUR',
    ]),
  );
  const unmanaged = all.filter(({ managedBy }) => managedBy === undefined);
  expect(new Set(unmanaged.map(({ id }) => id))).toEqual(new Set([own.id, other.id]));
});

describe('a key that may write to the books', () => {
  test.each([
    ['mint', 'Custody EUR/2', 'AAAAFIHH settlement EUR/2'],
    ["move a bank's money", 'AAAAFIHH settlement EUR/2', 'BBBBNOKK settlement EUR/2'],
    ['take what is set aside', 'BBBBNOKK reserve EUR/2', 'BBBBNOKK settlement EUR/2'],
    ['pay into clearing', 'AAAAFIHH settlement EUR/2', 'Clearing EUR/2'],
    ['take income', 'Fee income EUR', 'AAAAFIHH settlement EUR/2'],
  ])('cannot %s', async (_, from, to) => {
    const before = await accounts();
    const idOf = (name: string) => before.find((account) => account.name === name)!.id;
    for (const more of [{}, { units: '0' }, { kind: 'pending' }, { balancing: 'debit' }])
      expect(await ask([between(idOf(from), idOf(to), more)])).toEqual(['debit_account_managed']);
    expect(await accounts()).toEqual(before);
  });

  test('reaches none of them, from or to an account of its own, alone, in a chain or on trial, and closes none', async () => {
    const before = await accounts();
    for (const { id, asset, managedBy } of before.filter((one) => one.managedBy !== undefined)) {
      const mine = (await openIn(asset)).id;
      expect(await ask([between(id, mine, { asset })])).toEqual(['debit_account_managed']);
      expect(await ask([between(mine, id, { asset })])).toEqual(['credit_account_managed']);
      expect(await ask([between(mine, id, { asset })], true)).toEqual(['credit_account_managed']);
      const chain = [between(own.id, other.id), between(mine, id, { asset })];
      expect(await ask(chain)).toEqual(['linked_event_failed', 'credit_account_managed']);
      const { status, body } = await books(`POST /v1/ledger/accounts/${id}/close`);
      expect({ status, body }).toMatchObject({ status: 403, body: { code: 'ledger.account_managed' } });
      expect((body as { detail: string }).detail).toContain(managedBy);
    }
    expect((await accounts()).filter(({ managedBy }) => managedBy !== undefined)).toEqual(before.filter(({ managedBy }) => managedBy));
  });

  test('neither lets go of money that a rail is about to pay nor books it', async () => {
    const settling = { asset: undefined, debitAccountId: undefined, creditAccountId: undefined, pendingId: held, units: '0' };
    for (const kind of ['post', 'void']) expect(await ask([between('', '', { ...settling, kind })])).toEqual(['debit_account_managed']);
    expect(await must(books(`GET /v1/ledger/transfers/${held}`))).toMatchObject({ hold: { state: 'pending' } });
  });

  test('keeps books of its own beside them as before', async () => {
    const hold = between(own.id, other.id, { kind: 'pending', units: '40' });
    expect(await ask([between(own.id, other.id, { units: '100' }), hold])).toEqual(['created', 'created']);
    expect(await ask([{ id: toWireId('trf', newId()), kind: 'post', pendingId: hold.id, units: '0' }])).toEqual(['created']);
    expect(await must(books(`GET /v1/ledger/accounts/${own.id}`))).toMatchObject({ balance: { debitsPosted: '140' } });
    expect(await must(books(`POST /v1/ledger/accounts/${other.id}/close`))).toMatchObject({ closedAt: expect.any(String) as string });
  });
});

const openIn = (asset: string) =>
  must(books<Account>('POST /v1/ledger/accounts', { key: newId(), json: { name: 'Mine', kind: 'asset', asset } }));

test('after all that was tried the network pays, exchanges, settles, and its statements, reserves and books add up', async () => {
  const [a, b] = banks;
  await sendPayment(deps(), house.ctx, orderOf(a, b, { units: 700n }));
  const { id } = await createQuote(deps(), house.ctx, { participant: a.bic, fromAsset: 'EUR/2', toAsset: 'USD/2', payUnits: 1_000n });
  expect(await acceptQuote(deps(), house.memberCtx(a.id), { id })).toMatchObject({ state: 'settled' });
  expect(await closeWindow(deps(), house.ctx)).toMatchObject({ state: 'settled', payments: 1 });
  await expect(fundParticipant(deps(), house.ctx, { id: b.id, asset: 'EUR/2', units: 1n, reference: 'R' })).rejects.toMatchObject({
    code: 'settlement.direct_funding_denied',
  });
  await fundParticipant(deps(), house.ctx, { id: b.id, asset: 'USD/2', units: 1n, reference: 'R' });
  clock.advance(2_000);
  // Each is refused unless it adds up.
  for (const bank of [a, b])
    for (const asset of ['EUR/2', 'USD/2'])
      expect(await getStatement(deps(), house.ctx, { id: bank.id, asset, day: '2026-02-02' })).toContain('CLBD');
  const { items } = await getReserves(deps(), house.ctx);
  expect(items.map(({ asset, outstanding, operator, custody }) => [asset, outstanding + operator === custody])).toEqual([
    ['EUR/2', true],
    ['USD/2', true],
  ]);
  await runJob(house.ledger, 'ledger.grow_log');
  const report = await house.database.db.read({ role: 'rialto_verify' }, (tx) => verifyLedger(tx));
  expect(report).toMatchObject({ ok: true, findings: [] });
});
