import Type from 'typebox';

/** How soon a payment shall settle: at once, before others, or in its turn. */
export const Priority = Type.Union([Type.Literal('instant'), Type.Literal('urgent'), Type.Literal('normal')]);

/** The way a payment takes: gross and final at once, through the queue, or into the netting window. */
export const RouteKind = Type.Union([Type.Literal('instant'), Type.Literal('queue'), Type.Literal('window')]);

/** Which way was chosen by which rule, and why. */
export const Route = Type.Object(
  { kind: RouteKind, priority: Priority, rule: Type.String(), reason: Type.String() },
  { additionalProperties: false },
);
