import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { isBic } from '../base/check-digit.ts';
import { AppError } from '../base/error.ts';
import { Secret } from '../base/secret.ts';
import { proxyNetwork } from '../infra/http/proxies.ts';
import { LOG_LEVELS, type LogLevel } from '../infra/log/log.ts';

/** All that can be set from outside. What may carry a password is a Secret. */
export type Config = {
  port: number;
  host: string;
  /** Absolute path: database, files and keys. */
  dataFolder: string;
  databaseUrl?: Secret;
  databaseAdminUrl?: Secret;
  natsUrl?: Secret;
  redisUrl?: Secret;
  modules: readonly ModuleName[];
  demo: boolean;
  logLevel: LogLevel;
  otlpEndpoint?: string;
  smtpUrl?: Secret;
  mailFrom: string;
  /** Hosts of webhooks that may be private or without TLS; `*` for any. */
  webhookHosts: readonly string[];
  corsOrigins: readonly string[];
  publicUrl?: string;
  /** Addresses and networks of proxies in front, which are believed about whom they speak for. */
  trustedProxies: readonly string[];
  /** Requests a minute for one actor, for one bank, for one tenant, for an address without a login and for the whole process. */
  limits: { actor: number; bank: number; tenant: number; address: number; global: number };
  /** How often the open netting window is cut off; 0 leaves it to people. */
  windowSeconds: number;
  /** From where screening lists may be fetched beside public addresses over https. */
  lists: { hosts: readonly string[]; folder: string | undefined };
  /** How many days back final payments are screened again when lists change. */
  rescreenDays: number;
  schemaFolder: string | undefined;
  /** BICs under which this network is addressed. */
  networkBics: readonly string[];
  /** Holiday calendars of the operator's own; the built-in ones alone when absent. */
  calendarFolder: string | undefined;
  /** Where gRPC listens beside HTTP; nowhere when absent. */
  grpcPort: number | undefined;
  /** Where files of rails are exchanged; below the data folder when absent. */
  railFolder: string | undefined;
  /** Hosts of rails that may be private or without TLS. */
  railHosts: readonly string[];
  /** What readiness decides for. */
  environment: (typeof ENVIRONMENTS)[number];
  /** File that names what the checks of readiness may ask beside the house itself. */
  readinessSettings: string | undefined;
};

/** Modules that can be left out; access, ledger and what they stand on always run. */
export const MODULES = ['access', 'ledger', 'settlement', 'readiness'] as const;
const ENVIRONMENTS = ['development', 'staging', 'production'] as const;
export type ModuleName = (typeof MODULES)[number];

type Setting<T> = { name: string; about: string; read: (text: string | undefined) => T };

class Problem extends Error {}

const optional =
  <T>(read: (text: string) => T, fallback: T) =>
  (text: string | undefined): T =>
    text === undefined ? fallback : read(text);

const whole =
  (from: number, to: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < from || value > to) throw new Problem(`must be a whole number from ${from} to ${to}`);
    return value;
  };

const url =
  (...protocols: string[]) =>
  (text: string): string => {
    // The text itself is not repeated: it may hold a password.
    const found = URL.parse(text);
    if (!found || !protocols.includes(found.protocol))
      throw new Problem(`must be an address that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`);
    if (!isEncoded(found.username + found.password + found.hostname + found.pathname))
      throw new Problem('must have each % that means itself, in a password for example, written as %25');
    return text;
  };

/** Whether each % is the beginning of an encoded character. */
function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

const secretUrl = (...protocols: string[]) => optional((text): Secret | undefined => new Secret(url(...protocols)(text)), undefined);

/** Several servers of one cluster may be named. */
const cluster = optional((text): Secret | undefined => {
  for (const part of text.split(',')) url('nats:', 'tls:')(part.trim());
  return new Secret(text);
}, undefined);

const oneOf =
  <T extends string>(values: readonly T[]) =>
  (text: string): T => {
    if (!(values as readonly string[]).includes(text)) throw new Problem(`must be one of ${values.join(', ')}`);
    return text as T;
  };

const listOf =
  <T>(read: (text: string) => T) =>
  (text: string): T[] =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map(read);

const origin = (text: string): string => {
  if (URL.parse(url('http:', 'https:')(text))?.origin !== text)
    throw new Problem('must be origins like https://desk.example.com, without a path');
  return text;
};

/** It is printed, mailed and written into tokens. */
const publicAddress = (text: string): string => {
  const { username, password, search, hash } = new URL(url('http:', 'https:')(text));
  if (username + password + search + hash !== '') throw new Problem('must hold no name, no password, no query and no #part');
  return text;
};

const sender = (text: string): string => {
  if (!/^([^<>@\r\n]+ <[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/.test(text))
    throw new Problem('must be an address like desk@example.com or Desk <desk@example.com>');
  return text;
};

const proxy = (text: string): string => {
  if (!proxyNetwork(text)) throw new Problem('must be addresses or networks like 10.0.0.0/8, which do not name everybody');
  return text;
};

const hostName = (text: string): string => {
  if (text !== '*' && URL.parse(`http://${text}`)?.hostname !== text) throw new Problem('must be host names or addresses, without a port');
  return text;
};

const bicCode = (text: string): string => {
  if (!isBic(text)) throw new Problem('must be BICs of 8 or 11 characters');
  return text;
};

/**
 * Every name that can be set, with what it is for: the one schema, of which `npm run docs` makes docs/reference/settings.md. What a
 * setting is unless told stands behind the last semicolon.
 */
export const SETTINGS = {
  port: { name: 'PORT', about: 'Port of the HTTP server; 8080', read: optional(whole(0, 65_535), 8080) },
  host: { name: 'HOST', about: 'Address to listen on; 127.0.0.1', read: optional((text) => text, '127.0.0.1') },
  dataFolder: {
    name: 'RIALTO_DATA',
    about: 'Folder of database, files and keys; ./data',
    read: optional((text) => resolve(text), resolve('data')),
  },
  databaseUrl: {
    name: 'DATABASE_URL',
    about: 'Your own PostgreSQL (15 or newer) for the application role, perhaps through a pooler in transaction mode; the embedded one',
    read: secretUrl('postgres:', 'postgresql:'),
  },
  databaseAdminUrl: {
    name: 'DATABASE_ADMIN_URL',
    about: 'The same database, directly, for an administrator; needed beside DATABASE_URL',
    read: secretUrl('postgres:', 'postgresql:'),
  },
  natsUrl: {
    name: 'NATS_URL',
    about: 'NATS with JetStream as the bus, like nats://name:password@host:4222, servers of a cluster separated by commas; this process',
    read: cluster,
  },
  redisUrl: { name: 'REDIS_URL', about: 'Redis for shared limits and caches; this process', read: secretUrl('redis:', 'rediss:') },
  modules: {
    name: 'RIALTO_MODULES',
    about: 'Modules to run beside access and ledger, separated by commas: settlement, readiness; all',
    read: optional((text) => (text === 'all' ? [...MODULES] : listOf(oneOf(MODULES))(text)), [...MODULES]),
  },
  demo: {
    name: 'RIALTO_DEMO',
    about: 'on or off: whether the very first start runs the demonstration day, which `rialto demo` does later; on',
    read: optional((text) => oneOf(['on', 'off'])(text) === 'on', true),
  },
  logLevel: { name: 'LOG_LEVEL', about: 'debug, info, warn, error or silent; info', read: optional(oneOf(LOG_LEVELS), 'info') },
  otlpEndpoint: {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    about: 'Where traces go; none',
    read: optional((text): string | undefined => url('http:', 'https:')(text), undefined),
  },
  smtpUrl: {
    name: 'SMTP_URL',
    about: 'Where mail is handed over, like smtp://user:password@host:587; nobody is told by mail',
    read: secretUrl('smtp:', 'smtps:'),
  },
  mailFrom: {
    name: 'RIALTO_MAIL_FROM',
    about: 'Whom mail is from; Rialto <rialto@localhost>',
    read: optional(sender, 'Rialto <rialto@localhost>'),
  },
  webhookHosts: {
    name: 'RIALTO_WEBHOOK_HOSTS',
    about: 'Hosts that webhooks may reach over http or at private addresses, separated by commas, * for any; none',
    read: optional(listOf(hostName), []),
  },
  corsOrigins: {
    name: 'CORS_ORIGINS',
    about: 'Origins of other sites that may call the API, separated by commas; none',
    read: optional(listOf(origin), []),
  },
  publicUrl: {
    name: 'PUBLIC_URL',
    about: 'Address under which people reach this installation; https turns on secure cookies and HSTS; the address that it listens on',
    read: optional((text): string | undefined => publicAddress(text), undefined),
  },
  trustedProxies: {
    name: 'RIALTO_TRUSTED_PROXIES',
    about: 'Addresses and networks of proxies in front, separated by commas, whose X-Forwarded-For tells the caller; none',
    read: optional(listOf(proxy), []),
  },
  actorLimit: {
    name: 'RIALTO_LIMIT_ACTOR',
    about: 'Requests a minute of one user or key, light ones; 1200',
    read: optional(whole(1, 10_000_000), 1_200),
  },
  bankLimit: {
    name: 'RIALTO_LIMIT_BANK',
    about: 'Requests a minute of one bank: by its keys all, by its users those that change something; a batch is one; 100',
    read: optional(whole(1, 10_000_000), 100),
  },
  tenantLimit: {
    name: 'RIALTO_LIMIT_TENANT',
    about: 'Requests a minute of one tenant; 60000',
    read: optional(whole(1, 100_000_000), 60_000),
  },
  addressLimit: {
    name: 'RIALTO_LIMIT_ADDRESS',
    about: 'Requests a minute of one address without a login: pages, documents, refusals; 3000',
    read: optional(whole(1, 100_000_000), 3_000),
  },
  globalLimit: { name: 'RIALTO_LIMIT_GLOBAL', about: 'Requests a minute in all; 600000', read: optional(whole(1, 1_000_000_000), 600_000) },
  windowSeconds: {
    name: 'RIALTO_WINDOW_SECONDS',
    about: 'Seconds between cut-offs of the netting window, 0 for by hand only; 60',
    read: optional(whole(0, 86_400), 60),
  },
  listHosts: {
    name: 'RIALTO_LIST_HOSTS',
    about: 'Hosts that screening lists may be fetched from over http or at private addresses, separated by commas, * for any; none',
    read: optional(listOf(hostName), []),
  },
  rescreenDays: {
    name: 'RIALTO_RESCREEN_DAYS',
    about: 'Days back for which final payments are screened again when a list changes, 0 for none; 5',
    read: optional(whole(0, 366), 5),
  },
  listFolder: {
    name: 'RIALTO_LIST_FOLDER',
    about: 'Folder whose files may be sources of screening lists; none',
    read: optional((text): string | undefined => resolve(text), undefined),
  },
  railFolder: {
    name: 'RIALTO_RAIL_FOLDER',
    about: 'Folder in which files are exchanged with custodian banks; rails in the data folder',
    read: optional((text): string | undefined => resolve(text), undefined),
  },
  railHosts: {
    name: 'RIALTO_RAIL_HOSTS',
    about: 'Hosts that rails may reach over http or at private addresses, separated by commas, * for any; none',
    read: optional(listOf(hostName), []),
  },
  environment: {
    name: 'RIALTO_ENVIRONMENT',
    about: 'development, staging or production: what readiness decides for; production',
    read: optional(oneOf(ENVIRONMENTS), 'production'),
  },
  readinessSettings: {
    name: 'RIALTO_READINESS_SETTINGS',
    about: 'File (readiness.yaml) that names what the checks of readiness may ask beside this installation itself; none',
    read: optional((text): string | undefined => resolve(text), undefined),
  },
  grpcPort: {
    name: 'RIALTO_GRPC_PORT',
    about: 'Port of the gRPC server of clearing and settlement; none',
    read: optional((text): number | undefined => whole(0, 65_535)(text), undefined),
  },
  schemaFolder: {
    name: 'RIALTO_ISO20022_SCHEMAS',
    about: 'Folder with the XML schemas of ISO 20022 that messages are held against; none',
    read: optional((text): string | undefined => resolve(text), undefined),
  },
  networkBics: {
    name: 'RIALTO_NETWORK_BICS',
    about: 'BICs under which banks address this network in the application headers of their messages, separated by commas; none',
    read: optional(listOf(bicCode), []),
  },
  calendarFolder: {
    name: 'RIALTO_CALENDAR_FOLDER',
    about: 'Folder with holiday calendars (*.json) that take the place of built-in ones or add currencies, read at the start; none',
    read: optional((text): string | undefined => resolve(text), undefined),
  },
} as const satisfies Record<string, Setting<unknown>>;

/** Environment first, then the file `.env` of the working folder. */
export function readConfig(env: NodeJS.ProcessEnv = process.env, dotEnv = readDotEnv('.env')): Config {
  const problems: string[] = [];
  const read = <T>({ name, read: parse }: Setting<T>): T => {
    const text = env[name] ?? dotEnv[name];
    try {
      return parse(text === '' ? undefined : text);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(`${name} ${error.message}`);
      return undefined as T;
    }
  };
  const { actorLimit, bankLimit, tenantLimit, addressLimit, globalLimit, listHosts, listFolder, ...settings } = SETTINGS;
  const values = Object.fromEntries(Object.entries(settings).map(([key, setting]) => [key, read(setting as Setting<unknown>)]));
  const limits = {
    actor: read(actorLimit),
    bank: read(bankLimit),
    tenant: read(tenantLimit),
    address: read(addressLimit),
    global: read(globalLimit),
  };
  const lists = { hosts: read(listHosts), folder: read(listFolder) };
  const config = { ...values, limits, lists } as unknown as Config;
  if (config.databaseUrl && !config.databaseAdminUrl) problems.push('DATABASE_ADMIN_URL must be set beside DATABASE_URL');
  if (config.databaseAdminUrl && !config.databaseUrl) problems.push('DATABASE_URL must be set beside DATABASE_ADMIN_URL');
  if (problems.length > 0)
    throw new AppError('invalid', 'config.invalid', `The configuration has ${problems.length} problem(s):\n  ${problems.join('\n  ')}`);
  return config;
}

function readDotEnv(path: string): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new AppError('invalid', 'config.env_unreadable', `The file ${path} cannot be read: ${(error as Error).message}`);
  }
}
