import Type, { type TSchema } from 'typebox';
import { DURATION_PATTERN } from '../record/valid-for.ts';

const closed = { additionalProperties: false };
const Name = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' });
const Reason = Type.String({ minLength: 1, maxLength: 2_000, pattern: '\\S' });

/** A calendar day or an instant; that the day exists is checked apart. */
const Moment = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,3})?Z)?$',
  description: 'a day like 2026-11-22, or a moment like 2026-11-22T09:30:00Z',
});

/** How long a signature holds. */
const Duration = Type.String({ pattern: DURATION_PATTERN, description: 'a time like 90d or 12h' });

const Check = Type.Object(
  {
    kind: Type.String({ pattern: '^[a-z][a-z0-9_]{0,63}$' }),
    params: Type.Record(Type.String(), Type.Unknown()),
    ttlMs: Type.Optional(Type.Integer({ minimum: 1_000, maximum: 366 * 86_400_000 })),
  },
  closed,
);

const Checks = Type.Array(Check, { minItems: 1, maxItems: 20 });

/** The shape of each kind of disposition; which one counts is told by its `kind`, so that a mistake is named for that one alone. */
export const DISPOSITION_SHAPES: Readonly<Record<string, TSchema>> = {
  checked: Type.Object(
    {
      kind: Type.Literal('checked'),
      checks: Checks,
      any: Type.Optional(Type.Boolean()),
      silence: Type.Optional(Type.Object({ means: Type.Literal('fail'), control: Checks }, closed)),
    },
    closed,
  ),
  attested: Type.Object({ kind: Type.Literal('attested'), role: Name }, closed),
  derived: Type.Object({ kind: Type.Literal('derived') }, closed),
  outside: Type.Object({ kind: Type.Literal('outside'), role: Name, checks: Type.Optional(Checks) }, closed),
  not_applicable: Type.Object({ kind: Type.Literal('not_applicable'), reason: Reason, by: Name }, closed),
  waived: Type.Object({ kind: Type.Literal('waived'), reason: Reason, by: Name, until: Moment }, closed),
};

const LineId = Type.String({ minLength: 1, maxLength: 128, pattern: '^\\S+$' });

/** One entry of the file; its disposition is held against `DISPOSITION_SHAPES`. */
export const BINDING_SHAPE = Type.Object(
  {
    line: LineId,
    aliases: Type.Optional(Type.Array(LineId, { minItems: 1, maxItems: 100 })),
    print: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' })),
    theme: Type.Optional(Type.String({ pattern: '^[A-Z][0-9]{1,2}$' })),
    disposition: Type.Object({ kind: Type.String() }),
    tier: Type.Optional(
      Type.Union([Type.Literal('critical'), Type.Literal('high'), Type.Literal('medium'), Type.Literal('low')], {
        description: 'critical, high, medium or low',
      }),
    ),
    confirmed: Type.Optional(Type.Object({ by: Name, at: Moment }, closed)),
    holdsDemand: Type.Optional(Reason),
    validFor: Type.Optional(Duration),
    note: Type.Optional(Type.String({ maxLength: 2_000 })),
  },
  closed,
);

/** The head of the file. */
export const FILE_SHAPE = Type.Object(
  {
    version: Type.Literal(1),
    checklist: Name,
    validFor: Type.Optional(Duration),
    bindings: Type.Array(Type.Unknown(), { maxItems: 100_000 }),
  },
  closed,
);
