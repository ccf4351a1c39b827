import type { Checklist, Criterion, Item } from '../checklist/checklist.ts';
import type { Binding, Bindings } from './binding.ts';
import { fingerprintOf, likeness } from './fingerprint.ts';

/** What the coverage law may find: each line has exactly one confirmed disposition that can hold. */
export type LintKind =
  | 'unbound'
  | 'bound_twice'
  | 'absent'
  | 'unconfirmed'
  | 'derived_without_children'
  | 'waiver_expired'
  | 'other_checklist';

/**
 * One finding. `lineId` is the identity that it speaks of, `line` where it stands in the document; `proposal` names the
 * line that an absent one seems to have become, and how alike they are (0 to 1).
 */
export type LintFinding = {
  kind: LintKind;
  lineId?: string;
  line?: number;
  text: string;
  proposal?: { lineId: string; line: number; title: string; likeness: number };
};

/** From here on an edited line is proposed as the same; unrelated lines are at about 0.2. */
const ALIKE = 0.45;

/** Boxes and criteria in the order of the document. */
export function linesOf(checklist: Checklist): (Item | Criterion)[] {
  return [...checklist.items, ...checklist.criteria].sort((a, b) => a.line - b.line);
}

/** Every binding that claims a line: by its identity, or by an earlier one when the document is older than the bindings. */
function claims(checklist: Checklist, { bindings }: Bindings): { byLine: Map<string, Binding[]>; absent: Binding[] } {
  const byLine = new Map<string, Binding[]>(linesOf(checklist).map(({ id }) => [id, []]));
  const absent: Binding[] = [];
  for (const binding of bindings) {
    const id = [binding.line, ...(binding.aliases ?? [])].find((known) => byLine.has(known));
    if (id === undefined) absent.push(binding);
    else byLine.get(id)!.push(binding);
  }
  return { byLine, absent };
}

/** What decides each line: its one confirmed binding. A line that is not in the map is not decided, and so never good. */
export function bindingsInForce(checklist: Checklist, bindings: Bindings): ReadonlyMap<string, Binding> {
  const inForce = new Map<string, Binding>();
  for (const [id, [only, ...more]] of claims(checklist, bindings).byLine) if (only?.confirmed && more.length === 0) inForce.set(id, only);
  return inForce;
}

/** Holds bindings against the coverage law. `now` in milliseconds. */
export function lintBindings(checklist: Checklist, bindings: Bindings, now: number): LintFinding[] {
  const lines = linesOf(checklist);
  const { byLine, absent } = claims(checklist, bindings);
  const parents = new Set(lines.flatMap(({ parent }) => parent ?? []));
  const findings: LintFinding[] = [];
  if (bindings.bindings.length > 0 && absent.length === bindings.bindings.length)
    findings.push({ kind: 'other_checklist', text: `None of the bindings is of this checklist; they are those of ${bindings.checklist}.` });
  for (const line of lines) findings.push(...lintLine(line, byLine.get(line.id)!, { now, parents }));
  const unbound = lines.filter(({ id }) => byLine.get(id)!.length === 0);
  for (const binding of absent) findings.push(absentFinding(binding, unbound));
  return findings;
}

function lintLine(line: Item | Criterion, bound: readonly Binding[], known: { now: number; parents: ReadonlySet<string> }): LintFinding[] {
  const finding = (kind: LintKind, text: string): LintFinding => ({ kind, lineId: line.id, line: line.line, text });
  if (bound.length === 0) return [finding('unbound', `Nothing decides "${line.title}".`)];
  if (bound.length > 1) return [finding('bound_twice', `${bound.length} bindings claim "${line.title}".`)];
  const { confirmed, disposition } = bound[0]!;
  const findings: LintFinding[] = [];
  if (!confirmed) findings.push(finding('unconfirmed', `Nobody has confirmed what decides "${line.title}".`));
  if (disposition.kind === 'derived' && !known.parents.has(line.id))
    findings.push(finding('derived_without_children', `"${line.title}" is derived from lines below it, and there are none.`));
  if (disposition.kind === 'waived' && endOf(disposition.until) <= known.now)
    findings.push(finding('waiver_expired', `The waiver of "${line.title}" by ${disposition.by} ended on ${disposition.until}.`));
  return findings;
}

/** When a waiver ends, in milliseconds: a day counts to its end. */
export function endOf(until: string): number {
  return Date.parse(until.length === 10 ? `${until}T23:59:59.999Z` : until);
}

/** An absent line may be an edited one: the unbound line whose words are most alike, if any is alike enough. */
function absentFinding(binding: Binding, unbound: readonly (Item | Criterion)[]): LintFinding {
  const finding: LintFinding = { kind: 'absent', lineId: binding.line, text: `No line has the identity ${binding.line}.` };
  if (binding.print === undefined) return finding;
  const ranked = unbound
    .map((line) => ({ lineId: line.id, line: line.line, title: line.title, likeness: likeness(binding.print!, fingerprintOf(line.text)) }))
    .sort((a, b) => b.likeness - a.likeness);
  const [best] = ranked;
  if (!best || best.likeness < ALIKE) return finding;
  return {
    ...finding,
    text: `No line has the identity ${binding.line}; "${best.title}" in line ${best.line} may be what it became.`,
    proposal: { ...best, likeness: Math.round(best.likeness * 100) / 100 },
  };
}
