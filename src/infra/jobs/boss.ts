import pg from 'pg';
import { PgBoss } from 'pg-boss';
import type { Secret } from '../../base/secret.ts';
import type { Log } from '../log/log.ts';
import { connectionConfig } from '../postgres/connection.ts';

/** The schema that pg-boss owns and migrates by itself; the application role has no rights in it. */
const SCHEMA = 'jobs';

export type Boss = { boss: PgBoss; close(graceMs: number): Promise<void> };

/**
 * Starts pg-boss on the direct address as `rialto_owner`, so that its schema belongs to the same owner as all others. It
 * creates and upgrades its schema itself, under a lock of its own: its migrations come with the package, not as our files.
 */
export async function startBoss(adminUrl: Secret, log: Pick<Log, 'warn'>, work: 'run' | 'migrate only'): Promise<Boss> {
  const config = connectionConfig(adminUrl);
  const pool = new pg.Pool({
    ...config,
    application_name: 'rialto jobs',
    // The role holds for the whole session, which is why this must not go through a pooler.
    options: [config.options, '-c role=rialto_owner'].filter(Boolean).join(' '),
    max: 3,
    connectionTimeoutMillis: 10_000,
  });
  pool.on('error', () => undefined);
  const running = work === 'run';
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values) },
    schema: SCHEMA,
    // Made by migration 0013, so that only the migrator needs the right to create schemas.
    createSchema: false,
    supervise: running,
    schedule: running,
  });
  boss.on('error', (error) => log.warn('the job queue met an error and goes on', { error }));
  boss.on('warning', ({ message, data }) => log.warn('the job queue warns', { reason: message, data }));
  let closed: Promise<void> | undefined;
  const close = (graceMs: number): Promise<void> => (closed ??= boss.stop({ graceful: running, timeout: graceMs }).then(() => pool.end()));
  try {
    await boss.start();
  } catch (error) {
    await close(0);
    throw error;
  }
  return { boss, close };
}

/** Creates or upgrades the job tables: the part of `rialto migrate` that is not SQL files. */
export async function migrateJobs(adminUrl: Secret, log: Pick<Log, 'warn'>): Promise<void> {
  const { close } = await startBoss(adminUrl, log, 'migrate only');
  await close(0);
}
