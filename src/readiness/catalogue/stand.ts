import { AppError } from '../../base/error.ts';
import type { Binding, Bindings } from '../binding/binding.ts';
import { fingerprintOf } from '../binding/fingerprint.ts';
import { claimsOf, linesOf, mostAlike } from '../binding/claims.ts';
import { lintBindings, type LintFinding } from '../binding/lint-bindings.ts';
import type { BindingChange } from '../binding/write-bindings.ts';
import type { Checklist, Criterion, Item } from '../checklist/checklist.ts';
import { filled, missingIn, nameFor, type Given } from './foreign/fill.ts';
import { proposeFor, type Proposal, type ProposedFor } from './propose.ts';

/**
 * How one line stands: `bound` by one confirmed binding, `suggested` by one that nobody has confirmed, `bound_twice`, or
 * `unbound`; the last has a proposal.
 */
export type LineStand = {
  line: Item | Criterion;
  state: 'bound' | 'suggested' | 'bound_twice' | 'unbound';
  binding?: Binding;
  proposal?: Proposal;
};

/** A checklist beside its bindings. */
export type Stand = { lines: readonly LineStand[]; findings: readonly LintFinding[] };

/**
 * How each line of a checklist stands, with proposals for what nothing decides yet: for somebody's system, of which the checklist tells,
 * unless it is Rialto's own. `now` in milliseconds.
 */
export function standOf(
  checklist: Checklist,
  bindings: Bindings,
  now: number,
  of: ProposedFor = { targets: {}, services: checklist.services },
): Stand {
  const { byLine, rewritten } = claimsOf(checklist, bindings);
  const undecided = linesOf(checklist).filter(({ id }) => byLine.get(id)!.length === 0);
  const formerly = formerOf([...rewritten.values()].flat(), undecided);
  const proposals = proposeFor(checklist, ({ id }) => byLine.get(id)!.length === 0 && !formerly.has(id), of);
  const lines = linesOf(checklist).map((line): LineStand => {
    const [binding = formerly.get(line.id), ...more] = byLine.get(line.id)!;
    const proposal = proposals.get(line.id);
    if (!binding) return { line, state: 'unbound', ...(proposal && { proposal }) };
    if (more.length > 0) return { line, state: 'bound_twice' };
    return { line, state: binding.confirmed ? 'bound' : 'suggested', binding };
  });
  return { lines, findings: lintBindings(checklist, bindings, now) };
}

/** Bindings whose lines were written anew, suggested for the lines that say now what they were confirmed for. */
function formerOf(bindings: readonly Binding[], undecided: readonly (Item | Criterion)[]): ReadonlyMap<string, Binding> {
  const found = new Map<string, { binding: Binding; likeness: number }>();
  for (const { confirmed: _confirmed, aliases: _aliases, ...binding } of bindings) {
    const best = mostAlike(binding, undecided);
    if (!best || best.likeness <= (found.get(best.line.id)?.likeness ?? 0)) continue;
    const { id, text } = best.line;
    found.set(id, { binding: { ...binding, line: id, print: fingerprintOf(text) }, likeness: best.likeness });
  }
  return new Map([...found].map(([id, { binding }]) => [id, binding]));
}

/** What a person confirms: lines by identity (a beginning is enough when only one has it) or as `:42`, or all of a theme. */
export type Confirmation = {
  ids?: readonly string[];
  theme?: string;
  by: string;
  at: string;
  /** Parameters that the proposals leave to a person, by name. */
  given?: Given;
};

/**
 * The changes that a confirmation makes: what is suggested or proposed for these lines is theirs from now on, and a line
 * that an absent binding seems to have become takes that binding over. Errors: `readiness.line_unknown`,
 * `readiness.nothing_to_confirm`, `readiness.parameter_missing` for a proposal that leaves something to a person which was not given, and
 * for what was given and is left to nobody.
 */
export function confirm(stand: Stand, { ids = [], theme, by, at, given = {} }: Confirmation): BindingChange[] {
  const chosen = [...ids.map((id) => lineOf(stand, id)), ...(theme === undefined ? [] : ofTheme(stand, theme))];
  const open = [...new Set(chosen)].filter(({ state }) => state === 'suggested' || state === 'unbound');
  if (open.length === 0)
    throw new AppError(
      'not_found',
      'readiness.nothing_to_confirm',
      'None of these lines waits for a confirmation: they are bound already, or there are none.',
    );
  const used = new Set<string>();
  const changes = open.flatMap((one) => changesFor(stand, one, { by, at }, { given, used }));
  const unused = Object.keys(given).filter((name) => !used.has(name));
  if (unused.length === 0) return changes;
  throw new AppError(
    'invalid',
    'readiness.parameter_missing',
    `Nothing that is confirmed leaves ${unused.join(', ').slice(0, 200)} to you.`,
  );
}

function lineOf(stand: Stand, id: string): LineStand {
  const number = /^:(\d+)$/.exec(id)?.[1];
  const found = stand.lines.filter(({ line }) => (number === undefined ? line.id.startsWith(id) : line.line === Number(number)));
  if (found.length === 1) return found[0]!;
  const why = found.length === 0 ? 'No line has' : `${found.length} lines have`;
  const what = number === undefined ? `an identity that begins with ${id.slice(0, 64)}` : `the number ${number} in the file`;
  throw new AppError('not_found', 'readiness.line_unknown', `${why} ${what}.`);
}

function ofTheme({ lines }: Stand, theme: string): LineStand[] {
  return lines.filter(({ binding, proposal }) => (binding ?? proposal?.binding)?.theme === theme);
}

function changesFor(
  { findings }: Stand,
  { line, binding, proposal }: LineStand,
  confirmed: { by: string; at: string },
  { given, used }: { given: Given; used: Set<string> },
): BindingChange[] {
  const edited = findings.find(({ kind, proposal: became }) => kind === 'absent' && became?.lineId === line.id);
  if (edited) return [{ kind: 'alias', from: edited.lineId!, to: line.id, print: fingerprintOf(line.text) }];
  const made = binding ?? proposal?.binding;
  if (!made) return [];
  const told = filled(made.disposition, given);
  for (const name of told.used) used.add(name);
  const { disposition } = told;
  const missing = missingIn(disposition);
  if (missing.length === 0) return [{ kind: 'put', binding: { ...made, disposition, confirmed }, about: line.title }];
  const asked = missing.map((one) => `${nameFor(one, missing)} (${one.what})`).join(', ');
  throw new AppError(
    'invalid',
    'readiness.parameter_missing',
    `"${line.title}" cannot be confirmed before somebody says ${asked}. Give each with --set NAME=VALUE, or write the binding yourself.`,
  );
}
