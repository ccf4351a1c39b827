import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { manualClock } from '../../base/time.ts';
import { openFileStore } from '../record/file-store.ts';
import type { ReadinessRecord, RecordStore } from '../record/record.ts';
import { RESULT_STATES, type ResultState } from '../run/result.ts';
import type { Checklist } from '../checklist/checklist.ts';
import { openWatch, readOn, type Pass } from './watch-log.ts';
import { memoryStore } from '../record/memory-store.ts';
import { startWatch } from './start-watch.ts';
import { describeWatch } from './describe-watch.ts';
import { momentsOf, viewOfWatch } from './view-watch.ts';
import { watchPass, watchUntilEnd, type PassReport, type WatchDeps } from './watch-pass.ts';
import { lineOf, RELEASED, resultOf, SUBJECT, watchedChecklist } from './watch.fixture.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

type Found = (lineId: string, minute: number) => { state: ResultState; value?: number };
const good: Found = () => ({ state: 'pass' });

/** A watch of the sample checklist, with results that follow from line and time alone. */
async function begin(
  found: Found = good,
  { checklist = watchedChecklist(), store: given }: { checklist?: Checklist; store?: RecordStore } = {},
) {
  const clock = manualClock(RELEASED);
  const store = given ?? memoryStore(clock);
  const watch = await startWatch({ store, clock, checklist, subject: SUBJECT, releasedAt: RELEASED });
  const looked: [minute: number, lineId: string][] = [];
  const deps: WatchDeps = {
    store,
    clock,
    checklist: checklist.name,
    policy: { mode: 'off' },
    hide: (text) => text,
    async look(lineIds) {
      const minute = Math.floor((clock.now() - RELEASED) / MINUTE);
      return lineIds.map((lineId) => {
        looked.push([minute, lineId]);
        const { state, value } = found(lineId, minute);
        return resultOf(lineId, state, value);
      });
    },
  };
  return { clock, store, watch, deps, looked };
}

const bodies = async (store: RecordStore): Promise<ReadinessRecord['body'][]> => {
  const all: ReadinessRecord['body'][] = [];
  for await (const { body } of store.read('release')) all.push(body);
  return all;
};
const advised = async (store: RecordStore): Promise<string[]> =>
  (await bodies(store)).flatMap((body) => (body.kind === 'watch_advised' ? [body.advice] : []));

async function toTheEnd({ deps, watch, clock }: Awaited<ReturnType<typeof begin>>): Promise<PassReport[]> {
  const passes: PassReport[] = [];
  const sleep = async (until: number): Promise<void> => clock.set(until);
  await watchUntilEnd({ ...deps, sleep }, watch.id, (pass) => passes.push(pass));
  return passes;
}

describe('a month', () => {
  test('is watched to its end by a test clock: every look at its time, and the advice to carry on', async () => {
    const run = await begin();
    const passes = await toTheEnd(run);
    expect(passes.at(-1)!.watch.ended).toEqual({ at: RELEASED + 30 * DAY, outcome: 'completed' });
    const of = (id: string): number[] => run.looked.flatMap(([minute, lineId]) => (lineId === id ? [minute] : []));
    expect(of('services')).toEqual(Array.from({ length: 13 }, (_, i) => 5 * i));
    expect(of('stability')).toHaveLength(13 + 46 + 29);
    expect(await advised(run.store)).toEqual(['continue']);
    expect(passes.reduce((sum, { missed }) => sum + missed, 0)).toBe(0);
  });

  test('with ten bad minutes in the first week advises to go back, and tells when it is over', async () => {
    const bad = [3 * 1_440, 3 * 1_440 + 30];
    const run = await begin((lineId, minute) => ({
      state: lineId === 'errors' && minute >= bad[0]! && minute < bad[1]! ? 'fail' : 'pass',
    }));
    await toTheEnd(run);
    expect(await advised(run.store)).toEqual(['continue', 'attention', 'rollback', 'continue']);
    const around = run.looked.flatMap(([minute, lineId]) =>
      lineId === 'errors' && minute >= bad[0]! && minute <= bad[1]! ? [minute - bad[0]!] : [],
    );
    expect(around).toEqual([0, 5, 10, 15, 20, 25, 30]);
  });
});

test('a release whose watch has come to its end is not watched once more by whoever goes on asking; one that was stopped is', async () => {
  const run = await begin();
  const again = () =>
    startWatch({ store: run.store, clock: run.clock, checklist: watchedChecklist(), subject: SUBJECT, releasedAt: RELEASED });
  expect((await again()).id).toBe(run.watch.id);
  await toTheEnd(run);
  const entries = (await bodies(run.store)).length;
  const ended = await again();
  expect(ended).toMatchObject({ id: run.watch.id, ended: { outcome: 'completed' } });
  expect((await watchPass(run.deps, ended.id)).looked).toEqual([]);
  expect(await bodies(run.store)).toHaveLength(entries);
  const other = await begin();
  const at = new Date(RELEASED).toISOString();
  await other.store.append('release', { kind: 'watch_ended', watchId: other.watch.id, at, outcome: 'stopped' });
  const { store, clock } = other;
  const anew = await startWatch({ store, clock, checklist: watchedChecklist(), subject: SUBJECT, releasedAt: RELEASED });
  expect(anew.id).not.toBe(other.watch.id);
});

describe('a trigger of which nothing is known', () => {
  test('is looked at again as soon as a bad one, ever more seldom, and never rolls back', async () => {
    const since = 3 * 1_440;
    const run = await begin((lineId, minute) => ({ state: lineId === 'errors' && minute >= since ? 'unreachable' : 'pass' }));
    await toTheEnd(run);
    expect(await advised(run.store)).toEqual(['continue', 'attention']);
    const after = run.looked.flatMap(([minute, lineId]) => (lineId === 'errors' && minute >= since ? [minute - since] : []));
    expect(after.slice(0, 6)).toEqual([0, 5, 10, 15, 22, 33]);
    expect(after.length).toBeLessThan(27 * 24 + 20);
  });

  test('goes on to be counted as bad by the first look that finds it so', async () => {
    const since = 3 * 1_440;
    const run = await begin((lineId, minute) => ({
      state: lineId !== 'errors' || minute < since ? 'pass' : minute < since + 10 ? 'unreachable' : minute < since + 40 ? 'fail' : 'pass',
    }));
    await toTheEnd(run);
    expect(await advised(run.store)).toEqual(['continue', 'attention', 'attention', 'rollback', 'continue']);
  });
});

describe('after a stop', () => {
  test('tells exactly what was missed, and looks at nothing that is past', async () => {
    const run = await begin();
    await watchPass(run.deps, run.watch.id);
    run.clock.set(RELEASED + 3 * HOUR + MINUTE);
    const pass = await watchPass(run.deps, run.watch.id);
    const observed = (await bodies(run.store)).findLast((body) => body.kind === 'watch_observed')!;
    const kept = JSON.parse(Buffer.from((await run.store.evidence(observed.results))!.bytes).toString()) as Pass;
    const missed = new Map(kept.missed.map((gap) => [gap.lineId, gap]));
    // 12 of the first hour are all past; of the triggers 12 more at half hours, but the last of these is looked at now.
    expect(missed.get('services')).toMatchObject({ count: 12, from: '2026-11-24T12:05:00.000Z', to: '2026-11-24T13:00:00.000Z' });
    expect(missed.get('errors')).toMatchObject({ count: 15, to: '2026-11-24T14:30:00.000Z' });
    expect(missed.has('trends')).toBe(false);
    expect(pass.looked).not.toContain('services');
    expect(pass.looked).toContain('errors');
    expect(kept.results.map(({ lineId }) => lineId)).toEqual(pass.looked);
    expect(await advised(run.store)).toEqual(['continue', 'attention']);
  });

  test('of longer than the watch ends it, with everything told as missed', async () => {
    const run = await begin();
    await watchPass(run.deps, run.watch.id);
    run.clock.set(RELEASED + 90 * DAY);
    const pass = await watchPass(run.deps, run.watch.id);
    expect(pass.looked).toEqual([]);
    expect(pass.missed).toBeGreaterThan(400);
    expect(pass.watch.ended?.outcome).toBe('completed');
    expect(await advised(run.store)).toEqual(['continue', 'attention']);
  });
});

describe('a restart', () => {
  /** Results that follow from a seed, line and time. */
  const seeded =
    (states: readonly ResultState[]): Found =>
    (lineId, minute) => ({ state: states[(minute + lineId.length) % states.length]! });
  const told = async (store: RecordStore, watchId: string): Promise<string> => JSON.stringify(await bodies(store)).replaceAll(watchId, 'W');
  const STEPS = 40;
  const minutes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: STEPS, maxLength: STEPS });
  const states = fc.array(fc.constantFrom<ResultState>('pass', 'fail', 'fail', 'pass', 'unreachable'), { minLength: 3, maxLength: 12 });

  test('at any point leads to the same records and decisions', async () => {
    await fc.assert(
      fc.asyncProperty(states, minutes, fc.array(fc.boolean(), { minLength: STEPS, maxLength: STEPS }), async (given, gaps, restarts) => {
        const [straight, broken] = [await begin(seeded(given)), await begin(seeded(given))];
        let one = (await watchPass(straight.deps, straight.watch.id)).log;
        let two = (await watchPass(broken.deps, broken.watch.id)).log;
        for (const [i, gap] of gaps.entries()) {
          straight.clock.advance(gap * MINUTE);
          broken.clock.advance(gap * MINUTE);
          one = (await watchPass(straight.deps, straight.watch.id, one)).log;
          two = (await watchPass(broken.deps, broken.watch.id, restarts[i] ? undefined : two)).log;
        }
        expect(await told(broken.store, broken.watch.id)).toBe(await told(straight.store, straight.watch.id));
      }),
      { numRuns: 40 },
    );
  });

  test('after a crash before any record goes on as if there had been none', async () => {
    await fc.assert(
      fc.asyncProperty(states, fc.integer({ min: 1, max: 60 }), async (given, crashAt) => {
        const [straight, broken] = [await begin(seeded(given)), await begin(seeded(given))];
        let left = crashAt;
        const store: RecordStore = {
          ...broken.store,
          append: (checklist, body) => (--left === 0 ? Promise.reject(new Error('power cut')) : broken.store.append(checklist, body)),
        };
        for (let i = 0; i < 30; i++) {
          await watchPass(straight.deps, straight.watch.id);
          const pass = () => watchPass({ ...broken.deps, store }, broken.watch.id);
          await pass().catch(() => pass());
          straight.clock.advance(5 * MINUTE);
          broken.clock.advance(5 * MINUTE);
        }
        expect(await told(broken.store, broken.watch.id)).toBe(await told(straight.store, straight.watch.id));
      }),
      { numRuns: 40 },
    );
  });

  const folders: string[] = [];
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
  });

  test('of the whole program goes on from the folder alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'watch-'));
    folders.push(folder);
    const clock = manualClock(RELEASED);
    const run = await begin((lineId) => ({ state: lineId === 'errors' ? 'fail' : 'pass' }), { store: openFileStore(folder, { clock }) });
    for (let i = 0; i < 4; i++) {
      // A store that knows nothing of the one before.
      const store = openFileStore(folder, { clock: run.clock });
      const id = openWatch(await readOn(store, 'release'))!.id;
      await watchPass({ ...run.deps, store }, id);
      run.clock.advance(5 * MINUTE);
    }
    expect(await advised(openFileStore(folder, { clock }))).toEqual(['attention', 'rollback']);
  });
});

describe('what is not known', () => {
  test('is never taken for good: results that fail to come, and any state but a pass', async () => {
    for (const state of RESULT_STATES) {
      const run = await begin((lineId) => ({ state: lineId === 'errors' ? state : 'pass' }));
      await watchPass(run.deps, run.watch.id);
      expect((await advised(run.store))[0] === 'continue').toBe(['pass', 'waived', 'not_applicable'].includes(state));
    }
    const run = await begin();
    await watchPass({ ...run.deps, look: () => Promise.reject(new Error('no network')) }, run.watch.id);
    const [advice] = (await bodies(run.store)).flatMap((body) => (body.kind === 'watch_advised' ? [body] : []));
    expect(advice).toMatchObject({ advice: 'attention' });
    expect(advice!.because[0]).toContain('no network');
  });

  test('stays unknown when evidence of an earlier look is gone', async () => {
    const run = await begin();
    await watchPass(run.deps, run.watch.id);
    const observed = (await bodies(run.store)).find((body) => body.kind === 'watch_observed')!;
    const store: RecordStore = {
      ...run.store,
      evidence: async (sha256) => (sha256 === observed.results ? undefined : run.store.evidence(sha256)),
    };
    await expect(watchPass({ ...run.deps, store }, run.watch.id)).rejects.toMatchObject({ code: 'readiness.evidence_missing' });
  });
});

describe('a baseline', () => {
  const slower = lineOf('slower', 9, {
    polarity: 'bad_when_true',
    action: 'recommend_rollback',
    thresholds: [{ metric: 'latency', op: '>', value: 50, unit: '%', relative: 'increase', text: 'latency up > 50 %' }],
  });

  test('of the same hours of earlier weeks decides what is compared with it', async () => {
    const checklist = watchedChecklist([slower]);
    const latency = 100;
    const first = await begin((lineId) => ({ state: 'pass', ...(lineId === 'slower' && { value: latency }) }), { checklist });
    // A release a week before, watched for its first hour.
    first.clock.set(RELEASED);
    for (let i = 0; i <= 12; i++) {
      await watchPass(first.deps, first.watch.id);
      first.clock.advance(5 * MINUTE);
    }
    expect((await advised(first.store))[0]).toBe('attention');
    first.clock.set(RELEASED + WEEK);
    const second = await startWatch({ ...first.deps, checklist, subject: SUBJECT, releasedAt: RELEASED + WEEK });
    const look: WatchDeps['look'] = async (lineIds) =>
      lineIds.map((lineId) => resultOf(lineId, 'pass', lineId === 'slower' ? 160 : undefined));
    const advice: (string | undefined)[] = [];
    for (let i = 0; i < 3; i++) {
      advice.push((await watchPass({ ...first.deps, look }, second.id)).watch.decision?.advice);
      first.clock.advance(MINUTE);
    }
    expect(advice).toEqual(['attention', 'recommend_rollback', 'recommend_rollback']);
    const { because } = (await readOn(first.store, 'release')).watches.get(second.id)!.decision!;
    expect(because[0]!.text).toContain('latency 160, +60.0 % from 100');
  });
});

describe('a release', () => {
  test('is watched once, and the watch of the one before ends with it', async () => {
    const run = await begin();
    const again = await startWatch({ ...run.deps, checklist: watchedChecklist(), subject: SUBJECT, releasedAt: RELEASED });
    expect(again.id).toBe(run.watch.id);
    run.clock.advance(DAY);
    const next = await startWatch({ ...run.deps, checklist: watchedChecklist(), subject: SUBJECT, releasedAt: RELEASED + DAY });
    const { watches } = await readOn(run.store, 'release');
    expect(watches.get(run.watch.id)!.ended?.outcome).toBe('stopped');
    expect(openWatch({ nextIndex: 0, watches })!.id).toBe(next.id);
  });

  test('is refused when it lies ahead, when a later one is watched, and when there is nothing to watch', async () => {
    const run = await begin();
    const start = (releasedAt: number, checklist = watchedChecklist()) =>
      startWatch({ ...run.deps, checklist, subject: SUBJECT, releasedAt });
    await expect(start(RELEASED + 1)).rejects.toMatchObject({ code: 'readiness.release_ahead' });
    await expect(start(RELEASED - 1)).rejects.toMatchObject({ code: 'readiness.watch_of_later' });
    run.clock.advance(1);
    await expect(start(RELEASED + 1, { ...watchedChecklist(), items: [] })).rejects.toMatchObject({ code: 'readiness.nothing_to_watch' });
  });
});

describe('what people see', () => {
  test('is how every line stands, what is advised and why, and when it goes on', async () => {
    const run = await begin((lineId) => ({ state: lineId === 'errors' ? 'fail' : 'pass' }));
    for (let i = 0; i < 3; i++) {
      await watchPass(run.deps, run.watch.id);
      run.clock.advance(5 * MINUTE);
    }
    const watch = (await readOn(run.store, 'release')).watches.get(run.watch.id)!;
    const view = viewOfWatch(watch, run.clock.now());
    expect(view).toMatchObject({ passes: 3, advice: 'rollback', endsAt: '2026-12-24T12:00:00.000Z', nextAt: '2026-11-24T12:15:00.000Z' });
    expect(view.lines.find(({ lineId }) => lineId === 'errors')).toMatchObject({ sight: 'bad', certain: true, badLooks: 3 });
    const text = describeWatch(view, (same) => same).split('\n');
    expect(text).toContain('  BAD      line 5, errors (for 10 min, certain)');
    expect(text.at(-1)).toBe('ROLL BACK NOW');
    const moments = await momentsOf(run.store, 'release', run.watch.id);
    expect(moments.map(({ kind }) => kind)).toEqual(['observed', 'advised', 'observed', 'observed', 'advised']);
  });
});
