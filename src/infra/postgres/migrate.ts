import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { AppError } from '../../base/error.ts';
import type { Secret } from '../../base/secret.ts';
import { connectionConfig } from './connection.ts';
import { unreachable } from './reach.ts';

/** The migrations of one module: SQL files `NNNN-name.sql` in a folder, applied in the order of their names. */
export type Migrations = { module: string; folder: URL };

/** One file and what a run would do with it. */
export type PlanStep = { module: string; file: string; state: 'applied' | 'pending' };

export type MigrateOptions = {
  /** Direct address of an administrator: a superuser, or an owner of the database with CREATEROLE. */
  adminUrl: Secret;
  /** In the order in which they build on each other; `infra` comes first. */
  migrations: readonly Migrations[];
  /** Password for `rialto_app` if that role has to be created; an existing role keeps its own. */
  appPassword?: Secret;
  report?: (text: string) => void;
  /** Ends the run between two files, or while another migrator is at work. */
  stop?: AbortSignal;
};

type File = { module: string; file: string; checksum: string; sql: string };
type Applied = { module: string; file: string; checksum: string };

/** One number for all migrators of a database, so that two never run at once. */
const LOCK = '7311846902211';
const LOCK_POLL_MS = 50;

const HISTORY = `
  create schema if not exists infra;
  create table if not exists infra.migration (
    module text not null,
    file text not null,
    checksum text not null,
    applied_at timestamptz(3) not null default now(),
    duration_ms integer not null,
    primary key (module, file)
  )`;

/**
 * Brings the database up to the files: forward only, each file in a transaction of its own, as `rialto_owner`, one
 * migrator at a time. Answers with the files it applied.
 * Errors: `migrate.changed` for a file that differs from what was applied, `migrate.missing` when the database has files
 * that this version does not know, `migrate.out_of_order` for a new file before an applied one,
 * `migrate.failed` names file and line, `migrate.not_allowed` when the administrator may not create what is needed; the
 * reason of `stop`.
 */
export async function migrate(options: MigrateOptions): Promise<PlanStep[]> {
  const files = filesOf(options.migrations);
  return withClient(options.adminUrl, async (client) => {
    await takeTurn(client, options.stop);
    await prepare(client, options.appPassword);
    const pending = compare(files, await appliedIn(client));
    for (const file of pending) {
      options.stop?.throwIfAborted();
      options.report?.(`Migrating ${file.module}/${file.file}`);
      await apply(client, file);
    }
    return pending.map(({ module, file }) => ({ module, file, state: 'pending' }));
  });
}

/** Asks again and again, since who waits in the database for the lock cannot be stopped. */
async function takeTurn(client: pg.Client, stop: AbortSignal | undefined): Promise<void> {
  for (;;) {
    stop?.throwIfAborted();
    const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [LOCK]);
    if (rows[0]?.mine) return;
    await delay(LOCK_POLL_MS);
  }
}

/** What `migrate` would find and do, without doing anything. Errors: those of `migrate` that concern files. */
export async function planMigrations({ adminUrl, migrations }: Pick<MigrateOptions, 'adminUrl' | 'migrations'>): Promise<PlanStep[]> {
  const files = filesOf(migrations);
  return withClient(adminUrl, async (client) => {
    const pending = new Set(compare(files, await appliedIn(client)));
    return files.map((file) => ({ module: file.module, file: file.file, state: pending.has(file) ? 'pending' : 'applied' }));
  });
}

function filesOf(migrations: readonly Migrations[]): File[] {
  return migrations.flatMap(({ module, folder }) =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.sql'))
      .toSorted()
      .map((file) => {
        if (!/^\d{4}-[a-z0-9-]+\.sql$/.test(file))
          throw new AppError('invalid', 'migrate.misnamed', `${module}/${file} must be named like 0001-name.sql.`);
        const sql = readFileSync(new URL(file, folder.href.endsWith('/') ? folder : `${folder.href}/`), 'utf8').replaceAll('\r\n', '\n');
        return { module, file, sql, checksum: createHash('sha256').update(sql).digest('hex') };
      }),
  );
}

/** Files still to be applied, after checking that what was applied is what we have. */
function compare(files: readonly File[], applied: readonly Applied[]): File[] {
  const byName = new Map(applied.map((row) => [`${row.module}/${row.file}`, row]));
  const lastOf = new Map<string, string>();
  for (const { module, file } of applied) if (file > (lastOf.get(module) ?? '')) lastOf.set(module, file);
  const known = new Set(files.map(({ module, file }) => `${module}/${file}`));
  const modules = new Set(files.map(({ module }) => module));
  for (const [name, { module }] of byName) {
    if (modules.has(module) && !known.has(name))
      throw refused('missing', `The database has the migration ${name}, which this version does not know: it was migrated by a newer one.`);
  }
  return files.filter((file) => {
    const name = `${file.module}/${file.file}`;
    const row = byName.get(name);
    if (row === undefined && file.file < (lastOf.get(file.module) ?? '')) {
      throw refused(
        'out_of_order',
        `${name} is new but comes before ${lastOf.get(file.module)}, which is applied already. Give it a higher number.`,
      );
    }
    if (row && row.checksum !== file.checksum)
      throw refused('changed', `${name} was changed after it had been applied. Restore it and put the change into a new file.`);
    return row === undefined;
  });
}

function refused(what: string, message: string): AppError {
  return new AppError('conflict', `migrate.${what}`, message);
}

async function appliedIn(client: pg.Client): Promise<Applied[]> {
  const { rows } = await client.query<{ exists: boolean }>(`select to_regclass('infra.migration') is not null as exists`);
  if (!rows[0]?.exists) return [];
  return (await client.query<Applied>('select module, file, checksum from infra.migration')).rows;
}

/** Roles, the history table, and from then on the owner's role. */
async function prepare(client: pg.Client, appPassword: Secret | undefined): Promise<void> {
  const roles = readFileSync(new URL('roles.sql', import.meta.url), 'utf8');
  try {
    const before = await client.query(`select from pg_roles where rolname = 'rialto_app'`);
    await client.query(roles);
    if (before.rowCount === 0 && appPassword)
      await client.query(`alter role rialto_app password ${client.escapeLiteral(appPassword.reveal())}`);
    await client.query('set role rialto_owner');
    await client.query(HISTORY);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new AppError(
      'forbidden',
      'migrate.not_allowed',
      `The administrator of DATABASE_ADMIN_URL may not prepare the database (${why}). It must own the database and have CREATEROLE, or the roles of src/infra/postgres/roles.sql must be created and granted beforehand.`,
      error,
    );
  }
}

async function apply(client: pg.Client, { module, file, sql, checksum }: File): Promise<void> {
  const started = performance.now();
  try {
    await client.query(`begin; set local lock_timeout = '30s'`);
    await client.query(sql);
    await client.query('insert into infra.migration (module, file, checksum, duration_ms) values ($1, $2, $3, $4)', [
      module,
      file,
      checksum,
      Math.round(performance.now() - started),
    ]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw failed(`${module}/${file}`, sql, error);
  }
}

function failed(name: string, sql: string, error: unknown): AppError {
  const { message, position, detail, hint } = error as Partial<pg.DatabaseError>;
  const line = position === undefined ? '' : `, line ${sql.slice(0, Number(position)).split('\n').length}`;
  const more = [detail, hint].filter((text) => text !== undefined).map((text) => ` ${text}`);
  return new AppError('unprocessable', 'migrate.failed', `Migration ${name}${line} failed: ${message}.${more.join('')}`, error);
}

async function withClient<T>(url: Secret, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...connectionConfig(url), application_name: 'rialto migrate' });
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    throw unreachable('DATABASE_ADMIN_URL', error);
  }
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}
