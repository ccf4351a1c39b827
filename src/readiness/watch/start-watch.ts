import { AppError } from '../../base/error.ts';
import { newId } from '../../base/id.ts';
import type { Clock } from '../../base/time.ts';
import type { Checklist } from '../checklist/checklist.ts';
import type { RecordStore } from '../record/record.ts';
import type { Run, Subject } from '../run/result.ts';
import { gatherBaseline, type EarlierValues } from './baseline.ts';
import type { Watch } from './fold-watch.ts';
import { planWatch } from './plan-watch.ts';
import type { WatchPlan } from './plan.ts';
import { keep, kept, openWatch, readOn, sampleOf, type Pass } from './watch-log.ts';

export type StartWatch = { store: RecordStore; clock: Clock; checklist: Checklist; subject: Subject; releasedAt: number };

/**
 * Begins the watch of a release, or goes on with the one that was begun for it, also when that has come to its end: whoever asks
 * every five minutes begins no other one. A watch of an earlier release ends as stopped:
 * what it watched is no longer there.
 *
 * Errors: `readiness.release_ahead` when the release lies in the future, `readiness.watch_of_later` when a later release is
 * being watched, `readiness.nothing_to_watch` when the checklist names no time after the release and no trigger.
 */
export async function startWatch({ store, clock, checklist, subject, releasedAt }: StartWatch): Promise<Watch> {
  if (releasedAt > clock.now())
    throw new AppError('invalid', 'readiness.release_ahead', `The release at ${iso(releasedAt)} lies in the future.`);
  const log = await readOn(store, checklist.name);
  const open = openWatch(log);
  if (open && Date.parse(open.plan.releasedAt) > releasedAt)
    throw new AppError('conflict', 'readiness.watch_of_later', `The later release of ${open.plan.releasedAt} is being watched.`);
  const before = [...log.watches.values()].findLast(({ plan, ended }) => Date.parse(plan.releasedAt) === releasedAt && !isStopped(ended));
  if (before) return before;
  const plan = await planned(store, checklist, releasedAt);
  if (plan.lines.length === 0)
    throw new AppError('unprocessable', 'readiness.nothing_to_watch', 'The checklist names no time after the release and no trigger.');
  const at = iso(clock.now());
  if (open) await store.append(checklist.name, { kind: 'watch_ended', watchId: open.id, at, outcome: 'stopped' });
  const watchId = newId(clock.now());
  const sha256 = await keep(store, plan);
  await store.append(checklist.name, { kind: 'watch_started', watchId, subject, releasedAt: plan.releasedAt, plan: sha256 });
  return (await readOn(store, checklist.name)).watches.get(watchId)!;
}

/** What somebody stopped may begin anew; what came to its end has nothing left to look at. */
const isStopped = (ended: Watch['ended']): boolean => ended?.outcome === 'stopped';

/** Earlier values are only looked for when a line is compared with them. */
async function planned(store: RecordStore, checklist: Checklist, releasedAt: number): Promise<WatchPlan> {
  const plan = planWatch(checklist, { releasedAt });
  if (plan.lines.every(({ relative }) => relative.length === 0)) return plan;
  return planWatch(checklist, { releasedAt, baseline: gatherBaseline(await earlierValues(store, checklist.name, releasedAt)) });
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** What runs and watches measured before a release. Releases that were rolled back are no measure of how it should be. */
async function earlierValues(store: RecordStore, checklist: string, before: number): Promise<EarlierValues[]> {
  const { watches } = await readOn(store, checklist);
  const values: EarlierValues[] = [];
  for await (const { body, at: recordedAt } of store.read(checklist)) {
    if (body.kind === 'run_finished' && Date.parse(recordedAt) < before) {
      values.push(...(await valuesIn(store, body.results, Date.parse(recordedAt))));
    }
    const at = 'at' in body ? Date.parse(body.at) : Number.NaN;
    if (body.kind === 'watch_observed' && at < before && watches.get(body.watchId)?.ended?.outcome !== 'rolled_back') {
      values.push(...(await valuesIn(store, body.results, at)));
    }
  }
  return values;
}

/** What one run or pass measured. Where it is not kept any more there are fewer values, and with too few nothing is compared. */
async function valuesIn(store: RecordStore, sha256: string, at: number): Promise<EarlierValues[]> {
  const found = await kept<Run | Pass>(store, sha256).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'readiness.evidence_missing') return undefined;
    throw error;
  });
  return found?.results.map(sampleOf).map(({ lineId, measurements }) => ({ lineId, at, measurements })) ?? [];
}
