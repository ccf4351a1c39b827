import { hash } from 'node:crypto';
import { resolve } from 'node:path';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { parse } from 'yaml';
import { canonicalJson } from '../../base/canonical-json.ts';
import { AppError } from '../../base/error.ts';
import { DEFAULT_POLICY, type GatePolicy } from '../record/fold.ts';
import { DEFAULT_VALID_FOR, DURATION_PATTERN, durationMs, type ValidFor } from '../record/valid-for.ts';

const closed = { additionalProperties: false };
const Text = Type.String({ minLength: 1, maxLength: 1_000, pattern: '\\S' });
const Texts = Type.Array(Text, { maxItems: 1_000 });
const Name = Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' });

const Duration = Type.String({ pattern: DURATION_PATTERN, description: 'a time like 90d or 12h' });
const Told = Type.Optional(Duration);
const Tiers = Type.Object({ critical: Told, high: Told, medium: Told, low: Told }, closed);
const ValidForShape = Type.Object({ signed: Told, approved: Told, ruledOut: Told, tiers: Type.Optional(Tiers) }, closed);

const FIELDS = {
  environment: Type.Optional(Text),
  people: Type.Optional(Text),
  records: Type.Optional(Text),
  config: Type.Optional(Type.Object({ files: Type.Optional(Texts), env: Type.Optional(Type.Array(Name, { maxItems: 1_000 })) }, closed)),
  gate: Type.Optional(
    Type.Object(
      {
        approverRoles: Type.Optional(Type.Array(Text, { minItems: 1, maxItems: 100 })),
        runSigners: Type.Optional(Type.Array(Text, { minItems: 1, maxItems: 100 })),
        compatibleRoles: Type.Optional(Type.Array(Type.Array(Text, { minItems: 2, maxItems: 20 }), { maxItems: 100 })),
        maxWaiverDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 366 })),
        validFor: Type.Optional(ValidForShape),
        releaseTag: Type.Optional(Text),
      },
      closed,
    ),
  ),
  run: Type.Optional(
    Type.Object(
      {
        concurrency: Type.Optional(Type.Integer({ minimum: 1, maximum: 256 })),
        perTarget: Type.Optional(Type.Integer({ minimum: 1, maximum: 64 })),
        timeoutMs: Type.Optional(Type.Integer({ minimum: 100, maximum: 600_000 })),
        holdsForHours: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 8_784 })),
      },
      closed,
    ),
  ),
};
const Shape = Type.Object(FIELDS, closed);
const shape = Compile(Shape);

/** The keys of `readiness.yaml` that runs and the gate read; the others belong to the checks. */
export const RUN_KEYS: readonly string[] = Object.keys(FIELDS);

/** How runs and the gate are set up. Paths are absolute. */
export type RunSettings = {
  environment: string;
  /** The file of people, and the folder of records. */
  people: string;
  records: string;
  /** What the configuration of the deployment is: files below the root, and names of settings. */
  config: { files: readonly string[]; env: readonly string[] };
  /** SHA-256 of what the whole file says: other targets, or other rules of the gate, are another configuration. */
  hash: string;
  policy: GatePolicy;
  /** Tags of releases, such as `v*`: whoever wrote anything since the newest that was released before is an author. */
  releaseTag?: string;
  limits: RunLimits;
};

/** Checks at the same moment, in all and of one target; the longest time of one; how long a result holds whose binding does not say. */
export type RunLimits = { concurrency?: number; perTarget?: number; timeoutMs?: number; defaultTtlMs?: number };

/**
 * Reads the part of `readiness.yaml` that runs and the gate go by. `folder` is where the file lies: relative paths start
 * there. Keys of other parts are left to them. Errors: `readiness.settings_invalid`, with every problem.
 */
export function readRunSettings(text: string, folder: string): RunSettings {
  const whole = valueOf(text);
  const own = Object.fromEntries(Object.entries(whole).filter(([key]) => RUN_KEYS.includes(key)));
  if (!shape.Check(own)) {
    const errors = shape.Errors(own) as unknown as { keyword: string; instancePath: string; message: string }[];
    throw invalid(
      errors.filter(({ keyword }) => keyword !== 'boolean').map(({ instancePath, message }) => `${instancePath.slice(1)} ${message}`),
    );
  }
  return { ...settingsOf(own, folder), hash: hashOf(whole) };
}

/**
 * The same for the house, which has its people, its log and its environment elsewhere: what the file says of those could
 * not be held. Errors: `readiness.settings_invalid`.
 */
export function readHouseSettings(text: string, folder: string, environment: string): RunSettings {
  const settings = readRunSettings(text, folder);
  const told = valueOf(text);
  const problems = [
    ...('people' in told ? ['people: whoever signs in the house is an account that was given a role'] : []),
    ...('records' in told ? ['records: the log of the house is in its database'] : []),
    ...(settings.policy.runSigners ? ['gate.runSigners: nobody but the house writes its log, so its runs count by themselves'] : []),
    ...('environment' in told && settings.environment !== environment
      ? [`environment is ${settings.environment}, that of the house is ${environment} (RIALTO_ENVIRONMENT)`]
      : []),
  ];
  if (problems.length > 0) throw invalid(problems);
  return settings;
}

function hashOf(whole: Readonly<Record<string, unknown>>): string {
  try {
    return hash('sha256', canonicalJson(whole));
  } catch {
    throw invalid(['it holds a value that JSON cannot carry']);
  }
}

function settingsOf(own: Static<typeof Shape>, folder: string): Omit<RunSettings, 'hash'> {
  const { holdsForHours, ...limits } = own.run ?? {};
  const { validFor, releaseTag, ...gate } = own.gate ?? {};
  return {
    environment: own.environment?.trim() ?? 'production',
    people: resolve(folder, own.people ?? 'people.yaml'),
    records: resolve(folder, own.records ?? '.readiness'),
    config: { files: own.config?.files ?? [], env: own.config?.env ?? [] },
    policy: { ...DEFAULT_POLICY, ...gate, validFor: validForOf(validFor) },
    ...(releaseTag !== undefined && { releaseTag }),
    limits: { ...limits, ...(holdsForHours !== undefined && { defaultTtlMs: holdsForHours * 3_600_000 }) },
  };
}

function validForOf({ tiers = {}, ...told }: Static<typeof ValidForShape> = {}): ValidFor {
  const inMs = (words: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(words).map(([key, text]) => [key, durationMs(text)]));
  return { ...DEFAULT_VALID_FOR, ...inMs(told), tiers: inMs(tiers) };
}

function valueOf(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parse(text, { version: '1.2', schema: 'core', maxAliasCount: 100, logLevel: 'error' });
  } catch (error) {
    throw invalid([error instanceof Error ? error.message.split('\n', 1)[0]! : 'it is not YAML']);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(['it must be a list of named values']);
  return value as Record<string, unknown>;
}

function invalid(problems: readonly string[]): AppError {
  return new AppError('invalid', 'readiness.settings_invalid', `readiness.yaml cannot be used:\n- ${problems.join('\n- ')}`);
}
