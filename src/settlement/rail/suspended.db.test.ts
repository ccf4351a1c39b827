import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { approve, openCustodyAccount, openRail, setPayoutAccount } from '../../../test/support/custody.ts';
import { admitBanks, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { newId, toWireId, type Uuid } from '../../base/id.ts';
import { manualClock } from '../../base/time.ts';
import type { ProposalRow } from '../custody/proposal.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import { getParticipant } from '../participant/read-participants.ts';
import { setParticipantState } from '../participant/set-participant-state.ts';
import type { RailReply } from './adapter.ts';
import { approveHeldInstruction, proposeHeldInstruction } from './decide-held.ts';
import { lockInstruction } from './instruction-store.ts';
import { moveInstruction } from './move-instruction.ts';
import { allRails } from './rail-store.ts';
import { cancelInstruction, getInstruction, listInstructions } from './read-instructions.ts';
import { requestPayout } from './request.ts';
import { runRail, takeOver, type RunDeps } from './run-rail.ts';

const clock = manualClock(Date.parse('2026-11-20T10:00:00Z'));
let house: TestHouse;
let bank: Bank;
let sent: string[] = [];
let answer = 'accepted';
const deps = () => house.settlement.deps;
const run = (before: () => Promise<unknown> = async () => undefined): RunDeps => ({
  ...deps(),
  transport: {
    async call(_tenant, _rail, call): Promise<RailReply> {
      if (call.kind !== 'http') throw new Error('a rail over HTTP calls by HTTP');
      const { method, idempotencyKey: id } = call;
      if (method === 'POST') sent.push(id);
      await before();
      return { kind: 'http', status: 200, body: JSON.stringify({ id, status: answer }) };
    },
    documents: async () => [],
    putAway: async (_tenant, _rail, name) => name,
    close: async () => undefined,
  },
  takeStatement: async () => undefined as never,
});

beforeAll(async () => {
  house = await createTestHouse({ clock });
  [bank] = (await admitBanks(house, ['AAAAFIHH'], { 'EUR/2': 100_000n })) as [Bank];
  await openCustodyAccount(house);
  await openRail(house, 'http-rail');
  await setPayoutAccount(house, bank.id);
});
beforeEach(async () => {
  [sent, answer] = [[], 'accepted'];
  clock.advance(24 * 3_600_000);
  await set('active');
});
afterAll(() => house.close());

const round = async (deps_ = run()) => {
  const [rail] = await deps().db.read({ tenantId: house.tenantId }, (tx) => allRails(tx, house.tenantId));
  await runRail(deps_, await takeOver(deps_, house.tenantId, rail!), new AbortController().signal);
};
const set = (state: 'active' | 'suspended', reason?: string) =>
  setParticipantState(deps(), house.ctx, { id: bank.id, state, ...(reason !== undefined && { reason }) });
const payout = () => requestPayout(deps(), house.ctx, { id: bank.id, asset: 'EUR/2', units: 1_000n, reference: 'OUT-1' });
const one = (id: Uuid, ctx = house.ctx) => getInstruction(deps(), ctx, { id });
const euros = async () => (await getParticipant(deps(), house.ctx, bank)).accounts[0]!.available;
const decide = (id: Uuid, decision: 'release' | 'refuse') =>
  approve(house, proposeHeldInstruction(deps(), house.ctx, { id, decision, reason: 'The administrator agrees' }));
/** Until one transaction waits for another. */
const somebodyWaits = () =>
  vi.waitFor(async () => {
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    expect(await house.database.admin(waiting)).toHaveLength(1);
  }, 20_000);
/** Suspends the participant while a transaction has done its work and has not committed. */
async function suspendDuring(work: (tx: Tx) => Promise<unknown>): Promise<void> {
  const [done, commit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const committed = deps().db.write(house.ctx, async (tx) => {
    await work(tx);
    done.resolve();
    await commit.promise;
  });
  await done.promise;
  const suspended = set('suspended');
  await Promise.race([suspended, somebodyWaits()]);
  commit.resolve();
  await Promise.all([committed, suspended]);
}

describe('a payout that waits while its participant is suspended', () => {
  test('is held with the reason, listed, and its money with it; letting the participant in again sends nothing by itself', async () => {
    const before = await euros();
    const { id } = await payout();
    await set('suspended', 'Moratorium by the supervisor');
    expect(await one(id)).toMatchObject({ state: 'held', reason: 'The participant is suspended.' });
    expect((await one(id)).moves.at(-1)!.detail).toContain('Moratorium by the supervisor');
    expect(JSON.stringify((({ moves, reason }) => [moves, reason])(await one(id, house.memberCtx(bank.id))))).not.toContain('Moratorium');
    expect((await listInstructions(deps(), house.ctx, { state: 'held' })).items.map((row) => row.id)).toEqual([id]);
    await round();
    await set('active');
    clock.advance(3_600_000);
    await round();
    expect([sent, (await one(id)).state, await euros()]).toEqual([[], 'held', before - 1_000n]);
    await decide(id, 'release');
    await round();
    expect([sent.length, (await one(id)).state, await euros()]).toEqual([1, 'accepted', before - 1_000n]);
  });

  test('goes out while it still is, when two people let it go; suspended anew it is held again', async () => {
    const [first, second] = [await payout(), await payout()];
    await set('suspended');
    await decide(first.id, 'release');
    await round();
    expect([(await one(first.id)).state, (await one(second.id)).state]).toEqual(['accepted', 'held']);
    await decide(second.id, 'release');
    await set('suspended');
    await round();
    expect((await one(second.id)).state).toBe('held');
    await decide(second.id, 'refuse');
  });

  test('is given back to the account of the participant when two people refuse it', async () => {
    const before = await euros();
    const { id } = await payout();
    await set('suspended');
    await decide(id, 'refuse');
    expect([(await one(id)).state, await euros()]).toEqual(['cancelled', before]);
    await expect(decide(id, 'release')).rejects.toMatchObject({ code: 'settlement.instruction_not_held' });
  });

  test('is cancelled by nobody alone, and let go by nobody alone', async () => {
    const { id } = await payout();
    await set('suspended');
    await expect(cancelInstruction(deps(), house.memberCtx(bank.id), { id })).rejects.toMatchObject({
      code: 'settlement.instruction_held',
    });
    await proposeHeldInstruction(deps(), house.ctx, { id, decision: 'release', reason: 'By myself' });
    await round();
    expect(sent).toEqual([]);
    await decide(id, 'refuse');
  });

  test('that two people have let go is not cancelled by the bank, until it takes part again', async () => {
    const { id } = await payout();
    await set('suspended');
    await decide(id, 'release');
    const cancel = () => cancelInstruction(deps(), house.memberCtx(bank.id), { id });
    await expect(cancel()).rejects.toMatchObject({ code: 'settlement.instruction_held' });
    await set('active');
    await expect(cancelInstruction(deps(), house.memberCtx(newId()), { id })).rejects.toMatchObject({
      code: 'settlement.instruction_not_found',
    });
    expect(await cancel()).toMatchObject({ state: 'cancelled' });
  });

  test('is held again when its participant is suspended anew while it is being let go', async () => {
    const { id } = await payout();
    await set('suspended');
    await set('active');
    const data = { instructionId: toWireId('ins', id), decision: 'release' };
    const proposal = { data, proposedBy: 'one', proposedAt: clock.now(), reason: 'The administrator agrees' } as unknown as ProposalRow;
    await suspendDuring((tx) => approveHeldInstruction(deps(), { tx, ctx: house.ctx, proposal, at: clock.now() }));
    await round();
    expect([sent, (await one(id)).state]).toEqual([[], 'held']);
    await decide(id, 'refuse');
  });

  test('is not let go by what was proposed before its participant was suspended anew', async () => {
    const { id } = await payout();
    await set('suspended', 'Moratorium');
    const proposed = proposeHeldInstruction(deps(), house.ctx, { id, decision: 'release', reason: 'The moratorium is over' });
    await proposed;
    await set('active');
    clock.advance(3_600_000);
    await set('suspended', 'A list names it');
    await expect(approve(house, proposed)).rejects.toMatchObject({ code: 'settlement.instruction_changed' });
    await round();
    expect([sent, (await one(id)).state]).toEqual([[], 'held']);
    expect((await one(id)).moves.at(-1)).toMatchObject({
      fromState: 'held',
      toState: 'held',
      detail: expect.stringContaining('A list names it'),
    });
    await decide(id, 'release');
    await round();
    expect((await one(id)).state).toBe('accepted');
  });

  test('is held by the rail too, when it was asked for at the moment of the suspension', async () => {
    const { id } = await payout();
    // As when another process suspended it, and wrote down what waited before this one was there.
    await house.database.admin(`update settlement.participant set state = 'suspended' where id = $1`, [bank.id]);
    await round();
    expect([sent, (await one(id)).state]).toEqual([[], 'held']);
    await decide(id, 'refuse');
  });
});

test('what was handed to the rail before runs its course', async () => {
  answer = 'pending';
  const { id } = await payout();
  await round(run(() => set('suspended')));
  expect([sent.length, (await one(id)).state]).toEqual([1, 'unknown']);
  answer = 'accepted';
  clock.advance(3_600_000);
  await round();
  expect((await one(id)).state).toBe('accepted');
});

test('what the rail says that it never had is held instead of sent again, and cannot be refused, since it may still arrive', async () => {
  answer = 'pending';
  const { id } = await payout();
  await round(run(() => set('suspended')));
  answer = 'absent';
  clock.advance(3_600_000);
  await round();
  clock.advance(3_600_000);
  await round();
  expect([sent.length, (await one(id)).state]).toEqual([1, 'held']);
  await expect(decide(id, 'refuse')).rejects.toMatchObject({ code: 'settlement.instruction_sent' });
  answer = 'accepted';
  await decide(id, 'release');
  await round();
  expect([sent.length, (await one(id)).state]).toEqual([2, 'accepted']);
});

test('what was let go, and a rail may have, is held again when its participant is suspended anew and the rail never had it', async () => {
  answer = 'pending';
  const { id } = await payout();
  await set('suspended');
  await decide(id, 'release');
  await round();
  expect([sent.length, (await one(id)).state]).toEqual([1, 'unknown']);
  await set('active');
  await set('suspended');
  answer = 'absent';
  for (let hours = 0; hours < 3; hours++) {
    clock.advance(3_600_000);
    await round();
  }
  expect([sent.length, (await one(id)).state]).toEqual([1, 'held']);
});

test('what was let go is held again, too, when its participant is suspended anew while the rail says that it never had it', async () => {
  answer = 'pending';
  const { id } = await payout();
  await set('suspended');
  await decide(id, 'release');
  await round();
  await set('active');
  await suspendDuring(async (tx) => {
    const row = (await lockInstruction(tx, house.tenantId, id))!;
    const note = { at: clock.now(), detail: 'never had it', nextAt: clock.now() };
    await moveInstruction(deps(), tx, house.tenantId, { row, move: 'absent', note });
  });
  await round();
  expect([sent.length, (await one(id)).state]).toEqual([1, 'held']);
});
