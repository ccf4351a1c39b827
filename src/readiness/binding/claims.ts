import type { Checklist, Criterion, Item } from '../checklist/checklist.ts';
import type { Binding, Bindings } from './binding.ts';
import { fingerprintOf, likeness } from './fingerprint.ts';

/** From here on an edited line is proposed as the same; unrelated lines are at about 0.2. */
const ALIKE = 0.45;
/** Below this a line of the same identity says something else than the one that was confirmed: only its beginning stayed. */
const SAME = 0.5;

/** Boxes and criteria in the order of the document. */
export function linesOf(checklist: Checklist): (Item | Criterion)[] {
  return [...checklist.items, ...checklist.criteria].sort((a, b) => a.line - b.line);
}

/** Bindings by the line that they claim; those whose line says something else by now, by its identity; and those without a line. */
export type Claims = {
  byLine: ReadonlyMap<string, readonly Binding[]>;
  rewritten: ReadonlyMap<string, readonly Binding[]>;
  absent: readonly Binding[];
};

/**
 * Every binding that claims a line: by its identity, or by an earlier one when the document is older than the bindings. One whose
 * line was written anew behind its beginning claims it no more: what was confirmed was confirmed for other words.
 */
export function claimsOf(checklist: Checklist, { bindings }: Bindings): Claims {
  const lines = new Map(linesOf(checklist).map((line) => [line.id, line]));
  const byLine = new Map<string, Binding[]>([...lines.keys()].map((id) => [id, []]));
  const rewritten = new Map<string, Binding[]>();
  const absent: Binding[] = [];
  for (const binding of bindings) {
    const id = [binding.line, ...(binding.aliases ?? [])].find((known) => byLine.has(known));
    if (id === undefined) absent.push(binding);
    else if (id === binding.line && isRewritten(binding, lines.get(id)!)) rewritten.set(id, [...(rewritten.get(id) ?? []), binding]);
    else byLine.get(id)!.push(binding);
  }
  return { byLine, rewritten, absent };
}

const isRewritten = ({ print }: Binding, line: Item | Criterion): boolean => print !== undefined && likeness(print, printOf(line)) < SAME;

const prints = new WeakMap<Item | Criterion, string>();

function printOf(line: Item | Criterion): string {
  const print = prints.get(line) ?? fingerprintOf(line.text);
  prints.set(line, print);
  return print;
}

/** A line that a binding may have been confirmed for, and how alike its words are (0 to 1). */
export type Alike = { line: Item | Criterion; likeness: number };

/** Of these lines the one whose words are most alike to what a binding was confirmed for, if any is alike enough. */
export function mostAlike({ print }: Binding, lines: readonly (Item | Criterion)[]): Alike | undefined {
  if (print === undefined) return undefined;
  const [best] = lines.map((line) => ({ line, likeness: likeness(print, printOf(line)) })).sort((a, b) => b.likeness - a.likeness);
  return best && best.likeness >= ALIKE ? best : undefined;
}
