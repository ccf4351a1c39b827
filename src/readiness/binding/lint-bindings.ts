import type { Checklist, Criterion, Item } from '../checklist/checklist.ts';
import { isLineLost } from '../checklist/lost.ts';
import { isPlaceholder } from '../people-roles.ts';
import type { Binding, Bindings } from './binding.ts';
import { claimsOf, linesOf, mostAlike, type Alike } from './claims.ts';
import { linesBelow, unheldBelow, unheldDemands } from './demand.ts';
import { endOf, MAX_WAIVER_DAYS, waiverEnd } from './waiver-end.ts';

/** What the coverage law may find: each line has exactly one confirmed disposition that can hold, and asks for what can be met. */
export type LintKind =
  | 'unbound'
  | 'bound_twice'
  | 'absent'
  | 'rewritten'
  | 'unconfirmed'
  | 'derived_without_children'
  | 'waiver_expired'
  | 'waiver_too_long'
  | 'contradiction'
  | 'demand_not_checked'
  | 'target_unknown'
  | 'command_unknown'
  | 'other_checklist'
  | 'not_understood';

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

/** What decides each line: its one confirmed binding. A line that is not in the map is not decided, and so never good. */
export function bindingsInForce(checklist: Checklist, bindings: Bindings): ReadonlyMap<string, Binding> {
  const inForce = new Map<string, Binding>();
  for (const [id, [only, ...more]] of claimsOf(checklist, bindings).byLine) if (only?.confirmed && more.length === 0) inForce.set(id, only);
  return inForce;
}

/** Holds bindings against the coverage law. `now` in milliseconds. */
export function lintBindings(checklist: Checklist, bindings: Bindings, now: number): LintFinding[] {
  const lines = linesOf(checklist);
  const { byLine, rewritten, absent } = claimsOf(checklist, bindings);
  const parents = new Set(lines.flatMap(({ parent }) => parent ?? []));
  const findings: LintFinding[] = [];
  if (bindings.bindings.length > 0 && absent.length === bindings.bindings.length)
    findings.push({ kind: 'other_checklist', text: `None of the bindings is of this checklist; they are those of ${bindings.checklist}.` });
  for (const finding of checklist.notUnderstood)
    if (isLineLost(finding)) findings.push({ kind: 'not_understood', line: finding.line, text: finding.text });
  const contradicted = new Map(checklist.findings.flatMap(({ kind, line, text }) => (kind === 'contradiction' ? [[line, text]] : [])));
  for (const line of lines) {
    const text = contradicted.get(line.line);
    if (text !== undefined) findings.push({ kind: 'contradiction', lineId: line.id, line: line.line, text: `"${line.title}": ${text}` });
  }
  const unbound = lines.filter(({ id }) => byLine.get(id)!.length === 0);
  for (const line of lines) {
    const bound = byLine.get(line.id)!;
    const former = bound.length === 0 ? rewritten.get(line.id) : undefined;
    if (former) findings.push(...former.map((binding) => rewrittenFinding(line, binding, unbound)));
    else findings.push(...lintLine(line, bound, { now, parents, lines }));
  }
  for (const binding of absent) findings.push(absentFinding(binding, unbound));
  return findings;
}

type Known = { now: number; parents: ReadonlySet<string>; lines: readonly (Item | Criterion)[] };

function lintLine(line: Item | Criterion, bound: readonly Binding[], known: Known): LintFinding[] {
  const finding = (kind: LintKind, text: string): LintFinding => ({ kind, lineId: line.id, line: line.line, text });
  if (bound.length === 0) return [finding('unbound', `Nothing decides "${line.title}".`)];
  if (bound.length > 1) return [finding('bound_twice', `${bound.length} bindings claim "${line.title}".`)];
  const { confirmed, disposition } = bound[0]!;
  const findings: LintFinding[] = [];
  if (!confirmed) findings.push(finding('unconfirmed', `Nobody has confirmed what decides "${line.title}".`));
  if (disposition.kind === 'derived' && !known.parents.has(line.id))
    findings.push(finding('derived_without_children', `"${line.title}" is derived from lines below it, and there are none.`));
  return [
    ...findings,
    ...unheldIn(line, bound[0]!, known).map((text) => finding('demand_not_checked', text)),
    ...waiverFindings(bound[0]!, known.now).map(([kind, text]) => finding(kind, `The waiver of "${line.title}" ${text}`)),
  ];
}

/** Numbers that the line demands and its checks, or the lines that it is derived from, do not, where nobody says how they are held. */
function unheldIn(line: Item | Criterion, binding: Binding, { lines }: Known): string[] {
  if (binding.holdsDemand !== undefined && !isPlaceholder(binding.holdsDemand)) return [];
  const isDerived = binding.disposition.kind === 'derived';
  const unheld = isDerived ? unheldBelow(line, linesBelow(line.id, lines)) : unheldDemands(line, binding);
  const numbers = [...new Set(unheld.map(({ text }) => `“${text}”`))].join(', ');
  const what = isDerived ? 'line below' : 'check of';
  return unheld.length === 0 ? [] : [`No ${what} "${line.title}" holds ${numbers}: demand it, or say in holdsDemand how it is held.`];
}

function waiverFindings({ disposition, confirmed }: Binding, now: number): (readonly [LintKind, string])[] {
  if (disposition.kind !== 'waived') return [];
  const { by, until } = disposition;
  const end = endOf(until);
  if (end <= now) return [['waiver_expired', `by ${by} ended on ${until}.`]];
  const longest = waiverEnd(until, confirmed?.at ?? '', { maxWaiverDays: MAX_WAIVER_DAYS });
  if (!(longest < end)) return [];
  return [
    [
      'waiver_too_long',
      `by ${by} until ${until} lasts ${MAX_WAIVER_DAYS} days at most, to ${new Date(longest).toISOString().slice(0, 10)}.`,
    ],
  ];
}

/** What was confirmed may be of another line of the same beginning, where lines were put in between or taken out. */
function rewrittenFinding(line: Item | Criterion, binding: Binding, unbound: readonly (Item | Criterion)[]): LintFinding {
  const text = `"${line.title}" says something else than what was confirmed for it, so nothing decides it: confirm it anew.`;
  const became = mostAlike(binding, unbound);
  return { kind: 'rewritten', lineId: line.id, line: line.line, text, ...(became && { proposal: proposalOf(became) }) };
}

/** An absent line may be an edited one: the unbound line whose words are most alike, if any is alike enough. */
function absentFinding(binding: Binding, unbound: readonly (Item | Criterion)[]): LintFinding {
  const { line } = binding;
  const became = mostAlike(binding, unbound);
  const finding = { kind: 'absent' as const, lineId: line };
  if (!became) return { ...finding, text: `No line has the identity ${line}.` };
  const text = `No line has the identity ${line}; "${became.line.title}" in line ${became.line.line} may be what it became.`;
  return { ...finding, text, proposal: proposalOf(became) };
}

function proposalOf({ line: { id, line, title }, likeness }: Alike): NonNullable<LintFinding['proposal']> {
  return { lineId: id, line, title, likeness: Math.round(likeness * 100) / 100 };
}
