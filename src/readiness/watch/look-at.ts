import type { Clock } from '../../base/time.ts';
import type { People } from '../people.ts';
import { DEFAULT_POLICY, type FoldQuery, type GatePolicy } from '../record/fold.ts';
import { readState } from '../record/trusted.ts';
import { judgeLines } from '../run/judge.ts';
import { subjectsOf } from '../run/lines.ts';
import type { LineResult, Subject } from '../run/result.ts';
import { checkLines, type CheckInput } from '../run/run-checklist.ts';

/** Everything that a look needs; `subject` is what is deployed now. Who wrote it may put none of its lines aside, as in a run. */
export type LookInput = CheckInput & { people: People; subject: Subject; clock: Clock; policy?: GatePolicy } & Pick<
    FoldQuery,
    'authors' | 'whoIs'
  >;

/**
 * Runs what is bound to some lines of a checklist, and to the lines that they are derived from, and judges them as a run
 * does. A line that the checklist does not have any more is missing in the answer.
 */
export async function lookAt(input: LookInput, lineIds: readonly string[]): Promise<LineResult[]> {
  const { checklist, bindings, store, people, subject, clock, policy = DEFAULT_POLICY, authors, whoIs } = input;
  const needed = withBelow(checklist, lineIds);
  const asked = bindings.bindings.filter(({ line, aliases = [] }) => [line, ...aliases].some((id) => needed.has(id)));
  const checks = await checkLines({ ...input, bindings: { ...bindings, bindings: asked } });
  const at = clock.now();
  const records = await readState(
    { store, people, policy },
    { checklist: checklist.name, subject, at, ...(authors && { authors }), ...(whoIs && { whoIs }) },
  );
  const wanted = new Set(lineIds);
  const { maxWaiverDays, validFor } = policy;
  return judgeLines({ checklist, bindings, checks, records, at, maxWaiverDays, validFor }).filter(({ lineId }) => wanted.has(lineId));
}

/** The lines and all that is below them. */
function withBelow(checklist: LookInput['checklist'], lineIds: readonly string[]): Set<string> {
  const below = new Map(subjectsOf(checklist).map(({ id, children }) => [id, children]));
  const needed = new Set<string>();
  const open = [...lineIds];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (needed.has(id)) continue;
    needed.add(id);
    open.push(...(below.get(id) ?? []));
  }
  return needed;
}
