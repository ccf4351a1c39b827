import { afterAll, beforeAll, expect, test } from 'vitest';
import { callerOf, nobody, PASSWORD } from '../../test/support/access.ts';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { sampleLine } from '../../test/support/sample-checklist.ts';
import { createUser, login, stepUp } from '../access/contract.ts';
import type { Actor } from '../base/context.ts';
import { newId } from '../base/id.ts';
import { manualClock } from '../base/time.ts';
import * as contract from './contract.ts';
import * as signing from './signing-contract.ts';

const name = 'production';
const clock = manualClock(Date.UTC(2026, 10, 22, 9));

let house: TestHouse;
beforeAll(async () => {
  house = await createTestHouse({ clock });
});
afterAll(() => house.close());

const call = () => callerOf(house.readiness.routes);

const signerIn = async (role: string, { proven = true } = {}): Promise<Actor> => {
  const email = `signer-${newId()}@rialto.test`;
  const access = callerOf(house.access.routes);
  const { id } = await access.output(createUser, house.ctx, { email, name: `The ${role}`, password: PASSWORD, roles: ['operator'] });
  await call().output(signing.setSigner, house.ctx, { id, roles: [role] });
  const { accessToken } = await access.output(login, nobody, { email, password: PASSWORD });
  const actor = await house.access.authenticate(accessToken);
  if (proven) await access.output(stepUp, actor, { password: PASSWORD });
  return actor;
};

test('a key that is told as lost takes what it signed since out of what counts, and signs nothing more', async () => {
  await call().output(contract.startRun, house.ctx, { name });
  for (const job of house.readiness.jobs.filter((one) => one.name === 'readiness.run')) await job.run(new AbortController().signal);
  const manager = await signerIn('Release manager');
  const line = sampleLine('Drill');
  const sign = () => call().output(signing.signLine, manager, { name, line, role: 'Release manager', statement: 'Seen at the drill' });
  const shown = async () => (await call().output(contract.getChecklist, house.ctx, { name })).lines.find(({ id }) => id === line)!;
  await sign();
  expect(await shown()).toMatchObject({ state: 'pass', validUntil: '2027-02-20T09:00:00.000Z' });
  const keys = async () => (await call().output(signing.listSigningKeys, house.ctx, {})).items;
  const [before] = await keys();
  clock.advance(60_000);
  await house.stepUp();
  const ended = await call().output(signing.endSigningKey, house.ctx, {
    compromisedSince: clock.now() - 120_000,
    reason: 'A disk was lost',
  });
  expect(ended).toMatchObject({ key: before!.key, endedAt: clock.now() });
  expect(await shown()).toMatchObject({ state: 'awaiting_sign_off' });
  const { voided } = await call().output(contract.getChecklist, house.ctx, { name });
  expect(voided).toMatchObject([{ kind: 'signed', why: ['key_not_valid'] }]);
  await sign();
  expect(await shown()).toMatchObject({ state: 'pass' });
  expect((await keys()).map(({ key }) => key)).toEqual([expect.not.stringMatching(before!.key.slice(-12)), before!.key]);
});

test('ending a key brings nothing back that was withdrawn with it', async () => {
  const manager = await signerIn('Release manager');
  const line = sampleLine('Drill');
  const shown = async () => (await call().output(contract.getChecklist, house.ctx, { name })).lines.find(({ id }) => id === line)!;
  await house.stepUp();
  await call().output(signing.endSigningKey, house.ctx, { compromisedSince: clock.now() - 3_600_000, reason: 'A clean start' });
  const { record } = await call().output(signing.signLine, manager, { name, line, role: 'Release manager', statement: 'Seen' });
  expect(await shown()).toMatchObject({ state: 'pass' });
  clock.advance(120_000);
  await call().output(signing.withdrawRecord, manager, { name, record, reason: 'It was the protocol of another drill' });
  clock.advance(60_000);
  await house.stepUp();
  await call().output(signing.endSigningKey, house.ctx, { compromisedSince: clock.now() - 120_000, reason: 'A disk was lost' });
  expect(await shown()).toMatchObject({ state: 'awaiting_sign_off' });
  const { voided } = await call().output(contract.getChecklist, house.ctx, { name });
  expect(voided).toContainEqual(expect.objectContaining({ record, why: ['withdrawn'] }));
  expect(voided).toContainEqual(expect.objectContaining({ kind: 'withdrawn', why: ['key_not_valid'] }));
});

test('nobody ends a key without proving who they are, nor one that is not there', async () => {
  const manager = await signerIn('Release manager', { proven: false });
  const end = (actor: Actor, body: object) => call().output(signing.endSigningKey, actor, { reason: 'A disk was lost', ...body });
  await expect(end(manager, {})).rejects.toMatchObject({ code: 'readiness.step_up_required' });
  await house.stepUp();
  const key = `MCowBQYDK2VwAyEA${'A'.repeat(43)}=`;
  await expect(end(house.ctx.actor, { key })).rejects.toMatchObject({ code: 'readiness.signing_key_not_found' });
});
