import { readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { AppError } from '../../base/error.ts';
import { systemClock, type Clock } from '../../base/time.ts';
import { addressRefused, decoded, guardedLookup, isAllowed, isAllowedAddress, plainHost, portOf, targetRefused } from './allow.ts';
import type { Probe, Target } from './check.ts';
import { hiderOf, isSecretSetting } from './redact.ts';
import type { CheckSettings, NamedTarget } from './settings.ts';

/** What a probe is made of: the settings, the environment that they may name, and the run that it is for. */
export type ProbeDeps = {
  settings: CheckSettings;
  environment: Readonly<Record<string, string | undefined>>;
  clock?: Clock;
  signal?: AbortSignal;
  commit?: string;
  checkedOut?: string | undefined;
  records?: string;
  callers?: readonly number[];
};

/**
 * What checks may use, by these settings: only named targets and allowed hosts, only named settings, only reviewed commands.
 * Errors: `readiness.settings_invalid` when the file of settings that they name cannot be read.
 */
export function createProbe({ settings, environment, clock = systemClock, signal, ...of }: ProbeDeps): Probe {
  const { commit, checkedOut, records, callers } = of;
  const values = valuesOf(settings, environment);
  const networks = networksOf(settings);
  const valueOf = (name: string): string | undefined => (Object.hasOwn(values, name) ? values[name] : undefined);
  const target = (name: string): Target => targetOf(name, { settings, valueOf, networks });
  return {
    signal: signal ?? new AbortController().signal,
    clock,
    root: settings.root,
    folders: settings.folders,
    ...(commit !== undefined && { commit }),
    ...(checkedOut !== undefined && { checkedOut }),
    ...(records !== undefined && { records }),
    ...(callers && { callers }),
    target,
    ownHost: (name) => ownHost(name, settings, networks),
    lookup: guardedLookup(networks),
    setting(name) {
      if (settings.names.includes(name)) return valueOf(name);
      throw new AppError('forbidden', 'readiness.setting_refused', `${name.slice(0, 64)} is not among the settings that may be read.`);
    },
    command(name) {
      const found = Object.hasOwn(settings.commands, name) ? settings.commands[name] : undefined;
      if (!found)
        throw new AppError(
          'forbidden',
          'readiness.command_refused',
          `${name.slice(0, 64)} is not among the reviewed commands; nothing was run.`,
        );
      const entries = found.env.flatMap((key) => (valueOf(key) === undefined ? [] : [[key, valueOf(key)!] as const]));
      return { argv: found.argv, folder: resolve(settings.root, found.folder), env: Object.fromEntries(entries) };
    },
    hide: hiderOf(secretsIn(settings, values)),
  };
}

/**
 * The values of settings as checks see them: those of the file that the settings name come before the environment.
 * Errors: `readiness.settings_invalid` when that file cannot be read.
 */
export function valuesOf(settings: CheckSettings, environment: ProbeDeps['environment']): ProbeDeps['environment'] {
  return { ...environment, ...settingsFile(settings) };
}

function settingsFile(settings: CheckSettings): NodeJS.Dict<string> {
  if (settings.file === undefined) return {};
  try {
    return parseEnv(readFileSync(resolve(settings.root, settings.file), 'utf8'));
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'its text';
    throw new AppError('invalid', 'readiness.settings_invalid', `The file of settings ${settings.file} cannot be read: ${why}.`);
  }
}

function networksOf({ networks }: CheckSettings): BlockList | undefined {
  if (networks.length === 0) return undefined;
  const list = new BlockList();
  for (const [address, bits] of networks) list.addSubnet(address, bits, isIP(address) === 4 ? 'ipv4' : 'ipv6');
  return list;
}

type TargetDeps = { settings: CheckSettings; valueOf(name: string): string | undefined; networks: BlockList | undefined };

function targetOf(name: string, { settings, valueOf, networks }: TargetDeps): Target {
  const named = Object.hasOwn(settings.targets, name) ? settings.targets[name] : undefined;
  const url = named ? namedUrl(name, named, valueOf) : URL.parse(name);
  if (!url) throw targetRefused(`${shortName(name)} is neither a target of the settings nor an address`);
  const host = plainHost(url.hostname);
  if (!named) {
    const rules = [...settings.hosts, ...ownRules(settings, valueOf)];
    const port = portOf(url);
    if (url.username !== '' || url.password !== '') throw targetRefused('an address with a login in it is given by name only');
    if (port === undefined || !isAllowed(rules, host, port)) throw targetRefused(`${shownUrl(url)} is not among the allowed targets`);
  }
  if (isIP(host) !== 0 && !isAllowedAddress(networks, host)) throw addressRefused(host, host);
  return {
    name: named ? name : shownUrl(url),
    url,
    shown: shownUrl(url),
    ...(named?.journeys && { journeys: true }),
    ...(named?.ca !== undefined && { ca: named.ca }),
  };
}

/** Host and port of each named target: an address that leads back to one, such as a redirect, is allowed. */
function ownRules(settings: CheckSettings, valueOf: TargetDeps['valueOf']) {
  return Object.values(settings.targets).flatMap((named) => {
    const url = URL.parse('url' in named ? named.url : (valueOf(named.env) ?? ''));
    const port = url ? portOf(url) : undefined;
    return url && port !== undefined ? [{ host: plainHost(url.hostname), below: false, ports: [port, port] as const }] : [];
  });
}

function namedUrl(name: string, named: NamedTarget, valueOf: TargetDeps['valueOf']): URL {
  if ('url' in named) return new URL(named.url);
  const value = valueOf(named.env);
  if (value === undefined || value === '')
    throw new AppError('unprocessable', 'readiness.target_unset', `The target ${name} is in the setting ${named.env}, which is not set.`);
  const url = URL.parse(value);
  if (!url)
    throw new AppError('unprocessable', 'readiness.target_unset', `The setting ${named.env} of the target ${name} holds no address.`);
  return url;
}

function ownHost(name: string, settings: CheckSettings, networks: BlockList | undefined): Target {
  const host = plainHost(name);
  if (!settings.sweep.includes(host)) throw targetRefused(`${shortName(name)} is not named as a host of one's own (allow.sweep)`);
  if (isIP(host) !== 0 && !isAllowedAddress(networks, host)) throw addressRefused(host, host);
  const url = new URL(`tcp://${isIP(host) === 6 ? `[${host}]` : host}`);
  return { name: host, url, shown: host };
}

const shortName = (name: string): string => (URL.canParse(name) ? shownUrl(new URL(name)) : name.slice(0, 64));

/** An address as it may be shown: without its login, query and fragment. */
function shownUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`;
}

/** What must never be seen: values of secret settings, and the logins in the addresses of targets. */
function secretsIn(settings: CheckSettings, values: Readonly<Record<string, string | undefined>>): string[] {
  const named = Object.values(settings.targets);
  const names = [...settings.names, ...named.flatMap((target) => ('env' in target ? [target.env] : []))];
  const set = names.flatMap((name) => (values[name] ? [[name, values[name]] as const] : []));
  const urls = [...named.flatMap((target) => ('url' in target ? [target.url] : [])), ...set.map(([, value]) => value)];
  const logins = urls.flatMap((text) => {
    const url = URL.parse(text);
    return url ? [url.password, decoded(url.password)] : [];
  });
  return [...set.filter(([name, value]) => !URL.canParse(value) && isSecretSetting(name, value)).map(([, value]) => value), ...logins];
}
