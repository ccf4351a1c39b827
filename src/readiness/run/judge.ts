import { bindingsInForce } from '../binding/lint-bindings.ts';
import { controlChecks, decidingChecks } from '../binding/bound-checks.ts';
import type { Binding, Bindings } from '../binding/binding.ts';
import type { Checklist, Criterion, Item, Tier } from '../checklist/checklist.ts';
import type { Millis } from '../../base/time.ts';
import { isPlaceholder } from '../people-roles.ts';
import { signOffKey, type Entry, type RecordState } from '../record/fold.ts';
import { DEFAULT_VALID_FOR, endOfSigned, signatureMs, type ValidFor } from '../record/valid-for.ts';
import { holdClaims } from './claim.ts';
import { combine, type Objection, type Sources, type Word } from './combine.ts';
import { holdDemands } from './demand.ts';
import { subjectsOf, type GateSubject } from './lines.ts';
import type { CheckResult, LineResult } from './result.ts';
import { atOnce, eachInSteps, type Steps } from '../steps.ts';

/** Everything that a checklist is judged by. */
export type Judgement = {
  checklist: Checklist;
  bindings: Bindings;
  /** By line, in the order of the binding's checks. */
  checks: ReadonlyMap<string, readonly CheckResult[]>;
  records: Pick<RecordState, 'signOffs' | 'waivers' | 'notApplicable'>;
  at: Millis;
  defaultTtlMs?: number;
  /** How long a waiver of the file lasts at most. */
  maxWaiverDays?: number;
  /** How long signatures and rulings hold; the usual times unless told. */
  validFor?: ValidFor;
};

/** Records of nobody, for a checklist that has none yet. */
export const NO_RECORDS: Judgement['records'] = { signOffs: new Map(), waivers: new Map(), notApplicable: new Map() };

/**
 * One result for every line that has to be judged, in the order of the document: boxes, criteria, and signatures that the
 * document asks for. Lines are judged from the leaves up; a line that is below itself is an error.
 */
export function judgeLines(judgement: Judgement): readonly LineResult[] {
  return atOnce(judgeInSteps(judgement));
}

/** The same, a line a step. */
export function* judgeInSteps(judgement: Judgement): Steps<readonly LineResult[]> {
  const { checklist, bindings } = judgement;
  const subjects = subjectsOf(checklist);
  const lines = new Map([...checklist.items, ...checklist.criteria].map((line) => [line.id, line]));
  const context: Context = {
    judgement,
    subjects: new Map(subjects.map((subject) => [subject.id, subject])),
    lines,
    inForce: bindingsInForce(checklist, bindings),
    claimed: claimedBy(bindings, lines),
    contradicted: new Map(checklist.findings.flatMap(({ kind, line, text }) => (kind === 'contradiction' ? [[line, text]] : []))),
    known: new Map(),
    open: new Set(),
  };
  return yield* eachInSteps(subjects, ({ id }) => resultOf(id, context));
}

type Context = {
  judgement: Judgement;
  subjects: ReadonlyMap<string, GateSubject>;
  lines: ReadonlyMap<string, Item | Criterion>;
  inForce: ReadonlyMap<string, Binding>;
  /** How many bindings claim each line. */
  claimed: ReadonlyMap<string, number>;
  /** By the number of the line: why nothing can meet what it asks for. */
  contradicted: ReadonlyMap<number, string>;
  known: Map<string, LineResult>;
  open: Set<string>;
};

function resultOf(id: string, context: Context): LineResult {
  const { known, open, subjects } = context;
  const before = known.get(id);
  if (before) return before;
  const subject = subjects.get(id);
  if (!subject || open.has(id)) {
    const summary = subject ? 'The line is below itself.' : 'The document has no such line.';
    return { lineId: id, state: 'error', summary, checks: [] };
  }
  open.add(id);
  const result = judged(subject, context);
  open.delete(id);
  known.set(id, result);
  return result;
}

function judged(subject: GateSubject, context: Context): LineResult {
  const { judgement, lines } = context;
  const { records, at, defaultTtlMs, maxWaiverDays, validFor = DEFAULT_VALID_FOR } = judgement;
  const binding = subject.role === undefined ? confirmedBinding(subject, context) : signatureOf(subject.id, subject.role);
  const { checks, control, kept } = resultsOf(binding, judgement.checks.get(subject.id) ?? []);
  const children = subject.children.map((child) => resultOf(child, context));
  const role = 'disposition' in binding && 'role' in binding.disposition ? binding.disposition.role : undefined;
  const signed = role === undefined ? undefined : records.signOffs.get(signOffKey(subject.id, role));
  const waived = records.waivers.get(subject.id);
  const ruled = records.notApplicable.get(subject.id);
  const sources: Sources = {
    binding,
    checks,
    control,
    children,
    signOff: signed && { ...wordOf(signed, signed.body.statement), until: isoOf(signatureEnd(signed, subject, binding, judgement)) },
    waiver: waived && { ...wordOf(waived, waived.body.reason), until: waived.body.until },
    notApplicable: ruled && { ...wordOf(ruled, ruled.body.reason), until: isoOf(endOfSigned(ruled, validFor.ruledOut)) },
    objections: objectionsTo(subject, { binding, checks }, context),
    at,
    mostTtlMs: signatureMs({ binding: undefined, document: undefined, tiers: tiersOf(subject, binding) }, validFor),
    ...(defaultTtlMs !== undefined && { defaultTtlMs }),
    ...(maxWaiverDays !== undefined && { maxWaiverDays }),
  };
  const found = combine(sources);
  const line = lines.get(subject.id);
  const claim = line && holdClaims(line, { state: found.state, checks });
  return { lineId: subject.id, ...found, checks: kept, ...(claim && { claim }) };
}

/** Results of the checks that decide, and of those that only tell whether whoever looked has a network. */
function resultsOf(binding: Sources['binding'], kept: readonly CheckResult[]) {
  const controls = 'disposition' in binding ? controlChecks(binding.disposition).length : 0;
  if (controls === 0) return { checks: kept, control: [], kept };
  const deciding = decidingChecks((binding as Binding).disposition).length;
  return { checks: kept.slice(0, deciding), control: kept.slice(deciding), kept };
}

/** The tier of a line, and where its binding makes it heavier, that one. */
function tiersOf({ tier }: GateSubject, binding: Sources['binding']): readonly Tier[] {
  return [tier ?? 'critical', ...('disposition' in binding && binding.tier ? [binding.tier] : [])];
}

/** When the signature for a line is over: as its binding says, its document, or its tier; where the bindings make it heavier, that one. */
function signatureEnd(
  signed: Entry<'signed'>,
  subject: GateSubject,
  binding: Sources['binding'],
  { bindings, validFor = DEFAULT_VALID_FOR }: Judgement,
): Millis {
  const own = 'disposition' in binding ? binding : undefined;
  const tiers = tiersOf(subject, binding);
  return endOfSigned(signed, signatureMs({ binding: own?.validFor, document: bindings.validFor, tiers }, validFor));
}

const isoOf = (at: Millis): string => new Date(Number.isNaN(at) ? 0 : at).toISOString();

/** What the words of the line itself say against a pass. */
function objectionsTo({ id, line }: GateSubject, { binding, checks }: Pick<Sources, 'binding' | 'checks'>, context: Context): Objection[] {
  const written = context.lines.get(id);
  if (!written) return [];
  const text = context.contradicted.get(line);
  const contradicted = text !== undefined && ({ state: 'error', summary: `The document contradicts itself: ${text}` } as const);
  const isDerived = 'disposition' in binding && binding.disposition.kind === 'derived';
  const below = isDerived ? belowOf(id, context) : [];
  const demand = 'missing' in binding ? undefined : holdDemands(written, binding, { checks, below });
  return [...(contradicted ? [contradicted] : []), ...(demand ? [demand] : [])];
}

/** The lines below a line, of whatever depth. */
function belowOf(id: string, { subjects, lines }: Context): (Item | Criterion)[] {
  const seen = new Set([id]);
  // A set goes on to what is added to it while it is gone through.
  for (const one of seen) for (const child of subjects.get(one)?.children ?? []) seen.add(child);
  return [...seen].flatMap((one) => (one !== id && lines.has(one) ? [lines.get(one)!] : []));
}

/** The places of a document where a role signs need no binding: they say themselves what they ask for. */
function signatureOf(line: string, role: string): Binding {
  return { line, disposition: { kind: 'attested', role } };
}

function confirmedBinding({ id }: GateSubject, { inForce, claimed }: Context): Sources['binding'] {
  const binding = inForce.get(id);
  if (binding?.confirmed && !isPlaceholder(binding.confirmed.by)) return binding;
  if (binding) return { missing: 'Nobody has confirmed with their name what decides it.' };
  const claims = claimed.get(id) ?? 0;
  if (claims === 0) return { missing: 'Nothing decides it: it has no binding.' };
  return { missing: claims > 1 ? `${claims} bindings claim it.` : 'Nobody has confirmed what decides it.' };
}

function claimedBy({ bindings }: Bindings, lines: ReadonlyMap<string, unknown>): Map<string, number> {
  const claimed = new Map<string, number>();
  for (const { line, aliases = [] } of bindings) {
    const id = [line, ...aliases].find((known) => lines.has(known));
    if (id !== undefined) claimed.set(id, (claimed.get(id) ?? 0) + 1);
  }
  return claimed;
}

function wordOf({ at, body }: { at: string; body: { signature: { name: string } } }, text: string): Word {
  return { name: body.signature.name, at, text };
}
