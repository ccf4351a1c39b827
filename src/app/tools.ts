import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AppError } from '../base/error.ts';
import { openDataFolder } from '../infra/data-folder.ts';
import { attachEmbedded } from '../infra/postgres/attach.ts';
import { openPool, type Pool } from '../infra/postgres/pool.ts';
import type { Config } from './config.ts';
import { findDatabase, type Addresses, type Report } from './database.ts';

/** What a command beside a running house works with; `close` lets go of all of it. */
export type Tools = { addresses: Addresses; db: Pool; dataFolder: string; close(): Promise<void> };

/** Finds the database: the configured one, that of a running house, or the embedded one, started for the command. */
export async function openTools(config: Config, report: Report = () => {}): Promise<Tools> {
  const { addresses, release } = await reach(config, report);
  const db = openPool({ url: addresses.appUrl, applicationName: 'rialto-cli', maxConnections: 4 });
  return {
    addresses,
    db,
    dataFolder: resolve(config.dataFolder),
    async close() {
      await db.close();
      await addresses.stop();
      release();
    },
  };
}

async function reach(config: Config, report: Report): Promise<{ addresses: Addresses; release: () => void }> {
  const none = () => {};
  if (config.databaseUrl) return { addresses: await findDatabase(config, config.dataFolder, report), release: none };
  if (!existsSync(join(config.dataFolder, 'postgres.passwords'))) {
    throw new AppError(
      'not_found',
      'start.no_installation',
      `There is no installation in ${config.dataFolder}. Start Rialto once, or name another folder in RIALTO_DATA.`,
    );
  }
  try {
    const folder = await openDataFolder(config.dataFolder);
    return { addresses: await findDatabase(config, folder.path, report), release: () => folder.close() };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'start.data_folder_in_use') throw error;
    return { addresses: { ...attachEmbedded(config.dataFolder), stop: () => Promise.resolve() }, release: none };
  }
}
