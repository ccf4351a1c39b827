import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../base/error.ts';
import type { Secret } from '../../base/secret.ts';
import { urlOf } from './embedded.ts';
import { readPasswords } from './cluster.ts';
import { place } from './placement.ts';

/**
 * Addresses of the embedded server that another process runs in a data folder, for tools beside it. The server writes its
 * port and its socket folder into postmaster.pid (lines 4 and 5).
 * Errors: `database.not_running`.
 */
export function attachEmbedded(dataFolder: string): { appUrl: Secret; adminUrl: Secret } {
  const passwords = readPasswords(join(dataFolder, 'postgres.passwords'));
  const [, , , port, socketFolder] = pidLines(join(place(dataFolder).home, 'cluster/postmaster.pid'));
  if (!passwords || !port || !socketFolder) {
    throw new AppError(
      'unavailable',
      'database.not_running',
      `No database is running in ${dataFolder}. Start Rialto first, or name another folder in RIALTO_DATA.`,
    );
  }
  const at = { port: Number(port), socketFolder };
  return { appUrl: urlOf(at, 'rialto_app', passwords.app, 'rialto'), adminUrl: urlOf(at, 'postgres', passwords.admin, 'rialto') };
}

function pidLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}
