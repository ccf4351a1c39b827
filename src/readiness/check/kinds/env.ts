import Type, { type Static } from 'typebox';
import type { Outcome, Probe } from '../check.ts';
import { Count, defineKind, fields, judged, Positive, Text } from '../define.ts';
import { matches } from '../pattern.ts';
import { entropyBits, redactNamed } from '../redact.ts';

const Params = fields({
  /** Names of settings; each must hold. Their values are never shown. */
  names: Type.Array(Text, { minItems: 1, maxItems: 200 }),
  /** They must not be set, or be empty. */
  absent: Type.Optional(Type.Boolean()),
  equals: Type.Optional(Type.String()),
  oneOf: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: 50 })),
  notOneOf: Type.Optional(Type.Array(Type.String(), { maxItems: 1_000 })),
  matches: Type.Optional(Text),
  minLength: Type.Optional(Count),
  /** Decoded bytes, when the value is base64 or hex. */
  minBytes: Type.Optional(Count),
  minEntropyBits: Type.Optional(Positive),
  min: Type.Optional(Type.Number()),
  max: Type.Optional(Type.Number()),
  /** No two of them may have the same value. */
  different: Type.Optional(Type.Boolean()),
});
type Params = Static<typeof Params>;

/** What stands in a file of settings until somebody fills it in. */
const PLACEHOLDER =
  /change[-_ ]?(me|this|it)|replace[-_ ]?(me|this|with)|your[-_ ].*(here|key|secret|password|token)|<[^<>]+>|^\*+|^x{3,}$|^_+$|\btodo\b|\btbd\b|\[[a-z _-]+\]|placeholder|example[-_]?(key|secret|password)|insert[-_ ]/i;
/** What is tried first by whoever breaks in. */
const WEAK = new Set(
  'password,passw0rd,password1,password123,secret,secret123,admin,admin123,administrator,root,toor,changeme,letmein,welcome,qwerty,123456,12345678,123456789,1234567890,default,test,guest,postgres,redis,mysql,nats,user,pass,master,demo,dev,production,supersecret,topsecret,jwt_secret,jwtsecret,mysecret,abc123'.split(
    ',',
  ),
);

/** Why a value cannot be right whatever is demanded; undefined when it may be. */
function placeholder(value: string): string | undefined {
  if (PLACEHOLDER.test(value)) return 'still holds a placeholder';
  return undefined;
}

async function run(params: Params, probe: Probe): Promise<Outcome> {
  const values = params.names.map((name) => [name, probe.setting(name)] as const);
  const problems = [...values.flatMap(([name, value]) => problemsOf(name, value, params)), ...sameValues(values, params)];
  for (const [name, value] of values) probe.note?.(toldOf(name, value, problemsOf(name, value, params)));
  const seen = params.absent
    ? `${params.names.join(', ')} ${params.names.length === 1 ? 'is' : 'are'} not set.`
    : `${params.names.join(', ')} ${params.names.length === 1 ? 'is' : 'are'} set as demanded.`;
  return judged({
    problems,
    seen,
    measurements: values.map(([name, value]) => ({ name: `length of ${name}`, value: value?.length ?? 'not set' })),
  });
}

/** What is told of a setting: never its value. */
function toldOf(name: string, value: string | undefined, problems: readonly string[]): string {
  const what = value === undefined ? 'not set' : value.trim() === '' ? 'set to nothing' : `set, ${value.length} characters`;
  return `${name}: ${what}; ${problems.length === 0 ? 'as demanded' : problems.join('; ')}`;
}

function problemsOf(name: string, value: string | undefined, params: Params): string[] {
  const isSet = value !== undefined && value.trim() !== '';
  if (params.absent) return isSet ? [`${name} is set and must not be`] : [];
  if (!isSet) return [`${name} is not set`];
  const unfilled = placeholder(value);
  if (unfilled) return [`${name} ${unfilled}`];
  return [...choiceProblems(name, value, params), ...numberProblems(name, value, params), ...strengthProblems(name, value, params)];
}

function choiceProblems(name: string, value: string, { equals, oneOf, notOneOf = [], matches: pattern }: Params): string[] {
  return [
    ...(equals !== undefined && value !== equals ? [`${name} is not ${redactNamed(name, equals)}`] : []),
    ...(oneOf && !oneOf.includes(value) ? [`${name} is none of ${oneOf.map((one) => redactNamed(name, one)).join(', ')}`] : []),
    ...(notOneOf.some((denied) => denied.toLowerCase() === value.toLowerCase()) ? [`${name} is one of the denied values`] : []),
    ...(pattern !== undefined && !matches(pattern, value) ? [`${name} does not match ${pattern}`] : []),
  ];
}

function numberProblems(name: string, value: string, { min, max }: Params): string[] {
  if (min === undefined && max === undefined) return [];
  const number = Number(value);
  if (!Number.isFinite(number)) return [`${name} is no number`];
  return [
    ...(min !== undefined && number < min ? [`${name} is less than ${min}`] : []),
    ...(max !== undefined && number > max ? [`${name} is more than ${max}`] : []),
  ];
}

function strengthProblems(name: string, value: string, { minLength, minBytes, minEntropyBits }: Params): string[] {
  if (minLength === undefined && minBytes === undefined && minEntropyBits === undefined) return [];
  const bits = Math.floor(entropyBits(value));
  const bytes = decodedBytes(value);
  return [
    ...(WEAK.has(value.toLowerCase()) ? [`${name} is among the values that are tried first`] : []),
    ...(minLength !== undefined && value.length < minLength
      ? [`${name} has ${value.length} characters, at least ${minLength} are demanded`]
      : []),
    ...(minBytes !== undefined && bytes < minBytes ? [`${name} holds ${bytes} bytes, at least ${minBytes} are demanded`] : []),
    ...(minEntropyBits !== undefined && bits < minEntropyBits
      ? [`${name} holds at most ${bits} bits, at least ${minEntropyBits} are demanded`]
      : []),
  ];
}

function decodedBytes(value: string): number {
  if (/^([0-9a-f]{2})+$/i.test(value)) return value.length / 2;
  if (/^[\w+/-]+={0,2}$/.test(value)) return Buffer.from(value, 'base64').length;
  return Buffer.byteLength(value);
}

function sameValues(values: readonly (readonly [string, string | undefined])[], { different }: Params): string[] {
  if (!different) return [];
  return values.flatMap(([name, value], index) => {
    const earlier = values.slice(0, index).find(([, other]) => other !== undefined && other === value);
    return earlier ? [`${name} has the same value as ${earlier[0]}`] : [];
  });
}

const settingOnly = (value: string | undefined) => ({ probe: { setting: () => value }, end: async () => {} });

export const env = defineKind({
  name: 'env',
  summary: 'Settings are set, filled in, strong enough, and none of the denied values; the values are never shown.',
  params: Params,
  describe: ({ names, absent }) => `${names.join(', ')} ${absent ? 'not set' : 'set'}`,
  run,
  unheld: [
    {
      names: ['equals', 'oneOf', 'notOneOf', 'matches', 'minLength', 'minBytes', 'minEntropyBits', 'min', 'max', 'different'],
      when: ({ absent }) => absent === true,
      where: 'where they must not be set',
    },
  ],
  negative: [
    { name: 'a setting that is missing', arrange: async () => ({ params: { names: ['DATABASE_URL'] }, ...settingOnly(undefined) }) },
    { name: 'a placeholder', arrange: async () => ({ params: { names: ['API_KEY'] }, ...settingOnly('<your-api-key>') }) },
    {
      name: 'a short secret',
      arrange: async () => ({ params: { names: ['JWT_SECRET'], minLength: 32 }, ...settingOnly('k3y-that-is-short') }),
    },
    {
      name: 'a wrong mode',
      arrange: async () => ({ params: { names: ['NODE_ENV'], equals: 'production' }, ...settingOnly('development') }),
    },
  ],
});
