import type { Bindings } from '../binding/binding.ts';
import type { Checklist, Tier } from '../checklist/checklist.ts';
import type { Millis } from '../../base/time.ts';
import type { RecordState, Voided } from '../record/fold.ts';
import type { Decision } from '../record/record.ts';
import type { LineResult, ResultState, Run, Subject } from '../run/result.ts';

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
};
