import { bindingsInForce } from '../binding/lint-bindings.ts';
import type { Binding, Bindings } from '../binding/binding.ts';
import type { Checklist, Tier } from '../checklist/checklist.ts';
import type { Millis } from '../../base/time.ts';
import { changesBetween, type RecordState, type Voided } from '../record/fold.ts';
import type { Decision } from '../record/record.ts';
import { countStates } from '../run/combine.ts';
import { judgeLines } from '../run/judge.ts';
import { subjectsOf, type GateSubject } from '../run/lines.ts';
import type { LineResult, ResultState, Run, Subject } from '../run/result.ts';
import { bindingsHash } from '../run/subject.ts';
import { effectOf } from './effect.ts';

/**
 * What a line does to the decision.
 * - `passes`: it was shown.
 * - `blocks`: it was not, and its tier is critical.
 * - `needs_approval`, `approved`: it was not, and its tier is high; or it was put aside by the bindings file alone.
 * - `needs_plan`, `planned`: it was not, and its tier is medium or low.
 * - `waived`, `not_applicable`: named persons answer for going without it. Never counted as passed.
 * - `later`: it is due after the release, or in an environment that comes after this one.
 */
export type Effect = 'passes' | 'blocks' | 'needs_approval' | 'approved' | 'needs_plan' | 'planned' | 'waived' | 'not_applicable' | 'later';

/** One line as the gate sees it. */
export type GateLine = {
  lineId: string;
  kind: 'item' | 'criterion' | 'sign_off';
  /** In the document, from 1. */
  line: number;
  title: string;
  section: readonly string[];
  /** What counts, and where it comes from: a line whose document gives it no tier is critical. */
  tier: Tier;
  tierFrom: 'document' | 'bindings' | 'default';
  state: ResultState;
  effect: Effect;
  /** Why, in one sentence: the result, and who answers for what. */
  because: string;
  /** The whole result, with its checks and claims. */
  result: LineResult;
  /** Indexes of the records that speak for the line: signature, waiver, approval, plan. */
  records: readonly number[];
};

/** The decision over one run, with everything that it rests on. */
export type Verdict = {
  decision: Decision;
  /** For pipelines: 0 go, 2 conditional, 1 no-go, 3 could not be decided. */
  exitCode: 0 | 1 | 2 | 3;
  /** Why nothing could be decided; empty otherwise. */
  undecided: readonly string[];
  subject: Subject;
  runId?: string;
  /** ISO time for which this was decided. */
  at: string;
  /** Every line in the order of the document. */
  lines: readonly GateLine[];
  /** Identities of the lines that stand in the way of a go: what blocks, then what needs an approval, then a plan. */
  blocks: readonly string[];
  counts: Readonly<Record<ResultState, number>>;
  effects: Readonly<Record<Effect, number>>;
  /** Share of the lines due now that were shown, in percent. Information only: it decides nothing. */
  score: number;
  /** Records that speak of these lines and do not count, with the reason. */
  voided: readonly Voided[];
};

/** What is decided about. `releasedAt`: when the release began, for lines that are due some time after it. */
export type Decide = {
  checklist: Checklist;
  bindings: Bindings;
  /** The newest run of the subject, undefined when there is none. */
  run: Run | undefined;
  /** What the files, the commit and the configuration are now. */
  subject: Subject;
  records: RecordState;
  at: Millis;
  releasedAt?: Millis;
  /** How long a result holds whose binding does not say. */
  defaultTtlMs?: number;
};

const EXIT_CODES = { go: 0, no_go: 1, conditional: 2, undecided: 3 } as const;

/**
 * Go or no-go over one run, with the records that hold for its subject. The results are judged anew from what the checks
 * found, at this time, so a result that has become too old no longer counts, and a signature given after the run does.
 *
 * - A run of another subject decides nothing, and neither does a document without a line that is due and passes.
 * - `no_go` when a critical line blocks, `conditional` when an approval or a plan is missing, `go` otherwise.
 */
export function decide(given: Decide): Verdict {
  const lines = linesOf(given);
  const effects = countEffects(lines);
  const undecided = reasonsAgainst(given, lines);
  const waiting = ['blocks', 'needs_approval', 'needs_plan'] as const;
  const blocks = waiting.flatMap((effect) => lines.filter((line) => line.effect === effect).map(({ lineId }) => lineId));
  const decision: Decision = undecided.length > 0 ? 'undecided' : effects.blocks > 0 ? 'no_go' : blocks.length > 0 ? 'conditional' : 'go';
  const due = lines.length - effects.later - effects.not_applicable;
  return {
    decision,
    exitCode: EXIT_CODES[decision],
    undecided,
    subject: given.subject,
    ...(given.run && { runId: given.run.id }),
    at: new Date(given.at).toISOString(),
    lines,
    blocks,
    counts: countStates(lines),
    effects,
    score: due === 0 ? 0 : Math.floor((effects.passes / due) * 1_000) / 10,
    voided: given.records.voided,
  };
}

function reasonsAgainst({ run, subject, checklist, bindings }: Decide, lines: readonly GateLine[]): string[] {
  if (!run) return ['There is no run of this checklist, these bindings, this commit and this configuration.'];
  const reasons: string[] = [];
  const changed = changesBetween(run.subject, subject);
  if (changed.length > 0) reasons.push(`The run speaks of something else: ${changed.map(inWords).join(', ')}.`);
  if (checklist.sha256 !== subject.checklistSha256) reasons.push('The checklist that was read is not the one that is decided about.');
  if (bindingsHash(bindings) !== subject.bindingsSha256) reasons.push('The bindings that were read are not those that are decided about.');
  if (lines.length === 0) reasons.push('The checklist has no line to judge.');
  else if (!lines.some(({ effect }) => effect === 'passes')) reasons.push('Not one line that is due passes.');
  // A line that blocks is a decision whatever else is missing: no is always an answer.
  const blocked = changed.length === 0 && lines.some(({ effect }) => effect === 'blocks');
  return blocked ? reasons.filter((reason) => !reason.startsWith('Not one')) : reasons;
}

const inWords = (reason: string): string => reason.replace('_', ' ');

function linesOf(given: Decide): GateLine[] {
  const { checklist, bindings, run, records, at, subject } = given;
  const checks = new Map((run?.results ?? []).map((result) => [result.lineId, result.checks]));
  const ttl = given.defaultTtlMs !== undefined && { defaultTtlMs: given.defaultTtlMs };
  const results = judgeLines({ checklist, bindings, checks, records, at, ...ttl });
  const byLine = new Map(results.map((result) => [result.lineId, result]));
  const inForce = bindingsInForce(checklist, bindings);
  const subjects = new Map(subjectsOf(checklist).map((one) => [one.id, one]));
  const known = new Map<string, GateLine>();
  const lineOf = (id: string): GateLine => {
    const before = known.get(id);
    if (before) return before;
    const one = subjects.get(id)!;
    const binding = inForce.get(id);
    const { tier, tierFrom } = tierOf(one, binding);
    const result = byLine.get(id)!;
    // Only these speak for their parent; lines that are below themselves are errors already and are not followed.
    const carries = binding?.disposition.kind === 'derived' && result.state !== 'error';
    const below = carries ? one.children.filter((child) => subjects.has(child)).map((child) => lineOf(child).effect) : [];
    const released = given.releasedAt !== undefined && { releasedAt: given.releasedAt };
    const sources = { subject: one, tier, result, binding, records, below, environment: subject.environment, at, ...released };
    const { kind, line, title, section } = one;
    const made: GateLine = { lineId: id, kind, line, title, section, tier, tierFrom, state: result.state, result, ...effectOf(sources) };
    known.set(id, made);
    return made;
  };
  return [...subjects.keys()].map(lineOf);
}

/** The tier that counts: what the binding says, else the document; a line that has none is critical. */
function tierOf(subject: GateSubject, binding: Binding | undefined): Pick<GateLine, 'tier' | 'tierFrom'> {
  if (binding?.tier) return { tier: binding.tier, tierFrom: 'bindings' };
  if (subject.tier) return { tier: subject.tier, tierFrom: 'document' };
  return { tier: 'critical', tierFrom: 'default' };
}

const EFFECTS = [
  'passes',
  'blocks',
  'needs_approval',
  'approved',
  'needs_plan',
  'planned',
  'waived',
  'not_applicable',
  'later',
] as const satisfies readonly Effect[];

function countEffects(lines: readonly GateLine[]): Record<Effect, number> {
  const counts = Object.fromEntries(EFFECTS.map((effect) => [effect, 0])) as Record<Effect, number>;
  for (const { effect } of lines) counts[effect] += 1;
  return counts;
}
