import os from 'node:os';
import type { Command } from 'commander';
import { AppError } from '../../../base/error.ts';
import { systemClock } from '../../../base/time.ts';
import { builtInChecks } from '../../../readiness/check/built-in.ts';
import { callersOf } from '../../../readiness/check/callers.ts';
import { createKinds } from '../../../readiness/check/kinds.ts';
import { createProbe } from '../../../readiness/check/targets.ts';
import type { Verdict } from '../../../readiness/gate/decide.ts';
import { verdictRecord } from '../../../readiness/gate/record-verdict.ts';
import type { Signer } from '../../../readiness/people.ts';
import { plain } from '../../../readiness/report/plain.ts';
import { runChecklist } from '../../../readiness/run/run-checklist.ts';
import { createProgress } from '../../progress.ts';
import { guarded, type Output } from '../output.ts';
import type { AddCommand } from '../readiness.ts';
import { describeVerdict } from './describe-verdict.ts';
import { verdictSigner, withSigner, type SignerOptions } from './signer.ts';
import { behindRelease } from './describe-behind.ts';
import { accountNamed, openWorkspace, standingOf, writtenSince, type WorkOptions, type Workspace } from './workspace.ts';

type RunOptions = WorkOptions & SignerOptions & { by?: string };

/** `rialto readiness run`: makes the checks, judges every line, decides, and puts run and verdict down. */
export function addRun(parent: Command, command: AddCommand): void {
  const running = command<[string, RunOptions]>(
    parent,
    'run <checklist>',
    'run the checks of a checklist and decide: exit code 0 go, 2 conditional, 1 no-go, 3 could not decide',
    (output, file, options) => deciding(output, () => runAndDecide(output, file, options)),
  );
  withWork(withSigner(running)).option('--by <name>', 'who asks for the release and so may not approve it; this user unless told');
}

/** `rialto readiness decide`: the decision by the newest run and what people signed since, without making the checks again. */
export function addDecide(parent: Command, command: AddCommand): void {
  const decidingAgain = command<[string, RunOptions]>(
    parent,
    'decide <checklist>',
    'decide by the newest run and by what people signed since; exit codes as of run',
    (output, file, options) =>
      deciding(output, async () => {
        const workspace = await openWorkspace(file, options);
        return await putDown(output, workspace, { signer: () => verdictSigner(workspace, options) });
      }),
  );
  withWork(withSigner(decidingAgain));
}

/** The options of every command that acts on a checklist. */
export function withWork(command: Command): Command {
  return command
    .option('--bindings <file>', 'what decides its lines; NAME.bindings.yaml beside the checklist unless told')
    .option('--settings <file>', 'readiness.yaml here or beside the checklist unless told')
    .option('--commit <id>', 'what is judged; read from git unless told')
    .option('--environment <name>', 'where; as the settings say unless told')
    .option('--since <commit>', 'the last release: whoever wrote anything after it may not approve; by tags or the last go unless told');
}

/** A failure is no decision: its exit code is 3, never that of a no. */
async function deciding(output: Output, work: () => Promise<Verdict>): Promise<void> {
  let decided: Verdict | undefined;
  await guarded(output.json, async () => {
    decided = await work();
  });
  process.exitCode = decided?.exitCode ?? 3;
}

async function runAndDecide(output: Output, file: string, options: RunOptions): Promise<Verdict> {
  const workspace = await openWorkspace(file, options);
  const { settings, checks, environment, checklist, bindings, subject, inputs, store, people, author, checkedOut, whoIs } = workspace;
  const requestedBy = requesterOf(workspace, options.by);
  const history = await writtenSince(workspace);
  // Before the checks: a run over which nobody can sign would stand in the log for nothing.
  const signer = await verdictSigner(workspace, options);
  const stop = new AbortController();
  const stopping = () => stop.abort();
  process.once('SIGINT', stopping).once('SIGTERM', stopping);
  const progress = createProgress(process.stderr);
  let own: number | undefined;
  try {
    const { record } = await runChecklist({
      checklist,
      bindings,
      kinds: createKinds([builtInChecks()]),
      probe: createProbe({
        settings: checks,
        environment,
        signal: stop.signal,
        commit: subject.commit,
        checkedOut,
        records: settings.records,
        callers: callersOf(process.pid),
      }),
      store,
      people,
      subject,
      inputs,
      clock: systemClock,
      requestedBy,
      whoIs,
      ...(author !== undefined && { author }),
      ...(history && { authors: worthKeeping(history.authors, whoIs) }),
      policy: settings.policy,
      ...settings.limits,
      onProgress: ({ done, total }) => progress.part(`${done} of ${total} checks`, total === 0 ? 1 : done / total),
    });
    own = record.index;
  } finally {
    process.off('SIGINT', stopping).off('SIGTERM', stopping);
  }
  return await putDown(output, workspace, { signer, ...(own !== undefined && { own }) });
}

/**
 * Who asks for the run. A name that is given has to be that of somebody who is known, or of a program: a free name would let everybody
 * approve what they asked for themselves. The user of a machine need not be known; nobody can approve or waive over their run.
 * Errors: `readiness.requester_unknown`.
 */
function requesterOf(workspace: Workspace, by: string | undefined): string {
  if (by === undefined || workspace.whoIs(by) !== undefined) return accountNamed(by ?? os.userInfo().username, workspace);
  throw new AppError(
    'invalid',
    'readiness.requester_unknown',
    `Nobody in ${workspace.settings.people} is called ${by.slice(0, 80)}. Name an account, or enter a program under its programs.`,
  );
}

const MOST_STRANGERS = 200;

/** Authors as the log keeps them: everybody whom the file of people knows, and of the others so many. */
function worthKeeping(authors: readonly string[], whoIs: Workspace['whoIs']): string[] {
  const strangers = new Set(authors.filter((author) => whoIs(author) === undefined).slice(0, MOST_STRANGERS));
  return authors.filter((author) => whoIs(author) !== undefined || strangers.has(author));
}

type PutDown = { signer: Signer | (() => Promise<Signer>); own?: number };

/** Decides by the newest run, signs the verdict, puts it down in the log, and tells it. Where nothing is decided nobody is asked to sign. */
async function putDown(output: Output, workspace: Workspace, { signer, own }: PutDown): Promise<Verdict> {
  const standing = await standingOf(workspace, own);
  const { verdict, ground } = standing;
  const { store, checklist } = workspace;
  const record =
    verdict.runId === undefined || verdict.decision === 'undecided'
      ? undefined
      : await store.append(
          checklist.name,
          await verdictRecord(checklist.name, verdict, typeof signer === 'function' ? await signer() : signer, ground.log),
        );
  const log = await store.root();
  const kept = record
    ? `Verdict kept as record ${record.index}; note the root of the log: ${log.size}:${log.root}`
    : 'Nothing was decided, and no verdict kept.';
  const behind = behindRelease(standing, workspace);
  const notHeld = workspace.unheld ? [toldOfUnheld(workspace.unheld)] : [];
  output.print([describeVerdict(verdict), ...notHeld, ...behind.told, kept].join('\n'), {
    ...verdict,
    record: record?.index,
    log,
    written: behind.written,
    ...(workspace.unheld && { unheld: workspace.unheld }),
  });
  return verdict;
}

const MOST_UNHELD = 8;

function toldOfUnheld(paths: readonly string[]): string {
  const more = paths.length > MOST_UNHELD ? `, and ${paths.length - MOST_UNHELD} more` : '';
  return `Read by checks, and not in the commit: ${paths.slice(0, MOST_UNHELD).map(plain).join(', ')}${more}. What was judged is the commit with them.`;
}
