import { beforeEach, describe, expect, test } from 'vitest';
import { railSettings } from '../../../test/support/custody.ts';
import { fundingOf } from '../../../test/support/told-account.ts';
import { toldScene } from '../../../test/support/told-scene.ts';
import { callerOf } from '../../../test/support/access.ts';
import { newId, type Uuid } from '../../base/id.ts';
import { manualClock } from '../../base/time.ts';
import { setWriteOffLimit as setContract } from '../custody/contract.ts';
import { approveProposal } from '../custody/decide-proposal.ts';
import { executorsOf } from '../custody/executors.ts';
import { getCustody } from '../custody/funding.ts';
import { listProposals } from '../custody/propose.ts';
import { setWriteOffLimit } from '../custody/write-off-limit.ts';
import { proposeWriteOff } from './work-breaks.ts';

const clock = manualClock(Date.parse('2026-11-20T10:00:00Z'));
const scene = toldScene(clock);
let charges: Uuid;
beforeEach(async () => {
  charges = await scene.charges();
  await limit(1_000n);
});

const limit = (units?: bigint, asset = 'EUR/2') =>
  setWriteOffLimit(scene.deps, scene.house.ctx, { asset, ...(units !== undefined && { units }) });
const propose = (id: Uuid) => proposeWriteOff(scene.deps, scene.house.ctx, { id, accountId: charges, reason: 'Nobody knows of it' });
const ROLES = { operator: ['settlement:read', 'settlement:write'], admin: ['settlement:read', 'settlement:write', 'access:write'] };
/** Another person approves, with as much of a role as counts here. */
const approve = (id: Uuid, role: keyof typeof ROLES) => {
  const { ctx } = scene.house;
  const actor = { ...ctx.actor, id: newId(), name: `${role}@rialto.test`, scopes: new Set(ROLES[role]) };
  return approveProposal(scene.deps, { ...ctx, actor }, { id, comment: 'Seen' }, executorsOf(railSettings));
};
const above = { code: 'settlement.write_off_above_limit', kind: 'forbidden' };

describe('a write-off', () => {
  test('up to the limit of its currency is approved by an operator, and above it by an administrator', async () => {
    await scene.account.take('camt.053', {
      opening: 0n,
      entries: [1_000n, 1_001n].map((units) => ({ units, day: '2026-11-20', endToEndId: `E2E-${units}` })),
    });
    await approve((await propose((await scene.breakOf(1_000n)).id)).id, 'operator');
    const { id } = await propose((await scene.breakOf(1_001n)).id);
    await expect(approve(id, 'operator')).rejects.toMatchObject({ ...above, message: expect.stringContaining('10.00 EUR') });
    expect([await scene.held(charges), await scene.account.openUnits()]).toEqual([1_000n, [1_001n]]);
    expect((await listProposals(scene.deps, scene.house.ctx, { state: 'open' })).items.map((one) => one.id)).toContain(id);
    await approve(id, 'admin');
    expect([await scene.held(charges), await scene.account.open()]).toEqual([2_001n, []]);
  });

  test('of what left, and of what never came, has the same limit', async () => {
    await scene.account.take('camt.054', { entries: [fundingOf(scene.bank, { units: 5_000n })] });
    await scene.wait(0n);
    const never = await propose((await scene.breakOf(5_000n)).id);
    await expect(approve(never.id, 'operator')).rejects.toMatchObject(above);
    await approve(never.id, 'admin');
    await scene.account.take('camt.053', {
      day: '2026-12-01',
      opening: 0n,
      entries: [8_000n, -3_000n].map((units) => ({ units, day: '2026-12-01', endToEndId: `E2E-${units}` })),
    });
    await approve((await propose((await scene.breakOf(8_000n)).id)).id, 'admin');
    await expect(approve((await propose((await scene.breakOf(-3_000n)).id)).id, 'operator')).rejects.toMatchObject(above);
  });

  test.each([
    ['there is none', async () => limit()],
    ['it is of another currency', async () => limit().then(() => limit(0n, 'USD/2'))],
  ])('of any amount is approved by an operator where %s', async (_, set) => {
    await set();
    await scene.account.take('camt.053', { opening: 0n, entries: [{ units: 9_000_000n, day: '2026-11-20', endToEndId: 'E2E-9' }] });
    await approve((await propose((await scene.breakOf(9_000_000n)).id)).id, 'operator');
    expect(await scene.held(charges)).toBe(9_000_000n);
    await limit(undefined, 'USD/2');
  });
});

test('the limit is set by an administrator of the operator, of a currency that there is, and everybody there can read it', async () => {
  expect(setContract.scope).toBe('access:write');
  expect((await getCustody(scene.deps, scene.house.ctx)).writeOffLimits).toEqual([{ asset: 'EUR/2', units: 1_000n }]);
  await expect(limit(1n, 'EUR/3')).rejects.toMatchObject({ code: 'settlement.asset_unknown' });
  const member = scene.house.memberCtx(scene.bank.id);
  const caller = callerOf(scene.house.settlement.routes);
  await expect(caller.output(setContract, member, { asset: 'EUR/2' } as never)).rejects.toMatchObject({ code: 'settlement.operator_only' });
  expect((await getCustody(scene.deps, member)).writeOffLimits).toEqual([]);
  expect((await limit()).items).toEqual([]);
});
