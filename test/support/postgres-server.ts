import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openDataFolder } from '../../src/infra/data-folder.ts';
import { startEmbedded } from '../../src/infra/postgres/embedded.ts';
import './database.ts';

const PREFIX = 'rialto-test-';
const HOUR_MS = 3_600_000;

/** Starts the one server of a test run in a folder of its own and takes both away afterwards. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await sweep();
  const path = mkdtempSync(join(tmpdir(), PREFIX));
  const folder = await openDataFolder(path);
  const server = await startEmbedded({ dataFolder: folder.path, durable: false });
  project.provide('postgres', { app: server.appUrl().reveal(), admin: server.adminUrl().reveal() });
  return async () => {
    await server.stop();
    folder.close();
    rmSync(server.home, { recursive: true, force: true });
    rmSync(path, { recursive: true, force: true });
  };
}

/** Removes what runs left behind that were killed; a folder that a run still has is locked. */
async function sweep(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const path = join(tmpdir(), name);
    if (!name.startsWith(PREFIX) || Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < HOUR_MS) continue;
    try {
      (await openDataFolder(path)).close();
    } catch {
      continue;
    }
    rmSync(path, { recursive: true, force: true });
  }
}
