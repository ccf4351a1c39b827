import { beforeEach, describe, expect, test } from 'vitest';
import { approve, openRail, setPayoutAccount } from '../../../test/support/custody.ts';
import { DAY, fundingOf, openToldAccount, type ToldAccount } from '../../../test/support/told-account.ts';
import { LATER, toldScene } from '../../../test/support/told-scene.ts';
import { newId, type Uuid } from '../../base/id.ts';
import { addDays, manualClock } from '../../base/time.ts';
import { proposeMint } from '../custody/propose.ts';
import { nameOf } from '../rail/instruction.ts';
import { proposeInstructionOutcome } from '../rail/manage-rails.ts';
import { getInstruction } from '../rail/read-instructions.ts';
import { requestPayout, requestSweep } from '../rail/request.ts';
import { linkBreakPart } from './link-part.ts';
import { getBreak, linkBreak, proposeWriteOff } from './work-breaks.ts';

const START = Date.parse('2026-11-20T10:00:00Z');
const clock = manualClock(START);
const scene = toldScene(clock, { houses: 'each' });
const FUNDS = 100_000n;

beforeEach(async () => {
  clock.set(START);
  await openRail(scene.house, 'rail');
  await setPayoutAccount(scene.house, scene.bank.id);
  await scene.account.take('camt.053', { opening: 0n, entries: [fundingOf(scene.bank, { units: FUNDS })] });
});

/** Brings it about that the rail has paid. */
async function paid(id: Uuid): Promise<Uuid> {
  const { house, deps } = scene;
  await house.database.admin(`update settlement.instruction set state = 'unknown', attempts = 1 where id = $1`, [id]);
  await approve(house, proposeInstructionOutcome(deps, house.ctx, { id, outcome: 'accepted', reason: 'By the word of the bank' }));
  return id;
}
const payout = async (units: bigint) =>
  paid((await requestPayout(scene.deps, scene.house.ctx, { id: scene.bank.id, asset: 'EUR/2', units, reference: 'OUT-1' })).id);
const stateOf = async (id: Uuid) => (await getInstruction(scene.deps, scene.house.ctx, { id })).state;
const movementOf = async (id: Uuid) => {
  const rows = await scene.house.database.admin<{ id: Uuid }>(
    'select transfer_id as id from settlement.custody_movement where instruction_id = $1',
    [id],
  );
  return rows[0]!.id;
};
/** Entries that name nothing which is known. */
const strangers = (...units: bigint[]) =>
  units.map((one) => ({ units: one, day: addDays(DAY, 1), endToEndId: `E2E-${newId().slice(-8)}` }));
const said = async (...units: bigint[]): Promise<Uuid[]> => {
  await scene.account.take('camt.053', { day: addDays(DAY, 1), opening: FUNDS, entries: strangers(...units) });
  return Promise.all(units.map(async (one) => (await scene.breakOf(one)).id));
};
const part = (id: Uuid, transferId: Uuid) => linkBreakPart(scene.deps, scene.house.ctx, { id, transferId });
const link = (id: Uuid, ...transferIds: Uuid[]) => linkBreak(scene.deps, scene.house.ctx, { id, transferIds });

describe('a payout that a person finds on a statement', () => {
  test('is confirmed when the parts that statements show make the whole, and not before', async () => {
    const id = await payout(30_000n);
    const transferId = await movementOf(id);
    const [first, second, third] = (await said(-5_000n, -10_000n, -15_000n)) as [Uuid, Uuid, Uuid];
    await part(first, transferId);
    await part(second, transferId);
    expect(await stateOf(id)).toBe('accepted');
    await part(third, transferId);
    expect(await getInstruction(scene.deps, scene.house.ctx, { id })).toMatchObject({
      state: 'confirmed',
      moves: expect.arrayContaining([expect.objectContaining({ toState: 'confirmed', detail: 'a statement shows it' })]),
    });
    expect(await scene.account.figures()).toMatchObject({ difference: 0n, inTransit: 0n, unmatched: 0n });
  });

  test('is confirmed when one entry shows it whole, together with another', async () => {
    const [one, other] = [await payout(10_000n), await payout(20_000n)];
    const [both] = (await said(-30_000n)) as [Uuid];
    await link(both, await movementOf(one), await movementOf(other));
    expect([await stateOf(one), await stateOf(other)]).toEqual(['confirmed', 'confirmed']);
    expect(await scene.account.figures()).toMatchObject({ difference: 0n, inTransit: 0n, unmatched: 0n });
  });

  test('is confirmed when an entry shows the rest of it', async () => {
    const id = await payout(30_000n);
    const transferId = await movementOf(id);
    const [first, rest] = (await said(-10_000n, -20_000n)) as [Uuid, Uuid];
    await part(first, transferId);
    await expect(link(first, transferId)).rejects.toMatchObject({ code: 'settlement.break_resolved' });
    expect(await stateOf(id)).toBe('accepted');
    expect((await link(rest, transferId)).state).toBe('resolved');
    expect([await stateOf(id), await scene.account.open()]).toEqual(['confirmed', []]);
    expect(await scene.account.figures()).toMatchObject({ difference: 0n, inTransit: 0n, unmatched: 0n });
  });

  test('is not confirmed by a write-off of what no statement shows of it', async () => {
    const id = await payout(30_000n);
    const [first] = (await said(-10_000n)) as [Uuid];
    await part(first, await movementOf(id));
    await scene.wait(FUNDS - 10_000n);
    const accountId = await scene.charges();
    const { id: rest } = await scene.breakOf(-20_000n);
    await approve(scene.house, proposeWriteOff(scene.deps, scene.house.ctx, { id: rest, accountId, reason: 'It never went' }));
    expect([await stateOf(id), await scene.account.open()]).toEqual(['accepted', []]);
  });
});

test('what people have brought to an end is linked with nothing more, and nothing beside it is linked then', async () => {
  const minted = (units: bigint, reference: string) =>
    approve(
      scene.house,
      proposeMint(scene.deps, scene.house.ctx, { id: scene.bank.id, asset: 'EUR/2', units, reference, reason: 'By telephone' }),
    );
  await minted(10_000n, 'HAND-1');
  await scene.wait(FUNDS);
  const { id: missing } = await scene.breakOf(10_000n);
  const accountId = await scene.charges();
  await approve(scene.house, proposeWriteOff(scene.deps, scene.house.ctx, { id: missing, accountId, reason: 'It never came' }));
  await minted(20_000n, 'HAND-2');
  const entries = strangers(20_000n).map((entry) => ({ ...entry, day: addDays(LATER, 1) }));
  await scene.account.take('camt.053', { day: addDays(LATER, 1), opening: FUNDS, entries });
  const { id } = (await scene.account.open()).find(({ kind }) => kind === 'entry')!;
  const [open] = (await getBreak(scene.deps, scene.house.ctx, { id })).candidates;
  const rows = await scene.house.database.admin<{ id: Uuid }>(
    `select transfer_id as id from settlement.custody_movement where reference = 'HAND-1'`,
  );
  await expect(link(id, rows[0]!.id, open!.transferId)).rejects.toMatchObject({ code: 'settlement.movement_not_open' });
  expect(await scene.account.figures()).toMatchObject({ difference: 0n, inTransit: 20_000n, unmatched: 20_000n });
  await link(id, open!.transferId);
  expect(await scene.account.figures()).toMatchObject({ difference: 0n, inTransit: 0n, unmatched: 0n });
});

describe('of a sweep that neither account has shown', () => {
  let [other, id]: [ToldAccount, Uuid] = [undefined, undefined] as never;
  const openOf = async (account: ToldAccount) => (await account.open()).map(({ kind, units }) => [kind, units]);
  beforeEach(async () => {
    other = await openToldAccount(scene.house, clock);
    const [fromId, toId] = [scene.account.account, other.account];
    id = await paid((await requestSweep(scene.deps, scene.house.ctx, { fromId, toId, units: 30_000n, reference: 'SWEEP-1' })).id);
    await scene.wait(FUNDS);
    await other.take('camt.053', { day: LATER, opening: 0n, entries: [] });
  });
  const say = (...entries: { units: bigint; endToEndId: string }[]) =>
    scene.account.take('camt.053', {
      day: addDays(LATER, 1),
      opening: FUNDS,
      entries: entries.map((entry) => ({ ...entry, day: addDays(LATER, 1) })),
    });

  test('what the one account shows closes its own break, and leaves that of the other open', async () => {
    expect([await openOf(scene.account), await openOf(other)]).toEqual([[['missing', 30_000n]], [['missing', -30_000n]]]);
    await say({ units: -30_000n, endToEndId: nameOf(id) });
    expect([await openOf(scene.account), await openOf(other)]).toEqual([[], [['missing', -30_000n]]]);
  });

  test('what people link with the one side in parts makes less of its own break, and of the other nothing', async () => {
    await say(...strangers(-10_000n, -20_000n));
    const transferId = await movementOf(id);
    await part((await scene.breakOf(-10_000n)).id, transferId);
    const missing = (await scene.account.open()).find(({ kind }) => kind === 'missing');
    expect([missing!.units, await openOf(other)]).toEqual([20_000n, [['missing', -30_000n]]]);
    const rest = (await scene.account.open()).find(({ kind }) => kind === 'entry');
    await part(rest!.id, transferId);
    expect([await openOf(scene.account), await openOf(other)]).toEqual([[], [['missing', -30_000n]]]);
  });
});
