import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { SettlementDeps } from '../deps.ts';
import { changedEvent } from './events.ts';
import type { FileStore } from './files.ts';
import { beginRun, endRun, finishRun, noteProgress, openRuns, type RunRow } from './store.ts';
import { writeReport, type OnProgress } from './write-report.ts';

type Deps = SettlementDeps & { files: FileStore };
type Ref = { tenantId: Uuid; id: Uuid };

/** Reports that are written at a time; each holds a connection to the database. */
const MOST_AT_ONCE = 2;
/** A report that was begun so often and never came to an end is given up. */
const MOST_ATTEMPTS = 3;
/** How often people hear how far a report is. */
const TELL_EVERY_MS = 1_000;
const DAY_MS = 86_400_000;

/**
 * Writes the reports that wait, a few at a time, oldest first. What is marked as running and is not ours was left behind by a
 * crash: it is begun anew, since only one process runs this at a time.
 */
export type Runner = {
  /** Begins what can be begun; the promise is for the end of that. */
  begin(signal: AbortSignal): Promise<{ ended: Promise<void> }>;
  /** Waits for what is being written, which `signal` has told to stop. */
  close(): Promise<void>;
};

export function createRunner(deps: Deps): Runner {
  const active = new Map<Uuid, Promise<void>>();
  const closing = new AbortController();
  return {
    async begin(given) {
      const signal = AbortSignal.any([given, closing.signal]);
      const waiting = (await openOfAll(deps)).filter(({ id }) => !active.has(id));
      const begun = waiting.slice(0, Math.max(0, MOST_AT_ONCE - active.size)).map((ref) => {
        const ended = runOne(deps, ref, signal).finally(() => active.delete(ref.id));
        active.set(ref.id, ended);
        return ended;
      });
      return { ended: Promise.all(begun).then(() => undefined) };
    },
    async close() {
      closing.abort();
      await Promise.all(active.values());
    },
  };
}

async function openOfAll({ db, access }: Deps): Promise<Ref[]> {
  const found: (Ref & { requestedAt: number })[] = [];
  for (const tenantId of await access.tenantIds()) {
    const open = await db.read({ tenantId }, (tx) => openRuns(tx, tenantId));
    found.push(...open.map(({ id, requestedAt }) => ({ tenantId, id, requestedAt })));
  }
  return found.sort((a, b) => a.requestedAt - b.requestedAt);
}

/** Never throws: what goes wrong stands in the run or in the log, and the next round looks again. */
async function runOne(deps: Deps, { tenantId, id }: Ref, signal: AbortSignal): Promise<void> {
  try {
    const run = await told(deps, tenantId, (tx) => beginRun(tx, tenantId, id, deps.clock.now()));
    if (!run) return;
    if (run.attempts > MOST_ATTEMPTS) throw gaveUp();
    await writeAndFinish(deps, tenantId, run, signal);
  } catch (error) {
    await fail(deps, { tenantId, id }, error, signal).catch((failure: unknown) =>
      deps.log.error('A report could not be marked as failed', { reportId: id, tenantId, error: failure }),
    );
  }
}

async function writeAndFinish(deps: Deps, tenantId: Uuid, run: RunRow, signal: AbortSignal): Promise<void> {
  const attempt = { id: run.id, attempt: run.attempts };
  let toldAt = deps.clock.now();
  const onProgress: OnProgress = async (rows, total) => {
    signal.throwIfAborted();
    if (rows > 0 && deps.clock.now() - toldAt < TELL_EVERY_MS) return;
    toldAt = deps.clock.now();
    const still = await told(deps, tenantId, (tx) => noteProgress(tx, tenantId, attempt, { rows, total }));
    if (!still) throw new Over();
  };
  const { rows, file } = await writeReport(deps, tenantId, run, onProgress);
  const at = deps.clock.now();
  const done = { at, rows, file: { ...file, expiresAt: at + run.keepDays * DAY_MS } };
  await told(deps, tenantId, (tx) => finishRun(tx, tenantId, attempt, done));
}

/** Nobody waits for it any longer: it was cancelled, or another process has begun it anew. */
class Over extends Error {}

type Change = (tx: Parameters<typeof beginRun>[0]) => Promise<RunRow | undefined>;

/** A change of a run, with the event that tells of it. */
async function told({ db, outbox, clock }: Deps, tenantId: Uuid, change: Change): Promise<RunRow | undefined> {
  return db.write({ tenantId }, async (tx) => {
    const row = await change(tx);
    if (row) await outbox.append(tx, [changedEvent(tenantId, row, clock.now())]);
    return row;
  });
}

/** What the caller could have known ends the run; what may pass leaves it to the next round, which begins it anew. */
async function fail(deps: Deps, { tenantId, id }: Ref, error: unknown, signal: AbortSignal): Promise<void> {
  if (error instanceof Over || signal.aborted) return;
  const expected = error instanceof AppError && error.status < 500;
  if (!expected) deps.log.error('A report failed', { reportId: id, tenantId, error });
  if (!expected && (error as AppError).code !== GAVE_UP) return;
  const { code, message } = error as AppError;
  const end = { state: 'failed' as const, at: deps.clock.now(), problem: { code, text: message } };
  await told(deps, tenantId, (tx) => endRun(tx, tenantId, id, end));
}

const GAVE_UP = 'settlement.report_gave_up';

function gaveUp(): AppError {
  const text = `The report was begun ${MOST_ATTEMPTS} times and never came to an end. Ask for fewer days; the log says what went wrong.`;
  return new AppError('unavailable', GAVE_UP, text);
}
