import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { connectionConfig } from '../../src/infra/postgres/connection.ts';
import { migrate } from '../../src/infra/postgres/migrate.ts';
import { createEmptyDatabase, modulesWithMigrations } from './database.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A database as an earlier version left it, and what brings it to today's; `client` is a superuser's. */
export type EarlierDatabase = { client: pg.Client; upgrade(): Promise<void> };

/**
 * With the modules that a module builds on, and of its own migrations those in front of a number such as `0035`. Dropped when
 * the test has ended. Only for `*.db.test.ts`.
 */
export async function openEarlierDatabase(module: string, before: string): Promise<EarlierDatabase> {
  const database = await createEmptyDatabase();
  onTestFinished(() => database.drop());
  const all = modulesWithMigrations();
  const floor = all.findIndex((one) => one.module === module);
  const own = fileURLToPath(all[floor]!.folder);
  const folder = temporaryFolder();
  for (const file of readdirSync(own)) if (file < before) cpSync(join(own, file), join(folder, file));
  await migrate({ adminUrl: database.url, migrations: [...all.slice(0, floor), { module, folder: pathToFileURL(`${folder}/`) }] });
  const client = new pg.Client(connectionConfig(database.url));
  await client.connect();
  onTestFinished(() => client.end());
  return { client, upgrade: async () => void (await migrate({ adminUrl: database.url, migrations: all })) };
}
