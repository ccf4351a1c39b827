import type { Claim } from '../checklist/checklist.ts';

/**
 * What is known of a line. Only `pass` is good; `not_applicable` and `waived` are somebody's named decision; everything
 * else, the unknown above all, counts against a release.
 */
export const RESULT_STATES = [
  'pass',
  'warn',
  'fail',
  'error',
  'unreachable',
  'stale',
  'awaiting_sign_off',
  'not_applicable',
  'waived',
] as const;

export type ResultState = (typeof RESULT_STATES)[number];

/** What a check can find out by itself. */
export type CheckState = 'pass' | 'warn' | 'fail' | 'error' | 'unreachable' | 'stale';

/** One measured value beside what was demanded. */
export type Measurement = { name: string; value: number | string; unit?: string; demanded?: string; samples?: number };

/** What one check found, with what it saw. `evidence` is the SHA-256 under which the redacted output is kept. */
export type CheckResult = {
  kind: string;
  /** What was asked, with secrets masked. */
  asked: string;
  state: CheckState;
  summary: string;
  measurements: readonly Measurement[];
  startedAt: string;
  ms: number;
  evidence?: string;
};

/** What is known of one item or criterion. */
export type LineResult = {
  lineId: string;
  state: ResultState;
  summary: string;
  checks: readonly CheckResult[];
  /** What the document asserts, shown beside what was found. */
  claim?: Claim & { agrees: boolean; found?: string };
  /** ISO time after which this result is stale. */
  validUntil?: string;
};

/** What a result speaks of; when any of these changes it is void. */
export type Subject = { checklistSha256: string; bindingsSha256: string; commit: string; configHash: string; environment: string };

/**
 * One run over a whole checklist: a result for every item, every criterion and every role whose signature the document asks
 * for (see run/lines.ts), as they stood when it ended. `requestedBy` is who asked for it, `author` who wrote the commit.
 */
export type Run = {
  id: string;
  subject: Subject;
  startedAt: string;
  ms: number;
  results: readonly LineResult[];
  requestedBy: string;
  author?: string;
  /** Everybody who wrote any of what is released since the last release. */
  authors?: readonly string[];
  /** Hash of what its checks read (see run/inputs.ts); when that changes, the run decides nothing. */
  inputs?: string;
};
