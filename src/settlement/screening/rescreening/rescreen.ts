import { setImmediate } from 'node:timers/promises';
import { newId, type Uuid } from '../../../base/id.ts';
import type { Tx } from '../../../infra/postgres/db.ts';
import type { Job } from '../../../infra/module.ts';
import type { SettlementDeps } from '../../deps.ts';
import { jobOfTenants } from '../../part.ts';
import { screenedOtherwise } from '../../queue/store.ts';
import { findSetNumber } from '../screening-set.ts';
import { versionsOfLists } from '../store.ts';
import { changesSince, type Changes } from './changes.ts';
import type { Work } from './examine.ts';
import { eventOf, mustBeLookedAt, type Finding, type OpenCases } from './finding.ts';
import { payeesScreenedOtherwise } from '../../rail/payees.ts';
import { screenInstructions } from './screen-instructions.ts';
import { examineQueue, settleQueuePage } from './screen-queue.ts';
import { step, type Step } from './stages.ts';
import { countInRun, forgetEntryHashes, insertFindings, insertRun, latestRun, moveRun, restartRun, type Run } from './store.ts';

const LOOK_MS = 3_000;
/** After so long the next tenant has its turn. */
const TURN_MS = 1_000;

export type RescreeningSettings = {
  /** Payments that became final are looked through so many days back; 0 for not at all. */
  settledDays: number;
  openCases?: OpenCases | undefined;
};

/**
 * Screens again when lists have changed: what waits for a decision, banks, payments that are not final, and those of the
 * last days that are. How far it has come stands in the database, each step with what it found, so that it goes on after a
 * crash where it was. Only entries that lists added or changed are matched, when it is known which these are.
 */
export function rescreenJob(deps: SettlementDeps, settings: RescreeningSettings): Job {
  const laidOut = new Map<Uuid, { run: string; changes: Changes }>();
  return jobOfTenants(deps, { name: 'settlement.rescreen', everyMs: LOOK_MS }, async (tenantId, signal) => {
    const until = performance.now() + TURN_MS;
    do {
      const work = await nextWork(deps, tenantId, laidOut);
      if (!work) break;
      if (await screenSomeOfQueue(work, settings)) continue;
      if (await screenSomeInstructions(work, settings)) continue;
      if (work.run.finishedAt !== null) break;
      const done = await step(work, settings.settledDays);
      await commit(work, done, settings);
      // In the last stage there is nothing to do until more payments have come.
      if (work.run.stage === 'following' && done.scanned === 0) break;
      await setImmediate();
    } while (!signal.aborted && performance.now() < until);
  });
}

/** The run that is under way, or a new one when lists have changed; undefined when there is nothing to do. */
async function nextWork(
  deps: SettlementDeps,
  tenantId: Uuid,
  laidOut: Map<Uuid, { run: string; changes: Changes }>,
): Promise<Work | undefined> {
  const seen = await deps.db.read({ tenantId }, async (tx) => {
    const run = await latestRun(tx, tenantId);
    const set = await findSetNumber(tx, tenantId, await versionsOfLists(tx, tenantId));
    const isDone = run !== undefined && run.finishedAt !== null && run.toSet === set;
    return { run, isNothingLeft: isDone && (await isNothingWaiting(tx, tenantId, set)) };
  });
  // Asked before the lists are laid out here: most tenants have nothing to do most of the time.
  if (seen.isNothingLeft) return forget(laidOut, tenantId);
  const lists = await deps.screening.inForce(tenantId);
  const { set } = lists.clean;
  const { run } = seen;
  const fromSet = !run ? null : run.finishedAt === null ? run.fromSet : run.toSet;
  // What was let wait by lists that are no longer in force, after all else was screened again.
  if (run && run.finishedAt !== null && run.toSet === set) return { deps, tenantId, run, lists, changed: undefined };
  const key = `${fromSet} ${set}`;
  const known = laidOut.get(tenantId);
  const changes = known?.run === key ? known.changes : await changesSince(deps.db, tenantId, fromSet, lists);
  if (!changes) return undefined;
  laidOut.set(tenantId, { run: key, changes });
  if (run && run.finishedAt === null && run.toSet === set) return { deps, tenantId, run, lists, changed: changes.changed };
  await beginRun(deps, tenantId, { run, fromSet, set, changes, isEmpty: lists.version === '' });
  return await nextWork(deps, tenantId, laidOut);
}

/** Whether nothing waits, in the queue or for its rail, that was screened against other lists than a set. */
async function isNothingWaiting(tx: Tx, tenantId: Uuid, set: number): Promise<boolean> {
  if ((await screenedOtherwise(tx, tenantId, { set, limit: 1 })).size > 0) return false;
  return (await payeesScreenedOtherwise(tx, tenantId, { set, limit: 1 })).length === 0;
}

function forget(laidOut: Map<Uuid, unknown>, tenantId: Uuid): undefined {
  laidOut.delete(tenantId);
}

type Begin = { run: Run | undefined; fromSet: number | null; set: number; changes: Changes; isEmpty: boolean };

async function beginRun(deps: SettlementDeps, tenantId: Uuid, { run, fromSet, set, changes, isEmpty }: Begin): Promise<void> {
  const startedAt = deps.clock.now();
  const what = { toSet: set, whole: changes.changed === undefined, changedEntries: changes.entries, startedAt };
  await deps.db.write({ tenantId }, async (tx) => {
    if (run && run.finishedAt === null) return await restartRun(tx, tenantId, { ...what, id: run.id });
    // Where no list is in force and none was, there is nothing to match.
    const stage = fromSet === null && isEmpty ? 'done' : 'held';
    await insertRun(tx, tenantId, { ...what, id: newId(startedAt), fromSet, stage });
  });
}

/**
 * Screens some of the queue again, ahead of all else: it waits for that. What was found is told first, so that whoever is stopped
 * between telling and holding holds it the next time. False when there was nothing to do, or nothing could be done.
 */
async function screenSomeOfQueue(work: Work, settings: RescreeningSettings): Promise<boolean> {
  const { deps, tenantId } = work;
  const page = await examineQueue(work);
  if (page.scanned === 0) return false;
  const written = await deps.db.write({ tenantId }, async (tx) => {
    const noted = page.findings.length === 0 ? [] : await noteFindings(work, tx, page.findings, settings);
    await countInRun(tx, tenantId, work.run.id, { scanned: page.scanned, found: noted.length });
    return noted;
  });
  count(work, page.scanned, written);
  return (await settleQueuePage(work, page)) > 0;
}

/** Screens some of what waits for its rail again, which is handed none of it before. False when there was nothing to do. */
async function screenSomeInstructions(work: Work, settings: RescreeningSettings): Promise<boolean> {
  const { deps, tenantId, run } = work;
  const { scanned, written } = await screenInstructions(work, (tx, findings) => noteFindings(work, tx, findings, settings));
  if (scanned === 0) return false;
  await deps.db.write({ tenantId }, (tx) => countInRun(tx, tenantId, run.id, { scanned, found: written.length }));
  count(work, scanned, written);
  return true;
}

/** Writes down what a step found and how far it came, or nothing when another process was quicker. */
async function commit(work: Work, { scanned, findings, to }: Step, settings: RescreeningSettings): Promise<void> {
  const { deps, tenantId, run } = work;
  const at = deps.clock.now();
  const written = await deps.db.write({ tenantId }, async (tx) => {
    if (!(await moveRun(tx, tenantId, run, { to, scanned, found: findings.length, at }))) return [];
    if (to.stage === 'done') await forgetEntryHashes(tx, tenantId, run.toSet);
    return findings.length === 0 ? [] : await noteFindings(work, tx, findings, settings);
  });
  count(work, scanned, written);
  if (to.stage === 'done') deps.log.info('Everything is screened against the lists in force', { tenantId, set: run.toSet });
}

/** Keeps findings and tells those that somebody must look at; answers with what was not there yet. */
async function noteFindings(
  { deps, tenantId }: Work,
  tx: Tx,
  findings: readonly Finding[],
  { openCases }: RescreeningSettings,
): Promise<Finding[]> {
  const fresh = await insertFindings(tx, tenantId, findings);
  const noted = findings.filter(({ id }) => fresh.has(id));
  const urgent = noted.filter(mustBeLookedAt);
  if (openCases && urgent.length > 0) await openCases(tx, tenantId, urgent);
  await deps.outbox.append(
    tx,
    urgent.map((finding) => eventOf(tenantId, finding)),
  );
  return noted;
}

function count({ deps }: Work, scanned: number, written: readonly Finding[]): void {
  const kinds: Record<string, number> = {};
  for (const { kind } of written) kinds[kind] = (kinds[kind] ?? 0) + 1;
  deps.metrics.rescreened(2 * scanned, kinds);
}
