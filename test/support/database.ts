import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import pg from 'pg';
import { inject } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { connectionConfig } from '../../src/infra/postgres/connection.ts';
import { migrate, type Migrations } from '../../src/infra/postgres/migrate.ts';
import { openPool, type Pool, type PoolOptions } from '../../src/infra/postgres/pool.ts';
import { typeParsers } from '../../src/infra/postgres/types.ts';

/** A database of a test's own, with the tables of all modules. */
export type TestDatabase = {
  /** As the application sees it. */
  db: Pool;
  /** Runs SQL as superuser, outside any policy. */
  admin<R extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<R[]>;
  /** `app` for `rialto_app`, `admin` for the superuser. */
  urls: { app: Secret; admin: Secret };
  /** Another pool on the same database; the test closes it. */
  open(options?: Omit<PoolOptions, 'url'>): Pool;
  /** Closes the connections and drops the database. */
  drop(): Promise<void>;
};

/** Modules in the order in which they build on each other; others follow by name. */
const FLOORS = ['infra', 'access', 'ledger', 'billing', 'ai', 'settlement', 'auction', 'trading', 'social', 'readiness'];

let made = 0;

/**
 * Clones the migrated template, which the first caller of a run builds. Only for `*.db.test.ts` and `*.sim.test.ts`, whose
 * run has a server. `modules` limits whose migrations are in it; `infra` is always there.
 */
export async function createTestDatabase({ modules }: { modules?: readonly string[] } = {}): Promise<TestDatabase> {
  const { app, admin } = inject('postgres');
  const template = await templateOf(
    modulesWithMigrations().filter(({ module }) => module === 'infra' || !modules || modules.includes(module)),
  );
  const name = `test_${process.pid}_${++made}_${Date.now().toString(36)}`;
  await asAdmin('postgres', (client) => client.query(`create database ${name} template ${template}`));
  const urls = { app: new Secret(inDatabase(app, name)), admin: new Secret(inDatabase(admin, name)) };
  const superuser = new pg.Pool({ ...connectionConfig(urls.admin), max: 2, types: typeParsers, allowExitOnIdle: true });
  superuser.on('error', () => {});
  const db = openPool({ url: urls.app, maxConnections: 8 });
  return {
    db,
    urls,
    admin: async <R extends object>(text: string, values: readonly unknown[] = []) => (await superuser.query<R>(text, [...values])).rows,
    open: (options = {}) => openPool({ maxConnections: 4, ...options, url: urls.app }),
    async drop() {
      await Promise.all([db.close(), superuser.end()]);
      await asAdmin('postgres', (client) => client.query(`drop database if exists ${name} with (force)`));
    },
  };
}

/** An empty database of the run's server, without roles or tables of ours; for tests of the migrations themselves. */
export async function createEmptyDatabase(): Promise<{ url: Secret; appUrl: Secret; drop(): Promise<void> }> {
  const { app, admin } = inject('postgres');
  const name = `empty_${process.pid}_${++made}_${Date.now().toString(36)}`;
  await asAdmin('postgres', (client) => client.query(`create database ${name}`));
  return {
    url: new Secret(inDatabase(admin, name)),
    appUrl: new Secret(inDatabase(app, name)),
    drop: () => asAdmin('postgres', async (client) => void (await client.query(`drop database if exists ${name} with (force)`))),
  };
}

/** The migrations of every module that has some, in order. */
export function modulesWithMigrations(): Migrations[] {
  const source = new URL('../../src/', import.meta.url);
  const rank = (module: string): string => `${String(FLOORS.indexOf(module) + 1 || 99).padStart(2, '0')}${module}`;
  return readdirSync(source)
    .filter((module) => existsSync(new URL(`${module}/migrations/`, source)))
    .toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))
    .map((module) => ({ module, folder: new URL(`${module}/migrations/`, source) }));
}

/** Built once per run and set of files; the others wait for whoever builds it. */
async function templateOf(migrations: readonly Migrations[]): Promise<string> {
  const name = `template_${digest(migrations)}`;
  await asAdmin('postgres', async (client) => {
    await client.query(`select pg_advisory_lock(hashtextextended($1, 0))`, [name]);
    const { rowCount } = await client.query('select from pg_database where datname = $1 and datistemplate', [name]);
    if (rowCount) return;
    await client.query(`drop database if exists ${name}`);
    await client.query(`create database ${name}`);
    await migrate({ adminUrl: new Secret(inDatabase(inject('postgres').admin, name)), migrations });
    await client.query(`alter database ${name} is_template true`);
  });
  return name;
}

function digest(migrations: readonly Migrations[]): string {
  const hash = createHash('sha256');
  for (const { module, folder } of migrations) {
    for (const file of readdirSync(folder).toSorted()) hash.update(`${module}/${file}\n`).update(readFileSync(new URL(file, folder)));
  }
  return hash.digest('hex').slice(0, 16);
}

async function asAdmin<T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(connectionConfig(new Secret(inDatabase(inject('postgres').admin, database))));
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function inDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Addresses of the run's server, in the clear since they only reach workers of this run. */
    postgres: { app: string; admin: string };
  }
}
