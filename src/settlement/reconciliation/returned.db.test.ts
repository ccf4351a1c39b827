import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { halt, stopping, untilBlocked } from '../../../test/support/at-once.ts';
import { wrongInBooks } from '../../../test/support/books.ts';
import { approve, openCustodyAccount, openRail, railSettings } from '../../../test/support/custody.ts';
import { admitBanks, type Bank } from '../../../test/support/fixtures.ts';
import { callerOf } from '../../../test/support/access.ts';
import { openAccount } from '../../ledger/contract.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { entry, statementOf, type StatementSetup } from '../../../test/support/statement.ts';
import type { Ctx } from '../../base/context.ts';
import { newId, type Uuid } from '../../base/id.ts';
import { manualClock } from '../../base/time.ts';
import { approveProposal } from '../custody/decide-proposal.ts';
import { executorsOf } from '../custody/executors.ts';
import { currentEarnings } from '../custody/income.ts';
import { proposeMint } from '../custody/propose.ts';
import { getReserveFile, publishReserves } from '../custody/publish-reserves.ts';
import { getReserves } from '../custody/reserves.ts';
import { verifyReserves } from '../custody/verify-reserves.ts';
import type { SettlementDeps } from '../deps.ts';
import type { StatementEntry, StatementFamily } from '../iso20022/write/statement.ts';
import { setParticipantState } from '../participant/set-participant-state.ts';
import type { RailCall, RailReply } from '../rail/adapter.ts';
import { nameOf } from '../rail/instruction.ts';
import { proposeInstructionOutcome } from '../rail/manage-rails.ts';
import { allRails } from '../rail/rail-store.ts';
import { cancelInstruction, getInstruction, listInstructions } from '../rail/read-instructions.ts';
import { runRail, takeOver, type RunDeps } from '../rail/run-rail.ts';
import { grantScreeningException } from '../screening/manage-exceptions.ts';
import { loadScreeningList } from '../screening/manage-lists.ts';
import { rescreenJob } from '../screening/rescreening/rescreen.ts';
import { matchNew } from './match-entries.ts';
import { proposeBreakReturn } from './propose-return.ts';
import { readStatement } from './read-statement.ts';
import { takeStatement } from './take-statement.ts';
import { getBreak, linkBreak, listBreaks, proposeBreakFunding, proposeWriteOff } from './work-breaks.ts';

const clock = manualClock(Date.parse('2026-11-20T10:00:00Z'));
let house: TestHouse;
let bank: Bank;
let account: Uuid;
let mainId: Uuid;
let number: string;
let made = 0;
let calls: Extract<RailCall, { kind: 'http' }>[] = [];
let status = 'accepted';
const deps = () => house.settlement.deps;
/** What was sent to the rail of instructions, not what was asked. */
const sent = (...ids: Uuid[]) =>
  calls.filter(({ method, idempotencyKey }) => method === 'POST' && ids.map(nameOf).includes(idempotencyKey));
const run = (reply = (call: { idempotencyKey: string }): RailReply => answered(call.idempotencyKey)): RunDeps => ({
  ...deps(),
  transport: {
    async call(_tenant, _rail, call) {
      if (call.kind !== 'http') throw new Error('a rail over HTTP calls by HTTP');
      calls.push(call);
      return reply(call);
    },
    documents: async () => [],
    putAway: async (_tenant, _rail, name) => name,
    close: async () => undefined,
  },
  takeStatement: async () => undefined as never,
});
const answered = (id: string): RailReply => ({
  kind: 'http',
  status: 200,
  body: JSON.stringify({ id, status, ...(status === 'refused' && { reason: 'AC04 Account closed' }) }),
});

beforeAll(async () => {
  house = await createTestHouse({ clock });
  [bank] = (await admitBanks(house, ['AAAAFIHH'], { 'EUR/2': 0n })) as [Bank];
  mainId = await openCustodyAccount(house, { number: 'MAIN0001' });
  await openRail(house, 'rail');
  const document = Buffer.from('id,name,bic\n1,Blackgate Maritime Trading,\n2,Nobody Of That Name,SABRRUMM\n');
  await loadScreeningList(deps(), house.ctx, { id: 'house', allowSmaller: 'true' }, { document });
});
beforeEach(async () => {
  status = 'accepted';
  // What the test before has left to be sent.
  await round();
  calls = [];
  number = `BACK${String(++made).padStart(6, '0')}`;
  account = await openCustodyAccount(house, { number });
});
afterAll(() => house.close());

const round = async (deps_ = run()) => {
  const [rail] = await deps().db.read({ tenantId: house.tenantId }, (tx) => allRails(tx, house.tenantId));
  await runRail(deps_, await takeOver(deps_, house.tenantId, rail!), new AbortController().signal);
};
const take = async (family: StatementFamily, entries: readonly StatementEntry[], setup: Partial<StatementSetup> = {}) => {
  // Statements of one day could be told for one another.
  clock.advance(24 * 3_600_000);
  const day = new Date(clock.now()).toISOString().slice(0, 10);
  const dated = entries.map((one) => ({ ...one, valueDate: day, bookedAt: clock.now() }));
  const bytes = await statementOf(family, dated, { id: `S-${++made}`, number, day, ...setup });
  await takeStatement(deps(), house.ctx, readStatement([bytes]));
  await matchNew(deps(), house.ctx);
};
const SENDER = { debtor: { name: 'Nordlys AS', account: 'NO9386011117947' }, debtorAgent: 'DNBANOKK' };
/** Money of somebody outside, and the break that it is. */
const stranger = async (units: bigint, change: Partial<StatementEntry> = {}): Promise<Uuid> => {
  await take('camt.053', [entry(units, `IN-${++made}`, { ...SENDER, ...change })]);
  return (await open())[0]!.id;
};
const open = async () => (await listBreaks(deps(), house.ctx, { state: 'open', custodyAccountId: account, limit: 500 })).items;
const one = (id: Uuid) => getBreak(deps(), house.ctx, { id });
const wanted = { code: 'AC01', reason: 'Nobody here knows the sender' };
const back = (id: Uuid, change: Partial<Parameters<typeof proposeBreakReturn>[2]> = {}, ctx: Ctx = house.ctx) =>
  proposeBreakReturn(deps(), ctx, { id, ...wanted, ...change });
/** The instruction that two people have made of a break. */
const returned = async (id: Uuid, change = {}): Promise<Uuid> => {
  await approve(house, back(id, change));
  return (await one(id)).instructionId!;
};
const instruction = (id: Uuid) => getInstruction(deps(), house.ctx, { id });
const second = (): Ctx => ({ ...house.ctx, actor: { ...house.ctx.actor, id: newId(), name: 'second@rialto.test' } });
const approving = (id: Uuid, deps_: SettlementDeps = deps(), ctx = second()) =>
  approveProposal(deps_, ctx, { id, comment: 'Seen' }, executorsOf(railSettings));

/** How the account and the euro stand; that both hold is demanded each time it is asked. */
async function figures() {
  const [euro] = (await getReserves(deps(), house.ctx)).items;
  const { ledger, inTransit, unmatched, closing, difference } = euro!.statements.find(
    ({ custodyAccountId }) => custodyAccountId === account,
  )!;
  expect(euro!.statements.every((each) => each.difference === 0n)).toBe(true);
  expect(euro!.outstanding + euro!.operator).toBe(euro!.custody);
  const { id } = await publishReserves(deps(), house.ctx);
  expect(verifyReserves(await getReserveFile(deps(), house.ctx, { id }))).toMatchObject({ ok: true, problems: [] });
  const free = (await currentEarnings(deps(), house.tenantId)).free.get('EUR/2')!;
  expect(free).toBe(euro!.operator - euro!.suspense);
  expect(await wrongInBooks(house)).toEqual([]);
  return { ledger, inTransit, unmatched, closing, difference, suspense: euro!.suspense, outstanding: euro!.outstanding };
}

describe('money that nobody here expected', () => {
  test('goes back to its sender, in custody and nobody’s own until the rail has paid, and confirmed by the statement that shows it', async () => {
    const before = await figures();
    const id = await stranger(600n, { uetr: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff' });
    expect(await figures()).toMatchObject({ ledger: 0n, closing: 600n, unmatched: 600n, suspense: 0n });
    const proposed = await back(id);
    expect(proposed.subject).toBe('Return 6.00 EUR to Nordlys AS, NO9386011117947 at DNBANOKK (AC01)');
    await approving(proposed.id);
    const { instructionId, ...resolved } = await one(id);
    expect(resolved).toMatchObject({ state: 'resolved', resolution: expect.stringMatching(/^Returned to Nordlys AS by ins_/) });
    expect(await figures()).toMatchObject({ ledger: 600n, unmatched: 0n, suspense: 600n, outstanding: before.outstanding });
    await round();
    expect(await figures()).toMatchObject({ ledger: 0n, inTransit: -600n, suspense: 0n });
    expect(JSON.parse(sent(instructionId!)[0]!.body)).toMatchObject({
      purpose: 'return',
      amount: '6.00',
      debtor: { account: number },
      creditor: { name: 'Nordlys AS', account: 'NO9386011117947', agent: 'DNBANOKK' },
      returnOf: { code: 'AC01', endToEndId: expect.stringMatching(/^IN-/), uetr: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff' },
    });
    expect(await instruction(instructionId!)).toMatchObject({ kind: 'return', state: 'accepted', breakId: id, returnCode: 'AC01' });
    await take('camt.053', [entry(-600n, nameOf(instructionId!))], { opening: 600n });
    expect([(await instruction(instructionId!)).state, await open()]).toEqual(['confirmed', []]);
    expect(await figures()).toMatchObject({ ledger: 0n, closing: 0n, inTransit: 0n, unmatched: 0n, suspense: 0n });
  });

  test.each([
    ['the reference of the payment that came in', { endToEndId: 'THEIRS-1' }, { endToEndId: 'THEIRS-1' }],
    ['its UETR', { uetr: '7f9619ff-8b86-4d01-b42d-00cf4fc964ff' }, { uetr: '7f9619ff-8b86-4d01-b42d-00cf4fc964ff', endToEndId: 'OTHER' }],
  ])('is confirmed by a line that names %s', async (_, came, went) => {
    const instructionId = await returned(await stranger(70n, came));
    await round();
    await take('camt.053', [entry(-70n, '', went)], { opening: 70n });
    expect([(await instruction(instructionId)).state, await open()]).toEqual(['confirmed', []]);
    expect(await figures()).toMatchObject({ difference: 0n, inTransit: 0n, suspense: 0n });
  });

  test('is told of a sender whom the statement does not name by people, and of one whom it names goes nowhere else', async () => {
    const unnamed = await stranger(10n, { debtor: undefined as never, debtorAgent: undefined as never });
    await expect(back(unnamed, { holder: 'Nordlys AS' })).rejects.toMatchObject({ code: 'settlement.return_receiver_unknown' });
    await expect(back(unnamed, { holder: 'Nordlys AS', number: 'NO1', agentBic: 'NOBICATALL' })).rejects.toMatchObject({
      code: 'settlement.bic_invalid',
    });
    const instructionId = await returned(unnamed, { holder: 'Nordlys AS', number: '4711', agentBic: 'DNBANOKKXXX' });
    expect((await instruction(instructionId)).creditor).toEqual({ name: 'Nordlys AS', number: '4711', agentBic: 'DNBANOKK' });
    await take('camt.053', [entry(20n, 'NAMED', SENDER)], { opening: 10n });
    const [named] = await open();
    for (const elsewhere of [{ number: 'NO5686011117948' }, { agentBic: 'NORDFIHH' }])
      await expect(back(named!.id, elsewhere)).rejects.toMatchObject({ code: 'settlement.return_elsewhere' });
    await expect(back(named!.id, { holder: 'Nordlys Aksjeselskap', agentBic: 'DNBANOKKXXX' })).resolves.toMatchObject({ state: 'open' });
  });

  test('is not returned under the name of an instruction of ours, though its sender has chosen that', async () => {
    const first = await returned(await stranger(12n));
    await take('camt.053', [entry(13n, nameOf(first), SENDER)], { opening: 12n });
    const again = await instruction(await returned((await open())[0]!.id));
    expect(again.reference).not.toContain(nameOf(first));
    await round();
    expect(sent(again.id)[0]!.body).not.toContain(nameOf(first));
  });

  test.each([
    ['a reason that there is not', { code: 'ZZZZ' }, 'settlement.return_reason_invalid'],
    ['NARR without words', { code: 'NARR' }, 'settlement.return_reason_invalid'],
  ])('is not returned for %s', async (_, change, code) => {
    await expect(back(await stranger(11n), change)).rejects.toMatchObject({ code });
  });

  test('is returned by nobody when it has left, when the custodian has reversed it, or when it is what balances come to', async () => {
    await take('camt.053', [entry(-5n, 'CHARGES')], { opening: 30n });
    for (const each of await open())
      await expect(back(each.id)).rejects.toMatchObject({
        code: each.units < 0n ? 'settlement.break_not_incoming' : 'settlement.break_not_returnable',
      });
  });
});

describe('two people', () => {
  test('are needed: who has proposed a return does not approve it, and another tenant finds neither break nor instruction', async () => {
    const id = await stranger(40n);
    const proposed = await back(id);
    await expect(approving(proposed.id, deps(), house.ctx)).rejects.toMatchObject({ code: 'settlement.second_person_required' });
    const outsider = { ...second(), tenantId: newId() };
    await expect(back(id, {}, outsider)).rejects.toMatchObject({ code: 'settlement.break_not_found' });
    await expect(approving(proposed.id, deps(), outsider)).rejects.toMatchObject({ code: 'settlement.proposal_not_found' });
    await approving(proposed.id);
    const { instructionId } = await one(id);
    await expect(cancelInstruction(deps(), outsider, { id: instructionId! })).rejects.toMatchObject({
      code: 'settlement.instruction_not_found',
    });
  });

  test('return an entry once: a second return and a minting of it find it resolved, proposed before or after', async () => {
    const id = await stranger(50n);
    const [first, again] = [await back(id), await back(id)];
    const minting = await proposeBreakFunding(deps(), house.ctx, { id, participantId: bank.id, reason: 'It is of that bank' });
    await approving(first.id);
    for (const late of [again, minting]) await expect(approving(late.id)).rejects.toMatchObject({ code: 'settlement.break_resolved' });
    await expect(back(id)).rejects.toMatchObject({ code: 'settlement.break_resolved' });
    const { instructionId } = await one(id);
    await round();
    expect([sent(instructionId!).length, await figures()]).toMatchObject([1, { ledger: 0n, suspense: 0n }]);
  });

  test('do one thing with it when all that was proposed is approved at once', async () => {
    const id = await stranger(52n);
    const minting = await proposeBreakFunding(deps(), house.ctx, { id, participantId: bank.id, reason: 'It is of that bank' });
    const proposed = [await back(id), await back(id), minting];
    const done = await Promise.allSettled(proposed.map((each) => approving(each.id)));
    expect(done.map(({ status: how }) => how).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(await figures()).toMatchObject({ ledger: 52n, unmatched: 0n });
  });

  test('find it resolved when somebody links it while they approve', async () => {
    // Where people mint by hand.
    await take('camt.054', [entry(55n, 'BY-TELEPHONE', SENDER)], { number: 'MAIN0001' });
    const { id } = (await listBreaks(deps(), house.ctx, { state: 'open', custodyAccountId: mainId, limit: 500 })).items[0]!;
    const minting = { id: bank.id, asset: 'EUR/2', units: 55n, reference: 'HAND-1', reason: 'By telephone' };
    await approve(house, proposeMint(deps(), house.ctx, minting));
    const [candidate] = (await one(id)).candidates;
    const proposed = await back(id);
    const stop = halt();
    const linking = linkBreak(stopping(deps(), { beforeCommit: stop.pass }).deps, house.ctx, { id, transferIds: [candidate!.transferId] });
    await stop.reached;
    const approved = approving(proposed.id).catch((error: unknown) => error);
    await untilBlocked(house.database, approved);
    stop.go();
    await linking;
    expect(await approved).toMatchObject({ code: 'settlement.break_resolved' });
    expect((await listInstructions(deps(), house.ctx, { limit: 1 })).items[0]?.breakId).not.toBe(id);
  });

  test('return nothing to whom a list names, by name or bank; an exception lets it go', async () => {
    const named = entry(60n, 'BY-NAME', { ...SENDER, debtor: { name: 'Blackgate Maritime Trading', account: 'NO9386011117947' } });
    await take('camt.053', [named, entry(61n, 'BY-BANK', { ...SENDER, debtorAgent: 'SABRRUMM' })]);
    const proposed = await Promise.all((await open()).map(({ id }) => back(id)));
    // Nor under another name than the statement has.
    proposed.push(await back((await open())[0]!.id, { holder: 'Nordlys AS' }));
    for (const { id } of proposed) await expect(approving(id)).rejects.toMatchObject({ code: 'settlement.payee_listed' });
    expect(await figures()).toMatchObject({ ledger: 0n, unmatched: 121n, suspense: 0n });
    const grant = { name: 'Blackgate Maritime Trading', listId: 'house', entryId: '1', reason: 'Another company of that name' };
    await grantScreeningException(deps(), house.ctx, { ...grant, days: 5 });
    await expect(approving(proposed[1]!.id)).rejects.toMatchObject({ code: 'settlement.payee_listed' });
    await approving(proposed[0]!.id);
    expect((await open()).map(({ units }) => units)).toEqual([61n]);
  });
});

describe('a return that is not paid', () => {
  test('since its rail refuses it: the money is unexplained again, the break open with the reason, and it can be returned anew', async () => {
    const id = await stranger(80n);
    const first = await returned(id);
    status = 'refused';
    await round();
    expect((await instruction(first)).state).toBe('refused');
    expect(await figures()).toMatchObject({ ledger: 0n, closing: 80n, inTransit: 0n, unmatched: 80n, suspense: 0n });
    const again = await one(id);
    expect(again).toMatchObject({ state: 'open', entry: { state: 'break' } });
    expect(again.resolution).toBeUndefined();
    expect(again.notes.at(-1)).toMatchObject({ text: expect.stringContaining('refused (AC04 Account closed)') });
    status = 'accepted';
    clock.advance(60_000);
    const anew = await returned(id);
    expect(anew).not.toBe(first);
    await round();
    await take('camt.053', [entry(-80n, (await instruction(anew)).reference)], { opening: 80n });
    expect([(await instruction(anew)).state, sent(first, anew).length]).toEqual(['confirmed', 2]);
    expect(await figures()).toMatchObject({ closing: 0n, inTransit: 0n, unmatched: 0n });
  });

  test('since it was cancelled before it left: nothing is sent, and what came is minted after all', async () => {
    const id = await stranger(90n);
    const instructionId = await returned(id);
    await cancelInstruction(deps(), house.ctx, { id: instructionId });
    await round();
    expect([sent(instructionId), (await one(id)).state, (await instruction(instructionId)).state]).toEqual([[], 'open', 'cancelled']);
    const { outstanding } = await figures();
    await approve(house, proposeBreakFunding(deps(), house.ctx, { id, participantId: bank.id, reason: 'It is of that bank' }));
    expect(await figures()).toMatchObject({ ledger: 90n, unmatched: 0n, suspense: 0n, outstanding: outstanding + 90n });
    await round();
    await expect(cancelInstruction(deps(), house.ctx, { id: instructionId })).rejects.toMatchObject({
      code: 'settlement.instruction_sent',
    });
  });

  test('though it was notified only, and no statement has shown it for days: the break of what is missing closes, the other opens', async () => {
    await take('camt.054', [entry(95n, 'TOLD-ONLY', SENDER)]);
    const [told] = await open();
    const instructionId = await returned(told!.id);
    clock.advance(5 * 24 * 3_600_000);
    await take('camt.053', [], { opening: 0n });
    const [missing] = await open();
    expect(missing!.kind).toBe('missing');
    // Nor is it written off as what never came while it may still leave.
    const opened = { kind: 'equity', asset: 'EUR/2', name: 'Differences' };
    const { id: accountId } = await callerOf(house.ledger.routes).output(openAccount, house.ctx, opened as never);
    const off = await proposeWriteOff(deps(), house.ctx, { id: missing!.id, accountId, reason: 'It never came' });
    await expect(approving(off.id)).rejects.toMatchObject({ code: 'settlement.break_returning' });
    await cancelInstruction(deps(), house.ctx, { id: instructionId });
    expect((await open()).map(({ kind, id }) => [kind, id])).toEqual([['entry', told!.id]]);
    expect(await figures()).toMatchObject({ ledger: 0n, suspense: 0n, unmatched: 95n, inTransit: 95n });
  });
});

describe('a return of which the rail has said nothing clear', () => {
  const lost = () => run(() => ({ kind: 'none', why: 'ECONNRESET' }));

  test('is asked for and not sent again, stands on suspense meanwhile, cannot be cancelled, and is settled by the statement', async () => {
    const id = await stranger(100n, { uetr: '8f9619ff-8b86-4d01-b42d-00cf4fc964ff' });
    const instructionId = await returned(id);
    await round(lost());
    clock.advance(3_600_000);
    await round(lost());
    expect([(await instruction(instructionId)).state, sent(instructionId).length, calls.length > 1]).toEqual(['unknown', 1, true]);
    expect(await figures()).toMatchObject({ ledger: 100n, suspense: 100n, unmatched: 0n });
    await expect(cancelInstruction(deps(), house.ctx, { id: instructionId })).rejects.toMatchObject({
      code: 'settlement.instruction_sent',
    });
    await take('camt.053', [entry(-100n, 'BANKS-OWN', { uetr: '8f9619ff-8b86-4d01-b42d-00cf4fc964ff' })], { opening: 100n });
    expect((await instruction(instructionId)).state).toBe('confirmed');
    expect(await figures()).toMatchObject({ ledger: 0n, closing: 0n, suspense: 0n });
  });

  test('is decided by two people, too, whose word opens the break again', async () => {
    const id = await stranger(110n);
    const instructionId = await returned(id);
    await round(lost());
    await approve(
      house,
      proposeInstructionOutcome(deps(), house.ctx, { id: instructionId, outcome: 'refused', reason: 'The bank says so by letter' }),
    );
    expect([(await one(id)).state, await figures()]).toMatchObject(['open', { ledger: 0n, unmatched: 110n, suspense: 0n }]);
  });

  test('since the process died before it was sent, or while it was, is sent once', async () => {
    const id = await stranger(120n);
    const instructionId = await returned(id);
    const dying = run(() => {
      throw new Error('killed');
    });
    await expect(round(dying)).rejects.toThrow('killed');
    expect((await instruction(instructionId)).state).toBe('sending');
    await round();
    expect([(await instruction(instructionId)).state, sent(instructionId).length]).toEqual(['accepted', 1]);
  });

  test('goes out while every participant is suspended: it is of none', async () => {
    const instructionId = await returned(await stranger(130n));
    await setParticipantState(deps(), house.ctx, { id: bank.id, state: 'suspended' });
    await round();
    expect((await instruction(instructionId)).state).toBe('accepted');
    await setParticipantState(deps(), house.ctx, { id: bank.id, state: 'active' });
  });
});

test('a return is held when a list comes to name its sender as the statement does, whatever name people have given for it', async () => {
  const NOW = 'id,name,bic\n1,Blackgate Maritime Trading,\n2,Nobody Of That Name,SABRRUMM\n';
  const list = async (rows: string) => {
    clock.advance(1_000);
    await loadScreeningList(deps(), house.ctx, { id: 'house', allowSmaller: 'true' }, { document: Buffer.from(`${NOW}${rows}`) });
    await rescreenJob(deps(), { settledDays: 0 }).run(new AbortController().signal);
  };
  const change = { debtor: { name: 'Nordlys Trading', account: 'NO9386011117947' } };
  const id = await returned(await stranger(700n, change), { holder: 'Nordlys Shipping' });
  await list('3,Nordlys Trading,\n');
  await round();
  expect([sent(id), (await instruction(id)).state]).toEqual([[], 'held']);
  await list('');
});
