import { afterAll, beforeAll, expect, test } from 'vitest';
import { actorWith, createTestAccess, ctxFor, nobody, PASSWORD, visitor } from '../../test/support/access.ts';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import type { Actor } from '../base/context.ts';
import { newId } from '../base/id.ts';
import { changePassword, createApiKey, createUser, disableUser, listAudit, login, logout, stepUp } from './contract.ts';
import { scopes } from './role.ts';

let database: TestDatabase;
let setup: Awaited<ReturnType<typeof createTestAccess>>;
let admin: Actor;
beforeAll(async () => {
  database = await createTestDatabase({ modules: ['access'] });
  setup = await createTestAccess(database.db);
  admin = actorWith(setup.operator.tenantId, scopes, { id: setup.operator.userId, name: setup.operator.email });
});
afterAll(async () => {
  await setup.access.close();
  await database.drop();
});

const code = (expected: string) => expect.objectContaining({ code: expected });
const signedIn = async () => {
  const email = `user-${newId()}@rialto.test`;
  const { id } = await setup.call.output(createUser, admin, { email, name: 'Ada Lovelace', password: PASSWORD, roles: ['viewer'] });
  const again = async () => {
    const { output, extras } = await setup.call.reply(login, nobody, { email, password: PASSWORD });
    return { actor: await setup.access.authenticate(output.accessToken), cookie: extras.cookies![0]!.value };
  };
  return { id, email, again, ...(await again()) };
};
const since = (actor: Actor) => setup.access.port.steppedUpAt(ctxFor(actor));

test('a proof of the password counts for five minutes, for the session that gave it and no other', async () => {
  const { actor, again } = await signedIn();
  const other = await again();
  expect(await since(actor)).toBeUndefined();
  const at = setup.clock.now();
  expect(await setup.call.output(stepUp, actor, { password: PASSWORD })).toEqual({ validUntil: at + 300_000 });
  expect(await since(actor)).toBe(at);
  expect(await since(other.actor)).toBeUndefined();
  setup.clock.advance(299_999);
  expect(await since(actor)).toBe(at);
  setup.clock.advance(1);
  expect(await since(actor)).toBeUndefined();
  await setup.call.output(stepUp, actor, { password: PASSWORD });
  expect(await since(actor)).toBe(setup.clock.now());
});

test('a wrong password proves nothing, does not take back a proof, and counts as a guess at the account', async () => {
  const { actor, email } = await signedIn();
  await setup.call.output(stepUp, actor, { password: PASSWORD });
  for (let i = 0; i < 6; i++)
    await expect(setup.call.output(stepUp, actor, { password: 'not this password' })).rejects.toEqual(code('access.password_wrong'));
  await expect(setup.call.output(stepUp, actor, { password: PASSWORD })).rejects.toEqual(code('access.locked'));
  await expect(setup.call.output(login, nobody, { email, password: PASSWORD })).rejects.toEqual(code('access.locked'));
  expect(await since(actor)).toBe(setup.clock.now());
});

test('an API key, background work and a user without a session cannot step up', async () => {
  const { key } = await setup.call.output(createApiKey, admin, { name: 'Pipeline', scopes: ['readiness:sign'] });
  const keyActor = await setup.access.authenticate(key);
  for (const actor of [keyActor, setup.access.port.systemCtx('job', setup.operator.tenantId).actor, admin]) {
    await expect(setup.call.output(stepUp, actor, { password: PASSWORD })).rejects.toEqual(code('access.users_only'));
    expect(await since(actor)).toBeUndefined();
  }
});

test('a proof ends with its session, and with the user who is disabled', async () => {
  const left = await signedIn();
  await setup.call.output(stepUp, left.actor, { password: PASSWORD });
  await setup.call.output(logout, nobody, {}, { ...visitor, cookies: { rialto_refresh: left.cookie } });
  expect(await since(left.actor)).toBeUndefined();
  await expect(setup.call.output(stepUp, left.actor, { password: PASSWORD })).rejects.toEqual(code('access.session_ended'));

  const disabled = await signedIn();
  await setup.call.output(stepUp, disabled.actor, { password: PASSWORD });
  await setup.call.output(disableUser, admin, { id: disabled.id });
  expect(await since(disabled.actor)).toBeUndefined();
  await expect(setup.call.output(stepUp, disabled.actor, { password: PASSWORD })).rejects.toEqual(code('access.password_wrong'));
});

test('a changed password is asked for from then on', async () => {
  const { actor } = await signedIn();
  const newPassword = 'nine wandering albatrosses';
  await setup.call.output(changePassword, actor, { currentPassword: PASSWORD, newPassword });
  await expect(setup.call.output(stepUp, actor, { password: PASSWORD })).rejects.toEqual(code('access.password_wrong'));
  await setup.call.output(stepUp, actor, { password: newPassword });
});

test('both a proof and a refusal stand in the audit log, and neither tells the password', async () => {
  const { actor, email } = await signedIn();
  await setup.call.output(stepUp, actor, { password: PASSWORD });
  await expect(setup.call.output(stepUp, actor, { password: 'a guess at it' })).rejects.toEqual(code('access.password_wrong'));
  setup.clock.advance(60_000);
  await setup.access.tick();
  const { items } = await setup.call.output(listAudit, admin, { limit: 500 });
  const lines = items.filter((line) => JSON.stringify(line).includes(email));
  expect(lines.find((line) => line.action === 'access.step_up')).toMatchObject({ outcome: 'done' });
  expect(JSON.stringify(lines)).toContain('access.password_wrong');
  expect(JSON.stringify(items)).not.toMatch(/a guess at it|correct horse/);
});
