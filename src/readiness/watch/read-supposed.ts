import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { parse } from 'yaml';
import { AppError } from '../../base/error.ts';
import type { Checklist } from '../checklist/checklist.ts';
import { subjectsOf } from '../run/lines.ts';
import { RESULT_STATES, type ResultState } from '../run/result.ts';
import type { Supposed } from './rehearse.ts';

const closed = { additionalProperties: false };
const Age = Type.String({ pattern: '^(?=\\d)(\\d{1,3}d)?(\\d{1,4}h)?(\\d{1,5}m)?$' });
const File = Type.Object(
  {
    version: Type.Literal(1),
    observations: Type.Array(
      Type.Object(
        {
          line: Type.String({ minLength: 2, maxLength: 128 }),
          from: Age,
          to: Age,
          state: Type.Unsafe<ResultState>({ type: 'string', enum: [...RESULT_STATES] }),
          summary: Type.Optional(Type.String({ maxLength: 2_000 })),
        },
        closed,
      ),
      { maxItems: 10_000 },
    ),
  },
  closed,
);
const shape = Compile(File);

/**
 * What a file supposes that is found after a release: lines by `:number` or the beginning of their identity, ages such as `3d`, `1h30m`.
 * Errors: `readiness.rehearsal_invalid`, `readiness.line_unknown`.
 */
export function readSupposed(text: string, checklist: Checklist): Supposed[] {
  const { observations } = contentOf(text);
  return observations.map(({ line, from, to, state, summary }) => {
    const [fromMs, toMs] = [ageMs(from), ageMs(to)];
    if (!(fromMs < toMs)) throw invalid(`${line}: ${to} is not after ${from}.`);
    return { lineId: identityOf(checklist, line), fromMs, toMs, state, summary: summary ?? `supposed to be ${state}` };
  });
}

function contentOf(text: string): Static<typeof File> {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw invalid((error as Error).message.split('\n', 1)[0]!);
  }
  if (shape.Check(value)) return value;
  const [first] = shape.Errors(value);
  throw invalid(first ? `${first.instancePath || 'the file'} ${first.message}` : 'it has another shape.');
}

function invalid(why: string): AppError {
  return new AppError('invalid', 'readiness.rehearsal_invalid', `The observations cannot be used: ${why}`);
}

function identityOf(checklist: Checklist, name: string): string {
  const found = subjectsOf(checklist).filter(({ id, line }) => (name.startsWith(':') ? `:${line}` === name : id.startsWith(name)));
  if (found.length === 1) return found[0]!.id;
  const why = found.length === 0 ? 'No line is' : `${found.length} lines are`;
  throw new AppError('not_found', 'readiness.line_unknown', `${why} ${name.slice(0, 80)} in the checklist.`);
}

const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000 } as const;

function ageMs(text: string): number {
  return [...text.matchAll(/(\d+)([dhm])/g)].reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit as keyof typeof UNITS], 0);
}
