import type { LineResult } from '../run/result.ts';
import { callRollback, confirmation, type RollbackDeps } from './call-rollback.ts';
import { dueAt } from './due.ts';
import { isNews, type Watch } from './fold-watch.ts';
import { EMPTY_LOG, keep, readOn, type Pass, type WatchLog } from './watch-log.ts';

export type WatchDeps = RollbackDeps & {
  /** Runs what is bound to these lines now and answers with their results. */
  look(lineIds: readonly string[]): Promise<readonly LineResult[]>;
};

/** What a pass did. */
export type PassReport = {
  watch: Watch;
  looked: readonly string[];
  missed: number;
  /** Whether the advice, or the reasons for it, are other than before. */
  news: boolean;
  /** When something is due next, in ms; undefined when the watch has ended. */
  nextAt?: number;
  log: WatchLog;
};

/**
 * One pass: looks at what is due, writes down what was seen, what was missed and what is advised, calls the rollback where the
 * policy says so, and ends the watch when nothing is left to look at. All that it goes by is read from the log, and all that
 * it finds is written there before anything follows from it.
 */
export async function watchPass(deps: WatchDeps, watchId: string, log: WatchLog = EMPTY_LOG): Promise<PassReport> {
  let now = await readOn(deps.store, deps.checklist, log);
  const watchOf = (): Watch => now.watches.get(watchId)!;
  const again = async (): Promise<void> => void (now = await readOn(deps.store, deps.checklist, now));
  if (watchOf().ended) return { watch: watchOf(), looked: [], missed: 0, news: false, log: now };
  const due = dueAt(watchOf().plan, watchOf().lines, deps.clock.now());
  if (due.lines.length > 0 || due.missed.length > 0) await see(deps, watchId, due);
  await again();
  const news = await advise(deps, watchOf());
  const caller = callerOf(deps, watchOf());
  if (caller !== undefined) {
    await again();
    await callRollback(deps, watchOf(), caller);
  }
  await again();
  const nextAt = await endOrNext(deps, watchOf());
  await again();
  const missed = due.missed.reduce((sum, { count }) => sum + count, 0);
  return { watch: watchOf(), looked: due.lines, missed, news, ...(nextAt !== undefined && { nextAt }), log: now };
}

/** In whose name the rollback is to be called now, if it is. */
function callerOf(deps: WatchDeps, watch: Watch): string | undefined {
  const { policy } = deps;
  const { decision, rollback } = watch;
  if (rollback || policy.mode === 'off') return undefined;
  const confirmed = confirmation(deps, watch);
  if (confirmed) return confirmed.by;
  return policy.mode === 'automatic' && decision?.advice === 'rollback' ? 'policy: automatic' : undefined;
}

async function see(
  { store, clock, checklist, look }: WatchDeps,
  watchId: string,
  { lines, missed }: ReturnType<typeof dueAt>,
): Promise<void> {
  const at = new Date(clock.now()).toISOString();
  const results = lines.length === 0 ? [] : await look(lines).catch((error: unknown) => lines.map((lineId) => unknown(lineId, error)));
  const pass: Pass = { version: 1, at, due: lines, results, missed };
  await store.append(checklist, { kind: 'watch_observed', watchId, at, results: await keep(store, pass) });
}

function unknown(lineId: string, error: unknown): LineResult {
  return { lineId, state: 'error', summary: error instanceof Error ? error.message : String(error), checks: [] };
}

async function advise({ store, clock, checklist }: WatchDeps, watch: Watch): Promise<boolean> {
  if (!isNews(watch)) return false;
  const { advice, because } = watch.decision!;
  const at = new Date(clock.now()).toISOString();
  await store.append(checklist, { kind: 'watch_advised', watchId: watch.id, at, advice, because: because.map(({ text }) => text) });
  return true;
}

/** A watch is over when nothing falls due any more. */
async function endOrNext({ store, clock, checklist }: WatchDeps, watch: Watch): Promise<number | undefined> {
  const now = clock.now();
  const { lines, missed, nextAt } = dueAt(watch.plan, watch.lines, now);
  if (lines.length > 0 || missed.length > 0) return now;
  if (nextAt !== undefined) return nextAt;
  const outcome = watch.rollback?.ended?.exitCode === 0 ? 'rolled_back' : 'completed';
  await store.append(checklist, { kind: 'watch_ended', watchId: watch.id, at: new Date(now).toISOString(), outcome });
  return undefined;
}

/**
 * Pass after pass until the watch has ended or the signal stops it; what was seen so far is kept either way. `sleep` waits
 * until a time in ms, or until the signal.
 */
export async function watchUntilEnd(
  deps: WatchDeps & { sleep(untilMs: number): Promise<void>; signal?: AbortSignal },
  watchId: string,
  onPass: (pass: PassReport) => void,
): Promise<void> {
  let log = EMPTY_LOG;
  while (!deps.signal?.aborted) {
    const pass = await watchPass(deps, watchId, log);
    log = pass.log;
    onPass(pass);
    if (pass.nextAt === undefined) return;
    await deps.sleep(pass.nextAt);
  }
}
