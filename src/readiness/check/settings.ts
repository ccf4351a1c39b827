import { BlockList, isIP } from 'node:net';
import { resolve } from 'node:path';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { LineCounter, parseDocument } from 'yaml';
import { AppError } from '../../base/error.ts';
import { addNetwork, plainHost, readHostRule, type HostRule } from './allow.ts';
import { fields, Text } from './define.ts';

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
const Key = Type.String({ pattern: '^[a-z][a-z0-9_.-]*$' });
const Extras = { journeys: Type.Optional(Type.Boolean()), ca: Type.Optional(Text) };
const Shape = fields({
  version: Type.Literal(1),
  root: Type.Optional(Text),
  folders: Type.Optional(Type.Array(Text, { maxItems: 50 })),
  targets: Type.Optional(Type.Record(Key, Type.Union([Text, fields({ url: Text, ...Extras }), fields({ env: Name, ...Extras })]))),
  allow: Type.Optional(
    fields({
      hosts: Type.Optional(Type.Array(Text, { maxItems: 1_000 })),
      networks: Type.Optional(Type.Array(Text, { maxItems: 1_000 })),
      sweep: Type.Optional(Type.Array(Text, { maxItems: 100 })),
    }),
  ),
  settings: Type.Optional(fields({ file: Type.Optional(Text), names: Type.Optional(Type.Array(Name, { maxItems: 1_000 })) })),
  commands: Type.Optional(
    Type.Record(
      Key,
      fields({
        argv: Type.Array(Text, { minItems: 1, maxItems: 100 }),
        folder: Type.Optional(Text),
        env: Type.Optional(Type.Array(Name, { maxItems: 100 })),
      }),
    ),
  ),
});
type Shape = Static<typeof Shape>;
const shape = Compile(Shape);

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
  const misfits = shape.Check(own) ? [] : misfitsOf(own);
  const problems = [...misfits, ...(misfits.length === 0 ? meaningProblems(own as Shape) : [])];
  if (problems.length > 0) throw invalid(problems);
  return settingsOf(own as Shape, folder);
}

type Misfit = { keyword: string; instancePath: string; message: string; params?: { additionalProperties?: string[] } };

function misfitsOf(own: unknown): string[] {
  const found = (shape.Errors(own) as unknown as Misfit[]).filter(({ keyword }) => keyword !== 'boolean' && keyword !== 'anyOf');
  const problems = found.map(({ instancePath, message, params }) => {
    const where = instancePath.slice(1).replaceAll('/', '.') || 'the file';
    const unknown = params?.additionalProperties;
    return unknown ? `${where} has no ${unknown.map((key) => JSON.stringify(key)).join(', ')}` : `${where} ${message}`;
  });
  return [...new Set(problems)];
}

function meaningProblems({ targets = {}, allow = {} }: Shape): string[] {
  const urls = Object.entries(targets).flatMap(([name, target]) => {
    const url = typeof target === 'string' ? target : 'url' in target ? target.url : undefined;
    const parsed = url === undefined ? undefined : URL.parse(url);
    return url === undefined || (parsed && parsed.hostname !== '') || isUnixSocket(parsed)
      ? []
      : [`targets.${name} is not an address like https://api.example`];
  });
  const hosts = (allow.hosts ?? []).filter((host) => !readHostRule(host)).map((host) => `allow.hosts: ${host} is not like api.example:443`);
  const networks = (allow.networks ?? [])
    .filter((network) => !addNetwork(new BlockList(), network))
    .map((network) => `allow.networks: ${network} is not like 10.0.0.0/8`);
  const sweep = (allow.sweep ?? [])
    .filter((host) => readHostRule(host)?.ports !== undefined || !readHostRule(host) || host.startsWith('*'))
    .map((host) => `allow.sweep: ${host} is not one host`);
  return [...urls, ...hosts, ...networks, ...sweep];
}

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
