import { afterAll, beforeAll, expect, test } from 'vitest';
import { actorWith, createTestAccess } from '../../test/support/access.ts';
import { expectTenantsApart } from '../../test/support/catalogue.ts';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import type { Actor } from '../base/context.ts';
import { newId, type Uuid } from '../base/id.ts';
import { createApiKey, createTenant, createUser, disableUser, listApiKeys, listTenants, listUsers, me, setUserRoles } from './contract.ts';
import { memberScopes, scopes } from './role.ts';

const PASSWORD = 'correct horse battery staple';

let database: TestDatabase;
let setup: Awaited<ReturnType<typeof createTestAccess>>;
let operator: Actor;
let north: Actor;
let south: Actor;
beforeAll(async () => {
  database = await createTestDatabase({ modules: ['access'] });
  setup = await createTestAccess(database.db);
  operator = actorWith(setup.operator.tenantId, scopes, { id: setup.operator.userId });
  [north, south] = [await newTenant('North'), await newTenant('South')];
});
afterAll(async () => {
  await setup.access.close();
  await database.drop();
});

const newTenant = async (name: string): Promise<Actor> => {
  const admin = { email: `${newId()}@rialto.test`, name: 'Ada', password: PASSWORD };
  const tenant = await setup.call.output(createTenant, operator, { name, admin });
  return actorWith(tenant.id, scopes);
};
const newUser = (by: Actor, more: { memberId?: Uuid; email?: string } = {}) =>
  setup.call.output(createUser, by, {
    email: `${newId()}@rialto.test`,
    name: 'A user',
    password: PASSWORD,
    roles: more.memberId ? ['bank'] : ['viewer'],
    ...more,
  });
const code = (expected: string) => expect.objectContaining({ code: expected });

test('every table keeps tenants apart', async () => {
  await expectTenantsApart(database);
});

test("a tenant sees its own users, keys and name, and another's as if they did not exist", async () => {
  const theirs = await newUser(south);
  const key = await setup.call.output(createApiKey, south, { name: 'Theirs', scopes: ['ledger:read'] });
  const users = await setup.call.output(listUsers, north, { limit: 500 });
  expect(users.items.map((user) => user.id)).not.toContain(theirs.id);
  expect((await setup.call.output(listApiKeys, north, { limit: 500 })).items.map((one) => one.id)).not.toContain(key.id);
  expect((await setup.call.output(listTenants, north, {})).items.map((tenant) => tenant.name)).toEqual(['North']);
  const answerTo = (id: Uuid) =>
    setup.call.output(disableUser, north, { id }).catch((error: { code: string; kind: string }) => [error.code, error.kind]);
  expect(await answerTo(theirs.id)).toEqual(await answerTo(newId()));
});

test('only the operator sees every tenant', async () => {
  const names = (await setup.call.output(listTenants, operator, { limit: 500 })).items.map((tenant) => tenant.name);
  expect(names).toEqual(expect.arrayContaining(['Rialto', 'North', 'South']));
});

test("an actor bound to a member sees that member's users and keys only, and lets in only its own", async () => {
  const [mine, other] = [newId(), newId()];
  const bank = actorWith(north.tenantId, ['access:read', 'access:write', ...memberScopes], { memberId: mine });
  const [own, strange] = [await newUser(north, { memberId: mine }), await newUser(north, { memberId: other })];
  await newUser(north);
  expect((await setup.call.output(listUsers, bank, {})).items.map((user) => user.id)).toEqual([own.id]);
  await expect(setup.call.output(disableUser, bank, { id: strange.id })).rejects.toEqual(code('access.user_not_found'));
  await expect(newUser(bank, { memberId: other })).rejects.toEqual(code('access.member_exceeded'));
  expect(await setup.call.output(me, bank, {})).toMatchObject({ memberId: mine, tenant: { name: 'North' } });
});

test('an e-mail address belongs to one user in all tenants, in any case', async () => {
  const email = `${newId()}@Rialto.test`;
  await newUser(north, { email });
  await expect(newUser(south, { email: email.toUpperCase() })).rejects.toEqual(code('access.email_taken'));
});

test('nobody disables or changes their own user, nor one with more rights', async () => {
  const { id } = await newUser(north);
  await expect(setup.call.output(disableUser, { ...north, id }, { id })).rejects.toEqual(code('access.not_oneself'));
  await expect(setup.call.output(setUserRoles, { ...north, id }, { id, roles: ['admin'] })).rejects.toEqual(code('access.not_oneself'));
  const limited = actorWith(north.tenantId, ['access:write', 'ledger:read']);
  await expect(setup.call.output(disableUser, limited, { id })).rejects.toEqual(code('access.scope_exceeded'));
  await expect(setup.call.output(setUserRoles, limited, { id, roles: ['viewer'] })).rejects.toEqual(code('access.scope_exceeded'));
});

test('without a tenant the application sees nothing, and it cannot write for another one', async () => {
  const tables = ['tenant', 'user', 'session', 'refresh_token', 'api_key', 'revocation', 'kept_answer', 'audit', 'audit_head'];
  for (const table of tables) {
    expect(await database.db.read({}, (tx) => tx.query(`select 1 as one from access.${table} limit 1`))).toEqual([]);
  }
  const insert = 'insert into access.revocation (tenant_id, id, kind, subject_id, version, at) values ($1, $2, $3, $2, 1, now())';
  await expect(
    database.db.write({ tenantId: north.tenantId }, (tx) => tx.query(insert, [south.tenantId, newId(), 'user'])),
  ).rejects.toThrow(/row-level security/);
});

test.each([
  ['rialto_auth', 'select 1 from access.audit'],
  ['rialto_auth', `update access.api_key set hash = ''`],
  ['rialto_auth', 'update access.user set version = 1'],
  ['rialto_writer', 'select 1 from access.user'],
  ['rialto_writer', 'update access.kept_answer set answer = null'],
  ['rialto_relay', 'select 1 from access.user'],
  ['rialto_relay', 'select 1 from access.signing_key'],
  ['rialto_verify', 'select 1 from access.api_key'],
  ['rialto_verify', 'insert into access.audit_head select * from access.audit_head'],
] as const)('%s may not %s', async (role, sql) => {
  await expect(database.db.write({ role }, (tx) => tx.query(sql))).rejects.toThrow(/permission denied/);
});

test('the application itself may not read signing keys or the attempts to sign in', async () => {
  for (const table of ['signing_key', 'login_attempt']) {
    await expect(database.db.read({ tenantId: north.tenantId }, (tx) => tx.query(`select 1 from access.${table}`))).rejects.toThrow(
      /permission denied/,
    );
  }
});
