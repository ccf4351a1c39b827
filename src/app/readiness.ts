import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canonicalJson } from '../base/canonical-json.ts';
import { AppError } from '../base/error.ts';
import { Secret } from '../base/secret.ts';
import type { Probe } from '../readiness/check/check.ts';
import { readSettings, type CheckSettings } from '../readiness/check/settings.ts';
import { commitOf } from '../readiness/run/deployed.ts';
import { RUN_KEYS } from '../readiness/run/settings.ts';
import type { RollbackPolicy } from '../readiness/watch/call-rollback.ts';
import { readRollbackPolicy, WATCH_KEY } from '../readiness/watch/watch-settings.ts';
import type { Supplied } from '../readiness/library.ts';
import type { Release } from '../readiness/deps.ts';
import { SETTINGS, type Config } from './config.ts';
import type { Addresses } from './database.ts';
import { manifest } from './modules.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

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
  const deployed = await commitOf(ROOT).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'readiness.commit_unknown') return { commit: `v${manifest.version}` };
    throw error;
  });
  return { ...deployed, configHash: configHashOf(config, masterKey), environment: config.environment };
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

/** What the house gives to readiness of its configuration. */
type Allowed = { settingsAt(address: string): CheckSettings; rollback(probe: Probe): RollbackPolicy };

/**
 * What checks may ask: the house itself, its database as the application sees it, its metrics; and what the file names that
 * the configuration points to, which also says when a rollback may be called.
 * Errors: `readiness.settings_invalid`, `readiness.settings_unreadable`.
 */
export async function allowedChecks(config: Config, { appUrl }: Pick<Addresses, 'appUrl'>): Promise<Allowed> {
  const { readinessSettings: path, dataFolder } = config;
  const text = path === undefined ? undefined : await readText(path);
  const named = text === undefined ? undefined : readSettings(text, dirname(path!), [...RUN_KEYS, WATCH_KEY]);
  const names = Object.values(SETTINGS).map(({ name }) => name);
  const settingsAt = (address: string): CheckSettings => {
    const own = { app: { url: address }, metrics: { url: address }, database: { url: appUrl.reveal() } };
    const house = { root: ROOT, folders: [dataFolder], hosts: [], networks: [], sweep: [], names, commands: {} };
    return { ...house, ...named, targets: { ...own, ...named?.targets }, names: [...names, ...(named?.names ?? [])] };
  };
  return { settingsAt, rollback: (probe) => (text === undefined ? { mode: 'off' } : readRollbackPolicy(text, probe)) };
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
