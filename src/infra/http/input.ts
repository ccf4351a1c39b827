import type { TObject, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { CodecError, codecOf } from '../../base/codec.ts';
import { type FieldProblem, InputError } from './problem.ts';

type Place = FieldProblem['place'];
type Fields = Record<string, unknown>;
type Finding = { keyword: string; schemaPath: string; instancePath: string; message: string; params: object };

const MAX_FINDINGS = 5;

/** Checks one place of a request against its contract and decodes it. Errors: `request.invalid`, naming place and field. */
export function readerOf(place: Place, schema: TObject): (wire: unknown) => Fields {
  const checker = Compile(schema);
  const codec = codecOf(schema);
  return (wire) => {
    if (!checker.Check(wire)) throw refusal(place, schema, checker.Errors(wire) as Finding[]);
    try {
      return codec.decode(wire) as Fields;
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      throw invalid([{ place, pointer: error.path.map((key) => `/${key}`).join(''), detail: error.message }]);
    }
  };
}

/** Encodes and checks an answer against its contract; what does not fit is our mistake and must not leave. */
export function writerOf(operation: string, schema: TSchema): (output: unknown) => string {
  const checker = Compile(schema);
  const codec = codecOf(schema);
  return (output) => {
    const wire = codec.encode(output);
    if (checker.Check(wire)) return JSON.stringify(wire);
    const [first] = checker.Errors(wire) as Finding[];
    throw new Error(`The answer of ${operation} breaks its contract at ${first?.instancePath || '/'}: ${first?.message}`);
  };
}

function invalid(fields: readonly FieldProblem[]): InputError {
  const [first] = fields;
  const more = fields.length > 1 ? ` (and ${fields.length - 1} more)` : '';
  return new InputError('request.invalid', `${first!.place}${first!.pointer} ${first!.detail}${more}`, fields);
}

function refusal(place: Place, schema: TSchema, findings: readonly Finding[]): InputError {
  const unions = findings.filter(({ keyword }) => keyword === 'anyOf').map(({ schemaPath }) => `${schemaPath}/anyOf`);
  const fields = findings
    // An unknown field is reported twice and a union once per branch; one line each is enough.
    .filter(({ keyword, schemaPath }) => keyword !== 'boolean' && !unions.some((union) => schemaPath.startsWith(union)))
    .slice(0, MAX_FINDINGS)
    .map((finding) => ({ place, pointer: finding.instancePath.slice(0, 200), detail: explain(schema, finding) }));
  return invalid(fields.length > 0 ? fields : [{ place, pointer: '', detail: 'does not fit' }]);
}

/** What was expected, in words; the value that came is never quoted. */
function explain(schema: TSchema, { keyword, schemaPath, message, params }: Finding): string {
  const part = partAt(schema, schemaPath);
  if (keyword === 'additionalProperties') {
    const names = ((params as { additionalProperties?: string[] }).additionalProperties ?? [])
      .slice(0, 3)
      .map((name) => JSON.stringify(name.slice(0, 64)));
    return `must not have the field ${names.join(', ')}`;
  }
  const choices = keyword === 'anyOf' ? (part?.anyOf ?? []).map((branch) => branch.const) : [];
  if (choices.length > 0 && !choices.includes(undefined))
    return `must be one of ${choices.map((choice) => JSON.stringify(choice)).join(', ')}`;
  const example = part?.examples?.[0];
  const such = example === undefined ? '' : `, for example ${JSON.stringify(example)}`;
  if (keyword === 'pattern' && part?.description) return `does not fit (${part.description})${such}`;
  return `${message}${such}`;
}

type Part = { examples?: unknown[]; description?: string; anyOf?: { const?: unknown }[] };

/** The part of a schema that a JSON pointer fragment (`#/properties/units`) leads to. */
function partAt(schema: TSchema, pointer: string): Part | undefined {
  let part: unknown = schema;
  for (const step of pointer.split('/').slice(1)) part = (part as Fields | undefined)?.[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  return part as Part | undefined;
}
