import { afterAll, beforeAll } from 'vitest';
import { actorWith, createTestAccess, nobody, PASSWORD, visitor } from './access.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import type { Actor } from '../../src/base/context.ts';
import { newId } from '../../src/base/id.ts';
import type { RequestExtras } from '../../src/infra/http/route.ts';
import { createUser, login, refresh } from '../../src/access/contract.ts';
import { scopes, type scopesOf } from '../../src/access/role.ts';

type Setup = Awaited<ReturnType<typeof createTestAccess>> & { database: TestDatabase; admin: Actor };

/** The module with users who sign in, for the tests of one file: `setup` is made before them and taken away behind. */
export function useSessions() {
  const setup = {} as Setup;
  beforeAll(async () => {
    const database = await createTestDatabase({ modules: ['access'] });
    const made = await createTestAccess(database.db);
    const { tenantId, userId, email } = made.operator;
    Object.assign(setup, made, { database, admin: actorWith(tenantId, scopes, { id: userId, name: email }) });
  });
  afterAll(async () => {
    await setup.access.close();
    await setup.database.drop();
  });
  return {
    setup,
    async newUser(roles: Parameters<typeof scopesOf>[0] = ['viewer']) {
      const email = `user-${newId()}@rialto.test`;
      const user = { email, name: 'Ada Lovelace', password: PASSWORD, roles: [...roles] };
      const { id } = await setup.call.output(createUser, setup.admin, user);
      return { email, id };
    },
    /** The answer to a login, with its refresh cookie. */
    async signIn(email: string, password = PASSWORD, from: RequestExtras = visitor) {
      const { output, extras } = await setup.call.reply(login, nobody, { email, password }, from);
      return { ...output, cookie: extras.cookies![0]!.value };
    },
    /** The answer to a refresh with this cookie, with the next one. */
    async renew(cookie: string) {
      const { output, extras } = await setup.call.reply(refresh, nobody, {}, { ...visitor, cookies: { rialto_refresh: cookie } });
      return { ...output, cookie: extras.cookies![0]!.value };
    },
  };
}
