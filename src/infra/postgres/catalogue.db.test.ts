import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectTenantsApart } from '../../../test/support/catalogue.ts';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { catalogueProblems } from './catalogue.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const GOOD = `
  create schema probe authorization rialto_owner;
  set role rialto_owner;
  create table probe.good (tenant_id uuid not null, id uuid, code text, primary key (tenant_id, id));
  reset role;
  select infra.protect('probe.good');
`;

/** What `change` does to a good table, as the catalogue tells it. */
async function problemsAfter(change: string): Promise<string[]> {
  await database.admin(`drop schema if exists probe cascade; ${GOOD} ${change}`);
  try {
    return (await catalogueProblems(database.admin)).filter((problem) => problem.startsWith('probe.'));
  } finally {
    await database.admin('drop schema probe cascade');
  }
}

test('no table of any module lets one tenant meet another', () => expectTenantsApart(database));

test('a protected table has no problem, nor has one that is declared tenantless', async () => {
  expect(
    await problemsAfter(`create table probe.bank (bic text primary key); comment on table probe.bank is 'tenantless: a public list'`),
  ).toEqual([]);
});

test.each([
  [
    'no tenant',
    `create table probe.bad (id uuid primary key)`,
    `probe.bad has no column "tenant_id uuid not null" and no comment 'tenantless: why'`,
  ],
  [
    'an empty reason',
    `create table probe.bad (id int primary key); comment on table probe.bad is 'tenantless: '`,
    'probe.bad has no column',
  ],
  [
    'a nullable tenant',
    'alter table probe.good drop constraint good_pkey; alter table probe.good alter tenant_id drop not null',
    'probe.good has no column',
  ],
  ['row-level security off', 'alter table probe.good disable row level security', 'probe.good has row-level security off'],
  ['the owner exempt', 'alter table probe.good no force row level security', 'probe.good does not force row-level security on its owner'],
  ['no policy', 'drop policy tenant on probe.good', 'probe.good has no policy for rialto_app'],
  [
    'an open policy',
    'create policy all_of_it on probe.good to rialto_app using (true)',
    'probe.good has a policy "all_of_it" for rialto_app',
  ],
  [
    'a policy for everyone',
    'create policy all_of_it on probe.good using (tenant_id = infra.tenant_id())',
    'probe.good has a policy "all_of_it" for public',
  ],
  ['a key across tenants', 'create unique index good_code on probe.good (code)', 'probe.good has a unique key "good_code"'],
  [
    'a key on an expression',
    'create unique index good_code on probe.good (lower(code), tenant_id)',
    'probe.good has a unique key "good_code"',
  ],
  ['no primary key', 'alter table probe.good drop constraint good_pkey', 'probe.good has no primary key'],
  ["a view with its owner's rights", 'create view probe.v as select * from probe.good', 'probe.v is a view without security_invoker'],
  [
    'a readable materialized view',
    'create materialized view probe.m as select 1 as a; grant select on probe.m to rialto_app',
    'probe.m is a materialized view',
  ],
])('a table with %s is reported by name', async (_, change, problem) => {
  expect(await problemsAfter(change)).toEqual([expect.stringContaining(problem)]);
});

test('a key across tenants may stand when its comment says why', async () => {
  const index = 'create unique index good_code on probe.good (code)';
  expect(await problemsAfter(`${index}; comment on index probe.good_code is 'global: looked up before the tenant is known'`)).toEqual([]);
});

test('protect refuses a table that breaks the convention', async () => {
  await expect(problemsAfter(`create table probe.bad (id uuid primary key); select infra.protect('probe.bad')`)).rejects.toThrow(
    'probe.bad must have a column "tenant_id uuid not null"',
  );
  await database.admin('rollback');
  await expect(
    problemsAfter(`create table probe.bad (tenant_id uuid not null, id uuid primary key); select infra.protect('probe.bad')`),
  ).rejects.toThrow('probe.bad must have a primary key that starts with tenant_id');
});

test('admit refuses a role that is not one of the four, unknown privileges and an unprotected table', async () => {
  await expect(problemsAfter(`select infra.admit('probe.good', 'rialto_app', 'select')`)).rejects.toThrow(
    'not a role that reaches across tenants',
  );
  await expect(problemsAfter(`select infra.admit('probe.good', 'rialto_auth', 'truncate')`)).rejects.toThrow('privileges must be a list');
  await expect(
    problemsAfter(`create table probe.bad (tenant_id uuid primary key); select infra.admit('probe.bad', 'rialto_auth', 'select')`),
  ).rejects.toThrow('protect probe.bad before');
});
