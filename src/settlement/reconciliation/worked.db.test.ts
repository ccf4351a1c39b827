import { beforeEach, describe, expect, test } from 'vitest';
import { approve, railSettings } from '../../../test/support/custody.ts';
import { DAY, fundingOf, ledgerFindings, openToldAccount } from '../../../test/support/told-account.ts';
import { LATER, NEXT, toldScene } from '../../../test/support/told-scene.ts';
import { newId, type Uuid } from '../../base/id.ts';
import { addDays, manualClock } from '../../base/time.ts';
import { approveProposal } from '../custody/decide-proposal.ts';
import { executorsOf } from '../custody/executors.ts';
import { proposeMint } from '../custody/propose.ts';
import { getParticipant } from '../participant/read-participants.ts';
import { linkBreakPart } from './link-part.ts';
import { assignBreak, commentBreak, getBreak, linkBreak, listBreaks, proposeWriteOff } from './work-breaks.ts';
import { proposeBreakReversal } from './work-missing.ts';

const clock = manualClock(Date.parse('2026-11-20T10:00:00Z'));
const scene = toldScene(clock);
const { wait, held, breakOf } = scene;
let [house, account, charges]: [typeof scene.house, typeof scene.account, Uuid] = [] as never;
const deps = () => scene.deps;
beforeEach(async () => {
  ({ house, account } = scene);
  charges = await scene.charges();
});

const funding = (change: Parameters<typeof fundingOf>[1] = {}) => fundingOf(scene.bank, change);
const sum = () => funding({ units: 30_000n });
const ofBank = async () => (await getParticipant(deps(), house.ctx, scene.bank)).accounts[0]!.available;
/** The movement that a break may be shown beside. */
const candidate = async (id: Uuid) => (await getBreak(deps(), house.ctx, { id })).candidates[0]!;
const resolution = async (id: Uuid) => (await getBreak(deps(), house.ctx, { id })).resolution;

/** The ledger and what is told come to the same to the cent, and nothing is left to explain. */
async function expectWhole(closing: bigint): Promise<void> {
  expect(await account.figures()).toMatchObject({ difference: 0n, ledger: closing, closing, inTransit: 0n, unmatched: 0n });
  expect(await account.open()).toEqual([]);
  expect(await ledgerFindings(house)).toEqual([]);
}

test('a sum that was notified is shown by its parts, on several statements, one by one', async () => {
  const before = await ofBank();
  await account.take('camt.054', { entries: [sum()] });
  await account.take('camt.053', { opening: 0n, entries: [funding(), funding()] });
  await account.take('camt.053', { day: NEXT, opening: 20_000n, entries: [funding({ day: NEXT })] });
  await wait(30_000n);
  const open = await account.open();
  expect(open.map(({ units, kind }) => [kind, units])).toContainEqual(['missing', -30_000n]);
  const parts = open.filter(({ kind }) => kind === 'entry');
  expect(parts.map(({ units }) => units)).toEqual([10_000n, 10_000n, 10_000n]);
  await assignBreak(deps(), house.ctx, { id: parts[0]!.id, assignee: 'desk@rialto.test' });
  await commentBreak(deps(), house.ctx, { id: parts[0]!.id, text: 'Seen with the custodian' });
  for (const [i, { id }] of parts.entries()) {
    const { transferId, units } = await candidate(id);
    expect(units).toBe(30_000n - BigInt(i) * 10_000n);
    expect((await linkBreakPart(deps(), house.ctx, { id, transferId })).state).toBe('resolved');
    expect((await account.figures()).difference).toBe(0n);
  }
  await expectWhole(30_000n);
  expect(await resolution(parts[0]!.id)).toMatch(/^A part of .*, says /);
  expect([await account.minted(), (await ofBank()) - before]).toEqual([30_000n, 30_000n]);
  // Told once more, and once again by a statement that is sent anew, nothing comes of it.
  await account.take('camt.054', { entries: [sum()] });
  await account.take('camt.053', { id: 'AGAIN', opening: 0n, entries: [funding(), funding()] });
  expect([await account.minted(), (await account.figures()).difference, await account.openUnits()]).toEqual([30_000n, 0n, []]);
});

test('of a sum of which only a part comes, the rest is written off by two people, to a named account, and stays closed', async () => {
  await account.take('camt.054', { entries: [sum()] });
  await account.take('camt.053', { opening: 0n, entries: [funding()] });
  await wait(10_000n);
  const [part, missing] = [await breakOf(10_000n), await breakOf(30_000n)];
  const early = proposeWriteOff(deps(), house.ctx, { id: missing.id, accountId: charges, reason: 'It never came' });
  await early;
  await linkBreakPart(deps(), house.ctx, { id: part.id, transferId: (await candidate(part.id)).transferId });
  expect(await account.openUnits()).toEqual([-20_000n]);
  // What was proposed for the whole is not booked for the rest.
  await expect(approve(house, early)).rejects.toMatchObject({ code: 'settlement.break_changed' });
  await approve(house, proposeWriteOff(deps(), house.ctx, { id: missing.id, accountId: charges, reason: 'The rest never came' }));
  await expectWhole(10_000n);
  expect(await held(charges)).toBe(-20_000n);
  expect(await resolution(missing.id)).toMatch(/written off to acc_.* by .* and second@rialto.test/);
  await account.take('camt.053', { day: addDays(LATER, 5), opening: 10_000n, entries: [] });
  expect(await account.open()).toEqual([]);
});

test('what was notified and never came is taken back from the participant for whom it was made', async () => {
  const before = await ofBank();
  await account.take('camt.054', { entries: [funding({ reference: 'N-1' })] });
  await wait(0n);
  const missing = await breakOf(10_000n);
  expect(missing.kind).toBe('missing');
  await approve(house, proposeBreakReversal(deps(), house.ctx, { id: missing.id, reason: 'Notified by mistake' }));
  await expectWhole(0n);
  expect(await ofBank()).toBe(before);
  expect(await resolution(missing.id)).toMatch(/booked back with AAAAFIHH by/);
});

test('what comes after all when it was written off is not made a second time: people decide on it', async () => {
  await account.take('camt.054', { entries: [funding({ reference: 'N-2' })] });
  await wait(0n);
  await approve(
    house,
    proposeWriteOff(deps(), house.ctx, { id: (await breakOf(10_000n)).id, accountId: charges, reason: 'It never came' }),
  );
  await account.take('camt.053', { day: addDays(LATER, 1), opening: 0n, entries: [funding({ reference: 'N-2', day: addDays(DAY, 9) })] });
  expect([await account.minted(), (await account.figures()).difference]).toEqual([10_000n, 0n]);
  const late = await breakOf(10_000n);
  await approve(house, proposeWriteOff(deps(), house.ctx, { id: late.id, accountId: charges, reason: 'It came late' }));
  await expectWhole(10_000n);
  expect(await held(charges)).toBe(0n);
});

describe('of a movement that people have made', () => {
  const minted = async (units: bigint) =>
    approve(
      house,
      proposeMint(deps(), house.ctx, {
        id: scene.bank.id,
        asset: 'EUR/2',
        units,
        reference: `HAND ${newId().slice(-6)}`,
        reason: 'By telephone',
      }),
    );

  test('parts are linked with it, what is more than the rest is refused, and so is what goes the other way', async () => {
    const other = await openToldAccount(house, clock);
    const own = (
      await house.database.admin<{ id: Uuid }>('select ledger_account_id as id from settlement.custody_account where id = $1', [
        account.account,
      ])
    )[0]!.id;
    await minted(30_000n);
    // The mint goes to the first custody account of the currency; its movement is what counts here.
    await house.database.admin(
      `update settlement.custody_movement set ledger_account_id = $1 where kind = 'approved_mint' and units = 30000 and entry_id is null`,
      [own],
    );
    expect(other.account).not.toBe(account.account);
    const stranger = (change: object) => ({ units: 20_000n, day: DAY, reference: newId(), ...change });
    await account.take('camt.053', { opening: 0n, entries: [stranger({}), stranger({ units: 15_000n }), stranger({ units: -100n })] });
    const [first, second, charge] = [await breakOf(20_000n), await breakOf(15_000n), await breakOf(-100n)];
    const { transferId } = await candidate(first.id);
    await linkBreakPart(deps(), house.ctx, { id: first.id, transferId });
    await expect(linkBreakPart(deps(), house.ctx, { id: second.id, transferId })).rejects.toMatchObject({
      code: 'settlement.part_too_large',
    });
    await expect(linkBreakPart(deps(), house.ctx, { id: charge.id, transferId })).rejects.toMatchObject({
      code: 'settlement.part_too_large',
    });
    await expect(linkBreakPart(deps(), house.ctx, { id: second.id, transferId: newId() })).rejects.toMatchObject({
      code: 'settlement.movement_not_open',
    });
    await expect(linkBreak(deps(), house.ctx, { id: second.id, transferIds: [transferId] })).rejects.toMatchObject({
      code: 'settlement.link_does_not_add_up',
    });
  });
});

const writeOff = ({ id }: { id: Uuid }) =>
  approve(house, proposeWriteOff(deps(), house.ctx, { id, accountId: charges, reason: 'Nobody knows of it' }));

test('every kind of break that is open has something that a person can do about it', async () => {
  await account.take('camt.054', { entries: [funding({ reference: 'N-9' })] });
  await account.take('camt.053', { day: NEXT, sequence: 2, opening: 500n, entries: [{ units: -70n, day: NEXT }] });
  await account.take('camt.053', { day: LATER, sequence: 3, opening: 430n, entries: [] });
  const rows = await account.open();
  const came = rows.filter(({ kind, units }) => kind === 'entry' && units > 0n);
  const [last, ...gone] = rows.filter((row) => !came.includes(row));
  for (const row of gone) await writeOff(row);
  // What went is more than the ledger has there, before what came is booked.
  await expect(writeOff(last!)).rejects.toMatchObject({ code: 'settlement.custody_short' });
  for (const row of [...came, last!]) await writeOff(row);
  await expectWhole(430n);
  const { items } = await listBreaks(deps(), house.ctx, { state: 'resolved', custodyAccountId: account.account, limit: 500 });
  expect(items.every((row) => row.resolution !== undefined)).toBe(true);
});

test('whoever proposed does not approve, and what is said by the custodian is not booked back', async () => {
  await account.take('camt.053', { opening: 0n, entries: [{ units: -70n, day: DAY }] });
  const { id } = await breakOf(-70n);
  await expect(proposeBreakReversal(deps(), house.ctx, { id, reason: 'Not theirs' })).rejects.toMatchObject({
    code: 'settlement.break_not_missing',
  });
  const proposal = await proposeWriteOff(deps(), house.ctx, { id, accountId: charges, reason: 'A charge of the bank' });
  await expect(approveProposal(deps(), house.ctx, { id: proposal.id, comment: 'Mine' }, executorsOf(railSettings))).rejects.toMatchObject({
    code: 'settlement.second_person_required',
  });
});
