import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { canonicalJson } from '../base/canonical-json.ts';
import { AppError } from '../base/error.ts';
import { Secret } from '../base/secret.ts';
import { readSettings, type CheckSettings } from '../readiness/check/settings.ts';
import type { Supplied } from '../readiness/library.ts';
import type { Release } from '../readiness/deps.ts';
import { SETTINGS, type Config } from './config.ts';
import type { Addresses } from './database.ts';
import { manifest } from './modules.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const GIT_TIMEOUT_MS = 5_000;

const CATALOGUE = new URL('../readiness/catalogue/', import.meta.url);

/** The production checklist of the product, with what decides its lines. */
export async function suppliedChecklists(): Promise<Supplied[]> {
  const [source, bindings] = await Promise.all([
    readFile(new URL('production.md', CATALOGUE)),
    readFile(new URL('production.bindings.yaml', CATALOGUE), 'utf8'),
  ]);
  return [{ name: 'production', source, bindings }];
}

/** What runs here: the commit of the checkout, or the version where there is none, and a fingerprint of the configuration. */
export async function releaseOf(config: Config, masterKey: Secret<Uint8Array>): Promise<Release> {
  const { environment } = config;
  const configHash = configHashOf(config, masterKey);
  const head = await git('rev-parse', 'HEAD');
  if (head === undefined) return { commit: `v${manifest.version}`, configHash, environment };
  const [changed, author] = await Promise.all([
    git('status', '--porcelain', '--untracked-files=no'),
    git('log', '-1', '--format=%an <%ae>'),
  ]);
  // Files that were edited since are another release than the commit, and nobody knows which.
  return { commit: changed === '' ? head : `${head}-changed`, ...(author && { author }), configHash, environment };
}

/** What git says of the checkout; undefined when there is no git or no checkout. */
async function git(...args: string[]): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('git', ['-C', ROOT, ...args], {
      timeout: GIT_TIMEOUT_MS,
      env: { PATH: process.env['PATH'], GIT_OPTIONAL_LOCKS: '0', GIT_CEILING_DIRECTORIES: dirname(dirname(ROOT)) },
    });
    return stdout.trim();
  } catch {
    return undefined;
  }
}

/**
 * SHA-256 over the whole configuration, keyed with the master key, so that nobody can try out passwords against it. The
 * port is left out: processes of one installation listen on several.
 */
function configHashOf({ port: _, ...config }: Config, masterKey: Secret<Uint8Array>): string {
  const shown = Object.entries(config).map(([name, value]): [string, unknown] => [name, value instanceof Secret ? value.reveal() : value]);
  // Through JSON, so that a setting that is not set is one that is not there.
  const plain: unknown = JSON.parse(JSON.stringify(Object.fromEntries(shown)));
  return createHmac('sha256', masterKey.reveal()).update(canonicalJson(plain)).digest('hex');
}

/**
 * What checks may ask: the house itself, its database as the application sees it, its metrics; and what the file names that
 * the configuration points to. Errors: `readiness.settings_invalid`, `readiness.settings_unreadable`.
 */
export async function checkSettings(config: Config, { appUrl }: Pick<Addresses, 'appUrl'>): Promise<(address: string) => CheckSettings> {
  const { readinessSettings: path, dataFolder } = config;
  const named = path === undefined ? undefined : readSettings(await readText(path), dirname(path));
  const names = Object.values(SETTINGS).map(({ name }) => name);
  return (address) => {
    const own = { app: { url: address }, metrics: { url: address }, database: { url: appUrl.reveal() } };
    const house = { root: ROOT, folders: [dataFolder], hosts: [], networks: [], sweep: [], names, commands: {} };
    return { ...house, ...named, targets: { ...own, ...named?.targets }, names: [...names, ...(named?.names ?? [])] };
  };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code;
    throw new AppError(
      'invalid',
      'readiness.settings_unreadable',
      `RIALTO_READINESS_SETTINGS names ${path}, which cannot be read: ${why}.`,
    );
  }
}
