import type { Secret } from '../base/secret.ts';
import { requireSafeRole } from '../infra/postgres/app-role.ts';
import { startEmbedded } from '../infra/postgres/embedded.ts';
import { migrate } from '../infra/postgres/migrate.ts';
import { openPool, type Pool } from '../infra/postgres/pool.ts';
import { unreachable } from '../infra/postgres/reach.ts';
import type { Config } from './config.ts';
import { MIGRATIONS } from './modules.ts';

/** Hears of slow steps, as sentences for a person. */
export type Report = (text: string) => void;

/** Both addresses of the database, and how to let go of it. */
export type Addresses = { appUrl: Secret; adminUrl: Secret; stop(): Promise<void> };

/** The database as the configuration names it; without a name the embedded server is started in the data folder, until `stop` says no. */
export async function findDatabase(config: Config, dataFolder: string, report: Report, stop?: AbortSignal): Promise<Addresses> {
  if (config.databaseUrl && config.databaseAdminUrl) {
    return { appUrl: config.databaseUrl, adminUrl: config.databaseAdminUrl, stop: () => Promise.resolve() };
  }
  const server = await startEmbedded({ dataFolder, report, ...(stop && { stop }) });
  return { appUrl: server.appUrl(), adminUrl: server.adminUrl(), stop: () => server.stop() };
}

/**
 * Brings the schema up to date and opens the application's pool, which must not be able to look past a tenant.
 * Errors: those of `migrate` and `requireSafeRole`; `database.unreachable` names the setting and the reason.
 */
export async function openMigrated({ appUrl, adminUrl }: Addresses, report: Report, stop?: AbortSignal): Promise<Pool> {
  await migrate({ adminUrl, migrations: MIGRATIONS, report, ...(stop && { stop }) });
  const pool = openPool({ url: appUrl, applicationName: 'rialto' });
  try {
    await requireSafeRole(pool);
    return pool;
  } catch (error) {
    await pool.close();
    throw unreachable('DATABASE_URL', error);
  }
}
