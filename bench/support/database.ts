import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Secret } from '../../src/base/secret.ts';
import { startEmbedded } from '../../src/infra/postgres/embedded.ts';
import { migrate } from '../../src/infra/postgres/migrate.ts';

/** A fresh embedded server, as durable as in production, with the tables of some modules. */
export type BenchDatabase = { appUrl: Secret; adminUrl: Secret; close(): Promise<void> };

export async function createBenchDatabase(modules: readonly string[]): Promise<BenchDatabase> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'rialto-bench-'));
  const server = await startEmbedded({ dataFolder });
  const folder = (module: string): URL => new URL(`../../src/${module}/migrations/`, import.meta.url);
  await migrate({ adminUrl: server.adminUrl(), migrations: modules.map((module) => ({ module, folder: folder(module) })) });
  return {
    appUrl: server.appUrl(),
    adminUrl: server.adminUrl(),
    async close() {
      await server.stop();
      rmSync(server.home, { recursive: true, force: true });
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}
