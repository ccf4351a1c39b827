import { join } from 'node:path';
import { openDataFolder, type DataFolder } from '../infra/data-folder.ts';
import type { Log } from '../infra/log/log.ts';
import { createMetrics } from '../infra/metrics/metrics.ts';
import { createClosers } from './closers.ts';
import { compose, type Ground, type House } from './compose.ts';
import type { Config } from './config.ts';
import { findDatabase, openMigrated, type Report } from './database.ts';

/** A house with the ground under it; `close` leaves nothing behind, and closes first what was added by `onClose`. */
export type OpenHouse = House & { ground: Ground; onClose(close: () => Promise<void>): void };

/**
 * Opens everything that answers no network yet: data folder, database, schema, modules.
 * Errors: those of `openDataFolder`, of the embedded server, of the migrations and of `requireSafeRole`.
 */
export async function openHouse(config: Config, log: Log, report: Report): Promise<OpenHouse> {
  const closers = createClosers();
  try {
    const folder: DataFolder = openDataFolder(config.dataFolder);
    closers.add(() => folder.close());
    const addresses = await findDatabase(config, folder.path, report);
    closers.add(() => addresses.stop());
    const db = await openMigrated(addresses, report);
    closers.add(() => db.close());
    const metrics = createMetrics();
    closers.add(() => metrics.close());
    const ground: Ground = { config, keyFile: join(folder.path, 'master.key'), addresses, db, log, metrics };
    const house = await compose(ground);
    closers.add(() => house.close());
    return { ...house, ground, onClose: closers.add, close: () => closers.close() };
  } catch (error) {
    await closers.close();
    throw error;
  }
}
