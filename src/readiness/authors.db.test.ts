import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { callerOf, nobody, PASSWORD } from '../../test/support/access.ts';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { sampleLine } from '../../test/support/sample-checklist.ts';
import { createUser, login, stepUp } from '../access/contract.ts';
import { newId } from '../base/id.ts';
import * as contract from './contract.ts';
import * as signing from './signing-contract.ts';

const name = 'production';
const line = sampleLine('Archive');
let authors: string[] = [];
let house: TestHouse;
beforeAll(async () => {
  house = await createTestHouse({ history: async () => ({ authors }) });
});
beforeEach(() => void (authors = []));
afterAll(() => house.close());

const call = () => callerOf(house.readiness.routes);
const run = async () => {
  await call().output(contract.startRun, house.ctx, { name });
  for (const job of house.readiness.jobs.filter((one) => one.name === 'readiness.run')) await job.run(new AbortController().signal);
};

/** An approver, ready to sign, and the ruling that they try. */
async function approver() {
  const email = `${newId()}@rialto.test`;
  const access = callerOf(house.access.routes);
  const { id } = await access.output(createUser, house.ctx, { email, name: 'Grace Hill', password: PASSWORD, roles: ['operator'] });
  await call().output(signing.setSigner, house.ctx, { id, roles: ['Release manager'] });
  const { accessToken } = await access.output(login, nobody, { email, password: PASSWORD });
  const actor = await house.access.authenticate(accessToken);
  await access.output(stepUp, actor, { password: PASSWORD });
  return { email, ruleOut: () => call().output(signing.ruleOutLine, actor, { name, line, reason: 'There is no archive here' }) };
}
const stateOf = async () => (await call().output(contract.getChecklist, house.ctx, { name })).lines.find(({ id }) => id === line)!.state;

test('nobody rules a line out of a release that they wrote any of, by whichever name or address, nor while its authors are not known', async () => {
  await run();
  const { email, ruleOut } = await approver();
  authors = ['Ann Author <ann@example.org>', `G. H. <${email.toUpperCase()}>`];
  await expect(ruleOut()).rejects.toMatchObject({ code: 'readiness.own_request' });
  authors = ['<the clone is shallow>'];
  await expect(ruleOut()).rejects.toMatchObject({ code: 'readiness.authors_unknown' });
  authors = ['Ann Author <ann@example.org>'];
  await ruleOut();
  expect(await stateOf()).toBe('not_applicable');
  // What was ruled is judged by what is known of the authors now.
  authors = [`Somebody <${email}>`];
  expect(await stateOf()).not.toBe('not_applicable');
});
