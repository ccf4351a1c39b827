import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { AppError } from '../../../base/error.ts';
import { systemClock } from '../../../base/time.ts';
import { isLocked, takeLock, type FileLock } from '../../../infra/file-lock.ts';
import { builtInChecks } from '../../../readiness/check/built-in.ts';
import { callersOf } from '../../../readiness/check/callers.ts';
import { createKinds } from '../../../readiness/check/kinds.ts';
import { redactOutput } from '../../../readiness/check/redact.ts';
import { createProbe } from '../../../readiness/check/targets.ts';
import { plain } from '../../../readiness/report/plain.ts';
import { callRollback, noteRollback } from '../../../readiness/watch/call-rollback.ts';
import { describeAdvice, describeWatch } from '../../../readiness/watch/describe-watch.ts';
import type { Watch } from '../../../readiness/watch/fold-watch.ts';
import { lookAt } from '../../../readiness/watch/look-at.ts';
import type { Advice } from '../../../readiness/watch/observe.ts';
import { startWatch } from '../../../readiness/watch/start-watch.ts';
import { viewOfWatch } from '../../../readiness/watch/view-watch.ts';
import { openWatch, readOn } from '../../../readiness/watch/watch-log.ts';
import { watchPass, watchUntilEnd, type WatchDeps } from '../../../readiness/watch/watch-pass.ts';
import { readRollbackPolicy } from '../../../readiness/watch/watch-settings.ts';
import { guarded, type Output } from '../output.ts';
import type { AddCommand } from '../readiness.ts';
import { rehearseWatch } from './rehearse.ts';
import { withWork } from './run.ts';
import { openWorkspace, settingsPath, writtenSince, type WorkOptions, type Workspace } from './workspace.ts';

type WatchOptions = WorkOptions & {
  releasedAt?: string;
  once?: boolean;
  confirmRollback?: string;
  rolledBackBy?: string;
  stop?: boolean;
  rehearse?: string | true;
};

/** As of `run`: what is not known is never 0, and a failure is no advice. */
const EXIT_CODES: Readonly<Record<Advice, number>> = { continue: 0, rollback: 1, recommend_rollback: 2, attention: 3 };
const FAILED = 3;
/** Somebody else may have gone back meanwhile, after which looks fall due sooner; and a clock may be set. */
const LONGEST_SLEEP_MS = 30_000;
/** How long is waited for a pass or a script of another process to end. */
const PATIENCE_MS = 60_000;
const AGAIN_MS = 200;

/** `rialto readiness watch`: looks after a release as the checklist says, and advises to carry on or to go back. */
export function addWatch(parent: Command, command: AddCommand): void {
  const watching = command<[string, WatchOptions]>(
    parent,
    'watch <checklist>',
    'watch a release: exit code 0 carry on, 1 roll back now, 2 rollback recommended, 3 somebody has to look',
    async (output, file, options) => {
      process.exitCode = FAILED;
      let advice: Advice | undefined;
      await guarded(output.json, async () => {
        const { rehearse } = options;
        if (rehearse === undefined) advice = (await watchRelease(output, file, options)).decision?.advice;
        else advice = await rehearseWatch(output, await openWorkspace(file, options), rehearse);
      });
      process.exitCode = advice ? EXIT_CODES[advice] : FAILED;
    },
  );
  withWork(watching)
    .option('--released-at <time>', 'when the release was, such as 2026-11-22T14:00:00Z; the release that is being watched unless told')
    .option('--once', 'look at what is due now and end, for cron')
    .option('--confirm-rollback <name>', 'roll back as is advised, in the name of whoever confirms it')
    .option('--rolled-back-by <name>', 'note that people have rolled back by hand; what follows is watched for half an hour')
    .option('--stop', 'end the watch')
    .option(
      '--rehearse [observations]',
      'show at once, on a clock of its own, what would be looked at when and what would be advised, with what this file supposes is found; nothing is asked, kept or called',
    );
}

async function watchRelease(output: Output, file: string, options: WatchOptions): Promise<Watch> {
  const workspace = await openWorkspace(file, options);
  const stop = new AbortController();
  const stopping = () => stop.abort();
  const turn = await turnOf(join(workspace.settings.records, 'watch.lock'));
  process.once('SIGINT', stopping).once('SIGTERM', stopping);
  try {
    const deps = await depsOf(workspace, file, options);
    const { id } = await watchOf(workspace, options);
    await act(deps, id, options);
    const isAct = options.stop === true || options.confirmRollback !== undefined || options.rolledBackBy !== undefined;
    if (options.once || isAct) await once(output, deps, id);
    else await untilEnd(output, { ...deps, signal: stop.signal, turn }, id);
    return (await readOn(deps.store, deps.checklist)).watches.get(id)!;
  } finally {
    process.off('SIGINT', stopping).off('SIGTERM', stopping);
    turn.end();
  }
}

/** The right to make a pass or to act, which one process has at a time: all that any goes by stands in the log. */
type Turn = { end(): void; again(signal: AbortSignal): Promise<void> };

/** Waits until no other process makes a pass or acts. Error: `readiness.watch_held` when that takes too long. */
async function turnOf(path: string): Promise<Turn> {
  const take = async (patienceMs: number, signal?: AbortSignal): Promise<FileLock | undefined> => {
    const from = performance.now();
    for (;;) {
      if (signal?.aborted) return undefined;
      const lock = takeLock(path);
      if (isLocked(lock)) return lock;
      const who = lock.pid === undefined ? 'another process' : `process ${lock.pid}`;
      if (performance.now() - from > patienceMs)
        throw new AppError('conflict', 'readiness.watch_held', `The release is being looked at by ${who}. Try again.`);
      await wait(AGAIN_MS);
    }
  };
  let held = await take(PATIENCE_MS);
  return {
    end: () => held?.release(),
    again: async (signal) => void (held = await take(Number.POSITIVE_INFINITY, signal)),
  };
}

async function depsOf(workspace: Workspace, file: string, options: WorkOptions): Promise<WatchDeps> {
  const { checklist, checks, environment, subject, checkedOut, store, settings } = workspace;
  // A pass that was begun is ended, so the checks of a watch are stopped by their own time limits alone.
  const { records } = settings;
  const callers = callersOf(process.pid);
  const probe = createProbe({ settings: checks, environment, commit: subject.commit, checkedOut, records, callers });
  const history = await writtenSince(workspace);
  const known = history && { authors: history.authors };
  const text = await readFile(settingsPath(options.settings, dirname(resolve(file))), 'utf8');
  return {
    store,
    clock: systemClock,
    checklist: checklist.name,
    policy: readRollbackPolicy(text, probe),
    hide: (output) => redactOutput(output, probe.hide),
    look: (lineIds) =>
      lookAt(
        {
          ...workspace,
          ...known,
          kinds: createKinds([builtInChecks()]),
          probe,
          clock: systemClock,
          policy: settings.policy,
          ...settings.limits,
        },
        lineIds,
      ),
  };
}

/** The watch of the release that is named, begun when it is new; else the one that goes on. */
async function watchOf({ checklist, subject, store }: Workspace, { releasedAt }: WatchOptions): Promise<Watch> {
  if (releasedAt !== undefined) {
    const at = Date.parse(releasedAt);
    if (Number.isNaN(at) || !/T.*(Z|[+-]\d{2}:?\d{2})$/.test(releasedAt))
      throw new AppError('invalid', 'readiness.time_invalid', `${releasedAt} is no time with its zone, such as 2026-11-22T14:00:00Z.`);
    return await startWatch({ store, clock: systemClock, checklist, subject, releasedAt: at });
  }
  const open = openWatch(await readOn(store, checklist.name));
  if (!open)
    throw new AppError('not_found', 'readiness.nothing_watched', 'No release is being watched. Say when it was: --released-at TIME');
  return open;
}

/** What a person asked for beside looking. */
async function act(deps: WatchDeps, id: string, { confirmRollback, rolledBackBy, stop }: WatchOptions): Promise<void> {
  const current = async (): Promise<Watch> => (await readOn(deps.store, deps.checklist)).watches.get(id)!;
  if (rolledBackBy !== undefined) await noteRollback(deps, await current(), rolledBackBy);
  if (confirmRollback !== undefined) {
    // What is confirmed is the advice of now, not that of the last look.
    await watchPass(deps, id);
    await callRollback(deps, await current(), confirmRollback);
  }
  if (stop)
    await deps.store.append(deps.checklist, {
      kind: 'watch_ended',
      watchId: id,
      at: new Date(systemClock.now()).toISOString(),
      outcome: 'stopped',
    });
}

async function once(output: Output, deps: WatchDeps, id: string): Promise<void> {
  const { watch } = await watchPass(deps, id);
  tell(output, watch);
}

function tell({ print }: Output, watch: Watch): void {
  const view = viewOfWatch(watch, systemClock.now());
  print(describeWatch(view, plain), view);
}

/** Pass after pass, each in its turn: whole at first and at the end, between them only what is new. */
async function untilEnd(output: Output, { turn, ...deps }: WatchDeps & { signal: AbortSignal; turn: Turn }, id: string): Promise<void> {
  let told = false;
  const sleep = async (until: number): Promise<void> => {
    const ms = Math.min(LONGEST_SLEEP_MS, Math.max(0, until - systemClock.now()));
    // Between passes people confirm, note and stop with a command of their own.
    turn.end();
    await wait(ms, undefined, { signal: deps.signal }).catch(() => undefined);
    await turn.again(deps.signal);
  };
  await watchUntilEnd({ ...deps, sleep }, id, ({ watch, news }) => {
    if (!told || watch.ended) tell(output, watch);
    else if (news) {
      const view = viewOfWatch(watch, systemClock.now());
      output.print(`\n${new Date(systemClock.now()).toISOString()}\n${describeAdvice(view, plain).join('\n')}`, view);
    }
    told = true;
  });
}
