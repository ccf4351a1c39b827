import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { approve, openCustodyAccount, openRail, railSettings, setPayoutAccount } from '../../../test/support/custody.ts';
import { admitBanks, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { newId, type Uuid } from '../../base/id.ts';
import { dayOf, manualClock } from '../../base/time.ts';
import { getReserves } from '../custody/reserves.ts';
import { getStatement } from '../participant/get-statement.ts';
import { getParticipant } from '../participant/read-participants.ts';
import { setParticipantState } from '../participant/set-participant-state.ts';
import type { RailCall, RailReply } from './adapter.ts';
import { nameOf } from './instruction.ts';
import { listRails, proposeInstructionOutcome, setRailState } from './manage-rails.ts';
import { allRails } from './rail-store.ts';
import { cancelInstruction, getInstruction, listInstructions } from './read-instructions.ts';
import { requestPayout, requestSweep } from './request.ts';
import { runRail, takeOver, type RunDeps } from './run-rail.ts';
import { RailLost } from './take-documents.ts';
import type { RailDocument } from './transport.ts';

const clock = manualClock(Date.parse('2026-11-20T10:00:00Z'));
let house: TestHouse;
let banks: [Bank, Bank];
let accounts: [Uuid, Uuid];
let calls: RailCall[] = [];
let inbox: (RailDocument & { text: string })[] = [];
let put: string[] = [];
let answerWith: (call: RailCall) => RailReply;
const deps = () => house.settlement.deps;
const run: () => RunDeps = () => ({
  ...deps(),
  transport: {
    call: async (_tenant, _rail, call) => (calls.push(call), answerWith(call)),
    documents: async () => inbox,
    putAway: async (_tenant, _rail, name, into) => {
      inbox = inbox.filter((one) => one.name !== name);
      put.push(`${into}/${name}`);
      return name;
    },
    close: async () => undefined,
  },
});

beforeAll(async () => {
  house = await createTestHouse({ clock });
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 100_000n, 'USD/2': 10n })) as [Bank, Bank];
  accounts = [await openCustodyAccount(house), await openCustodyAccount(house, { number: 'FI2112345600000785', servicerBic: 'NORDFIHH' })];
  await openRail(house, 'http-rail');
  await openRail(house, 'file-rail', { kind: 'iso20022_file', servicerBic: 'NORDFIHH' });
  await setPayoutAccount(house, banks[0].id);
});
beforeEach(() => {
  [calls, inbox, put] = [[], [], []];
  answerWith = ({ kind, ...call }) => replyOf(call, 'accepted');
  clock.advance(24 * 3_600_000);
});
afterAll(() => house.close());

const replyOf = (call: object, status: string, more: object = {}): RailReply => {
  const { idempotencyKey: id } = call as { idempotencyKey: string };
  return { kind: 'http', status: 200, body: JSON.stringify({ id, status, ...more }) };
};
const rail = async (id: string) =>
  (await deps().db.read({ tenantId: house.tenantId }, (tx) => allRails(tx, house.tenantId))).find((one) => one.id === id)!;
const hold = async (id = 'http-rail') => takeOver(run(), house.tenantId, await rail(id));
const round = async (holding?: Awaited<ReturnType<typeof hold>>) => runRail(run(), holding ?? (await hold()), new AbortController().signal);
const payout = (change: object = {}, bank = banks[0], by = house.ctx) =>
  requestPayout(deps(), by, { id: bank.id, asset: 'EUR/2', units: 1_000n, reference: 'OUT-1', ...change });
const euros = async (bank = banks[0]) =>
  (await getParticipant(deps(), house.ctx, bank)).accounts.find((a) => a.asset === 'EUR/2')!.available;
const state = async (id: Uuid) => (await getInstruction(deps(), house.ctx, { id })).state;
const reserves = async () => (await getReserves(deps(), house.ctx)).items.find(({ asset }) => asset === 'EUR/2')!;

describe('a payout', () => {
  test('is held at once, and burned when the rail has paid', async () => {
    const [before, owed] = [await euros(), await reserves()];
    const { id } = await payout();
    expect([await euros(), (await reserves()).outstanding, (await reserves()).payingOut]).toEqual([
      before - 1_000n,
      owed.outstanding,
      1_000n,
    ]);
    answerWith = (call) => replyOf(call, 'accepted', { reference: 'BANK-1' });
    await round();
    expect(await getInstruction(deps(), house.ctx, { id })).toMatchObject({ state: 'accepted', railReference: 'BANK-1', attempts: 1 });
    const now = await reserves();
    expect([await euros(), now.outstanding, now.custody, now.payingOut]).toEqual([
      before - 1_000n,
      owed.outstanding - 1_000n,
      owed.custody - 1_000n,
      0n,
    ]);
    expect(now.statements.map(({ difference }) => difference)).toEqual([0n, 0n]);
    clock.advance(2_000);
    await expect(getStatement(deps(), house.ctx, { id: banks[0].id, asset: 'EUR/2', day: dayOf(clock.now()) })).resolves.toContain('OUT-1');
  });

  test('that the rail refuses is free again, and nothing else happens to it', async () => {
    const before = await euros();
    const { id } = await payout();
    answerWith = (call) => replyOf(call, 'refused', { reason: 'account closed' });
    await round();
    await round();
    expect(await getInstruction(deps(), house.ctx, { id })).toMatchObject({ state: 'refused', reason: 'account closed' });
    expect([await euros(), calls.length]).toEqual([before, 1]);
  });

  test('of which nothing is known is asked for and not sent again, until the rail says that it never had it', async () => {
    const { id } = await payout();
    const held = await hold();
    answerWith = () => ({ kind: 'none', why: 'lost' });
    await round(held);
    clock.advance(60_000);
    await round(held);
    expect([calls.map((call) => call.kind === 'http' && call.method), await state(id)]).toEqual([['POST', 'GET'], 'unknown']);
    answerWith = (call) => replyOf(call, 'absent');
    clock.advance(3_600_000);
    await round(held);
    expect(await state(id)).toBe('waiting');
    answerWith = (call) => replyOf(call, 'accepted');
    clock.advance(3_600_000);
    await round(held);
    expect([calls.map((call) => call.kind === 'http' && call.method), await state(id)]).toEqual([
      ['POST', 'GET', 'GET', 'POST'],
      'accepted',
    ]);
    expect(new Set(calls.map((call) => call.kind === 'http' && call.idempotencyKey))).toEqual(new Set([nameOf(id)]));
    const { moves } = await getInstruction(deps(), house.ctx, { id });
    expect(moves.map(({ toState }) => toState)).toEqual(['sending', 'unknown', 'unknown', 'waiting', 'sending', 'accepted']);
  });

  test('is sent by one only: who has lost the rail writes nothing any more', async () => {
    const { id } = await payout();
    const before = await hold();
    await hold();
    await expect(round(before)).rejects.toBeInstanceOf(RailLost);
    expect([calls, await state(id)]).toEqual([[], 'waiting']);
    await round();
    expect(await state(id)).toBe('accepted');
  });

  test('that was being sent when the process died is asked for by the next', async () => {
    const { id } = await payout();
    const dying = run();
    const transport = { ...dying.transport, call: () => Promise.reject(new Error('the process dies')) };
    await expect(runRail({ ...dying, transport }, await hold(), new AbortController().signal)).rejects.toThrow('dies');
    expect(await state(id)).toBe('sending');
    answerWith = (call) => replyOf(call, 'accepted');
    await round();
    expect([calls.map((call) => call.kind === 'http' && call.method), await state(id)]).toEqual([['GET'], 'accepted']);
  });

  test('is cancelled before it was sent and never after', async () => {
    const before = await euros();
    const [first, second] = [await payout(), await payout()];
    expect(await cancelInstruction(deps(), house.memberCtx(banks[0].id), { id: first.id })).toMatchObject({ state: 'cancelled' });
    expect(await euros()).toBe(before - 1_000n);
    answerWith = () => ({ kind: 'none', why: 'lost' });
    await round();
    await expect(cancelInstruction(deps(), house.ctx, { id: second.id })).rejects.toMatchObject({ code: 'settlement.instruction_sent' });
    await approve(
      house,
      proposeInstructionOutcome(deps(), house.ctx, { id: second.id, outcome: 'refused', reason: 'By letter of the bank' }),
    );
    expect([await state(second.id), await euros()]).toEqual(['refused', before]);
    await expect(
      proposeInstructionOutcome(deps(), house.ctx, { id: second.id, outcome: 'accepted', reason: 'Again' }),
    ).rejects.toMatchObject({
      code: 'settlement.instruction_decided',
    });
  });

  test('is repeated by its idempotency key as the one that it was', async () => {
    const before = await euros();
    const [once, again] = [await payout({}, banks[0], house.keyed('payout-1')), await payout({}, banks[0], house.keyed('payout-1'))];
    expect([again.id, await euros()]).toEqual([once.id, before - 1_000n]);
    await cancelInstruction(deps(), house.ctx, { id: once.id });
  });

  test.each([
    ['of more than there is', { units: 10n ** 12n }, 'settlement.custody_short'],
    ['of more than the participant has', { units: 150_000n }, 'settlement.insufficient_funds'],
    ['in a currency that no rail reaches', { asset: 'USD/2' }, 'settlement.payout_account_missing'],
    ['in a currency that it does not hold', { asset: 'CHF/2' }, 'settlement.asset_not_held'],
  ])('%s is refused by name', async (_, change, code) => {
    const before = await euros();
    await expect(payout(change)).rejects.toMatchObject({ code });
    expect(await euros()).toBe(before);
  });

  test('goes nowhere without an account of the participant, for a suspended one, or for another bank', async () => {
    await expect(payout({}, banks[1])).rejects.toMatchObject({ code: 'settlement.payout_account_missing' });
    await expect(payout({}, banks[0], house.memberCtx(banks[1].id))).rejects.toMatchObject({ code: 'settlement.participant_not_found' });
    await setParticipantState(deps(), house.ctx, { id: banks[0].id, state: 'suspended' });
    await expect(payout()).rejects.toMatchObject({ code: 'settlement.participant_suspended' });
    await setParticipantState(deps(), house.ctx, { id: banks[0].id, state: 'active' });
  });

  test('is seen by its own bank only, without the tries', async () => {
    const { id } = await payout();
    const own = await getInstruction(deps(), house.memberCtx(banks[0].id), { id });
    expect([own.state, own.moves]).toEqual(['waiting', []]);
    await expect(getInstruction(deps(), house.memberCtx(banks[1].id), { id })).rejects.toMatchObject({
      code: 'settlement.instruction_not_found',
    });
    expect((await listInstructions(deps(), house.memberCtx(banks[1].id), {})).items).toEqual([]);
    await cancelInstruction(deps(), house.ctx, { id });
  });
});

describe('a rail', () => {
  test('that is paused takes nothing new', async () => {
    const { id } = await payout();
    await setRailState(deps(), house.ctx, { id: 'http-rail', state: 'paused' }, railSettings);
    await round();
    expect(calls).toEqual([]);
    await setRailState(deps(), house.ctx, { id: 'http-rail', state: 'open' }, railSettings);
    await round();
    expect(await state(id)).toBe('accepted');
    await expect(setRailState(deps(), house.ctx, { id: 'none', state: 'open' }, railSettings)).rejects.toMatchObject({
      code: 'settlement.rail_not_found',
    });
  });

  test('that says nothing three times is left alone for the round', async () => {
    const ids = [];
    for (let i = 0; i < 5; i++) ids.push((await payout()).id);
    answerWith = () => ({ kind: 'none', why: 'down' });
    await round();
    expect(calls).toHaveLength(3);
    answerWith = (call) => replyOf(call, 'accepted');
    clock.advance(3_600_000);
    await round();
    for (const id of ids) expect(await state(id)).toBe('accepted');
  });

  test('shows its public key, and to banks not even itself', async () => {
    const { items } = await listRails(deps(), house.ctx, railSettings);
    expect(items.map(({ id }) => id).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['file-rail', 'http-rail']);
    expect(items.every(({ publicKey }) => publicKey.startsWith('-----BEGIN PUBLIC KEY-----'))).toBe(true);
    expect((await listRails(deps(), house.memberCtx(banks[0].id), railSettings)).items).toEqual([]);
  });
});

describe('a sweep', () => {
  const sweep = (change: object = {}) =>
    requestSweep(deps(), house.ctx, { fromId: accounts[0], toId: accounts[1], units: 5_000n, reference: 'SWEEP', ...change });
  const ledgerOf = async () => {
    const { statements } = await reserves();
    return accounts.map((id) => statements.find(({ custodyAccountId }) => custodyAccountId === id)!.ledger);
  };

  test('brings money from one custody account to the other when the rail has paid, and owes nobody anything else', async () => {
    const [[from, to], { outstanding, custody }] = [await ledgerOf(), await reserves()] as [bigint[], Awaited<ReturnType<typeof reserves>>];
    const { id } = await sweep();
    await round();
    expect([await state(id), await ledgerOf()]).toEqual(['accepted', [from! - 5_000n, to! + 5_000n]]);
    const now = await reserves();
    expect([now.outstanding, now.custody, now.statements.every(({ difference }) => difference === 0n)]).toEqual([
      outstanding,
      custody,
      true,
    ]);
  });

  test('that cannot be is refused by name', async () => {
    await expect(sweep({ toId: accounts[0] })).rejects.toMatchObject({ code: 'settlement.sweep_invalid' });
    await expect(sweep({ toId: newId() })).rejects.toMatchObject({ code: 'settlement.custody_account_not_found' });
    await expect(sweep({ units: 10n ** 12n })).rejects.toMatchObject({ code: 'settlement.custody_short' });
  });

  test('by files is answered by a status report, which is taken once and put away', async () => {
    const { id } = await sweep({ fromId: accounts[1], toId: accounts[0], units: 100n });
    answerWith = () => ({ kind: 'written' });
    const held = await hold('file-rail');
    await round(held);
    expect([calls.map((call) => call.kind === 'file' && call.name), await state(id)]).toEqual([[`${nameOf(id)}.xml`], 'unknown']);
    const report = (status: string) =>
      `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.002.001.12"><FIToFIPmtStsRpt><GrpHdr><MsgId>R</MsgId><CreDtTm>2026-11-20T10:00:00Z</CreDtTm></GrpHdr><TxInfAndSts><OrgnlInstrId>${nameOf(id)}</OrgnlInstrId><TxSts>${status}</TxSts></TxInfAndSts></FIToFIPmtStsRpt></Document>`;
    const document = (name: string, text: string) => ({
      name,
      text,
      bytes: text.length,
      read: async function* () {
        yield Buffer.from(text);
      },
    });
    inbox = [
      document('1.xml', report('ACSP')),
      document('2.xml', report('ACSC')),
      document('3.xml', report('RJCT')),
      document('4.xml', 'no xml'),
      document('5.xml', '<a/>'),
    ];
    await round(held);
    expect([await state(id), put]).toEqual(['accepted', ['done/1.xml', 'done/2.xml', 'done/3.xml', 'refused/4.xml', 'refused/5.xml']]);
  });
});
