import { AppError } from '../../base/error.ts';
import type { Clock } from '../../base/time.ts';
import type { RecordStore } from '../record/record.ts';
import { BY_HAND, type Rollback, type Watch } from './fold-watch.ts';
import type { Script } from './run-script.ts';
import { runScript } from './run-script.ts';

/**
 * When the script may be called: never, when a person has confirmed it, or as soon as the advice is to go back at once. Without
 * a script there is nothing to call.
 */
export type RollbackPolicy = { mode: 'off' } | CallPolicy;
type CallPolicy = { mode: 'confirm' | 'automatic'; name: string; script: Script };

export type RollbackDeps = {
  store: RecordStore;
  clock: Clock;
  checklist: string;
  policy: RollbackPolicy;
  /** Whether who is written in the log as having confirmed it has: only where nobody but the house writes there. */
  confirmedInLog?: boolean;
  /** The text without secrets. */
  hide(text: string): string;
};

/** Who has confirmed a rollback, by a log that may be taken at its word. */
export function confirmation({ confirmedInLog }: Pick<RollbackDeps, 'confirmedInLog'>, { confirmed }: Watch): Watch['confirmed'] {
  return confirmedInLog ? confirmed : undefined;
}

/** The script that a watch may be rolled back with: one that is advised, or was when a person confirmed it. */
function callable(deps: Pick<RollbackDeps, 'policy' | 'confirmedInLog'>, watch: Watch): CallPolicy {
  const { policy } = deps;
  if (policy.mode === 'off')
    throw new AppError('forbidden', 'readiness.rollback_off', 'The settings allow no rollback: watch.rollback.policy is off.');
  refuseUnlessOpen(watch);
  const advice = watch.decision?.advice;
  if (confirmation(deps, watch) || advice === 'rollback' || advice === 'recommend_rollback') return policy;
  throw new AppError(
    'conflict',
    'readiness.rollback_not_advised',
    `The advice is ${advice ?? 'not known yet'}, so nothing is rolled back.`,
  );
}

/**
 * Notes that a person wants the rollback that is advised; the next pass of the watch calls the script. Errors:
 * `readiness.rollback_off`, `readiness.rollback_not_advised`, `readiness.rollback_done`.
 */
export async function confirmRollback(
  { store, clock, checklist, policy }: Omit<RollbackDeps, 'hide' | 'confirmedInLog'>,
  watch: Watch,
  by: string,
): Promise<void> {
  callable({ policy, confirmedInLog: true }, watch);
  if (watch.rollback ?? watch.confirmed)
    throw new AppError('conflict', 'readiness.rollback_done', 'The rollback was confirmed or called already; it is not called twice.');
  await store.append(checklist, { kind: 'rollback_confirmed', watchId: watch.id, at: new Date(clock.now()).toISOString(), by });
}

/**
 * Calls the rollback script for a watch whose advice is to go back, or was when a person confirmed it. That it begins
 * is written down before it does, and how it ended, with what it printed, after it. `by` is who confirmed it, or the policy.
 *
 * Errors: `readiness.rollback_off`; `readiness.rollback_not_advised` unless the last advice is rollback or recommends it;
 * `readiness.rollback_done` when it was rolled back already.
 */
export async function callRollback(deps: RollbackDeps, watch: Watch, by: string): Promise<NonNullable<Rollback['ended']>> {
  const { store, clock, checklist, hide } = deps;
  const { name, script } = callable(deps, watch);
  const iso = (): string => new Date(clock.now()).toISOString();
  await store.append(checklist, { kind: 'rollback_started', watchId: watch.id, at: iso(), script: name, by });
  const { exitCode, output, ms } = await runScript(script);
  const evidence = await store.putEvidence(
    Buffer.from(hide(`${script.argv.join(' ')}\nexit code ${exitCode} after ${ms} ms\n\n${output}`)),
    'text/plain',
  );
  const at = iso();
  await store.append(checklist, { kind: 'rollback_called', watchId: watch.id, at, script: name, by, exitCode, evidence });
  return { at: Date.parse(at), exitCode, evidence };
}

/** Notes that people have rolled back by hand, so that the time after it is watched. Errors: `readiness.rollback_done`. */
export async function noteRollback(
  { store, clock, checklist }: Pick<RollbackDeps, 'store' | 'clock' | 'checklist'>,
  watch: Watch,
  by: string,
): Promise<void> {
  refuseUnlessOpen(watch);
  const at = new Date(clock.now()).toISOString();
  const evidence = await store.putEvidence(Buffer.from(`Rolled back by hand, says ${by}, noted ${at}.`), 'text/plain');
  await store.append(checklist, { kind: 'rollback_called', watchId: watch.id, at, script: BY_HAND, by, exitCode: 0, evidence });
}

function refuseUnlessOpen({ ended, rollback }: Watch): void {
  if (ended || rollback?.ended?.exitCode === 0)
    throw new AppError('conflict', 'readiness.rollback_done', ended ? 'The watch has ended.' : 'This release was rolled back already.');
}
