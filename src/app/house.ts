import { join } from 'node:path';
import { openDataFolder, type DataFolder } from '../infra/data-folder.ts';
import type { Log } from '../infra/log/log.ts';
import { createMetrics } from '../infra/metrics/metrics.ts';
import { compose, type Ground, type House } from './compose.ts';
import type { Config } from './config.ts';
import { findDatabase, openMigrated, type Report } from './database.ts';

/** A house with the ground under it; `close` leaves nothing behind. */
export type OpenHouse = House & { ground: Ground };

/**
 * Opens everything that answers no network yet: data folder, database, schema, modules.
 * Errors: those of `openDataFolder`, of the embedded server, of the migrations and of `requireSafeRole`.
 */
export async function openHouse(config: Config, log: Log, report: Report): Promise<OpenHouse> {
  const closers: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const step of closers.splice(0).reverse()) await step();
  };
  try {
    const folder: DataFolder = openDataFolder(config.dataFolder);
    closers.push(() => folder.close());
    const addresses = await findDatabase(config, folder.path, report);
    closers.push(() => addresses.stop());
    const db = await openMigrated(addresses, report);
    closers.push(() => db.close());
    const metrics = createMetrics();
    closers.push(() => metrics.close());
    const ground: Ground = { config, keyFile: join(folder.path, 'master.key'), addresses, db, log, metrics };
    const house = await compose(ground);
    closers.push(() => house.close());
    return { ...house, ground, close };
  } catch (error) {
    await close();
    throw error;
  }
}
