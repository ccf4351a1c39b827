import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import * as statements from './statements.ts';

let database: TestDatabase;
beforeAll(async () => void (database = await createTestDatabase()));
afterAll(() => database.drop());

const { tablesThere, ...fixed } = statements;
const queries = Object.entries(fixed as Readonly<Record<string, string>>);
const statistics = /pg_stat_statements(?! *')/;

async function numberOf(query: string): Promise<number> {
  const [row] = await database.admin(query);
  return Number(Object.values(row!)[0]);
}

test.each(queries.filter(([, query]) => !statistics.test(query)))(
  '%s is answered with one number by a new installation',
  async (_, query) => {
    expect(await numberOf(query)).toEqual(expect.any(Number));
  },
);

test('what the schema of a new installation must be is what the statements find', async () => {
  for (const none of [
    'INVALID_INDEXES',
    'OPEN_CONSTRAINTS',
    'OPEN_FOREIGN_KEYS',
    'OPEN_CHECKS',
    'DISABLED_TRIGGERS',
    'UNPROTECTED',
    'OWNED_BY_ROLE',
  ])
    expect([none, await numberOf(fixed[none as keyof typeof fixed])]).toEqual([none, 0]);
  expect(await numberOf(fixed.AUDIT_WRITABLE)).toBe(0);
  expect(await numberOf(fixed.MODEST_ROLE)).toBe(1);
  expect(await numberOf(fixed.OWN_SCHEMAS)).toBe(4);
  expect(await numberOf(fixed.KEY_HASHES)).toBe(1);
  expect(await numberOf(fixed.SERVER_VERSION)).toBeGreaterThanOrEqual(15);
});

test('the application, which sees neither rows of tenants nor other sessions, is never told that all is well', async () => {
  for (const hidden of [
    'OTHER_HASHES',
    'USERS_WITHOUT_ROLE',
    'DEMONSTRATIONS',
    'PLAIN_CONNECTIONS',
    'IDLE_IN_TRANSACTION',
    'LONG_STATEMENTS',
    'STALE_SANCTIONS',
  ]) {
    const [row] = await database.db.read({}, (tx) => tx.query(fixed[hidden as keyof typeof fixed]));
    expect([hidden, Number(Object.values(row!)[0])]).toEqual([hidden, -1]);
  }
});

test('a table without protection is found', async () => {
  await database.admin('create table settlement.probe (tenant_id uuid not null)');
  expect(await numberOf(fixed.UNPROTECTED)).toBe(1);
  await database.admin('drop table settlement.probe');
});

test('tables that are there are counted', async () => {
  expect(await numberOf(tablesThere('access.user', 'access.nothing'))).toBe(1);
});
