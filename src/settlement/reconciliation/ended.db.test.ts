import { beforeEach, expect, test } from 'vitest';
import { approve } from '../../../test/support/custody.ts';
import { fundingOf, ledgerFindings, rf } from '../../../test/support/told-account.ts';
import { LATER, toldScene } from '../../../test/support/told-scene.ts';
import type { Uuid } from '../../base/id.ts';
import { addDays, manualClock } from '../../base/time.ts';
import { announceFunding } from '../custody/funding.ts';
import { proposeMint } from '../custody/propose.ts';
import { getParticipant } from '../participant/read-participants.ts';
import { linkBreakPart } from './link-part.ts';
import { getBreak, proposeBreakFunding, proposeWriteOff } from './work-breaks.ts';
import { proposeBreakReversal } from './work-missing.ts';

const START = Date.parse('2026-11-20T10:00:00Z');
const clock = manualClock(START);
const scene = toldScene(clock, { houses: 'each' });
const AFTER = addDays(LATER, 1);
beforeEach(() => clock.set(START));

const minted = (reference: string, units = 10_000n) =>
  approve(
    scene.house,
    proposeMint(scene.deps, scene.house.ctx, { id: scene.bank.id, asset: 'EUR/2', units, reference, reason: 'By telephone' }),
  );
const writeOff = (id: Uuid, accountId: Uuid) =>
  approve(scene.house, proposeWriteOff(scene.deps, scene.house.ctx, { id, accountId, reason: 'It never came' }));
const bookBack = (id: Uuid) => approve(scene.house, proposeBreakReversal(scene.deps, scene.house.ctx, { id, reason: 'Made by mistake' }));
const fund = (id: Uuid) =>
  approve(scene.house, proposeBreakFunding(scene.deps, scene.house.ctx, { id, participantId: scene.bank.id, reason: 'It is theirs' }));
const ofBank = async () => (await getParticipant(scene.deps, scene.house.ctx, scene.bank)).accounts[0]!.available;
const come = (family: 'camt.053' | 'camt.054', creditorReference: string, change: object = {}) =>
  scene.account.take(family, {
    day: AFTER,
    ...(family === 'camt.053' && { opening: 0n }),
    entries: [fundingOf(scene.bank, { creditorReference, day: AFTER, reference: 'LATE-1' })],
    ...change,
  });

test.each(['camt.053', 'camt.054'] as const)(
  'tokens that people made and wrote off are not made again by their money, which a %s tells after all',
  async (family) => {
    const reference = rf(scene.bank);
    // As people write it.
    await minted(reference.replace(/(.{4})/g, '$1 ').trim());
    await scene.wait(0n);
    const charges = await scene.charges();
    await writeOff((await scene.breakOf(10_000n)).id, charges);
    await come(family, reference);
    expect([await ofBank(), await scene.account.minted()]).toEqual([10_000n, 0n]);
    const late = await scene.breakOf(10_000n);
    expect(await getBreak(scene.deps, scene.house.ctx, { id: late.id })).toMatchObject({
      explanation: expect.stringContaining('was written off or booked back'),
    });
    // Told again by a statement it is the same; the next of its amount is another payment.
    await come('camt.053', reference);
    expect([await scene.account.openUnits(), await scene.account.minted()]).toEqual([[10_000n], 0n]);
    await writeOff(late.id, charges);
    expect([await scene.held(charges), (await scene.account.figures()).difference]).toEqual([0n, 0n]);
    const day = addDays(AFTER, 1);
    await come('camt.053', reference, { day, opening: 10_000n, entries: [fundingOf(scene.bank, { day, reference: 'NEXT-1' })] });
    expect([await ofBank(), await scene.account.minted(), await scene.account.open()]).toEqual([20_000n, 10_000n, []]);
    expect(await scene.account.figures()).toMatchObject({ closing: 20_000n, ledger: 20_000n, difference: 0n });
    expect(await ledgerFindings(scene.house)).toEqual([]);
  },
);

test('what was announced, made by people and booked back is funded by people when it comes', async () => {
  const announced = { id: scene.bank.id, asset: 'EUR/2', units: 10_000n, expectedOn: '2026-11-20' };
  const { reference } = await announceFunding(scene.deps, scene.house.ctx, announced);
  await minted(reference);
  await scene.wait(0n);
  await bookBack((await scene.breakOf(10_000n)).id);
  expect(await ofBank()).toBe(0n);
  await come('camt.053', reference);
  expect(await ofBank()).toBe(0n);
  await fund((await scene.breakOf(10_000n)).id);
  expect([await ofBank(), await scene.account.open()]).toEqual([10_000n, []]);
  expect(await scene.account.figures()).toMatchObject({ closing: 10_000n, ledger: 10_000n, difference: 0n });
});

test('what was notified and written off is not made again by an entry of other marks, weeks later', async () => {
  await scene.account.take('camt.054', { entries: [fundingOf(scene.bank, { reference: 'N-1' })] });
  await scene.wait(0n);
  await writeOff((await scene.breakOf(10_000n)).id, await scene.charges());
  const day = addDays(AFTER, 14);
  await come('camt.053', rf(scene.bank), { day, entries: [fundingOf(scene.bank, { day, reference: 'S-1' })] });
  expect([await scene.account.minted(), await scene.account.openUnits()]).toEqual([10_000n, [10_000n]]);
});

test('what was notified, written off and told by a statement after all holds back nothing of its amount that comes later', async () => {
  await scene.account.take('camt.054', { entries: [fundingOf(scene.bank, { reference: 'N-1' })] });
  await scene.wait(0n);
  const charges = await scene.charges();
  await writeOff((await scene.breakOf(10_000n)).id, charges);
  await come('camt.053', rf(scene.bank), { entries: [fundingOf(scene.bank, { reference: 'N-1', day: AFTER })] });
  await writeOff((await scene.breakOf(10_000n)).id, charges);
  const day = addDays(AFTER, 12);
  await come('camt.053', rf(scene.bank), { day, opening: 10_000n, entries: [fundingOf(scene.bank, { day, reference: 'S-2' })] });
  expect([await scene.account.minted(), await scene.account.open(), await scene.held(charges)]).toEqual([20_000n, [], 0n]);
  expect(await scene.account.figures()).toMatchObject({ closing: 20_000n, ledger: 20_000n, difference: 0n });
});

test('what was shown in part is known by the rest that was written off', async () => {
  const reference = rf(scene.bank);
  await minted(reference, 30_000n);
  await scene.account.take('camt.053', { opening: 0n, entries: [{ units: 20_000n, day: '2026-11-20', endToEndId: 'PART-1' }] });
  const { id } = await scene.breakOf(20_000n);
  const { transferId } = (await getBreak(scene.deps, scene.house.ctx, { id })).candidates[0]!;
  await linkBreakPart(scene.deps, scene.house.ctx, { id, transferId });
  await scene.wait(20_000n);
  await writeOff((await scene.breakOf(10_000n)).id, await scene.charges());
  await come('camt.053', reference, { opening: 20_000n });
  expect([await scene.account.minted(), await scene.account.openUnits()]).toEqual([0n, [10_000n]]);
});
