import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { approve, openCustodyAccount, openRail, railSettings } from '../../../test/support/custody.ts';
import { admitBanks, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { entry, statementOf } from '../../../test/support/statement.ts';
import { newId, type Uuid } from '../../base/id.ts';
import { manualClock } from '../../base/time.ts';
import { issueInvoice } from '../fee/issue-invoices.ts';
import { listInvoices } from '../fee/read-invoices.ts';
import { creditInvoice } from '../fee/settle-invoice.ts';
import { acceptQuote, createQuote } from '../fx/quote.ts';
import { loadRates } from '../fx/load-rates.ts';
import { getParticipant } from '../participant/read-participants.ts';
import { nameOf } from '../rail/instruction.ts';
import { cancelInstruction, getInstruction, listInstructions } from '../rail/read-instructions.ts';
import { runRail, takeOver, type RunDeps } from '../rail/run-rail.ts';
import { allRails } from '../rail/rail-store.ts';
import { matchNew } from '../reconciliation/match-entries.ts';
import { readStatement } from '../reconciliation/read-statement.ts';
import { takeStatement } from '../reconciliation/take-statement.ts';
import { listBreaks, proposeWriteOff } from '../reconciliation/work-breaks.ts';
import { loadScreeningList } from '../screening/manage-lists.ts';
import { approveProposal } from './decide-proposal.ts';
import { executorsOf } from './executors.ts';
import { currentEarnings, type IncomeSource } from './income.ts';
import { getIncome, proposeIncomePayout } from './income-payout.ts';
import { listProposals } from './propose.ts';
import { getReserves } from './reserves.ts';

const NUMBER = 'DE89370400440532013000';
const clock = manualClock(Date.UTC(2026, 10, 23, 9));
let house: TestHouse;
let banks: [Bank, Bank];
let poor: Bank;
let made = 0;
const deps = () => house.settlement.deps;

const wanted = (change: object = {}) => ({
  asset: 'EUR/2',
  source: 'fees' as IncomeSource,
  units: 1_000n,
  holder: 'Rialto Network Operations Ltd',
  number: 'FI2112345600000785',
  agentBic: 'NORDFIHH',
  reference: `FEES-${++made}`,
  reason: 'Fees of November',
  ...change,
});
/** Later than whatever was before, so that what it becomes is the newest. */
const propose = (change: object = {}, ctx = house.ctx) => {
  clock.advance(10);
  return proposeIncomePayout(deps(), ctx, wanted(change));
};
const incomeOf = async (source: IncomeSource = 'fees') => {
  const { items } = await getIncome(deps(), house.ctx);
  return items.find((one) => one.asset === 'EUR/2' && one.source === source)!;
};
const reserves = async () => (await getReserves(deps(), house.ctx)).items.find(({ asset }) => asset === 'EUR/2')!;
const newest = async () => (await listInstructions(deps(), house.ctx, { limit: 1 })).items[0]!;

/** An invoice of so much; what the bank does not have stays owed. */
async function invoice(bank: Bank, units: bigint): Promise<Uuid> {
  clock.advance(10);
  const { accounts } = await getParticipant(deps(), house.ctx, bank);
  const { settlementAccountId } = accounts.find(({ asset }) => asset === 'EUR/2')!;
  const month = `20${String(26 + Math.floor(++made / 12))}-${String(1 + (made % 12)).padStart(2, '0')}`;
  const lines = [{ item: 'windows', text: 'Windows', count: 1n, value: 0n, units }];
  await issueInvoice(deps(), house.ctx, month, {
    participantId: bank.id,
    bic: bank.bic,
    asset: 'EUR/2',
    settlementAccountId,
    billed: false,
    lines,
  });
  return (await listInvoices(deps(), house.ctx, { participantId: bank.id })).items[0]!.id;
}

/** One round of the rail, which answers everything alike. */
async function rail(status: 'accepted' | 'refused'): Promise<void> {
  const run: RunDeps = {
    ...deps(),
    transport: {
      call: async (_tenant, _rail, call) => {
        const { idempotencyKey: id } = call as unknown as { idempotencyKey: string };
        return { kind: 'http', status: 200, body: JSON.stringify({ id, status }) };
      },
      documents: async () => [],
      putAway: async (_tenant, _rail, name) => name,
      close: async () => undefined,
    },
  };
  const [row] = await deps().db.read({ tenantId: house.tenantId }, (tx) => allRails(tx, house.tenantId));
  await runRail(run, await takeOver(run, house.tenantId, row!), new AbortController().signal);
}

async function told(entries: ReturnType<typeof entry>[]): Promise<void> {
  const bytes = await statementOf('camt.054', entries, { id: `N-${++made}`, number: NUMBER });
  await takeStatement(deps(), house.ctx, readStatement([bytes]));
  await matchNew(deps(), house.ctx);
}

beforeAll(async () => {
  house = await createTestHouse({ clock });
  banks = (await admitBanks(house, ['INAAFIHH', 'INBBNOKK'], { 'EUR/2': 1_000_000n, 'USD/2': 1_000_000n })) as typeof banks;
  [poor] = (await admitBanks(house, ['INCCDEFF'], { 'EUR/2': 300n })) as [Bank];
  await openCustodyAccount(house, { number: NUMBER });
  await openRail(house, 'http-rail');
});
beforeEach(async () => {
  clock.advance(1_000);
  await invoice(banks[0], 5_000n);
});
afterAll(() => house.close());

describe('income of the operator', () => {
  test('is paid out by two people: held at once, off the account and out of custody when the rail has paid', async () => {
    const [before, covered] = [await incomeOf(), await reserves()];
    const proposed = await propose({ reference: 'FEES-2026-11' });
    expect(proposed.subject).toBe('Pay out 10.00 EUR of fees to Rialto Network Operations Ltd, FI2112345600000785 at NORDFIHH');
    expect(await incomeOf(), 'a proposal moves nothing').toEqual(before);
    await approve(house, Promise.resolve(proposed));
    const waiting = await newest();
    expect(waiting).toMatchObject({ kind: 'income', incomeSource: 'fees', state: 'waiting', units: 1_000n, reference: 'FEES-2026-11' });
    expect(waiting.participantId).toBeUndefined();
    expect(await incomeOf()).toEqual({ ...before, payingOut: before.payingOut + 1_000n, payable: before.payable - 1_000n });
    await rail('accepted');
    expect((await newest()).state).toBe('accepted');
    expect(await incomeOf()).toEqual({ ...before, stands: before.stands - 1_000n, payable: before.payable - 1_000n });
    const now = await reserves();
    expect(now).toMatchObject({ outstanding: covered.outstanding, operator: covered.operator - 1_000n, custody: covered.custody - 1_000n });
    expect(now.statements[0]!.difference).toBe(0n);

    await told([entry(-1_000n, nameOf(waiting.id))]);
    expect((await newest()).state, 'the custodian’s statement shows it').toBe('confirmed');
    expect((await listBreaks(deps(), house.ctx, { state: 'open' })).items).toEqual([]);
  });

  test('that the rail refuses, or that is cancelled before it is sent, stands on its account again', async () => {
    const before = await incomeOf();
    await approve(house, propose());
    await rail('refused');
    expect([(await newest()).state, await incomeOf()]).toEqual(['refused', before]);
    await approve(house, propose());
    await cancelInstruction(deps(), house.ctx, { id: (await newest()).id });
    expect([(await newest()).state, await incomeOf()]).toEqual(['cancelled', before]);
  });

  test('leaves no further than it stands there as money: what banks still owe of it does not count', async () => {
    const before = await incomeOf();
    await invoice(poor, 1_000n);
    expect(await incomeOf()).toMatchObject({
      stands: before.stands + 1_000n,
      unpaid: before.unpaid + 700n,
      payable: before.payable + 300n,
    });
    const short = { code: 'settlement.income_short' };
    await expect(propose({ units: before.payable + 301n })).rejects.toMatchObject(short);
    await expect(propose({ source: 'exchange_fees', units: 1n })).rejects.toMatchObject(short);
    await expect(propose({ asset: 'USD/2', units: 1n })).rejects.toMatchObject(short);
    // Looked at again when it is done: both were possible when they were proposed, and only one of them is.
    const both = [await propose({ units: before.payable }), await propose({ units: before.payable })] as const;
    await approve(house, Promise.resolve(both[0]));
    await expect(approve(house, Promise.resolve(both[1]))).rejects.toMatchObject(short);
    const state = async (id: Uuid) => (await listProposals(deps(), house.ctx, { limit: 50 })).items.find((one) => one.id === id)!.state;
    expect([await state(both[0].id), await state(both[1].id)]).toEqual(['approved', 'open']);
    await rail('accepted');
  });

  test('goes to nobody whom a list names', async () => {
    const document = Buffer.from('id,name\n1,Blackgate Maritime Trading\n');
    await loadScreeningList(deps(), house.ctx, { id: 'house', allowSmaller: 'true' }, { document });
    const listed = { code: 'settlement.payee_listed' };
    const before = (await newest()).id;
    await expect(approve(house, propose({ holder: 'Blackgate Maritime Trading Ltd', units: 1n }))).rejects.toMatchObject(listed);
    expect((await newest()).id).toBe(before);
  });

  test('is decided once, by another person, and proposed once for a key', async () => {
    const keyed = house.keyed('income-1');
    const input = wanted();
    const first = await proposeIncomePayout(deps(), keyed, input);
    expect(await proposeIncomePayout(deps(), keyed, input)).toEqual(first);
    const executors = executorsOf(railSettings);
    const own = approveProposal(deps(), house.ctx, { id: first.id, comment: 'Mine' }, executors);
    await expect(own).rejects.toMatchObject({ code: 'settlement.second_person_required' });
    const count = async () => (await listInstructions(deps(), house.ctx, { limit: 500 })).items.length;
    const before = await count();
    const second = { ...house.ctx, actor: { ...house.ctx.actor, id: newId() } };
    const races = await Promise.allSettled(
      Array.from({ length: 4 }, () => approveProposal(deps(), second, { id: first.id, comment: 'Seen' }, executors)),
    );
    expect(races.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await count()).toBe(before + 1);
    await rail('accepted');
  });

  test('is the operator’s alone: a bank neither sees nor proposes it, nor sees what goes out', async () => {
    await approve(house, propose());
    const bank = house.memberCtx(banks[0].id);
    const refused = { code: 'settlement.operator_only' };
    await expect(getIncome(deps(), bank)).rejects.toMatchObject(refused);
    await expect(propose({}, bank)).rejects.toMatchObject(refused);
    const { id } = await newest();
    await expect(getInstruction(deps(), bank, { id })).rejects.toMatchObject({ code: 'settlement.instruction_not_found' });
    await expect(cancelInstruction(deps(), bank, { id })).rejects.toMatchObject({ code: 'settlement.instruction_not_found' });
    await expect(propose({ agentBic: 'NOBIC' })).rejects.toMatchObject({ code: 'settlement.bic_invalid' });
    await rail('accepted');
  });

  test('of exchanges is paid out from its own account', async () => {
    const rates = [{ fromAsset: 'EUR/2', toAsset: 'USD/2', rate: '1.08', feeBps: 50 }];
    await loadRates(deps(), house.ctx, { provider: banks[1].bic, source: 'desk', validUntil: Date.UTC(2027, 0, 1), rates });
    const quote = { participant: banks[0].bic, fromAsset: 'EUR/2', toAsset: 'USD/2', payUnits: 10_000n };
    const { id } = await createQuote(deps(), house.ctx, quote);
    await acceptQuote(deps(), house.memberCtx(banks[0].id), { id });
    expect(await incomeOf('exchange_fees')).toMatchObject({ stands: 50n, unpaid: 0n, payable: 50n });
    const fees = await incomeOf();
    await approve(house, propose({ source: 'exchange_fees', units: 50n }));
    await rail('accepted');
    expect(await incomeOf('exchange_fees')).toMatchObject({ stands: 0n, payingOut: 0n, payable: 0n });
    expect(await incomeOf()).toEqual(fees);
  });

  test('that was paid out cannot be credited to a bank as well, which would make tokens without money', async () => {
    const id = await invoice(banks[1], 2_000n);
    for (const { source, payable } of (await getIncome(deps(), house.ctx)).items.filter(({ asset }) => asset === 'EUR/2'))
      if (payable > 0n) await approve(house, propose({ source, units: payable }));
    const credit = () => creditInvoice(deps(), house.ctx, { id, units: 2_000n, reason: 'Outage' });
    await expect(credit(), 'while it is on its way out').rejects.toMatchObject({ code: 'settlement.income_short' });
    await rail('accepted');
    await expect(credit()).rejects.toMatchObject({ code: 'settlement.income_short' });
    expect(await reserves()).toMatchObject({ operator: 0n });
    await invoice(banks[0], 2_000n);
    await credit();
    expect(await reserves()).toMatchObject({ operator: 0n });
  });

  test('does not leave by writing a custodian’s entry off against it', async () => {
    const { items } = await currentEarnings(deps(), house.tenantId);
    const { accountId } = items.find(({ source, asset }) => source === 'fees' && asset === 'EUR/2')!;
    await told([entry(-77n, 'CHARGES')]);
    const [open] = (await listBreaks(deps(), house.ctx, { state: 'open' })).items;
    await expect(proposeWriteOff(deps(), house.ctx, { id: open!.id, accountId, reason: 'Wrong bookkeeping' })).rejects.toMatchObject({
      code: 'settlement.write_off_account_invalid',
    });
  });
});
