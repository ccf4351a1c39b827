import { afterAll, beforeAll, expect, test } from 'vitest';
import { callerOf, nobody, PASSWORD } from '../../test/support/access.ts';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { sampleLine } from '../../test/support/sample-checklist.ts';
import { createUser, login, stepUp } from '../access/contract.ts';
import type { Actor } from '../base/context.ts';
import { newId } from '../base/id.ts';
import { manualClock } from '../base/time.ts';
import * as contract from './contract.ts';
import { DEFAULT_POLICY } from './record/fold.ts';
import * as signing from './signing-contract.ts';

const name = 'production';
const DAY_MS = 86_400_000;
const clock = manualClock(Date.UTC(2026, 10, 22, 9));

let house: TestHouse;
beforeAll(async () => {
  const policy = { ...DEFAULT_POLICY, approverRoles: ['CFO'], maxWaiverDays: 7 };
  house = await createTestHouse({ clock, policy, limits: { defaultTtlMs: 3_600_000 } });
});
afterAll(() => house.close());

const call = () => callerOf(house.readiness.routes);
const run = async () => {
  await call().output(contract.startRun, house.ctx, { name });
  for (const job of house.readiness.jobs.filter((one) => one.name === 'readiness.run')) await job.run(new AbortController().signal);
};

const signer = async (role: string): Promise<Actor> => {
  const email = `signer-${newId()}@rialto.test`;
  const access = callerOf(house.access.routes);
  const { id } = await access.output(createUser, house.ctx, { email, name: `The ${role}`, password: PASSWORD, roles: ['operator'] });
  await call().output(signing.setSigner, house.ctx, { id, roles: [role] });
  const { accessToken } = await access.output(login, nobody, { email, password: PASSWORD });
  const actor = await house.access.authenticate(accessToken);
  await access.output(stepUp, actor, { password: PASSWORD });
  return actor;
};

test('who approves, how long waivers last and how long results hold is what the settings of the house say', async () => {
  await run();
  const [asks, lead, cfo] = [await signer('QA'), await signer('Technical Lead'), await signer('CFO')];
  const line = sampleLine('Drill');
  const ask = async (days: number) => {
    const until = clock.now() + days * DAY_MS;
    return await call().output(signing.requestWaiver, asks, { name, line, reason: 'The second site is being rebuilt', until });
  };
  const long = await ask(30);
  const grant = (actor: Actor, id: string) => call().output(signing.grantWaiver, actor, { id });
  await expect(grant(lead, long.id)).rejects.toMatchObject({ code: 'readiness.not_an_approver' });
  await expect(grant(cfo, long.id)).rejects.toMatchObject({ code: 'readiness.waiver_too_long' });
  await call().output(signing.refuseWaiver, cfo, { id: long.id });
  await grant(cfo, (await ask(5)).id);
  const stateOf = async (title: string) => {
    const { lines } = await call().output(contract.getChecklist, house.ctx, { name });
    return lines.find((one) => one.title === title)!.state;
  };
  expect([await stateOf('Drill'), await stateOf('Database')]).toEqual(['waived', 'pass']);
  clock.advance(61 * 60_000);
  expect(await stateOf('Database')).toBe('stale');
});
