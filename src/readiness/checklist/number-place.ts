import { mayHold } from './first-look.ts';
import type { Quantity } from './quantity.ts';

/** One number in its sentence. `left` reaches back to the number before it, `right` on to the next one. */
export type NumberPlace = { text: string; quantity: Quantity; left: string; right: string; clause: string };

/** How many characters around a number are looked at. */
export const REACH = 100;

/** Where the number with this index stands. */
export function numberPlace(text: string, quantities: readonly Quantity[], index: number): NumberPlace {
  const quantity = quantities[index]!;
  const start = Math.max(quantities[index - 1]?.to ?? 0, quantity.from - REACH);
  const left = text.slice(start, quantity.from);
  const right = text.slice(quantity.to, quantity.to + REACH);
  const before = text.slice(Math.max(0, quantity.from - REACH), quantity.from);
  return { text, quantity, left, right, clause: mayHold(before, /[.;!?]/) ? (clauseAt(before) ?? left) : before };
}

/** The last clause of a text; undefined where the last sign in it ends none. */
const clauseAt = (before: string): string | undefined =>
  /(?:^|[.;!?]\s)([^.;!?]*(?:\.\d[^.;!?]*)*)$/.exec(before.replace(/\b(max|min|vs|approx|avg|ca|incl|\d\d)\.(?=\s(?:\D|$))/gi, '$1 '))?.[1];
