import { beforeEach, describe, expect, test } from 'vitest';
import { halt, stopping, untilBlocked } from '../../../test/support/at-once.ts';
import { approve, openRail, railSettings, setPayoutAccount } from '../../../test/support/custody.ts';
import { DAY, fundingOf } from '../../../test/support/told-account.ts';
import { LATER, toldScene } from '../../../test/support/told-scene.ts';
import { newId, type Uuid } from '../../base/id.ts';
import { addDays, manualClock } from '../../base/time.ts';
import { approveProposal } from '../custody/decide-proposal.ts';
import { executorsOf } from '../custody/executors.ts';
import { proposeMint } from '../custody/propose.ts';
import type { SettlementDeps } from '../deps.ts';
import { nameOf } from '../rail/instruction.ts';
import { requestPayout } from '../rail/request.ts';
import { linkBreakPart } from './link-part.ts';
import { matchNew } from './match-entries.ts';
import { readStatement } from './read-statement.ts';
import { takeStatement } from './take-statement.ts';
import { getBreak, proposeWriteOff } from './work-breaks.ts';

const START = Date.parse('2026-11-20T10:00:00Z');
const clock = manualClock(START);
const scene = toldScene(clock, { houses: 'each' });

/** Tokens that people have made, of which statements have shown nothing yet. */
const minted = (units: bigint, reference: string) =>
  approve(
    scene.house,
    proposeMint(scene.deps, scene.house.ctx, { id: scene.bank.id, asset: 'EUR/2', units, reference, reason: 'By telephone' }),
  );
const stranger = (units: bigint, endToEndId = `E2E-${newId().slice(-8)}`) => ({ units, day: DAY, endToEndId });

describe('of a movement of which a person links a part while the matcher links the whole', () => {
  let [id, transferId]: Uuid[] = [];
  beforeEach(async () => {
    await minted(30_000n, 'HAND-1');
    await scene.account.take('camt.053', { opening: 0n, entries: [stranger(10_000n)] });
    id = (await scene.breakOf(10_000n)).id;
    transferId = (await getBreak(scene.deps, scene.house.ctx, { id })).candidates[0]!.transferId;
    // Taken, and not matched yet: what would show all of it.
    await scene.account.takeOnly(
      scene.account.document('camt.053', { day: addDays(DAY, 1), opening: 10_000n, entries: [stranger(30_000n, 'HAND-1')] }),
    );
  });
  const linkPart = (deps: SettlementDeps) => linkBreakPart(deps, scene.house.ctx, { id: id!, transferId: transferId! });
  const shown = async () => {
    const rows = await scene.house.database.admin<{ shown: bigint; whole: boolean }>(
      `select shown, entry_id is not null as whole from settlement.custody_movement where transfer_id = $1`,
      [transferId],
    );
    return rows[0]!;
  };

  test('no more is shown than has moved, when the person is first', async () => {
    const stop = halt();
    const person = linkPart(stopping(scene.deps, { beforeCommit: stop.pass }).deps);
    await stop.reached;
    const matching = matchNew(scene.deps, scene.house.ctx);
    await untilBlocked(scene.house.database, matching);
    stop.go();
    await Promise.all([person, matching]);
    expect(await shown()).toEqual({ shown: 10_000n, whole: false });
    expect(await scene.account.figures()).toMatchObject({ difference: 0n, inTransit: 20_000n, unmatched: 30_000n });
    expect(await scene.account.openUnits()).toEqual([30_000n]);
  });

  test('no more is shown than has moved, when the matcher has read it before', async () => {
    const { directory } = scene.deps;
    let person: Promise<unknown> = Promise.resolve();
    const reading: SettlementDeps = {
      ...scene.deps,
      directory: {
        ...directory,
        async of(...args) {
          person = linkPart(scene.deps).catch((error: unknown) => error);
          await untilBlocked(scene.house.database, person);
          return directory.of(...args);
        },
      },
    };
    await matchNew(reading, scene.house.ctx);
    expect(await person).toMatchObject({ code: 'settlement.movement_not_open' });
    expect(await shown()).toEqual({ shown: 0n, whole: true });
    expect(await scene.account.figures()).toMatchObject({ difference: 0n, inTransit: 0n, unmatched: 10_000n });
  });
});

const approving = (deps: SettlementDeps, id: Uuid) => {
  const { ctx } = scene.house;
  const second = { ...ctx, actor: { ...ctx.actor, id: newId(), name: 'second@rialto.test' } };
  return approveProposal(deps, second, { id, comment: 'Seen' }, executorsOf(railSettings));
};

test('a line that a statement shows while its write-off is approved is not written off, though nothing is matched yet', async () => {
  clock.set(START);
  const told = fundingOf(scene.bank, { reference: 'N-1' });
  await scene.account.take('camt.054', { entries: [told] });
  await scene.wait(0n);
  const missing = await scene.breakOf(10_000n);
  const accountId = await scene.charges();
  const wanted = { id: missing.id, accountId, reason: 'It never came' };
  const { id } = await proposeWriteOff(scene.deps, scene.house.ctx, wanted);
  const day = addDays(LATER, 1);
  const shows = scene.account.document('camt.053', { day, opening: 0n, entries: [{ ...told, day }] });
  const stop = halt();
  const taking = takeStatement(stopping(scene.deps, { beforeCommit: stop.pass }).deps, scene.house.ctx, readStatement([shows]));
  await stop.reached;
  const approved = approving(scene.deps, id).catch((error: unknown) => error);
  await untilBlocked(scene.house.database, approved);
  stop.go();
  await taking;
  expect(await approved).toMatchObject({ code: 'settlement.break_resolved' });
  // The break is open until the next matching closes it; the line says that it is shown.
  expect(await scene.account.openUnits()).toEqual([-10_000n]);
  await expect(approving(scene.deps, id)).rejects.toMatchObject({ code: 'settlement.break_resolved' });
  await matchNew(scene.deps, scene.house.ctx);
  expect([await scene.account.open(), await scene.held(accountId)]).toEqual([[], 0n]);
  expect(await scene.account.figures()).toMatchObject({ closing: 10_000n, ledger: 10_000n, difference: 0n });
});

describe('a write-off that is approved while a statement shows the movement and settles a payout', () => {
  let proposalId: Uuid;
  beforeEach(async () => {
    clock.set(START);
    const { house, deps, bank, account } = scene;
    await openRail(house, 'rail');
    await setPayoutAccount(house, bank.id);
    await account.take('camt.053', { opening: 0n, entries: [fundingOf(bank)] });
    await minted(30_000n, 'HAND-1');
    const { id } = await requestPayout(deps, house.ctx, { id: bank.id, asset: 'EUR/2', units: 700n, reference: 'OUT-1' });
    await house.database.admin(`update settlement.instruction set state = 'unknown', attempts = 1 where id = $1`, [id]);
    await scene.wait(10_000n);
    const missing = await scene.breakOf(30_000n);
    const accountId = await scene.charges();
    proposalId = (await proposeWriteOff(deps, house.ctx, { id: missing.id, accountId, reason: 'It never came' })).id;
    const entries = [stranger(30_000n, 'HAND-1'), stranger(-700n, nameOf(id))].map((entry) => ({ ...entry, day: addDays(LATER, 1) }));
    await account.takeOnly(account.document('camt.053', { day: addDays(LATER, 1), opening: 10_000n, entries }));
  });

  test('waits for nobody who waits for it, when it was first', async () => {
    const stop = halt();
    const [person, matcher] = [stopping(scene.deps, { beforeBook: stop.pass }), stopping(scene.deps, {})];
    const approved = approving(person.deps, proposalId);
    await stop.reached;
    const matching = matchNew(matcher.deps, scene.house.ctx);
    await untilBlocked(scene.house.database, matching);
    stop.go();
    await Promise.all([approved, matching]);
    expect([person.runs(), matcher.runs()]).toEqual([1, 1]);
    expect(await scene.account.openUnits()).toEqual([30_000n]);
    expect(await scene.account.figures()).toMatchObject({ difference: 0n, inTransit: 0n, unmatched: 30_000n });
  });

  test('waits for nobody who waits for it, when the statement was first', async () => {
    const stop = halt();
    const [person, matcher] = [stopping(scene.deps, {}), stopping(scene.deps, { beforeBook: stop.pass })];
    const matching = matchNew(matcher.deps, scene.house.ctx);
    await stop.reached;
    const approved = approving(person.deps, proposalId).catch((error: unknown) => error);
    await untilBlocked(scene.house.database, approved);
    stop.go();
    await matching;
    expect(await approved).toMatchObject({ code: 'settlement.break_resolved' });
    expect([person.runs(), matcher.runs()]).toEqual([1, 1]);
    expect(await scene.account.openUnits()).toEqual([]);
    expect(await scene.account.figures()).toMatchObject({ difference: 0n, inTransit: 0n, unmatched: 0n });
  });
});
