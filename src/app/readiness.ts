import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canonicalJson } from '../base/canonical-json.ts';
import { AppError } from '../base/error.ts';
import { Secret } from '../base/secret.ts';
import type { Probe } from '../readiness/check/check.ts';
import { namesRead, readSettings, type CheckSettings } from '../readiness/check/settings.ts';
import { valuesOf } from '../readiness/check/targets.ts';
import { historyOf, type History } from '../readiness/run/authors.ts';
import { commitOf, type Commit } from '../readiness/run/commit.ts';
import { hashesOfFiles } from '../readiness/run/deployed.ts';
import { readHouseSettings, RUN_KEYS, type RunSettings } from '../readiness/run/settings.ts';
import type { RollbackPolicy } from '../readiness/watch/call-rollback.ts';
import { readRollbackPolicy, WATCH_KEY } from '../readiness/watch/watch-settings.ts';
import type { Supplied } from '../readiness/library.ts';
import type { Release } from '../readiness/deps.ts';
import { SETTINGS, type Config } from './config.ts';
import type { Addresses } from './database.ts';
import { manifest } from './modules.ts';

type Environment = Readonly<Record<string, string | undefined>>;

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

/** What the house gives to readiness of its configuration. */
type HouseReadiness = {
  settingsAt(address: string): CheckSettings;
  rollback(probe: Probe): RollbackPolicy;
  release(): Promise<Release>;
} & Partial<Pick<RunSettings, 'policy' | 'limits'>>;

/** The file that `RIALTO_READINESS_SETTINGS` names, as it was read at the start. */
type Named = { text: string; checks: CheckSettings; run: RunSettings };

/**
 * What checks may ask (the house itself, its database as the application sees it, its metrics; and what the file names that
 * the configuration points to, which also says how the gate decides and when a rollback may be called), and what runs here. Both go by one reading of
 * that file, so that nothing is asked that the configuration's hash does not speak of.
 * Errors: `readiness.settings_invalid`, `readiness.settings_unreadable`.
 */
export async function houseReadiness(
  config: Config,
  { appUrl }: Pick<Addresses, 'appUrl'>,
  masterKey: Secret<Uint8Array>,
  environment: Environment = process.env,
): Promise<HouseReadiness> {
  const { readinessSettings: path, dataFolder } = config;
  const named = path === undefined ? undefined : await readNamed(path, config.environment);
  const names = Object.values(SETTINGS).map(({ name }) => name);
  const settingsAt = (address: string): CheckSettings => {
    const own = { app: { url: address }, metrics: { url: address }, database: { url: appUrl.reveal() } };
    const house = { root: ROOT, folders: [dataFolder], hosts: [], networks: [], sweep: [], names, commands: {} };
    const { checks } = named ?? {};
    return { ...house, ...checks, targets: { ...own, ...checks?.targets }, names: [...names, ...(checks?.names ?? [])] };
  };
  let commit: Promise<Commit> | undefined;
  return {
    settingsAt,
    ...(named && { policy: named.run.policy, limits: named.run.limits }),
    rollback: (probe) => (named ? readRollbackPolicy(named.text, probe) : { mode: 'off' }),
    // The code that runs is that of the start; what checks read beside it may change at any time.
    async release() {
      const deployed = await (commit ??= commitHere());
      const read = named && (await readNow(named, environment));
      const configHash = configHashOf(config, read, masterKey);
      return { ...deployed, configHash, environment: config.environment, history: historySince(deployed, named?.run.releaseTag) };
    },
  };
}

/** Who wrote what was started; the same question is asked of the repository once. */
function historySince({ commit }: Commit, tag: string | undefined): NonNullable<Release['history']> {
  return async (verdicts) => {
    const key = JSON.stringify([commit, tag, verdicts]);
    if (!histories.has(key)) {
      histories.clear();
      histories.set(key, historyOf(ROOT, { commit, released: { verdicts, ...(tag !== undefined && { tag }) } }));
    }
    return await histories.get(key);
  };
}

const histories = new Map<string, Promise<History | undefined>>();

/** The commit of the checkout, or the version where there is none. */
async function commitHere(): Promise<Commit> {
  return await commitOf(ROOT).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'readiness.commit_unknown') return { commit: `v${manifest.version}` };
    throw error;
  });
}

/** What the file says, and what it points to: the settings that may be read, and the files that belong to the configuration. */
async function readNow({ checks, run }: Named, environment: Environment): Promise<unknown> {
  const values = valuesOf(checks, environment);
  // Processes of one installation listen on several ports.
  const names = [...new Set([...run.config.env, ...namesRead(checks)])].filter((name) => name !== SETTINGS.port.name).toSorted();
  const env = names.map((name) => [name, values[name] ?? null]);
  return { says: run.hash, env, files: await hashesOfFiles(checks.root, run.config.files) };
}

/**
 * SHA-256 over the whole configuration, keyed with the master key, so that nobody can try out passwords against it. The
 * port is left out: processes of one installation listen on several.
 */
function configHashOf({ port: _, ...config }: Config, read: unknown, masterKey: Secret<Uint8Array>): string {
  const shown = Object.entries(config).map(([name, value]): [string, unknown] => [name, value instanceof Secret ? value.reveal() : value]);
  // Through JSON, so that a setting that is not set is one that is not there.
  const plain: unknown = JSON.parse(JSON.stringify({ config: Object.fromEntries(shown), read }));
  return createHmac('sha256', masterKey.reveal()).update(canonicalJson(plain)).digest('hex');
}

async function readNamed(path: string, environment: string): Promise<Named> {
  const text = await readText(path);
  const folder = dirname(path);
  return { text, checks: readSettings(text, folder, [...RUN_KEYS, WATCH_KEY]), run: readHouseSettings(text, folder, environment) };
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
