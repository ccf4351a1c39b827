import { bindingsInForce } from '../binding/lint-bindings.ts';
import { linesLost } from './lines-lost.ts';
import type { Bindings } from '../binding/binding.ts';
import type { Checklist, Tier } from '../checklist/checklist.ts';
import type { Millis } from '../../base/time.ts';
import { DEFAULT_POLICY, type GatePolicy, type RecordState, type Voided } from '../record/fold.ts';
import type { Decision } from '../record/record.ts';
import { countStates } from '../run/combine.ts';
import { judgeInSteps } from '../run/judge.ts';
import { subjectsOf } from '../run/lines.ts';
import type { LineResult, ResultState, Run, Subject } from '../run/result.ts';
import { bindingsHash } from '../run/subject.ts';
import { atOnce, eachInSteps, type Steps } from '../steps.ts';
import { approvalOf, effectOf, type Effected } from './effect.ts';
import { tierOf, type LineTier } from './tier.ts';
import { foundBy, voidRun, type VoidRun } from './void-run.ts';

/**
 * What a line does to the decision.
 * - `passes`: it was shown.
 * - `blocks`: it was not, and its tier is critical.
 * - `needs_approval`, `approved`: it was not, and its tier is high; or the bindings file alone puts it aside or makes it lighter;
 *   or it is critical and only seems to be due after the release.
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
  tierFrom: LineTier['tierFrom'];
  state: ResultState;
  effect: Effect;
  /** Why, in one sentence: the result, and who answers for what. */
  because: string;
  /** The whole result, with its checks and claims. */
  result: LineResult;
  /** Indexes of the records that speak for the line: signature, waiver, approval, plan. */
  records: readonly number[];
  /** ISO time at which what speaks for the line is over: its result, a signature, an approval. */
  until?: string;
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
  /** Identities of the lines that are put off without having been shown, in the order of the document. */
  later: readonly string[];
  counts: Readonly<Record<ResultState, number>>;
  effects: Readonly<Record<Effect, number>>;
  /** Share of the lines due now that were shown, in percent. Information only: it decides nothing. */
  score: number;
  /** ISO time at which the first of what a go or a conditional go rests on is over. */
  holdsUntil?: string;
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
  /** Hash of what the checks would read now; a run over something else decides nothing. */
  inputs?: string;
  /** False where others may write the log and nobody who may has signed what the run came to: it decides nothing. */
  runSigned?: boolean;
  records: RecordState;
  at: Millis;
  releasedAt?: Millis;
  /** How long a result holds whose binding does not say. */
  defaultTtlMs?: number;
  /** How long a waiver of the bindings file lasts at most, and what people sign; the usual times unless told. */
  policy?: Pick<GatePolicy, 'maxWaiverDays' | 'validFor'>;
};

const EXIT_CODES = { go: 0, no_go: 1, conditional: 2, undecided: 3 } as const;

/**
 * Go or no-go over one run, with the records that hold for its subject. The results are judged anew from what the checks
 * found, at this time, so a result that has become too old no longer counts, and a signature given after the run does. Of a run that decides
 * nothing every result is stale.
 *
 * - A run of another subject decides nothing, and neither does a document without a line that is due and passes.
 * - `no_go` when a critical line blocks, or only the file of bindings puts it aside; `conditional` when an approval of another
 *   line, of a critical one that is put off by a guess, or a plan is missing; `go` otherwise.
 */
export function decide(given: Decide): Verdict {
  return atOnce(decideInSteps(given));
}

/** The same, a line a step. */
export function* decideInSteps(given: Decide): Steps<Verdict> {
  const why = given.run && voidRun({ ...given, run: given.run });
  const seen = yield* linesOf(given, why);
  const lines = seen.map(({ line }) => line);
  const effects = countEffects(lines);
  const undecided = reasonsAgainst(given, lines, why);
  const waiting = ['blocks', 'needs_approval', 'needs_plan'] as const;
  const blocks = waiting.flatMap((effect) => lines.filter((line) => line.effect === effect).map(({ lineId }) => lineId));
  const refused = seen.some(({ effect, guessed, line: { tier } }) => {
    return effect === 'blocks' || (effect === 'needs_approval' && tier === 'critical' && !guessed);
  });
  const decision: Decision = undecided.length > 0 ? 'undecided' : refused ? 'no_go' : blocks.length > 0 ? 'conditional' : 'go';
  const due = lines.length - effects.later - effects.not_applicable;
  const holdsUntil = decision === 'go' || decision === 'conditional' ? firstEnd(lines) : undefined;
  return {
    decision,
    exitCode: EXIT_CODES[decision],
    undecided,
    subject: given.subject,
    ...(given.run && { runId: given.run.id }),
    at: new Date(given.at).toISOString(),
    lines,
    blocks,
    later: lines.filter(({ effect, state }) => effect === 'later' && state !== 'pass').map(({ lineId }) => lineId),
    counts: countStates(lines),
    effects,
    score: due === 0 ? 0 : Math.floor((effects.passes / due) * 1_000) / 10,
    ...(holdsUntil !== undefined && { holdsUntil }),
    voided: given.records.voided,
  };
}

const HELD: ReadonlySet<Effect> = new Set<Effect>(['passes', 'approved', 'waived', 'not_applicable']);

/** When the first of what speaks for the lines is over; ISO times of one form sort as they follow each other. */
function firstEnd(lines: readonly GateLine[]): string | undefined {
  return lines.flatMap(({ effect, until }) => (HELD.has(effect) && until !== undefined ? [until] : [])).toSorted()[0];
}

function reasonsAgainst({ run, subject, checklist, bindings }: Decide, lines: readonly GateLine[], why: VoidRun | undefined): string[] {
  if (!run) return ['There is no run of this checklist, these bindings, this commit and this configuration.'];
  const reasons: string[] = why ? [why.reason] : [];
  if (checklist.sha256 !== subject.checklistSha256) reasons.push('The checklist that was read is not the one that is decided about.');
  if (bindingsHash(bindings) !== subject.bindingsSha256) reasons.push('The bindings that were read are not those that are decided about.');
  if (lines.length === 0) reasons.push('The checklist has no line to judge.');
  else if (!why && !lines.some(({ effect }) => effect === 'passes')) reasons.push('Not one line that is due passes.');
  // A line that blocks is a decision whatever else is missing: no is always an answer.
  const blocked = !why && lines.some(({ effect }) => effect === 'blocks');
  return blocked ? reasons.filter((reason) => !reason.startsWith('Not one')) : [...reasons, ...linesLost(checklist, bindings)];
}

function* linesOf(given: Decide, why: VoidRun | undefined): Steps<Seen[]> {
  const { checklist, bindings, records, at, subject } = given;
  const { maxWaiverDays, validFor } = given.policy ?? DEFAULT_POLICY;
  const checks = foundBy(given.run, why);
  const ttl = given.defaultTtlMs !== undefined && { defaultTtlMs: given.defaultTtlMs };
  const results = yield* judgeInSteps({ checklist, bindings, checks, records, at, maxWaiverDays, validFor, ...ttl });
  const byLine = new Map(results.map((result) => [result.lineId, result]));
  const inForce = bindingsInForce(checklist, bindings);
  const subjects = new Map(subjectsOf(checklist).map((one) => [one.id, one]));
  const released = given.releasedAt !== undefined && { releasedAt: given.releasedAt };
  const known = new Map<string, Seen>();
  const seen = (id: string): Seen => {
    const before = known.get(id);
    if (before) return before;
    const one = subjects.get(id)!;
    const binding = inForce.get(id);
    const result = byLine.get(id)!;
    const { asked, ...counts } = tierOf(one, binding, approvalOf({ subject: one, result, records }) !== undefined);
    // Only these speak for their parent; lines that are below themselves are errors already and are not followed.
    const carries = binding?.disposition.kind === 'derived' && result.state !== 'error';
    const below = carries ? one.children.filter((child) => subjects.has(child)).map(seen) : [];
    const sources = {
      subject: one,
      ...counts,
      result,
      binding,
      records,
      below,
      environment: subject.environment,
      at,
      validFor,
      ...released,
    };
    const { alone = false, guessed = false, ...effected } = effectOf({ ...sources, ...(asked && { asked }) });
    const { kind, line, title, section } = one;
    const until = effected.until ?? result.validUntil;
    const made = {
      lineId: id,
      kind,
      line,
      title,
      section,
      ...counts,
      state: result.state,
      result,
      ...effected,
      ...(until !== undefined && { until }),
    };
    known.set(id, { line: made, effect: effected.effect, alone, guessed });
    return known.get(id)!;
  };
  return yield* eachInSteps(subjects.keys(), seen);
}

/** A line, with what it tells the line that is derived from it, and the decision. */
type Seen = { line: GateLine } & Required<Pick<Effected, 'effect' | 'alone' | 'guessed'>>;

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
