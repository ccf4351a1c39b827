import { join } from 'node:path';
import { AppError } from '../base/error.ts';
import { openDataFolder, type DataFolder } from '../infra/data-folder.ts';
import type { Log } from '../infra/log/log.ts';
import { createMetrics } from '../infra/metrics/metrics.ts';
import { attachEmbedded } from '../infra/postgres/attach.ts';
import { createClosers } from './closers.ts';
import { compose, type Ground, type House } from './compose.ts';
import type { Config } from './config.ts';
import { findDatabase, openMigrated, type Addresses, type Report } from './database.ts';

/** A house with the ground under it; `close` leaves nothing behind, and closes first what was added by `onClose`. */
export type OpenHouse = House & { ground: Ground; onClose(close: () => Promise<void>): void };

type Opening = { beside?: boolean; stop: AbortSignal };

/**
 * Opens everything that answers no network yet: data folder, database, schema, modules. `beside` allows that another
 * process runs on the same data folder: its database is used, and it goes on undisturbed. After `stop` nothing more is
 * opened, and what is open is closed.
 * Errors: those of `openDataFolder`, of the embedded server, of the migrations and of `requireSafeRole`; the reason of `stop`.
 */
export async function openHouse(config: Config, log: Log, report: Report, { beside = false, stop }: Opening): Promise<OpenHouse> {
  const closers = createClosers();
  try {
    const folder = await takeFolder(config, beside, stop);
    closers.add(() => folder.close());
    const addresses = folder.inUse ? attached(config) : await findDatabase(config, folder.path, report, stop);
    closers.add(() => addresses.stop());
    const db = await openMigrated(addresses, report, stop);
    closers.add(() => db.close());
    stop.throwIfAborted();
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

/** The data folder for this process alone, or as another one has it. */
async function takeFolder({ dataFolder }: Config, beside: boolean, stop: AbortSignal): Promise<DataFolder & { inUse: boolean }> {
  try {
    return { ...(await openDataFolder(dataFolder, stop)), inUse: false };
  } catch (error) {
    if (!beside || !(error instanceof AppError) || error.code !== 'start.data_folder_in_use') throw error;
    return { path: dataFolder, close: () => {}, inUse: true };
  }
}

/** The database that the process in the data folder uses, which also stops it. */
function attached({ databaseUrl, databaseAdminUrl, dataFolder }: Config): Addresses {
  const urls = databaseUrl && databaseAdminUrl ? { appUrl: databaseUrl, adminUrl: databaseAdminUrl } : attachEmbedded(dataFolder);
  return { ...urls, stop: () => Promise.resolve() };
}
