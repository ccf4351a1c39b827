import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { isCreditorReference } from '../../base/check-digit.ts';
import type { Ctx } from '../../base/context.ts';
import { newId } from '../../base/id.ts';
import { Secret } from '../../base/secret.ts';
import { manualClock } from '../../base/time.ts';
import { defundParticipant, fundParticipant } from '../participant/move-funds.ts';
import { getParticipant } from '../participant/read-participants.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { approveProposal, rejectProposal } from './decide-proposal.ts';
import { announceFunding, getCustody, getFundingInstructions, listAnnouncedFunding, withdrawAnnouncedFunding } from './funding.ts';
import { executorsOf } from './executors.ts';
import { listProposals, proposeCustodyAccount, proposeCustodyPolicy, proposeMint, proposePayoutAccount } from './propose.ts';
import { getLatestReserveProof, getReserveFile, publishReserves } from './publish-reserves.ts';
import { getReserves } from './reserves.ts';
import { verifyReserves } from './verify-reserves.ts';

const clock = manualClock(Date.parse('2026-11-20T10:00:00Z'));
let house: TestHouse;
let banks: [Bank, Bank];
let second: Ctx;
const deps = () => house.settlement.deps;
const executors = executorsOf({ masterKey: new Secret<Uint8Array>(new Uint8Array(32)) });
const approve = (id: string, ctx = second) => approveProposal(deps(), ctx, { id, comment: 'Seen' }, executors);
const reason = 'For the test of custody';

beforeAll(async () => {
  house = await createTestHouse({ clock });
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 1_000n, 'USD/2': 500n })) as [Bank, Bank];
  second = { ...house.ctx, actor: { ...house.ctx.actor, id: newId(), name: 'second@rialto.test' } };
});
afterAll(() => house.close());

const available = async (asset: string) =>
  (await getParticipant(deps(), house.ctx, banks[0])).accounts.find((a) => a.asset === asset)!.available;
const mintOf = (change: object = {}) =>
  proposeMint(deps(), house.ctx, { id: banks[0].id, asset: 'EUR/2', units: 250n, reference: 'TEL-1', reason, ...change });

describe('an act of two people', () => {
  test('is done when another person approves it, and once', async () => {
    const before = await available('EUR/2');
    const { id, state } = await mintOf();
    expect([state, await available('EUR/2')]).toEqual(['open', before]);
    expect(await approve(id)).toMatchObject({ state: 'approved', decidedBy: 'second@rialto.test' });
    await expect(approve(id)).rejects.toMatchObject({ code: 'settlement.proposal_decided' });
    expect(await available('EUR/2')).toBe(before + 250n);
  });

  test('is not done by one person alone, nor by a key, nor by somebody of a bank', async () => {
    const { id } = await mintOf();
    await expect(approve(id, house.ctx)).rejects.toMatchObject({ code: 'settlement.second_person_required' });
    const key = { ...second, actor: { ...second.actor, kind: 'key' as const } };
    await expect(approve(id, key)).rejects.toMatchObject({ code: 'settlement.person_required' });
    await expect(proposeMint(deps(), key, { id: banks[0].id, asset: 'EUR/2', units: 1n, reference: 'K', reason })).rejects.toMatchObject({
      code: 'settlement.person_required',
    });
    await expect(approve(id, house.memberCtx(banks[0].id))).rejects.toMatchObject({ code: 'settlement.proposal_not_found' });
    expect((await listProposals(deps(), house.memberCtx(banks[0].id), {})).items).toEqual([]);
  });

  test('is void after a day, and when it is turned down', async () => {
    const before = await available('EUR/2');
    const [late, unwanted] = [await mintOf(), await mintOf()];
    expect(await rejectProposal(deps(), house.ctx, { id: unwanted.id, comment: 'A mistake' })).toMatchObject({ state: 'rejected' });
    await expect(approve(unwanted.id)).rejects.toMatchObject({ code: 'settlement.proposal_decided' });
    clock.advance(86_400_000);
    await expect(approve(late.id)).rejects.toMatchObject({ code: 'settlement.proposal_expired' });
    expect((await listProposals(deps(), house.ctx, { state: 'open' })).items).toEqual([]);
    expect(await available('EUR/2')).toBe(before);
  });

  test('approved by many at once is done once', async () => {
    const before = await available('EUR/2');
    const { id } = await mintOf();
    const people = Array.from({ length: 5 }, () => ({ ...second, actor: { ...second.actor, id: newId() } }));
    const outcomes = await Promise.allSettled(people.map((person) => approve(id, person)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await available('EUR/2')).toBe(before + 250n);
  });
});

describe('funding by one person', () => {
  test('goes on until the currency has a custody account, in the others beyond that', async () => {
    const account = { asset: 'EUR/2', name: 'Euro', number: 'DE89370400440532013000', servicerBic: 'MARKDEFF', reason };
    const before = await getReserves(deps(), house.ctx);
    await approve((await proposeCustodyAccount(deps(), house.ctx, account)).id);
    const fund = (asset: string) => fundParticipant(deps(), house.ctx, { id: banks[0].id, asset, units: 5n, reference: 'DIRECT' });
    const denied = { code: 'settlement.direct_funding_denied' };
    await expect(fund('EUR/2')).rejects.toMatchObject(denied);
    await expect(
      defundParticipant(deps(), house.ctx, { id: banks[0].id, asset: 'EUR/2', units: 5n, reference: 'OUT' }),
    ).rejects.toMatchObject(denied);
    await fund('USD/2');
    // The account takes over what is in custody already, all of it on its way to the first statement.
    const [euro] = (await getReserves(deps(), house.ctx)).items;
    expect(euro).toMatchObject({
      custody: before.items[0]!.custody,
      state: 'unconfirmed',
      statements: [{ difference: 0n, inTransit: euro!.custody }],
    });
    await expect(proposeCustodyAccount(deps(), house.ctx, account)).rejects.toMatchObject({ code: 'settlement.custody_account_taken' });
  });

  test('is allowed or denied by what two people have decided', async () => {
    const set = async (directFunding: 'allowed' | 'denied' | 'until_connected') =>
      approve((await proposeCustodyPolicy(deps(), house.ctx, { directFunding, reason })).id);
    const fund = (asset: string) => fundParticipant(deps(), house.ctx, { id: banks[0].id, asset, units: 5n, reference: 'DIRECT' });
    await set('allowed');
    await fund('EUR/2');
    await set('denied');
    await expect(fund('USD/2')).rejects.toMatchObject({ code: 'settlement.direct_funding_denied' });
    await set('until_connected');
    await fund('USD/2');
  });

  test('a second custody account of a currency has a ledger account of its own', async () => {
    const account = { asset: 'EUR/2', name: 'Euro, second', number: 'FI2112345600000785', servicerBic: 'NORDFIHH', reason };
    await approve((await proposeCustodyAccount(deps(), house.ctx, account)).id);
    const { items } = await getCustody(deps(), house.ctx);
    expect(new Set(items.map(({ accountId }) => accountId)).size).toBe(2);
    expect((await getCustody(deps(), house.memberCtx(banks[0].id))).items).toEqual([]);
  });
});

describe('a participant', () => {
  test('is told where to pay to, under a reference with check digits that names it', async () => {
    const told = await getFundingInstructions(deps(), house.memberCtx(banks[0].id), { id: banks[0].id });
    expect(told.reference).toMatch(/^RF\d\dAAAAFIHH$/);
    expect(told.payTo.map(({ number }) => number)).toContain('DE89370400440532013000');
    await expect(getFundingInstructions(deps(), house.ctx, { id: newId() })).rejects.toMatchObject({
      code: 'settlement.participant_not_found',
    });
  });

  test('announces money, sees its own announcements only, and withdraws them', async () => {
    const own = house.memberCtx(banks[0].id);
    const announcement = { id: banks[0].id, asset: 'EUR/2', units: 77n, expectedOn: '2026-11-23' };
    const { id, state, reference } = await announceFunding(deps(), own, announcement);
    expect([state, isCreditorReference(reference), reference.slice(4, 12)]).toEqual(['open', true, 'AAAAFIHH']);
    await expect(announceFunding(deps(), own, { ...announcement, id: banks[1].id })).rejects.toMatchObject({
      code: 'settlement.participant_not_found',
    });
    const other = house.memberCtx(banks[1].id);
    expect((await listAnnouncedFunding(deps(), other, {})).items).toEqual([]);
    await expect(withdrawAnnouncedFunding(deps(), other, { id })).rejects.toMatchObject({ code: 'settlement.announcement_not_found' });
    expect(await withdrawAnnouncedFunding(deps(), own, { id })).toMatchObject({ state: 'withdrawn' });
  });

  test('has the account that it is paid out to from two people', async () => {
    const to = { asset: 'EUR/2', holder: 'Bank AAAA', number: 'FI2112345600000785', agentBic: 'AAAAFIHH', reason };
    const { id } = await proposePayoutAccount(deps(), house.ctx, { id: banks[0].id, ...to });
    expect((await getFundingInstructions(deps(), house.ctx, { id: banks[0].id })).payoutAccounts).toEqual([]);
    await approve(id);
    expect((await getFundingInstructions(deps(), house.ctx, { id: banks[0].id })).payoutAccounts).toMatchObject([{ number: to.number }]);
    expect((await getFundingInstructions(deps(), house.memberCtx(banks[1].id), { id: banks[1].id })).payoutAccounts).toEqual([]);
  });
});

describe('a proof of reserves', () => {
  test('verifies for each participant with what it has, free and set aside', async () => {
    await sendPayment(deps(), house.ctx, orderOf(banks[0], banks[1], { units: 300n }));
    const { id, hash, currencies } = await publishReserves(deps(), house.ctx);
    for (const bank of banks) {
      const verdict = verifyReserves(await getReserveFile(deps(), house.memberCtx(bank.id), { id }));
      expect(verdict).toMatchObject({ ok: true, problems: [], hash });
      const { accounts } = await getParticipant(deps(), house.ctx, bank);
      for (const { asset, available: free, reserved } of accounts)
        expect(verdict.currencies.find((one) => one.asset === asset)?.own).toBe((free + reserved).toString());
    }
    expect(currencies.map(({ asset, outstanding, custody, operator }) => [asset, custody - outstanding, operator])).toEqual([
      ['EUR/2', 0n, 0n],
      ['USD/2', 0n, 0n],
    ]);
  });

  test('names the one before it, and shows a bank nobody but itself', async () => {
    const first = await getLatestReserveProof(deps(), house.memberCtx(banks[0].id));
    const next = await publishReserves(deps(), house.ctx);
    expect(next).toMatchObject({ number: first.number + 1, previous: first.hash });
    const refused = getReserveFile(deps(), house.memberCtx(banks[0].id), { id: next.id, participantId: banks[1].id });
    await expect(refused).rejects.toMatchObject({ code: 'settlement.participant_not_found' });
    await expect(getReserves(deps(), house.memberCtx(banks[0].id))).rejects.toMatchObject({ code: 'settlement.operator_only' });
    const everyone = verifyReserves(await getReserveFile(deps(), house.ctx, { id: next.id }));
    expect(everyone.currencies.every(({ own }) => own === undefined)).toBe(true);
  });

  test('holds while payments go on', async () => {
    const flow = Promise.all(
      Array.from({ length: 60 }, (_, i) => sendPayment(deps(), house.ctx, orderOf(banks[i % 2]!, banks[1 - (i % 2)]!, { units: 1n }))),
    );
    const proofs = [await publishReserves(deps(), house.ctx), await publishReserves(deps(), house.ctx)];
    await flow;
    for (const { id } of proofs)
      expect(verifyReserves(await getReserveFile(deps(), house.ctx, { id, participantId: banks[0].id })).problems).toEqual([]);
  });

  test('the check of the reserves is well', async () => {
    const check = house.settlement.checks.find(({ name }) => name === 'settlement.reserves')!;
    expect(await check.run()).toMatchObject({ ok: true });
  });
});
