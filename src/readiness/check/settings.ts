import { BlockList, isIP } from 'node:net';
import { resolve } from 'node:path';
import Type, { type Static, type TSchema } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { LineCounter, parseDocument } from 'yaml';
import { AppError } from '../../base/error.ts';
import { addNetwork, plainHost, readHostRule, type HostRule } from './allow.ts';
import { fields, named, Text } from './define.ts';

/** A target by its address, or by the setting that holds it. */
export type NamedTarget = ({ url: string } | { env: string }) & { journeys?: boolean; ca?: string };

/** A reviewed command: run as it stands, in a folder below the root, with only the named settings as environment. */
export type ReviewedCommand = { argv: readonly [string, ...string[]]; folder: string; env: readonly string[] };

/** What checks may ask, read and run; everything else is refused. */
export type CheckSettings = {
  /** Absolute. */
  root: string;
  folders: readonly string[];
  targets: Readonly<Record<string, NamedTarget>>;
  hosts: readonly HostRule[];
  networks: readonly (readonly [address: string, bits: number])[];
  /** Hosts of one's own whose ports may be tried. */
  sweep: readonly string[];
  /** Settings that may be read. */
  names: readonly string[];
  /** File with settings (`NAME=value`), from the root; its values come before those of the environment. */
  file?: string;
  commands: Readonly<Record<string, ReviewedCommand>>;
};

const Name = Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' });
const KEY = '^[a-z][a-z0-9_.-]*$';
const Extras = { journeys: Type.Optional(Type.Boolean()), ca: Type.Optional(Text) };
const Shape = fields({
  version: Type.Literal(1),
  root: Type.Optional(Text),
  folders: Type.Optional(Type.Array(Text, { maxItems: 50 })),
  targets: Type.Optional(
    named(
      KEY,
      Type.Union([Text, fields({ url: Text, ...Extras }), fields({ env: Name, ...Extras })], {
        description: 'must be an address, or { url } or { env }, with journeys and ca where needed',
      }),
    ),
  ),
  allow: Type.Optional(
    fields({
      hosts: Type.Optional(Type.Array(Text, { maxItems: 1_000 })),
      networks: Type.Optional(Type.Array(Text, { maxItems: 1_000 })),
      sweep: Type.Optional(Type.Array(Text, { maxItems: 100 })),
    }),
  ),
  settings: Type.Optional(fields({ file: Type.Optional(Text), names: Type.Optional(Type.Array(Name, { maxItems: 1_000 })) })),
  commands: Type.Optional(
    named(
      KEY,
      fields({
        argv: Type.Array(Text, { minItems: 1, maxItems: 100 }),
        folder: Type.Optional(Text),
        env: Type.Optional(Type.Array(Name, { maxItems: 100 })),
      }),
    ),
  ),
});
type Shape = Static<typeof Shape>;

/**
 * Reads the settings of checks (`readiness.yaml`). `folder` is where the file lies: relative paths start there. Keys that
 * other parts read from the same file are named in `others`. Errors: `readiness.settings_invalid`, with every problem.
 */
export function readSettings(text: string, folder: string, others: readonly string[] = []): CheckSettings {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'error' });
  if (document.errors.length > 0)
    throw invalid(document.errors.map(({ message, pos }) => `line ${lines.linePos(pos[0]).line}: ${message.split('\n')[0]}`));
  const whole: unknown = document.toJS({ maxAliasCount: 100 });
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) throw invalid(['it must be a list of named values']);
  const own = Object.fromEntries(Object.entries(whole).filter(([key]) => !others.includes(key)));
  const found = [...misfitsOf(Shape, own), ...meaningProblems(own)];
  const problems = found.length > 0 || Check(Shape, own) ? found : ['it does not fit'];
  if (problems.length > 0) throw invalid(problems);
  return settingsOf(own as Shape, folder);
}

/** Names of the settings that can come to a check: read by it, holding the address that it asks, handed to a command. */
export function namesRead({ names, targets, commands }: Pick<CheckSettings, 'names' | 'targets' | 'commands'>): string[] {
  const addresses = Object.values(targets).flatMap((target) => ('env' in target ? [target.env] : []));
  return [...new Set([...names, ...addresses, ...Object.values(commands).flatMap(({ env }) => env)])].toSorted();
}

type Node = TSchema & {
  properties?: Record<string, Node>;
  required?: readonly string[];
  patternProperties?: Record<string, Node>;
  items?: Node;
  description?: string;
};

/** Every place of a value that does not fit, each once; TypeBox itself stops after a few. */
function misfitsOf(schema: Node, value: unknown, where = ''): string[] {
  const at = (key: string | number): string => (where === '' ? `${key}` : `${where}.${key}`);
  const [[pattern, inner] = []] = Object.entries(schema.patternProperties ?? {});
  if (isObject(value) && (schema.properties ?? inner)) {
    const of = (key: string): Node | undefined => schema.properties?.[key] ?? (inner && new RegExp(pattern!).test(key) ? inner : undefined);
    const missing = (schema.required ?? []).filter((key) => !Object.hasOwn(value, key)).map((key) => `${at(key)} is missing`);
    const parts = Object.entries(value).flatMap(([key, part]) => {
      const known = of(key);
      return known ? misfitsOf(known, part, at(key)) : [`${where || 'the file'} has no ${JSON.stringify(key)}`];
    });
    return [...missing, ...parts];
  }
  if (Array.isArray(value) && schema.items && value.length > 0)
    return value.flatMap((part: unknown, index) => misfitsOf(schema.items!, part, at(index)));
  if (Check(schema, value)) return [];
  return [`${where} ${schema.description ?? Errors(schema, value)[0]?.message ?? 'does not fit'}`];
}

/** What has the right shape and no meaning; parts of a wrong shape are told by their shape. */
function meaningProblems({ targets, allow }: Partial<Record<keyof Shape, unknown>>): string[] {
  const lists = isObject(allow) ? allow : {};
  const urls = Object.entries(isObject(targets) ? targets : {}).flatMap(([name, target]) => {
    const url = isObject(target) ? target['url'] : target;
    const parsed = typeof url === 'string' ? URL.parse(url) : undefined;
    const fits = typeof url !== 'string' || (parsed && parsed.hostname !== '') || isUnixSocket(parsed);
    return fits ? [] : [`targets.${name} is not an address like https://api.example`];
  });
  const hosts = strings(lists['hosts'])
    .filter((host) => !readHostRule(host))
    .map((host) => `allow.hosts: ${host} is not like api.example:443`);
  const networks = strings(lists['networks'])
    .filter((network) => !addNetwork(new BlockList(), network))
    .map((network) => `allow.networks: ${network} is not like 10.0.0.0/8`);
  const sweep = strings(lists['sweep'])
    .filter((host) => readHostRule(host)?.ports !== undefined || !readHostRule(host) || host.startsWith('*'))
    .map((host) => `allow.sweep: ${host} is not one host`);
  return [...urls, ...hosts, ...networks, ...sweep];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const strings = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []);

/** `postgresql:///database?host=/folder` names a socket instead of a host. */
function isUnixSocket(url: URL | null | undefined): boolean {
  return url?.searchParams.get('host')?.startsWith('/') === true;
}

function settingsOf(
  { root = '.', folders = [], targets = {}, allow = {}, settings = {}, commands = {} }: Shape,
  folder: string,
): CheckSettings {
  const absolute = resolve(folder, root);
  return {
    root: absolute,
    folders: folders.map((path) => resolve(folder, path)),
    targets: Object.fromEntries(
      Object.entries(targets).map(([name, target]) => [name, typeof target === 'string' ? { url: target } : target]),
    ),
    hosts: (allow.hosts ?? []).map((host) => readHostRule(host)!),
    networks: (allow.networks ?? []).map((network) => {
      const [address, bits] = network.split('/') as [string, string | undefined];
      return [address, bits === undefined ? (isIP(address) === 4 ? 32 : 128) : Number(bits)];
    }),
    sweep: (allow.sweep ?? []).map(plainHost),
    names: settings.names ?? [],
    ...(settings.file !== undefined && { file: settings.file }),
    commands: Object.fromEntries(
      Object.entries(commands).map(([name, { argv, folder: below = '.', env = [] }]) => [
        name,
        { argv: argv as [string, ...string[]], folder: below, env },
      ]),
    ),
  };
}

function invalid(problems: readonly string[]): AppError {
  return new AppError('invalid', 'readiness.settings_invalid', `The settings of the checks cannot be used:\n- ${problems.join('\n- ')}`);
}
