import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { approve, openCustodyAccount, openRail, setPayoutAccount } from '../../../test/support/custody.ts';
import { admitBanks, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { listedBanks } from '../../../test/support/listed-banks.ts';
import type { Uuid } from '../../base/id.ts';
import { manualClock } from '../../base/time.ts';
import { confirmCase, decideCase } from '../compliance/decide-case.ts';
import { createCaseOpener } from '../compliance/open-cases.ts';
import { getCase, listCases } from '../compliance/read-cases.ts';
import { getParticipant } from '../participant/read-participants.ts';
import { setParticipantState } from '../participant/set-participant-state.ts';
import { grantScreeningException } from '../screening/manage-exceptions.ts';
import { listRescreeningFindings } from '../screening/rescreening/read-rescreenings.ts';
import type { RailReply } from './adapter.ts';
import { proposeHeldInstruction } from './decide-held.ts';
import { findInstruction, lockInstruction } from './instruction-store.ts';
import { moveInstruction } from './move-instruction.ts';
import { allRails } from './rail-store.ts';
import { cancelInstruction, getInstruction, listInstructions } from './read-instructions.ts';
import { requestPayout, requestSweep } from './request.ts';
import { runRail, takeOver, type RunDeps } from './run-rail.ts';

/** Lists that change while money waits for its rail. */

const NOBODY = '1,Somebody Else';
const HOLDER = '2,The bank itself';
const clock = manualClock(Date.parse('2026-11-20T10:00:00Z'));
let house: TestHouse;
let bank: Bank;
let custody: Uuid;
let sent: string[] = [];
let answer = 'accepted';
const deps = () => house.settlement.deps;
const { another, load, screenAgain } = listedBanks(() => house, clock);

const transport: RunDeps['transport'] = {
  async call(_tenant, _rail, call): Promise<RailReply> {
    if (call.kind !== 'http') throw new Error('a rail over HTTP calls by HTTP');
    const { method, idempotencyKey: id } = call;
    if (method === 'POST') sent.push(id);
    return { kind: 'http', status: 200, body: JSON.stringify({ id, status: answer }) };
  },
  documents: async () => [],
  putAway: async (_tenant, _rail, name) => name,
  close: async () => undefined,
};
const run = (change: Partial<RunDeps> = {}): RunDeps => ({
  ...deps(),
  transport,
  takeStatement: async () => undefined as never,
  ...change,
});

beforeAll(async () => {
  house = await createTestHouse({ clock });
  [bank] = (await admitBanks(house, ['AAAAFIHH'], { 'EUR/2': 100_000n })) as [Bank];
  custody = await openCustodyAccount(house);
  await openRail(house, 'http-rail');
  await setPayoutAccount(house, bank.id);
});
beforeEach(async () => {
  [sent, answer] = [[], 'accepted'];
  clock.advance(24 * 3_600_000);
  await setParticipantState(deps(), house.ctx, { id: bank.id, state: 'active' });
  await changed(NOBODY);
});
afterAll(() => house.close());

/** Puts a list in force, and has screening again come to its end. */
async function changed(...lines: string[]): Promise<void> {
  await load(...lines);
  await screenAgain();
}
const round = async (of = run()) => {
  const [rail] = await deps().db.read({ tenantId: house.tenantId }, (tx) => allRails(tx, house.tenantId));
  await runRail(of, await takeOver(of, house.tenantId, rail!), new AbortController().signal);
};
const payout = () => requestPayout(deps(), house.ctx, { id: bank.id, asset: 'EUR/2', units: 1_000n, reference: 'OUT-1' });
const one = (id: Uuid, ctx = house.ctx) => getInstruction(deps(), ctx, { id });
const stateOf = async (id: Uuid) => (await one(id)).state;
const euros = async () => (await getParticipant(deps(), house.ctx, bank)).accounts[0]!.available;
const suspend = () => setParticipantState(deps(), house.ctx, { id: bank.id, state: 'suspended' });
async function casesOf(id: Uuid) {
  for (let i = 0; i < 2; i++) await createCaseOpener(deps())(house.tenantId);
  return (await listCases(deps(), house.ctx, { kind: 'instruction', sort: 'newest', limit: 500 })).items.filter(
    ({ instructionId }) => instructionId === id,
  );
}
async function propose(id: Uuid, decision: 'release' | 'reject') {
  clock.advance(1_000);
  const [open] = await casesOf(id);
  return await decideCase(deps(), house.ctx, { id: open!.id, decision, comment: 'Another one of that name' });
}
const confirm = (id: Uuid, ctx = another()) => confirmCase(deps(), ctx, { id, answer: 'approve', comment: 'Seen' });
const decide = async (id: Uuid, decision: 'release' | 'reject') => confirm((await propose(id, decision)).id);
const findings = async (id: Uuid) =>
  (await listRescreeningFindings(deps(), house.ctx, { kind: 'instruction', limit: 500 })).items.filter(
    ({ instructionId }) => instructionId === id,
  );

describe('a payout that waits for its rail while a list comes to name whom it is paid to', () => {
  test('is held with its money and has a case; the bank is not told of the list', async () => {
    const before = await euros();
    const { id } = await payout();
    await changed(NOBODY, HOLDER);
    await round();
    expect([sent, await euros()]).toEqual([[], before - 1_000n]);
    expect((await one(id)).moves.at(-1)).toMatchObject({
      toState: 'held',
      detail: expect.stringContaining('The bank itself (2 of house)'),
    });
    const told = await one(id, house.memberCtx(bank.id));
    expect(told).toMatchObject({ state: 'held', reason: 'Held for compliance review.' });
    expect(told.moves).toEqual([]);
    const [open] = await casesOf(id);
    expect(open).toMatchObject({ title: 'The bank itself', state: 'open', asset: 'EUR/2', units: 1_000n });
    const inLists = async (ctx = house.ctx) => (await listInstructions(deps(), ctx, { state: 'held' })).items.find((row) => row.id === id);
    expect([(await one(id)).caseId, (await inLists())?.caseId]).toEqual([open!.id, open!.id]);
    expect(await inLists(house.memberCtx(bank.id))).toBeDefined();
    for (const shown of [told, await inLists(house.memberCtx(bank.id))]) expect(shown).not.toHaveProperty('caseId');
    expect(await findings(id)).toMatchObject([{ change: 'new', entryId: '2', name: 'The bank itself' }]);
    await decide(id, 'reject');
  });

  test('goes when two people release it in its case, and is held for the same entry once', async () => {
    const { id } = await payout();
    await changed(NOBODY, HOLDER);
    const [open] = await casesOf(id);
    expect((await getCase(deps(), house.ctx, { id: open!.id })).needsTwo).toBe(true);
    expect(await propose(id, 'release')).toMatchObject({ state: 'proposed' });
    await expect(confirm(open!.id, house.ctx)).rejects.toMatchObject({ code: 'settlement.four_eyes_needed' });
    await round();
    expect([sent, await stateOf(id)]).toEqual([[], 'held']);
    expect(await confirm(open!.id)).toMatchObject({ state: 'closed', outcome: 'released' });
    await changed(NOBODY, HOLDER, '3,A Third One');
    expect([await stateOf(id), (await casesOf(id)).length]).toEqual(['waiting', 1]);
    await round();
    expect([sent.length, await stateOf(id)]).toEqual([1, 'accepted']);
  });

  test('gives its money back when two people reject it', async () => {
    const before = await euros();
    const { id } = await payout();
    await changed(NOBODY, HOLDER);
    expect(await decide(id, 'reject')).toMatchObject({ state: 'closed', outcome: 'rejected' });
    expect([await stateOf(id), await euros()]).toEqual(['cancelled', before]);
    expect(await one(id)).not.toHaveProperty('caseId');
    const { reason } = await one(id, house.memberCtx(bank.id));
    expect(reason).toBe('Rejected after compliance review.');
  });

  test('is decided on in its case alone: neither the bank cancels it nor the desk of custody lets it go', async () => {
    const { id } = await payout();
    await changed(NOBODY, HOLDER);
    await expect(cancelInstruction(deps(), house.memberCtx(bank.id), { id })).rejects.toMatchObject({
      code: 'settlement.instruction_held',
    });
    for (const decision of ['release', 'refuse'] as const) {
      const proposed = proposeHeldInstruction(deps(), house.ctx, { id, decision, reason: 'The administrator agrees' });
      await expect(proposed).rejects.toMatchObject({ code: 'settlement.instruction_in_case' });
    }
    await decide(id, 'reject');
  });

  test('is held by its bank, too, and by another entry after it was released', async () => {
    const { id } = await payout();
    await changed(NOBODY, '5,Nobody Of That Name,,,NORDFIHH');
    await decide(id, 'release');
    await changed(NOBODY, '5,Nobody Of That Name,,,NORDFIHH', HOLDER);
    expect(await stateOf(id)).toBe('held');
    expect((await casesOf(id)).map(({ state }) => state)).toEqual(['open', 'closed']);
    await decide(id, 'reject');
  });

  test('is held again when the list says something else of the entry, in a case that names the one before', async () => {
    const { id } = await payout();
    await changed(NOBODY, HOLDER);
    const { number } = await decide(id, 'release');
    await changed(NOBODY, `${HOLDER},Another Alias`);
    expect(await stateOf(id)).toBe('held');
    const [again] = await casesOf(id);
    const { links, steps } = await getCase(deps(), house.ctx, { id: again!.id });
    expect(links).toMatchObject([{ kind: 'case', label: `Case ${number}` }]);
    expect(steps.some(({ text }) => text.includes(`released in case ${number}`))).toBe(true);
    await decide(id, 'reject');
  });

  test('is let go by nothing that was proposed before another entry named somebody', async () => {
    const { id } = await payout();
    await changed(NOBODY, HOLDER);
    const proposed = await propose(id, 'release');
    await changed(NOBODY, HOLDER, '5,Nobody Of That Name,,,NORDFIHH');
    await expect(confirm(proposed.id)).rejects.toMatchObject({ code: 'settlement.instruction_changed' });
    expect([await stateOf(id), (await casesOf(id)).length]).toEqual(['held', 1]);
    const { steps } = await getCase(deps(), house.ctx, { id: proposed.id });
    expect(steps.filter(({ step }) => step === 'found')).toHaveLength(2);
    await confirmCase(deps(), another(), { id: proposed.id, answer: 'decline', comment: 'There is more' });
    await decide(id, 'reject');
  });

  test('tells its case when the match is gone, and goes by the decision of people all the same', async () => {
    const { id } = await payout();
    await changed(NOBODY, HOLDER);
    await casesOf(id);
    await changed(NOBODY);
    expect(await stateOf(id)).toBe('held');
    const [open] = await casesOf(id);
    const { steps } = await getCase(deps(), house.ctx, { id: open!.id });
    expect(steps.map(({ text }) => text)).toContainEqual(expect.stringContaining('The match is gone'));
    await decide(id, 'release');
    expect(await stateOf(id)).toBe('waiting');
    await round();
  });

  test('is not held for a match that an exception sets aside', async () => {
    await changed(NOBODY, HOLDER);
    const grant = { name: 'The bank itself', listId: 'house', entryId: '2', reason: 'Another one of that name', days: 5 };
    await grantScreeningException(deps(), house.ctx, grant);
    const { id } = await payout();
    await changed(NOBODY, HOLDER, '3,A Third One');
    expect(await stateOf(id)).toBe('waiting');
    await round();
    expect(await stateOf(id)).toBe('accepted');
    clock.advance(6 * 24 * 3_600_000);
  });
});

describe('a payout whose participant is suspended and whose payee is listed', () => {
  test('stays held for its suspension when its case releases it', async () => {
    const { id } = await payout();
    await suspend();
    await changed(NOBODY, HOLDER);
    await decide(id, 'release');
    expect(await one(id)).toMatchObject({ state: 'held', reason: 'The participant is suspended.' });
    await approve(house, proposeHeldInstruction(deps(), house.ctx, { id, decision: 'release', reason: 'The administrator agrees' }));
    await round();
    expect([sent.length, await stateOf(id)]).toEqual([1, 'accepted']);
  });

  test('stays held for it, too, when it was suspended behind the list and let in again', async () => {
    const { id } = await payout();
    await changed(NOBODY, HOLDER);
    await suspend();
    await setParticipantState(deps(), house.ctx, { id: bank.id, state: 'active' });
    await decide(id, 'release');
    expect(await stateOf(id)).toBe('held');
    await approve(house, proposeHeldInstruction(deps(), house.ctx, { id, decision: 'refuse', reason: 'The bank asks for it' }));
    expect(await stateOf(id)).toBe('cancelled');
  });
});

describe('between the change of a list and the hand-over', () => {
  test('a rail is handed nothing that the lists in force were not asked about', async () => {
    const { id } = await payout();
    await load(NOBODY, '3,A Third One');
    await round();
    expect([sent, await stateOf(id)]).toEqual([[], 'waiting']);
    await screenAgain();
    await round();
    expect([sent.length, await stateOf(id)]).toEqual([1, 'accepted']);
  });

  test('nothing leaves when the list changes after the rail has begun to look at it', async () => {
    const { id } = await payout();
    let isLoaded = false;
    const db: RunDeps['db'] = {
      ...deps().db,
      async read(of, work) {
        const found = await deps().db.read(of, work);
        // Behind the look at what is due, before the transaction that writes down that it leaves.
        if (!isLoaded && Array.isArray(found) && found.some((row: { id?: Uuid }) => row.id === id)) {
          isLoaded = true;
          await load(NOBODY, HOLDER);
        }
        return found;
      },
    };
    await round(run({ db }));
    expect([isLoaded, sent, await stateOf(id)]).toEqual([true, [], 'waiting']);
    await screenAgain();
    expect(await stateOf(id)).toBe('held');
    await decide(id, 'reject');
  });

  test('a list that changes within the hand-over waits for it, and finds nothing that could be held', async () => {
    const { id } = await payout();
    let loaded: Promise<unknown> | undefined;
    const isWaiting = () =>
      house.database.admin(
        `select from pg_locks where not granted and locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
      );
    const db: RunDeps['db'] = {
      ...deps().db,
      write: (of, work) =>
        deps().db.write(of, async (tx) => {
          const done = await work(tx);
          if (loaded || (await findInstruction(tx, house.tenantId, id))?.state !== 'sending') return done;
          loaded = load(NOBODY, HOLDER);
          await vi.waitFor(async () => expect(await isWaiting()).toHaveLength(1), { timeout: 20_000 });
          return done;
        }),
    };
    await round(run({ db }));
    await loaded;
    await screenAgain();
    expect([sent.length, await stateOf(id), await casesOf(id)]).toEqual([1, 'accepted', []]);
  });

  test('what a rail has been handed runs its course; what it never had is screened before it is sent again', async () => {
    answer = 'pending';
    const { id } = await payout();
    await round();
    expect([sent.length, await stateOf(id)]).toEqual([1, 'unknown']);
    await changed(NOBODY, HOLDER);
    expect([await stateOf(id), await casesOf(id)]).toEqual(['unknown', []]);
    answer = 'absent';
    clock.advance(3_600_000);
    await round();
    clock.advance(3_600_000);
    await round();
    expect([sent.length, await stateOf(id)]).toEqual([1, 'waiting']);
    await screenAgain();
    expect(await stateOf(id)).toBe('held');
    const proposed = await propose(id, 'reject');
    await expect(confirm(proposed.id)).rejects.toMatchObject({ code: 'settlement.instruction_sent' });
    await confirmCase(deps(), another(), { id: proposed.id, answer: 'decline', comment: 'It may still arrive' });
    answer = 'accepted';
    await decide(id, 'release');
    await round();
    expect([sent.length, await stateOf(id)]).toEqual([2, 'accepted']);
  });

  test('what a list holds and its rail turns out to have paid needs nobody any more: its case is closed', async () => {
    answer = 'pending';
    const { id } = await payout();
    await round();
    answer = 'absent';
    clock.advance(3_600_000);
    await round();
    await changed(NOBODY, HOLDER);
    expect(await casesOf(id)).toMatchObject([{ state: 'open' }]);
    await deps().db.write(house.ctx, async (tx) => {
      const row = (await lockInstruction(tx, house.tenantId, id))!;
      const note = { at: clock.now(), detail: 'a statement shows it' };
      await moveInstruction(deps(), tx, house.tenantId, { row, move: 'accept', note });
    });
    expect(await stateOf(id)).toBe('accepted');
    expect(await casesOf(id)).toMatchObject([{ state: 'closed', outcome: 'released', closedBy: 'Rialto' }]);
  });
});

test('a sweep between custody accounts of the operator waits for no list', async () => {
  const other = await openCustodyAccount(house, { number: 'DE02120300000000202051' });
  const { id } = await requestSweep(deps(), house.ctx, { fromId: custody, toId: other, units: 10n, reference: 'SWEEP-1' });
  await changed(NOBODY, HOLDER);
  await round();
  expect((await listInstructions(deps(), house.ctx, { state: 'accepted' })).items.some((row) => row.id === id)).toBe(true);
});
