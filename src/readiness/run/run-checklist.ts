import { boundChecks } from '../binding/bound-checks.ts';
import { canonicalJson } from '../../base/canonical-json.ts';
import { AppError } from '../../base/error.ts';
import { newId } from '../../base/id.ts';
import type { Clock } from '../../base/time.ts';
import { mapInTurns } from '../../infra/turns.ts';
import { bindingsInForce } from '../binding/lint-bindings.ts';
import type { Bindings, BoundCheck } from '../binding/binding.ts';
import type { Probe } from '../check/check.ts';
import type { KindRegistry } from '../check/kinds.ts';
import type { Checked } from '../check/run-check.ts';
import { runChecks } from '../check/run-checks.ts';
import type { Checklist } from '../checklist/checklist.ts';
import type { People } from '../people.ts';
import { isPlaceholder } from '../people-roles.ts';
import { DEFAULT_POLICY, type GatePolicy } from '../record/fold.ts';
import type { ReadinessRecord, RecordStore } from '../record/record.ts';
import type { WhoIs } from '../record/separation.ts';
import { readState } from '../record/trusted.ts';
import { countStates } from './combine.ts';
import { judgeLines } from './judge.ts';
import type { CheckResult, Run, Subject } from './result.ts';
import { bindingsHash } from './subject.ts';

/** Everything that a run needs. `probe.signal` stops it. */
export type RunInput = {
  checklist: Checklist;
  bindings: Bindings;
  kinds: KindRegistry;
  probe: Probe;
  store: RecordStore;
  people: People;
  /** What is judged: of these files, this commit, this configuration. */
  subject: Subject;
  clock: Clock;
  /** Who asks for the run, and who wrote the commit: they may not approve what it leaves open. */
  requestedBy: string;
  author?: string;
  /** Everybody who wrote any of what is released since the last release. */
  authors?: readonly string[];
  whoIs?: WhoIs;
  /** Hash of what the checks read, as it is before the first of them. */
  inputs?: string;
  id?: string;
  policy?: GatePolicy;
  /** Checks at the same moment, in all and of one target; the longest time of one. */
  concurrency?: number;
  perTarget?: number;
  timeoutMs?: number;
  graceMs?: number;
  /** How long a result holds whose binding does not say. */
  defaultTtlMs?: number;
  /** Told after each check, and once before the first. */
  onProgress?(progress: { done: number; total: number }): void;
};

/**
 * Runs the confirmed checks of a checklist side by side, keeps what they saw as evidence, judges every line, and puts the
 * run down in the log. The same check bound to several lines is made once. A line without a confirmed binding fails with
 * that reason; nothing that a check does or does not do ends the run.
 *
 * Stopping is safe at any moment: a run that was stopped is not in the log, and the next one begins anew.
 * Errors: `readiness.run_stopped`, `readiness.requester_unknown`, `readiness.subject_changed` when the subject is not that
 * of the checklist and the bindings, those of the store.
 */
export async function runChecklist(input: RunInput): Promise<{ run: Run; record: ReadinessRecord }> {
  const { checklist, subject, clock, store, people, probe, policy = DEFAULT_POLICY } = input;
  refuseUnfit(input);
  const startedAt = clock.now();
  const checks = await checkLines(input);
  refuseStopped(probe.signal);
  const at = clock.now();
  const { authors, whoIs } = input;
  const writers = authors && { authors };
  const records = await readState(
    { store, people, policy },
    { checklist: checklist.name, subject, at, ...writers, ...(whoIs && { whoIs }) },
  );
  const ttl = input.defaultTtlMs !== undefined && { defaultTtlMs: input.defaultTtlMs };
  const { maxWaiverDays, validFor } = policy;
  const results = judgeLines({ checklist, bindings: input.bindings, checks, records, at, maxWaiverDays, validFor, ...ttl });
  const by = { requestedBy: input.requestedBy.trim(), ...(input.author !== undefined && { author: input.author }), ...writers };
  const inputs = input.inputs !== undefined && { inputs: input.inputs };
  const run: Run = {
    id: input.id ?? newId(),
    subject,
    startedAt: new Date(startedAt).toISOString(),
    ms: at - startedAt,
    results,
    ...by,
    ...inputs,
  };
  const kept = await store.putEvidence(Buffer.from(canonicalJson(JSON.parse(JSON.stringify(run)))), 'application/json');
  const counts = countStates(results);
  const record = await store.append(checklist.name, { kind: 'run_finished', runId: run.id, subject, results: kept, counts, ...by });
  return { run, record };
}

function refuseUnfit({ checklist, bindings, subject, requestedBy }: RunInput): void {
  if (isPlaceholder(requestedBy)) throw new AppError('invalid', 'readiness.requester_unknown', 'Say who asks for the run.');
  if (checklist.sha256 === subject.checklistSha256 && bindingsHash(bindings) === subject.bindingsSha256) return;
  throw new AppError(
    'conflict',
    'readiness.subject_changed',
    'The run was to judge another checklist or other bindings than it was given.',
  );
}

function refuseStopped(signal: AbortSignal): void {
  if (signal.aborted)
    throw new AppError('unavailable', 'readiness.run_stopped', 'The run was stopped. Nothing of it was put down; run it again.');
}

/** What a run of checks needs. */
export type CheckInput = Pick<
  RunInput,
  'checklist' | 'bindings' | 'kinds' | 'probe' | 'store' | 'onProgress' | 'concurrency' | 'perTarget' | 'timeoutMs' | 'graceMs'
>;

/** What the checks of each line found, in the order in which they are bound. What they saw is kept as evidence. */
export async function checkLines(input: CheckInput): Promise<Map<string, CheckResult[]>> {
  const { checklist, bindings, kinds, probe, store, onProgress } = input;
  const wanted = [...bindingsInForce(checklist, bindings)].map(([lineId, { disposition }]) => ({
    lineId,
    checks: boundChecks(disposition),
  }));
  const unique = new Map<string, { check: BoundCheck; at: number }>();
  for (const check of wanted.flatMap(({ checks }) => checks)) {
    const key = keyOf(check);
    if (!unique.has(key)) unique.set(key, { check, at: unique.size });
  }
  let done = 0;
  const total = unique.size;
  onProgress?.({ done, total });
  const { concurrency, perTarget, timeoutMs, graceMs } = input;
  const found = await runChecks(
    [...unique.values()].map(({ check }) => check),
    { kinds, probe },
    {
      ...(concurrency !== undefined && { concurrency }),
      ...(perTarget !== undefined && { perTarget }),
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(graceMs !== undefined && { graceMs }),
      onChecked: () => onProgress?.({ done: (done += 1), total }),
    },
  );
  const kept = await mapInTurns(found, 8, (checked) => withEvidence(checked, store));
  return new Map(wanted.map(({ lineId, checks }) => [lineId, checks.map((check) => kept[unique.get(keyOf(check))!.at]!)]));
}

async function withEvidence({ result, output }: Checked, store: RecordStore): Promise<CheckResult> {
  return { ...result, evidence: await store.putEvidence(Buffer.from(output), 'text/plain; charset=utf-8') };
}

function keyOf({ kind, params }: BoundCheck): string {
  try {
    return canonicalJson({ kind, params });
  } catch {
    // Parameters that JSON cannot carry are refused by the kind; they are the same check as themselves alone.
    return `${kind} ${Object.keys(params).join(' ')}`;
  }
}
