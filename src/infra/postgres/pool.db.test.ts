import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ modules: [] });
});
afterAll(() => database.drop());

test('the application logs in as rialto_app', async () => {
  expect(await database.db.read({}, (tx) => tx.query('select current_user::text as name'))).toEqual([{ name: 'rialto_app' }]);
});
