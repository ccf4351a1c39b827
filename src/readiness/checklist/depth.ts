import type { Criterion, Item } from './checklist.ts';

/** Nobody draws a line deeper than this. */
const DEEPEST = 60;

/** How many lines a line stands under, of those that are written; 0 for one that is not. */
export function depthOf(line: Item | Criterion | undefined, written: ReadonlyMap<string, Item | Criterion>): number {
  let depth = 0;
  for (let above = line?.parent; above !== undefined && depth < DEEPEST; above = written.get(above)?.parent) depth += 1;
  return depth;
}
