import { AppError } from '../base/error.ts';
import { newId, toWireId, type Uuid } from '../base/id.ts';
import type { Probe } from './check/check.ts';
import { startRun } from './contract.ts';
import type { ReadinessDeps } from './deps.ts';
import { finishedEvent, progressedEvent } from './events.ts';
import { runChecklist } from './run/run-checklist.ts';
import type { RecordBody } from './record/record.ts';
import { beginRun, endRun, queueRun, selectOpenRuns, selectRuns, setProgress, type RunRow } from './store/run-store.ts';

export type RunnerDeps = ReadinessDeps & {
  /** What checks may use now; undefined while the process cannot be reached yet. */
  probe(signal: AbortSignal): Promise<Probe | undefined>;
  /** Before the first check of a run. */
  warm(): Promise<void>;
  /** Before so long has passed since the start nothing is run by schedule; a minute unless told. */
  calmMs?: number;
};

/** Runs what waits; nothing before the process knows where it can be reached. */
export type Runner = {
  /** Runs everything that waits, one after the other; what a process that ended left behind begins anew. */
  runOpen(signal: AbortSignal): Promise<void>;
  /** Queues a run of each checklist of the product that has none of the last hour, or none of what runs now. */
  queueDue(signal: AbortSignal): Promise<void>;
};

const EVERY_MS = 3_600_000;
/** A process that has just started has other things to do, and who restarts it again and again wants no run each time. */
const CALM_MS = 60_000;
/** Unless told otherwise: a run shares the machine with the business. */
export const CHECKS_AT_ONCE = 2;
const PROGRESS_EVERY_MS = 700;
const SCHEDULE = 'readiness schedule';

export function createRunner(deps: RunnerDeps): Runner {
  const startedAt = deps.clock.now();
  return {
    async runOpen(signal) {
      const tenantId = await deps.access.operatorId();
      const allowed = await deps.probe(signal);
      if (!tenantId || !allowed) return;
      for (const row of await deps.db.read({ tenantId }, selectOpenRuns)) {
        if (signal.aborted) return;
        await runOne(deps, { tenantId, row, probe: allowed });
      }
    },
    async queueDue(signal) {
      const tenantId = await deps.access.operatorId();
      if (!tenantId || deps.clock.now() - startedAt < (deps.calmMs ?? CALM_MS) || !(await deps.probe(signal))) return;
      for (const name of await deps.library.names(tenantId)) if (deps.library.isSupplied(name)) await queueIfDue(deps, tenantId, name);
    },
  };
}

async function queueIfDue(deps: RunnerDeps, tenantId: Uuid, name: string): Promise<void> {
  const [last] = await deps.db.read({ tenantId }, (tx) => selectRuns(tx, name, { before: undefined, limit: 1 }));
  const at = deps.clock.now();
  const { commit, configHash } = await deps.release();
  const isOther = last?.subject && (last.subject.commit !== commit || last.subject.configHash !== configHash);
  if (last && at - last.requestedAt < EVERY_MS && !isOther) return;
  const ctx = deps.access.systemCtx(SCHEDULE, tenantId);
  await deps.access.command(ctx, startRun, async (tx) => {
    const row = await queueRun(tx, tenantId, { id: newId(at), checklist: name, requestedBy: SCHEDULE, requestedAt: at });
    return { answer: viewOf(row), subject: toWireId('run', row.id), detail: { checklist: name } };
  });
}

const viewOf = ({ id, checklist, state, requestedBy, requestedAt, done, total }: RunRow) => ({
  id,
  checklist,
  state,
  requestedBy,
  requestedAt,
  done,
  total,
});

type Work = { tenantId: Uuid; row: RunRow; probe: Probe };

/** A run that fails says so in its row; only a stop leaves it as it is, for the next process. */
async function runOne(deps: RunnerDeps, { tenantId, row, probe }: Work): Promise<void> {
  const { id, checklist: name } = row;
  try {
    const done = (await alreadyLogged(deps, tenantId, row)) ?? (await run(deps, { tenantId, row, probe }));
    const { subject, counts, results } = done;
    await finish(deps, tenantId, row, { subject, counts, results });
  } catch (error) {
    if (probe.signal.aborted) return;
    const known = error instanceof AppError;
    deps.log.error('A run of a checklist failed', { checklist: name, run: id, error });
    await finish(deps, tenantId, row, { error: known ? error.message : 'The run failed. The log of the process has the reason.' });
  }
}

/** So many are kept with a run; whoever stands behind a release is looked up anew whenever it is judged. */
const MOST_AUTHORS = 500;

type Finished = Extract<RecordBody, { kind: 'run_finished' }>;

/** The log is written before the row: a process that ended between the two has run already. */
async function alreadyLogged(deps: RunnerDeps, tenantId: Uuid, { id, checklist, state }: RunRow): Promise<Finished | undefined> {
  if (state !== 'running') return undefined;
  for await (const { body } of deps.ledgers.storeOf(tenantId).read(checklist))
    if (body.kind === 'run_finished' && body.runId === id) return body;
  return undefined;
}

async function run(deps: RunnerDeps, { tenantId, row, probe }: Work): Promise<Finished> {
  const document = await deps.library.find({ tenantId }, row.checklist);
  await deps.db.write({ tenantId }, (tx) => beginRun(tx, row.id, deps.clock.now()));
  const progress = progressOf(deps, tenantId, row);
  const { author } = await deps.release();
  const { subject, authors, whoIs } = await deps.ledgers.standing(tenantId, document);
  try {
    await deps.warm();
    const { record } = await runChecklist({
      checklist: document.checklist,
      bindings: document.bindings,
      kinds: deps.kinds,
      probe,
      store: deps.ledgers.storeOf(tenantId),
      people: deps.people(tenantId),
      subject,
      whoIs,
      ...(authors && { authors: authors.slice(0, MOST_AUTHORS) }),
      clock: deps.clock,
      requestedBy: row.requestedBy,
      ...(author !== undefined && { author }),
      id: row.id,
      policy: deps.policy,
      ...deps.limits,
      onProgress: progress.tell,
    });
    return record.body as Finished;
  } finally {
    await progress.end();
  }
}

/** Tells how far a run is, not more often than people can see; the last word is that of the end. */
function progressOf(deps: RunnerDeps, tenantId: Uuid, { id, checklist }: RunRow) {
  let toldAt = Number.NEGATIVE_INFINITY;
  let telling = Promise.resolve();
  const write = async (progress: { done: number; total: number }): Promise<void> => {
    await deps.db.write({ tenantId }, async (tx) => {
      await setProgress(tx, id, progress);
      await deps.outbox.append(tx, [progressedEvent(tenantId, deps.clock.now(), { id, checklist, ...progress })]);
    });
  };
  return {
    tell(progress: { done: number; total: number }): void {
      const now = performance.now();
      if (now - toldAt < PROGRESS_EVERY_MS && progress.done < progress.total) return;
      toldAt = now;
      telling = telling.then(() => write(progress)).catch((error: unknown) => deps.log.warn('Could not tell how far a run is', { error }));
    },
    end: () => telling,
  };
}

type End = Pick<Finished, 'subject' | 'counts' | 'results'> | { error: string };

async function finish(deps: RunnerDeps, tenantId: Uuid, { id, checklist }: RunRow, end: End): Promise<void> {
  const at = deps.clock.now();
  const counts = 'error' in end ? {} : end.counts;
  await deps.db.write({ tenantId }, async (tx) => {
    await endRun(tx, id, { at, ...end });
    const state = 'error' in end ? ('failed' as const) : ('finished' as const);
    await deps.outbox.append(tx, [finishedEvent(tenantId, at, { id, checklist, state, counts })]);
  });
}
