import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createEmptyDatabase, modulesWithMigrations } from '../../../test/support/database.ts';
import { Secret } from '../../base/secret.ts';
import { connectionConfig } from './connection.ts';
import { migrate, planMigrations, type Migrations } from './migrate.ts';

let folder: string;
let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rialto-test-migrate-'));
  database = await createEmptyDatabase();
});
afterEach(async () => {
  await database.drop();
  rmSync(folder, { recursive: true });
});

const infra = modulesWithMigrations().filter(({ module }) => module === 'infra');

/** Writes the files of a module `shop` and answers with what to migrate. */
function shop(files: Record<string, string>): Migrations[] {
  const path = join(folder, 'shop');
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path);
  for (const [name, sql] of Object.entries(files)) writeFileSync(join(path, name), sql);
  return [...infra, { module: 'shop', folder: pathToFileURL(`${path}/`) }];
}

async function ask(sql: string, url: Secret = database.url): Promise<unknown[]> {
  const client = new pg.Client(connectionConfig(url));
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const FIRST = 'create schema shop; create table shop.a (tenant_id uuid not null, id uuid, primary key (tenant_id, id));';
const run = (migrations: Migrations[]): Promise<string[]> =>
  migrate({ adminUrl: database.url, migrations }).then((steps) => steps.filter(({ module }) => module === 'shop').map(({ file }) => file));

test('files are applied once, in order, as the owner', async () => {
  const files = { '0002-b.sql': 'create table shop.b ()', '0001-a.sql': FIRST };
  expect(await run(shop(files))).toEqual(['0001-a.sql', '0002-b.sql']);
  expect(await run(shop(files))).toEqual([]);
  expect(await run(shop({ ...files, '0003-c.sql': 'create table shop.c ()' }))).toEqual(['0003-c.sql']);
  expect(await ask(`select distinct tableowner from pg_tables where schemaname in ('shop', 'infra')`)).toEqual([
    { tableowner: 'rialto_owner' },
  ]);
});

test('the plan tells what would be done and does nothing', async () => {
  const migrations = shop({ '0001-a.sql': FIRST });
  const states = async (): Promise<string[]> => (await planMigrations({ adminUrl: database.url, migrations })).map(({ state }) => state);
  expect(new Set(await states())).toEqual(new Set(['pending']));
  expect(await ask(`select nspname from pg_namespace where nspname in ('infra', 'shop')`)).toEqual([]);
  await run(migrations);
  expect(new Set(await states())).toEqual(new Set(['applied']));
  const more = shop({ '0001-a.sql': FIRST, '0002-b.sql': 'select 1' });
  expect((await planMigrations({ adminUrl: database.url, migrations: more })).at(-1)).toEqual({
    module: 'shop',
    file: '0002-b.sql',
    state: 'pending',
  });
});

test('a file that was changed after it had been applied is refused by name', async () => {
  await run(shop({ '0001-a.sql': FIRST }));
  const changed = shop({ '0001-a.sql': `${FIRST} -- better`, '0002-b.sql': 'create table shop.b ()' });
  const refusal = { code: 'migrate.changed', message: expect.stringContaining('shop/0001-a.sql') };
  await expect(run(changed)).rejects.toMatchObject(refusal);
  await expect(planMigrations({ adminUrl: database.url, migrations: changed })).rejects.toMatchObject(refusal);
  expect(await ask(`select to_regclass('shop.b') as b`)).toEqual([{ b: null }]);
});

test('other line ends are not another file', async () => {
  await run(shop({ '0001-a.sql': 'create schema shop;\nselect 1;\n' }));
  expect(await run(shop({ '0001-a.sql': 'create schema shop;\r\nselect 1;\r\n' }))).toEqual([]);
});

test('a database that a newer version has migrated is refused, and a module that is switched off is left alone', async () => {
  await run(shop({ '0001-a.sql': FIRST, '0002-b.sql': 'select 1' }));
  await expect(run(shop({ '0001-a.sql': FIRST }))).rejects.toMatchObject({
    code: 'migrate.missing',
    message: expect.stringContaining('shop/0002-b.sql'),
  });
  expect(await run(infra)).toEqual([]);
});

test('a new file may not come before one that is applied', async () => {
  await run(shop({ '0001-a.sql': FIRST, '0003-c.sql': 'select 1' }));
  await expect(run(shop({ '0001-a.sql': FIRST, '0002-b.sql': 'select 1', '0003-c.sql': 'select 1' }))).rejects.toMatchObject({
    code: 'migrate.out_of_order',
  });
});

test('a file that fails leaves nothing of itself, names its line, and is tried again', async () => {
  const broken = 'create table shop.b ();\nselect nonsense;';
  await expect(run(shop({ '0001-a.sql': FIRST, '0002-b.sql': broken }))).rejects.toMatchObject({
    code: 'migrate.failed',
    message: expect.stringMatching(/shop\/0002-b\.sql, line 2 failed: column "nonsense" does not exist/),
  });
  expect(await ask(`select to_regclass('shop.a') as a, to_regclass('shop.b') as b`)).toEqual([{ a: 'shop.a', b: null }]);
  expect(await run(shop({ '0001-a.sql': FIRST, '0002-b.sql': 'create table shop.b ()' }))).toEqual(['0002-b.sql']);
});

test('a file that is not named as it should be is refused', async () => {
  await expect(run(shop({ 'first.sql': 'select 1' }))).rejects.toMatchObject({ code: 'migrate.misnamed' });
});

test('of migrators that come at once one does the work and the others find it done', async () => {
  const migrations = shop({ '0001-a.sql': FIRST, '0002-b.sql': 'create table shop.b ()' });
  const done = await Promise.all([run(migrations), run(migrations), run(migrations)]);
  expect(done.flat()).toEqual(['0001-a.sql', '0002-b.sql']);
});

test('an administrator who is no superuser can migrate a database of its own', async () => {
  const name = `probe_admin_${process.pid}`;
  const [{ current_database: own }] = (await ask('select current_database()')) as [{ current_database: string }];
  await ask(`create role ${name} login createrole createdb password 'probe'; alter database ${own} owner to ${name};
    grant rialto_owner, rialto_app, rialto_auth, rialto_writer, rialto_relay, rialto_verify to ${name} with admin option`);
  const url = new URL(database.url.reveal());
  url.username = name;
  url.password = 'probe';
  try {
    await migrate({ adminUrl: new Secret(url.href), migrations: shop({ '0001-a.sql': FIRST }) });
    expect(await ask(`select tableowner from pg_tables where tablename = 'a'`)).toEqual([{ tableowner: 'rialto_owner' }]);
  } finally {
    await ask(`alter database ${own} owner to postgres; drop owned by ${name}; drop role ${name}`);
  }
});

test('an administrator who may not prepare the database is told what is needed', async () => {
  const name = `probe_guest_${process.pid}`;
  await ask(`create role ${name} login password 'probe'`);
  const url = new URL(database.url.reveal());
  url.username = name;
  url.password = 'probe';
  try {
    await expect(migrate({ adminUrl: new Secret(url.href), migrations: infra })).rejects.toMatchObject({
      code: 'migrate.not_allowed',
      message: expect.stringContaining('CREATEROLE'),
    });
  } finally {
    await ask(`drop role ${name}`);
  }
});
