import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { Secret } from '../../base/secret.ts';
import { requireSafeRole } from './app-role.ts';
import { openPool } from './pool.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ modules: [] });
});
afterAll(() => database.drop());

/** Logs in as a role with these rights; roles are the server's, so the name is this test's own and the role goes again. */
async function asRole(rights: string, grants: string): Promise<void> {
  const name = `probe_${process.pid}_${Date.now().toString(36)}`;
  await database.admin(`create role ${name} login password 'probe' ${rights}; ${grants.replaceAll('NAME', name)}`);
  const url = new URL(database.urls.app.reveal());
  url.username = name;
  url.password = 'probe';
  const pool = openPool({ url: new Secret(url.href), maxConnections: 1 });
  try {
    await requireSafeRole(pool);
  } finally {
    await pool.close();
    await database.admin(`drop owned by ${name}; drop role ${name}`);
  }
}

test('the role that the migrations make is accepted', async () => {
  expect(await requireSafeRole(database.db)).toBeUndefined();
});

test.each([
  ['a superuser', 'superuser', '', 'is a superuser'],
  ['a role that bypasses policies', 'bypassrls', '', 'bypasses row-level security'],
  ['a role that may make roles', 'createrole', '', 'may create roles'],
  ["a member of the tables' owner", '', 'grant rialto_owner to NAME', 'is a member of rialto_owner'],
  ['an owner of a table', '', 'create table probe_mine (); alter table probe_mine owner to NAME', 'owns probe_mine'],
])('%s is refused as the role of the application', async (_, rights, grants, why) => {
  await expect(asRole(rights, grants)).rejects.toMatchObject({ code: 'database.role_unsafe', message: expect.stringContaining(why) });
});

test('a harmless role that is not the one of the policies is refused too', async () => {
  await expect(asRole('', '')).rejects.toMatchObject({ code: 'database.role_wrong' });
});
