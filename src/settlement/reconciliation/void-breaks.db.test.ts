import { beforeEach, expect, test } from 'vitest';
import { railSettings } from '../../../test/support/custody.ts';
import { fundingOf, type ToldAccount } from '../../../test/support/told-account.ts';
import { NEXT, toldScene } from '../../../test/support/told-scene.ts';
import { newId, type Uuid } from '../../base/id.ts';
import { manualClock } from '../../base/time.ts';
import { approveProposal } from '../custody/decide-proposal.ts';
import { executorsOf } from '../custody/executors.ts';
import { matchNew } from './match-entries.ts';
import { linkBreak, proposeBreakFunding } from './work-breaks.ts';

const scene = toldScene(manualClock(Date.parse('2026-11-20T10:00:00Z')));
let [house, account]: [typeof scene.house, ToldAccount] = [] as never;
const deps = () => scene.deps;
beforeEach(() => {
  ({ house, account } = scene);
});

const propose = (id: Uuid) =>
  proposeBreakFunding(deps(), house.ctx, { id, participantId: scene.bank.id, reason: 'The bank says it is theirs' });
const approve = (id: Uuid) => {
  const second = { ...house.ctx, actor: { ...house.ctx.actor, id: newId(), name: 'second@rialto.test' } };
  return approveProposal(deps(), second, { id, comment: 'Seen' }, executorsOf(railSettings));
};
const late = () => account.document('camt.053', { id: 'LATE', sequence: 1, opening: 0n, entries: [fundingOf(scene.bank)] });

test('a gap that a late statement has closed is funded by no proposal of before, though nothing is matched yet', async () => {
  await account.take('camt.053', { day: NEXT, sequence: 2, opening: 10_000n, entries: [] });
  const [gap] = await account.open();
  const proposal = await propose(gap!.id);
  await account.takeOnly(late());
  // The break is closed together with its entry, so that nobody sees it as open.
  expect(await account.open()).toEqual([]);
  await expect(approve(proposal.id)).rejects.toMatchObject({ code: 'settlement.break_resolved' });
  await matchNew(deps(), house.ctx);
  expect([await account.minted(), await account.open(), await account.figures()]).toMatchObject([10_000n, [], { difference: 0n }]);
});

test('what a statement did not come to is funded by nobody once another tells all of it', async () => {
  // Notified with less than was booked: the balance of the statement holds the rest.
  await account.take('camt.054', { entries: [fundingOf(scene.bank, { reference: 'R-1' })] });
  await house.database.admin(`update settlement.statement_entry set units = 9000 where custody_account_id = $1`, [account.account]);
  await account.take('camt.053', { opening: 0n, at: '12:00:00', entries: [fundingOf(scene.bank, { reference: 'R-1' })] });
  const [sum] = await account.open();
  const proposal = await propose(sum!.id);
  const more = fundingOf(scene.bank, { units: 500n, reference: 'R-2' });
  await account.takeOnly(
    account.document('camt.053', { opening: 0n, at: '18:00:00', entries: [fundingOf(scene.bank, { reference: 'R-1' }), more] }),
  );
  await expect(approve(proposal.id)).rejects.toMatchObject({ code: 'settlement.break_resolved' });
});

test('an entry that is void or not looked at again yet is worked by nobody, whatever its break says', async () => {
  await account.take('camt.053', { day: NEXT, sequence: 2, opening: 10_000n, entries: [] });
  const [gap] = await account.open();
  const proposal = await propose(gap!.id);
  for (const state of ['void', 'new', 'matched']) {
    await house.database.admin(`update settlement.statement_entry set state = $2 where custody_account_id = $1`, [account.account, state]);
    await expect(approve(proposal.id)).rejects.toMatchObject({ code: 'settlement.break_resolved' });
    await expect(linkBreak(deps(), house.ctx, { id: gap!.id, transferIds: [newId()] })).rejects.toMatchObject({
      code: 'settlement.break_resolved',
    });
  }
  expect(await account.minted()).toBe(0n);
});
