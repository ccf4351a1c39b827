import Type, { type Static, type TObject, type TProperties, type TRecord, type TSchema, type TUnsafe } from 'typebox';
import type { Comparator } from '../checklist/checklist.ts';
import type { Measurement } from '../run/result.ts';
import type { CheckKind, Outcome } from './check.ts';

/** An object that refuses unknown fields: the shape of all parameters. */
export function fields<P extends TProperties>(properties: P): TObject<P> {
  return Type.Object(properties, { additionalProperties: false });
}

/** Values under names of one form; others are refused. */
export function named<S extends TSchema>(form: string, value: S): TRecord<string, S> {
  return Type.Record(Type.String({ pattern: form }), value, { additionalProperties: false }) as TRecord<string, S>;
}

/** Names of headers and their values. */
export const Headers = named('^[A-Za-z0-9-]+$', Type.String());

/** One of these words. */
export function oneOf<const W extends readonly string[]>(...words: W): TUnsafe<W[number]> {
  return Type.Unsafe<W[number]>(Type.Union(words.map((word) => Type.Literal(word))));
}

/** Gives a kind's functions the type of its parameters' schema. */
export function defineKind<S extends TObject>(kind: CheckKind<NoInfer<Static<S>>> & { params: S }): CheckKind<Static<S>> {
  return kind;
}

const COMPARATORS = ['<', '<=', '>', '>=', '=', '!='] as const satisfies readonly Comparator[];

/** Marks a text that names a target of the settings or is an address. */
export const TARGET = 'x-target';
/** Name of a target in the settings, or an address that they allow. */
export const TargetName = Type.String({ minLength: 1, maxLength: 2_000, [TARGET]: true });
/** Marks a text that names a reviewed command of the settings. */
export const COMMAND = 'x-command';
/** Name of a reviewed command. */
export const CommandName = Type.String({ minLength: 1, maxLength: 4_000, [COMMAND]: true });
/** Path below a target's address, with its query. */
export const UrlPath = Type.String({ pattern: '^/', maxLength: 2_000 });
const path = { minLength: 1, maxLength: 1_000 };
/** Marks a path whose content belongs to what a run has judged. */
export const HELD = 'x-held';
/** Path of a file or folder, from the root of the settings. When it changes after a run, the run decides nothing any more. */
export const FilePath = Type.String({ ...path, [HELD]: true });
/** Marks a path whose content is made from a commit, and says itself of which, or is refused by its age. */
export const MADE = 'x-made';
/** Path of a report, or of the file beside it that names its commit. */
export const ReportPath = Type.String({ ...path, [HELD]: true, [MADE]: true });
/** The same of what changes by itself while all is well: a log, the number of a process, a backup. */
export const LivePath = Type.String(path);
export const Text = Type.String({ minLength: 1, maxLength: 4_000 });
export const Texts = Type.Array(Text, { maxItems: 200 });
export const Op = oneOf(...COMPARATORS);
export const Count = Type.Integer({ minimum: 0 });
export const Positive = Type.Number({ exclusiveMinimum: 0 });

/** A number that is demanded. */
export const Limit = fields({ op: Op, value: Type.Number() });
export type Limit = Static<typeof Limit>;

/**
 * What is demanded of a place in a JSON or YAML document. `at` is a path such as `$.status` or `$.nodes[*].state`; every
 * value found there must hold, and at least one must be found (none, for `absent`). Dotted versions compare as versions.
 */
export const ValueDemand = fields({
  at: Text,
  op: oneOf(...COMPARATORS, 'contains', 'matches', 'exists', 'absent'),
  value: Type.Optional(Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
  unit: Type.Optional(Text),
});
export type ValueDemand = Static<typeof ValueDemand>;

/** What a check found, before it is one word. The first reason that is there decides: `problems` before `warnings`. */
export type Findings = {
  problems: readonly string[];
  warnings?: readonly string[];
  /** What was seen when all is well. */
  seen: string;
  measurements?: readonly Measurement[];
  output?: string;
};

/** `fail` with all problems, `warn` with all warnings, or `pass` with what was seen. */
export function judged({ problems, warnings = [], seen, measurements, output }: Findings): Outcome {
  const state = problems.length > 0 ? 'fail' : warnings.length > 0 ? 'warn' : 'pass';
  const reasons = [...problems, ...warnings];
  return {
    state,
    summary: reasons.length > 0 ? `${reasons.join('; ')}.` : seen,
    ...(measurements && { measurements }),
    ...(output !== undefined && { output }),
  };
}

/** A word for each thing of a list, or how many there are. */
export function listed(things: readonly string[], most = 5): string {
  return things.length <= most ? things.join(', ') : `${things.slice(0, most).join(', ')} and ${things.length - most} more`;
}
