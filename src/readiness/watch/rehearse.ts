import { manualClock } from '../../base/time.ts';
import type { Checklist } from '../checklist/checklist.ts';
import { memoryStore } from '../record/memory-store.ts';
import type { LineResult, ResultState, Subject } from '../run/result.ts';
import type { Advice } from './observe.ts';
import { startWatch } from './start-watch.ts';
import { viewOfWatch, type WatchView } from './view-watch.ts';
import { watchUntilEnd } from './watch-pass.ts';

/** What a line is taken to be found as, from one age of the release (ms) until before another. */
export type Supposed = { lineId: string; fromMs: number; toMs: number; state: ResultState; summary: string };

/** When the advice, or the reasons for it, became others. `ageMs` is the age of the release. */
export type Turn = { ageMs: number; advice: Advice; because: readonly string[] };

/** What the watch of a release would come to. */
export type Rehearsal = {
  turns: readonly Turn[];
  /** How often each line was looked at. */
  looks: Readonly<Record<string, number>>;
  /** Age of the release at which the rollback was first advised. */
  rollbackMs?: number;
  /** What was supposed of times at which the watch does not look at the line, or is over: it shows nothing. */
  unseen: readonly Supposed[];
  view: WatchView;
};

type Rehearse = { checklist: Checklist; subject: Subject; releasedAt: number; supposed: readonly Supposed[] };

/**
 * A watch to its end on a clock of its own: a month in seconds. Nothing is asked, kept or called; every line of which nothing else is
 * supposed is found as it should be. The plan and the rules are those of the real watch, but nothing is known of the hours before.
 * Errors: those of `startWatch`.
 */
export async function rehearse({ checklist, subject, releasedAt, supposed }: Rehearse): Promise<Rehearsal> {
  const clock = manualClock(releasedAt);
  const store = memoryStore(clock);
  const looks: Record<string, number> = {};
  const turns: Turn[] = [];
  const seen = new Set<Supposed>();
  const { id } = await startWatch({ store, clock, checklist, subject, releasedAt });
  const look = async (lineIds: readonly string[]): Promise<LineResult[]> =>
    lineIds.map((lineId) => {
      looks[lineId] = (looks[lineId] ?? 0) + 1;
      const ageMs = clock.now() - releasedAt;
      const meant = supposed.filter((each) => each.lineId === lineId && each.fromMs <= ageMs && ageMs < each.toMs);
      for (const each of meant) seen.add(each);
      return resultOf(lineId, meant.at(-1));
    });
  const sleep = async (until: number): Promise<void> => clock.set(until);
  const deps = { store, clock, checklist: checklist.name, policy: { mode: 'off' as const }, hide: (text: string) => text, look, sleep };
  let view: WatchView | undefined;
  await watchUntilEnd(deps, id, ({ watch, news }) => {
    view = viewOfWatch(watch, clock.now());
    if (news) turns.push({ ageMs: clock.now() - releasedAt, advice: view.advice!, because: view.because });
  });
  const rollback = turns.find(({ advice }) => advice === 'rollback');
  const unseen = supposed.filter((each) => !seen.has(each));
  return { turns, looks, unseen, view: view!, ...(rollback && { rollbackMs: rollback.ageMs }) };
}

/** What is supposed last counts. */
function resultOf(lineId: string, one: Supposed | undefined): LineResult {
  return { lineId, state: one?.state ?? 'pass', summary: one?.summary ?? 'supposed to be as it should be', checks: [] };
}
